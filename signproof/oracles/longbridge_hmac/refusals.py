"""The vectors of `sign` about input that must not be signed."""

from signproof.model import Expected, Importance, Reject, Vector
from signproof.oracles.longbridge_hmac.common import SCHEME, body_member, derived, topic_of
from signproof.oracles.writing import Topic

__all__ = ["refusals"]


def refusals() -> Topic:
    """Return the file about refusals."""
    topic = topic_of(
        "refuse",
        {"guard": "No document asks for it; signing it would give a request that must fail."},
    )
    base = {"method": "GET", "path": "/v1/asset/stock", "query": None, "timestamp": "1700000000"}
    arrives_changed = "the value would not arrive as it was signed"

    def refuse(
        name: str, reason: str, comment: str, note: str, credential: str = "main", **changed: str
    ) -> None:
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="sign",
                credential=credential,
                input={**base, **body_member(b""), **changed},
                expected=Expected(reject=Reject(reason=reason)),
                importance=Importance.SHOULD,
                flags=["guard"],
                baseline=f"{SCHEME}/query/none",
                source=derived(note),
            )
        )

    for part in ("key", "secret", "token"):
        refuse(
            f"empty-{part}",
            "empty-credential",
            f"An empty {part} is refused.",
            "an SDK was seen to sign with an empty secret, others to send no signature at all",
            f"empty-{part}",
        )
    for name in ("bearer-token", "bearer-token-lowercase"):
        refuse(
            name,
            "token-with-scheme",
            "A token with `Bearer ` in front is refused.",
            "with an API key Authorization is the raw token; users report 401004",
            name,
        )
    for name, comment in (
        ("secret-newline", "A secret read with its file's newline is refused."),
        ("secret-leading-space", "A secret pasted with a space in front is refused."),
    ):
        refuse(name, "secret-with-space", comment, "no secret has white space around it", name)
    for name, comment in (
        ("token-leading-space", "A token with a space in front is refused."),
        ("token-trailing-space", "A token with a space behind is refused."),
        ("token-newline", "A token read with its file's newline is refused."),
        ("token-header-injection", "A token that would add a header is refused."),
        ("token-unicode", "A token with a non-ASCII character is refused."),
        ("key-space", "An app key with a space inside is refused."),
        ("key-newline", "An app key read with its file's newline is refused."),
    ):
        refuse(name, "invalid-value", comment, arrives_changed, name)
    for name, timestamp, comment in (
        ("timestamp-empty", "", "An empty timestamp is refused."),
        ("timestamp-newline", "1700000000\n", "A timestamp with a newline is refused."),
        ("timestamp-space", "1700 000", "A timestamp with a space is refused."),
    ):
        refuse(name, "invalid-value", comment, arrives_changed, timestamp=timestamp)
    for name, method, comment in (
        ("method-empty", "", "An empty method is refused."),
        ("method-space", "GET ", "A method with a space is refused."),
        ("method-pipe", "GET|", "A method with a separator is refused."),
    ):
        refuse(name, "invalid-method", comment, "it cannot stand in a request line", method=method)
    for name, path, comment in (
        ("path-empty", "", "An empty path is refused."),
        ("path-relative", "v1/asset/stock", "A path without its slash is refused."),
        ("path-url", "https://openapi.longbridge.com/v1/asset/stock", "A whole URL is refused."),
        ("path-with-query", "/v1/asset/stock?symbol=700.HK", "A query in the path is refused."),
        ("path-fragment", "/v1/asset/stock#top", "A fragment is never sent: refused."),
        ("path-space", "/v1/asset stock", "A raw space is refused."),
        ("path-unicode", "/v1/港股", "Raw non-ASCII text is refused."),
        ("path-newline", "/v1/asset\n", "A newline is refused."),
    ):
        refuse(name, "invalid-target", comment, "it is not what a request line holds", path=path)
    for name, query, comment in (
        ("query-fragment", "a=1#top", "A fragment is never sent: refused."),
        ("query-space", "remark=two words", "A raw space is refused."),
        ("query-unicode", "name=香港", "Raw non-ASCII text is refused."),
        ("query-newline", "a=1\n", "A newline is refused."),
    ):
        refuse(name, "invalid-target", comment, "it is not what a request line holds", query=query)
    return topic
