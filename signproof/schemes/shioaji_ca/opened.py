"""What a wrong envelope shows when it is taken apart, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate

from signers.shioaji import find_person_id
from signers.shioaji.ca.keys import UNREADABLE, describe, rsa_key
from signers.tiger import open_signature
from signproof.scheme import Replay
from signproof.schemes.shioaji_ca.opened_cms import Open, attached_text, cms_words, is_cms
from signproof.schemes.shioaji_ca.opened_text import Asked, read_as_text, text_words
from signproof.schemes.shioaji_ca.replay import opened as ca_of
from signproof.schemes.shioaji_ca.replay import subject_of
from signproof.schemes.shioaji_ca.taken_apart import (
    Piece,
    Reading,
    TakenApart,
    certificate_in,
    taken_apart,
)
from signproof.signature_words import NOT_OPENED, Content, described

__all__ = ["opened"]

Json = dict[str, Any]

_ORDER = ("signature", "text", "certificate")
_MISSING = "missing"


@dataclass(frozen=True, slots=True)
class _By:
    """What an envelope is held against."""

    asked: Asked
    certificate: Certificate
    """The credential's."""
    der: bytes
    """The same in DER."""
    key: RSAPublicKey


def opened(replay: Replay | None, credential: Json, input_: Json, output: Json) -> str:
    """Return form, signature, signed text and certificate of the envelope in *output*.

    Empty where there is no envelope, or the credential's key is not one to sign with.
    """
    if "envelope" not in output:
        return ""
    ca = ca_of(credential["pfx_b64"], credential["password"])
    key = rsa_key(ca.leaf.x509)
    if key is None:
        return ""
    names = [value for name, value in subject_of(ca.leaf.x509) if name == "CN"]
    asked = Asked(
        person_id=find_person_id(ca.leaf.x509) or "",
        common_name=names[0] if names else "",
        ip=input_["ip"],
        plain_text=input_["plain_text"],
        seconds=input_["seconds"],
    )
    by = _By(asked, ca.leaf.x509, ca.leaf.der, key)
    # What is signed with CMS has no replay: it has no one right form.
    wanted = "pkcs7" if replay is None else "pkcs1"
    return "; ".join(_words(taken_apart(output["envelope"]), wanted, by))


def _words(apart: TakenApart, wanted: str, by: _By) -> list[str]:
    if not any(piece.text for piece in apart.pieces):
        return [*apart.around, "nothing in it"]
    parts = _told_apart(apart, by)
    words = _form(apart, parts, wanted)
    text, how = _text(parts, by.asked)
    words.append(_signature(parts, text, wanted, by))
    words.append(f"text{how}: {text_words(text, by.asked) if text is not None else _MISSING}")
    if not _older(apart):  # whose certificate is in the CMS
        words.append(_certificate(parts, by))
    return words


def _told_apart(apart: TakenApart, by: _By) -> dict[str, Piece]:
    """Return the parts by what they are, in the order in which they stand."""
    length = (by.key.key_size + 7) // 8
    found: dict[str, Piece] = {}
    rest = list(apart.pieces)

    def take(name: str, piece: Piece | None) -> None:
        if piece is not None:
            found[name] = piece
            rest.remove(piece)

    take("certificate", next((one for one in rest if one.certificate), None))
    signed = [one for one in rest if _is_signature(one, length)]
    take("signature", max(signed, key=lambda one: _opens(one, by.key), default=None))
    # Octets of CMS hold the text, too: what stands in the right place comes first.
    likely = sorted(rest, key=lambda one: apart.pieces.index(one) != _ORDER.index("text"))
    take("text", next((one for one in likely if _as_text(one, by.asked)), None))
    # What nothing tells is taken for what should stand there.
    for place, name in enumerate(_ORDER):
        if name not in found and place < len(apart.pieces) and apart.pieces[place] in rest:
            take(name, apart.pieces[place])
    return {name: one for piece in apart.pieces for name, one in found.items() if one is piece}


def _older(apart: TakenApart) -> bool:
    """Tell whether it is the older form: CMS alone, without a prefix."""
    return len(apart.pieces) == 1 and not apart.prefix and bool(_cms_in(apart.pieces[0]))


def _is_signature(piece: Piece, length: int) -> bool:
    return piece.of_length(length) is not None or _cms_in(piece) is not None


