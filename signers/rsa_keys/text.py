"""From what people hold to octets of DER: recognise the text around it and say what is repaired.

Text and octets follow one set of rules: text is its UTF-8 octets. Well-formed is what the openssl
command writes (PEM with LF and lines of 64; the newline at its end may be missing), base64 in one
line without a newline, and DER. Everything else is a repair with a name.
"""

import binascii
import re
from dataclasses import dataclass, field

from signers.rsa_keys.errors import (
    EmptyKey,
    InputTooLarge,
    MalformedArmour,
    MalformedBase64,
    NotAKey,
    OtherContainer,
    PathGiven,
    SettingsGiven,
    SeveralKeys,
    Truncated,
    WebPageGiven,
)
from signers.rsa_keys.shapes import Armour, Repair

__all__ = ["LARGEST_INPUT", "Unwrapped", "pem", "unwrap"]

LARGEST_INPUT = 65_536
"""Octets; the largest key in the widest shape has a third of it."""

_LINE = 64
_DER_START = b"\x30"
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_ODD_SPACE = dict.fromkeys(
    map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
        "\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\x85\x0c"),
    " ",
)  # fmt: skip
_CURLY = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u2018\u2019\u201a"), '"')
_SPACE = " \t\n"
_NO_SPACE = str.maketrans("", "", _SPACE)
_INNER_SPACE = (" ", "\t", "\n\n")
_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----")
_END = re.compile(r"-----END ([A-Z0-9][A-Z0-9 ]*)-----")
_HYPHENS = re.compile(r"-----|-(?:BEGIN|END) ")
"""What tells PEM from base64 alone, also where hyphens were lost."""
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*:[^\n]*\n")
_LEGACY = re.compile(r"\nProc-Type: 4,ENCRYPTED\nDEK-Info: ([A-Za-z0-9-]+),([0-9A-Fa-f]+)\n\n")
_ALPHABET = re.compile(r"[A-Za-z0-9+/_-]*", re.ASCII)
_URL_SAFE = str.maketrans("-_", "+/")
_LAST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_PATH = re.compile(
    r"(?:~?/|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\|file:)[^\n]*"
    r"|[^\n=]*\.(?:pem|key|der|p8|pk8|p1|pk1|txt|properties|pfx|p12|crt|cer|pub)",
    re.IGNORECASE,
)
_SETTING = re.compile(r"(?:export )?[A-Za-z_][A-Za-z0-9_.]{1,60} ?[=:] ?(?=[^=\s])", re.ASCII)
_SSH = "cp KEY COPY && ssh-keygen -p -m PEM -f COPY"
_PUTTY = "puttygen KEY -O private-openssh"


@dataclass(slots=True, repr=False)
class Unwrapped:
    """What was around the DER; a repr of it shows nothing."""

    der: bytes = b""
    armour: Armour = Armour.DER
    labels: tuple[str, ...] = ()
    """The names in the BEGIN and END lines, those that are there."""
    legacy: bytes = b""
    """The whole PEM, where its body is encrypted as OpenSSL did before PKCS#8; *der* is empty."""
    repairs: set[Repair] = field(default_factory=set)


def unwrap(octets: bytes) -> Unwrapped:
    """Return the DER in *octets* and what was around it; raises KeyRefused.

    Whether the DER is a key is not looked at.
    """
    if len(octets) > LARGEST_INPUT:
        raise InputTooLarge(len(octets), LARGEST_INPUT)
    if octets[:1] == _DER_START and not _is_text(octets):
        return _der(octets)
    found = Unwrapped()
    text = _tidied(_decoded(octets, found.repairs), found.repairs)
    if _HYPHENS.search(text):
        _armoured(text, found)
    else:
        _bare(text, found)
    return found


def pem(label: str, der: bytes) -> str:
    """Return *der* in PEM as openssl writes it, newline at the end included."""
    body = binascii.b2a_base64(der, newline=False).decode("ascii")
    lines = "\n".join(body[at : at + _LINE] for at in range(0, len(body), _LINE))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def _is_text(octets: bytes) -> bool:
    return octets.isascii() and not _NOT_TEXT.search(octets)


def _der(octets: bytes) -> Unwrapped:
    """Take DER; octets after the length that it states are left out."""
    found = Unwrapped(octets)
    size = _stated(octets)
    if size is not None and size < len(octets):
        found.der = octets[:size]
        found.repairs.add(Repair.TRAILING_DATA)
    return found


