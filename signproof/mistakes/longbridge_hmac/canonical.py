"""Mistakes in assembling the canonical request: separators, parts, method and path."""

from itertools import pairwise

from signproof.mistakes.longbridge_hmac.catalogue import CATALOGUE, PARTS, assembled
from signproof.pipeline import Pipeline

__all__: list[str] = []

_ORDER = "METHOD|PATH|QUERY|header block|header names|body digest"


def _joined(separators: dict[int, bytes], parts: list[bytes]) -> bytes:
    """Join the parts with `|`, or with what *separators* has for the gap after a part."""
    joined = parts[0]
    for gap, part in enumerate(parts[1:]):
        joined += separators.get(gap, b"|") + part
    return joined


def _add_separators() -> None:
    evidence = {3: "observed: the block's own last newline is taken for the separator"}
    for gap, (before, after) in enumerate(pairwise(PARTS)):
        fix = f"Put exactly one `|` between the {before} and the {after}."
        for name, separator, text in (
            ("missing", b"", f"Nothing stands between the {before} and the {after}."),
            ("newline", b"\n", f"A newline instead of `|` stands behind the {before}."),
            ("doubled", b"||", f"Two `|` stand between the {before} and the {after}."),
        ):
            CATALOGUE.add(
                f"separator-{name}-after-{before}",
                text,
                assembled(lambda parts, g=gap, s=separator: _joined({g: s}, parts)),  # type: ignore[misc]
                fix=fix,
                evidence=evidence.get(gap, "derived") if name == "missing" else "derived",
            )
    for name, separator in (("newline", b"\n"), ("ampersand", b"&"), ("space", b" ")):
        CATALOGUE.add(
            f"separators-all-{name}",
            f"The parts of the canonical request are joined with a {name} instead of `|`.",
            assembled(lambda parts, s=separator: s.join(parts)),  # type: ignore[misc]
            fix=f"Join with `|`: {_ORDER}.",
        )


def _add_parts() -> None:
    for index, part in enumerate(PARTS):
        fix = f"The canonical request is {_ORDER}, each part once."
        if part != "query":  # emptied, the query is `query-left-out`
            CATALOGUE.add(
                f"{part}-emptied",
                f"The {part} is left empty although its `|` is there.",
                assembled(
                    lambda parts, i=index: b"|".join([*parts[:i], b"", *parts[i + 1 :]])  # type: ignore[misc]
                ),
                fix=fix,
            )
        CATALOGUE.add(
            f"{part}-dropped",
            f"The {part} is left out together with its `|`.",
            assembled(lambda parts, i=index: b"|".join([*parts[:i], *parts[i + 1 :]])),  # type: ignore[misc]
            fix=fix,
        )
        CATALOGUE.add(
            f"{part}-repeated",
            f"The {part} stands twice.",
            assembled(
                lambda parts, i=index: b"|".join([*parts[: i + 1], *parts[i:]])  # type: ignore[misc]
            ),
            fix=fix,
        )
        if index:
            CATALOGUE.add(
                f"{part}-before-{PARTS[index - 1]}",
                f"The {part} stands before the {PARTS[index - 1]}.",
                assembled(
                    lambda parts, i=index: b"|".join(  # type: ignore[misc]
                        [*parts[: i - 1], parts[i], parts[i - 1], *parts[i + 1 :]]
                    )
                ),
                fix=f"Keep the order {_ORDER}.",
            )


_add_separators()
_add_parts()

_METHOD_FIX = "Sign the method in upper case."
_PATH_FIX = "Sign the path as it stands in the request line, from `/` up to the `?`."


@CATALOGUE.mistake(fix=_METHOD_FIX, evidence="observed in hand-written clients")
def method_lowercase(pipeline: Pipeline) -> Pipeline:
    """The method is signed in lower case."""
    return pipeline.replace(
        "canonical_request",
        lambda method, path, query, block, digest: b"|".join(
            (
                method.lower(),
                path,
                query or b"",
                block,
                b"authorization;x-api-key;x-timestamp",
                digest,
            )
        ),
    )


@CATALOGUE.mistake(fix=_METHOD_FIX)
def method_always_post(pipeline: Pipeline) -> Pipeline:
    """POST is signed whatever the request's method is, as in the documentation's sample."""
    return pipeline.change_input("canonical_request", "method", lambda _: b"POST")


