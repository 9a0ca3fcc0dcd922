"""Makes the fixtures of the scheme, once: ``python -m signproof.oracles.shioaji_ca.fixtures DIR``.

Every run makes other keys and salts, so other octets; then all vectors are to be written anew. The
command writes a README that says of each file how it was made. The oracle only reads the files.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca.making import (
    ISSUER,
    PASSWORD,
    ROOT,
    Made,
    cn,
    export,
    key,
    leaf,
    pem,
)
from signproof.oracles.shioaji_ca.making_cms import cms
from signproof.oracles.shioaji_ca.making_odd import odd
from signproof.oracles.shioaji_ca.x509 import BMP, PRINTABLE, Attribute

__all__ = ["main"]

_OLD = ("-legacy", "-macalg", "sha1")
_ENCRYPTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("aes-256", "as OpenSSL 3 does it: PBES2 with AES-256-CBC, MAC SHA-256", ()),
    ("aes-256-sha1", "", ("-macalg", "sha1")),
    ("aes-256-sha384", "", ("-macalg", "sha384")),
    ("aes-256-sha512", "", ("-macalg", "sha512")),
    ("aes-192", "", ("both", "AES-192-CBC")),
    ("aes-128", "", ("both", "AES-128-CBC")),
    ("aes-128-sha1", "", ("both", "AES-128-CBC", "-macalg", "sha1")),
    ("aes-128-sha512", "", ("both", "AES-128-CBC", "-macalg", "sha512")),
    ("3des", "", ("both", "PBE-SHA1-3DES", "-macalg", "sha1")),
    ("3des-sha256", "", ("both", "PBE-SHA1-3DES")),
    ("rc2-40", "RC2-40 for the certificate, 3DES for the key, MAC SHA-1", ("-legacy",)),
    ("rc2-40-both", "", (*_OLD, "both", "PBE-SHA1-RC2-40")),
    ("rc2-128", "", (*_OLD, "both", "PBE-SHA1-RC2-128")),
    ("rc4-40", "", (*_OLD, "both", "PBE-SHA1-RC4-40")),
    ("rc4-128", "", (*_OLD, "both", "PBE-SHA1-RC4-128")),
    ("des-md5", "PBES1", (*_OLD, "both", "PBE-MD5-DES")),
    ("no-encryption", "a MAC, no encryption", ("both", "NONE")),
    ("certificate-open", "the key alone is encrypted", ("-certpbe", "NONE")),
    ("no-mac", "", ("-nomac",)),
    ("neither", "neither MAC nor encryption", ("-nomac", "both", "NONE")),
    ("iterations-1", "", ("-iter", "1")),
    ("iterations-100000", "", ("-iter", "100000")),
    ("unsupported-mac", "", ("-macalg", "sm3")),
    ("unsupported-encryption", "", ("both", "CAMELLIA-128-CBC")),
)

_PASSWORDS = (
    ("empty-password", "", "an empty password"),
    ("password-spaces", "EXAMPLE pass $word ", "the password `EXAMPLE pass $word `"),
    ("password-unicode", "EXAMPLE-密碼", "the password `EXAMPLE-密碼`"),
)

_SUBJECTS: tuple[tuple[str, str, tuple[Attribute, ...]], ...] = (
    ("cn-plain", "CN `Z199999999`", cn("Z199999999")),
    ("cn-one-hyphen", "CN `Z199999999-`", cn("Z199999999-")),
    ("cn-leading-hyphen", "CN `-01-001::EXAMPLE`", cn("-01-001::EXAMPLE")),
    ("cn-two", "two CNs, `Z199999999-01` first", (*cn("Z199999999-01"), *cn("EXAMPLE-02"))),
    ("cn-two-other", "two CNs, `EXAMPLE` first", (*cn("EXAMPLE"), *cn("Z199999999-01"))),
    ("cn-none", "no CN", (Attribute("O", "EXAMPLE"),)),
    (
        "serial-number",
        "the id in serialNumber, no CN",
        (Attribute("O", "EXAMPLE"), Attribute("serialNumber", "Z199999999", PRINTABLE)),
    ),
    (
        "serial-number-and-cn",
        "an id in serialNumber, CN `EXAMPLE`",
        (Attribute("serialNumber", "Z199999999", PRINTABLE), *cn("EXAMPLE")),
    ),
    (
        "uid",
        "the id in UID, no CN",
        (Attribute("O", "EXAMPLE"), Attribute("UID", "Z199999999")),
    ),
    (
        "ou",
        "the id in OU, no CN",
        (Attribute("O", "EXAMPLE"), Attribute("OU", "Z199999999-01-001")),
    ),
    ("cn-unicode", "CN `Z199999999-01-001::範例EXAMPLE`", cn("Z199999999-01-001::範例EXAMPLE")),
    ("cn-unicode-id", "CN `範例EXAMPLE-01`", cn("範例EXAMPLE-01")),
    (
        "cn-bmp",
        "CN `Z199999999-01-001::範例EXAMPLE` as BMPString",
        cn("Z199999999-01-001::範例EXAMPLE", BMP),
    ),
    ("cn-lowercase", "CN `z199999999-01-EXAMPLE`", cn("z199999999-01-EXAMPLE")),
    ("cn-full-width-hyphen", "CN `Z199999999\uff0d01\uff0dEXAMPLE`",
     cn("Z199999999\uff0d01\uff0dEXAMPLE")),
)  # fmt: skip

_VALIDITIES = (
    ("expired", "20200101000000", "20210913155959"),
    ("not-yet-valid", "20400101000000", "20410913155959"),
    ("ends-15-59-59", "20250913160000", "20260913155959"),
    ("ends-midnight", "20250101000000", "20260101000000"),
    ("ends-2050", "20250101000000", "20500101000000"),
    ("ends-9999", "20250101000000", "99991231235959"),
    ("one-second", "20250101000000", "20250101000000"),
    ("backwards", "20300101000000", "20250101000000"),
)


def _all() -> Iterator[Made]:
    main = leaf()
    for name, how, options in _ENCRYPTIONS:
        plain = _options(options)
        said = ", ".join(part for part in (how, f"`{' '.join(plain)}`" if plain else "") if part)
        yield Made(f"{name}.pfx", said, export(main, *plain))
    for name, password, how in _PASSWORDS:
        yield Made(f"{name}.pfx", how, export(main, password=password))
    for name, how, subject in _SUBJECTS:
        yield Made(f"{name}.pfx", how, export(leaf(subject=subject)))
    for name, begins, ends in _VALIDITIES:
        made = export(leaf(validity=(begins, ends)))
        yield Made(f"{name}.pfx", f"notBefore {begins}, notAfter {ends}", made)
    for bits in (2048, 4096):
        made = export(leaf(key=key(f"rsa-{bits}")))
        yield Made(f"rsa-{bits}.pfx", f"an RSA key of {bits} bits", made)
    for curve in ("P-256", "P-384"):
        made = export(leaf(key=key(f"ec-{curve}")))
        yield Made(f"ec-{curve.lower()}.pfx", f"an EC key on {curve}", made)
    chain = (pem(ISSUER), pem(ROOT))
    other = leaf(key=key("other"), subject=cn("Z188888888-01-001::EXAMPLE"))
    for name, how, more in (
        ("chain", "the issuer's and the root's certificate, `-certfile`", chain),
        ("chain-reversed", "the root's and the issuer's certificate", chain[::-1]),
        ("issuer-only", "the issuer's certificate", chain[:1]),
        ("other-leaf", "another person's certificate without its key", (other.pem,)),
        ("certificate-twice", "the certificate itself again", (main.pem,)),
        (
            "two-certificates",
            "another person's certificate for the same key",
            (leaf(subject=cn("Z188888888-01-001::EXAMPLE")).pem,),
        ),
    ):
        made = export(main, more=more)
        yield Made(f"{name}.pfx", f"also holds {how}", made)
    yield from odd(main)
    yield from cms(main)


def _options(options: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command's options; ``both`` is for key and certificate."""
    found: list[str] = []
    rest = iter(options)
    for option in rest:
        if option == "both":
            algorithm = next(rest)
            found += ("-keypbe", algorithm, "-certpbe", algorithm)
        else:
            found.append(option)
    return tuple(found)


