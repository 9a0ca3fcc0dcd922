"""The algorithms a PKCS#12 file names, and what they cost; read before anything is derived.

Sources: RFC 7292, appendix C (the schemes of PKCS#12), RFC 8018 (PBES1, PBES2, PBMAC1, PBKDF2),
RFC 7914 (scrypt), RFC 9579 (PBMAC1 in PKCS#12).
"""

import enum
from dataclasses import dataclass

from signers.der import Problem, Reader, Tag
from signers.pfx.errors import MalformedPfx, UnsupportedEncryption, UnsupportedMac

__all__ = ["Derivation", "Encryption", "Mac", "Pbkdf2", "encryption", "mac_algorithm", "pbmac1"]


class Derivation(enum.StrEnum):
    """How a password becomes a key."""

    PKCS12 = "PKCS#12"
    """RFC 7292, appendix B."""
    PBKDF1 = "PBKDF1"
    PBKDF2 = "PBKDF2"
    SCRYPT = "scrypt"


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a part is encrypted; names as the openssl command prints them."""

    scheme: str
    """PBES2, or the scheme's own name."""
    cipher: str
    derivation: Derivation
    prf: str | None
    """The function in PBKDF2 and the digest elsewhere; None for scrypt."""
    salt_length: int
    """Octets."""
    iterations: int
    """For scrypt the product N * r * p."""
    legacy: bool
    """Whether OpenSSL 3 needs its legacy provider for it (observed: `signers.pfx.tools`)."""

    def __str__(self) -> str:
        """Return `PBES2, PBKDF2, AES-256-CBC, hmacWithSHA256`, or the scheme's own name."""
        if self.scheme != "PBES2":
            return self.scheme
        return ", ".join(filter(None, (self.scheme, self.derivation, self.cipher, self.prf)))


@dataclass(frozen=True, slots=True)
class Mac:
    """How the whole is protected against changes."""

    name: str
    """`HMAC` over the digest (RFC 7292, section 4), or `PBMAC1` (RFC 9579)."""
    digest: str
    """As `hashlib` names it."""
    derivation: Derivation
    prf: str
    """The digest in PKCS#12's derivation, the function in PBKDF2."""
    salt_length: int
    """Octets."""
    iterations: int


_PKCS5 = "1.2.840.113549.1.5"
_PKCS12 = "1.2.840.113549.1.12.1"
_PBES2, _PBKDF2, _PBMAC1 = f"{_PKCS5}.13", f"{_PKCS5}.12", f"{_PKCS5}.14"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"
_OLD = {
    f"{_PKCS12}.1": ("pbeWithSHA1And128BitRC4", "RC4-128", "sha1", True),
    f"{_PKCS12}.2": ("pbeWithSHA1And40BitRC4", "RC4-40", "sha1", True),
    f"{_PKCS12}.3": ("pbeWithSHA1And3-KeyTripleDES-CBC", "DES-EDE3-CBC", "sha1", False),
    f"{_PKCS12}.4": ("pbeWithSHA1And2-KeyTripleDES-CBC", "DES-EDE-CBC", "sha1", False),
    f"{_PKCS12}.5": ("pbeWithSHA1And128BitRC2-CBC", "RC2-128-CBC", "sha1", True),
    f"{_PKCS12}.6": ("pbeWithSHA1And40BitRC2-CBC", "RC2-40-CBC", "sha1", True),
    f"{_PKCS5}.3": ("pbeWithMD5AndDES-CBC", "DES-CBC", "md5", True),
    f"{_PKCS5}.6": ("pbeWithMD5AndRC2-CBC", "RC2-64-CBC", "md5", True),
    f"{_PKCS5}.10": ("pbeWithSHA1AndDES-CBC", "DES-CBC", "sha1", True),
    f"{_PKCS5}.11": ("pbeWithSHA1AndRC2-CBC", "RC2-64-CBC", "sha1", True),
}
"""Name, cipher, digest, legacy. The schemes of PKCS#12 and of PBES1."""
_CIPHERS = {
    "2.16.840.1.101.3.4.1.2": ("AES-128-CBC", False),
    "2.16.840.1.101.3.4.1.22": ("AES-192-CBC", False),
    "2.16.840.1.101.3.4.1.42": ("AES-256-CBC", False),
    "1.2.840.113549.3.7": ("DES-EDE3-CBC", False),
    "1.3.14.3.2.7": ("DES-CBC", True),
}
"""Of PBES2: name, legacy."""
_SHA1 = "1.2.840.113549.2.7"
_PRFS = {
    _SHA1: ("hmacWithSHA1", "sha1"),
    "1.2.840.113549.2.8": ("hmacWithSHA224", "sha224"),
    "1.2.840.113549.2.9": ("hmacWithSHA256", "sha256"),
    "1.2.840.113549.2.10": ("hmacWithSHA384", "sha384"),
    "1.2.840.113549.2.11": ("hmacWithSHA512", "sha512"),
}
"""Name, and the digest as hashlib names it."""
_DIGESTS = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_LONGEST_MAC_KEY = 64
"""Octets of the key in PBMAC1. A longer one overran a buffer in OpenSSL 3.4 to 3.6
(CVE-2025-11187), and one of gigabytes would be derived."""
_LONGEST_KEY = 64
"""Octets of a cipher's key."""


