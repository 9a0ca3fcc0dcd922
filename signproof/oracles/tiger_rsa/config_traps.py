"""Settings files in which something is odd, with every trap and the line where it is."""

from typing import Any

from signproof.model import Source
from signproof.oracles.tiger_rsa.common import PAGE, derived, recorded
from signproof.oracles.tiger_rsa.config_files import (
    JAVA,
    OTHER,
    PARSER,
    PK1,
    PK8,
    REST,
    SECRET_KEY,
    Case,
    Findings,
    case,
    settings,
)
from signproof.oracles.tiger_rsa.credentials import TOKEN
from signproof.oracles.tiger_rsa.keys import TOO_LARGE, bare, fixture

__all__ = ["TRAPS"]

_KEY = f"private_key_pk8={PK8}\n"
_GOOD = f"{_KEY}{REST}"
_READ = derived("no one can have meant it as it stands", "how official SDKs read the file")
_FIT = derived("it does not fit what the page shows", PAGE.where)
_BEATS = recorded("Python SDK (tigeropen 3.8.0), read in its source", "variables beat the file")
_DIFFERENT = "read-differently"


def _missing(name: str, *lines: str) -> str:
    """Return the good file without the lines of *name*, and with others."""
    kept = [line for line in _GOOD.splitlines() if not line.startswith(name)]
    return "\n".join([*kept, *lines, ""])


def _tigers(line: str, findings: Findings, read: str | dict[str, Any], source: Source) -> Any:
    """Return file, reading, source and findings for another line of the tiger_id, the second."""
    return f"{_KEY}{line}\naccount=12345678\n", read, source, findings


_ESCAPED_PEM = fixture("EXAMPLE-page-1024.pem").decode().rstrip().replace("\n", "\\n")

_TEXTS: tuple[Case, ...] = (
    case(
        "too-large",
        "More than any settings have.",
        TOO_LARGE[1],
        "too-large",
        derived("two keys of 8192 bits have a quarter of it", "this project's own bound"),
        (("too-large", None),),
    ),
    case("utf-16", "The file in UTF-16.", b"\xff\xfe" + _GOOD.encode("utf-16-le"), "not-utf-8",
         PARSER, (("not-utf-8", None),)),
    case("gbk-comment", "A comment in GBK.", _GOOD.encode() + "# 备注\n".encode("gbk"),
         "not-utf-8", PARSER, (("not-utf-8", 4),)),
    case("bom-before-key", "A byte order mark, which hides the first key.",
         f"\ufefftiger_id=20990001\n{_KEY}account=12345678\n", "setting-missing", PARSER,
         (("byte-order-mark", 1), (_DIFFERENT, 1), ("setting-missing", None))),
    case("bom-before-comment", "A byte order mark before a comment hides nothing.",
         f"\ufeff# EXAMPLE\n{_GOOD}", settings(), PARSER, (("byte-order-mark", 1),)),
    case("bad-escape", "An escape that is none: the Python SDK reads nothing at all.",
         f"{_GOOD}license=\\u12\n", "bad-escape", PARSER, (("bad-escape", 4), (_DIFFERENT, 4))),
    case("metadata-comment", "A comment that the Python SDK's parser stumbles over.",
         f"#:\n{_GOOD}", settings(), PARSER, (("metadata-comment", 1),)),
    case("colons", "Colons for `=`: the Java SDK reads no settings there.",
         f"private_key_pk8:{PK8}\ntiger_id: 20990001\naccount=12345678\n", settings(), JAVA,
         ((_DIFFERENT, 1), (_DIFFERENT, 2))),
    case("spaces", "Spaces for `=`.",
         f"private_key_pk8={PK8}\ntiger_id 20990001\naccount=12345678\n", settings(), JAVA,
         ((_DIFFERENT, 2),)),
    case("continued", "A key over two lines, the first ended by a backslash.",
         f"private_key_pk8={PK8[:100]}\\\n    {PK8[100:]}\n{REST}", settings(), JAVA,
         ((_DIFFERENT, 1),)),
    case("unicode-escape", "A digit as an escape.",
         f"{_KEY}tiger_id=2099000\\u0031\naccount=12345678\n", settings(), JAVA,
         ((_DIFFERENT, 2),)),
    case("colon-escaped", "A colon with a backslash, as Java's own writer puts it.",
         f"{_GOOD}server_url=https\\://openapi.tigerfintech.com/gateway\n",
         settings(server_url="https://openapi.tigerfintech.com/gateway"), JAVA,
         ((_DIFFERENT, 4),)),
    case("pem-escaped", "A key in PEM, `\\n` for its newlines, which properties turn into some.",
         f"private_key={_ESCAPED_PEM}\n{REST}",
         settings(_ESCAPED_PEM.replace("\\n", "\n")), JAVA, ((_DIFFERENT, 1),)),
    case("exclamation", "A comment with `!` is a setting to nobody, a `!` in a key neither.",
         f"{_GOOD}!license=TBSG\n", settings(), JAVA),
)  # fmt: skip

