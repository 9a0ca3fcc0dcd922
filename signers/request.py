"""The one request type that signers, verifiers, mocks and the harness share."""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["SignedRequest"]


def _shown(octets: bytes) -> str:
    """Return text for a log: what was received must not write control characters there."""
    return octets.decode("latin-1").encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request exactly as it goes over the wire, before anything is parsed or normalised.

    The repr names the size of the body and the header names but never header values, because these
    carry access tokens.
    """

    method: bytes
    """The method's octets, case kept."""
    target: bytes
    """The request target's octets: path and, after the first ``?``, the raw query."""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Name and value pairs in wire order, case kept."""
    body: bytes = b""
    """The body's octets; an absent and an empty body are the same."""

    @property
    def path(self) -> bytes:
        """The target up to its first ``?``."""
        return self.target.partition(b"?")[0]

    @property
    def query(self) -> bytes | None:
        """The octets after the first ``?``; None when there is no ``?``, empty for a bare one."""
        _, mark, query = self.target.partition(b"?")
        return query if mark else None

    def values(self, name: bytes) -> tuple[bytes, ...]:
        """Return every value of the header *name*, in wire order.

        Names are compared without regard to case, and optional white space around a value is
        dropped (RFC 9110, sections 5.1 and 5.5).
        """
        wanted = name.lower()
        return tuple(value.strip(b" \t") for key, value in self.headers if key.lower() == wanted)

    def with_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> "SignedRequest":
        """Return the same request with *headers* appended."""
        return SignedRequest(self.method, self.target, (*self.headers, *headers), self.body)

    def __repr__(self) -> str:
        names = ", ".join(_shown(name) for name, _ in self.headers)
        method, target = _shown(self.method), _shown(self.target)
        return f"<SignedRequest {method} {target} headers=[{names}] body={len(self.body)} octets>"
