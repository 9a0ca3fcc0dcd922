"""Fixtures that no tool makes, or that are something else than PKCS#12."""

import base64
from collections.abc import Iterator, Sequence

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca.der import (
    NULL,
    integer,
    octet_string,
    oid,
    sequence,
    set_of,
    tagged,
)
from signproof.oracles.shioaji_ca.making import PASSWORD, Leaf, Made, export, key, leaf
from signproof.oracles.shioaji_ca.x509 import Attribute

__all__ = ["odd"]

_DATA, _SIGNED, _ENVELOPED = (f"1.2.840.113549.1.7.{number}" for number in (1, 2, 3))
_BAGS = "1.2.840.113549.1.12.10.1"
_X509 = "1.2.840.113549.1.9.22.1"
_KEY_ID = "1.2.840.113549.1.9.21"
_SHA1 = sequence(oid("1.3.14.3.2.26"), NULL)
_PBE_3DES = "1.2.840.113549.1.12.1.3"
_T61 = 0x14
_SALT = b"EXAMPLE!"


def odd(main: Leaf) -> Iterator[Made]:
    """Return the fixtures, from a usual certificate and key."""
    yield from _incomplete(main)
    yield from _by_hand(main)
    yield from _damaged(main)
    yield from _bounds(main)
    yield from _something_else(main)
    own = leaf(own_issuer=True)
    yield Made("self-signed.pfx", "its own issuer", export(own))


def _incomplete(main: Leaf) -> Iterator[Made]:
    no_key = export(main, "-nokeys")
    yield Made("no-key.pfx", "`-nokeys`: a certificate without key", no_key)
    no_certificate = export(None, "-nocerts", key=main.key)
    yield Made("no-certificate.pfx", "`-nocerts`: a key without certificate", no_certificate)
    yield Made("nothing-inside.pfx", "by hand: no bags, a MAC", _pfx([]))


def _by_hand(main: Leaf) -> Iterator[Made]:
    own, foreign = _key_bag(main.key, b"1"), _key_bag(key("other"), b"1")
    certificate = _certificate_bag(main.der, b"1")
    yield Made(
        "foreign-key.pfx",
        "by hand: certificate and key do not belong together; not encrypted, MAC SHA-1",
        _pfx([foreign, certificate]),
    )
    yield Made(
        "two-keys.pfx",
        "by hand: a second key; not encrypted, MAC SHA-1",
        _pfx([own, _key_bag(key("other"), b"2"), certificate]),
    )
    yield Made(
        "by-hand.pfx",
        "by hand: a usual key and certificate; not encrypted, MAC SHA-1",
        _pfx([own, certificate]),
    )
    yield Made(
        "unreadable-key.pfx",
        "by hand: a key of octets that mean nothing; not encrypted, MAC SHA-1",
        _pfx([_bag(1, sequence(integer(0), sequence(oid(_DATA), NULL), octet_string(b"EXAMPLE")),
                   b"1"), certificate]),
    )  # fmt: skip
    broken = leaf(subject=(Attribute("CN", b"Z199999999-\xb4\xfa-EXAMPLE", _T61),))
    yield Made(
        "cn-broken.pfx",
        "by hand: a CN in Big5 as T61String; not encrypted, MAC SHA-1",
        _pfx([own, _certificate_bag(broken.der, b"1")]),
    )
    small = leaf(key=key("odd-curve"))
    yield Made("odd-curve.pfx", "an EC key on secp112r1", export(small))
    version = _pfx([own, certificate], version=2)
    yield Made("wrong-version.pfx", "by hand: version 2", version)
    signed = sequence(integer(3), sequence(oid(_SIGNED), tagged(0, sequence())))
    yield Made("public-key-integrity.pfx", "by hand: signed-data in the place of a MAC", signed)
    safe = sequence(sequence(oid(_ENVELOPED), tagged(0, sequence())))
    enveloped = sequence(integer(3), sequence(oid(_DATA), tagged(0, octet_string(safe))))
    yield Made("public-key-privacy.pfx", "by hand: enveloped-data, no MAC", enveloped)


