"""Mistakes in the block of signed headers, in the list of their names and in the timestamp."""

from collections.abc import Callable
from functools import partial
from itertools import permutations

from signproof.mistakes.base import Edit
from signproof.mistakes.longbridge_hmac.catalogue import (
    CATALOGUE,
    NAMES,
    CanonicalRequest,
    HeaderBlock,
    assembled,
    line_block,
    replaced,
    value_of,
)
from signproof.pipeline import Pipeline

__all__: list[str] = []

_BLOCK = (
    "Write `authorization:…\\nx-api-key:…\\nx-timestamp:…\\n`: three lines, each ended by `\\n`."
)
_LINES = tuple(NAMES.split(b";"))
_CONTENT_TYPE = (b"content-type", b"application/json; charset=utf-8")


def _orders() -> list[tuple[str, tuple[bytes, ...]]]:
    """Return the wrong orders of the three headers, each with its name in an id."""
    return [
        ("".join(str(_LINES.index(name) + 1) for name in names), names)
        for names in permutations(_LINES)
        if names != _LINES
    ]


def _listed(names: tuple[bytes, ...]) -> str:
    return ", ".join(name.decode() for name in names)


def _add_lines() -> None:
    written = HeaderBlock.punctuate
    variants: list[tuple[str, str, Callable[[HeaderBlock], None], str]] = [
        (
            "header-block-crlf",
            "The lines of the header block end with CRLF.",
            partial(written, end=b"\r\n"),
            "observed on Windows and in text-mode files",
        ),
        (
            "header-block-final-newline-lost",
            "The last newline of the header block is lost, as in a shell's `$(…)`.",
            partial(written, last_end=b""),
            "observed in shell scripts",
        ),
        (
            "header-block-final-newline-doubled",
            "A blank line stands after the header block.",
            partial(written, last_end=b"\n\n"),
            "derived",
        ),
        (
            "header-block-in-one-line",
            "The header block has no newlines at all.",
            partial(written, end=b""),
            "derived",
        ),
        (
            "header-block-backslash-n",
            "The header block holds a backslash and an `n` instead of each newline.",
            partial(written, end=b"\\n"),
            "derived: single quotes in PHP and shell keep the two characters",
        ),
        (
            "header-block-semicolons",
            "The lines of the header block end with `;` instead of a newline.",
            partial(written, end=b";"),
            "derived",
        ),
        (
            "header-colon-space",
            "A space stands after the colon of each header line.",
            partial(written, colon=b": "),
            "derived",
        ),
        (
            "header-equals-sign",
            "`=` stands instead of the colon of each header line.",
            partial(written, colon=b"="),
            "derived",
        ),
        (
            "header-names-not-lowercase",
            "The header block has the names `Authorization`, `X-Api-Key` and `X-Timestamp`.",
            partial(HeaderBlock.rename, change=bytes.title),
            "observed in hand-written clients",
        ),
        (
            "header-names-uppercase",
            "The names in the header block are signed in upper case.",
            partial(HeaderBlock.rename, change=bytes.upper),
            "derived",
        ),
        (
            "header-values-only",
            "The lines of the header block hold the values without their names.",
            HeaderBlock.unname,
            "derived",
        ),
        (
            "content-type-signed",
            "A content-type line is added to the header block, after the authorization line.",
            partial(HeaderBlock.insert, line=_CONTENT_TYPE),
            "derived: other schemes sign it",
        ),
    ]
    for id_, text, write, evidence in variants:
        CATALOGUE.add(id_, text, line_block(write), fix=_BLOCK, evidence=evidence)
    for digits, names in _orders():
        CATALOGUE.add(
            f"headers-ordered-{digits}",
            f"The lines of the header block stand in the order {_listed(names)}.",
            line_block(partial(HeaderBlock.arrange, names=names)),
            fix=_BLOCK,
            evidence="observed where a mapping's order is used",
        )
    for index, name in enumerate(_LINES):
        _add_line(index, name)


