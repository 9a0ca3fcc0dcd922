"""Settings: every trap with its line, as tables; what is read where nothing is fatal.

The private keys are the page's example, and EXAMPLE keys that the `openssl` command made.
"""

import base64
import subprocess
from pathlib import Path

import pytest

from signers import InvalidInput, Secret
from signers.tiger import Environment, Licence
from signers.tiger.settings import (
    KEYS,
    LARGEST,
    MOST_LINES,
    VARIABLES,
    Difference,
    Finding,
    Language,
    Settings,
    SettingsRefused,
    SocketAddress,
    Trap,
    inspect,
    lines,
    read,
)

FOLDER = Path(__file__).parents[1] / "keys"
LINES = (FOLDER / "page-EXAMPLE.properties").read_text().splitlines()
PK1, PK8 = (line.split("=", 1)[1] for line in LINES)
UUID = "fcfca571-71db-35c1-9352-9a557cc8258d"  # the page's
TOKEN = base64.b64encode(b"1700000000123,1702592000123hidden-rest..").decode()
ID, ACCOUNT = "tiger_id=20150001", "account=12345678"
REST = f"\n{ID}\n{ACCOUNT}\n"
GOOD = f"private_key_pk8={PK8}{REST}"
MISSING_ID = Finding(Trap.SETTING_MISSING, None, "tiger_id")


def other_key() -> str:
    """Return another key than the page's, in PKCS#1, as one line."""
    pem = (Path(__file__).parent / "keys/EXAMPLE-gateway-1024.pem").read_text()
    return "".join(pem.splitlines()[1:-1])


def warning(
    trap: Trap, line: int | None = None, key: str | None = None, detail: str | None = None
) -> Finding:
    return Finding(trap, line, key, fatal=False, detail=detail)


def differs(line: int, key: str, how: Difference) -> Finding:
    return warning(Trap.READ_DIFFERENTLY, line, key, how)


PAGE = f"private_key_pk1={PK1}\nprivate_key_pk8={PK8}{REST}license=TBHK\n"
"""The page's file, up to its last line but one, which is line 6."""

