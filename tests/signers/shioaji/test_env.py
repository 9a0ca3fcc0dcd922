"""The page's `.env` as its two readers read it, and every trap with its line."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import Secret
from signers.shioaji.env import (
    DOCUMENTED,
    KEYS,
    LARGEST,
    PAGE_KEYS,
    PLACES,
    Dialect,
    Difference,
    Doubt,
    Finding,
    Place,
    StopReason,
    Trap,
    inspect,
    read,
)

PYTHON, SERVER = Dialect.PYTHON, Dialect.SERVER
KEY, SECRET = "EXAMPLEKEY", "4wBqpZM9xaSheZzJSMawUKKwhdpChKbZ5eu5ky4Vigw"
REST = f"SJ_API_KEY={KEY}\nSJ_SEC_KEY={SECRET}\nSJ_CA_PATH=/EXAMPLE/Sinopac.pfx\n"
PAGE = REST + "SJ_CA_PASSWD=EXAMPLE\n"


@dataclass
class One:
    """What the two make of one value: text, a doubt, or a reason to stop; None for nothing."""

    line: str
    python: str | None
    server: str | Doubt | StopReason | None
    environment: dict[str, str] | None = None


VALUES: dict[str, One] = {
    "plain": One("SJ_CA_PASSWD=EXAMPLE", "EXAMPLE", "EXAMPLE"),
    "empty": One("SJ_CA_PASSWD=", "", ""),
    "spaces around": One("SJ_CA_PASSWD = EXAMPLE \t", "EXAMPLE", "EXAMPLE"),
    "indented": One("  SJ_CA_PASSWD=EXAMPLE", "EXAMPLE", "EXAMPLE"),
    "export": One("export SJ_CA_PASSWD=EXAMPLE", "EXAMPLE", "EXAMPLE"),
    "comment": One("SJ_CA_PASSWD=EXAMPLE # note", "EXAMPLE", "EXAMPLE"),
    "comment after quotes": One("SJ_CA_PASSWD='EX AM' # note", "EX AM", "EX AM"),
    "commented out": One("# SJ_CA_PASSWD=EXAMPLE", None, None),
    "comment for a value": One("SJ_CA_PASSWD= # note", "", ""),
    "value that starts with #": One("SJ_CA_PASSWD=#abc", "#abc", ""),
    "# inside": One("SJ_CA_PASSWD=ab#cd", "ab#cd", "ab#cd"),
    "double quotes": One('SJ_CA_PASSWD="EX AM"', "EX AM", "EX AM"),
    "double quotes, empty": One('SJ_CA_PASSWD=""', "", ""),
    "space": One("SJ_CA_PASSWD=EX AM", "EX AM", StopReason.SPACE),
    "space and quotation mark": One("SJ_CA_PASSWD=EX 'AM'", "EX 'AM'", StopReason.SPACE),
    "space beyond ASCII": One("SJ_CA_PASSWD=EX\u3000AM", "EX\u3000AM", "EX\u3000AM"),
    "space beyond ASCII at the end": One("SJ_CA_PASSWD=EX\u3000", "EX", "EX"),
    "space beyond ASCII before a comment": One("SJ_CA_PASSWD=EX\u3000#AM", "EX", "EX"),
    "separator at the end, white space for Python only": One("SJ_CA_PASSWD=a\x1c", "a", "a\x1c"),
    "dollar": One("SJ_CA_PASSWD=ab$cd", "ab$cd", "ab"),
    "dollar, known": One("SJ_CA_PASSWD=ab$cd", "ab$cd", "abXY", {"cd": "XY"}),
    "dollar, from above": One("A=x\nSJ_CA_PASSWD=ab$A", "ab$A", "abx"),
    "dollar, a name with _": One(
        "SJ=x\nSJ_CA_PASSWD=ab$SJ_API_KEY", "ab$SJ_API_KEY", "abx_API_KEY"
    ),
    "dollar, a name beyond ASCII": One("SJ_CA_PASSWD=ab$密a.", "ab$密a.", "ab."),
    "dollar, a name and a mark": One("SJ_CA_PASSWD=a$e\u0301x", "a$e\u0301x", Doubt.NAME),
    "dollar, a name and a symbol": One("SJ_CA_PASSWD=a$Ⓐx", "a$Ⓐx", Doubt.NAME),
    "dollar, a name and a sign": One("SJ_CA_PASSWD=a$e。x", "a$e。x", "a。x"),
    "dollar before a space": One("SJ_CA_PASSWD=a$ b", "a$ b", "a b"),
    "dollar before a space and a comment": One("SJ_CA_PASSWD=a$  #b", "a$", "a "),
    "dollar behind a space": One("SJ_CA_PASSWD=a $b", "a $b", StopReason.SPACE),
    "dollar before a quotation mark": One("SJ_CA_PASSWD=$'a", "$'a", StopReason.UNCLOSED),
    "dollar before backslashes": One(r"SJ_CA_PASSWD=$\\", r"$\\", "\\"),
    "dollars": One("A=x\nSJ_CA_PASSWD=$$A$A", "$$A$A", "xx"),
    "braces, a name of any signs": One("A.=x\nSJ_CA_PASSWD=${A.}$A.", "x$A.", "x."),
    "braces behind a name": One("SJ_CA_PASSWD=$a{b}", "$a{b}", "{b}"),
    "braces in braces": One("SJ_CA_PASSWD=${a${b}}", "}", "}"),
    "braces, empty": One("SJ_CA_PASSWD=a${}b", "ab", "ab"),
    "braces, unclosed": One("SJ_CA_PASSWD=a${b", "a${b", StopReason.UNCLOSED),
    "a variable's dollar": One("SJ_CA_PASSWD=a$b", "a$b", "a$c", {"b": "$c"}),
    "dollar, environment first": One(
        "SJ_CA_PASSWD=ab${SJ_API_KEY}c", "abOTHERc", "abOTHERc", {"SJ_API_KEY": "OTHER"}
    ),
    "braces": One("SJ_CA_PASSWD=ab${cd}e", "abe", "abe"),
    "braces with a default": One("SJ_CA_PASSWD=ab${cd:-e}", "abe", "ab"),
    "dollar in single quotes": One("SJ_CA_PASSWD='ab$cd'", "ab$cd", "ab$cd"),
    "braces in single quotes": One("SJ_CA_PASSWD='ab${cd}'", "ab", "ab${cd}"),
    "dollar in double quotes": One('SJ_CA_PASSWD="ab$cd"', "ab$cd", StopReason.UNCLOSED),
    "dollar further in in double quotes": One('SJ_CA_PASSWD="ab$c.d"', "ab$c.d", "ab.d"),
    "braces in double quotes": One('SJ_CA_PASSWD="ab${cd}"', "ab", "ab"),
    "dollar at the end": One("SJ_CA_PASSWD=ab$", "ab$", "ab"),
    "dollar and digit": One("SJ_CA_PASSWD=ab$1", "ab$1", "ab"),
    "Windows": One(r"SJ_CA_PASSWD=C:\temp\new", r"C:\temp\new", StopReason.BACKSLASH),
    "Windows in double quotes": One(
        r'SJ_CA_PASSWD="C:\temp\new"', "C:\temp\new", StopReason.BACKSLASH
    ),
    "Windows in single quotes": One(r"SJ_CA_PASSWD='C:\temp\new'", r"C:\temp\new", r"C:\temp\new"),
    "doubled": One(r"SJ_CA_PASSWD=C:\\temp", r"C:\\temp", r"C:\temp"),
    "doubled and one more": One(r"SJ_CA_PASSWD=C:\\\temp", r"C:\\\temp", StopReason.BACKSLASH),
    "doubled in double quotes": One(r'SJ_CA_PASSWD="C:\\temp"', r"C:\temp", r"C:\temp"),
    "backslash n": One(r"SJ_CA_PASSWD=a\n", r"a\n", "a\n"),
    "backslash n in double quotes": One(r'SJ_CA_PASSWD="a\n"', "a\n", "a\n"),
    "backslash at the end": One("SJ_CA_PASSWD=a\\", "a\\", "a"),
    "backslash and space": One(r"SJ_CA_PASSWD=a\ b", r"a\ b", "a b"),
    "backslash and space at the end": One("SJ_CA_PASSWD=a\\ ", "a\\", "a"),
    "backslash and dollar": One(r"SJ_CA_PASSWD=a\$b", r"a\$b", "a$b"),
    "backslash and dollar in double quotes": One(r'SJ_CA_PASSWD="a\$b"', r"a\$b", "a$b"),
    "backslash and single quote": One(r"SJ_CA_PASSWD=a\'b", r"a\'b", "a'b"),
    "backslash and double quote": One(r'SJ_CA_PASSWD="a\"b"', 'a"b', 'a"b'),
    "backslash and #": One(r"SJ_CA_PASSWD=a\#b", r"a\#b", StopReason.BACKSLASH),
    "backslash n in single quotes": One(r"SJ_CA_PASSWD='a\nb'", r"a\nb", r"a\nb"),
    "backslash before the single quote": One(r"SJ_CA_PASSWD='a\'", None, StopReason.UNCLOSED),
    "backslash before a single quote": One(r"SJ_CA_PASSWD='a\'b'", "a'b", StopReason.UNCLOSED),
    "doubled in single quotes": One(r"SJ_CA_PASSWD='a\\b'", r"a\b", r"a\\b"),
    "quotation mark inside": One("SJ_CA_PASSWD=a'b'", "a'b'", "ab"),
    "quotation marks inside, spaces": One("SJ_CA_PASSWD=a'b c'd", "a'b c'd", "ab cd"),
    "quotation mark in the others": One('SJ_CA_PASSWD="it\'s"', "it's", "it's"),
    "text after quotes": One("SJ_CA_PASSWD='a'b", None, "ab"),
    "space and text after quotes": One("SJ_CA_PASSWD='a' b", None, StopReason.SPACE),
    "comment right after quotes": One("SJ_CA_PASSWD='a'#b", "a", "a#b"),
    "white space that is no space after quotes": One(
        "SJ_CA_PASSWD='a' \u3000#b", "a", StopReason.SPACE
    ),
    "unclosed": One("SJ_CA_PASSWD='a", None, StopReason.UNCLOSED),
    "unclosed, double": One('SJ_CA_PASSWD="a', None, StopReason.UNCLOSED),
    "quotation mark in a comment": One("SJ_CA_PASSWD=a #it's", "a", "a"),
    "quotation mark in a comment behind two spaces": One(
        "SJ_CA_PASSWD=a  #it's", "a", StopReason.UNCLOSED
    ),
    "quotation mark in a comment behind three": One("SJ_CA_PASSWD=a   #it's", "a", "a"),
    "no equals sign": One("SJ_CA_PASSWD", None, StopReason.NO_EQUALS_SIGN),
    "key that starts with a digit": One("1K=a", None, StopReason.KEY),
    "key of other signs": One("SJ-X=a", None, StopReason.KEY),
    "export and no key": One("export =a\nexport", None, StopReason.NO_EQUALS_SIGN),
    "white space beyond ASCII around": One("\u3000SJ_CA_PASSWD\xa0=\u3000a", "a", "a"),
    "twice": One("SJ_CA_PASSWD=a\nSJ_CA_PASSWD=b", "b", "a"),
    "twice, and the name of it": One("A=a\nA=b\nSJ_CA_PASSWD=${A}", "b", "a"),
    "carriage return inside": One("SJ_CA_PASSWD=a\rX=b", "a", "a\rX=b"),
    "NUL": One("SJ_CA_PASSWD=a\0b", "a\0b", StopReason.NUL),
    "NUL, and the environment's wins": One("SJ_CA_PASSWD=a\0b", "b", "b", {"SJ_CA_PASSWD": "b"}),
    "NUL in a key": One("SJ_CA\0_PASSWD=a", None, StopReason.KEY),
    "NUL in a comment": One("SJ_CA_PASSWD=a #\0", "a", "a"),
    "the environment wins": One("SJ_CA_PASSWD=a", "b", "b", {"SJ_CA_PASSWD": "b"}),
    "the environment alone": One("", "b", "b", {"SJ_CA_PASSWD": "b"}),
    "an empty variable wins": One("SJ_CA_PASSWD=a", "", "", {"SJ_CA_PASSWD": ""}),
    "from a doubt": One("A=$Ⓐ\nSJ_CA_PASSWD=$A", "$A", Doubt.DOLLAR),
}


@pytest.mark.parametrize("one", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_value_by_both(one: One, ends: str) -> None:
    octets = (REST + one.line + "\n").replace("\n", ends).encode()
    python = read(octets, PYTHON, one.environment)
    server = read(octets, SERVER, one.environment)
    name = "SJ_CA_PASSWD"
    assert python.values.get(name) == (None if one.python is None else Secret(one.python))
    doubts = [entry.doubt for entry in server.entries if entry.doubt and entry.key == name]
    found: object = server.stop_reason or (doubts[0] if doubts else None)
    if found is None and name in server.values:
        found = server.values[name].reveal_text()
    assert found == one.server
    assert server.in_doubt == (frozenset({name}) if isinstance(one.server, Doubt) else frozenset())


@pytest.mark.parametrize(
    ("octets", "python", "server"),
    [
        (PAGE.encode(), (4, None, ()), (4, None)),
        (b"", (0, None, ()), (0, None)),
        (b"\xef\xbb\xbf" + PAGE.encode(), (4, None, ()), (4, None)),
        (PAGE.encode("utf-16"), (0, 1, ()), (0, 1)),
        (PAGE.encode("utf-16-le"), (4, None, ()), (0, 1)),
        (REST.encode() + b"A=\xa4\xa4\nB=1\n", (0, 1, ()), (3, 4)),
        (b"A='x\nB=1\nC\n=\n", (1, None, (1, 4)), (0, 1)),
        (b"A='x\n\n y'\n\n B=1\n", (2, None, ()), (2, None)),
        (b"A-B=1\nC=1\n", (2, None, ()), (0, 1)),
        (b"A=1\n\n\nB='\n\xff'\n", (0, 1, ()), (1, 4)),
        (b"A=1\n#\xff\n", (0, 1, ()), (1, 2)),
        (b"A=1\n#\xff", (0, 1, ()), (1, 2)),
        (b"A=1\nB=2", (2, None, ()), (2, None)),
        (b"A=1\nB=2 ", (2, None, ()), (1, 2)),
        (b"A=1\nB=2\\", (2, None, ()), (1, 2)),
        (b"A=1\nB=2  ", (2, None, ()), (2, None)),
        (b"A=1\nB=2 #", (2, None, ()), (2, None)),
        (b"A=1\n\t\n ", (1, None, ()), (1, None)),
        (b"A=1\n  #", (1, None, ()), (1, None)),
        (b"A=1\\\nB=2\n", (2, None, ()), (2, None)),
        (b"A=1  # it's\nB=2\nC='3'\n", (3, None, ()), (0, 1)),
        (b"A=1  # it's\nB=2\nC='\nD=4\n", (3, None, (3,)), (2, None)),
        (b"\xef\xbb\xbf\xef\xbb\xbfA=1\n", (1, None, ()), (0, 1)),
    ],
)
def test_how_far_each_comes(
    octets: bytes, python: tuple[int, int | None, tuple[int, ...]], server: tuple[int, int | None]
) -> None:
    one, other = read(octets, PYTHON), read(octets, SERVER)
    assert (len(one.entries), one.stopped_at, one.skipped) == python
    assert (len(other.entries), other.stopped_at) == server


def test_lines_of_entries() -> None:
    octets = b"\n# a\nA=1\n\n\nB='x\ny'\nexport C=1\n"
    for dialect in Dialect:
        lines = [(entry.line, entry.key) for entry in read(octets, dialect).entries]
        assert lines == [(3, "A"), (6, "B"), (8, "C")]


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"A='x\ny' # z\n", "A='x\ny' # z"),
        (b"\n  A=x \r\n", "A=x"),
        (b"A=$\xe2\x92\xb6\n", "A=$Ⓐ"),
    ],
)
def test_an_entry_as_it_stands(octets: bytes, expected: str) -> None:
    assert [entry.raw for entry in read(octets, SERVER).entries] == [expected]


@pytest.mark.parametrize(
    ("mark", "ends", "inside"), [("'", "\n", "\n"), ('"', "\r\n", "\r\n"), ("'", "\r", "\r")]
)
def test_a_value_of_two_lines_keeps_its_line_end(mark: str, ends: str, inside: str) -> None:
    octets = f"SJ_CA_PASSWD={mark}a{ends}b{mark}\nSJ_HTTP_ADDR=c\n".encode()
    found = {key: value.reveal_text() for key, value in read(octets, SERVER).values.items()}
    assert found == {"SJ_CA_PASSWD": f"a{inside}b", "SJ_HTTP_ADDR": "c"}


def found(
    trap: Trap,
    line: int | None = None,
    key: str | None = None,
    dialect: Dialect | None = None,
    detail: str | None = None,
) -> Finding:
    return Finding(trap, line, key, dialect, detail)


def differs(line: int, key: str, how: Difference) -> Finding:
    return found(Trap.READ_DIFFERENTLY, line, key, None, how)


def stops(line: int, key: str | None, why: StopReason) -> Finding:
    return found(Trap.SERVER_STOPS, line, key, SERVER, why)


def missing(key: str, dialect: Dialect) -> Finding:
    return found(Trap.SETTING_MISSING, None, key, dialect)


def doubt(line: int, key: str | None, why: Doubt, dialect: Dialect = SERVER) -> Finding:
    return found(Trap.IN_DOUBT, line, key, dialect, why)


PASSWORD, PATH = "SJ_CA_PASSWD", "SJ_CA_PATH"
ALL_MISSING = [missing(key, dialect) for key in sorted(PAGE_KEYS) for dialect in (PYTHON, SERVER)]

FINDINGS: dict[str, tuple[str | bytes, dict[str, str], list[Finding]]] = {
    "the page's": (PAGE, {}, []),
    "the page's, with others": (
        PAGE + "SJ_PRODUCTION=false\nSJ_RECEIVE_WINDOW=30000\nSJ_HTTP_AUTH=false\nOTHER=$x\n",
        {},
        [],
    ),
    "nothing": ("", {}, ALL_MISSING),
    "nothing but variables": (
        "",
        {
            "SJ_API_KEY": KEY,
            "SJ_SEC_KEY": SECRET,
            "SJ_CA_PATH": "/EXAMPLE",
            "SJ_CA_PASSWD": "EXAMPLE",
        },
        [],
    ),
    "too large": (b"#" * (LARGEST + 1), {}, [found(Trap.TOO_LARGE)]),
    "as large as may be": (PAGE.encode() + b"#" * (LARGEST - len(PAGE)), {}, []),
    "UTF-16": (
        PAGE.encode("utf-16"),
        {},
        [
            found(Trap.NOT_UTF8, 1, detail="utf-16"),
            stops(1, None, StopReason.NOT_UTF8),
            *ALL_MISSING,
        ],
    ),
    "Big5": (
        REST.encode() + b"SJ_CA_PASSWD=\xa4\xa4\n",
        {},
        [
            found(Trap.NOT_UTF8, 4),
            stops(4, None, StopReason.NOT_UTF8),
            missing("SJ_API_KEY", PYTHON),
            missing(PASSWORD, PYTHON),
            missing(PASSWORD, SERVER),
            missing(PATH, PYTHON),
            missing("SJ_SEC_KEY", PYTHON),
        ],
    ),
    "byte order mark": (
        "\ufeff" + PAGE,
        {},
        [found(Trap.BYTE_ORDER_MARK, 1, dialect=PYTHON)],
    ),
    "an unknown line stops everything": (
        "GREETING=good morning\n" + PAGE,
        {},
        [
            stops(1, None, StopReason.SPACE),
            *[
                found(Trap.NOT_REACHED, line, key, SERVER, "1")
                for line, key in enumerate(PAGE_KEYS, 2)
            ],
            *[missing(key, SERVER) for key in sorted(PAGE_KEYS)],
        ],
    ),
    "a Windows path": (
        PAGE.replace("/EXAMPLE/S", "C:\\EXAMPLE\\S"),
        {},
        [
            stops(3, PATH, StopReason.BACKSLASH),
            found(Trap.PATH_BACKSLASH, 3, PATH, PYTHON),
            found(Trap.NOT_REACHED, 4, PASSWORD, SERVER, "3"),
            missing(PASSWORD, SERVER),
            missing(PATH, SERVER),
        ],
    ),
    "a Windows path in double quotes": (
        PAGE.replace("/EXAMPLE/Sinopac.pfx", '"C:\\temp\\new.pfx"'),
        {},
        [
            stops(3, PATH, StopReason.BACKSLASH),
            found(Trap.PATH_CONTROL, 3, PATH, PYTHON),
            found(Trap.NOT_REACHED, 4, PASSWORD, SERVER, "3"),
            missing(PASSWORD, SERVER),
            missing(PATH, SERVER),
        ],
    ),
    "a Windows path in single quotes": (
        PAGE.replace("/EXAMPLE/Sinopac.pfx", "'C:\\EXAMPLE\\Sinopac.pfx'"),
        {},
        [found(Trap.PATH_BACKSLASH, 3, PATH)],
    ),
    "backslashes doubled in single quotes": (
        PAGE.replace("/EXAMPLE/Sinopac.pfx", "'C:\\\\Sinopac.pfx'"),
        {},
        [differs(3, PATH, Difference.BACKSLASH), found(Trap.PATH_BACKSLASH, 3, PATH)],
    ),
    "a path that is not ASCII": (
        PAGE.replace("/EXAMPLE/", "/憑證/"),
        {},
        [found(Trap.PATH_NOT_ASCII, 3, PATH)],
    ),
    "a password with $": (
        REST + "SJ_CA_PASSWD=ab$cd\n",
        {},
        [
            differs(4, PASSWORD, Difference.DOLLAR),
            found(Trap.SUBSTITUTED, 4, PASSWORD, None, SERVER),
        ],
    ),
    "braces in single quotes": (
        REST + "SJ_CA_PASSWD='ab${cd}'\n",
        {},
        [
            differs(4, PASSWORD, Difference.DOLLAR),
            found(Trap.SUBSTITUTED, 4, PASSWORD, None, PYTHON),
        ],
    ),
    "braces": (
        REST + "SJ_CA_PASSWD=${SJ_API_KEY}\n",
        {},
        [found(Trap.SUBSTITUTED, 4, PASSWORD, None, "both")],
    ),
    "a value that grows": (
        REST
        + f"A0={'x' * 99}\n"
        + "".join(f"A{number + 1}=${{A{number}}}${{A{number}}}\n" for number in range(9))
        + "SJ_CA_PASSWD=${A9}\n",
        {},
        [
            *[
                doubt(line, key, Doubt.DOLLAR, dialect)
                for line, key in ((12, None), (13, None), (14, PASSWORD))
                for dialect in (PYTHON, SERVER)
            ],
            found(Trap.SUBSTITUTED, 14, PASSWORD, None, PYTHON),
        ],
    ),
    "a password with #": (REST + "SJ_CA_PASSWD=ab#cd\n", {}, []),
    "a password that starts with #": (
        REST + "SJ_CA_PASSWD=#cd\n",
        {},
        [differs(4, PASSWORD, Difference.VALUES), missing(PASSWORD, SERVER)],
    ),
    "a symbol in a name": (
        REST + "SJ_CA_PASSWD=a$Ⓐ\n",
        {},
        [doubt(4, PASSWORD, Doubt.NAME)],
    ),
    "a comment for a value": (
        REST + "SJ_CA_PASSWD= # note\n",
        {},
        [
            found(Trap.SPACED_COMMENT, 4, PASSWORD, PYTHON),
            missing(PASSWORD, PYTHON),
            missing(PASSWORD, SERVER),
        ],
    ),
    "one quotation mark": (
        REST + "SJ_CA_PASSWD='EXAMPLE\n",
        {},
        [
            found(Trap.PYTHON_SKIPS, 4, dialect=PYTHON),
            stops(4, None, StopReason.UNCLOSED),
            missing(PASSWORD, PYTHON),
            missing(PASSWORD, SERVER),
        ],
    ),
    "text behind a quotation mark": (
        REST + "SJ_CA_PASSWD='EXAMPLE'1\n",
        {},
        [
            found(Trap.PYTHON_SKIPS, 4, dialect=PYTHON),
            differs(4, PASSWORD, Difference.ONLY_SERVER),
            missing(PASSWORD, PYTHON),
        ],
    ),
    "a value of two lines": (
        REST + 'X="a\nSJ_CA_PASSWD=b"\n',
        {},
        [missing(PASSWORD, PYTHON), missing(PASSWORD, SERVER)],
    ),
    "a comment that opens a quotation": (
        REST + "SJ_CA_PASSWD=EXAMPLE  # it's\nSJ_HTTP_ADDR='x'\nX='\n",
        {},
        [
            differs(5, "SJ_HTTP_ADDR", Difference.ONLY_PYTHON),
            found(Trap.PYTHON_SKIPS, 6, dialect=PYTHON),
        ],
    ),
    "a line end of old": (
        REST + "X=1\rSJ_CA_PASSWD=b\n",
        {},
        [
            differs(5, PASSWORD, Difference.ONLY_PYTHON),
            missing(PASSWORD, SERVER),
        ],
    ),
    "white space that only Python knows": (
        PAGE + "SJ_HTTP_ADDR=x\x1c\n",
        {},
        [differs(5, "SJ_HTTP_ADDR", Difference.VALUES)],
    ),
    "a key twice": (
        PAGE + "SJ_CA_PASSWD=b\n",
        {},
        [found(Trap.DUPLICATE_KEY, 5, PASSWORD, detail="4")],
    ),
    "a bad value twice": (
        PAGE + "SJ_PRODUCTION=yes\nSJ_PRODUCTION=no\nSJ_HTTP_AUTH=x\n",
        {},
        [
            found(Trap.DUPLICATE_KEY, 6, "SJ_PRODUCTION", detail="5"),
            found(Trap.MALFORMED_VALUE, 6, "SJ_PRODUCTION"),
            found(Trap.MALFORMED_VALUE, 7, "SJ_HTTP_AUTH"),
        ],
    ),
    "a window of nothing": (
        PAGE + "SJ_RECEIVE_WINDOW=000\n",
        {},
        [found(Trap.MALFORMED_VALUE, 5, "SJ_RECEIVE_WINDOW")],
    ),
    "a bad path first": (
        PAGE.replace("/EXAMPLE/Sinopac.pfx", "'C:\\Sinopac.pfx'") + "SJ_CA_PATH=/EXAMPLE\n",
        {},
        [
            found(Trap.PATH_BACKSLASH, 3, PATH, SERVER),
            found(Trap.DUPLICATE_KEY, 5, PATH, detail="3"),
        ],
    ),
    "overridden": (PAGE, {PASSWORD: "other"}, [found(Trap.OVERRIDDEN, 4, PASSWORD)]),
    "overridden by the same": (PAGE, {PASSWORD: "EXAMPLE"}, []),
    "misspelt": (
        PAGE + "SJ_SECRET_KEY=1\nSJ_XXXXXXX=1\nSJ_" + "X" * 50 + "=1\nsj_api_key=1\n",
        {},
        [
            found(Trap.UNKNOWN_KEY, 5, detail="SJ_SEC_KEY"),
            found(Trap.UNKNOWN_KEY, 6),
            found(Trap.UNKNOWN_KEY, 7),
            found(Trap.UNKNOWN_KEY, 8, detail="SJ_API_KEY"),
        ],
    ),
    "known by name alone": (
        PAGE
        + "SJ_PROXY=x\nSJ_HOME_PATH=x\nSJ_TIMEOUT=x\nSJ_AGENT_HARNESS=x\n"
        + "".join(
            f"SJ_AGENT_HARNESS_{name}=x\n"
            for name in (
                *("SECRET", "INITIAL_ENABLED"),
                *("BROKER_SOCKET", "BROKER_URL", "BROKER_TOKEN"),
            )
        )
        + "".join(
            f"SJ_HTTP_{name}=x\n"
            for name in (
                *("ALLOWED_ORIGINS", "CORS", "TIMEOUT", "LOG", "TLS_CERT", "TLS_KEY"),
                *("ACME_DOMAINS", "ACME_CONTACTS", "ACME_CACHE"),
                *("ACME_DIRECTORY_NAME", "ACME_DIRECTORY_URL"),
            )
        )
        + "SJ_HTTP3=x\nSJ_UDS_PATH=x\nSJ_UDS_DISABLE=x\nSJ_LOG_DIR=x\nSJ_LOG_PATH=x\n"
        + "SJ_CONTRACTS_PATH=x\nSJ_BIND_ADDR=x\n",
        {},
        [],
    ),
    "like one that is known by name": (
        PAGE + "SJ_HTTP_CROS=x\n",
        {},
        [found(Trap.UNKNOWN_KEY, 5, detail="SJ_HTTP_CORS")],
    ),
    "key and secret": (
        PAGE.replace(KEY, "Z199999999").replace(SECRET, "<Secret Key from above>"),
        {},
        [
            found(Trap.CREDENTIAL, 1, "SJ_API_KEY", None, "national-id"),
            stops(2, "SJ_SEC_KEY", StopReason.SPACE),
            found(Trap.CREDENTIAL, 2, "SJ_SEC_KEY", PYTHON, "placeholder"),
            found(Trap.NOT_REACHED, 3, PATH, SERVER, "2"),
            found(Trap.NOT_REACHED, 4, PASSWORD, SERVER, "2"),
            missing(PASSWORD, SERVER),
            missing(PATH, SERVER),
            missing("SJ_SEC_KEY", SERVER),
        ],
    ),
    "a variable that is no key": (
        "",
        {"SJ_API_KEY": "EXAMPLE", "SJ_SEC_KEY": SECRET, PATH: "/E", PASSWORD: "E"},
        [found(Trap.CREDENTIAL, None, "SJ_API_KEY", None, "key-too-short")],
    ),
    "other values": (
        PAGE + "SJ_PRODUCTION=True\nSJ_RECEIVE_WINDOW=30s\n",
        {},
        [
            found(Trap.MALFORMED_VALUE, 5, "SJ_PRODUCTION"),
            found(Trap.MALFORMED_VALUE, 6, "SJ_RECEIVE_WINDOW"),
        ],
    ),
}


@pytest.mark.parametrize(("data", "environment", "expected"), FINDINGS.values(), ids=FINDINGS)
def test_every_trap(
    data: str | bytes, environment: dict[str, str], expected: list[Finding]
) -> None:
    octets = data.encode() if isinstance(data, str) else data
    result = inspect(octets, environment)
    key = repr
    assert sorted(result, key=key) == sorted(expected, key=key)
    lines = [finding.line or LARGEST for finding in result]
    assert lines == sorted(lines)
    assert inspect(octets, environment) == result
    for finding in result:
        assert "{" not in str(finding)
        assert "None" not in str(finding)


def test_every_trap_is_shown_above() -> None:
    assert {finding.trap for _, _, findings in FINDINGS.values() for finding in findings} == {*Trap}


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (FINDINGS["too large"][2][0], "this is too large for settings: pass the .env itself"),
        (
            FINDINGS["a key twice"][2][0],
            (
                "line 5, SJ_CA_PASSWD: the key also stands on line 4, and python-dotenv takes the "
                "last, the server the first: keep one"
            ),
        ),
        (
            stops(4, PASSWORD, StopReason.SPACE),
            (
                "line 4, SJ_CA_PASSWD, server: the server stops reading here (space), silently: "
                "put the value in single quotes, write paths with forward slashes, save as UTF-8"
            ),
        ),
        (
            stops(4, None, StopReason.NO_LINE_END),
            (
                "line 4, server: the server stops reading here (no-line-end), silently: end the "
                "file with a line end"
            ),
        ),
        (
            missing(PATH, SERVER),
            "SJ_CA_PATH, server: it is missing or empty: set it as the page shows",
        ),
        (
            found(Trap.UNKNOWN_KEY, 5),
            "line 5: this key is not known here: check its spelling",
        ),
    ],
)
def test_text_of_a_finding(finding: Finding, text: str) -> None:
    assert str(finding) == text


def test_places() -> None:
    assert [(place.dialect.value, place.folder, place.evidence.value) for place in PLACES] == [
        ("python-dotenv", "the root of the Python project, next to pyproject.toml", "documented"),
        ("server", "the folder in which `shioaji server start` is run", "documented"),
    ]
    assert all(isinstance(place, Place) for place in PLACES)
    assert (*PAGE_KEYS, *DOCUMENTED) == KEYS


LINES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.text(alphabet="SJ_CAPW=\"'\\$#{}\n\r ax:-", max_size=30).map(str.encode),
        st.sampled_from([line.encode() for line in PAGE.splitlines()]),
    ),
    max_size=6,
)


@given(LINES)
def test_nothing_raises(lines: list[bytes]) -> None:
    octets = b"\n".join(lines)
    for dialect in Dialect:
        reading = read(octets, dialect)
        assert set(reading.values).isdisjoint(reading.in_doubt)
    assert inspect(octets) == inspect(octets, {})
