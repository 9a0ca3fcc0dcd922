r"""What is read of a `.env`, and what goes wrong with it: a table, reasoned by hand.

The rules behind it (facts: what shioaji-cli 1.7.9 and python-dotenv 1.2.4 were seen to do): the
server's reader stops silently at the first bad line, such as one with a Windows backslash that is
not in single quotes, with an unquoted space in the value, or with octets that are not UTF-8; it
puts a variable in for a `$` that is not in single quotes. python-dotenv keeps `ab$cd`, takes an
unquoted space, reads `"C:\temp\new"` as tab and newline, and reads nothing of what is not UTF-8.
CRLF, a byte order mark, `export`, spaces around `=` and comments are fine. The environment wins
over the file in both. The values of which the server has rules of its own are in `env_values`.
"""

from collections.abc import Mapping

from signproof.oracles.shioaji_ca.env_case import (
    HEAD,
    KEY,
    NO_PW,
    NOTHING,
    PAGE,
    PASSWD,
    PATH,
    PW,
    READ,
    SEC,
    Case,
    Findings,
    K,
    P,
    S,
    missing,
    passwd,
)
from signproof.oracles.shioaji_ca.env_values import VALUES
from signproof.oracles.shioaji_ca.files import Pairs

__all__ = ["CASES", "pairs_of", "stop_of"]


def _all_missing(but: int = 2) -> Findings:
    """Return all four keys as missing for one reader or for both."""
    return tuple(one for key in sorted(READ) for one in missing(key) * but)


def _path(line: str) -> bytes:
    return (KEY + SEC + line + PASSWD).encode()


_STOPS_AT_PATH = (*missing(PW, P),)
_NO_PATH = {PW: None, P: None}
_LIKE: tuple[tuple[str, str, bytes], ...] = (
    ("page", "The page's four lines.", PAGE.encode()),
    ("crlf", "Line ends of Windows.", PAGE.replace("\n", "\r\n").encode()),
    ("no-last-newline", "No line end at the end.", PAGE.rstrip().encode()),
    ("export", "As for a shell.", PAGE.replace("SJ_", "export SJ_").encode()),
    ("spaces-around", "Spaces around the sign.", PAGE.replace("=", " = ").encode()),
    ("comments", "Comments and empty lines.", f"# EXAMPLE\n\n{HEAD}\n# more\n{PASSWD}".encode()),
    ("comment-behind", "A comment behind a value.", passwd("SJ_CA_PASSWD=EXAMPLE # note\n")),
    ("single-quotes", "Single quotes.", passwd("SJ_CA_PASSWD='EXAMPLE'\n")),
    ("double-quotes", "Double quotes.", passwd('SJ_CA_PASSWD="EXAMPLE"\n')),
    ("other-keys", "Keys of other programs.", f"OTHER=1\n{PAGE}ANOTHER=x\n".encode()),
)

