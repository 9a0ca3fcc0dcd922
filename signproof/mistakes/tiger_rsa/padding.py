"""Mistakes in the padding around the digest."""

from functools import partial

from signproof.mistakes import emsa
from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE, edits, message, replaced

__all__: list[str] = []

_FIX = "Sign with RSASSA-PKCS1-v1_5, whose padding is 00 01, FF octets and 00."

_PSS = message(pad=emsa.pss)

CATALOGUE.add(
    "pss",
    "The digest is padded as for PSS, with SHA-1 throughout.",
    _PSS,
    fix=_FIX,
    evidence="collected, without a report to link to",
)
CATALOGUE.add(
    "pss-sha256",
    "The sign content is digested with SHA-256 and padded as for PSS.",
    edits(
        replaced("digest", partial(emsa.hashed, "sha256")),
        message(algorithm="sha256"),
        _PSS,
    ),
    fix=_FIX,
)
CATALOGUE.add(
    "padding-of-an-encryption",
    "The private key encrypts: the padding is 00 02 and random octets.",
    message(pad=emsa.type_2),
    fix=_FIX,
)
CATALOGUE.add(
    "padding-of-zeros",
    "The DigestInfo stands behind zeros instead of FF octets.",
    message(pad=emsa.type_0),
    fix=_FIX,
)
CATALOGUE.add(
    "padding-missing",
    "The bare digest is signed as a number, without DigestInfo and padding.",
    message(pad=emsa.none),
    fix=_FIX,
)
