"""How what is stated about a broker is known."""

import enum

__all__ = ["Evidence"]


class Evidence(enum.StrEnum):
    """How something is known."""

    DOCUMENTED = "documented"
    """On a page of the broker."""
    SDK = "sdk"
    """An official SDK was seen to do so."""
    INFERRED = "inferred"
    """Follows from the rest, but stands nowhere."""
    UNKNOWN = "unknown"
    """Not known; what is done instead says why it was chosen."""
