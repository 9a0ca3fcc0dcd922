"""Mistakes in the query: signed in another form than sent, or built from parameters wrongly."""

import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, unquote_to_bytes

from signproof.mistakes.longbridge_hmac.catalogue import CATALOGUE
from signproof.pipeline import Pipeline

__all__: list[str] = []

Params = tuple[tuple[bytes, bytes], ...]

_AS_SENT = "Sign the octets after the `?` exactly as the client sends them."
_ESCAPE = re.compile(rb"%[0-9a-fA-F]{2}")


def _signed(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    """The query is changed for signing alone."""
    return pipeline.change_input(
        "canonical_request", "query", lambda query: change(query) if query else query
    )


def _sent(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    """The query is changed once it has been signed."""
    return pipeline.change_output("sent_query", lambda query: change(query) if query else query)


def _encoded(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    """The parameters are encoded in another spelling, which is signed; no mistake by itself."""
    return pipeline.change_output("query", lambda query: change(query) if query else query)


@CATALOGUE.mistake(
    fix="Sign the query after encoding, with `%3A` where `%3A` is sent.",
    evidence="reported: longbridge/openapi#180, #134",
)
def query_colon_signed_raw(pipeline: Pipeline) -> Pipeline:
    """A colon is signed raw while the client sends `%3A`, as in the refresh's `expired_at`."""
    return _signed(pipeline, lambda query: query.replace(b"%3A", b":").replace(b"%3a", b":"))


@CATALOGUE.mistake(fix=_AS_SENT, evidence="reported: longbridge/openapi#180, #134")
def query_signed_decoded(pipeline: Pipeline) -> Pipeline:
    """The query is signed decoded, `%xx` and `+` alike, but sent encoded."""
    return _signed(pipeline, lambda query: unquote_to_bytes(query.replace(b"+", b" ")))


@CATALOGUE.mistake(fix=_AS_SENT)
def query_signed_unescaped(pipeline: Pipeline) -> Pipeline:
    """The query is signed with each `%xx` decoded but `+` kept, and sent encoded."""
    return _signed(pipeline, unquote_to_bytes)


@CATALOGUE.mistake(fix=_AS_SENT)
def query_encoded_twice(pipeline: Pipeline) -> Pipeline:
    """The query is percent-encoded once more for signing, so that `%` becomes `%25`."""
    return _signed(pipeline, lambda query: query.replace(b"%", b"%25"))


@CATALOGUE.mistake(fix=_AS_SENT)
def query_encoded_as_a_whole(pipeline: Pipeline) -> Pipeline:
    """The finished query is percent-encoded for signing as if it were a single value."""
    return _signed(pipeline, lambda query: quote(query, safe="").encode())


@CATALOGUE.mistake(
    fix="Sign the parameters in the order in which they are sent.",
    evidence="a habit from other brokers' schemes, which do sort",
)
def query_sorted(pipeline: Pipeline) -> Pipeline:
    """The parameters are sorted for signing but sent in another order."""
    return _signed(pipeline, lambda query: b"&".join(sorted(query.split(b"&"))))


@CATALOGUE.mistake(fix="Sign the parameters in the order in which they are sent.")
def query_reversed(pipeline: Pipeline) -> Pipeline:
    """The parameters are signed in the reverse of the order in which they are sent."""
    return _signed(pipeline, lambda query: b"&".join(reversed(query.split(b"&"))))


def _reencoded(query: bytes, write: Callable[[bytes], str]) -> bytes:
    """Parse a query as a form and write it anew."""
    pairs = (pair.partition(b"=") for pair in query.split(b"&") if pair)
    return "&".join(
        "=".join(write(unquote_to_bytes(part.replace(b"+", b" "))) for part in (name, value))
        for name, _, value in pairs
    ).encode()


@CATALOGUE.mistake(fix=_AS_SENT, evidence="observed: clients encode the parameters again")
def query_reencoded_with_plus(pipeline: Pipeline) -> Pipeline:
    """The query is parsed and encoded again for signing, with spaces as `+`."""
    return _signed(pipeline, lambda query: _reencoded(query, quote_plus))


@CATALOGUE.mistake(fix=_AS_SENT, evidence="observed: clients encode the parameters again")
def query_reencoded_with_percent_20(pipeline: Pipeline) -> Pipeline:
    """The query is parsed and encoded again for signing, with spaces as `%20`."""
    return _signed(pipeline, lambda query: _reencoded(query, lambda octets: quote(octets, safe="")))


@CATALOGUE.mistake(fix=_AS_SENT)
def query_space_signed_as_plus(pipeline: Pipeline) -> Pipeline:
    """A space is sent as `%20` but signed as `+`."""
    return _signed(pipeline, lambda query: query.replace(b"%20", b"+"))


@CATALOGUE.mistake(fix=_AS_SENT)
def query_space_signed_as_percent_20(pipeline: Pipeline) -> Pipeline:
    """A space is sent as `+` but signed as `%20`."""
    return _signed(pipeline, lambda query: query.replace(b"+", b"%20"))


@CATALOGUE.mistake(fix=_AS_SENT)
def query_escapes_signed_lowercase(pipeline: Pipeline) -> Pipeline:
    """The hex digits of `%XX` are signed in lower case but sent in upper case."""
    return _signed(pipeline, lambda query: _ESCAPE.sub(lambda m: m[0].lower(), query))


@CATALOGUE.mistake(fix=_AS_SENT)
def query_empty_values_dropped(pipeline: Pipeline) -> Pipeline:
    """Parameters with an empty value are sent but not signed."""
    return _signed(
        pipeline,
        lambda query: b"&".join(
            pair for pair in query.split(b"&") if pair.partition(b"=")[2] != b""
        ),
    )


@CATALOGUE.mistake(fix="Sign every repetition of a parameter.")
def query_repetitions_dropped(pipeline: Pipeline) -> Pipeline:
    """Of a repeated parameter only the last is signed, as when a mapping holds the parameters."""

    def last_only(query: bytes) -> bytes:
        kept = {pair.partition(b"=")[0]: pair for pair in query.split(b"&")}
        return b"&".join(kept.values())

    return _signed(pipeline, last_only)


@CATALOGUE.mistake(fix=_AS_SENT)
def query_cut_at_first_parameter(pipeline: Pipeline) -> Pipeline:
    """Only the first parameter is signed, as when a shell takes an unquoted `&` for its own."""
    return _signed(pipeline, lambda query: query.partition(b"&")[0])


@CATALOGUE.mistake(fix="Sign the query in the case in which it is sent.")
def query_lowercase(pipeline: Pipeline) -> Pipeline:
    """The query is signed in lower case."""
    return _signed(pipeline, bytes.lower)


@CATALOGUE.mistake(fix="Sign the query in the case in which it is sent.")
def query_uppercase(pipeline: Pipeline) -> Pipeline:
    """The query is signed in upper case."""
    return _signed(pipeline, bytes.upper)


@CATALOGUE.mistake(
    fix="Sign the query that is sent, between the second and the third `|`.",
    evidence="observed in hand-written clients",
)
def query_left_out(pipeline: Pipeline) -> Pipeline:
    """The query is sent but left out of the canonical request."""
    return _signed(pipeline, lambda _: b"")


@CATALOGUE.mistake(fix="Sign the query without its `?`.", evidence="observed in clients")
def question_mark_included(pipeline: Pipeline) -> Pipeline:
    """The query is signed with its `?` in front."""
    return _signed(pipeline, lambda query: b"?" + query)


@CATALOGUE.mistake(fix="Sign an empty part when there is no query.")
def question_mark_always(pipeline: Pipeline) -> Pipeline:
    """A `?` is signed in front of the query even when there is none."""
    return pipeline.change_input("canonical_request", "query", lambda query: b"?" + (query or b""))


_CLIENT = "Build the query text yourself, sign it, and give the client the finished URL."


def _decode(octets: bytes, escapes: tuple[bytes, ...]) -> bytes:
    for escape in escapes:
        octets = octets.replace(escape, unquote_to_bytes(escape))
    return octets


def _encode(octets: bytes, escapes: tuple[bytes, ...]) -> bytes:
    for escape in escapes:
        octets = octets.replace(unquote_to_bytes(escape), escape)
    return octets


@CATALOGUE.mistake(
    fix=_CLIENT,
    evidence="observed: the Python client requests decodes unreserved characters",
    hindsight=lambda pipeline: _signed(pipeline, lambda query: _encode(query, (b"%7E",))),
)
def sent_tilde_decoded(pipeline: Pipeline) -> Pipeline:
    """A `~` is encoded and signed as `%7E`, and the HTTP client sends `~`."""
    encoding = _encoded(pipeline, lambda query: query.replace(b"~", b"%7E"))
    return _sent(encoding, lambda query: _decode(query, (b"%7E",)))


@CATALOGUE.mistake(
    fix=_CLIENT,
    evidence="observed: the Python client requests writes `%2f` as `%2F`",
    hindsight=lambda pipeline: _signed(
        pipeline, lambda query: _ESCAPE.sub(lambda m: m[0].lower(), query)
    ),
)
def sent_escapes_uppercase(pipeline: Pipeline) -> Pipeline:
    """Escapes are written and signed as `%xx`, and the HTTP client sends `%XX`."""
    encoding = _encoded(pipeline, lambda query: _ESCAPE.sub(lambda m: m[0].lower(), query))
    return _sent(encoding, lambda query: _ESCAPE.sub(lambda m: m[0].upper(), query))


@CATALOGUE.mistake(
    fix=_CLIENT,
    evidence="observed: the JavaScript client axios sends a colon raw",
    hindsight=lambda pipeline: _signed(pipeline, lambda query: _encode(query, (b"%3A",))),
)
def sent_colon_decoded(pipeline: Pipeline) -> Pipeline:
    """`%3A` is signed, and the HTTP client sends `:`."""
    return _sent(pipeline, lambda query: _decode(query, (b"%3A",)))


_AIOHTTP = (b"%3A", b"%7E", b"%2f", b"%27")


@CATALOGUE.mistake(
    fix=_CLIENT,
    evidence="observed: the Python client aiohttp decodes `%3A`, `%7E`, `%2f` and `%27`",
    hindsight=lambda pipeline: _signed(pipeline, lambda query: _encode(query, _AIOHTTP)),
)
def sent_reserved_decoded(pipeline: Pipeline) -> Pipeline:
    """`%3A`, `%7E`, `%2f` and `%27` are signed, and the HTTP client decodes all of them."""
    return _sent(pipeline, lambda query: _decode(query, _AIOHTTP))


_LISTS = "Repeat the parameter's name for each value: `symbol=700.HK&symbol=AAPL.US`."


def _grouped(params: Params) -> dict[bytes, list[bytes]]:
    groups: dict[bytes, list[bytes]] = {}
    for name, value in params:
        groups.setdefault(name, []).append(value)
    return groups


def _built(pipeline: Pipeline, change: Callable[[Params], Params]) -> Pipeline:
    """The query is built from other parameters, and signed and sent so."""
    return pipeline.change_input("query", "params", lambda params: change(params or ()) or None)


@CATALOGUE.mistake(fix=_LISTS, evidence="observed in hand-written clients", refusal=None)
def list_with_commas(pipeline: Pipeline) -> Pipeline:
    """Several values of one parameter are joined with commas."""
    return _built(
        pipeline,
        lambda params: tuple(
            (name, b",".join(values)) for name, values in _grouped(params).items()
        ),
    )


@CATALOGUE.mistake(fix=_LISTS, evidence="observed: the default of axios", refusal=None)
def list_with_brackets(pipeline: Pipeline) -> Pipeline:
    """Several values of one parameter are sent as `symbol[]=`."""
    return _built(
        pipeline,
        lambda params: tuple(
            (name + b"[]" if len(_grouped(params)[name]) > 1 else name, value)
            for name, value in params
        ),
    )


@CATALOGUE.mistake(fix=_LISTS, refusal=None)
def list_last_value_only(pipeline: Pipeline) -> Pipeline:
    """Of several values of one parameter only the last is sent."""
    return _built(
        pipeline,
        lambda params: tuple((name, values[-1]) for name, values in _grouped(params).items()),
    )


@CATALOGUE.mistake(
    fix="Send `expired_at` with the time at which the new token shall expire.",
    evidence="reported by users of the refresh call",
    refusal=None,
)
def refresh_without_expired_at(pipeline: Pipeline) -> Pipeline:
    """The refresh is sent without `expired_at`."""
    return _built(
        pipeline, lambda params: tuple(pair for pair in params if pair[0] != b"expired_at")
    )


@CATALOGUE.mistake(
    fix="Send `expired_at` in ISO 8601, such as 2027-02-19T01:50:56.859Z, percent-encoded.",
    evidence="reported by users of the refresh call",
    refusal=None,
)
def refresh_expired_at_in_unix_seconds(pipeline: Pipeline) -> Pipeline:
    """The refresh is sent with `expired_at` in Unix seconds."""
    return _built(
        pipeline,
        lambda params: tuple(
            (name, _unix_seconds(value) if name == b"expired_at" else value)
            for name, value in params
        ),
    )


def _unix_seconds(instant: bytes) -> bytes:
    from datetime import UTC, datetime  # noqa: PLC0415 - only this rare replay needs it

    try:
        parsed = datetime.fromisoformat(instant.decode())
    except ValueError:
        return instant
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return str(int(aware.timestamp())).encode()


@CATALOGUE.mistake(fix="Encode each name and value before joining them.", refusal=None)
def params_joined_unencoded(pipeline: Pipeline) -> Pipeline:
    """Names and values are joined unencoded, so that `&`, `=` and `+` change their meaning."""
    return pipeline.replace(
        "query",
        lambda params: b"&".join(b"%b=%b" % pair for pair in params) if params else None,
    )