FINDINGS: dict[str, tuple[str | bytes, list[Finding]]] = {
    "the page's": (PAGE + "env=PROD\n", []),
    "the page's, glued": (
        PAGE + "env=PRODFor Institutional Investors\n",
        [Finding(Trap.GLUED_TEXT, 6, "env", detail="PROD")],
    ),
    "the page's, institutional": (PAGE + f"env=PROD\nsecret_key={UUID}\n", []),
    "octets, CRLF": (GOOD.replace("\n", "\r\n").encode(), []),
    "every key": (
        (
            f"{GOOD}license=TBSG\nenv=sandbox\nsecret_key={UUID}\ntoken={TOKEN}\ntimeout=15\n"
            "server_url=https://openapi.tigerfintech.com/gateway\ntoken_refresh_duration=0\n"
            "socket_host_port=ssl, openapi.tigerfintech.com, 9883\nuse_full_tick=Yes\n"
            "timezone=US/Eastern\nlanguage=zh_CN\n"
        ),
        [],
    ),
    "comments and empty lines": (f"# a=b\n! c=d\n#: note\n\n \t\n{GOOD}", []),
    "nothing": (
        "",
        [
            MISSING_ID,
            Finding(Trap.SETTING_MISSING, None, "private_key"),
            warning(Trap.SETTING_MISSING, None, "account"),
        ],
    ),
    "empty values": (
        "tiger_id=\nprivate_key_pk1=\naccount=\nsecret_key=\nprivate_key_pk8=\n",
        [
            Finding(Trap.SETTING_MISSING, 1, "tiger_id"),
            warning(Trap.SETTING_MISSING, 3, "account"),
            warning(Trap.SECRET_KEY_MISSING, 4, "secret_key"),
            Finding(Trap.SETTING_MISSING, 5, "private_key"),
        ],
    ),
    "byte order mark before a key": (
        f"\ufeff{ID}\nprivate_key={PK8}\n{ACCOUNT}",
        [
            warning(Trap.BYTE_ORDER_MARK, 1, "tiger_id"),
            differs(1, "tiger_id", Difference.KEYS),
            MISSING_ID,
        ],
    ),
    "byte order mark before a comment": (
        f"\ufeff# mine\n{GOOD}".encode(),
        [warning(Trap.BYTE_ORDER_MARK, 1)],
    ),
    "byte order mark alone": (
        f"\ufeff\n{GOOD}",
        [warning(Trap.BYTE_ORDER_MARK, 1)],
    ),
    "not UTF-8": (
        f"{GOOD}# ".encode() + "\u5907\u6ce8".encode("gbk") + b"\n",
        [Finding(Trap.NOT_UTF8, 4)],
    ),
    "a lone surrogate in text": (GOOD + "\n# \ud800", [Finding(Trap.NOT_UTF8, 5)]),
    "UTF-16": (GOOD.encode("utf-16"), [Finding(Trap.NOT_UTF8, detail="utf-16")]),
    "too many octets": (b"#" * (LARGEST + 1), [Finding(Trap.TOO_LARGE)]),
    "as many octets as may be": (GOOD + "#" * (LARGEST - len(GOOD)), []),
    "too many lines": ("\n" * MOST_LINES, [Finding(Trap.TOO_LARGE)]),
    "as many lines as may be": (GOOD + "\r\n" * (MOST_LINES - 4), []),
    "bad escapes": (
        f"# \\u\n{GOOD}license=\\u12\nlanguage=\\ud800\\u0041\ntimezone=a\\\n  \\ug\ntimeout=1",
        [
            Finding(Trap.BAD_ESCAPE, 5),
            differs(5, "license", Difference.ONLY_JAVA),
            Finding(Trap.BAD_ESCAPE, 6),
            differs(6, "language", Difference.ONLY_JAVA),
            Finding(Trap.BAD_ESCAPE, 7),
            differs(7, "timezone", Difference.ONLY_JAVA),
        ],
    ),
    "comments that the Python SDK takes for metadata": (
        f"#:\n!: = x\n #::::\n{GOOD}",
        [warning(Trap.METADATA_COMMENT, line) for line in (1, 2, 3)],
    ),
    "duplicate keys": (
        f"{ID}\n{GOOD}account=12345678\n",
        [
            warning(Trap.DUPLICATE_KEY, 3, "tiger_id", "1"),
            warning(Trap.DUPLICATE_KEY, 5, "account", "4"),
        ],
    ),
    "a duplicate that is empty": (
        f"{GOOD}tiger_id=\n",
        [
            warning(Trap.DUPLICATE_KEY, 4, "tiger_id", "2"),
            differs(4, "tiger_id", Difference.ONLY_PYTHON),
            Finding(Trap.SETTING_MISSING, 4, "tiger_id"),
        ],
    ),
    "unknown keys": (
        f"{GOOD}licence=TBHK\nTiger_ID=1\nquite_other=1\nFor Institutional\n{'a' * 41}=1\n",
        [
            warning(Trap.UNKNOWN_KEY, 4, None, "license"),
            warning(Trap.UNKNOWN_KEY, 5, None, "tiger_id"),
            warning(Trap.UNKNOWN_KEY, 6),
            warning(Trap.UNKNOWN_KEY, 7),
            warning(Trap.UNKNOWN_KEY, 8),
        ],
    ),
    "separators that Java does not know": (
        f"private_key:{PK8}\ntiger_id 20150001\naccount = 12345678\n",
        [
            differs(1, "private_key", Difference.ONLY_PYTHON),
            differs(2, "tiger_id", Difference.ONLY_PYTHON),
        ],
    ),
    "a comment that Java does not know": (
        f"{GOOD}!=1\n!env=PROD\n! license=TBHK\nenv:x=y",
        [
            differs(7, "env", Difference.KEYS),
            Finding(Trap.UNKNOWN_ENVIRONMENT, 7, "env"),
        ],
    ),
    "escapes and continued lines": (
        (
            f"private_key={PK8[:99]}\\\n   {PK8[99:]}\n\\u0074iger_id=20150001\n"
            "account=1234567\\u0038\nlicense=\\\nenv=PROD\n"
        ),
        [
            differs(1, "private_key", Difference.VALUES),
            differs(3, "tiger_id", Difference.KEYS),
            differs(4, "account", Difference.VALUES),
            differs(5, "license", Difference.VALUES),
            Finding(Trap.UNKNOWN_LICENCE, 5, "license"),
            differs(6, "env", Difference.ONLY_JAVA),
        ],
    ),
    "trailing space": (
        (
            f"private_key={PK8} \ntiger_id=20150001 \naccount=12345678\t\nlicense=TBHK \n"
            "env=SANDBOX\u00a0\ntimeout=9 "
        ),
        [
            differs(1, "private_key", Difference.VALUES),
            warning(Trap.TRAILING_SPACE, 1, "private_key"),
            *(
                finding
                for line, key in enumerate(("tiger_id", "account", "license"), 2)
                for finding in (
                    differs(line, key, Difference.VALUES),
                    Finding(Trap.TRAILING_SPACE, line, key),
                )
            ),
            Finding(Trap.TRAILING_SPACE, 5, "env"),
            differs(6, "timeout", Difference.VALUES),
            warning(Trap.TRAILING_SPACE, 6, "timeout"),
        ],
    ),
    "inline comments": (
        (
            f"private_key={PK8} # mine\ntiger_id=20150001#mine\naccount=# mine\n"
            "license=TBXX # mine\ntimeout=9 # seconds\n"
        ),
        [
            Finding(Trap.INLINE_COMMENT, 1, "private_key"),
            Finding(Trap.INLINE_COMMENT, 2, "tiger_id"),
            Finding(Trap.INLINE_COMMENT, 3, "account"),
            Finding(Trap.INLINE_COMMENT, 4, "license"),
            Finding(Trap.UNKNOWN_LICENCE, 4, "license"),
            warning(Trap.INLINE_COMMENT, 5, "timeout"),
        ],
    ),
    "quotes": (
        (
            f'private_key="{PK8}"\ntiger_id=\'20150001\'\naccount="12345678\nlanguage="en_US"\n'
            "secret_key=''\ntoken='\n"
        ),
        [
            warning(Trap.KEY_NOT_WELL_FORMED, 1, "private_key", "quotes"),
            Finding(Trap.QUOTED, 2, "tiger_id"),
            warning(Trap.ACCOUNT_SHAPE, 3, "account"),
            warning(Trap.QUOTED, 4, "language"),
            Finding(Trap.QUOTED, 5, "secret_key"),
            warning(Trap.TOKEN_SHAPE, 6, "token", "malformed-token"),
        ],
    ),
    "unknown licence and environment": (
        f"{GOOD}license=tbhk\nenv=LIVE\n",
        [
            Finding(Trap.UNKNOWN_LICENCE, 4, "license"),
            Finding(Trap.UNKNOWN_ENVIRONMENT, 5, "env"),
        ],
    ),
    "glued licence and secret_key": (
        f"{GOOD}license=TBHKenv=PROD\nsecret_key={UUID}After\n",
        [
            Finding(Trap.GLUED_TEXT, 4, "license", detail="TBHK"),
            Finding(Trap.GLUED_TEXT, 5, "secret_key"),
        ],
    ),
    "other shapes": (
        f"private_key={PK8}\n{ID}\naccount=123\nsecret_key=abc\ntoken=abc\n",
        [
            warning(Trap.ACCOUNT_SHAPE, 3, "account"),
            warning(Trap.SECRET_KEY_SHAPE, 4, "secret_key"),
            warning(Trap.TOKEN_SHAPE, 5, "token", "malformed-token"),
        ],
    ),
    "shapes that no value has": (
        (
            f"private_key={PK8}\ntiger_id=2015 0001\naccount=123 456\nsecret_key=a b\n"
            f"token=Bearer {TOKEN}\n"
        ),
        [
            Finding(Trap.MALFORMED_VALUE, 2, "tiger_id"),
            Finding(Trap.ACCOUNT_SHAPE, 3, "account"),
            Finding(Trap.SECRET_KEY_SHAPE, 4, "secret_key"),
            Finding(Trap.TOKEN_SHAPE, 5, "token", detail="token-with-scheme"),
        ],
    ),
    "malformed numbers and names": (
        (
            f"{GOOD}timeout=15s\ntoken_refresh_duration=-1\nsocket_host_port=ssl,host\n"
            "use_full_tick=on\ntimezone=U S\nlanguage=en\nserver_url=openapi\n"
        ),
        [
            *(
                warning(Trap.MALFORMED_VALUE, line, key)
                for line, key in enumerate(
                    (
                        "timeout",
                        "token_refresh_duration",
                        "socket_host_port",
                        "use_full_tick",
                        "timezone",
                        "language",
                    ),
                    4,
                )
            ),
            Finding(Trap.MALFORMED_VALUE, 10, "server_url"),
        ],
    ),
    "an unreadable key": (
        f"private_key_pk1={PK1[:-40]}{REST}",
        [Finding(Trap.KEY_UNREADABLE, 1, "private_key_pk1", detail="truncated")],
    ),
    "an unreadable key that is not used": (
        f"private_key_pk1=pk1.pem\n{GOOD}",
        [warning(Trap.KEY_UNREADABLE, 1, "private_key_pk1", "path")],
    ),
    "forms swapped": (
        f"private_key_pk1={PK8}\nprivate_key_pk8={PK1}{REST}",
        [
            warning(Trap.KEY_FORM, 1, "private_key_pk1", "pkcs8"),
            warning(Trap.KEY_FORM, 2, "private_key_pk8", "pkcs1"),
        ],
    ),
    "keys that differ": (
        f"private_key_pk1={other_key()}\n{GOOD}private_key={PK1}",
        [
            Finding(Trap.KEYS_DIFFER, 2, "private_key_pk8", detail="private_key_pk1"),
            Finding(Trap.KEYS_DIFFER, 5, "private_key", detail="private_key_pk1"),
        ],
    ),
    "a key that some SDKs would refuse": (
        f"private_key={PK8.replace('/', '_').replace('+', '-')}{REST}",
        [warning(Trap.KEY_NOT_WELL_FORMED, 1, "private_key", "url-safe")],
    ),
    **{
        f"{licence} at {host}": (
            f"{GOOD}license={licence}\nserver_url={host}/gateway",
            [warning(Trap.HOST_MISMATCH, 5, "server_url", licence)] if wrong else [],
        )
        for licence, host, wrong in (
            ("TBUS", "https://openapi.tigerfintech.com", True),
            ("TBUS", "https://openapi.tradeup.com", False),
            ("TBUS", "http://127.0.0.1:8080", False),
            ("TBHK", "https://openapi.tradeup.com", True),
            ("TBSG", "https://openapi.tigerfintech.com", False),
            ("TBSG", "https://openapi.nottradeup.com", False),
        )
    },
    "no host for a licence that is none": (
        f"{GOOD}license=TBXX\nserver_url=https://openapi.tradeup.com/gateway",
        [Finding(Trap.UNKNOWN_LICENCE, 4, "license")],
    ),
}


