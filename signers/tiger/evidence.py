"""How what is stated about the gateway is known."""

from signers.evidence import Evidence

__all__ = ["Evidence"]
