"""The vectors of `load-key` and `convert-key` with what is no usable key."""

from collections.abc import Iterator

from signproof.model import Importance
from signproof.oracles.tiger_rsa.altered import Row, add_refusal, altered, line_of
from signproof.oracles.tiger_rsa.common import derived, topic_of
from signproof.oracles.tiger_rsa.der import numbers_of, rsa_private_key
from signproof.oracles.tiger_rsa.keys import PASSPHRASE, TOO_LARGE, fixture, shaped
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_FLAGS = {"wrong-size": ("wrong-size",), "input-too-large": ("bound",)}


def topics() -> list[Topic]:
    """Return the files about keys that cannot be used."""
    return [altered(), _others(), _convert()]


def _others() -> Topic:
    topic = topic_of(
        "not-a-key",
        {
            "bound": "How much is looked at is this project's own bound.",
            "wrong-size": "The page's own example has 1024 bits; shorter keys can be broken. That "
            "the broker refuses them is inferred.",
        },
    )
    for row in (*_kinds(), *_containers(), *_pasted(), *_armours()):
        important = row[2] in {"public-key", "certificate", "not-rsa"}
        flags = _FLAGS.get(row[2], ())
        source = derived("it is no RSA private key, and signs nothing for this API")
        importance = Importance.MUST if important else Importance.SHOULD
        add_refusal(topic, row, source, importance, flags=flags)
    return topic


def _kinds() -> Iterator[Row]:
    public = "public-key"
    yield (
        "public-base64",
        "The public key, SPKI in one line.",
        public,
        shaped("page", "spki", "base64"),
    )
    yield "public-pem", "The public key, SPKI in PEM.", public, shaped("page", "spki", "pem")
    yield "public-der", "The public key, SPKI in DER.", public, shaped("page", "spki", "der")
    yield (
        "public-pkcs1-pem",
        "The public key, PKCS#1 in PEM.",
        public,
        shaped("page", "pkcs1-public", "pem"),
    )
    yield (
        "public-pkcs1-base64",
        "The public key, PKCS#1 in one line.",
        public,
        shaped("page", "pkcs1-public", "base64"),
    )
    certificate = fixture("EXAMPLE-certificate.pem")
    yield "certificate", "A certificate for the key.", "certificate", certificate
    body = b"".join(certificate.splitlines()[1:-1])
    yield "certificate-base64", "A certificate in one line.", "certificate", body
    for name, what in (
        ("ec", "An EC key."),
        ("ed25519", "An Ed25519 key."),
        ("pss-1024", "An RSA key that is bound to PSS."),
    ):
        pem = fixture(f"EXAMPLE-{name}.pem")
        yield name, what, "not-rsa", pem
        line = b"".join(pem.splitlines()[1:-1])
        yield f"{name}-base64", f"{what[:-1]} in one line.", "not-rsa", line
    yield (
        "three-primes",
        "A key of three factors.",
        "multi-prime",
        fixture("EXAMPLE-three-primes-1024.pem"),
    )
    yield "512-bits", "A key of 512 bits.", "wrong-size", fixture("EXAMPLE-tiny-512.pem")
    yield (
        "encrypted-aria",
        "A key encrypted with ARIA, without its passphrase.",
        "unsupported-encryption",
        fixture("EXAMPLE-page-encrypted-aria.pem"),
    )


def _containers() -> Iterator[Row]:
    other = "other-container"
    yield "pkcs12", "A PKCS#12 file.", other, fixture("EXAMPLE-page.p12")
    yield (
        "pkcs12-base64",
        "A PKCS#12 file in one base64 line.",
        other,
        line_of(fixture("EXAMPLE-page.p12")),
    )
    yield "openssh", "An OpenSSH key.", other, fixture("EXAMPLE-page-openssh.pem")
    yield (
        "openssh-public",
        "A public key for SSH.",
        other,
        b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAEXAMPLE made-up\n",
    )
    yield (
        "putty",
        "A PuTTY key.",
        other,
        b"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: EXAMPLE made up\n",
    )


