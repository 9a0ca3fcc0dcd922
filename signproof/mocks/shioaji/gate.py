"""The header Authorization: who is asked for it, and what is said of it.

Documented: the form ``Bearer <api_key>:<secret_key>``, the four texts of a refusal, that health and
info never ask, and that the server does not ask anybody while it listens on loopback. The order of
the checks is that of the texts (inferred).
"""

import enum
import ipaddress

from signers.request import SignedRequest
from signers.secret import Secret
from signers.shioaji import Credentials, Fault
from signproof.mocks.shioaji.envelope import Evidence, NotAuthenticated

__all__ = ["Auth", "Gate", "is_loopback"]

_BEARER = b"Bearer "


class Auth(enum.StrEnum):
    """Who is asked for key and secret."""

    ON = "on"
    """Everybody, as where the server listens on another address than loopback."""
    REMOTE = "remote"
    """Everybody but clients on this machine, whatever the mock listens on."""
    OFF = "off"
    """Nobody."""


class Gate:
    """Compares the header with the credentials that the server was started with."""

    __slots__ = ("_auth", "_expected")

    def __init__(self, credentials: Credentials, auth: Auth) -> None:
        self._auth = Auth(auth)
        key, secret = credentials.api_key.encode(), credentials.secret_key
        self._expected = Secret(key + b":" + secret.reveal())

    def admit(self, request: SignedRequest, client_ip: str, *, public: bool) -> str:
        """Return why *request* may pass, for the verdict; raises NotAuthenticated."""
        if public:
            return "this path asks nobody for key and secret"
        if self._auth is Auth.OFF or (self._auth is Auth.REMOTE and is_loopback(client_ip)):
            return "here nobody is asked for key and secret: they were not compared"
        fault = self._fault(request)
        if fault is not None:
            raise NotAuthenticated.by_fault(fault, fault.text(), Evidence.DOCUMENTED)
        return "key and secret are right"

    def _fault(self, request: SignedRequest) -> Fault | None:
        """Return what is wrong.

        Invented: that the scheme's case counts, and what is said of a header that stands twice.
        """
        given = request.values(b"Authorization")
        if not given:
            return Fault.HEADER_MISSING
        if len(given) > 1 or not given[0].startswith(_BEARER):
            return Fault.HEADER_MALFORMED
        token = Secret(given[0].removeprefix(_BEARER))
        if b":" not in token.reveal():
            return Fault.BEARER_MALFORMED
        return None if token == self._expected else Fault.WRONG_CREDENTIALS


def is_loopback(host: str) -> bool:
    """Tell whether *host*, an address or name, is this machine's own loopback."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # The form in which a socket for both kinds of addresses names the older kind.
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
