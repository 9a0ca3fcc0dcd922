"""The credentials of the vectors: CA files with their passwords."""

from signproof.codec import encode_octets
from signproof.oracles.shioaji_ca.files import PASSWORD, PASSWORDS, fixture

__all__ = ["CREDENTIALS", "FILES"]

FILES = {
    "main": "aes-256.pfx",
    "2048-bits": "rsa-2048.pfx",
    "4096-bits": "rsa-4096.pfx",
    "rc2-40": "rc2-40.pfx",
    "3des": "3des.pfx",
    "chain": "chain.pfx",
    "expired": "expired.pfx",
    "not-yet-valid": "not-yet-valid.pfx",
    "no-hyphen": "cn-plain.pfx",
    "two-names": "cn-two-other.pfx",
    "unicode-id": "cn-unicode-id.pfx",
    "bmp-name": "cn-bmp.pfx",
    "unicode-password": "password-unicode.pfx",
    "ec": "ec-p-256.pfx",
    "no-name": "cn-none.pfx",
    "serial-number": "serial-number.pfx",
    "no-key": "no-key.pfx",
    "foreign-key": "foreign-key.pfx",
    "two-keys": "two-keys.pfx",
    "truncated": "truncated-half.pfx",
    "web-page": "page.html",
    "empty": "empty.pfx",
}
"""By credential the fixture it is made of."""


def _credential(file: str) -> dict[str, str]:
    octets, password = fixture(file), PASSWORDS.get(file, PASSWORD)
    return {"pfx_b64": encode_octets(octets), "password": password}


CREDENTIALS: dict[str, dict[str, str]] = {
    **{name: _credential(file) for name, file in FILES.items()},
    "wrong-password": _credential(FILES["main"]) | {"password": "EXAMPLE-passwort"},
    "no-password": _credential(FILES["main"]) | {"password": ""},
}
"""By name."""
