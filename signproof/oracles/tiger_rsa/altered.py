"""The vectors of `load-key` with keys that were altered or damaged."""

import base64
from collections.abc import Iterator

from signproof.codec import encode_octets
from signproof.model import Importance, Source, Vector
from signproof.oracles.tiger_rsa.common import derived, refused, topic_of
from signproof.oracles.tiger_rsa.der import element, integer, numbers_of, rsa_private_key
from signproof.oracles.tiger_rsa.keys import TOO_LARGE, reference, shaped
from signproof.oracles.tiger_rsa.loading import CONTENT
from signproof.oracles.writing import Topic

__all__ = ["Row", "add_refusal", "altered", "line_of"]

Row = tuple[str, str, str, bytes]
"""Name, comment, reason and octets."""

_NUMBERS = ("modulus", "public exponent", "private exponent", "first factor", "second factor",
            "first CRT exponent", "second CRT exponent", "CRT coefficient")  # fmt: skip
_UNUSED = {
    *("public-exponent", "first-crt-exponent", "second-crt-exponent", "crt-coefficient"),
    *("factors-swapped", "zero-coefficient", "even-exponent"),
    *("number-more", "padded-number", "no-parameters", "stray-bits"),
}
"""What some signers have no use for."""
_RSA = bytes.fromhex("06092a864886f70d010101")
_NULL = bytes.fromhex("0500")


def line_of(octets: bytes) -> bytes:
    """Return padded base64 in one line."""
    return base64.b64encode(octets)


def _pkcs8(pkcs1: bytes, version: int = 0, parameters: bytes = _NULL) -> bytes:
    algorithm = element(0x30, _RSA + parameters)
    return element(0x30, integer(version) + algorithm + element(0x04, pkcs1))


def _key(octets: bytes) -> dict[str, object]:
    """Return the key's member: as a fixture where it is large."""
    if octets == TOO_LARGE[1]:
        return {"key_file": reference(*TOO_LARGE)}
    return {"key_b64": encode_octets(octets)}


def add_refusal(
    topic: Topic,
    row: Row,
    source: Source,
    importance: Importance,
    operation: str = "load-key",
    flags: tuple[str, ...] = (),
) -> None:
    """Add the vector that what is in *row* must be refused."""
    name, comment, reason, octets = row
    rest = {"content": CONTENT} if operation == "load-key" else {"form": "pkcs1", "armour": "pem"}
    baseline = (
        "load-key/pkcs1-base64" if operation == "load-key" else "convert-key/pkcs1-der-to-pkcs1-pem"
    )
    topic.vectors.append(
        Vector(
            id=topic.id(name),
            comment=comment,
            operation=operation,
            credential=None,
            input={**_key(octets), **rest},
            expected=refused(reason),
            importance=importance,
            flags=list(flags),
            baseline=f"tiger-rsa/{baseline}",
            source=source,
        )
    )


def altered() -> Topic:
    """Return the file about altered keys."""
    topic = topic_of("altered-key")
    damaged = derived(
        "it would sign wrongly, which is found out from the gateway's refusals only",
        "RFC 8017, section 3.2; users report damaged keys "
        "(github.com/tigerfintech/openapi-python-sdk, issue 67)",
    )
    unused = derived(
        "who signs without this number, or does not look so closely, signs rightly all the same",
        "RFC 8017, section 5.2.1",
    )
    for row in (*_numbers(), *_structures(), *_texts()):
        if row[0].removeprefix("pkcs1-").removeprefix("pkcs8-") in _UNUSED:
            add_refusal(topic, row, unused, Importance.SHOULD)
        else:
            add_refusal(topic, row, damaged, Importance.MUST)
    return topic


