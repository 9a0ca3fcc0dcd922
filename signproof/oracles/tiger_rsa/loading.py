"""The vectors of `load-key` with keys that can be used: the matrix of shapes."""

from signproof.codec import encode_octets
from signproof.model import Importance, Source, Vector
from signproof.oracles.tiger_rsa.common import (
    PAGE,
    derived,
    output,
    recorded,
    refused,
    run,
    topic_of,
)
from signproof.oracles.tiger_rsa.keys import private_line
from signproof.oracles.tiger_rsa.shapes import Shape, encrypted, repairable, well_formed
from signproof.oracles.writing import Topic

__all__ = ["CONTENT", "topics"]

CONTENT = "EXAMPLE content 20990001"
"""What is signed with each key."""

_NOTES = {
    "repaired": "Not well-formed: official SDKs disagree on whether they take it. What is right "
    "once it is repaired gives the same signature, or may be refused.",
    "large-key": "A signature of more than the 344 characters that are documented as the longest: "
    "whether the gateway takes it is unknown.",
    "odd-key": "No broker gives out a key of this length.",
    "encrypted": "No broker gives out an encrypted key; people encrypt their own.",
    "der": "Official SDKs take text, no octets.",
}
_HANDED = "official SDKs given one and the same key in every shape"
_SEEN: dict[str, str] = {
    "base64-bom": "TypeScript takes it; Python, Java, Go, C++ and Rust do not",
    "pem-literal-newlines": "none of Python, Java, Go, TypeScript and Rust takes it; C++ was not "
    "seen",
    "pem-crlf": "Java, Go, TypeScript, C++ and Rust take it (Java PKCS#8 only), Python PKCS#1 from "
    "a file only",
    "base64-leading-space": "Python, Java, C++ and Rust take it (Java PKCS#8 only), Go does not",
    "base64-quoted": "Python, Java and TypeScript take it (Java PKCS#8 only); Go, C++ and Rust do "
    "not",
    "base64-newline": "Python, Java, Go and Rust take it (Java PKCS#8 only), C++ does not",
    "pem-wrong-label": "of PKCS#8 under an RSA PRIVATE KEY header: Python 3.8.0 from a file, Go "
    "and C++ take it, Java and Rust do not",
    "base64-wrapped": "Python, Java, Go, TypeScript and C++ take it (Java PKCS#8 only), Rust does "
    "not",
    "base64-no-padding": "TypeScript takes it; Python, Go, C++ and Rust do not",
}
_WELL_FORMED = {
    "pkcs1-base64": "Python, Go, TypeScript, C++ and Rust take it, Java does not",
    "pkcs8-base64": "Python 3.8.0 (not 3.0.0), Java, Go, TypeScript, C++ and Rust take it",
    "pkcs1-pem": "Python, Go, TypeScript, C++ and Rust take it, Java does not",
    "pkcs8-pem": "Java, Go, TypeScript, C++ and Rust take it, Python does not",
}


def topics() -> list[Topic]:
    """Return the files about keys that can be used."""
    return [_load(), _other_keys(), _strict(), _passphrases()]


def _sign(key: str) -> str:
    """Return the signature over the content; what is signed here has no fields."""
    results = run(
        "sign",
        "main",
        key=private_line(key),
        fields=(),
        charset="UTF-8",
        sign_content=CONTENT.encode(),
    )
    return str(results["signature"].decode())


def _add(
    topic: Topic,
    shape: Shape,
    source: Source,
    importance: Importance,
    flags: tuple[str, ...] = (),
) -> None:
    passphrase = {} if shape.passphrase is None else {"passphrase": shape.passphrase}
    topic.vectors.append(
        Vector(
            id=topic.id(shape.name),
            comment=f"{shape.comment}.",
            operation="load-key",
            credential=None,
            input={"key_b64": encode_octets(shape.octets), "content": CONTENT, **passphrase},
            expected=output(sign=_sign(shape.key)),
            importance=importance,
            flags=list(flags),
            source=source,
        )
    )


def _load() -> Topic:
    topic = topic_of("load-key", _NOTES)
    for shape in well_formed():
        if shape.key == "page":
            _add(topic, shape, *_judged(shape))
    for shape in repairable():
        odd = shape.name.partition("-")[2]
        seen = _SEEN.get(odd)
        source = (
            recorded(_HANDED, seen)
            if seen
            else derived("what is around the key leaves no doubt about the key")
        )
        _add(topic, shape, source, Importance.MAY, ("repaired",))
    return topic