@pytest.mark.parametrize(("data", "expected"), FINDINGS.values(), ids=FINDINGS)
def test_findings(data: str | bytes, expected: list[Finding]) -> None:
    assert inspect(data) == expected


@pytest.mark.parametrize(("data", "expected"), FINDINGS.values(), ids=FINDINGS)
def test_what_is_fatal_is_refused(data: str | bytes, expected: list[Finding]) -> None:
    fatal = [finding for finding in expected if finding.fatal]
    if not fatal:
        assert isinstance(read(data), Settings)
        return
    with pytest.raises(SettingsRefused) as caught:
        read(data)
    more = f" (and {len(fatal) - 1} more; see inspect)" if len(fatal) > 1 else ""
    error = caught.value
    assert (error.reason, error.findings) == (fatal[0].trap.value, tuple(expected))
    assert (str(error), error.__cause__, error.__context__) == (f"{fatal[0]}{more}", None, None)
    assert isinstance(error, InvalidInput)


def test_every_trap_of_text_is_shown() -> None:
    shown = {finding.trap for _, expected in FINDINGS.values() for finding in expected}
    files = {Trap.FILE_MISSING, Trap.FOLDER_WITHOUT_FILE, Trap.FOLDER, Trap.FILE_UNREADABLE}
    assert set(Trap) - shown == files | {Trap.OVERRIDDEN}


