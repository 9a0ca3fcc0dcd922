r"""What is read of a `.env`, and what goes wrong with it: a table, reasoned by hand.

The rules behind it (facts: what shioaji 1.7.9 and python-dotenv were seen to do): the server's
reader stops silently at the first bad line, which is one with a Windows backslash that is not in
single quotes, with an unquoted space in the value, or with octets that are not UTF-8; it puts a
variable in for an unquoted `$`. python-dotenv keeps `ab$cd`, takes an unquoted space, reads
`"C:\temp\new"` as tab and newline, and reads nothing of what is not UTF-8. CRLF, a byte order mark,
`export`, spaces around `=` and comments are fine. The environment wins over the file in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from signproof.oracles.shioaji_ca.base58 import API_KEY, SECRET
from signproof.oracles.shioaji_ca.files import Pairs

__all__ = ["CASES", "Case", "pairs_of", "stop_of"]

_KEY, _SEC = f"SJ_API_KEY={API_KEY}\n", f"SJ_SEC_KEY={SECRET}\n"
_PATH, _PASSWD = "SJ_CA_PATH=/EXAMPLE/Sinopac.pfx\n", "SJ_CA_PASSWD=EXAMPLE\n"
_HEAD = _KEY + _SEC + _PATH
_PAGE = _HEAD + _PASSWD
_READ = {
    "SJ_API_KEY": API_KEY,
    "SJ_SEC_KEY": SECRET,
    "SJ_CA_PATH": "/EXAMPLE/Sinopac.pfx",
    "SJ_CA_PASSWD": "EXAMPLE",
}
_PW, _P, _K, _S = "SJ_CA_PASSWD", "SJ_CA_PATH", "SJ_API_KEY", "SJ_SEC_KEY"
_NOTHING: dict[str, str | None] = dict.fromkeys(_READ)

Findings = tuple[tuple[str, int | None, str | None], ...]
"""Trap, line, key."""


@dataclass(frozen=True, slots=True)
class Case:
    """One file."""

    name: str
    comment: str
    file: bytes
    python: Mapping[str, str | None] | None = field(default_factory=dict)
    """What the library reads other than the page's values, None for what it does not read; as a
    whole None where that depends on its version."""
    server: Mapping[str, str | None] | None = field(default_factory=dict)
    """What the server reads; as a whole None where it is unknown."""
    stopped_at: int | None = None
    """The line at which the server's reader stops."""
    python_stopped_at: int | None = None
    findings: Findings = ()
    environment: tuple[tuple[str, str], ...] = ()
    inferred: bool = False

    def stop(self, dialect: str) -> int | None:
        """Return the line at which reading stops, None where it does not."""
        return self.python_stopped_at if dialect == "python-dotenv" else self.stopped_at

    def pairs(self, dialect: str) -> Pairs:
        """Return what is read, sorted by key; nothing where it is unknown."""
        changes = self.python if dialect == "python-dotenv" else self.server
        if changes is None:
            return ()
        values = {**_READ, **changes}
        return tuple(sorted((key, value) for key, value in values.items() if value is not None))


def _missing(*keys: str) -> Findings:
    return tuple(("setting-missing", None, key) for key in keys)


def _all_missing(but: int = 2) -> Findings:
    """Return all four keys as missing for one reader or for both."""
    return tuple(one for key in sorted(_READ) for one in _missing(key) * but)


def _passwd(line: str) -> bytes:
    return (_HEAD + line).encode()


def _path(line: str) -> bytes:
    return (_KEY + _SEC + line + _PASSWD).encode()


_STOPS_AT_PATH = (*_missing(_PW, _P),)
_NO_PW = {_PW: None}
_NO_PATH = {_PW: None, _P: None}
_LIKE: tuple[tuple[str, str, bytes], ...] = (
    ("page", "The page's four lines.", _PAGE.encode()),
    ("crlf", "Line ends of Windows.", _PAGE.replace("\n", "\r\n").encode()),
    ("no-last-newline", "No line end at the end.", _PAGE.rstrip().encode()),
    ("export", "As for a shell.", _PAGE.replace("SJ_", "export SJ_").encode()),
    ("spaces-around", "Spaces around the sign.", _PAGE.replace("=", " = ").encode()),
    ("comments", "Comments and empty lines.", f"# EXAMPLE\n\n{_HEAD}\n# more\n{_PASSWD}".encode()),
    ("comment-behind", "A comment behind a value.", _passwd("SJ_CA_PASSWD=EXAMPLE # note\n")),
    ("single-quotes", "Single quotes.", _passwd("SJ_CA_PASSWD='EXAMPLE'\n")),
    ("double-quotes", "Double quotes.", _passwd('SJ_CA_PASSWD="EXAMPLE"\n')),
    ("other-keys", "Keys of other programs.", f"OTHER=1\n{_PAGE}ANOTHER=x\n".encode()),
)

