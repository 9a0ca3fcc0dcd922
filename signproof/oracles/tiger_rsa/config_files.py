"""Settings files that can be used as they are, with what is read of them."""

from dataclasses import dataclass
from typing import Any

from signproof.model import Importance, Source
from signproof.oracles.tiger_rsa.common import PAGE, derived, recorded
from signproof.oracles.tiger_rsa.credentials import TOKEN
from signproof.oracles.tiger_rsa.keys import bare, fixture

__all__ = [
    "GOOD_FILES",
    "JAVA",
    "OTHER",
    "PARSER",
    "PK1",
    "PK8",
    "REST",
    "SECRET_KEY",
    "Case",
    "Findings",
    "case",
    "settings",
]

Findings = tuple[tuple[str, int | None], ...]

PK1, PK8 = (
    line.partition("=")[2] for line in fixture("EXAMPLE-page.properties").decode().splitlines()
)
OTHER = bare("EXAMPLE-second-1024.pem")
SECRET_KEY = "fcfca571-71db-35c1-9352-9a557cc8258d"  # noqa: S105 - the page's example
REST = "tiger_id=20990001\naccount=12345678\n"
_PAGE_FILE = f"private_key_pk1={PK1}\nprivate_key_pk8={PK8}\n{REST}license=TBHK\nenv=PROD\n"