_HEAD = """# Fixtures of the shioaji-ca vectors

Made once with {version} by `python -m signproof.oracles.shioaji_ca.fixtures FOLDER`; the
script says exactly how each was made. Made again they have other keys and salts, so other octets,
and all vectors have to be written anew. `too-large.pfx` is written by the oracle.

Keys, names and the person ids `Z199999999` and `Z188888888` are made up and belong to nobody:
nothing is protected by any of them. If not said otherwise a `.pfx` was made by `openssl pkcs12
-export` with the options named, its password is `{password}`, it holds an RSA key of 1,024
bits (one and the same in most files) and a certificate with CN `Z199999999-01-001::EXAMPLE`, issued
by `EXAMPLE issuer`, valid from 2025-01-01T00:00:00Z to 2035-09-13T15:59:59Z.

| file | how it was made, or what it is |
|---|---|
"""


def main(folder: Path) -> None:
    """Write every fixture, and the README, into *folder*."""
    version = " ".join(openssl.run(("version",)).decode().split()[:2])
    rows = []
    for made in _all():
        (folder / f"EXAMPLE-{made.name}").write_bytes(made.octets)
        rows.append(f"| `EXAMPLE-{made.name}` | {made.how or 'nothing more'} |\n")
    text = _HEAD.format(version=version, password=PASSWORD) + "".join(rows)
    text += (
        "| `too-large.pfx` | 1,048,577 octets: the head of `EXAMPLE-aes-256.pfx`, then zeros |\n"
    )
    (folder / "README.md").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
