"""Every shape in which a key is accepted: how it is made, and whose key it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from signproof.oracles.tiger_rsa.keys import PASSPHRASE, SIGNING, fixture, private_line, shaped

__all__ = ["FORMS", "Shape", "accepted_keys", "encrypted", "repairable", "well_formed"]

FORMS = ("pkcs1", "pkcs8")
_LABELS = {"pkcs1": "RSA PRIVATE KEY", "pkcs8": "PRIVATE KEY"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A key as somebody holds it."""

    name: str
    """The form, what is around it, and what is odd about it."""
    comment: str
    octets: bytes
    key: str
    """Whose key it is: a name in `SIGNING`."""
    passphrase: str | None = None
    """None where none is needed."""
    repair: str = ""
    """What is odd about it; empty for the well-formed."""


@cache
def accepted_keys() -> dict[tuple[bytes, str | None], str]:
    """Return the base64 line of PKCS#1 by octets and passphrase (None where any will do)."""
    return {
        (shape.octets, shape.passphrase): private_line(shape.key)
        for shape in (*well_formed(), *repairable(), *encrypted())
    }


@cache
def well_formed() -> tuple[Shape, ...]:
    """Return every signing key in every form and armour."""
    shapes = []
    for key in SIGNING:
        for form in FORMS:
            for armour, comment in (
                ("base64", "in one base64 line"),
                ("pem", "in PEM"),
                ("der", "in DER"),
            ):
                name = f"{form}-{armour}" + ("" if key == "page" else f"-{key}")
                said = f"{form.upper().replace('S', 'S#')} {comment}"
                shapes.append(Shape(name, said, shaped(key, form, armour), key))
            if key == "page":
                pem = shaped(key, form, "pem")
                said = f"{form.upper().replace('S', 'S#')} in PEM without the newline at its end"
                shapes.append(Shape(f"{form}-pem-no-newline", said, pem[:-1], key))
    return tuple(shapes)


@cache
def encrypted() -> tuple[Shape, ...]:
    """Return the encrypted keys that are opened."""
    return (
        Shape(
            "pkcs1-pem-encrypted",
            "PKCS#1 in PEM, encrypted with AES-128 as OpenSSL did before PKCS#8",
            fixture("EXAMPLE-page-encrypted-pkcs1.pem"),
            "page",
            PASSPHRASE,
        ),
        Shape(
            "pkcs8-pem-encrypted",
            "PKCS#8 in PEM, encrypted with PBES2 and AES-256",
            fixture("EXAMPLE-page-encrypted-pkcs8.pem"),
            "page",
            PASSPHRASE,
        ),
    )


def _wrapped(line: str, width: int = 64) -> str:
    return "\n".join(line[at : at + width] for at in range(0, len(line), width))


def _armoured(line: str, form: str, width: int = 64) -> str:
    label = _LABELS[form]
    return f"-----BEGIN {label}-----\n{_wrapped(line, width)}\n-----END {label}-----\n"


def _other(form: str) -> str:
    return "pkcs8" if form == "pkcs1" else "pkcs1"


# What is odd: name, which repair it takes, what it is in words, and how it is made from the base64
# line of a form.
_ODD: tuple[tuple[str, str, str, Callable[[str, str], str]], ...] = (
    (
        "base64-bom",
        "byte-order-mark",
        "a byte order mark before the line",
        lambda b, _: "\ufeff" + b,
    ),
    (
        "pem-literal-newlines",
        "literal-newlines",
        "PEM with the two characters `\\n` for each newline, as in an environment variable",
        lambda b, f: _armoured(b, f).replace("\n", "\\n"),
    ),
    (
        "pem-crlf",
        "carriage-returns",
        "PEM with CRLF line ends",
        lambda b, f: _armoured(b, f).replace("\n", "\r\n"),
    ),
    ("base64-leading-space", "leading-space", "a space before the line", lambda b, _: " " + b),
    ("base64-trailing-space", "trailing-space", "a space after the line", lambda b, _: b + " "),
    ("base64-quoted", "quotes", "quotation marks around the line", lambda b, _: f'"{b}"'),
    ("base64-newline", "final-newline", "a newline after the line", lambda b, _: b + "\n"),
    (
        "pem-leading-text",
        "leading-text",
        "text before the BEGIN line",
        lambda b, f: "EXAMPLE key, made up\n" + _armoured(b, f),
    ),
    (
        "pem-trailing-text",
        "trailing-data",
        "text after the END line",
        lambda b, f: _armoured(b, f) + "EXAMPLE key, made up\n",
    ),
    (
        "pem-no-end",
        "half-armour",
        "PEM whose END line is missing",
        lambda b, f: _armoured(b, f).partition("-----END")[0],
    ),
    (
        "pem-no-begin",
        "half-armour",
        "PEM whose BEGIN line is missing",
        lambda b, f: _armoured(b, f).partition("-----\n")[2],
    ),
    (
        "pem-wrong-label",
        "wrong-label",
        "PEM whose lines name the other form",
        lambda b, f: _armoured(b, _other(f)),
    ),
    (
        "base64-wrapped",
        "wrapped",
        "base64 without PEM lines, wrapped at 64",
        lambda b, _: _wrapped(b),
    ),
    (
        "base64-inner-space",
        "inner-space",
        "a space inside the base64 line",
        lambda b, _: f"{b[:100]} {b[100:]}",
    ),
    (
        "pem-empty-line",
        "inner-space",
        "PEM with an empty line after BEGIN",
        lambda b, f: _armoured(b, f).replace("-----\n", "-----\n\n", 1),
    ),
    (
        "pem-one-line",
        "line-length",
        "PEM with its base64 in one line",
        lambda b, f: _armoured(b, f, 9999),
    ),
    ("pem-76", "line-length", "PEM with lines of 76", lambda b, f: _armoured(b, f, 76)),
    (
        "base64-url-safe",
        "url-safe",
        "base64 in the URL-safe alphabet",
        lambda b, _: b.replace("+", "-").replace("/", "_"),
    ),
    ("base64-no-padding", "padding", "base64 without its padding", lambda b, _: b.rstrip("=")),
)


@cache
def repairable() -> tuple[Shape, ...]:
    """Return the shapes that are right once something harmless is repaired."""
    shapes = []
    for form in FORMS:
        for name, repair, comment, make in _ODD:
            # A key whose length is a multiple of three has no padding to lose.
            key = _padded_key(form) if repair == "padding" else "page"
            text = make(shaped(key, form, "base64").decode(), form)
            shapes.append(_odd(form, name, comment, text.encode(), key, repair))
        line = shaped("page", form, "base64").decode()
        shapes.append(
            _odd(
                form,
                "base64-utf-16",
                "the line in UTF-16 with a byte order mark, as Windows programs write it",
                b"\xff\xfe" + line.encode("utf-16-le"),
                "page",
                "utf-16",
            )
        )
        shapes.append(
            _odd(
                form,
                "der-trailing-octets",
                "DER with octets behind its end",
                shaped("page", form, "der") + b"\0\0",
                "page",
                "trailing-data",
            )
        )
    return tuple(shapes)


def _odd(form: str, name: str, comment: str, octets: bytes, key: str, repair: str) -> Shape:
    said = f"{form.upper().replace('S', 'S#')}: {comment}"
    return Shape(f"{form}-{name}", said, octets, key, repair=repair)


def _padded_key(form: str) -> str:
    return next(key for key in SIGNING if shaped(key, form, "base64").endswith(b"="))