def _add_line(index: int, name: bytes) -> None:
    title = name.decode()
    CATALOGUE.add(
        f"header-line-missing-{title}",
        f"The header block lacks its {title} line.",
        line_block(partial(HeaderBlock.arrange, names=(*_LINES[:index], *_LINES[index + 1 :]))),
        fix=_BLOCK,
    )
    CATALOGUE.add(
        f"header-line-repeated-{title}",
        f"The header block has its {title} line twice.",
        line_block(partial(HeaderBlock.arrange, names=(*_LINES[: index + 1], *_LINES[index:]))),
        fix=_BLOCK,
    )
    CATALOGUE.add(
        f"header-value-empty-{title}",
        f"The {title} line of the header block has no value.",
        line_block(partial(HeaderBlock.revalue, name=name, change=lambda _: b"")),
        fix=_BLOCK,
    )
    if name == b"x-timestamp":
        return  # a timestamp has no letters
    for case, change in (("lower", bytes.lower), ("upper", bytes.upper)):
        CATALOGUE.add(
            f"header-value-{case}case-{title}",
            f"The value of {title} is signed in {case} case.",
            line_block(partial(HeaderBlock.revalue, name=name, change=change)),
            fix="Sign the value as it is sent.",
        )


def _named(names: bytes) -> Edit:
    """Return the edit that signs another list of header names."""
    return assembled(partial(CanonicalRequest.put, part="header-names", octets=names))


def _without(name: bytes) -> bytes:
    return b";".join(each for each in _LINES if each != name)


_WITH_CONTENT_TYPE = NAMES.replace(b";", b";content-type;", 1)


def _add_names() -> None:
    variants = [
        ("commas", "is joined with `,`", NAMES.replace(b";", b",")),
        ("spaced", "is joined with `; `", NAMES.replace(b";", b"; ")),
        ("colons", "is joined with `:`", NAMES.replace(b";", b":")),
        ("title-case", "is written `Authorization;X-Api-Key;X-Timestamp`", NAMES.title()),
        ("uppercase", "is written in upper case", NAMES.upper()),
        ("trailing-semicolon", "ends with a `;`", NAMES + b";"),
        ("reversed", "stands in reverse order", b";".join(reversed(_LINES))),
    ]
    variants += [
        (f"ordered-{digits}", f"stands in the order {_listed(names)}", b";".join(names))
        for digits, names in _orders()
        if digits != "321"  # which is `reversed`
    ]
    variants += [
        (f"lacks-{name.decode()}", f"lacks {name.decode()}", _without(name)) for name in _LINES
    ]
    variants.append(("content-type", "includes content-type", _WITH_CONTENT_TYPE))
    for name, text, names in variants:
        CATALOGUE.add(
            f"header-names-list-{name}",
            f"The list of header names in the canonical request {text}.",
            _named(names),
            fix=f"Write `{NAMES.decode()}`.",
        )


def _everywhere(change: Callable[[HeaderBlock], None], names: bytes) -> Edit:
    """Return the edit that changes block, list and SignedHeaders alike."""
    block, listed, value = (
        line_block(change),
        _named(names),
        replaced("header", partial(value_of, names=names)),
    )
    return lambda pipeline: value(listed(block(pipeline)))


def _add_signed_headers() -> None:
    variants: list[tuple[str, str, Callable[[HeaderBlock], None], bytes]] = [
        (
            f"ordered-{digits}",
            f"stand in the order {_listed(names)}",
            partial(HeaderBlock.arrange, names=names),
            b";".join(names),
        )
        for digits, names in _orders()
    ]
    variants += [
        (
            "title-case",
            "are named `Authorization`, `X-Api-Key` and `X-Timestamp`",
            partial(HeaderBlock.rename, change=bytes.title),
            NAMES.title(),
        ),
        (
            "content-type",
            "include content-type",
            partial(HeaderBlock.insert, line=_CONTENT_TYPE),
            _WITH_CONTENT_TYPE,
        ),
    ]
    variants += [
        (
            f"lack-{name.decode()}",
            f"lack {name.decode()}",
            partial(HeaderBlock.arrange, names=tuple(each for each in _LINES if each != name)),
            _without(name),
        )
        for name in _LINES
    ]
    for id_, text, change, names in variants:
        CATALOGUE.add(
            f"signed-headers-{id_}",
            f"The signed headers {text}, in the header block, in the list and in SignedHeaders.",
            _everywhere(change, names),
            fix=f"Sign exactly {_listed(_LINES)}, so named and in this order.",
            evidence="documents of 2022 show other orders" if "ordered" in id_ else "derived",
            refusal="wrong-signed-headers",
        )


