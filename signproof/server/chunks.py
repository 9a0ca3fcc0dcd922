"""The chunked transfer coding (RFC 9112, section 7.1), read where it lies in a growing buffer.

h11's own reader hands out the data without telling where in the octets it ended, and takes bare LF
between the trailers. This one is strict; the tests hold it against h11's.
"""

import re

from signproof.server.refused import Refused

__all__ = ["Chunks"]

_CRLF = b"\r\n"
_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\x00]*)?")
_TRAILER = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+:[^\x00]*")


class Chunks:
    """A body in chunks; `position` is the end of what has been read and, then, judged.

    Extensions and trailers are read over: they stay in the octets and reach no header list.
    """

    __slots__ = ("_bound", "_in_trailers", "_parts", "_searched", "_size", "position")

    def __init__(self, start: int, limit: int) -> None:
        """Read from *start* of the buffer on, at most *limit* octets, framing included."""
        self.position = start
        self._bound = start + limit
        self._searched = start
        self._size = 0
        self._in_trailers = False
        self._parts: list[bytes] = []

    @property
    def body(self) -> bytes:
        """The data of all chunks read so far."""
        return b"".join(self._parts)

    def advance(self, buffer: bytearray) -> bool:
        """Read on and tell whether the body is whole; raises Refused."""
        while True:
            if self._size:
                if not self._data(buffer):
                    return False
                continue
            line = self._line(buffer)
            if line is None:
                return False
            if self._in_trailers:
                if not line:
                    return True
                if not _TRAILER.fullmatch(line):
                    raise Refused(400, "a trailer behind the chunks is malformed")
            else:
                self._begin(line)

    def _begin(self, line: bytes) -> None:
        """Take the line before a chunk's data."""
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            raise Refused(400, "a chunk does not begin with its size")
        self._size = int(match[1], 16)
        self._in_trailers = not self._size
        if self.position + self._size + len(_CRLF) > self._bound:
            raise Refused(413, "the body is too large")

    def _data(self, buffer: bytearray) -> bool:
        """Take a chunk's data once it is there with its line end; tell whether it was."""
        end = self.position + self._size
        if len(buffer) < end + len(_CRLF):
            return False
        data = bytes(buffer[self.position : end])
        self.position = self._searched = end + len(_CRLF)
        if buffer[end : self.position] != _CRLF:
            raise Refused(400, "a chunk is not as long as its size says")
        self._parts.append(data)
        self._size = 0
        return True

    def _line(self, buffer: bytearray) -> bytes | None:
        """Take a line without its end; None where it is not complete."""
        found = buffer.find(b"\n", self._searched)
        stop = found + 1 if found >= 0 else len(buffer)
        if stop > self._bound:
            self.position = self._bound
            raise Refused(413, "the body is too large")
        self._searched = stop
        if found < 0:
            return None
        line = bytes(buffer[self.position : stop])
        self.position = stop
        if not line.endswith(_CRLF) or b"\r" in line[:-2]:
            raise Refused(400, "a line between the chunks does not end in CR LF")
        return line[:-2]
