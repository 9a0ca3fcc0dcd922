"""Mistakes in the digest, and in how it is named within the signature."""

from collections.abc import Callable
from functools import partial

from signproof.mistakes import emsa
from signproof.mistakes.base import Edit
from signproof.mistakes.tiger_rsa.catalogue import (
    CATALOGUE,
    edits,
    message,
    output_changed,
    replaced,
)

__all__: list[str] = []

_Change = Callable[[bytes], bytes]
_Row = tuple[str, str, Edit]

_SHA1 = "Sign with SHA-1: give the library the sign content itself and let it digest it, once."
_INFO = "Put the SHA-1 digest into a DigestInfo, as every library's PKCS#1 v1.5 signing does."

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
        CATALOGUE.add(
            f"digest-{name}",
            f"The sign content is digested with {title} instead of SHA-1.",
            edits(replaced("digest", partial(emsa.hashed, name)), message(algorithm=name)),
            fix=_SHA1,
            evidence="collected, without a report to link to" if name == "sha256" else "derived",
        )


def _add_digests() -> None:
    digests: tuple[tuple[str, str, _Change], ...] = (
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
    )
    for id_, text, change in digests:
        CATALOGUE.add(id_, text, output_changed("digest", change), fix=_SHA1)
    CATALOGUE.add(
        "md5-hex-digested",
        "The MD5 of the sign content, in hex, is signed instead of the sign content.",
        replaced("digest", lambda content: _sha1(_hex(emsa.hashed("md5", content)))),
        fix=_SHA1,
    )
    CATALOGUE.add(
        "md5-named-sha1",
        "The sign content is digested with MD5, but the DigestInfo names SHA-1.",
        edits(replaced("digest", partial(emsa.hashed, "md5")), message(algorithm="sha1")),
        fix=_SHA1,
    )


def _add_infos() -> None:
    infos: tuple[_Row, ...] = (
        (
            "digest-info-missing",
            "The digest is padded without a DigestInfo, which would name SHA-1.",
            message(info=emsa.bare),
        ),
        (
            "digest-info-without-null",
            "The DigestInfo lacks the NULL after the name of SHA-1.",
            message(info=emsa.info_without_null),
        ),
        (
            "hex-signed",
            "The digest in lower-case hex is padded without a DigestInfo.",
            edits(output_changed("digest", _hex), message(info=emsa.bare)),
        ),
        (
            "uppercase-hex-signed",
            "The digest in upper-case hex is padded without a DigestInfo.",
            edits(output_changed("digest", _uppercase_hex), message(info=emsa.bare)),
        ),
        (
            "content-not-digested",
            "The sign content itself is padded, not its digest, if there is room for it.",
            edits(replaced("digest", lambda content: content), message(info=emsa.bare)),
        ),
    )
    for id_, text, edit in infos:
        CATALOGUE.add(id_, text, edit, fix=_INFO)


_add_algorithms()
_add_digests()
_add_infos()
