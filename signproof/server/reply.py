"""A reply as octets."""

from functools import cache
from http import HTTPStatus

from signproof.mocks.replies import MockReply

__all__ = ["CONTINUE", "render"]

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


def render(reply: MockReply, *, head_only: bool, close: bool) -> bytes:
    """Return *reply* with its framing.

    *head_only* leaves out the body of a reply to HEAD, whose length is told all the same; *close*
    says that the connection ends with it.
    """
    lines = [_status_line(reply.status)]
    for name, value in reply.headers:
        lines += (name, b": ", value, b"\r\n")
    without_body = reply.status in _WITHOUT_BODY
    if not without_body:
        lines.append(b"Content-Length: %d\r\n" % len(reply.body))
    if close:
        lines.append(b"Connection: close\r\n")
    lines.append(b"\r\n")
    if not head_only and not without_body:
        lines.append(reply.body)
    return b"".join(lines)


@cache
def _status_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()