def _pasted() -> Iterator[Row]:
    line = shaped("page", "pkcs1", "base64")
    pem = shaped("page", "pkcs1", "pem")
    for name, octets in (("nothing", b""), ("spaces", b"  \n"), ("quotes", b'""')):
        yield name, "Nothing, or as good as nothing.", "empty", octets
    yield (
        "empty-armour",
        "BEGIN and END lines with nothing between.",
        "empty",
        b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
    )
    yield (
        "web-page",
        "A web page.",
        "web-page",
        b"<!DOCTYPE html>\n<html><title>EXAMPLE</title></html>\n",
    )
    for name, path in (
        ("path-unix", b"/home/example/private_key.pem"),
        ("path-windows", b"C:\\example\\private_key.pem"),
        ("path-home", b"~/example.key"),
        ("path-relative", b"./tiger/example_key"),
        ("path-name", b"private_key.pem"),
    ):
        yield name, "A file's name in the place of what is in it.", "path", path
    yield "settings-line", "A whole line of the settings.", "settings", b"private_key_pk1=" + line
    yield (
        "settings-file",
        "A settings file.",
        "settings",
        b"tiger_id=20990001\nprivate_key_pk1=" + line + b"\n",
    )
    yield (
        "export-line",
        "A line of a shell.",
        "settings",
        b"export TIGEROPEN_PRIVATE_KEY=" + line,
    )
    yield "two-keys", "Two keys.", "several-keys", pem + shaped("second", "pkcs1", "pem")
    yield (
        "same-key-twice",
        "The same key in two forms.",
        "several-keys",
        pem + shaped("page", "pkcs8", "pem"),
    )
    yield "words", "Words.", "not-a-key", b"EXAMPLE key, made up"
    yield "passphrase", "A passphrase.", "not-a-key", PASSPHRASE.encode()
    yield "tiger-id", "A tiger_id.", "not-a-key", b"20990001"
    yield "too-large", "More octets than any key has.", "input-too-large", TOO_LARGE[1]
    yield "octets", "Octets that mean nothing.", "not-a-key", bytes(range(200, 256))
    yield "stars", "A masked key.", "not-a-key", b"*" * 64
    yield (
        "hex",
        "The key in hexadecimal.",
        "not-a-key",
        shaped("page", "pkcs1", "der").hex().encode(),
    )
    yield "base64-twice", "The base64 line encoded once more.", "not-a-key", line_of(line)


def _armours() -> Iterator[Row]:
    pem = shaped("page", "pkcs1", "pem")
    begin, _, rest = pem.partition(b"\n")
    yield (
        "four-hyphens",
        "Hyphens missing in BEGIN and END.",
        "malformed-armour",
        pem.replace(b"-----", b"----"),
    )
    yield (
        "header-alone",
        "The BEGIN line and something else.",
        "malformed-armour",
        begin + b"\nEXAMPLE\n-----END RSA PRIVATE KEY-----\n",
    )
    yield (
        "comment-inside",
        "A line of text between BEGIN and END.",
        "malformed-armour",
        begin + b"\n# EXAMPLE\n" + rest,
    )


def _convert() -> Topic:
    topic = topic_of("refuse-convert")
    line = shaped("page", "pkcs1", "base64")
    numbers = numbers_of(shaped("page", "pkcs1", "der"))
    rows: tuple[Row, ...] = (
        ("empty", "Nothing.", "empty", b""),
        ("public", "A public key.", "public-key", shaped("page", "spki", "pem")),
        ("certificate", "A certificate.", "certificate", fixture("EXAMPLE-certificate.pem")),
        ("ec", "An EC key.", "not-rsa", fixture("EXAMPLE-ec.pem")),
        ("pss", "A key bound to PSS.", "not-rsa", fixture("EXAMPLE-pss-1024.pem")),
        ("cut-off", "A key that is cut off.", "truncated", line[:-40]),
        (
            "altered",
            "A key with another modulus.",
            "inconsistent-key",
            line_of(rsa_private_key([0, numbers[1] + 2, *numbers[2:]])),
        ),
        ("three-primes", "A key of three factors.", "multi-prime",
         fixture("EXAMPLE-three-primes-1024.pem")),
        ("encrypted", "An encrypted key.", "passphrase-needed",
         fixture("EXAMPLE-page-encrypted-pkcs8.pem")),
        ("pkcs12", "A PKCS#12 file.", "other-container", fixture("EXAMPLE-page.p12")),
        ("path", "A file's name.", "path", b"/home/example/private_key.pem"),
        ("settings", "A line of the settings.", "settings", b"private_key_pk1=" + line),
        ("web-page", "A web page.", "web-page", b"<html></html>"),
        ("words", "Words.", "not-a-key", b"EXAMPLE"),
    )  # fmt: skip
    for row in rows:
        source = derived("a key in another shape must be the same key")
        add_refusal(topic, row, source, Importance.MUST, "convert-key")
    return topic