def _damaged(main: Leaf) -> Iterator[Made]:
    good = export(main)
    half, last = good[: len(good) // 2], good[:-1]
    yield Made("truncated-half.pfx", "a good file's first half", half)
    yield Made("truncated-last.pfx", "a good file without its last octet", last)
    yield Made("truncated-head.pfx", "a good file's first 20 octets", good[:20])
    yield Made("flipped-contents.pfx", "one bit altered in what is encrypted", _flipped(good, 700))
    yield Made("flipped-mac.pfx", "one bit altered in the MAC", _flipped(good, len(good) - 20))
    open_ = export(main, "-nomac")
    yield Made(
        "flipped-without-mac.pfx",
        "no MAC, one bit altered in what is encrypted",
        _flipped(open_, len(open_) - 200),
    )
    yield Made("flipped-length.pfx", "one bit altered in the second length", _flipped(good, 8))
    yield Made("trailing-newline.pfx", "a newline behind", good + b"\n")
    yield Made("trailing-octets.pfx", "64 zeros behind", good + bytes(64))
    yield Made("leading-newline.pfx", "a newline in front", b"\n" + good)
    text = good.replace(b"\n", b"\r\n")
    if text == good:
        text = good[:300] + b"\r" + good[300:]
    yield Made("text-mode.pfx", "carried over as text: a CR before each LF", text)


def _bounds(main: Leaf) -> Iterator[Made]:
    bags = [_key_bag(main.key, b"1"), _certificate_bag(main.der, b"1")]
    for name, how, count in (
        ("iterations-mac-2000001", "by hand: a MAC that says 2,000,001 iterations", 2_000_001),
        ("iterations-mac-max", "by hand: a MAC that says 2^31 - 1 iterations", 2**31 - 1),
    ):
        yield Made(f"{name}.pfx", how, _pfx(bags, states=count))
    shrouded = sequence(
        sequence(oid(_PBE_3DES), sequence(octet_string(_SALT), integer(5_000_000))),
        octet_string(bytes(640)),
    )
    yield Made(
        "iterations-key-5000000.pfx",
        "by hand: a key that says 5,000,000 iterations, its octets zero",
        _pfx([_bag(2, shrouded, b"1"), bags[1]]),
    )


def _something_else(main: Leaf) -> Iterator[Made]:
    good = export(main)
    yield Made("empty.pfx", "nothing", b"")
    yield Made("white-space.pfx", "white space", b" \r\n\t\n")
    yield Made("certificate.pem", "a certificate in PEM", main.pem)
    yield Made("key.pem", "the key in PEM", main.key)
    yield Made("both.pem", "key and certificate in PEM", main.key + main.pem)
    yield Made("certificate.der", "a certificate in DER", main.der)
    key_der = openssl.key_shape(main.key, "pkcs8", "der")
    yield Made("key.der", "the key in DER, PKCS#8", key_der)
    pkcs1 = openssl.key_shape(main.key, "pkcs1", "der")
    yield Made("key-pkcs1.der", "the key in DER, PKCS#1", pkcs1)
    html = b"<!DOCTYPE html>\n<html><head><title>EXAMPLE</title></head><body>404</body></html>\n"
    yield Made("page.html", "a web page that was saved in the file's place", html)
    text = "EXAMPLE made up\r\n"
    yield Made("utf-16-le.pfx", "text in UTF-16", b"\xff\xfe" + text.encode("utf-16-le"))
    yield Made(
        "utf-16-be.pfx", "text in UTF-16, big-endian", b"\xfe\xff" + text.encode("utf-16-be")
    )
    line = base64.b64encode(good)
    yield Made("base64.txt", "a good file in base64, one line", line)
    yield Made("base64-lines.txt", "a good file in base64, in lines", base64.encodebytes(good))
    yield Made("path.txt", "a path", b"C:\\EXAMPLE\\Sinopac.pfx")
    yield Made("words.txt", "words", b"EXAMPLE, made up\n")
    yield Made("octets.bin", "octets that mean nothing", bytes(range(128, 256)))
    yield Made("archive.zip", "the head of a ZIP archive", b"PK\x03\x04" + bytes(26))
    yield Made("store.jks", "the head of a Java key store", b"\xfe\xed\xfe\xed" + bytes(12))
    crl2 = openssl.run(("crl2pkcs7", "-nocrl", "-certfile", "/dev/stdin", "-outform", "DER"),
                       main.pem)  # fmt: skip
    yield Made("certificate.p7b", "a certificate in PKCS#7, DER", crl2)


def _flipped(octets: bytes, at: int) -> bytes:
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]


def _bag(kind: int, value: bytes, key_id: bytes) -> bytes:
    """Return a SafeBag with its localKeyId (RFC 7292, section 4.2)."""
    attribute = sequence(oid(_KEY_ID), set_of(octet_string(key_id)))
    return sequence(oid(f"{_BAGS}.{kind}"), tagged(0, value), set_of(attribute))


def _key_bag(private: bytes, key_id: bytes) -> bytes:
    return _bag(1, openssl.key_shape(private, "pkcs8", "der"), key_id)


def _certificate_bag(der: bytes, key_id: bytes) -> bytes:
    return _bag(3, sequence(oid(_X509), tagged(0, octet_string(der))), key_id)


def _pfx(bags: Sequence[bytes], *, version: int = 3, states: int | None = None) -> bytes:
    """Return a PFX of these bags, not encrypted; its MAC *states* more iterations than it has."""
    content = sequence(oid(_DATA), tagged(0, octet_string(sequence(*bags))))
    safe = sequence(content)
    iterations = 2048
    mac = _mac(safe, iterations)
    info = sequence(_SHA1, octet_string(mac))
    data = sequence(info, octet_string(_SALT), integer(states or iterations))
    return sequence(integer(version), sequence(oid(_DATA), tagged(0, octet_string(safe))), data)


def _mac(safe: bytes, iterations: int) -> bytes:
    """Return the MAC of RFC 7292, appendix B, by the command."""
    password = PASSWORD.encode("utf-16-be") + b"\0\0"
    options = {
        "digest": "SHA1",
        "hexpass": password.hex(),
        "hexsalt": _SALT.hex(),
        "iter": str(iterations),
        "id": "3",
    }
    given = [part for name, value in options.items() for part in ("-kdfopt", f"{name}:{value}")]
    derived = openssl.run(("kdf", "-binary", "-keylen", "20", *given, "PKCS12KDF"))
    hexkey = f"hexkey:{derived.hex()}"
    return openssl.run(("dgst", "-binary", "-sha1", "-mac", "HMAC", "-macopt", hexkey), safe)
