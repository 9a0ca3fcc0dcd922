"""The vectors of `convert-key`: octet for octet what the openssl command writes."""

from signproof.codec import encode_octets
from signproof.model import Importance, Source, Vector
from signproof.oracles.tiger_rsa.common import PAGE, derived, document, output, topic_of
from signproof.oracles.tiger_rsa.keys import shaped
from signproof.oracles.tiger_rsa.shapes import repairable
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_ARMOURS = ("der", "pem", "base64")
_GIVEN = tuple((form, armour) for form in ("pkcs1", "pkcs8") for armour in _ARMOURS)
_WANTED = tuple((form, armour) for form in ("pkcs1", "pkcs8", "spki") for armour in _ARMOURS)


def topics() -> list[Topic]:
    """Return the file about conversions."""
    topic = topic_of(
        "convert-key", {"repaired": "What is given is not well-formed, what is written is."}
    )
    standard = derived(
        "the structure is determined (DER), and so is its text", "RFC 8017, RFC 5208 and RFC 7468"
    )
    pages = document(PAGE.where, "its example is one key in both forms")
    for given in _GIVEN:
        for wanted in _WANTED:
            lines = given[1] == wanted[1] == "base64" and "spki" not in wanted
            _add(topic, "page", given, wanted, pages if lines and given != wanted else standard)
    for key in ("1025", "2048", "4096"):
        for given, wanted in (
            (("pkcs1", "base64"), ("pkcs8", "base64")),
            (("pkcs8", "base64"), ("pkcs1", "base64")),
            (("pkcs1", "pem"), ("pkcs8", "pem")),
            (("pkcs8", "pem"), ("spki", "base64")),
        ):
            _add(topic, key, given, wanted, standard)
    for shape in repairable():
        if shape.name not in {"pkcs1-pem-crlf", "pkcs8-base64-wrapped", "pkcs8-pem-wrong-label"}:
            continue
        form = shape.name.partition("-")[0]
        topic.vectors.append(
            Vector(
                id=topic.id(f"{shape.name}-to-{form}-pem"),
                comment=f"{shape.comment}: written well-formed.",
                operation="convert-key",
                credential=None,
                input={"key_b64": encode_octets(shape.octets), "form": form, "armour": "pem"},
                expected=output(key_b64=encode_octets(shaped(shape.key, form, "pem"))),
                importance=Importance.MAY,
                flags=["repaired"],
                source=derived("what is around the key leaves no doubt about the key"),
            )
        )
    return [topic]


def _add(
    topic: Topic, key: str, given: tuple[str, str], wanted: tuple[str, str], source: Source
) -> None:
    words = "-".join(given) + "-to-" + "-".join(wanted)
    topic.vectors.append(
        Vector(
            id=topic.id(words + ("" if key == "page" else f"-{key}")),
            comment=f"From {' in '.join(given)} to {' in '.join(wanted)}.",
            operation="convert-key",
            credential=None,
            input={
                "key_b64": encode_octets(shaped(key, *given)),
                "form": wanted[0],
                "armour": wanted[1],
            },
            expected=output(key_b64=encode_octets(shaped(key, *wanted))),
            source=source,
        )
    )
