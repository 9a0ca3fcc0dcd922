"""Open encrypted keys within bounds.

How often a passphrase is hashed stands in the file, so that a file could keep a machine busy for
days: the parameters are read first. Sources: RFC 8018 (PBES1, PBES2, PBKDF2), RFC 7914 (scrypt),
RFC 7292, appendix C (the schemes of PKCS#12).
"""

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)

from signers.der import MalformedDer, Reader
from signers.rsa_keys.errors import (
    MalformedKey,
    PassphraseNeeded,
    UnsupportedEncryption,
    WrongPassphrase,
)
from signers.rsa_keys.structure import EncryptedKey
from signers.secret import Secret

__all__ = ["MOST_ITERATIONS", "decrypted"]

MOST_ITERATIONS = 5_000_000
"""Some seconds; common are 2,048 (openssl) to 1,300,000 (today's advice)."""
_MOST_SCRYPT = 1 << 20
"""N * r * p; openssl writes 2^17. At 2^20 scrypt takes 128 MiB."""

_PBES2 = "1.2.840.113549.1.5.13"
_PBKDF2 = "1.2.840.113549.1.5.12"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"
_LEGACY = re.compile(rb"\nDEK-Info: (?:AES-(?:128|192|256)|DES-EDE3)-CBC,")
"""The ciphers of encrypted PKCS#1 that the library opens."""
_CIPHERS = frozenset(
    {
        "2.16.840.1.101.3.4.1.2",  # AES-128-CBC
        "2.16.840.1.101.3.4.1.22",  # AES-192-CBC
        "2.16.840.1.101.3.4.1.42",  # AES-256-CBC
        "1.2.840.113549.3.7",  # DES-EDE3-CBC
    }
)
_OLD = ("1.2.840.113549.1.5.", "1.2.840.113549.1.12.1.")
"""PBES1 and the schemes of PKCS#12: salt and iterations."""


def decrypted(key: EncryptedKey | bytes, passphrase: Secret | None) -> bytes:
    """Return the PrivateKeyInfo in an encrypted key, not yet checked.

    *key* is DER of PKCS#8, or the whole PEM of an encrypted PKCS#1 key, as octets.

    Raises PassphraseNeeded, WrongPassphrase, UnsupportedEncryption or MalformedKey.
    """
    if isinstance(key, EncryptedKey):
        _within_bounds(key.der)
    elif not _LEGACY.search(key):
        raise UnsupportedEncryption
    if passphrase is None:
        raise PassphraseNeeded
    try:
        if isinstance(key, EncryptedKey):
            opened = load_der_private_key(
                key.der, passphrase.reveal(), unsafe_skip_rsa_key_validation=True
            )
        else:
            opened = load_pem_private_key(
                key, passphrase.reveal(), unsafe_skip_rsa_key_validation=True
            )
        return opened.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    except UnsupportedAlgorithm:
        refusal: type[UnsupportedEncryption | WrongPassphrase] = UnsupportedEncryption
    except (ValueError, TypeError):
        refusal = WrongPassphrase
    raise refusal


def _within_bounds(der: bytes) -> None:
    try:
        fits = _cost_fits(Reader(der).enter().enter())
    except MalformedDer as error:
        raise MalformedKey(error.problem, error.offset) from None
    if not fits:
        raise UnsupportedEncryption


def _cost_fits(algorithm: Reader) -> bool:
    """Tell whether the scheme is known and its work is bounded."""
    scheme = algorithm.oid()
    if scheme != _PBES2:
        return scheme.startswith(_OLD) and _iterations_fit(algorithm.enter())
    parts = algorithm.enter()
    derivation, cipher = parts.enter(), parts.enter()
    if cipher.oid() not in _CIPHERS:
        return False
    function = derivation.oid()
    if function == _PBKDF2:
        return _iterations_fit(derivation.enter())
    if function != _SCRYPT:
        return False
    parameters = derivation.enter()
    parameters.octet_string()
    n, r, p = (parameters.integer() for _ in range(3))
    return min(n, r, p) > 0 and n * r * p <= _MOST_SCRYPT


def _iterations_fit(parameters: Reader) -> bool:
    parameters.octet_string()
    return 0 < parameters.integer() <= MOST_ITERATIONS