_add_lines()
_add_names()
_add_signed_headers()

_MOST_DIGITS = 30  # nanoseconds have 19
_TIMESTAMP = "Make the timestamp's text once, and use it for both the signature and X-Timestamp."


def _signed_time(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    return pipeline.change_input("canonical_headers", "timestamp", change)


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_without_fraction(pipeline: Pipeline) -> Pipeline:
    """The timestamp is sent with its fraction but signed without."""
    return _signed_time(pipeline, lambda timestamp: timestamp.partition(b".")[0])


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_with_trailing_zeros_cut(pipeline: Pipeline) -> Pipeline:
    """The timestamp is signed without the zeros at its fraction's end: `.120` as `.12`."""
    return _signed_time(
        pipeline,
        lambda timestamp: timestamp.rstrip(b"0").rstrip(b".") if b"." in timestamp else timestamp,
    )


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_as_float(pipeline: Pipeline) -> Pipeline:
    """A timestamp without a fraction is signed with `.0` after it."""
    return _signed_time(
        pipeline, lambda timestamp: timestamp if b"." in timestamp else timestamp + b".0"
    )


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_in_milliseconds(pipeline: Pipeline) -> Pipeline:
    """The timestamp is sent in seconds but signed in milliseconds."""
    return _signed_time(
        pipeline,
        lambda timestamp: (
            timestamp.partition(b".")[0] + (timestamp.partition(b".")[2] + b"000")[:3]
        ),
    )


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_in_seconds(pipeline: Pipeline) -> Pipeline:
    """The timestamp is sent in milliseconds but signed in seconds."""
    return _signed_time(
        pipeline,
        lambda timestamp: (
            timestamp[:-3]
            if len(timestamp) == len("1700000000000") and b"." not in timestamp
            else timestamp
        ),
    )


def _moved(timestamp: bytes, seconds: int) -> bytes:
    whole, point, fraction = timestamp.partition(b".")
    if not whole.isdigit() or len(whole) > _MOST_DIGITS:
        return timestamp
    return str(int(whole) + seconds).encode() + point + fraction


_second_later = partial(_moved, seconds=1)
_second_earlier = partial(_moved, seconds=-1)


@CATALOGUE.mistake(
    fix=_TIMESTAMP,
    evidence="observed: the clock is read twice",
    hindsight=lambda pipeline: _signed_time(pipeline, _second_earlier),
)
def timestamp_read_twice(pipeline: Pipeline) -> Pipeline:
    """The clock is read twice: what is sent is a second later than what was signed."""
    return pipeline.change_input("headers", "timestamp", _second_later)


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_a_second_early(pipeline: Pipeline) -> Pipeline:
    """What is signed is a second older than the timestamp that was asked for."""
    return _signed_time(pipeline, _second_earlier)


@CATALOGUE.mistake(
    fix="With an API key the Authorization header is the raw token.",
    evidence="observed: answered with 401004 token invalid",
    refusal=None,
)
def bearer_prefix(pipeline: Pipeline) -> Pipeline:
    """The token is signed and sent with `Bearer ` in front."""
    return pipeline.change_output("token", lambda token: b"Bearer " + token)


@CATALOGUE.mistake(
    fix="With an API key the Authorization header is the raw token.",
    evidence="observed: HTTP clients' own bearer helpers add it",
    hindsight=lambda pipeline: pipeline.change_input(
        "canonical_headers", "token", lambda token: token.removeprefix(b"Bearer ")
    ),
)
def bearer_prefix_sent_only(pipeline: Pipeline) -> Pipeline:
    """The token is signed raw but sent with `Bearer ` in front."""
    return pipeline.change_input("headers", "token", lambda token: b"Bearer " + token)


@CATALOGUE.mistake(fix="With an API key the Authorization header is the raw token.")
def bearer_prefix_signed_only(pipeline: Pipeline) -> Pipeline:
    """The token is signed with `Bearer ` in front but sent raw."""
    return pipeline.change_input("canonical_headers", "token", lambda token: b"Bearer " + token)
