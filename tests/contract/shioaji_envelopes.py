"""Envelopes out of the vectors, and the words by which it is told what they hold."""

from typing import Any

from signproof.corpus import Corpus

Json = dict[str, Any]

CORPUS = Corpus.open()
CASES = {case.id.partition("/")[2]: case for case in CORPUS.cases("shioaji-ca")}
MAIN: Json = dict(CASES["sign-pkcs1/usual"].credential or {})
EC: Json = dict(CASES["refuse-sign/pkcs1-ec"].credential or {})
ASKED: Json = {"plain_text": "EXAMPLE order", "ip": "192.0.2.1", "seconds": 1_768_440_600}

SIGNATURE = "signature: PKCS#1 v1.5, SHA-1, over the right text"
SENT = "signature: PKCS#1 v1.5, SHA-1, over the text in the envelope"
TEXT = "text: as asked"
CERTIFICATE = "certificate: the credential's"
ANOTHER = "certificate: another than the credential's, of the person id Z199999999, with "
ALTERED = "another private key, or altered: this key does not open it"
LENGTHS = "octets, where this key gives 128: another key, or cut off"
UNPADDED = "base64 with its padding missing"
NOTHING = "nothing of what was asked"
STANDARD = "where standard base64 is right"


def envelope_of(name: str) -> str:
    return str(CASES[name].input["envelope"])
