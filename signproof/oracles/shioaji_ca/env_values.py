r"""Values in a `.env` of which the server's reader has rules of its own: a table, by hand.

Each of the server's rows was seen with shioaji-cli 1.7.9:

- A `$` is replaced everywhere but in single quotes and behind a backslash. A name without braces
  has letters and digits, those beyond ASCII too; what ends it, be it a space or a quotation mark,
  is kept and means nothing. What a variable holds is not looked at again.
- A backslash takes an `n`, a `$`, a space, a quotation mark or a backslash along, everywhere but in
  single quotes; at the end of a value it is left out. Before anything else reading stops.
- Quotation marks may stand anywhere, and what they hold goes on over line ends. Which lines belong
  together is found before: there a backslash counts in single quotes, too, and a comment is cut
  off that white space precedes, but not a second white space before that one.
- White space at both ends of a value is left out, that of Unicode, too.
- The first of two lines with one key counts.
"""

from signproof.oracles.shioaji_ca.base58 import API_KEY
from signproof.oracles.shioaji_ca.env_case import (
    HEAD,
    NO_PW,
    NOTHING,
    PASSWD,
    PW,
    Case,
    Findings,
    K,
    P,
    S,
    missing,
    passwd,
)

__all__ = ["VALUES"]

_ADDRESS = "SJ_HTTP_ADDR"
_DIFFERS: Findings = (("read-differently", 4, PW),)
_PUT: Findings = (*_DIFFERS, ("substituted", 4, PW))
_STOPS: Findings = (("server-stops", 4, PW), *missing(PW))
_NOBODY: Findings = (("server-stops", 4, None), ("python-skips", 4, None), *missing(PW, PW))


def _line(name: str, comment: str, written: str, python: str, server: str,
          findings: Findings = _DIFFERS, **environment: str) -> Case:  # fmt: skip
    """Return the case of a password that both read."""
    return Case(name, comment, passwd(f"{PW}={written}\n"), {PW: python}, {PW: server},
                findings=findings, environment=tuple(environment.items()))  # fmt: skip


def _stop(name: str, comment: str, written: str, python: str | None) -> Case:
    """Return the case of a password at which the server's reader stops."""
    return Case(name, comment, passwd(f"{PW}={written}\n"), {PW: python}, NO_PW, 4,
                findings=_NOBODY if python is None else _STOPS)  # fmt: skip