def encryption(algorithm: Reader) -> Encryption:
    """Read what is in an AlgorithmIdentifier of an encryption.

    Raises UnsupportedEncryption, MalformedPfx, MalformedDer.
    """
    oid = algorithm.oid()
    if oid == _PBES2:
        parameters = algorithm.enter()
        algorithm.end()
        return _pbes2(parameters)
    if oid not in _OLD:
        raise UnsupportedEncryption(oid)
    scheme, cipher, digest, legacy = _OLD[oid]
    parameters = algorithm.enter()
    algorithm.end()
    salt = parameters.octet_string()
    iterations = _positive(parameters)
    parameters.end()
    derivation = Derivation.PKCS12 if oid.startswith(_PKCS12) else Derivation.PBKDF1
    return Encryption(scheme, cipher, derivation, digest, len(salt), iterations, legacy)


def mac_algorithm(algorithm: Reader) -> tuple[str, Reader | None]:
    """Read the digest's AlgorithmIdentifier; return its name, and PBMAC1's parameters.

    Raises UnsupportedMac, MalformedDer.
    """
    oid = algorithm.oid()
    if oid == _PBMAC1:
        parameters = algorithm.enter()
        algorithm.end()
        return "PBMAC1", parameters
    if oid not in _DIGESTS:
        raise UnsupportedMac(oid)
    _null_or_nothing(algorithm)
    return _DIGESTS[oid], None


@dataclass(frozen=True, slots=True)
class Pbkdf2:
    """The parameters of PBKDF2 (RFC 8018, appendix A.2)."""

    salt: bytes
    iterations: int
    length: int | None
    """Octets of the key, where it is given."""
    prf: str
    digest: str


def pbmac1(parameters: Reader) -> tuple[Pbkdf2, str]:
    """Read the parameters of PBMAC1; return its derivation and the digest of its HMAC."""
    derivation, scheme = parameters.enter(), parameters.enter()
    parameters.end()
    function = derivation.oid()
    if function != _PBKDF2:
        raise UnsupportedMac(f"PBMAC1 with {function}")
    hmac = scheme.oid()
    if hmac not in _PRFS:
        raise UnsupportedMac(f"PBMAC1 with {hmac}")
    _null_or_nothing(scheme)
    found = _pbkdf2(derivation.enter())
    if isinstance(found, str):
        raise UnsupportedMac(f"PBMAC1 with {found}")
    if found.length is None or not 0 < found.length <= _LONGEST_MAC_KEY:
        raise UnsupportedMac(f"PBMAC1 with a key of {found.length} octets")
    return found, _PRFS[hmac][1]


def _pbes2(parameters: Reader) -> Encryption:
    derivation, scheme = parameters.enter(), parameters.enter()
    parameters.end()
    cipher = scheme.oid()
    if cipher not in _CIPHERS:
        raise UnsupportedEncryption(f"PBES2 with {cipher}")
    name, legacy = _CIPHERS[cipher]
    scheme.octet_string()
    scheme.end()
    function = derivation.oid()
    if function == _SCRYPT:
        salt, cost = _scrypt(derivation.enter())
        return Encryption("PBES2", name, Derivation.SCRYPT, None, len(salt), cost, legacy)
    if function != _PBKDF2:
        raise UnsupportedEncryption(f"PBES2 with {function}")
    found = _pbkdf2(derivation.enter())
    if isinstance(found, str):
        raise UnsupportedEncryption(f"PBES2 with {found}")
    return Encryption(
        "PBES2", name, Derivation.PBKDF2, found.prf, len(found.salt), found.iterations, legacy
    )


def _pbkdf2(parameters: Reader) -> Pbkdf2 | str:
    """Read the parameters of PBKDF2; return the identifier of the function where it is unknown."""
    salt = parameters.octet_string()
    iterations = _positive(parameters)
    length = None
    if parameters.peek() == Tag.INTEGER:
        offset = parameters.offset
        length = parameters.integer()
        if not 0 < length <= _LONGEST_KEY:
            raise MalformedPfx(Problem.BAD_INTEGER, offset)
    oid = _SHA1
    if not parameters.at_end:
        function = parameters.enter()
        parameters.end()
        oid = function.oid()
        _null_or_nothing(function)
    if oid not in _PRFS:
        return oid
    prf, digest = _PRFS[oid]
    return Pbkdf2(salt, iterations, length, prf, digest)


def _scrypt(parameters: Reader) -> tuple[bytes, int]:
    salt = parameters.octet_string()
    cost = _positive(parameters) * _positive(parameters) * _positive(parameters)
    if not parameters.at_end:
        parameters.integer()
    parameters.end()
    return salt, cost


def _positive(reader: Reader) -> int:
    offset = reader.offset
    number = reader.integer()
    if number <= 0:
        raise MalformedPfx(Problem.BAD_INTEGER, offset)
    return number


def _null_or_nothing(algorithm: Reader) -> None:
    if not algorithm.at_end:
        algorithm.null()
    algorithm.end()
