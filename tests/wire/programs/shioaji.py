"""A driver of a made-up SDK for shioaji-ca, wrong in the way named; no code of signers."""

import base64
import json
import sys
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import NameOID

Json = dict[str, Any]

HOW = sys.argv[1]


def load(octets: str, password: str) -> tuple[RSAPrivateKey, Any, str]:
    key, certificate, _ = pkcs12.load_key_and_certificates(
        base64.b64decode(octets), password.encode()
    )
    assert isinstance(key, RSAPrivateKey)
    assert certificate is not None
    name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return key, certificate, str(name).partition("-")[0]


def sign(credential: Json, asked: Json) -> Json:
    key, certificate, person = load(credential["pfx_b64"], credential["password"])
    now = int(time.time()) - (3600 if HOW == "an-hour-late" else 0)
    seconds = asked["seconds"] if HOW == "told" else now
    at = f"{seconds}000" if HOW == "milliseconds" else str(seconds)
    text = f"{person}{asked['ip']}{asked['plain_text']}{at}".encode()
    digest = SHA256() if HOW == "sha-256" else SHA1()
    parts = (key.sign(text, PKCS1v15(), digest), text, certificate.public_bytes(Encoding.DER))
    if HOW == "no-envelope":
        return {"envelope": "pkcs1"}
    return {"envelope": ".".join(["pkcs1", *(base64.b64encode(one).decode() for one in parts)])}


def open_ca(asked: Json) -> Json:
    _, certificate, person = load(asked["pfx_b64"], asked["password"])
    told = {"person_id": person, "not_after": int(certificate.not_valid_after_utc.timestamp())}
    return told | ({"not_before": 0} if HOW == "wrong-begin" else {})


def answer(message: Json, credentials: dict[str, Json]) -> Json:
    if "protocols" in message:
        return {
            "protocol": 1,
            "implementation": {"name": "made-up", "version": "1.2.3"},
            "operations": {"shioaji-ca": ["open-ca", "sign-pkcs1"]},
            "features": [] if HOW == "told" else ["own-time"],
            "window": 1,
        }
    if "values" in message:
        credentials[message["credential"]] = message["values"]
        return {"status": "output"}
    asked = message["input"]
    try:
        if message["operation"] == "open-ca":
            return {"status": "output", "output": open_ca(asked)}
        return {"status": "output", "output": sign(credentials[message["credential"]], asked)}
    except ValueError as error:
        return {"status": "rejected", "message": str(error)}


def main() -> None:
    credentials: dict[str, Json] = {}
    for line in sys.stdin:
        message = json.loads(line)
        sys.stdout.write(json.dumps({"seq": message["seq"], **answer(message, credentials)}) + "\n")
        sys.stdout.flush()


main()
