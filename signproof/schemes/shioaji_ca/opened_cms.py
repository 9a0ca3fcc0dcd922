"""What the CMS in an envelope holds, in words.

Where the reference refuses at the first thing that is wrong, this reads on, as far as it is DER.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from signers.der import Limits, MalformedDer, Reader, Tag, context, encode
from signers.shioaji.ca import cms
from signproof.signature_words import Content

__all__ = ["Open", "attached_text", "cms_words", "is_cms"]

Open = Callable[[bytes, Sequence[Content]], str]
"""Takes a signature and what it may be over to what it shows when it is opened, in words."""

_LIMITS = Limits(octets=1_000_000, depth=12, elements=2_000)
_SIGNED_DATA, _DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"
_CONTENT_TYPES = {
    _DATA: "data",
    _SIGNED_DATA: "signed-data",
    "1.2.840.113549.1.7.3": "enveloped-data",
    "1.2.840.113549.1.7.5": "digested-data",
    "1.2.840.113549.1.7.6": "encrypted-data",
}
_DIGESTS = {
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA-1",
    "2.16.840.1.101.3.4.2.4": "SHA-224",
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
}
_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME, _CAPABILITIES = (
    f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5, 15)
)
_ATTRIBUTES = {
    _CONTENT_TYPE: "contentType",
    _MESSAGE_DIGEST: "messageDigest",
    _SIGNING_TIME: "signingTime",
    _CAPABILITIES: "S/MIME capabilities",
}
_NEEDED = (_CONTENT_TYPE, _SIGNING_TIME, _MESSAGE_DIGEST)
_SEQUENCE = b"\x30"
_OF_CMS = bytes.fromhex("0609 2a864886f70d0107")
"""What the identifiers of `_CONTENT_TYPES` begin with, in DER."""
_BEGINNING = 16
"""Octets within which the identifier of the type stands."""
_MOST = 64
"""Certificates, signers and attributes that are looked at."""
_LONGEST_NUMBER = 20
"""Octets of a number that is shown: as many as a serial number may have (RFC 5280, 4.1.2.2)."""
_LONGEST_TEXT = 60
"""Characters of an identifier or a time that are shown."""


@dataclass(frozen=True, slots=True)
class _By:
    """What the CMS is held against."""

    texts: Sequence[Content]
    """The right text and others that it may be over, with their names."""
    certificate: bytes
    """The credential's, in DER."""
    open: Open


def is_cms(octets: bytes) -> bool:
    """Tell whether octets are CMS of whatever type, even cut off, as their beginning shows."""
    return octets[:1] == _SEQUENCE and _OF_CMS in octets[:_BEGINNING]


def attached_text(octets: bytes) -> bytes | None:
    """Return the text in a CMS, None where there is none."""
    try:
        outer = Reader(octets, _LIMITS).enter()
        outer.skip(Tag.OID)
        signed = outer.enter(context(0)).enter()
        signed.skip(Tag.INTEGER)
        signed.skip(Tag.SET)
        content = signed.enter()
        content.skip(Tag.OID)
        return content.enter(context(0)).octet_string()
    except MalformedDer:
        return None


def cms_words(octets: bytes, texts: Sequence[Content], certificate: bytes, open_: Open) -> str:
    """Return what a CMS holds: text, certificates, signers, their attributes and signatures.

    *texts* are the right text and others that it may be over, *certificate* is the credential's in
    DER.
    """
    words = ["CMS"]
    try:
        for word in _whole(octets, _By(texts, certificate, open_)):
            words.append(word)  # noqa: PERF402 - what was read before an error is kept
    except MalformedDer as error:
        words.append(f"then no DER ({error.problem.value})")
    return ", ".join(words)


def _whole(octets: bytes, by: _By) -> Iterator[str]:
    whole = Reader(octets, _LIMITS)
    outer = whole.enter()
    if not whole.at_end:
        yield "with something behind it"
    kind = outer.oid()
    if kind != _SIGNED_DATA:
        yield f"of the type {_named_or_shown(kind, _CONTENT_TYPES)}, not signed-data"
        return
    signed = outer.enter(context(0)).enter()
    yield from _version(signed, "")
    signed.skip(Tag.SET)  # the algorithms; each signer names its own
    content = signed.enter()
    kind = content.oid()
    if kind != _DATA:
        yield f"over {_CONTENT_TYPES.get(kind, f'the type {_shown(kind)}')}, not data"
    attached = None
    if content.at_end:
        yield "detached: the text is not in it"
    else:
        attached = content.enter(context(0)).octet_string()
        yield f"{_name_of(attached, by.texts)} attached"
    yield _certificates(signed, by.certificate)
    if signed.peek() == context(1):
        signed.skip()  # revocation lists
    signers = _elements(signed.enter(Tag.SET))
    if len(signers) != 1:
        yield f"{len(signers) or 'no'} signer{'s' * (len(signers) > 1)}"
    for signer in signers:
        yield from _signer(Reader(signer, _LIMITS).enter(), attached, by)


