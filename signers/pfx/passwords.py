"""Passwords, and the MAC that tells whether one is right (RFC 7292, appendix B; RFC 9579).

A library says no more than that a file does not open. The MAC says whether that is because of the
password; it is computed here only after a file was not opened.
"""

import hashlib
import hmac
import unicodedata

from signers.pfx.errors import (
    EmptyPassword,
    PasswordNeeded,
    PfxRefused,
    UnusablePassword,
    WrongPassword,
)
from signers.pfx.shapes import PasswordProblem, Variant
from signers.pfx.structure import MacData, Structure
from signers.secret import Secret

__all__ = ["check_usable", "fits", "why_not"]

_LONGEST = 1_024
_FOR_MAC = 3
"""The purpose of a derived key (RFC 7292, appendix B.3)."""
_QUOTES = "\"'"


def check_usable(password: Secret) -> None:
    """Make sure that *password* can be one; raises UnusablePassword.

    The library itself would stop the process's thread on a NUL, and print the password.
    """
    octets = password.reveal()
    problem = None
    if len(octets) > _LONGEST:
        problem = PasswordProblem.TOO_LONG
    elif b"\0" in octets:
        problem = PasswordProblem.NUL
    elif _text(password) is None:
        problem = PasswordProblem.NOT_UTF8
    del octets
    if problem:
        raise UnusablePassword(problem)


def fits(mac: MacData, safe: bytes, password: Secret) -> bool:
    """Tell whether the MAC over *safe* is of *password*, empty or absent ones alike."""
    octets = password.reveal()
    if mac.pbkdf2 is not None:
        found = mac.pbkdf2
        keys = [
            hashlib.pbkdf2_hmac(found.digest, octets, found.salt, found.iterations, found.length)
        ]
    else:
        wide = octets.decode("utf-8").encode("utf-16-be") + b"\0\0"
        keys = [_derived(one, mac) for one in ([wide] if octets else [wide, b""])]
    return any(
        hmac.compare_digest(hmac.digest(key, safe, mac.mac.digest), mac.digest) for key in keys
    )


def why_not(
    structure: Structure, password: Secret | None, most_iterations: int
) -> PfxRefused | None:
    """Return why *password* does not open a file; None where it is the right one.

    It is also tried without what is often copied along, as long as this hashes no more than
    *most_iterations* times.
    """
    mac = structure.mac
    given = password or Secret(b"")
    if mac is not None and fits(mac, structure.safe, given):
        return None
    if mac is None and not structure.encryptions:
        return None
    if password is None:
        return PasswordNeeded()
    if not len(password):
        return EmptyPassword()
    tries = most_iterations // mac.mac.iterations if mac is not None else 0
    variant = next(
        (
            variant
            for variant, other in _variants(password)[:tries]
            if mac is not None and fits(mac, structure.safe, other)
        ),
        None,
    )
    ascii_only = password.reveal().isascii()
    return WrongPassword(would_open=variant, ascii_only=ascii_only, has_mac=mac is not None)


def _text(password: Secret) -> str | None:
    try:
        return password.reveal().decode("utf-8")
    except UnicodeDecodeError:
        return None


def _variants(password: Secret) -> list[tuple[Variant, Secret]]:
    """Return the passwords that may have been meant."""
    text = password.reveal_text()
    stripped = text.strip()
    quoted = len(stripped) > 1 and stripped[0] in _QUOTES and stripped[-1] == stripped[0]
    others = {
        Variant.STRIPPED: stripped,
        Variant.UNQUOTED: stripped[1:-1] if quoted else text,
        Variant.NFC: unicodedata.normalize("NFC", text),
        Variant.NFKC: unicodedata.normalize("NFKC", text),
    }
    return [(variant, Secret(other)) for variant, other in others.items() if other != text]


def _derived(password: bytes, mac: MacData) -> bytes:
    """Return the key of the MAC (RFC 7292, appendix B.2); it is as long as the digest."""
    digest = getattr(hashlib, mac.mac.digest)
    block = digest().block_size
    key = bytes([_FOR_MAC]) * block + _filled(mac.salt, block) + _filled(password, block)
    for _ in range(mac.iterations):
        key = digest(key).digest()
    return bytes(key)


def _filled(octets: bytes, block: int) -> bytes:
    """Return *octets* repeated to the next multiple of *block*."""
    size = -(-len(octets) // block) * block
    return (octets * (size // max(len(octets), 1) + 1))[:size]
