"""Which keys CA signatures are known for."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate

__all__ = ["UNREADABLE", "describe", "rsa_key"]

UNREADABLE = "unreadable"
"""What `describe` says of a key that is none, or of an unknown kind."""

_BITS = range(1024, 8193)


def rsa_key(certificate: Certificate) -> RSAPublicKey | None:
    """Return the certificate's key where it is RSA of 1024 to 8192 bits, else None.

    What the CA library makes of an EC key is unknown, beyond that it activates it.
    """
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size in _BITS else None


def describe(certificate: Certificate) -> str:
    """Say what kind of key a certificate has."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return UNREADABLE
    if isinstance(key, RSAPublicKey):
        return f"an RSA key of {key.key_size} bits"
    return "an EC key" if isinstance(key, EllipticCurvePublicKey) else "neither RSA nor EC"
