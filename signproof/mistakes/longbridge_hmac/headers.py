"""Mistakes in the block of signed headers and in the timestamp."""

from collections.abc import Callable, Sequence
from itertools import permutations

from signproof.mistakes.longbridge_hmac.catalogue import CATALOGUE, NAMES, assembled, line_block
from signproof.pipeline import Pipeline

__all__: list[str] = []

Pair = tuple[bytes, bytes]

_BLOCK = (
    "Write `authorization:…\\nx-api-key:…\\nx-timestamp:…\\n`: three lines, each ended by `\\n`."
)
_LINES = ("authorization", "x-api-key", "x-timestamp")


def _lines(pairs: Sequence[Pair], colon: bytes = b":", end: bytes = b"\n") -> bytes:
    return b"".join(name + colon + value + end for name, value in pairs)


def _add_lines() -> None:
    variants: list[tuple[str, str, Callable[[Sequence[Pair]], bytes], str]] = [
        (
            "header-block-crlf",
            "The lines of the header block end with CRLF.",
            lambda pairs: _lines(pairs, end=b"\r\n"),
            "observed on Windows and in text-mode files",
        ),
        (
            "header-block-final-newline-lost",
            "The last newline of the header block is lost, as in a shell's `$(…)`.",
            lambda pairs: _lines(pairs)[:-1],
            "observed in shell scripts",
        ),
        (
            "header-block-final-newline-doubled",
            "A blank line stands behind the header block.",
            lambda pairs: _lines(pairs) + b"\n",
            "derived",
        ),
        (
            "header-block-in-one-line",
            "The header block has no newlines at all.",
            lambda pairs: _lines(pairs, end=b""),
            "derived",
        ),
        (
            "header-block-backslash-n",
            "The header block holds a backslash and an `n` instead of newlines.",
            lambda pairs: _lines(pairs, end=b"\\n"),
            "derived: single quotes in PHP and shell keep the two characters",
        ),
        (
            "header-block-semicolons",
            "The header lines are ended by `;`.",
            lambda pairs: _lines(pairs, end=b";"),
            "derived",
        ),
        (
            "header-colon-space",
            "A space stands behind the colon of each header line.",
            lambda pairs: _lines(pairs, colon=b": "),
            "derived",
        ),
        (
            "header-equals-sign",
            "`=` stands instead of the colon of each header line.",
            lambda pairs: _lines(pairs, colon=b"="),
            "derived",
        ),
        (
            "header-names-not-lowercase",
            "The header names are signed as they are sent, `Authorization`, `X-Api-Key`, …",
            lambda pairs: _lines([(name.title(), value) for name, value in pairs]),
            "observed in hand-written clients",
        ),
        (
            "header-names-uppercase",
            "The header names are signed in upper case.",
            lambda pairs: _lines([(name.upper(), value) for name, value in pairs]),
            "derived",
        ),
        (
            "header-values-only",
            "The header lines hold the values without their names.",
            lambda pairs: _lines([(b"", value) for _, value in pairs], colon=b""),
            "derived",
        ),
        (
            "content-type-signed",
            "A content-type line is added to the header block.",
            lambda pairs: _lines(
                [pairs[0], (b"content-type", b"application/json; charset=utf-8"), *pairs[1:]]
            ),
            "derived: other schemes sign it",
        ),
    ]
    for id_, text, write, evidence in variants:
        CATALOGUE.add(id_, text, line_block(write), fix=_BLOCK, evidence=evidence)
    for order in permutations(range(3)):
        if order == (0, 1, 2):
            continue
        names = ", ".join(_LINES[index] for index in order)
        CATALOGUE.add(
            "headers-ordered-" + "".join(str(index + 1) for index in order),
            f"The header lines stand in the order {names}.",
            line_block(lambda pairs, o=order: _lines([pairs[index] for index in o])),  # type: ignore[misc]
            fix=_BLOCK,
            evidence="observed where a mapping's order is used",
        )
    for index, name in enumerate(_LINES):
        CATALOGUE.add(
            f"header-line-missing-{name}",
            f"The header block lacks its line {name}.",
            line_block(
                lambda pairs, i=index: _lines([*pairs[:i], *pairs[i + 1 :]])  # type: ignore[misc]
            ),
            fix=_BLOCK,
        )
        CATALOGUE.add(
            f"header-line-repeated-{name}",
            f"The header block has its line {name} twice.",
            line_block(lambda pairs, i=index: _lines([*pairs[: i + 1], *pairs[i:]])),  # type: ignore[misc]
            fix=_BLOCK,
        )
        CATALOGUE.add(
            f"header-value-empty-{name}",
            f"The header block's line {name} has no value.",
            line_block(
                lambda pairs, i=index: _lines(  # type: ignore[misc]
                    [(key, b"" if at == i else value) for at, (key, value) in enumerate(pairs)]
                )
            ),
            fix=_BLOCK,
        )
        for case, change in (("lowercase", bytes.lower), ("uppercase", bytes.upper)):
            if name == "x-timestamp":
                continue  # a timestamp has no letters
            CATALOGUE.add(
                f"header-value-{case}-{name}",
                f"The value of {name} is signed in {case.removesuffix('case')} case.",
                line_block(
                    lambda pairs, i=index, c=change: _lines(  # type: ignore[misc]
                        [
                            (key, c(value) if at == i else value)
                            for at, (key, value) in enumerate(pairs)
                        ]
                    )
                ),
                fix="Sign the value as it is sent.",
            )


