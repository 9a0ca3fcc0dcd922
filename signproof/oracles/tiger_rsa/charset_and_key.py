"""The vectors of `sign` about charset and key, and about credentials that cannot sign."""

from signproof.model import Importance, Source, Vector
from signproof.oracles.tiger_rsa.common import (
    PAGE,
    SDKS,
    derived,
    fields_of,
    recorded,
    refused,
    signed,
    topic_of,
)
from signproof.oracles.writing import Topic

__all__ = ["topics"]


def topics() -> list[Topic]:
    """Return the files about charset, keys and credentials."""
    return [_charset(), _key_size(), _refuse()]


def _charset() -> Topic:
    topic = topic_of(
        "charset",
        {
            "gbk": "Signing in GBK was observed; that the gateway still takes it is unknown.",
        },
    )
    gbk = recorded(SDKS.where, "the sign content is encoded with the charset, GBK observed too")
    for name, comment, text in (
        ("gbk-ascii", "GBK with ASCII text: the octets are those of UTF-8.", '{"market":"HK"}'),
        ("gbk-chinese", "Chinese in GBK: two octets a character.", '{"remark":"香港"}'),
        (
            "gbk-punctuation",
            "Full-width punctuation in GBK.",
            '{"remark":"\uff0c\u3002\uff08\uff09\uffe5"}',
        ),
        ("gbk-mixed", "Greek, Cyrillic and Chinese in GBK.", '{"remark":"\u03b1 я 备注 A"}'),
        ("gbk-escaped", "Escapes are ASCII in GBK too.", '{"remark":"\\u9999\\u6e2f"}'),
        ("gbk-backslash", "A character whose second octet is a backslash.", '{"remark":"誠"}'),
        ("gbk-pipe", "A character whose second octet is `|`.", '{"remark":"瘄"}'),
    ):
        signed(
            topic,
            name,
            comment,
            gbk,
            fields_of(text, charset="GBK"),
            charset="GBK",
            importance=Importance.SHOULD,
            flags=("gbk",),
        )
    signed(
        topic,
        "utf-8-chinese",
        "The same text in UTF-8.",
        SDKS,
        fields_of('{"remark":"香港"}'),
    )
    signed(
        topic,
        "utf-8-euro",
        "The euro sign in UTF-8.",
        SDKS,
        fields_of('{"remark":"€ 1"}'),
    )
    for name, comment, text in (
        ("gbk-euro", "GBK has no euro sign: refused, not signed as `?`.", '{"remark":"€ 1"}'),
        ("gbk-emoji", "GBK has no emoji: refused.", '{"remark":"\U0001f600"}'),
    ):
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="sign",
                credential="main",
                input={
                    "params": [list(pair) for pair in fields_of(text, charset="GBK")],
                    "charset": "GBK",
                },
                expected=refused("unencodable-text"),
                importance=Importance.MAY,
                flags=["gbk"],
                baseline=topic.id("gbk-chinese"),
                source=derived(
                    "the charset cannot write it, so that what is signed would not be what is sent"
                ),
            )
        )
    return topic


def _key_size() -> Topic:
    topic = topic_of(
        "key-size",
        {
            "large-key": "A signature of more than the 344 characters that are documented as the "
            "longest: whether the gateway takes it is unknown.",
            "odd-key": "No broker gives out a key of this length; the arithmetic is standard.",
        },
    )
    documented = derived(
        "1024 bits give 172 characters, 2048 bits 344, the documented maximum", PAGE.where
    )
    rows: tuple[tuple[str, str, Source, Importance, tuple[str, ...]], ...] = (
        ("main", "1024 bits, the key on the broker's page.", PAGE, Importance.MUST, ()),
        ("second", "1024 bits, another key.", documented, Importance.MUST, ()),
        ("key-2048", "2048 bits.", documented, Importance.MUST, ()),
        (
            "key-1025",
            "1025 bits: the modulus does not fill its first octet.",
            derived("RFC 8017, section 8.2.1: the length is counted in octets"),
            Importance.MAY,
            ("odd-key",),
        ),
        ("key-3072", "3072 bits.", documented, Importance.MAY, ("large-key",)),
        ("key-4096", "4096 bits.", documented, Importance.MAY, ("large-key",)),
    )
    for credential, comment, source, importance, flags in rows:
        for what, text in (("ascii", '{"market":"US"}'), ("unicode", '{"remark":"香港"}')):
            signed(
                topic,
                f"{credential}-{what}",
                comment,
                source,
                fields_of(text),
                credential=credential,
                importance=importance,
                flags=flags,
            )
    return topic


def _refuse() -> Topic:
    topic = topic_of(
        "refuse-sign",
        {"guard": "No document asks for it; signing it would give a request that must fail."},
    )
    for credential, reason, comment, note in (
        ("empty-tiger-id", "invalid-tiger-id", "An empty tiger_id.", "every request names it"),
        (
            "tiger-id-space",
            "invalid-tiger-id",
            "A tiger_id with a space behind, as settings files give it.",
            "a space in the settings stays in the value",
        ),
        (
            "tiger-id-comment",
            "invalid-tiger-id",
            "A tiger_id with an inline comment, as settings files give it.",
            "a comment in the settings stays in the value",
        ),
        (
            "tiger-id-unicode",
            "invalid-tiger-id",
            "A tiger_id in full-width digits.",
            "no developer page gives it",
        ),
        (
            "public-as-private-key",
            "public-key",
            "The public key in the place of the private one.",
            "a public key cannot sign",
        ),
        ("empty-private-key", "empty", "No private key.", "nothing can be signed"),
    ):
        topic.vectors.append(
            Vector(
                id=topic.id(credential),
                comment=comment,
                operation="sign",
                credential=credential,
                input={"params": [list(pair) for pair in fields_of()], "charset": "UTF-8"},
                expected=refused(reason),
                importance=Importance.SHOULD,
                flags=["guard"],
                baseline="tiger-rsa/order/as-python",
                source=derived(note),
            )
        )
    return topic
