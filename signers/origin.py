"""Where a request goes, for what authenticates it."""

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

__all__ = ["is_loopback", "origin_of"]


def origin_of(url: "httpx.URL") -> str:
    """Return scheme, host and port, without a user's name, path or query."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def is_loopback(host: str) -> bool:
    """Tell whether *host*, an address or ``localhost``, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