def _numbers() -> Iterator[Row]:
    numbers = numbers_of(shaped("page", "pkcs1", "der"))
    for at, what in enumerate(_NUMBERS, 1):
        altered = [*numbers]
        altered[at] += 2
        name = what.replace(" ", "-").lower()
        der = rsa_private_key(altered)
        yield f"pkcs1-{name}", f"Another {what}.", "inconsistent-key", line_of(der)
        yield (
            f"pkcs8-{name}",
            f"Another {what}, in PKCS#8.",
            "inconsistent-key",
            line_of(_pkcs8(der)),
        )
    swapped = [*numbers]
    swapped[4], swapped[5] = numbers[5], numbers[4]
    yield (
        "factors-swapped",
        "The factors in the other order, and nothing else.",
        "inconsistent-key",
        line_of(rsa_private_key(swapped)),
    )
    other = numbers_of(shaped("second", "pkcs1", "der"))
    yield (
        "other-modulus",
        "The modulus of another key.",
        "inconsistent-key",
        line_of(rsa_private_key([0, other[1], *numbers[2:]])),
    )
    yield (
        "zero-coefficient",
        "A coefficient of zero.",
        "inconsistent-key",
        line_of(rsa_private_key([*numbers[:-1], 0])),
    )
    even = [*numbers]
    even[2] = 65536
    yield "even-exponent", "An even exponent.", "inconsistent-key", line_of(rsa_private_key(even))


def _structures() -> Iterator[Row]:
    der = shaped("page", "pkcs1", "der")
    numbers = numbers_of(der)
    yield (
        "pkcs1-version-2",
        "Version 2.",
        "wrong-version",
        line_of(rsa_private_key([2, *numbers[1:]])),
    )
    yield (
        "pkcs8-version-2",
        "PKCS#8 of version 2.",
        "wrong-version",
        line_of(_pkcs8(der, version=2)),
    )
    yield (
        "number-missing",
        "The last number missing.",
        "malformed-key",
        line_of(rsa_private_key(numbers[:-1])),
    )
    yield (
        "number-more",
        "A number too many.",
        "malformed-key",
        line_of(rsa_private_key([*numbers, 1])),
    )
    padded = element(
        0x30,
        integer(0)
        + element(0x02, b"\0\0" + numbers[1].to_bytes(128))
        + b"".join(integer(number) for number in numbers[2:]),
    )
    yield "padded-number", "A modulus with a zero octet too many.", "malformed-key", line_of(padded)
    negative = element(
        0x30,
        integer(0)
        + element(0x02, numbers[1].to_bytes(128))
        + b"".join(integer(number) for number in numbers[2:]),
    )
    yield (
        "negative-modulus",
        "A modulus without the zero octet that makes it positive.",
        "inconsistent-key",
        line_of(negative),
    )
    yield (
        "inner-cut-off",
        "PKCS#8 whose inner key is cut off.",
        "malformed-key",
        line_of(_pkcs8(der[:-10])),
    )
    yield (
        "inner-trailing",
        "PKCS#8 with octets behind the inner key.",
        "malformed-key",
        line_of(_pkcs8(der + b"\0")),
    )
    yield (
        "no-parameters",
        "PKCS#8 whose algorithm lacks its NULL.",
        "wrong-parameters",
        line_of(_pkcs8(der, parameters=b"")),
    )


def _texts() -> Iterator[Row]:
    for form in ("pkcs1", "pkcs8"):
        line = shaped("page", form, "base64")
        pem = shaped("page", form, "pem")
        end = pem.index(b"-----END")
        yield f"{form}-cut-off", "Its last 40 characters missing.", "truncated", line[:-40]
        yield f"{form}-cut-in-half", "Its second half missing.", "truncated", line[: len(line) // 2]
        yield (
            f"{form}-pem-line-missing",
            "PEM without its last line.",
            "truncated",
            pem[: pem.rindex(b"\n", 0, end - 1) + 1] + pem[end:],
        )
        yield (
            f"{form}-der-cut-off",
            "DER cut off.",
            "truncated",
            shaped("page", form, "der")[:-20],
        )
        yield (
            f"{form}-character-altered",
            "One character another one, in the private exponent.",
            "inconsistent-key",
            _exchanged(line, 300),
        )
        yield (
            f"{form}-character-star",
            "One character that is not base64.",
            "malformed-base64",
            line[:300] + b"*" + line[301:],
        )
        yield (
            f"{form}-character-missing",
            "One character missing in the middle.",
            "truncated",
            line[:300] + line[301:].rstrip(b"="),
        )
    line = shaped("page", "pkcs1", "base64")
    yield (
        "stray-bits",
        "Bits before the padding that no encoder writes.",
        "malformed-base64",
        line.rstrip(b"=")[:-1] + b"B==",
    )
    yield "masked", "Its middle masked.", "malformed-base64", line[:60] + b"..." + line[-60:]


def _exchanged(line: bytes, at: int) -> bytes:
    return line[:at] + (b"A" if line[at : at + 1] != b"A" else b"B") + line[at + 1 :]
