"""The catalogue itself and the parts that its modules share."""

from collections.abc import Callable, Sequence

from signproof.mistakes.base import Catalogue, Edit
from signproof.pipeline import Pipeline

__all__ = ["CATALOGUE", "NAMES", "PARTS", "assembled", "line_block"]

CATALOGUE = Catalogue(refusal="wrong-signature")

NAMES = b"authorization;x-api-key;x-timestamp"

PARTS = ("method", "path", "query", "header-block", "header-names", "body-digest")
"""The parts of a canonical request in their order."""

Assembly = Callable[[list[bytes]], bytes]


def assembled(assembly: Assembly) -> Edit:
    """Return the edit after which *assembly* joins the six parts of the canonical request."""

    def canonical_request(
        method: bytes, path: bytes, query: bytes | None, block: bytes, digest: bytes
    ) -> bytes:
        return assembly([method.upper(), path, query or b"", block, NAMES, digest])

    def edit(pipeline: Pipeline) -> Pipeline:
        return pipeline.replace("canonical_request", canonical_request)

    return edit


def line_block(lines: Callable[[Sequence[tuple[bytes, bytes]]], bytes]) -> Edit:
    """Return the edit after which *lines* writes the header block from its name, value pairs."""

    def canonical_headers(token: bytes, app_key: bytes, timestamp: bytes) -> bytes:
        return lines(
            (
                (b"authorization", token),
                (b"x-api-key", app_key),
                (b"x-timestamp", timestamp),
            )
        )

    def edit(pipeline: Pipeline) -> Pipeline:
        return pipeline.replace("canonical_headers", canonical_headers)

    return edit