def _version(reader: Reader, whose: str) -> Iterator[str]:
    version = reader.integer()
    if version != 1:
        yield f"{whose}version {_number(version)}, not 1"


def _number(value: int) -> str:
    octets = value.bit_length() // 8 + 1
    return str(value) if octets <= _LONGEST_NUMBER else f"of {octets} octets"


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _named_or_shown(identifier: str, names: Mapping[str, str]) -> str:
    return names.get(identifier) or _shown(identifier)


def _name_of(octets: bytes, texts: Sequence[Content]) -> str:
    another = f"another text of {len(octets)} octets"
    return next((name for name, text in texts if text == octets), another)


def _elements(reader: Reader) -> list[bytes]:
    found: list[bytes] = []
    while not reader.at_end and len(found) < _MOST:
        found.append(reader.element())
    return found


def _certificates(signed: Reader, certificate: bytes) -> str:
    """Say which certificates are in it."""
    found = _elements(signed.enter(context(0))) if signed.peek() == context(0) else []
    if not found:
        return "no certificate in it"
    if len(found) == 1:
        whose = "the credential's" if found[0] == certificate else "another"
        return f"{whose} certificate in it"
    among = "the credential's among them" if certificate in found else "none the credential's"
    return f"{len(found)} certificates in it, {among}"


def _signer(signer: Reader, attached: bytes | None, by: _By) -> Iterator[str]:
    yield from _version(signer, "its signer of ")
    yield _named(signer, by.certificate)
    digest = _algorithm(signer)
    name = _DIGESTS.get(digest, f"the digest {_shown(digest)}")
    yield f"digest {name}{'' if name == 'SHA-256' else ' where SHA-256 is right'}"
    contents = list(by.texts)
    if attached is not None and attached not in [text for _, text in contents]:
        contents.append(("the attached text", attached))
    signed = contents
    if signer.peek() == context(0):
        attributes = _elements(signer.enter(context(0)))
        yield from _attributes(attributes, contents)
        signed = [("the signed attributes", encode(Tag.SET, *attributes)), *contents]
    else:
        yield "no signed attributes"
    _algorithm(signer)
    yield f"signed with {by.open(signer.octet_string(), signed)}"


def _named(signer: Reader, certificate: bytes) -> str:
    """Say whom the signer is said to be."""
    if signer.peek() != Tag.SEQUENCE:
        signer.skip()
        return "its signer named by a key identifier, not by issuer and serial number"
    name = signer.enter()
    issuer, number = name.element(), name.integer()
    if (issuer, number) == cms.issuer_and_serial_number(certificate):
        return "its signer the credential's certificate"
    return f"its signer another certificate, with the serial number {_number(number)}"


def _algorithm(reader: Reader) -> str:
    return reader.enter().oid()


def _attributes(elements: list[bytes], contents: Sequence[Content]) -> Iterator[str]:
    """Name the signed attributes, and say what the digest among them is of."""
    found: list[tuple[str, bytes]] = []
    for element in elements:
        attribute = Reader(element, _LIMITS).enter()
        found.append((attribute.oid(), attribute.enter(Tag.SET).element()))
    names = [_named_or_shown(identifier, _ATTRIBUTES) for identifier, _ in found]
    yield f"signed attributes {' and '.join(names) or 'none'}"
    values = dict(found)
    missing = [_ATTRIBUTES[identifier] for identifier in _NEEDED if identifier not in values]
    if missing:
        yield f"without {' and '.join(missing)}"
    if elements != sorted(elements):
        yield "not sorted as DER has it"
    if _CONTENT_TYPE in values:
        kind = Reader(values[_CONTENT_TYPE], _LIMITS).oid()
        if kind != _DATA:
            yield f"contentType {_named_or_shown(kind, _CONTENT_TYPES)}, not data"
    if _SIGNING_TIME in values:
        time = values[_SIGNING_TIME][2:]  # behind the tag and the length
        yield f"signingTime {_shown(time.decode('ascii', 'backslashreplace'))}"
    if _MESSAGE_DIGEST in values:
        yield _digested(Reader(values[_MESSAGE_DIGEST], _LIMITS).octet_string(), contents)


def _digested(digest: bytes, contents: Sequence[Content]) -> str:
    for name, text in contents:
        for algorithm in _DIGESTS.values():
            made = hashlib.new(algorithm.replace("-", ""), text, usedforsecurity=False).digest()
            if made == digest:
                return f"messageDigest the {algorithm} of {name}"
    return "messageDigest of another text"
