"""Mistakes in assembling the canonical request: separators, parts, method and path."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from signproof.mistakes.longbridge_hmac.catalogue import (
    CATALOGUE,
    PARTS,
    CanonicalRequest,
    assembled,
)
from signproof.pipeline import Pipeline

__all__: list[str] = []

_ORDER = "`METHOD|PATH|QUERY|header block|header names|body digest`"


def _add_separators() -> None:
    evidence = {"header-block": "observed: the block's own last newline is taken for the separator"}
    for (part, before), (_, after) in pairwise(PARTS.items()):
        for name, separator, text in (
            ("missing", b"", f"Nothing stands between the {before} and the {after}."),
            ("newline", b"\n", f"A newline instead of `|` stands after the {before}."),
            ("space", b" ", f"A space instead of `|` stands after the {before}."),
            ("ampersand", b"&", f"`&` instead of `|` stands after the {before}."),
            ("doubled", b"||", f"Two `|` stand between the {before} and the {after}."),
        ):
            CATALOGUE.add(
                f"separator-{name}-after-{part}",
                text,
                assembled(_separated(separator, part)),
                fix=f"Put exactly one `|` between the {before} and the {after}.",
                evidence=evidence.get(part, "derived") if name == "missing" else "derived",
            )
    for name, separator, text in (
        ("newline", b"\n", "newlines"),
        ("ampersand", b"&", "`&`"),
        ("space", b" ", "spaces"),
    ):
        CATALOGUE.add(
            f"separators-all-{name}",
            f"The parts of the canonical request are joined with {text} instead of `|`.",
            assembled(_separated(separator)),
            fix=f"Join the parts with `|`: {_ORDER}.",
        )


def _separated(separator: bytes, *parts: str) -> Callable[[CanonicalRequest], None]:
    return lambda request: request.separate(separator, *parts)


def _add_parts() -> None:
    fix = f"The canonical request is {_ORDER}, with each part once."
    earlier: tuple[str, str] | None = None
    for part, title in PARTS.items():
        if part != "query":  # emptied, the query is `query-left-out`
            CATALOGUE.add(
                f"{part}-emptied",
                f"The {title} is left empty although its `|` is there.",
                assembled(partial(CanonicalRequest.put, part=part, octets=b"")),
                fix=fix,
            )
        CATALOGUE.add(
            f"{part}-dropped",
            f"The {title} is left out of the canonical request together with its `|`.",
            assembled(partial(CanonicalRequest.drop, part=part)),
            fix=fix,
        )
        CATALOGUE.add(
            f"{part}-repeated",
            f"The {title} stands twice in the canonical request.",
            assembled(partial(CanonicalRequest.repeat, part=part)),
            fix=fix,
        )
        if earlier is not None:
            CATALOGUE.add(
                f"{part}-before-{earlier[0]}",
                f"The {title} stands before the {earlier[1]} in the canonical request.",
                assembled(partial(CanonicalRequest.swap, part=part, other=earlier[0])),
                fix=f"Keep the order {_ORDER}.",
            )
        earlier = part, title


_add_separators()
_add_parts()

_METHOD_FIX = "Sign the method of the request that is sent, in upper case."
_PATH_FIX = "Sign the path as it stands in the request line, from `/` up to the `?`."


def _method(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    """The method is changed after it was put into upper case."""
    return assembled(partial(CanonicalRequest.change, part="method", change=change))(pipeline)


def _path(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    """The path is changed for signing alone."""
    return assembled(partial(CanonicalRequest.change, part="path", change=change))(pipeline)


@CATALOGUE.mistake(fix=_METHOD_FIX, evidence="observed in hand-written clients")
def method_lowercase(pipeline: Pipeline) -> Pipeline:
    """The method is signed in lower case."""
    return _method(pipeline, bytes.lower)


@CATALOGUE.mistake(fix=_METHOD_FIX)
def method_signed_as_given(pipeline: Pipeline) -> Pipeline:
    """The method is signed in the case in which it was given, not always in upper case."""
    return assembled(lambda request: request.put("method", request.method))(pipeline)


@CATALOGUE.mistake(fix=_METHOD_FIX)
def method_always_post(pipeline: Pipeline) -> Pipeline:
    """POST is signed whatever the request's method is, as in the documentation's sample."""
    return _method(pipeline, lambda _: b"POST")


@CATALOGUE.mistake(fix=_METHOD_FIX)
def method_always_get(pipeline: Pipeline) -> Pipeline:
    """GET is signed whatever the request's method is."""
    return _method(pipeline, lambda _: b"GET")


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_lowercase(pipeline: Pipeline) -> Pipeline:
    """The path is signed in lower case."""
    return _path(pipeline, bytes.lower)


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_uppercase(pipeline: Pipeline) -> Pipeline:
    """The path is signed in upper case."""
    return _path(pipeline, bytes.upper)


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_without_leading_slash(pipeline: Pipeline) -> Pipeline:
    """The path is signed without its leading slash."""
    return _path(pipeline, lambda path: path.removeprefix(b"/"))


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_without_trailing_slash(pipeline: Pipeline) -> Pipeline:
    """A trailing slash of the path is sent but not signed."""
    return _path(pipeline, lambda path: path.removesuffix(b"/"))


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_with_trailing_slash(pipeline: Pipeline) -> Pipeline:
    """A slash that is not sent is signed at the path's end."""
    return _path(pipeline, lambda path: path if path.endswith(b"/") else path + b"/")


