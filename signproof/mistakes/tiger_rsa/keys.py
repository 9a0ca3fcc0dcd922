"""Mistakes in loading a private key: each loader refuses a shape that keys come in."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from signproof.mistakes.der import element, structure
from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE
from signproof.pipeline import Pipeline

__all__: list[str] = []

_LINE = 64
_MARK = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")
_END = re.compile(r"-----END ([A-Z0-9 ]+)-----")


@dataclass(frozen=True, slots=True)
class _Held:
    """A key as somebody holds it, as far as a loader's refusal goes."""

    octets: bytes
    text: str
    """Empty for DER."""
    labels: tuple[str, ...]
    """What BEGIN and END lines name."""
    base64: str
    """What stands between BEGIN and END lines, or everything."""
    structure: str
    """`pkcs1`, `pkcs8`, `encrypted`, or nothing where it is none of these."""

    @property
    def armoured(self) -> bool:
        """Tell whether it has a BEGIN or an END line."""
        return bool(self.labels)


def _held(octets: bytes) -> _Held:
    if octets[:1] == b"\x30" and not octets.isascii():
        return _Held(octets, "", (), "", structure(octets))
    text = octets.decode("utf-16" if octets[:2] in _WIDE else "utf-8-sig", "replace")
    labels = (*_BEGIN.findall(text), *_END.findall(text))
    body = _END.split(_BEGIN.split(text, maxsplit=1)[-1], maxsplit=1)[0]
    if "ENCRYPTED" in body:  # as OpenSSL did before PKCS#8: headers and an empty line go first
        return _Held(octets, text, labels, body.rpartition("\n\n")[2], "encrypted")
    return _Held(octets, text, labels, body, structure(_decoded(body)))


def _decoded(text: str) -> bytes:
    """Return the octets of base64, however it is written; nothing where it is none."""
    digits = re.sub(r"[^A-Za-z0-9+/]", "", _newlines(text).translate(str.maketrans("-_", "+/")))
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        return b""


def _newlines(text: str) -> str:
    return text.replace("\\r", "\r").replace("\\n", "\n")


def _wrong_label(held: _Held) -> bool:
    wanted = {
        "pkcs1": {"RSA PRIVATE KEY"},
        "pkcs8": {"PRIVATE KEY"},
    }.get(held.structure, set(held.labels))
    return not set(held.labels) <= wanted


def _bare(held: _Held) -> str:
    """Return base64 without armour, without what is around it; nothing for other shapes."""
    return "" if held.armoured else held.text.strip().strip("\"'")


def _unpadded(held: _Held) -> bool:
    digits = re.sub(r"[\s\"']", "", _newlines(held.base64))
    return len(digits) % 4 != 0


def _other_lines(held: _Held) -> bool:
    """Tell whether a line of PEM but the last is not of 64 characters."""
    lines = _newlines(held.base64).split()
    return held.armoured and any(len(line) != _LINE for line in lines[:-1] or lines)


def _trailing(held: _Held) -> bool:
    """Tell whether text stands behind the END line."""
    return bool(_END.search(held.text)) and bool(
        _newlines(_END.split(held.text)[-1]).strip("\"' \t\r\n")
    )


def _leading(held: _Held) -> bool:
    """Tell whether text stands before the BEGIN line."""
    return bool(_BEGIN.search(held.text)) and bool(
        _BEGIN.split(held.text, maxsplit=1)[0].strip("\"' \t\r\n")
    )


def _loader(refuses: Callable[[_Held], bool]) -> Callable[[Pipeline], Pipeline]:
    """Return the edit after which such a key is refused, as nothing is."""
    return lambda pipeline: pipeline.change_input(
        "key", "key_octets", lambda octets: b"" if refuses(_held(octets)) else octets
    )


_SDK = "observed: official SDKs refuse it"