def _stated(head: bytes) -> int | None:
    """Return how long the element at the start of *head* says it is; None where it does not."""
    if len(head) < 2 or head[:1] != _DER_START:  # noqa: PLR2004
        return None
    if head[1] < 0x80:  # noqa: PLR2004
        return 2 + head[1]
    count = head[1] & 0x7F
    if not 1 <= count <= 3 or len(head) < 2 + count:  # noqa: PLR2004
        return None
    return 2 + count + int.from_bytes(head[2 : 2 + count], "big")


def _decoded(octets: bytes, repairs: set[Repair]) -> str:
    """Return the text, without its byte order mark."""
    wide = octets[:2] in {b"\xff\xfe", b"\xfe\xff"}
    text = _text(octets, "utf-16" if wide else "utf-8")
    if text is None:
        raise NotAKey
    if wide:
        repairs.add(Repair.UTF_16)
    elif text.startswith("\ufeff"):
        repairs.add(Repair.BYTE_ORDER_MARK)
        text = text[1:]
    return text


def _text(octets: bytes, charset: str) -> str | None:
    try:
        return octets.decode(charset)
    except UnicodeDecodeError:
        return None


def _tidied(text: str, repairs: set[Repair]) -> str:
    """Return the text without what is around a key of any shape, quotes and spaces."""
    if not text.isascii():
        text = text.translate(_ODD_SPACE)
    if "\r" in text:
        repairs.add(Repair.CARRIAGE_RETURNS)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    stripped = text.strip(_SPACE)
    if not stripped:
        raise EmptyKey
    _refuse_other_text(stripped)
    quoted = stripped if stripped.isascii() else stripped.translate(_CURLY)
    if quoted[0] in "\"'" and quoted[-1] == quoted[0] and len(quoted) > 1:
        repairs.add(Repair.QUOTES)
        _spaces_around(text, repairs)
        text = quoted[1:-1]
        if not text.strip(_SPACE):
            raise EmptyKey
    if "\\n" in text:
        repairs.add(Repair.LITERAL_NEWLINES)
        text = text.replace("\\r\\n", "\n").replace("\\n", "\n")
    return text


def _spaces_around(text: str, repairs: set[Repair]) -> None:
    if text[0] in _SPACE:
        repairs.add(Repair.LEADING_SPACE)
    if text[-1] in _SPACE:
        repairs.add(Repair.TRAILING_SPACE)


def _refuse_other_text(text: str) -> None:
    """Refuse what is plainly something else, by how it starts."""
    if text[0] == "<":
        raise WebPageGiven
    if text.startswith("PuTTY-User-Key-File"):
        raise OtherContainer("a PuTTY key", _PUTTY)
    if text.startswith(("ssh-", "ecdsa-")):
        raise OtherContainer("a public key for SSH", "ssh-keygen -e -m PKCS8 -f KEY")
    if _PATH.fullmatch(text.strip("\"'")):
        raise PathGiven
    if _SETTING.match(text):
        raise SettingsGiven


def _armoured(text: str, found: Unwrapped) -> None:
    """Read PEM: exactly one private key in it, or one block of whatever else."""
    found.armour = Armour.PEM
    blocks = list(_BEGIN.finditer(text))
    keys = [block for block in blocks if block[1].endswith("PRIVATE KEY")]
    if len(keys) > 1:
        raise SeveralKeys(len(keys))
    begin = keys[0] if keys else blocks[0] if blocks else None
    start = begin.end() if begin else 0
    end = _END.search(text, start)
    if begin is None and end is None:
        raise MalformedArmour
    found.labels = tuple(mark[1] for mark in (begin, end) if mark)
    if len(found.labels) == 1:
        found.repairs.add(Repair.HALF_ARMOUR)
    if found.labels[0] == "OPENSSH PRIVATE KEY":
        raise OtherContainer("an OpenSSH key", _SSH)
    _around(text[: begin.start()] if begin else "", text[end.end() :] if end else "", found)
    body = text[start : end.start()] if end else text[start:]
    _body(body, found, opened=begin is not None, closed=end is not None)


def _around(before: str, after: str, found: Unwrapped) -> None:
    """Note what stands before and after the armour."""
    if before:
        found.repairs.add(Repair.LEADING_TEXT if before.strip(_SPACE) else Repair.LEADING_SPACE)
    if after not in {"", "\n"}:
        found.repairs.add(Repair.TRAILING_DATA if after.strip(_SPACE) else Repair.TRAILING_SPACE)