PARSER = recorded(
    "Python SDK (tigeropen 3.8.0)",
    "it parses the file as Java properties; trailing spaces and inline comments stay in the value",
)
JAVA = recorded(
    "Java SDK (source of its settings reader)",
    "it takes each line by itself: `=` only, no escapes, no continued lines",
)
_BEATS = recorded("Python SDK (tigeropen 3.8.0), read in its source", "variables beat the file")
_ORDER = recorded(
    "Python SDK (from 3.7 on), Go and TypeScript, read in their source",
    "private_key counts before private_key_pk8, that before private_key_pk1",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and what is to come of it."""

    name: str
    comment: str
    file: bytes
    read: dict[str, Any] | str
    """What is read, or the reason for refusing it."""
    source: Source
    findings: Findings = ()
    """Trap and line; None for what has no line."""
    environment: tuple[tuple[str, str], ...] = ()
    institutional: bool = False
    importance: Importance | None = None
    """None for must where nothing is odd, else should."""


def case(
    name: str,
    comment: str,
    text: str | bytes,
    read: dict[str, Any] | str,
    source: Source,
    findings: Findings = (),
    **more: Any,
) -> Case:
    """Return a case; *text* becomes UTF-8."""
    octets = text if isinstance(text, bytes) else text.encode()
    return Case(name, comment, octets, read, source, findings, **more)


def settings(private_key: str = PK8, **changed: Any) -> dict[str, Any]:
    """Return what is read of the page's first four lines; None takes a member away."""
    read = {
        "tiger_id": "20990001",
        "private_key": private_key,
        "account": "12345678",
        "env": "PROD",
    } | changed
    return {name: value for name, value in read.items() if value is not None}


_GOOD = f"private_key_pk8={PK8}\n{REST}"
_FORM = derived("the file's form allows it", "Java properties, as the Python SDK reads them")

GOOD_FILES: tuple[Case, ...] = (
    case("page", "The page's example.", _PAGE_FILE, settings(license="TBHK"), PAGE),
    case(
        "page-institutional",
        "The page's example for institutions.",
        f"{_PAGE_FILE}secret_key={SECRET_KEY}\n",
        settings(license="TBHK", secret_key=SECRET_KEY),
        PAGE,
        institutional=True,
    ),
    case("minimal", "What is needed and no more.", _GOOD, settings(), PAGE),
    case(
        "pk1-only",
        "The PKCS#1 key alone.",
        f"private_key_pk1={PK1}\n{REST}",
        settings(PK1),
        PAGE,
    ),
    case(
        "private-key",
        "A key under its older name.",
        f"private_key={PK1}\n{REST}",
        settings(PK1),
        _ORDER,
    ),
    case(
        "private-key-first",
        "The older name counts before the two newer ones.",
        f"private_key_pk1={PK1}\nprivate_key_pk8={PK8}\nprivate_key={PK1}\n{REST}",
        settings(PK1),
        _ORDER,
    ),
    case(
        "pk8-before-pk1",
        "PKCS#8 counts before PKCS#1, wherever they stand.",
        f"{REST}private_key_pk8={PK8}\nprivate_key_pk1={PK1}\n",
        settings(),
        _ORDER,
    ),
    case("no-final-newline", "No newline at the end.", _GOOD[:-1], settings(), _FORM),
    case("crlf", "CRLF line ends.", _GOOD.replace("\n", "\r\n"), settings(), _FORM),
    case("cr", "CR line ends.", _GOOD.replace("\n", "\r"), settings(), _FORM),
    case(
        "comments",
        "Comments and empty lines.",
        f"# EXAMPLE\n! EXAMPLE\n\n \t\n{_GOOD}# license=TBSG\n",
        settings(),
        _FORM,
    ),
    case(
        "spaces-around-equals",
        "Spaces around the separator and before the key.",
        f"  private_key_pk8 = {PK8}\n\ttiger_id\t=\t20990001\naccount= 12345678\n",
        settings(),
        _FORM,
    ),
    case(
        "every-key",
        "Every key that an SDK is known to read.",
        (
            f"{_GOOD}license=TBSG\nenv=SANDBOX\nsecret_key={SECRET_KEY}\ntoken={TOKEN}\n"
            "server_url=https://openapi.tigerfintech.com/gateway\ntimeout=15\n"
            "token_refresh_duration=86400\nsocket_host_port=ssl,openapi.tigerfintech.com,9883\n"
            "use_full_tick=true\ntimezone=US/Eastern\nlanguage=en_US\n"
        ),
        settings(
            license="TBSG",
            env="SANDBOX",
            secret_key=SECRET_KEY,
            token=TOKEN,
            server_url="https://openapi.tigerfintech.com/gateway",
            timeout=15,
        ),
        recorded("official SDKs, read in their source", "the keys that they know"),
    ),
    case(
        "paper-account",
        "A paper account of 17 digits.",
        f"private_key_pk8={PK8}\ntiger_id=20990001\naccount=20191106192858300\n",
        settings(account="20191106192858300"),
        PAGE,
    ),
    case(
        "global-account",
        "A global account.",
        f"private_key_pk8={PK8}\ntiger_id=20990001\naccount=DU12300123\n",
        settings(account="DU12300123"),
        recorded("official SDKs, read in their source", "U, DU, F or DF and digits"),
    ),
    case(
        "us",
        "The licence TBUS with its own gateway.",
        f"{_GOOD}license=TBUS\nserver_url=https://openapi.tradeup.com/gateway\n",
        settings(license="TBUS", server_url="https://openapi.tradeup.com/gateway"),
        recorded("official SDKs, read in their source", "TBUS has the gateway openapi.tradeup.com"),
    ),
    case(
        "environment-lowercase",
        "The environment in small letters.",
        f"{_GOOD}env=test\n",
        settings(env="TEST"),
        derived("that its case does not matter is inferred", "official SDKs' settings"),
        importance=Importance.MAY,
    ),
    case(
        "local-server",
        "A server on this machine.",
        f"{_GOOD}license=TBSG\nserver_url=http://127.0.0.1:8080/gateway\n",
        settings(license="TBSG", server_url="http://127.0.0.1:8080/gateway"),
        _FORM,
    ),
    case(
        "variables-alone",
        "No settings in the file, all in variables.",
        "# EXAMPLE\n",
        settings(PK1, license="TBNZ"),
        _BEATS,
        environment=(
            ("TIGEROPEN_TIGER_ID", "20990001"),
            ("TIGEROPEN_PRIVATE_KEY", PK1),
            ("TIGEROPEN_ACCOUNT", "12345678"),
            ("TIGEROPEN_LICENSE", "TBNZ"),
        ),
    ),
    case(
        "variable-empty",
        "An empty variable counts as none.",
        _GOOD,
        settings(),
        derived("nothing is set by it", _BEATS.where),
        importance=Importance.SHOULD,
        environment=(("TIGEROPEN_TIGER_ID", ""),),
    ),
    case(
        "variable-same",
        "A variable with the file's own value.",
        _GOOD,
        settings(),
        _BEATS,
        environment=(("TIGEROPEN_ACCOUNT", "12345678"),),
    ),
    case(
        "variable-adds",
        "Variables for what the file does not have.",
        _GOOD,
        settings(token=TOKEN, secret_key=SECRET_KEY),
        _BEATS,
        environment=(("TIGEROPEN_TOKEN", TOKEN), ("TIGEROPEN_SECRET_KEY", SECRET_KEY)),
        institutional=True,
    ),
    case(
        "variable-of-others",
        "Variables that are no settings.",
        _GOOD,
        settings(),
        _BEATS,
        environment=(("PATH", "/usr/bin"), ("TIGEROPEN_ENV", "SANDBOX"), ("ACCOUNT", "1")),
    ),
)
