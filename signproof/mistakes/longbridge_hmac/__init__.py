"""The mistakes that people make when they sign a Longbridge request, by the part that goes wrong.

Importing this package fills `CATALOGUE`.
"""

from signproof.mistakes.longbridge_hmac import body, canonical, headers, query, sending, signature
from signproof.mistakes.longbridge_hmac.catalogue import CATALOGUE

__all__ = ["CATALOGUE", "body", "canonical", "headers", "query", "sending", "signature"]