def _body(text: str, found: Unwrapped, *, opened: bool, closed: bool) -> None:
    """Read what stands between the BEGIN line (if *opened*) and the END line (if *closed*)."""
    if not text.strip(_SPACE):
        raise EmptyKey
    if ":" in text and _HEADER.match(text.lstrip(_SPACE)):
        _legacy(text, found)
        return
    if text.lstrip(_SPACE)[0] != "M":
        raise MalformedArmour
    used, rest = _base64(text, found)
    if not closed:
        # The key's own length tells where it ends.
        _around("", rest, found)
    elif rest.strip(_SPACE):
        raise MalformedArmour
    found.repairs |= _line_repairs(used, rest if closed else "\n", opened=opened)


def _line_repairs(used: str, rest: str, *, opened: bool) -> set[Repair]:
    """Return what is odd about the lines of a PEM body and about the white space after them."""
    repairs = set()
    inner = used.removeprefix("\n")
    if rest not in {"", "\n"} or inner[0] in _SPACE or any(odd in inner for odd in _INNER_SPACE):
        repairs.add(Repair.INNER_SPACE)
    *full, last = map(len, inner.split())
    if (
        any(size != _LINE for size in full)
        or last > _LINE
        or not rest
        or (opened and inner == used)
    ):
        repairs.add(Repair.LINE_LENGTH)
    return repairs


def _legacy(text: str, found: Unwrapped) -> None:
    """Take the body of an encrypted PKCS#1 key (RFC 1421 headers, as OpenSSL writes them)."""
    headers = _LEGACY.match(text)
    body = text[headers.end() :].replace("\n", "") if headers else ""
    if headers is None or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", body) or len(body) % 4:
        raise MalformedArmour
    label = found.labels[0]
    lines = "\n".join(body[at : at + _LINE] for at in range(0, len(body), _LINE))
    whole = f"-----BEGIN {label}-----{headers[0]}{lines}\n-----END {label}-----\n"
    if text != f"{headers[0]}{lines}\n":
        found.repairs.add(Repair.LINE_LENGTH)
    found.legacy = whole.encode("ascii")


def _bare(text: str, found: Unwrapped) -> None:
    """Read base64 without armour."""
    found.armour = Armour.BASE64
    stripped = text.lstrip(_SPACE)
    if stripped != text:
        found.repairs.add(Repair.LEADING_SPACE)
    used, rest = _base64(stripped, found)
    if "\n" in used:
        found.repairs.add(Repair.WRAPPED)
    if any(odd in used for odd in _INNER_SPACE):
        found.repairs.add(Repair.INNER_SPACE)
    if rest == "\n":
        found.repairs.add(Repair.FINAL_NEWLINE)
    elif rest:
        _around("", rest, found)


def _base64(text: str, found: Unwrapped) -> tuple[str, str]:
    """Decode the element at the start of *text*; return the text it takes and what is left.

    The length that the element states tells where it ends. Raises NotAKey where it does not start
    like one, Truncated, MalformedBase64.
    """
    start = text[:4096].translate(_NO_SPACE)[:8]
    if start[:1] != "M" or not _ALPHABET.fullmatch(start):
        raise NotAKey
    head = _octets(start.translate(_URL_SAFE)) if len(start) == 8 else b""  # noqa: PLR2004
    size = _stated(head)
    if size is None:
        if len(start) < 8:  # noqa: PLR2004
            raise Truncated(len(start) * 3 // 4, None)
        raise NotAKey
    count = -(-size * 4 // 3)
    end = _end_of(text, count)
    used, rest = text[:end], text[end:]
    chars = used.translate(_NO_SPACE)
    good = _ALPHABET.match(chars)
    reached = good.end() if good else 0
    if reached < len(chars) and chars[reached:].strip("="):
        raise MalformedBase64(reached)
    if reached < count:
        raise Truncated(reached * 3 // 4, size)
    if "-" in chars or "_" in chars:
        found.repairs.add(Repair.URL_SAFE)
        chars = chars.translate(_URL_SAFE)
    unused = (0, 0, 4, 2)[count % 4]
    if _LAST.index(chars[-1]) & ((1 << unused) - 1):
        raise MalformedBase64(count - 1)
    found.der = _octets(chars)
    padding = re.match(r"[ \t\n]*=" * (-count % 4), rest)
    if padding:
        return used + padding[0], rest[padding.end() :]
    found.repairs.add(Repair.PADDING)
    return used, rest.removeprefix("=")


def _octets(chars: str) -> bytes:
    return binascii.a2b_base64(chars + "=" * (-len(chars) % 4))


def _end_of(text: str, count: int) -> int:
    """Return where the first *count* characters that are not white space end."""
    at = 0
    for chunk in re.finditer(r"[^ \t\n]+", text):
        size = chunk.end() - chunk.start()
        if at + size >= count:
            return chunk.start() + count - at
        at += size
    return len(text)
