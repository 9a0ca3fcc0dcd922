"""HTTP/1.1 for mock brokers, on sockets, keeping the octets of every message.

What a general web server repairs, merges or leaves out is what a signature depends on, so nothing
is normalised here, and what cannot be read is refused strictly and still reported.
"""

from signproof.server.core import Server, ServerHangs, ServerNotRunning
from signproof.server.endpoint import Endpoint
from signproof.server.exchange import Exchange
from signproof.server.limits import Limits
from signproof.server.tls import CertificateAuthority

__all__ = [
    "CertificateAuthority",
    "Endpoint",
    "Exchange",
    "Limits",
    "Server",
    "ServerHangs",
    "ServerNotRunning",
]
