"""An envelope taken apart however it is written: what stands around it, its parts, their octets.

Where the reference refuses at the first thing that is wrong, this reads on: for telling what a
wrong envelope holds. What can be read in several ways is given in all of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate

from signers.pfx.quiet import quiet
from signproof.signature_words import base64_octets, hexadecimal_octets

__all__ = ["Piece", "Reading", "TakenApart", "certificate_in", "taken_apart"]

_SEPARATORS = ".,:|\n"
_PREFIX = re.compile(r"(?P<prefix>pkcs#?[0-9]+)(?P<separator>[.,:|\n]+)", re.IGNORECASE)
_ARMOUR = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_OCTETS_LITERAL = re.compile(r"""b(['"])(.*)\1""", re.DOTALL)
_PARTS = 3
_LARGEST = 1_000_000
"""Characters of what is looked into."""
_LAYERS = 6
"""What may stand around one another."""
_MOST = 20
"""Parts that are told apart."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a part."""

    octets: bytes
    how: str
    """How it is written; empty for standard base64."""


@dataclass(frozen=True)
class Piece:
    """A part of an envelope, whatever it holds."""

    text: str

    @cached_property
    def readings(self) -> list[Reading]:
        """The ways to read it, the likeliest first, as it stands the last."""
        found = []
        for outer in _read(self.text):
            found.append(outer)
            inside = outer.octets
            if inside.isascii() and inside:
                how = outer.how or "base64"
                found += [
                    Reading(inner.octets, f"{inner.how or 'base64'}, and that in {how}")
                    for inner in _read(inside.decode("ascii"))
                ]
        return [*found, Reading(self.text.encode("utf-8", "replace"), "as it is")]

    @property
    def first(self) -> Reading:
        """The likeliest way to read it."""
        return self.readings[0]

    @cached_property
    def certificate(self) -> Reading | None:
        """How it is read as a certificate; None where it is none."""
        return next((one for one in self.readings if certificate_in(one.octets)), None)

    def of_length(self, length: int) -> Reading | None:
        """Return how it is read as so many octets, None where it is not."""
        return next((one for one in self.readings if len(one.octets) == length), None)


@dataclass(frozen=True, slots=True)
class TakenApart:
    """An envelope as it was found."""

    around: tuple[str, ...]
    """What stands around it, or was done to it as a whole."""
    prefix: str
    separator: str
    """What the parts are joined with; empty for a single part."""
    pieces: tuple[Piece, ...]

    def signatures(self, key: RSAPublicKey) -> Iterator[bytes]:
        """Yield whatever has the length of a signature by a key, in both directions.

        Some have their octets in the reverse order.
        """
        length = (key.key_size + 7) // 8
        for piece in self.pieces:
            for reading in piece.readings:
                if len(reading.octets) == length:
                    yield reading.octets
                    yield reading.octets[::-1]


def taken_apart(envelope: str) -> TakenApart:
    """Take an envelope apart; one of more than a million characters is cut off."""
    text, around = _unwrapped(envelope[:_LARGEST])
    match = _PREFIX.match(text)
    prefix, separator = (match["prefix"], match["separator"]) if match else ("", "")
    rest = text[match.end() :] if match else text
    if not match:
        separator = next((one for one in _SEPARATORS if one in rest), "")
    if separator == "\n" and "\n\n" in rest:
        separator = "\n\n"  # each part in lines, the last of them ended as well
    pieces = rest.split(separator, _MOST - 1) if separator else [rest]
    return TakenApart(around, prefix, separator, tuple(map(Piece, _joined(pieces, separator))))


def certificate_in(octets: bytes) -> Certificate | None:
    """Return the certificate in DER, None where it is none; parts of it may be unreadable."""
    try:
        with quiet():  # odd serial numbers are warned of
            return load_der_x509_certificate(octets)
    except (ValueError, InvalidVersion):
        return None


def _unwrapped(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without what is around it, and what that is."""
    around: list[str] = []
    for _ in range(_LAYERS):
        found = next(((fault, inner) for fault, inner in _inside(text) if inner != text), None)
        if found is None:
            break
        around.append(found[0])
        text = found[1]
    return text, tuple(around)


def _inside(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text without each thing that may stand around it; the same where that does not."""
    yield "white space around it", text.strip()
    literal = _OCTETS_LITERAL.fullmatch(text)
    yield "as Python prints octets", literal[2] if literal else text
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    yield "between quotation marks", text[1:-1] if quoted else text
    yield "a dot behind it", text.removesuffix(".")
    escaped = _ESCAPE.search(text) and "BEGIN" not in text
    yield "percent-encoded", unquote_to_bytes(text).decode("latin-1") if escaped else text
    whole = _PREFIX.match(text) is None and base64_octets(text)[0]
    inner = whole.decode("ascii") if whole and whole.isascii() else ""
    yield "in base64 as a whole", inner if _PREFIX.match(inner) else text


def _joined(pieces: list[str], separator: str) -> list[str]:
    """Join again what was one text with the separator in it, and stands there as it is."""
    middle = pieces[1:-1]
    unreadable = any(not piece or next(_read(piece), None) is None for piece in middle)
    if len(pieces) > _PARTS and unreadable:
        return [pieces[0], separator.join(middle), pieces[-1]]
    return pieces


def _read(text: str) -> Iterator[Reading]:
    """Yield the ways to read a text that are no mere guess."""
    octets = hexadecimal_octets("".join(text.split()))
    if octets is not None:
        yield Reading(octets, "hexadecimal")
    # A form has made a space of each plus; white space around is that of lines.
    plus = text.strip().replace(" ", "+")
    armour = _ARMOUR.search(text)
    if armour:
        der = base64_octets(armour[2])[0]
        if der is not None:
            yield Reading(der, "PEM")
    octets, fault = base64_octets(plus)
    if octets is not None:
        spaced = "base64 with a space for each `+`"
        yield Reading(octets, fault if plus == text.strip() else spaced)
