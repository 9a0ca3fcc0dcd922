"""Mistakes in how the sign content becomes octets: another charset than the field names."""

from collections.abc import Callable

from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE, Content, content_with

__all__: list[str] = []

_FIX = "Encode the sign content with what the field `charset` names, without a byte order mark."

_Encode = Callable[[Content, str], bytes]


def _in(codec: str) -> _Encode:
    return lambda made, text: made.encoded(text, codec)


def _marked(made: Content, text: str) -> bytes:
    return b"\xef\xbb\xbf" + made.encoded(text)


def _java(made: Content, text: str) -> bytes:
    return b"\xfe\xff" + made.encoded(text, "utf-16-be")


def _twice(made: Content, text: str) -> bytes:
    return made.encoded(made.encoded(text, "utf-8").decode("latin-1"), "utf-8")


_CHARSETS: tuple[tuple[str, str, _Encode, str], ...] = (
    (
        "utf-8-signed-for-gbk",
        "The sign content is encoded in UTF-8 while the field `charset` names GBK.",
        _in("utf-8"),
        "observed: an official SDK signs GBK octets where GBK is named",
    ),
    (
        "gbk-signed-for-utf-8",
        "The sign content is encoded in GBK while the field `charset` names UTF-8.",
        _in("gbk"),
        "derived",
    ),
    (
        "signed-as-latin-1",
        "The sign content is encoded in Latin-1, other characters as `?`.",
        _in("latin-1"),
        "derived",
    ),
    (
        "signed-as-ascii",
        "The sign content is encoded in ASCII, other characters as `?`.",
        _in("ascii"),
        "derived: Java's default charset in a bare container",
    ),
    (
        "signed-as-utf-16",
        "The sign content is encoded in UTF-16, little endian.",
        _in("utf-16-le"),
        "derived",
    ),
    (
        "signed-as-utf-16-with-mark",
        "The sign content is encoded in UTF-16, big endian after a byte order mark.",
        _java,
        "derived: Java's charset of that name",
    ),
    (
        "byte-order-mark-signed",
        "A byte order mark is signed before the first field.",
        _marked,
        "derived",
    ),
    (
        "utf-8-encoded-twice",
        "The sign content is encoded in UTF-8, read as Latin-1 and encoded in UTF-8 again.",
        _twice,
        "derived",
    ),
)

for _id, _text, _encode, _evidence in _CHARSETS:
    CATALOGUE.add(_id, _text, content_with(encode=_encode), fix=_FIX, evidence=_evidence)