FULL = FINDINGS["every key"][0]
SETTINGS: dict[str, tuple[str | bytes, Settings]] = {
    "the least": (
        f"private_key_pk1={PK1}\n{ID}\n",
        Settings("20150001", Secret(PK1), "private_key_pk1"),
    ),
    "every key": (
        FULL,
        Settings(
            tiger_id="20150001",
            private_key=Secret(PK8),
            private_key_name="private_key_pk8",
            account="12345678",
            licence=Licence.TBSG,
            environment=Environment.SANDBOX,
            secret_key=Secret(UUID),
            token=Secret(TOKEN),
            server_url="https://openapi.tigerfintech.com/gateway",
            timeout=15,
            token_refresh_duration=0,
            socket_host_port=SocketAddress("ssl", "openapi.tigerfintech.com", 9883),
            use_full_tick=True,
            timezone="US/Eastern",
            language=Language.ZH_CN,
        ),
    ),
    "the first private key, the last of each": (
        (
            f"private_key={PK8}\nprivate_key_pk1={PK1}\nprivate_key={PK1}\ntiger_id=1\ntiger_id=2\n"
            "use_full_tick=no\naccount=odd\n"
        ),
        Settings("2", Secret(PK1), "private_key", account="odd", use_full_tick=False),
    ),
    "what is malformed and harmless is absent": (
        (
            f"private_key={PK8} \n{ID}\ntimeout=9 \nlanguage=en\ntimezone='UTC'\n"
            "socket_host_port=ssl,h,65536\ntoken_refresh_duration=# none\n"
        ),
        Settings("20150001", Secret(PK8), "private_key"),
    ),
    "octets": (
        f"private_key={PK1}\r\ntiger_id : 2015\\u0030\\\r\n  001\r\nenv=Prod\r\n".encode(),
        Settings("20150001", Secret(PK1), "private_key"),
    ),
}