CASES = (
    *(Case(name, comment, file) for name, comment, file in _LIKE),
    Case("byte-order-mark", "A byte order mark.", b"\xef\xbb\xbf" + PAGE.encode(), None,
         findings=(("byte-order-mark", 1, None),)),
    Case("space-single-quotes", "A space in single quotes.", passwd("SJ_CA_PASSWD='EX AM'\n"),
         {PW: "EX AM"}, {PW: "EX AM"}),
    Case("space-double-quotes", "A space in double quotes.", passwd('SJ_CA_PASSWD="EX AM"\n'),
         {PW: "EX AM"}, {PW: "EX AM"}),
    Case("space", "A space without quotes.", passwd("SJ_CA_PASSWD=EX AM\n"),
         {PW: "EX AM"}, NO_PW, 4,
         findings=(("server-stops", 4, PW), *missing(PW))),
    Case("space-in-path", "A space in the path, without quotes.",
         _path("SJ_CA_PATH=/EXAMPLE/my ca.pfx\n"), {P: "/EXAMPLE/my ca.pfx"}, _NO_PATH, 3,
         findings=(("server-stops", 3, P), ("not-reached", 4, PW), *_STOPS_AT_PATH)),
    Case("dollar", "A dollar sign without quotes.", passwd("SJ_CA_PASSWD=ab$cd\n"),
         {PW: "ab$cd"}, {PW: "ab"},
         findings=(("read-differently", 4, PW), ("substituted", 4, PW))),
    Case("dollar-known", "A dollar sign, and a variable of that name.",
         passwd("SJ_CA_PASSWD=ab$cd\n"), {PW: "ab$cd"}, {PW: "abXY"},
         findings=(("read-differently", 4, PW), ("substituted", 4, PW)),
         environment=(("cd", "XY"),)),
    Case("dollar-single-quotes", "A dollar sign in single quotes.",
         passwd("SJ_CA_PASSWD='ab$cd'\n"), {PW: "ab$cd"}, {PW: "ab$cd"}),
    Case("windows", "A Windows path without quotes.", _path("SJ_CA_PATH=C:\\temp\\new.pfx\n"),
         {P: "C:\\temp\\new.pfx"}, _NO_PATH, 3,
         findings=(("server-stops", 3, P), ("path-backslash", 3, P), ("not-reached", 4, PW),
                   *_STOPS_AT_PATH)),
    Case("windows-double-quotes", "A Windows path in double quotes.",
         _path('SJ_CA_PATH="C:\\temp\\new.pfx"\n'), {P: "C:\temp\new.pfx"}, _NO_PATH, 3,
         findings=(("server-stops", 3, P), ("path-control", 3, P), ("not-reached", 4, PW),
                   *_STOPS_AT_PATH)),
    Case("windows-single-quotes", "A Windows path in single quotes.",
         _path("SJ_CA_PATH='C:\\temp\\new.pfx'\n"), {P: "C:\\temp\\new.pfx"},
         {P: "C:\\temp\\new.pfx"}, findings=(("path-backslash", 3, P),)),
    Case("forward-slashes", "A Windows path with forward slashes, as the page says.",
         _path("SJ_CA_PATH=C:/temp/new.pfx\n"), {P: "C:/temp/new.pfx"}, {P: "C:/temp/new.pfx"}),
    Case("big5", "A password in Big5.", HEAD.encode() + b"SJ_CA_PASSWD=\xb1K\xbdX\n",
         NOTHING, NO_PW, 4, 1,
         findings=(("not-utf-8", 4, None), ("server-stops", 4, None),
                   *missing(K, PW, PW, P, S))),
    Case("utf-16", "The whole file in UTF-16.", b"\xff\xfe" + PAGE.encode("utf-16-le"),
         NOTHING, NOTHING, 1, 1,
         findings=(("not-utf-8", 1, None), ("server-stops", 1, None), *_all_missing())),
    Case("unicode", "A password beyond ASCII, in UTF-8.", passwd("SJ_CA_PASSWD=密碼EXAMPLE\n"),
         {PW: "密碼EXAMPLE"}, {PW: "密碼EXAMPLE"}),
    Case("path-unicode", "A path beyond ASCII.", _path("SJ_CA_PATH=/EXAMPLE/憑證.pfx\n"),
         {P: "/EXAMPLE/憑證.pfx"}, {P: "/EXAMPLE/憑證.pfx"},
         findings=(("path-not-ascii", 3, P),)),
    Case("environment", "The environment has another password.", PAGE.encode(),
         {PW: "OTHER"}, {PW: "OTHER"}, findings=(("overridden", 4, PW),),
         environment=((PW, "OTHER"),)),
    Case("environment-same", "The environment has the same password.", PAGE.encode(),
         environment=((PW, "EXAMPLE"),)),
    Case("environment-alone", "The password is in the environment alone.", HEAD.encode(),
         environment=((PW, "EXAMPLE"),)),
    Case("empty", "Nothing.", b"", NOTHING, NOTHING, findings=_all_missing()),
    Case("no-password", "No password.", HEAD.encode(), NO_PW, NO_PW,
         findings=missing(PW, PW)),
    Case("no-ca", "No CA: enough for simulation.", (KEY + SEC).encode(), _NO_PATH, _NO_PATH,
         findings=missing(PW, PW, P, P)),
    Case("misspelt", "A key misspelt.", passwd("SJ_CA_PASSWORD=EXAMPLE\n"), NO_PW, NO_PW,
         findings=(("unknown-key", 4, None), *missing(PW, PW))),
    Case("small-letters", "A key in small letters.", passwd("sj_ca_passwd=EXAMPLE\n"), NO_PW,
         NO_PW, findings=(("unknown-key", 4, None), *missing(PW, PW))),
    Case("setting-in-comment", "A setting in a comment.",
         (PAGE + "#SJ_PRODUCTION=true\n").encode()),
    Case("empty-value", "A key with nothing behind its sign.", passwd("SJ_CA_PASSWD=\n"),
         {PW: ""}, {PW: ""}, findings=missing(PW, PW)),
    Case("hash-inside", "A `#` inside of a value.", passwd("SJ_CA_PASSWD=EX#AM\n"),
         {PW: "EX#AM"}, {PW: "EX#AM"}),
    Case("equals-inside", "Equals signs inside of a value.", passwd("SJ_CA_PASSWD=EX=AM=\n"),
         {PW: "EX=AM="}, {PW: "EX=AM="}),
    Case("spaces-in-quotes", "Spaces at both ends, in single quotes.",
         passwd("SJ_CA_PASSWD=' EXAMPLE '\n"), {PW: " EXAMPLE "}, {PW: " EXAMPLE "}),
    Case("twice", "A key twice.", (PAGE + "SJ_CA_PASSWD=OTHER\n").encode(), {PW: "OTHER"}, {},
         findings=(("duplicate-key", 5, PW),)),
    Case("production", "SJ_PRODUCTION of the documented form.",
         (PAGE + "SJ_PRODUCTION=true\n").encode(), {"SJ_PRODUCTION": "true"},
         {"SJ_PRODUCTION": "true"}),
    Case("production-yes", "SJ_PRODUCTION of another form.",
         (PAGE + "SJ_PRODUCTION=yes\n").encode(), {"SJ_PRODUCTION": "yes"},
         {"SJ_PRODUCTION": "yes"}, findings=(("malformed-value", 5, "SJ_PRODUCTION"),)),
    Case("window", "SJ_RECEIVE_WINDOW in milliseconds.",
         (PAGE + "SJ_RECEIVE_WINDOW=30000\n").encode(), {"SJ_RECEIVE_WINDOW": "30000"},
         {"SJ_RECEIVE_WINDOW": "30000"}),
    Case("window-unit", "SJ_RECEIVE_WINDOW with a unit.",
         (PAGE + "SJ_RECEIVE_WINDOW=30s\n").encode(), {"SJ_RECEIVE_WINDOW": "30s"},
         {"SJ_RECEIVE_WINDOW": "30s"}, findings=(("malformed-value", 5, "SJ_RECEIVE_WINDOW"),)),
    Case("window-none", "SJ_RECEIVE_WINDOW of nothing.",
         (PAGE + "SJ_RECEIVE_WINDOW=0\n").encode(), {"SJ_RECEIVE_WINDOW": "0"},
         {"SJ_RECEIVE_WINDOW": "0"}, findings=(("malformed-value", 5, "SJ_RECEIVE_WINDOW"),)),
    Case("auth", "SJ_HTTP_AUTH of the documented form.",
         (PAGE + "SJ_HTTP_AUTH=true\n").encode(), {"SJ_HTTP_AUTH": "true"},
         {"SJ_HTTP_AUTH": "true"}),
    Case("auth-number", "SJ_HTTP_AUTH of another form.",
         (PAGE + "SJ_HTTP_AUTH=1\n").encode(), {"SJ_HTTP_AUTH": "1"},
         {"SJ_HTTP_AUTH": "1"}, findings=(("malformed-value", 5, "SJ_HTTP_AUTH"),)),
    Case("known-by-name", "Settings of which the name alone is looked at.",
         (PAGE + "SJ_HTTP_CORS=x\nSJ_BIND_ADDR=x\nSJ_LOG_DIR=x\n").encode()),
    Case("short-key", "A key of seven characters.",
         f"SJ_API_KEY=EXAMPLE\n{SEC}{PATH}{PASSWD}".encode(), {K: "EXAMPLE"},
         {K: "EXAMPLE"}, findings=(("credential", 1, K),)),
    Case("national-id", "National id and password for key and secret.",
         f"SJ_API_KEY=Z199999999\nSJ_SEC_KEY=EXAMPLE\n{PATH}{PASSWD}".encode(),
         {K: "Z199999999", S: "EXAMPLE"}, {K: "Z199999999", S: "EXAMPLE"},
         findings=(("credential", 1, K), ("credential", 2, S))),
    Case("words", "A line of words before the password.", passwd(f"EXAMPLE\n{PASSWD}"), {},
         NO_PW, 4, findings=(("server-stops", 4, None), ("not-reached", 5, PW), *missing(PW))),
    *VALUES,
)  # fmt: skip

_BY_CONTENT = {(case.file, case.environment): case for case in CASES}


def _case_of(file: bytes, environment: Mapping[str, str]) -> Case | None:
    return _BY_CONTENT.get((file, tuple(sorted(environment.items()))))


def pairs_of(file: bytes, dialect: str, environment: Mapping[str, str]) -> Pairs:
    """Look up what is read of a file; nothing where the table has no such file."""
    case = _case_of(file, environment)
    return () if case is None else case.pairs(dialect)


def stop_of(file: bytes, dialect: str, environment: Mapping[str, str]) -> int | None:
    """Look up at which line reading stops; None where the table has no such file, too."""
    case = _case_of(file, environment)
    return None if case is None else case.stop(dialect)