_LOADERS: tuple[tuple[str, str, Callable[[_Held], bool], str, str], ...] = (
    (
        "pkcs8",
        "a PKCS#8 key",
        lambda held: held.structure == "pkcs8",
        "Load both structures, PKCS#1 and PKCS#8: the developer page gives out both.",
        "reported: tigerfintech/openapi-python-sdk#5",
    ),
    (
        "pkcs1",
        "a PKCS#1 key",
        lambda held: held.structure == "pkcs1",
        "Load both structures, PKCS#1 and PKCS#8: the developer page gives out both.",
        "documented: the FAQ of the Java SDK, `algid parse error, not a sequence`",
    ),
    (
        "pem",
        "a key in PEM, with BEGIN and END lines",
        lambda held: held.armoured,
        "Load PEM and bare base64 alike.",
        "observed: the Python SDK refuses PKCS#8 in PEM",
    ),
    (
        "base64",
        "a key in base64 without BEGIN and END lines",
        lambda held: bool(held.text) and not held.armoured,
        "Load PEM and bare base64 alike: the developer page gives out bare base64.",
        "derived",
    ),
    (
        "der",
        "a key in DER, without base64",
        lambda held: not held.text,
        "Recognise DER by its first octet, 30, and load it.",
        "derived",
    ),
    (
        "crlf",
        "a key with CRLF line ends",
        lambda held: "\r\n" in held.text,
        "Take CRLF as a line end in keys.",
        _SDK,
    ),
    (
        "byte-order-mark",
        "a key with a byte order mark before it",
        lambda held: held.octets.startswith(_MARK),
        "Take a byte order mark away before you load a key.",
        _SDK,
    ),
    (
        "utf-16",
        "a key in a file in UTF-16",
        lambda held: held.octets.startswith(_WIDE),
        "Read UTF-16 where a file begins with its byte order mark.",
        "derived",
    ),
    (
        "quotes",
        "a key with quotation marks around it",
        lambda held: held.text.strip()[:1] in ('"', "'"),
        "Take quotation marks around a key away.",
        _SDK,
    ),
    (
        "leading-space",
        "a key with white space before it",
        lambda held: held.text[:1].isspace(),
        "Take white space around a key away.",
        _SDK,
    ),
    (
        "trailing-newline",
        "a key in base64 with a newline behind it",
        lambda held: not held.armoured and held.text.endswith("\n"),
        "Take white space around a key away.",
        _SDK,
    ),
    (
        "trailing-space",
        "a key with a space behind it",
        lambda held: held.text.rstrip("\r\n")[-1:].isspace(),
        "Take white space around a key away.",
        "derived",
    ),
    (
        "literal-newlines",
        r"a key with the two characters `\n` instead of newlines",
        lambda held: "\\n" in held.text,
        r"Take `\n` in a key for a newline: environment variables hold it so.",
        _SDK,
    ),
    (
        "unpadded",
        "a key in base64 without its `=`",
        _unpadded,
        "Add the `=` that is missing before you decode.",
        _SDK,
    ),
    (
        "url-safe",
        "a key in base64 with `-` and `_`",
        lambda held: bool(re.search("[A-Za-z0-9][-_]", held.base64)),
        "Take `-` for `+` and `_` for `/` in keys.",
        "reported: tigerfintech/openapi-python-sdk#67",
    ),
    (
        "wrapped",
        "a key in base64 in several lines without BEGIN and END lines",
        lambda held: "\n" in _bare(held),
        "Take line ends out of base64 before you decode.",
        "derived",
    ),
    (
        "inner-space",
        "a key with a space or an empty line within its base64",
        lambda held: bool(re.search(r"[ \t]|\n\r?\n", held.base64.strip())),
        "Take white space out of base64 before you decode.",
        "derived",
    ),
    (
        "long-lines",
        "a key in PEM whose lines are not of 64 characters",
        _other_lines,
        "Take PEM lines of any length.",
        "derived",
    ),
    (
        "half-armour",
        "a key whose BEGIN or END line is missing",
        lambda held: len(held.labels) == 1,
        "Load a key that is whole even if its BEGIN or END line is missing.",
        "derived",
    ),
    (
        "trailing-text",
        "a key with text behind its END line",
        _trailing,
        "Read a key from its BEGIN to its END line, whatever stands around them.",
        "derived",
    ),
    (
        "trailing-octets",
        "a key in DER with octets behind its end",
        lambda held: not held.text and element(held.octets, 0)[2] < len(held.octets),
        "Take the length that DER states for the key's end.",
        "derived",
    ),
    (
        "leading-text",
        "a key with text before its BEGIN line",
        _leading,
        "Read a key from its BEGIN to its END line, whatever stands around them.",
        "derived",
    ),
    (
        "wrong-label",
        "a key whose BEGIN line names the other structure",
        _wrong_label,
        "Tell PKCS#1 from PKCS#8 by what is inside, not by the BEGIN line.",
        "observed: official SDKs refuse it; `MismatchedTags`",
    ),
    (
        "encrypted",
        "an encrypted key, though it is given the passphrase",
        lambda held: held.structure == "encrypted",
        "Open an encrypted key with its passphrase.",
        "derived",
    ),
)

for _id, _text, _refuses, _fix, _evidence in _LOADERS:
    CATALOGUE.add(
        f"key-loader-refuses-{_id}",
        f"The loader of keys refuses {_text}.",
        _loader(_refuses),
        fix=_fix,
        evidence=_evidence,
        refusal=None,
    )