@CATALOGUE.mistake(fix=_METHOD_FIX)
def method_always_get(pipeline: Pipeline) -> Pipeline:
    """GET is signed whatever the request's method is."""
    return pipeline.change_input("canonical_request", "method", lambda _: b"GET")


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_lowercase(pipeline: Pipeline) -> Pipeline:
    """The path is signed in lower case."""
    return pipeline.change_input("canonical_request", "path", bytes.lower)


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_uppercase(pipeline: Pipeline) -> Pipeline:
    """The path is signed in upper case."""
    return pipeline.change_input("canonical_request", "path", bytes.upper)


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_without_leading_slash(pipeline: Pipeline) -> Pipeline:
    """The path is signed without its leading slash."""
    return pipeline.change_input("canonical_request", "path", lambda path: path.removeprefix(b"/"))


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_without_trailing_slash(pipeline: Pipeline) -> Pipeline:
    """A trailing slash is sent but not signed."""
    return pipeline.change_input("canonical_request", "path", lambda path: path.removesuffix(b"/"))


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_with_trailing_slash(pipeline: Pipeline) -> Pipeline:
    """A slash that is not sent is signed at the path's end."""
    return pipeline.change_input(
        "canonical_request", "path", lambda path: path if path.endswith(b"/") else path + b"/"
    )


@CATALOGUE.mistake(
    fix="A path prefix is part of the signed path: sign all that follows the host.",
    evidence="observed: SDKs sign the prefix of their base address as well",
)
def path_without_first_segment(pipeline: Pipeline) -> Pipeline:
    """The first segment of the path, such as `/v1`, is sent but not signed."""
    return pipeline.change_input(
        "canonical_request", "path", lambda path: path[max(path.find(b"/", 1), 0) :]
    )


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

    return pipeline.change_input("canonical_request", "path", collapse)


@CATALOGUE.mistake(fix=_PATH_FIX)
def path_encoded_twice(pipeline: Pipeline) -> Pipeline:
    """The path is percent-encoded once more for signing, so that `%` becomes `%25`."""
    return pipeline.change_input(
        "canonical_request", "path", lambda path: path.replace(b"%", b"%25")
    )


@CATALOGUE.mistake(fix=_PATH_FIX, evidence="observed in hand-written clients")
def url_as_path(pipeline: Pipeline) -> Pipeline:
    """The whole address, scheme and host included, is signed as the path."""
    return pipeline.change_input(
        "canonical_request", "path", lambda path: b"https://openapi.longbridge.com" + path
    )


@CATALOGUE.mistake(fix=_PATH_FIX)
def host_in_path(pipeline: Pipeline) -> Pipeline:
    """The host name is signed in front of the path."""
    return pipeline.change_input(
        "canonical_request", "path", lambda path: b"openapi.longbridge.com" + path
    )


@CATALOGUE.mistake(fix="Sign path and query as two parts with `|` between, without the `?`.")
def query_in_path(pipeline: Pipeline) -> Pipeline:
    """The request target is signed as the path, and its query once more as the query."""
    return _target_as_path(pipeline, keep_query=True)


@CATALOGUE.mistake(
    fix="Sign path and query as two parts with `|` between, without the `?`.",
    evidence="observed in hand-written clients",
)
def target_as_path(pipeline: Pipeline) -> Pipeline:
    """The request target, `?` and query included, is signed as the path with an empty query."""
    return _target_as_path(pipeline, keep_query=False)


def _target_as_path(pipeline: Pipeline, *, keep_query: bool) -> Pipeline:
    def canonical_request(
        method: bytes, path: bytes, query: bytes | None, block: bytes, digest: bytes
    ) -> bytes:
        target = path + b"?" + query if query else path
        kept = query or b"" if keep_query else b""
        names = b"authorization;x-api-key;x-timestamp"
        return b"|".join((method.upper(), target, kept, block, names, digest))

    return pipeline.replace("canonical_request", canonical_request)


@CATALOGUE.mistake(
    fix="Sign the canonical request without a newline at its end.",
    evidence="observed: shell heredocs and echo add one",
)
def newline_after_body_digest(pipeline: Pipeline) -> Pipeline:
    """A newline stands behind the canonical request."""
    return pipeline.change_output("canonical_request", lambda canonical: canonical + b"\n")


@CATALOGUE.mistake(fix="Keep the last `|` when there is no body.")
def last_separator_trimmed(pipeline: Pipeline) -> Pipeline:
    """The last `|` is dropped when there is no body."""
    return pipeline.change_output("canonical_request", lambda canonical: canonical.rstrip(b"|"))


@CATALOGUE.mistake(fix="Only the method is put into upper case, and only it changes case.")
def canonical_request_lowercase(pipeline: Pipeline) -> Pipeline:
    """The whole canonical request is put into lower case."""
    return pipeline.change_output("canonical_request", bytes.lower)
