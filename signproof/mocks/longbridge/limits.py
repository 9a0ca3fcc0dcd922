"""Which calls a mock lets through, by whose they are."""

from dataclasses import dataclass

from signproof.mocks.limits import Limit

__all__ = ["RateLimit"]


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The limits that a mock applies; None applies none.

    What the broker counts for each of its two codes is unknown.
    """

    per_ip: Limit | None = None
    """Of all requests of one address, whether signed right or not: 429001."""
    per_api_key: Limit | None = None
    """Of the authenticated requests of one API key: 429002."""