@CATALOGUE.mistake(
    fix="A path prefix is part of the signed path: sign all that follows the host.",
    evidence="observed: SDKs sign the prefix of their base address as well",
)
def path_without_first_segment(pipeline: Pipeline) -> Pipeline:
    """The first segment of the path, such as `/v1`, is sent but not signed."""
    return _path(pipeline, lambda path: path[max(path.find(b"/", 1), 0) :])


@CATALOGUE.mistake(
    fix="Collapse the slashes before sending, or sign the path with both of them.",
    evidence="observed: a base address that ends in `/` gives `//v1/…`",
)
def path_slashes_collapsed(pipeline: Pipeline) -> Pipeline:
    """A double slash is sent but signed as one."""

    def collapse(path: bytes) -> bytes:
        while b"//" in path:
            path = path.replace(b"//", b"/")
        return path

    return _path(pipeline, collapse)


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_encoded_twice(pipeline: Pipeline) -> Pipeline:
    """The path is percent-encoded once more for signing, so that `%` becomes `%25`."""
    return _path(pipeline, lambda path: path.replace(b"%", b"%25"))


@CATALOGUE.mistake(fix=_PATH_FIX, evidence="observed in hand-written clients")
def url_as_path(pipeline: Pipeline) -> Pipeline:
    """The address, `https://openapi.longbridge.com` included, is signed as the path."""
    return _path(pipeline, lambda path: b"https://openapi.longbridge.com" + path)


@CATALOGUE.mistake(fix=_PATH_FIX)
def host_in_path(pipeline: Pipeline) -> Pipeline:
    """The host name, `openapi.longbridge.com`, is signed in front of the path."""
    return _path(pipeline, lambda path: b"openapi.longbridge.com" + path)


_TARGET_FIX = "Sign path and query as two parts with `|` between, without the `?`."


def _with_query(request: CanonicalRequest) -> None:
    if request.parts["query"]:
        request.put("path", request.parts["path"] + b"?" + request.parts["query"])


def _with_query_only_there(request: CanonicalRequest) -> None:
    _with_query(request)
    request.put("query", b"")


@CATALOGUE.mistake(fix=_TARGET_FIX)
def query_in_path(pipeline: Pipeline) -> Pipeline:
    """The target, path and `?` and query, is signed as the path, and the query once more."""
    return assembled(_with_query)(pipeline)


@CATALOGUE.mistake(fix=_TARGET_FIX, evidence="observed in hand-written clients")
def target_as_path(pipeline: Pipeline) -> Pipeline:
    """The target, path and `?` and query, is signed as the path, and the query's part is empty."""
    return assembled(_with_query_only_there)(pipeline)


@CATALOGUE.mistake(
    fix="Sign the canonical request without a newline at its end.",
    evidence="observed: shell heredocs and echo add one",
)
def newline_after_body_digest(pipeline: Pipeline) -> Pipeline:
    """A newline stands at the end of the canonical request, after the body digest."""
    return _written(pipeline, lambda canonical: canonical + b"\n")


@CATALOGUE.mistake(fix="Keep the last `|` when there is no body.")
def last_separator_trimmed(pipeline: Pipeline) -> Pipeline:
    """The last `|` is dropped when there is no body."""
    return _written(pipeline, lambda canonical: canonical.rstrip(b"|"))


@CATALOGUE.mistake(fix="Put only the method into upper case; all else keeps its case.")
def canonical_request_lowercase(pipeline: Pipeline) -> Pipeline:
    """The whole canonical request is put into lower case."""
    return _written(pipeline, bytes.lower)


@CATALOGUE.mistake(fix="Hash the octets of the canonical request in UTF-8.")
def canonical_request_as_utf_16(pipeline: Pipeline) -> Pipeline:
    """The text of the canonical request is hashed in UTF-16 (little endian)."""
    return _written(
        pipeline, lambda canonical: canonical.decode("utf-8", "replace").encode("utf-16-le")
    )


def _written(pipeline: Pipeline, change: Callable[[bytes], bytes]) -> Pipeline:
    """The finished canonical request is changed."""
    return assembled(partial(CanonicalRequest.finish, change=change))(pipeline)
