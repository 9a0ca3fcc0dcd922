"""The head of a request: judged as octets first, then parsed by h11.

h11 is lenient where two readers of the same octets may disagree: it takes bare LF as line end,
unfolds folded lines, merges equal Content-Length headers, ignores Content-Length beside
Transfer-Encoding and writes the value of Transfer-Encoding in lower case. All but the last are
refused here before h11 sees them, and header values are taken from the octets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import h11

from signproof.server.refused import Refused

__all__ = ["Head", "read_head"]

_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\n"
_VERSION = re.compile(rb"HTTP/[0-9]+(?:\.[0-9]+)?")
_NOT_PRINTABLE = re.compile(rb"[^\x20-\x7e]")
_KNOWN_VERSIONS = (b"HTTP/1.1", b"HTTP/1.0")
_WATCHED = frozenset((b"host", b"content-length", b"transfer-encoding", b"connection", b"expect"))


@dataclass(frozen=True, slots=True)
class Head:
    """A request's head, and what it says about the octets behind it."""

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """In wire order with their case; white space around values is dropped."""
    length: int | None
    """The length of the body in octets; None where it comes in chunks."""
    keep_alive: bool
    """Whether another message may follow on the connection."""
    expects_continue: bool
    """Whether the client waits for an interim reply before it sends the body."""

    def __repr__(self) -> str:
        return f"<Head headers={len(self.headers)} length={self.length}>"


def read_head(octets: bytes) -> Head:
    """Read a head up to and with its blank line; raises Refused.

    Source of the rules: RFC 9112, sections 2.2 (line ends), 3 (request line), 5.2 (folding), 6.1
    to 6.3 (framing), 9.3 (persistence); RFC 9110, sections 7.2 (Host) and 10.1.1 (Expect).
    """
    lines = _lines(octets)
    version = _version(lines[0])
    headers: list[tuple[bytes, bytes]] = []
    watched: dict[bytes, list[bytes]] = {}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        value = value.strip(b" \t")
        headers.append((name, value))
        lowered = name.lower()
        if lowered in _WATCHED:
            watched.setdefault(lowered, []).append(value)
    _check_host(watched.get(b"host", ()), version)
    length = _length(watched, version)
    _parse(octets)
    method, target, _ = lines[0].split(b" ")
    return Head(
        method,
        target,
        tuple(headers),
        length,
        keep_alive=version == b"HTTP/1.1" and b"close" not in _tokens(watched, b"connection"),
        expects_continue=version == b"HTTP/1.1" and b"100-continue" in _tokens(watched, b"expect"),
    )


def _lines(octets: bytes) -> list[bytes]:
    """Return the lines without their ends and without the blank one."""
    if octets == _HTTP2_PREFACE:
        raise Refused(505, "this is the preface of HTTP/2: let the client speak HTTP/1.1")
    without_ends = octets.replace(b"\r\n", b"")
    if b"\r" in without_ends:
        raise Refused(400, "the head has a CR that is not followed by LF")
    if b"\n" in without_ends:
        raise Refused(400, "the head has a line that ends in LF alone: end lines with CR LF")
    if b"\r\n " in octets or b"\r\n\t" in octets:
        raise Refused(400, "the head has a line that begins with white space (obsolete folding)")
    return octets[:-4].split(b"\r\n")


def _version(line: bytes) -> bytes:
    """Return what the request line ends in, such as ``HTTP/1.1``."""
    version = line.rpartition(b" ")[2]
    if version not in _KNOWN_VERSIONS and _VERSION.fullmatch(version):
        raise Refused(505, "the HTTP version is neither 1.1 nor 1.0")
    if _NOT_PRINTABLE.search(line):
        raise Refused(
            400,
            "the request line has an octet that is not printable ASCII: percent-encode the target",
        )
    return version


def _check_host(hosts: Sequence[bytes], version: bytes) -> None:
    if not hosts and version == b"HTTP/1.1":
        raise Refused(400, "the Host header is missing")
    if len(hosts) > 1:
        raise Refused(400, "there are several Host headers")


def _length(watched: dict[bytes, list[bytes]], version: bytes) -> int | None:
    """Return the body's length, None for chunks."""
    lengths = watched.get(b"content-length")
    codings = watched.get(b"transfer-encoding")
    if codings is not None:
        if lengths is not None:
            raise Refused(400, "there are both Content-Length and Transfer-Encoding")
        if version != b"HTTP/1.1":
            raise Refused(400, "Transfer-Encoding came with a version that does not know it")
        if [coding.lower() for coding in codings] != [b"chunked"]:
            raise Refused(501, "the transfer coding is another one than chunked")
        return None
    if lengths is None:
        return 0
    if len(lengths) > 1:
        raise Refused(400, "there are several Content-Length headers")
    if not lengths[0].isdigit():
        raise Refused(400, "Content-Length is not a number of octets")
    if len(lengths[0]) > 20:  # noqa: PLR2004 - h11's own bound; 64 bits have 20 digits
        raise Refused(413, "Content-Length is beyond any body")
    return int(lengths[0])


def _parse(octets: bytes) -> None:
    """Let h11 read the head, for all the rest of the grammar."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(octets)
    try:
        connection.next_event()
    except h11.RemoteProtocolError as error:
        # What follows h11's colon quotes the line.
        raise Refused(400, str(error).partition(":")[0]) from None


def _tokens(watched: dict[bytes, list[bytes]], name: bytes) -> list[bytes]:
    """Return the members of a comma-separated list in lower case."""
    values = watched.get(name)
    if values is None:
        return []
    return [token.strip(b" \t") for token in b",".join(values).lower().split(b",")]