@pytest.mark.parametrize(("data", "expected"), SETTINGS.values(), ids=SETTINGS)
def test_read(data: str | bytes, expected: Settings) -> None:
    assert read(data) == expected


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://openapi.tigerfintech.com/gateway", True),
        ("http://[::1]:80/gateway", True),
        ("openapi.tigerfintech.com/gateway", False),
        ("ftp://host/gateway", False),
        ("https:///gateway", False),
        ("https://user:pass@host/gateway", False),
        ("https://host:0/gateway", False),
        ("https://host:65536/gateway", False),
        ("https://[::1/gateway", False),
        ("https://host/gateway?x=1", False),
        ("https://host/gate way", False),
    ],
)
def test_addresses(url: str, good: bool) -> None:  # noqa: FBT001
    data = f"{GOOD}server_url={url}\n"
    assert inspect(data) == ([] if good else [Finding(Trap.MALFORMED_VALUE, 4, "server_url")])


@pytest.mark.parametrize("port", ["0", "65536", "", "x"])
def test_ports(port: str) -> None:
    assert read(f"{GOOD}socket_host_port=ssl,h,{port}\n").socket_host_port is None


def test_institutional() -> None:
    finding = Finding(Trap.SECRET_KEY_MISSING, None, "secret_key")
    empty = Finding(Trap.SECRET_KEY_MISSING, 4, "secret_key")
    good = f"{GOOD}secret_key={UUID}\n"
    assert inspect(GOOD, institutional=True) == [finding]
    assert inspect(f"{GOOD}secret_key=\n", institutional=True) == [empty]
    assert inspect(good, institutional=True) == []
    assert read(good, institutional=True).secret_key == Secret(UUID)
    with pytest.raises(SettingsRefused) as caught:
        read(GOOD, institutional=True)
    assert caught.value.reason == "secret-key-missing"


def overridden(line: int, key: str, variable: str) -> Finding:
    return warning(Trap.OVERRIDDEN, line, key, variable)