def _add_names() -> None:
    for id_, text, names in (
        ("header-names-list-commas", "are joined with `,`", NAMES.replace(b";", b",")),
        ("header-names-list-spaced", "are joined with `; `", NAMES.replace(b";", b"; ")),
        ("header-names-list-colons", "are joined with `:`", NAMES.replace(b";", b":")),
        ("header-names-list-title-case", "are written as sent", NAMES.title()),
        ("header-names-list-trailing-semicolon", "end with a `;`", NAMES + b";"),
        (
            "header-names-list-reversed",
            "stand in reverse order",
            b";".join(reversed(NAMES.split(b";"))),
        ),
        ("header-names-list-lacks-authorization", "lack authorization", NAMES.partition(b";")[2]),
        ("header-names-list-lacks-x-timestamp", "lack x-timestamp", NAMES.rpartition(b";")[0]),
        (
            "header-names-list-content-type",
            "include content-type",
            NAMES.replace(b";", b";content-type;", 1),
        ),
    ):
        CATALOGUE.add(
            id_,
            f"The header names in the canonical request {text}.",
            assembled(lambda parts, n=names: b"|".join([*parts[:4], n, parts[5]])),  # type: ignore[misc]
            fix="Write authorization;x-api-key;x-timestamp.",
        )


_add_lines()
_add_names()

_TIMESTAMP = "Make the timestamp's text once, and use it for both the signature and X-Timestamp."


def _signed_time(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    return pipeline.change_input("canonical_headers", "timestamp", change)


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_without_fraction(pipeline: Pipeline) -> Pipeline:
    """The timestamp is sent with its fraction but signed without."""
    return _signed_time(pipeline, lambda timestamp: timestamp.partition(b".")[0])


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_with_trailing_zeros_cut(pipeline: Pipeline) -> Pipeline:
    """The timestamp is read as a number for signing, so that `.120` becomes `.12`."""
    return _signed_time(
        pipeline,
        lambda timestamp: timestamp.rstrip(b"0").rstrip(b".") if b"." in timestamp else timestamp,
    )


@CATALOGUE.mistake(fix=_TIMESTAMP)
def timestamp_signed_as_float(pipeline: Pipeline) -> Pipeline:
    """An integer timestamp is signed with `.0` behind it."""
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


def _second_later(timestamp: bytes) -> bytes:
    whole, point, fraction = timestamp.partition(b".")
    return str(int(whole) + 1).encode() + point + fraction if whole.isdigit() else timestamp


def _second_earlier(timestamp: bytes) -> bytes:
    whole, point, fraction = timestamp.partition(b".")
    return str(int(whole) - 1).encode() + point + fraction if whole.isdigit() else timestamp


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
