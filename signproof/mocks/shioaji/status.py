"""What ``health`` and ``info`` tell.

Documented: the members of ``info``, and of ``health`` those on token, contracts and CA, which are
absent where there is nothing to tell. The others of ``health`` are what ``shioaji server check``
demands (sdk). The name is documented, as a client may look at it.
"""

from typing import Any

from signers.shioaji import flow as flows
from signers.shioaji import format_expire_time

__all__ = ["VERSION", "health", "info"]

VERSION = "1.7.9"
"""The server's version that the mock was made after."""

_DAY = 86_400

_HARNESS = {
    "enabled": False,
    "mode": "off",
    "capability_version": 1,
    "capability_header": "X-Shioaji-Agent-Capability",
    "digest_scheme": "compact_keyed_blake3",
    "max_ttl_seconds": 60,
}
"""The capability tokens are off, as they are where nothing is set (documented)."""


def health(session: flows.Session, now: int) -> dict[str, Any]:
    """Return the answer of ``health`` at *now*, Unix seconds."""
    return {
        "status": "healthy",
        "version": VERSION,
        "timestamp": f"{format_expire_time(now)}Z",
        **_token(session, now),
        "contract_count": 0,
        **_ca(session, now),
        "session_recovering": False,
        "session_recovery_attempts": 0,
        "instance_id": "EXAMPLE-signproof-mock",
        "agent_harness": _HARNESS,
    }


def info(mode: flows.Mode) -> dict[str, Any]:
    """Return the answer of ``info``."""
    return {
        "name": "Shioaji API Server",
        "version": VERSION,
        "description": "signproof's mock of the local server",
        "protocols": ["HTTP"],
        "simulation": mode is flows.Mode.SIMULATION,
        "agent_harness": _HARNESS,
    }


def _token(session: flows.Session, now: int) -> dict[str, Any]:
    if session.key is None:
        return {}
    left = session.logged_in_at + flows.TOKEN_LIFETIME - now
    return {"token_expires_in_seconds": max(left, 0), "token_stale": left <= 0}


def _ca(session: flows.Session, now: int) -> dict[str, Any]:
    """Tell of the certificate that ends first (invented; the original is made for one person).

    A day that has begun does not count (invented).
    """
    if not session.certificates:
        return {}
    first = min(session.certificates, key=lambda known: known.not_after)
    return {
        "ca_expires_in_days": (first.not_after - now) // _DAY,
        "ca_expired": first.has_ended(now),
    }