def _other_keys() -> Topic:
    """Return the well-formed shapes of keys of every size, which do not differ from the page's."""
    topic = topic_of("load-other-keys", _NOTES)
    for shape in well_formed():
        if shape.key != "page":
            _add(topic, shape, *_judged(shape))
    return topic


def _judged(shape: Shape) -> tuple[Source, Importance, tuple[str, ...]]:
    """Return why a well-formed shape is to be taken, and how much it matters."""
    form, armour = shape.name.split("-")[:2]
    large, odd = shape.key in {"3072", "4096"}, shape.key == "1025"
    flags = ("large-key",) if large else ("odd-key",) if odd else ()
    if armour == "der":
        source = derived("what the base64 of the page encodes", PAGE.where)
        return source, Importance.MAY, (*flags, "der")
    if shape.key == "page" and armour == "base64":
        note = f"private_key_{'pk1' if form == 'pkcs1' else 'pk8'} of its example"
        return Source(kind=PAGE.kind, where=PAGE.where, note=note), Importance.MUST, flags
    source = recorded(_HANDED, _WELL_FORMED[f"{form}-{armour}"])
    if large or odd:
        return source, Importance.MAY, flags
    return source, Importance.MUST if armour == "base64" else Importance.SHOULD, flags


def _strict() -> Topic:
    topic = topic_of(
        "strict-keys",
        {"strict": "For implementations that can be told to take well-formed keys only."},
    )
    for shape in repairable():
        topic.vectors.append(
            Vector(
                id=topic.id(shape.name),
                comment=f"{shape.comment}: refused where only well-formed keys are taken.",
                operation="load-key",
                credential=None,
                input={
                    "key_b64": encode_octets(shape.octets),
                    "content": CONTENT,
                    "strict": True,
                },
                expected=refused("needs-repair"),
                importance=Importance.SHOULD,
                flags=["strict"],
                requires=["strict-keys"],
                baseline=f"tiger-rsa/load-key/{shape.name}",
                source=derived("well-formed is what RFC 7468 and RFC 4648, section 4, describe"),
            )
        )
    for shape in well_formed()[:8]:
        topic.vectors.append(
            Vector(
                id=topic.id(shape.name),
                comment=f"{shape.comment}: well-formed, and taken.",
                operation="load-key",
                credential=None,
                input={
                    "key_b64": encode_octets(shape.octets),
                    "content": CONTENT,
                    "strict": True,
                },
                expected=output(sign=_sign(shape.key)),
                importance=Importance.SHOULD,
                flags=["strict"],
                requires=["strict-keys"],
                source=derived("well-formed is what the openssl command writes"),
            )
        )
    return topic


def _passphrases() -> Topic:
    topic = topic_of("encrypted-key", _NOTES)
    source = derived(
        "RFC 8018 (PBES2) and RFC 1421 (the older form), as the openssl command writes"
    )
    for shape in encrypted():
        _add(topic, shape, source, Importance.MAY, ("encrypted",))
        for name, passphrase, reason, comment in (
            ("wrong", "EXAMPLE-wrong", "wrong-passphrase", "with another passphrase"),
            ("none", None, "passphrase-needed", "without its passphrase"),
            ("empty", "", "passphrase-needed", "with an empty passphrase, which is none"),
        ):
            given = {} if passphrase is None else {"passphrase": passphrase}
            topic.vectors.append(
                Vector(
                    id=topic.id(f"{shape.name}-{name}"),
                    comment=f"{shape.comment}: {comment}.",
                    operation="load-key",
                    credential=None,
                    input={"key_b64": encode_octets(shape.octets), "content": CONTENT, **given},
                    expected=refused(reason),
                    importance=Importance.MAY,
                    flags=["encrypted"],
                    baseline=topic.id(shape.name),
                    source=source,
                )
            )
    plain = well_formed()[0]
    topic.vectors.append(
        Vector(
            id=topic.id("passphrase-not-needed"),
            comment="A key that is not encrypted, with a passphrase: it is not looked at.",
            operation="load-key",
            credential=None,
            input={
                "key_b64": encode_octets(plain.octets),
                "content": CONTENT,
                "passphrase": "EXAMPLE-passphrase",
            },
            expected=output(sign=_sign(plain.key)),
            importance=Importance.MAY,
            flags=["encrypted"],
            source=derived("nothing is encrypted with it"),
        )
    )
    return topic