ENVIRONMENTS: dict[str, tuple[str, dict[str, str], list[Finding], Settings | None]] = {
    "variables alone": (
        "",
        {"TIGEROPEN_TIGER_ID": "1", "TIGEROPEN_PRIVATE_KEY": PK1, "TIGEROPEN_ACCOUNT": "12345"},
        [],
        Settings("1", Secret(PK1), "TIGEROPEN_PRIVATE_KEY", account="12345"),
    ),
    "what is empty or unknown does not count": (
        GOOD,
        {"TIGEROPEN_TIGER_ID": "", "TIGEROPEN_ENV": "LIVE", "TIGER_ID": "1"},
        [],
        Settings("20150001", Secret(PK8), "private_key_pk8", account="12345678"),
    ),
    "the same values": (
        GOOD,
        {"TIGEROPEN_TIGER_ID": "20150001", "TIGEROPEN_PRIVATE_KEY": PK8},
        [],
        Settings("20150001", Secret(PK8), "TIGEROPEN_PRIVATE_KEY", account="12345678"),
    ),
    "what is beaten is not fatal": (
        (
            f"private_key_pk1={other_key()}\nprivate_key_pk8={PK8}\ntiger_id=1 #\naccount=\n"
            "license=TBXX\n"
        ),
        {
            "TIGEROPEN_TIGER_ID": "2",
            "TIGEROPEN_PRIVATE_KEY": PK1,
            "TIGEROPEN_ACCOUNT": "DU1",
            "TIGEROPEN_LICENSE": "TBUS",
            "TIGEROPEN_SERVER_URL": "https://openapi.tigerfintech.com/gateway",
        },
        [
            overridden(1, "private_key_pk1", "TIGEROPEN_PRIVATE_KEY"),
            overridden(2, "private_key_pk8", "TIGEROPEN_PRIVATE_KEY"),
            warning(Trap.KEYS_DIFFER, 2, "private_key_pk8", "private_key_pk1"),
            overridden(3, "tiger_id", "TIGEROPEN_TIGER_ID"),
            warning(Trap.INLINE_COMMENT, 3, "tiger_id"),
            overridden(5, "license", "TIGEROPEN_LICENSE"),
            warning(Trap.UNKNOWN_LICENCE, 5, "license"),
            warning(Trap.HOST_MISMATCH, None, "TIGEROPEN_SERVER_URL", "TBUS"),
        ],
        Settings(
            "2",
            Secret(PK1),
            "TIGEROPEN_PRIVATE_KEY",
            account="DU1",
            licence=Licence.TBUS,
            server_url="https://openapi.tigerfintech.com/gateway",
        ),
    ),
    "traps in variables": (
        GOOD,
        {
            "TIGEROPEN_TIGER_ID": "1 ",
            "TIGEROPEN_PRIVATE_KEY": "MIIC",
            "TIGEROPEN_TOKEN": "a\udc80",
            "TIGEROPEN_TIMEOUT": "soon",
        },
        [
            overridden(1, "private_key_pk8", "TIGEROPEN_PRIVATE_KEY"),
            overridden(2, "tiger_id", "TIGEROPEN_TIGER_ID"),
            Finding(Trap.NOT_UTF8, None, "TIGEROPEN_TOKEN"),
            Finding(Trap.TRAILING_SPACE, None, "TIGEROPEN_TIGER_ID"),
            warning(Trap.MALFORMED_VALUE, None, "TIGEROPEN_TIMEOUT"),
            Finding(Trap.KEY_UNREADABLE, None, "TIGEROPEN_PRIVATE_KEY", detail="truncated"),
        ],
        None,
    ),
}


@pytest.mark.parametrize(
    ("data", "environment", "findings", "settings"), ENVIRONMENTS.values(), ids=ENVIRONMENTS
)
def test_variables(
    data: str, environment: dict[str, str], findings: list[Finding], settings: Settings | None
) -> None:
    assert inspect(data, environment) == findings
    if settings:
        assert read(data, environment) == settings
    else:
        with pytest.raises(SettingsRefused):
            read(data, environment)


def test_a_variable_with_pem() -> None:
    pem = subprocess.run(
        ["openssl", "pkey", "-inform", "DER"],
        input=base64.b64decode(PK8),
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout.decode()
    assert inspect(f"{ID}\n{ACCOUNT}", {"TIGEROPEN_PRIVATE_KEY": pem}) == []


def test_the_process_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "x")
    assert inspect(GOOD) == []


def test_variables_are_those_of_the_sdk() -> None:
    without = {"private_key_pk8", "private_key_pk1", "env"}
    assert set(VARIABLES.values()) == set(KEYS) - without
    assert all(variable == f"TIGEROPEN_{key.upper()}" for variable, key in VARIABLES.items())


