"""How much a client may send, and how long it may stay silent."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold for every connection of a server."""

    head_octets: int = 64 * 1024
    """Request line and headers with all line ends; a longer head is refused with 431."""
    body_octets: int = 16 * 1024 * 1024
    """The body as it goes over the wire, with the framing of its chunks; beyond it is 413."""
    idle_seconds: float = 60.0
    """How long a client may send nothing: in the middle of a message it is refused with 408,
    between messages the connection is closed without a word."""
    connections: int = 1_000
    """Open connections of the whole server; each one beyond is refused with 503."""