def _opens(piece: Piece, key: RSAPublicKey) -> bool:
    """Tell whether a part is beyond doubt a signature by a key, or CMS."""
    reading = piece.of_length((key.key_size + 7) // 8)
    if reading is None:
        return True
    return open_signature(reading.octets, key).padding not in NOT_OPENED


def _cms_in(piece: Piece) -> Reading | None:
    return next((one for one in piece.readings if is_cms(one.octets)), None)


def _as_text(piece: Piece, asked: Asked) -> Reading | None:
    return next((one for one in piece.readings if read_as_text(one.octets, asked)), None)


def _form(apart: TakenApart, parts: dict[str, Piece], wanted: str) -> list[str]:
    """Say what is wrong with the envelope as a whole."""
    words = list(apart.around)
    count = len(apart.pieces)
    if _older(apart):
        words.append(f"no `{wanted}.`, but the older form, of CMS alone")
        return words
    if apart.prefix != wanted:
        there = f"the prefix `{apart.prefix}`" if apart.prefix else "no prefix"
        words.append(f"{there}, where `{wanted}` is right")
    if apart.separator not in {"", "."}:
        words.append(f"joined with {apart.separator!a}")
    if count != len(_ORDER):
        words.append(f"{count} part{'s' * (count != 1)} after the prefix, where 3 are right")
    if list(parts) != [name for name in _ORDER if name in parts]:
        words.append(f"its parts in the order {', '.join(parts)}")
    return words


def _text(parts: dict[str, Piece], asked: Asked) -> tuple[bytes | None, str]:
    """Return the signed text in the envelope, None for none, and how it is written."""
    if list(parts) == ["signature"]:
        cms = _cms_in(parts["signature"])
        return (attached_text(cms.octets) if cms else None), ""
    if "text" not in parts:
        return None, ""
    piece = parts["text"]
    reading = _as_text(piece, asked) or piece.first
    return reading.octets, _how(reading)


def _how(reading: Reading) -> str:
    return f" ({reading.how}, where standard base64 is right)" if reading.how else ""


def _signature(parts: dict[str, Piece], text: bytes | None, wanted: str, by: _By) -> str:
    """Return what the signature shows, or the CMS."""
    if "signature" not in parts:
        return f"signature: {_MISSING}"
    piece = parts["signature"]
    contents: list[Content] = [("the right text", by.asked.octets)]
    plain = by.asked.plain_text.encode("utf-8", "surrogatepass")
    for name, octets in (("the text in the envelope", text), ("the plain text alone", plain)):
        if octets and octets not in [one for _, one in contents]:
            contents.append((name, octets))
    reading = _cms_in(piece)
    opener = _opener(_key(parts, by), by)
    if reading is not None:
        words = cms_words(reading.octets, contents, by.der, opener)
        return f"signature{_how(reading)}: {words}"
    reading = piece.of_length((by.key.key_size + 7) // 8) or piece.first
    no_cms = "no CMS, but " if wanted == "pkcs7" else ""
    return f"signature{_how(reading)}: {no_cms}{opener(reading.octets, contents)}"


def _key(parts: dict[str, Piece], by: _By) -> RSAPublicKey:
    """Return the key of the certificate in the envelope, or the credential's."""
    reading = parts["certificate"].certificate if "certificate" in parts else None
    found = certificate_in(reading.octets) if reading else None
    return (rsa_key(found) if found else None) or by.key


def _opener(key: RSAPublicKey, by: _By) -> Open:
    """Return what opens with the certificate's key, and with the credential's where that fails."""
    keys = [(key, "")]
    if key.public_numbers() != by.key.public_numbers():
        keys.append((by.key, "the credential's key, not the certificate's: "))

    def words(octets: bytes, contents: Sequence[Content]) -> str:
        for one, whose in keys:
            for turned, how in ((octets, ""), (octets[::-1], "its octets in reverse order: ")):
                found = open_signature(turned, one)
                if found.padding not in NOT_OPENED:
                    return f"{whose}{how}{described(found, contents)}"
        length = (key.key_size + 7) // 8
        if len(octets) != length:
            return f"{len(octets)} octets, where this key gives {length}: another key, or cut off"
        return "another private key, or altered: this key does not open it"

    return words


def _certificate(parts: dict[str, Piece], by: _By) -> str:
    """Say whether the certificate is the credential's, or else whose it is."""
    if "certificate" not in parts:
        return f"certificate: {_MISSING}"
    reading = parts["certificate"].certificate
    if reading is None:
        count = len(parts["certificate"].first.octets)
        return f"certificate: {count} octets that are none in DER"
    found = certificate_in(reading.octets)
    if found is None or reading.octets == by.der:
        return f"certificate{_how(reading)}: the credential's"
    person = find_person_id(found)
    return (
        f"certificate{_how(reading)}: another than the credential's, of "
        f"{f'the person id {person}' if person else 'no person id'}, with "
        f"{_whose_key(found, by)}"
    )


def _whose_key(certificate: Certificate, by: _By) -> str:
    if rsa_key(certificate) == by.key:
        return "the same key"
    return "a key that cannot be read" if describe(certificate) == UNREADABLE else "another key"