_DOLLARS = (
    _line("dollar-name-with-underscore", "A name without braces ends at `_`.", "$SJ_API_KEY",
          "$SJ_API_KEY", "_API_KEY", _PUT),
    _line("dollar-braces", "A name in braces, further up in the file.", "${SJ_API_KEY}", API_KEY,
          API_KEY, (("substituted", 4, PW),)),
    _line("dollar-double-quotes", "A dollar sign in double quotes.", '"ab$cd.ef"', "ab$cd.ef",
          "ab.ef", _PUT),
    _stop("dollar-takes-the-quote", "A name right before the double quote takes it.", '"ab$cd"',
          "ab$cd"),
    _line("dollar-at-the-end", "A dollar sign and nothing behind it.", "ab$", "ab$", "ab", _PUT),
    _line("dollar-space", "A dollar sign and a space, which is then kept.", "ab$ cd", "ab$ cd",
          "ab cd", _PUT),
    _line("dollar-digit", "A dollar sign and a digit.", "ab$1cd", "ab$1cd", "ab", _PUT),
    _line("dollar-beyond-ascii", "A name beyond ASCII.", "ab$密碼", "ab$密碼", "ab", _PUT),
    _line("dollar-in-a-variable", "A dollar sign in what is put in.", "ab$cd", "ab$cd", "ab$ef",
          _PUT, cd="$ef"),
    _line("dollar-behind-a-backslash", "A dollar sign behind a backslash.", r"ab\$cd", r"ab\$cd",
          "ab$cd"),
    _stop("braces-unclosed", "Braces without their other half.", "ab${cd", "ab${cd"),
    Case("dollar-of-a-key-twice", "The name of a key that stands twice.",
         ("A=1\nA=2\n" + HEAD + "SJ_CA_PASSWD=${A}\n").encode(), {PW: "2"}, {PW: "1"},
         findings=(("read-differently", 6, PW), ("substituted", 6, PW))),
)  # fmt: skip
_BACKSLASHES = (
    _line("backslash-space", "A space behind a backslash.", r"EX\ AM", r"EX\ AM", "EX AM"),
    _line("backslash-n", "A line end as `n` behind a backslash, without quotes.", r"EX\nAM",
          r"EX\nAM", "EX\nAM"),
    _line("backslash-n-double-quotes", "The same in double quotes.", r'"EX\nAM"', "EX\nAM",
          "EX\nAM", ()),
    _line("backslash-doubled", "A backslash doubled, without quotes.", r"EX\\AM", r"EX\\AM",
          r"EX\AM"),
    _line("backslash-doubled-double-quotes", "The same in double quotes.", r'"EX\\AM"', r"EX\AM",
          r"EX\AM", ()),
    _line("backslash-doubled-single-quotes", "The same in single quotes.", r"'EX\\AM'", r"EX\AM",
          r"EX\\AM"),
    _line("backslash-at-the-end", "A backslash at the end of the line.", "EXAMPLE\\", "EXAMPLE\\",
          "EXAMPLE"),
    _line("backslash-quote", "A double quote behind a backslash.", r'"EX\"AM"', 'EX"AM', 'EX"AM',
          ()),
    _stop("backslash-hash", "A `#` behind a backslash.", r"EX\#AM", r"EX\#AM"),
    _stop("backslash-before-the-single-quote", "A backslash as the last in single quotes.",
          "'EXAMPLE\\'", None),
    _stop("backslash-single-quote", "A single quote behind a backslash in single quotes.",
          r"'EX\'AM'", "EX'AM"),
)  # fmt: skip
_QUOTES = (
    _line("quotes-inside", "Double quotes inside of a value.", 'EX"A M"', 'EX"A M"', "EXA M"),
    Case("quotes-and-more", "Double quotes around a part of a value.",
         passwd('SJ_CA_PASSWD="EX"AM\n'), NO_PW, {PW: "EXAM"},
         findings=(("python-skips", 4, None), *_DIFFERS, *missing(PW))),
    _stop("quote-unclosed", "A quotation mark without its other half.", "'EXAMPLE", None),
    _line("hash-first", "A `#` right behind the sign.", "#EXAMPLE", "#EXAMPLE", "",
          (*_DIFFERS, *missing(PW))),
    _line("hash-behind-quotes", "A `#` right behind a quoted value.", "'EX'#AM", "EX", "EX#AM"),
    Case("two-lines", "A quoted value of two lines, and a setting behind it.",
         passwd('SJ_CA_PASSWD="EX\nAM"\nSJ_HTTP_ADDR=192.0.2.1:8080\n'),
         {PW: "EX\nAM", _ADDRESS: "192.0.2.1:8080"}, {PW: "EX\nAM", _ADDRESS: "192.0.2.1:8080"}),
    Case("two-lines-crlf", "A quoted value of two lines, with the line ends of Windows.",
         passwd("SJ_CA_PASSWD='EX\r\nAM'\r\n"), {PW: "EX\nAM"}, {PW: "EX\r\nAM"},
         findings=_DIFFERS),
    _line("comment-apostrophe", "A comment with an apostrophe.", "EXAMPLE # it's", "EXAMPLE",
          "EXAMPLE", ()),
    _stop("comment-apostrophe-two-spaces", "The same, behind two spaces: it opens a quotation.",
          "EXAMPLE  # it's", "EXAMPLE"),
    Case("comment-swallows", "The same, and another one two lines below.",
         passwd("SJ_CA_PASSWD=EXAMPLE  # it's\nSJ_HTTP_ADDR=192.0.2.1:8080\n# that's all\n"),
         {_ADDRESS: "192.0.2.1:8080"}, findings=(("read-differently", 5, _ADDRESS),)),
)  # fmt: skip
_ENDS = (
    _line("wide-space-at-the-end", "An ideographic space at the end.", "EXAMPLE\u3000", "EXAMPLE",
          "EXAMPLE", ()),
    _line("wide-space-inside", "An ideographic space inside of a value.", "EX\u3000AM",
          "EX\u3000AM", "EX\u3000AM", ()),
    Case("space-ends-the-file", "A space at the end of the file, and no line end.",
         passwd("SJ_CA_PASSWD=EXAMPLE "), {}, NO_PW, 4, findings=_STOPS),
    Case("carriage-return-inside", "Line ends of old.",
         passwd("SJ_CA_PASSWD=EX\rSJ_HTTP_ADDR=AM\n"), {PW: "EX", _ADDRESS: "AM"},
         {PW: "EX\rSJ_HTTP_ADDR=AM"}, findings=(*_DIFFERS, ("read-differently", 5, _ADDRESS))),
    Case("big5-comment", "A comment in Big5, above the password.",
         HEAD.encode() + b"# \xb1K\n" + PASSWD.encode(), NOTHING, NO_PW, 4, 1,
         findings=(("not-utf-8", 4, None), ("server-stops", 4, None),
                   *missing(K, PW, PW, P, S))),
    Case("key-with-hyphen", "A key with a hyphen, above the password.",
         passwd("MY-KEY=1\n" + PASSWD), {}, NO_PW, 4,
         findings=(("server-stops", 4, None), ("not-reached", 5, PW), *missing(PW))),
    Case("key-with-full-stop", "A key with a full stop, above the password.",
         passwd("MY.KEY=1\n" + PASSWD)),
    Case("key-with-digit", "A key that starts with a digit, above the password.",
         passwd("1KEY=1\n" + PASSWD), {}, NO_PW, 4,
         findings=(("server-stops", 4, None), ("not-reached", 5, PW), *missing(PW))),
)  # fmt: skip

VALUES = (*_DOLLARS, *_BACKSLASHES, *_QUOTES, *_ENDS)
