"""Mistakes in the signature: what is digested, with what, and how the digest is named."""

import base64
from functools import partial

from signproof.mistakes import emsa
from signproof.mistakes.shioaji_ca.catalogue import COLLECTED, Change, add, signing

__all__: list[str] = []

_SHA1 = "Sign with SHA-1: give the library the text itself and let it digest it, once."
_INFO = "Put the SHA-1 digest into a DigestInfo, as every library's PKCS#1 v1.5 signing does."
_PADDING = "Pad the DigestInfo with 00 01, FF octets and 00, as RSASSA-PKCS1-v1_5 does."
_TEXT = "Sign the octets that the envelope's second part stands for."

_sha1 = partial(emsa.hashed, "sha1")


def _hex(octets: bytes) -> bytes:
    return octets.hex().encode()


def _uppercase_hex(octets: bytes) -> bytes:
    return octets.hex().upper().encode()


def _add_algorithms() -> None:
    for name, title in (
        ("md5", "MD5"),
        ("sha224", "SHA-224"),
        ("sha256", "SHA-256"),
        ("sha384", "SHA-384"),
        ("sha512", "SHA-512"),
    ):
        add(
            f"digest-{name}",
            f"The text is digested with {title} instead of SHA-1.",
            signing(algorithm=name),
            fix=_SHA1,
            refusal="wrong-digest-algorithm",
            evidence=COLLECTED if name == "sha256" else "derived",
        )


def _add_digests() -> None:
    digests: tuple[tuple[str, str, Change], ...] = (
        (
            "digested-twice",
            "The SHA-1 digest is given to a library that digests it again.",
            _sha1,
        ),
        (
            "hex-digested",
            "The SHA-1 digest in lower-case hex is given to a library that digests it again.",
            lambda digest: _sha1(_hex(digest)),
        ),
        (
            "uppercase-hex-digested",
            "The SHA-1 digest in upper-case hex is given to a library that digests it again.",
            lambda digest: _sha1(_uppercase_hex(digest)),
        ),
        (
            "base64-digested",
            "The SHA-1 digest in base64 is given to a library that digests it again.",
            lambda digest: _sha1(base64.b64encode(digest)),
        ),
    )
    for id_, text, change in digests:
        add(id_, text, signing(digests=(change,)), fix=_SHA1)
    add(
        "sha256-digested",
        "The SHA-256 digest of the text is signed as though it were the text.",
        signing(content=(partial(emsa.hashed, "sha256"),)),
        fix=_SHA1,
    )
    add(
        "md5-named-sha1",
        "The text is digested with MD5, but the DigestInfo names SHA-1.",
        signing(digest=partial(emsa.hashed, "md5")),
        fix=_SHA1,
    )


def _add_infos() -> None:
    infos = (
        (
            "digest-info-missing",
            "The digest is padded without a DigestInfo, which would name SHA-1.",
            signing(info=emsa.bare),
        ),
        (
            "digest-info-without-null",
            "The DigestInfo lacks the NULL after the name of SHA-1.",
            signing(info=emsa.info_without_null),
        ),
        (
            "hex-signed",
            "The digest in lower-case hex is padded without a DigestInfo.",
            signing(digests=(_hex,), info=emsa.bare),
        ),
        (
            "content-not-digested",
            "The text itself is padded, not its digest, if there is room for it.",
            signing(digest=bytes, info=emsa.bare),
        ),
    )
    for id_, text, edit in infos:
        add(id_, text, edit, fix=_INFO)
    add(
        "padding-of-zeros",
        "The DigestInfo stands behind zeros instead of FF octets.",
        signing(pad=emsa.type_0),
        fix=_PADDING,
    )
    add(
        "padding-missing",
        "The bare digest is signed as a number, without DigestInfo and padding.",
        signing(pad=emsa.none),
        fix=_PADDING,
    )


def _add_contents() -> None:
    contents: tuple[tuple[str, str, Change], ...] = (
        ("base64", "The signature is made over the text in base64.", base64.b64encode),
        ("hex", "The signature is made over the text in hex.", _hex),
        (
            "newline",
            "The signature is made over the text and a newline, which the envelope lacks.",
            lambda octets: octets + b"\n",
        ),
    )
    for id_, text, change in contents:
        add(f"signed-over-{id_}", text, signing(content=(change,)), fix=_TEXT)
    add(
        "signed-over-plain-text",
        "The signature is made over the plain text alone, but the envelope holds all four parts.",
        signing(plain=True),
        fix=_TEXT,
    )
    add(
        "signature-reversed",
        "The signature's octets are in reverse order, little endian.",
        signing(finishes=(lambda octets: octets[::-1],)),
        fix="Turn the signature around: its first octet is the highest.",
        evidence="derived: Windows' cryptography functions",
    )


_add_algorithms()
_add_digests()
_add_infos()
_add_contents()