CASES = (
    *(Case(name, comment, file) for name, comment, file in _LIKE),
    Case("byte-order-mark", "A byte order mark.", b"\xef\xbb\xbf" + _PAGE.encode(), None,
         findings=(("byte-order-mark", 1, None),)),
    Case("space-single-quotes", "A space in single quotes.", _passwd("SJ_CA_PASSWD='EX AM'\n"),
         {_PW: "EX AM"}, {_PW: "EX AM"}),
    Case("space-double-quotes", "A space in double quotes.", _passwd('SJ_CA_PASSWD="EX AM"\n'),
         {_PW: "EX AM"}, {_PW: "EX AM"}),
    Case("space", "A space without quotes.", _passwd("SJ_CA_PASSWD=EX AM\n"),
         {_PW: "EX AM"}, _NO_PW, 4,
         findings=(("server-stops", 4, _PW), *_missing(_PW))),
    Case("space-in-path", "A space in the path, without quotes.",
         _path("SJ_CA_PATH=/EXAMPLE/my ca.pfx\n"), {_P: "/EXAMPLE/my ca.pfx"}, _NO_PATH, 3,
         findings=(("server-stops", 3, _P), ("not-reached", 4, _PW), *_STOPS_AT_PATH)),
    Case("dollar", "A dollar sign without quotes.", _passwd("SJ_CA_PASSWD=ab$cd\n"),
         {_PW: "ab$cd"}, {_PW: "ab"},
         findings=(("read-differently", 4, _PW), ("substituted", 4, _PW))),
    Case("dollar-known", "A dollar sign, and a variable of that name.",
         _passwd("SJ_CA_PASSWD=ab$cd\n"), {_PW: "ab$cd"}, {_PW: "abXY"},
         findings=(("read-differently", 4, _PW), ("substituted", 4, _PW)),
         environment=(("cd", "XY"),)),
    Case("dollar-single-quotes", "A dollar sign in single quotes.",
         _passwd("SJ_CA_PASSWD='ab$cd'\n"), {_PW: "ab$cd"}, {_PW: "ab$cd"}),
    Case("windows", "A Windows path without quotes.", _path("SJ_CA_PATH=C:\\temp\\new.pfx\n"),
         {_P: "C:\\temp\\new.pfx"}, _NO_PATH, 3,
         findings=(("server-stops", 3, _P), ("path-backslash", 3, _P), ("not-reached", 4, _PW),
                   *_STOPS_AT_PATH)),
    Case("windows-double-quotes", "A Windows path in double quotes.",
         _path('SJ_CA_PATH="C:\\temp\\new.pfx"\n'), {_P: "C:\temp\new.pfx"}, _NO_PATH, 3,
         findings=(("server-stops", 3, _P), ("path-control", 3, _P), ("not-reached", 4, _PW),
                   *_STOPS_AT_PATH)),
    Case("windows-single-quotes", "A Windows path in single quotes.",
         _path("SJ_CA_PATH='C:\\temp\\new.pfx'\n"), {_P: "C:\\temp\\new.pfx"},
         {_P: "C:\\temp\\new.pfx"}, findings=(("path-backslash", 3, _P),), inferred=True),
    Case("forward-slashes", "A Windows path with forward slashes, as the page says.",
         _path("SJ_CA_PATH=C:/temp/new.pfx\n"), {_P: "C:/temp/new.pfx"}, {_P: "C:/temp/new.pfx"}),
    Case("big5", "A password in Big5.", _HEAD.encode() + b"SJ_CA_PASSWD=\xb1K\xbdX\n",
         _NOTHING, _NO_PW, 4, 1,
         findings=(("not-utf-8", 4, None), ("server-stops", 4, None),
                   *_missing(_K, _PW, _PW, _P, _S))),
    Case("utf-16", "The whole file in UTF-16.", b"\xff\xfe" + _PAGE.encode("utf-16-le"),
         _NOTHING, _NOTHING, 1, 1,
         findings=(("not-utf-8", 1, None), ("server-stops", 1, None), *_all_missing())),
    Case("unicode", "A password beyond ASCII, in UTF-8.", _passwd("SJ_CA_PASSWD=密碼EXAMPLE\n"),
         {_PW: "密碼EXAMPLE"}, {_PW: "密碼EXAMPLE"}, inferred=True),
    Case("path-unicode", "A path beyond ASCII.", _path("SJ_CA_PATH=/EXAMPLE/憑證.pfx\n"),
         {_P: "/EXAMPLE/憑證.pfx"}, {_P: "/EXAMPLE/憑證.pfx"},
         findings=(("path-not-ascii", 3, _P),), inferred=True),
    Case("environment", "The environment has another password.", _PAGE.encode(),
         {_PW: "OTHER"}, {_PW: "OTHER"}, findings=(("overridden", 4, _PW),),
         environment=((_PW, "OTHER"),)),
    Case("environment-same", "The environment has the same password.", _PAGE.encode(),
         environment=((_PW, "EXAMPLE"),)),
    Case("environment-alone", "The password is in the environment alone.", _HEAD.encode(),
         environment=((_PW, "EXAMPLE"),)),
    Case("empty", "Nothing.", b"", _NOTHING, _NOTHING, findings=_all_missing()),
    Case("no-password", "No password.", _HEAD.encode(), _NO_PW, _NO_PW,
         findings=_missing(_PW, _PW)),
    Case("no-ca", "No CA: enough for simulation.", (_KEY + _SEC).encode(), _NO_PATH, _NO_PATH,
         findings=_missing(_PW, _PW, _P, _P)),
    Case("misspelt", "A key misspelt.", _passwd("SJ_CA_PASSWORD=EXAMPLE\n"), _NO_PW, _NO_PW,
         findings=(("unknown-key", 4, None), *_missing(_PW, _PW))),
    Case("small-letters", "A key in small letters.", _passwd("sj_ca_passwd=EXAMPLE\n"), _NO_PW,
         _NO_PW, findings=(("unknown-key", 4, None), *_missing(_PW, _PW)), inferred=True),
    Case("setting-in-comment", "A setting in a comment.",
         (_PAGE + "#SJ_PRODUCTION=true\n").encode()),
    Case("empty-value", "A key with nothing behind its sign.", _passwd("SJ_CA_PASSWD=\n"),
         {_PW: ""}, {_PW: ""}, findings=_missing(_PW, _PW), inferred=True),
    Case("hash-inside", "A `#` inside of a value.", _passwd("SJ_CA_PASSWD=EX#AM\n"),
         {_PW: "EX#AM"}, None, findings=(("in-doubt", 4, _PW),)),
    Case("equals-inside", "Equals signs inside of a value.", _passwd("SJ_CA_PASSWD=EX=AM=\n"),
         {_PW: "EX=AM="}, {_PW: "EX=AM="}, inferred=True),
    Case("spaces-in-quotes", "Spaces at both ends, in single quotes.",
         _passwd("SJ_CA_PASSWD=' EXAMPLE '\n"), {_PW: " EXAMPLE "}, {_PW: " EXAMPLE "},
         inferred=True),
    Case("twice", "A key twice.", (_PAGE + "SJ_CA_PASSWD=OTHER\n").encode(), {_PW: "OTHER"}, None,
         findings=(("duplicate-key", 5, _PW),)),
    Case("production", "SJ_PRODUCTION of the documented form.",
         (_PAGE + "SJ_PRODUCTION=true\n").encode(), {"SJ_PRODUCTION": "true"},
         {"SJ_PRODUCTION": "true"}),
    Case("production-yes", "SJ_PRODUCTION of another form.",
         (_PAGE + "SJ_PRODUCTION=yes\n").encode(), {"SJ_PRODUCTION": "yes"},
         {"SJ_PRODUCTION": "yes"}, findings=(("malformed-value", 5, "SJ_PRODUCTION"),)),
    Case("window", "SJ_RECEIVE_WINDOW in milliseconds.",
         (_PAGE + "SJ_RECEIVE_WINDOW=30000\n").encode(), {"SJ_RECEIVE_WINDOW": "30000"},
         {"SJ_RECEIVE_WINDOW": "30000"}),
    Case("window-unit", "SJ_RECEIVE_WINDOW with a unit.",
         (_PAGE + "SJ_RECEIVE_WINDOW=30s\n").encode(), {"SJ_RECEIVE_WINDOW": "30s"},
         {"SJ_RECEIVE_WINDOW": "30s"}, findings=(("malformed-value", 5, "SJ_RECEIVE_WINDOW"),)),
    Case("short-key", "A key of seven characters.",
         f"SJ_API_KEY=EXAMPLE\n{_SEC}{_PATH}{_PASSWD}".encode(), {_K: "EXAMPLE"},
         {_K: "EXAMPLE"}, findings=(("credential", 1, _K),)),
    Case("national-id", "National id and password for key and secret.",
         f"SJ_API_KEY=Z199999999\nSJ_SEC_KEY=EXAMPLE\n{_PATH}{_PASSWD}".encode(),
         {_K: "Z199999999", _S: "EXAMPLE"}, {_K: "Z199999999", _S: "EXAMPLE"},
         findings=(("credential", 1, _K), ("credential", 2, _S))),
    Case("words", "A line of words before the password.", _passwd(f"EXAMPLE\n{_PASSWD}"), {},
         _NO_PW, 4, findings=(("server-stops", 4, None), ("not-reached", 5, _PW), *_missing(_PW)),
         inferred=True),
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