ADVICE = [
    (
        Finding(Trap.GLUED_TEXT, 6, "env", detail="PROD"),
        "line 6, env: there is text right after the value PROD: end the line before it",
    ),
    (
        Finding(Trap.GLUED_TEXT, 6, "secret_key"),
        "line 6, secret_key: there is text right after the value: end the line before it",
    ),
    (
        warning(Trap.UNKNOWN_KEY, 4, None, "license"),
        "line 4: no SDK is known to read this key, which resembles license: correct it",
    ),
    (
        warning(Trap.UNKNOWN_KEY, 4),
        "line 4: no SDK is known to read this key: correct or remove it",
    ),
    (
        warning(Trap.DUPLICATE_KEY, 3, "account", "1"),
        "line 3, account: the key also stands on line 1, and the later one counts: keep one",
    ),
    (
        Finding(Trap.KEY_UNREADABLE, None, "TIGEROPEN_PRIVATE_KEY", detail="truncated"),
        (
            "TIGEROPEN_PRIVATE_KEY: no private key can be read here (truncated): copy it anew, in "
            "one line"
        ),
    ),
    (
        Finding(Trap.FILE_MISSING),
        (
            "there is no such file: download tiger_openapi_config.properties, or pass the folder "
            "that holds it"
        ),
    ),
    (
        differs(2, "tiger_id", Difference.ONLY_PYTHON),
        (
            "line 2, tiger_id: the SDKs for Python and Java do not read this line alike "
            "(only-python): write it as key=value in one line, without spaces and backslashes"
        ),
    ),
]


@pytest.mark.parametrize(("finding", "text"), ADVICE, ids=lambda value: str(value)[:30])
def test_advice(finding: Finding, text: str) -> None:
    assert str(finding) == text


@pytest.mark.parametrize("trap", Trap)
def test_every_trap_has_advice(trap: Trap) -> None:
    for finding in (Finding(trap), Finding(trap, detail="x")):
        assert finding.advice
        assert "None" not in finding.advice
    assert trap.value == trap.name.lower().replace("_", "-").replace("utf8", "utf-8")


READINGS = [
    # text, what java.util.Properties made of it (Java 17), what the Java SDK 2.2.4 made of it
    ("a=b", {"a": "b"}, {"a": "b"}),
    ("  a = b \t", {"a": "b \t"}, {"a": "b"}),
    ("\x01a\x1f=\x02b\x01", {"\x01a\x1f": "\x02b\x01"}, {"a": "b"}),
    ("a:b", {"a": "b"}, {}),
    ("a b", {"a": "b"}, {}),
    ("a=", {"a": ""}, {}),
    ("a= ", {"a": ""}, {}),
    ("=b", {"": "b"}, {}),
    ("# a=b", {}, {}),
    ("  #a=b", {}, {}),
    ("! a=b", {}, {"! a": "b"}),
    ("\ufeffa=b", {"\ufeffa": "b"}, {"a": "b"}),
    ("x=1\n\ufeffa=b", {"x": "1", "\ufeffa": "b"}, {"a": "b", "x": "1"}),
    ("\ufeff# a=b", {"\ufeff#": "a=b"}, {}),
    ("a=b=c", {"a": "b=c"}, {"a": "b=c"}),
    ("a=b#c", {"a": "b#c"}, {"a": "b#c"}),
    ("a=b\\\n  c=d", {"a": "bc=d"}, {"a": "b\\", "c": "d"}),
    ("a=\\u0041\\n\\q", {"a": "A\nq"}, {"a": "\\u0041\\n\\q"}),
    ("\\u0061=b", {"a": "b"}, {"\\u0061": "b"}),
    ("a=b\ra=c\r\nd=e", {"a": "c", "d": "e"}, {"a": "c", "d": "e"}),
    ("a=\xa0b\xa0", {"a": "\xa0b\xa0"}, {"a": "\xa0b\xa0"}),
]


@pytest.mark.parametrize(
    ("text", "properties", "java"), READINGS, ids=lambda value: repr(value)[:20]
)
def test_the_two_readings(text: str, properties: dict[str, str], java: dict[str, str]) -> None:
    """Both columns were written by running Java on the texts, not by the code under test."""
    assert {entry.key: entry.value for entry in lines.as_properties(text)[0]} == properties
    assert {entry.key: entry.value for entry in lines.as_java(text)} == java