_VALUES: tuple[Case, ...] = (
    case("page-glued", "The page's last line with what follows it there.",
         f"private_key_pk1={PK1}\n{_GOOD}license=TBHK\nenv=PRODFor Institutional Investors\n",
         "glued-text", PAGE, (("glued-text", 6),)),
    case("licence-glued", "Two lines in one.", f"{_GOOD}license=TBHKenv=PROD\n", "glued-text",
         _READ, (("glued-text", 4),)),
    case("secret-key-glued", "Text right behind the secret key.",
         f"{_GOOD}secret_key={SECRET_KEY}After\n", "glued-text", _READ, (("glued-text", 4),)),
    case("comment-behind", "A comment behind a value stays in it.",
         *_tigers("tiger_id=20990001 # mine", (("inline-comment", 2),), "inline-comment", PARSER)),
    case("comment-behind-timeout", "The same behind a number: it is not used.",
         f"{_GOOD}timeout=15 # seconds\n", settings(), PARSER, (("inline-comment", 4),)),
    case("comment-behind-key", "The same behind the private key.",
         f"private_key_pk8={PK8} # mine\n{REST}", "inline-comment", PARSER,
         (("inline-comment", 1),)),
    case("space-behind", "A space behind a value stays in it, except with Java.",
         *_tigers("tiger_id=20990001 ", ((_DIFFERENT, 2), ("trailing-space", 2)),
                  "trailing-space", PARSER)),
    case("space-behind-key", "A space behind the private key does no harm.",
         f"private_key_pk8={PK8} \n{REST}", settings(), PARSER,
         ((_DIFFERENT, 1), ("trailing-space", 1))),
    case("tab-behind-account", "A tab behind a value.",
         f"{_KEY}tiger_id=20990001\naccount=12345678\t\n", "trailing-space", PARSER,
         ((_DIFFERENT, 3), ("trailing-space", 3))),
    case("quoted", "Quotation marks stay in the value.",
         *_tigers('tiger_id="20990001"', (("quoted", 2),), "quoted", PARSER)),
    case("apostrophes", "Apostrophes stay in the value.",
         *_tigers("tiger_id='20990001'", (("quoted", 2),), "quoted", PARSER)),
    case("quoted-key", "A private key in quotation marks: some SDKs take it.",
         f'private_key_pk8="{PK8}"\n{REST}', settings(f'"{PK8}"'), PARSER,
         (("key-not-well-formed", 1),)),
    case("tiger-id-space", "A space inside the tiger_id.",
         *_tigers("tiger_id=2015 0001", (("malformed-value", 2),), "malformed-value", _FIT)),
    case("timeout-unit", "A number with a unit: the Python SDK skips it in silence.",
         f"{_GOOD}timeout=15s\n", settings(), PARSER, (("malformed-value", 4),)),
    case("server-url-bare", "An address without its scheme.",
         f"{_GOOD}server_url=openapi.tigerfintech.com/gateway\n", "malformed-value", _READ,
         (("malformed-value", 4),)),
    case("language", "A language that is none of the three.", f"{_GOOD}language=en\n",
         settings(), PARSER, (("malformed-value", 4),)),
    case("licence-lowercase", "A licence in small letters.", f"{_GOOD}license=tbhk\n",
         "unknown-licence", _FIT, (("unknown-licence", 4),)),
    case("licence-unknown", "A licence that is none.", f"{_GOOD}license=TBXX\n",
         "unknown-licence", _FIT, (("unknown-licence", 4),)),
    case("environment-unknown", "An environment that is none: the Python SDK takes the real one.",
         f"{_GOOD}env=LIVE\n", "unknown-environment", PARSER, (("unknown-environment", 4),)),
    case("account-short", "An account of four digits.",
         f"{_KEY}tiger_id=20990001\naccount=1234\n", settings(account="1234"), _FIT,
         (("account-shape", 3),)),
    case("account-username", "A name for the account.",
         f"{_KEY}tiger_id=20990001\naccount=example\n", settings(account="example"), _FIT,
         (("account-shape", 3),)),
    case("secret-key-shape", "A secret key of another shape.", f"{_GOOD}secret_key=EXAMPLE\n",
         settings(secret_key="EXAMPLE"), _FIT, (("secret-key-shape", 4),)),  # noqa: S106
    case("secret-key-missing", "An institution without its secret key.", _GOOD,
         "secret-key-missing", PAGE, (("secret-key-missing", None),), institutional=True),
    case("secret-key-empty", "An empty secret key of somebody who is no institution.",
         f"{_GOOD}secret_key=\n", settings(), PAGE, (("secret-key-missing", 4),)),
    case("token-shape", "A token that is none.", f"{_GOOD}token=EXAMPLE\n",
         settings(token="EXAMPLE"), PARSER, (("token-shape", 4),)),  # noqa: S106
    case("token-bearer", "`Bearer` before the token.", f"{_GOOD}token=Bearer {TOKEN}\n",
         "token-shape", PARSER, (("token-shape", 4),)),
)  # fmt: skip

