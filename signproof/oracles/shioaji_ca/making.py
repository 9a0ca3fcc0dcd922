"""What the script that makes fixtures is made of: keys, certificates, the command's exports."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca.x509 import UTF8, Attribute, certificate, name

__all__ = [
    "ISSUER",
    "PASSWORD",
    "ROOT",
    "Leaf",
    "Made",
    "cn",
    "export",
    "key",
    "leaf",
    "pem",
    "spki",
]

PASSWORD = "EXAMPLE-password"  # noqa: S105 - made up
"""Of every file that has no other."""

_KEYS = {
    "rsa-2048": ("RSA", "rsa_keygen_bits:2048"),
    "rsa-4096": ("RSA", "rsa_keygen_bits:4096"),
    "ec-P-256": ("EC", "ec_paramgen_curve:P-256"),
    "ec-P-384": ("EC", "ec_paramgen_curve:P-384"),
    "odd-curve": ("EC", "ec_paramgen_curve:secp112r1"),
}
_SERIALS = count(0x1A2B3C)


@dataclass(frozen=True, slots=True)
class Made:
    """One fixture."""

    name: str
    how: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate and its key."""

    key: bytes
    """PEM."""
    der: bytes

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return pem(self.der)


def pem(der: bytes) -> bytes:
    """Return a certificate in PEM."""
    return openssl.run(("x509", "-inform", "DER"), der)


def cn(text: str, string: int = UTF8) -> tuple[Attribute, ...]:
    """Return a subject of this CN alone."""
    return (Attribute("CN", text, string),)


@cache
def key(which: str) -> bytes:
    """Return a new private key in PEM, always the same one for a name."""
    algorithm, option = _KEYS.get(which, ("RSA", "rsa_keygen_bits:1024"))
    return openssl.run(("genpkey", "-quiet", "-algorithm", algorithm, "-pkeyopt", option))


def spki(private: bytes) -> bytes:
    """Return the public key in DER."""
    return openssl.run(("pkey", "-pubout", "-outform", "DER"), private)


_LONG = ("20200101000000", "20450101000000")
_OF_ISSUERS = {
    which: name((Attribute("O", "EXAMPLE"), Attribute("CN", f"EXAMPLE {which}")))
    for which in ("root", "issuer")
}


def _issuing(which: str, serial: int) -> bytes:
    return certificate(
        subject=_OF_ISSUERS[which],
        public_key=spki(key(which)),
        issuer=_OF_ISSUERS["root"],
        issuer_key=key("root"),
        serial=serial,
        validity=_LONG,
        is_issuer=True,
    )


ROOT, ISSUER = _issuing("root", 1), _issuing("issuer", 2)
"""Certificates in DER."""

_VALIDITY = ("20250101000000", "20350913155959")
_SUBJECT = (
    Attribute("C", "TW", 0x13),
    Attribute("O", "EXAMPLE"),
    Attribute("OU", "EXAMPLE securities"),
    *cn("Z199999999-01-001::EXAMPLE"),
)


def leaf(
    *,
    subject: Sequence[Attribute] = _SUBJECT,
    validity: tuple[str, str] = _VALIDITY,
    key: bytes = key("main"),
    own_issuer: bool = False,
) -> Leaf:
    """Return a certificate for *key*, issued by the example issuer or by itself."""
    holder = name(subject)
    issuer = (holder, key) if own_issuer else (_OF_ISSUERS["issuer"], _issuer_key())
    der = certificate(
        subject=holder,
        public_key=spki(key),
        issuer=issuer[0],
        issuer_key=issuer[1],
        serial=next(_SERIALS),
        validity=validity,
    )
    return Leaf(key, der)


def _issuer_key() -> bytes:
    return key("issuer")


def export(
    of: Leaf | None,
    *options: str,
    password: str = PASSWORD,
    more: Sequence[bytes] = (),
    key: bytes | None = None,
) -> bytes:
    """Return a PKCS#12 file of a leaf and *more* certificates in PEM, or of *key* alone."""
    with tempfile.TemporaryDirectory(prefix="signproof-") as folder:
        files = {
            "password": password.encode() + b"\n",
            "key": of.key if of else key or b"",
            "more": b"".join(more),
        }
        paths = {}
        for which, octets in files.items():
            paths[which] = Path(folder, which)
            paths[which].write_bytes(octets)
        arguments = [
            "pkcs12",
            "-export",
            "-name",
            "EXAMPLE",
            "-passout",
            f"file:{paths['password']}",
        ]
        if more:
            arguments += ("-certfile", str(paths["more"]))
        if "-nokeys" not in options:
            arguments += ("-inkey", str(paths["key"]))
        return openssl.run((*arguments, *options), of.pem if of else b"")
