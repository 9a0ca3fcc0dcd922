"""Certificates for a server that only its own clients should believe."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

    import trustme

__all__ = ["CertificateAuthority", "handshake_trouble"]

_NAMES = ("127.0.0.1", "localhost", "::1")
_TROUBLES = {
    "HTTP_REQUEST": "this is plain HTTP on a port with TLS: use https:// in the base URL",
    "TLSV1_ALERT_UNKNOWN_CA": (
        "the client does not trust the certificate: give it the server's CA file, such as by "
        "SSL_CERT_FILE"
    ),
}


class CertificateAuthority:
    """A throw-away CA, made when it is first needed; its key never leaves the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._authority: trustme.CA | None = None
        self._context: ssl.SSLContext | None = None

    def context(self) -> "ssl.SSLContext":
        """Return the server's side of TLS for 127.0.0.1, localhost and ::1, for HTTP/1.1 only."""
        import ssl  # noqa: PLC0415 - only what uses TLS loads it

        with self._lock:
            if self._context is None:
                self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._context.set_alpn_protocols(["http/1.1"])
                self._made().issue_cert(*_NAMES).configure_cert(self._context)
            return self._context

    def write(self, folder: Path) -> Path:
        """Write the CA's certificate as PEM into *folder*, for clients, and return the file."""
        path = folder / "signproof-ca.pem"
        with self._lock:
            path.write_bytes(self._made().cert_pem.bytes())
        return path

    def _made(self) -> "trustme.CA":
        if self._authority is None:
            import trustme  # noqa: PLC0415 - it takes cryptography with it

            self._authority = trustme.CA()
        return self._authority


def handshake_trouble(error: OSError) -> str | None:
    """Return what a handshake failed for and, where it is known, what to do.

    None where the client has just gone, as one that tries whether a port is open.
    """
    import ssl  # noqa: PLC0415

    if not isinstance(error, ssl.SSLError):
        return None
    reason = getattr(error, "reason", None) or type(error).__name__
    return _TROUBLES.get(reason, f"the TLS handshake failed: {reason}")