_KEYS: tuple[Case, ...] = (
    case("nothing", "An empty file.", "", "setting-missing", PAGE,
         (("setting-missing", None),) * 3),
    case("no-tiger-id", "No tiger_id.", _missing("tiger_id"), "setting-missing", PAGE,
         (("setting-missing", None),)),
    case("empty-tiger-id", "An empty tiger_id.", _missing("tiger_id", "tiger_id="),
         "setting-missing", PAGE, (("setting-missing", 3),)),
    case("no-private-key", "No private key.", _missing("private_key"), "setting-missing", PAGE,
         (("setting-missing", None),)),
    case("empty-private-key", "An empty private key.", _missing("private_key", "private_key_pk8="),
         "setting-missing", PAGE, (("setting-missing", 3),)),
    case("no-account", "No account: requests can be signed, but few are of use.",
         _missing("account"), settings(account=None), PAGE, (("setting-missing", None),)),
    case("twice", "A key twice: the last one counts.",
         f"{_GOOD}account=87654321\n", settings(account="87654321"), PARSER,
         (("duplicate-key", 4),)),
    case("twice-same", "A line twice.", f"{_GOOD}account=12345678\n", settings(), PARSER,
         (("duplicate-key", 4),)),
    case("misspelt-licence", "A key in the other spelling.", f"{_GOOD}licence=TBHK\n",
         settings(), PAGE, (("unknown-key", 4),)),
    case("misspelt-tiger-id", "A key in capitals, so that the real one is missing.",
         _missing("tiger_id", "Tiger_ID=20990001"), "setting-missing", PAGE,
         (("unknown-key", 3), ("setting-missing", None))),
    case("words", "A line of words.", f"{_GOOD}For Institutional Investors\n", settings(), PAGE,
         (("unknown-key", 4),)),
    case("key-cut-off", "A private key that is cut off.", f"private_key_pk1={PK1[:-40]}\n{REST}",
         "key-unreadable", _READ, (("key-unreadable", 1),)),
    case("key-cut-off-unused", "The same where another one counts.",
         f"private_key_pk1={PK1[:-40]}\n{_GOOD}", settings(), _READ, (("key-unreadable", 1),)),
    case("key-path", "A file's name for the private key.",
         f"private_key=/home/example/private_key.pem\n{REST}", "key-unreadable", _READ,
         (("key-unreadable", 1),)),
    case("key-certificate", "A certificate for the private key.",
         f"private_key={bare('EXAMPLE-certificate.pem')}\n{REST}", "key-unreadable",
         _READ, (("key-unreadable", 1),)),
    case("key-unpadded", "A private key without its padding.",
         f"private_key_pk1={PK1.rstrip('=')}\n{REST}", settings(PK1.rstrip("=")),
         recorded("official SDKs given one and the same key in every shape",
                  "Python, Go and C++ do not take it, TypeScript does"),
         (("key-not-well-formed", 1),)),
    case("keys-swapped", "PKCS#1 under the name of PKCS#8, and the reverse.",
         f"private_key_pk1={PK8}\nprivate_key_pk8={PK1}\n{REST}", settings(PK1), PAGE,
         (("key-form", 1), ("key-form", 2))),
    case("keys-differ", "Two different keys.",
         f"private_key_pk1={OTHER}\n{_GOOD}", "keys-differ", _READ, (("keys-differ", 2),)),
    case("host-us", "TBUS with the others' gateway.",
         f"{_GOOD}license=TBUS\nserver_url=https://openapi.tigerfintech.com/gateway\n",
         settings(license="TBUS", server_url="https://openapi.tigerfintech.com/gateway"),
         recorded("official SDKs, read in their source", "TBUS has a gateway of its own"),
         (("host-mismatch", 5),)),
    case("host-other", "Another licence with the gateway of TBUS.",
         f"{_GOOD}license=TBSG\nserver_url=https://openapi.tradeup.com/gateway\n",
         settings(license="TBSG", server_url="https://openapi.tradeup.com/gateway"),
         recorded("official SDKs, read in their source", "TBUS has a gateway of its own"),
         (("host-mismatch", 5),)),
    case("variable-beats", "A variable with another account beats the file.", _GOOD,
         settings(account="87654321"), _BEATS, (("overridden", 3),),
         environment=(("TIGEROPEN_ACCOUNT", "87654321"),)),
    case("variable-key-beats", "A variable with the key in its other form beats the file.", _GOOD,
         settings(PK1), _BEATS, (("overridden", 1),),
         environment=(("TIGEROPEN_PRIVATE_KEY", PK1),)),
    case("variable-space", "A space behind a variable's value stays in it as well.", _GOOD,
         "trailing-space", _BEATS, (("overridden", 2), ("trailing-space", None)),
         environment=(("TIGEROPEN_TIGER_ID", "20990001 "),)),
    case("variable-key-cut-off", "A variable with a broken key beats a good file.", _GOOD,
         "key-unreadable", _BEATS, (("overridden", 1), ("key-unreadable", None)),
         environment=(("TIGEROPEN_PRIVATE_KEY", PK1[:-40]),)),
)  # fmt: skip

TRAPS = (*_TEXTS, *_VALUES, *_KEYS)
