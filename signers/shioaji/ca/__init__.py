"""CA signatures: what a certificate's owner signs an order with.

`CaSigner` makes them, `verify` checks them and says which part is wrong, `stages` holds the steps
and `cms` the CMS. Keys and certificates are objects of the library cryptography. All of it is as
the CA library under the broker's SDK was seen to do (sdk); what the broker itself checks is
unknown.
"""

from signers.shioaji.ca.flaws import EnvelopeRefused, Flaw, Part
from signers.shioaji.ca.signer import CaSigner
from signers.shioaji.ca.stages import Method, method_of
from signers.shioaji.ca.text import Expected, SignedText
from signers.shioaji.ca.verify import LARGEST, Verified, verify

__all__ = [
    "LARGEST",
    "CaSigner",
    "EnvelopeRefused",
    "Expected",
    "Flaw",
    "Method",
    "Part",
    "SignedText",
    "Verified",
    "method_of",
    "verify",
]
