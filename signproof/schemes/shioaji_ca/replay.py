"""How operations run through the scheme's pipeline."""

from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate, load_der_x509_certificate
from cryptography.x509.oid import NameOID

from signers import pfx
from signers.secret import Secret
from signproof.codec import decode_octets, encode_octets
from signproof.scheme import Replay
from signproof.schemes.shioaji_ca.pipeline import PIPELINE, STAGES, Pairs

__all__ = ["EXPIRE_TIME", "PERSON_ID", "READ_ENV", "SIGN", "opened", "stages_of"]

Json = dict[str, Any]

_NAMES = {
    NameOID.COMMON_NAME: "CN",
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.USER_ID: "UID",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.COUNTRY_NAME: "C",
    NameOID.EMAIL_ADDRESS: "emailAddress",
}
_ALL = (*(stage.name for stage in PIPELINE.stages),)


def _values(**flow: Any) -> dict[str, Any]:
    """Return a flow's values; the stages that it does not name do not run."""
    idle: dict[str, Any] = dict.fromkeys(_ALL)
    for name in flow.pop("runs"):
        del idle[name]
    return idle | flow


@lru_cache(maxsize=64)
def opened(pfx_b64: str, password: str) -> pfx.Pfx:
    """Return a CA file, opened leniently; raises PfxRefused."""
    return pfx.open_pfx(decode_octets(pfx_b64), Secret(password), lenient=True)


def subject_of(certificate: Certificate) -> Pairs:
    """Return the subject as (attribute, value) pairs in its order."""
    try:
        return tuple(
            (_NAMES.get(one.oid, one.oid.dotted_string), str(one.value))
            for one in certificate.subject
        )
    except ValueError:
        return ()


def _subject_in(octets: bytes) -> Pairs:
    """Return the subject of a certificate in DER; nothing where it is none."""
    try:
        return subject_of(load_der_x509_certificate(octets))
    except ValueError:
        return ()


def _sign_values(credential: Json, input_: Json) -> dict[str, Any]:
    ca = opened(credential["pfx_b64"], credential["password"])
    key = b""
    if isinstance(ca.key, RSAPrivateKey):
        key = ca.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return _values(
        runs=("common_name", "person_id", *STAGES),
        subject=subject_of(ca.leaf.x509),
        key=key,
        certificate=ca.leaf.der,
        ip=input_["ip"],
        plain_text=input_["plain_text"],
        seconds=input_["seconds"],
    )


SIGN = Replay(
    _sign_values,
    lambda results: {"envelope": results["envelope"].decode("utf-8", "replace")},
    lambda seen, produced: bool(seen == produced),
)
PERSON_ID = Replay(
    lambda _, input_: _values(
        runs=("common_name", "person_id"),
        subject=_subject_in(decode_octets(input_["certificate_b64"])),
    ),
    lambda results: {"person_id": results["person_id"]},
    lambda seen, produced: bool(seen == produced),
)
EXPIRE_TIME = Replay(
    lambda _, input_: _values(runs=("expire_time",), not_after=input_["not_after"]),
    lambda results: {"expire_time": results["expire_time"]},
    lambda seen, produced: bool(seen == produced),
)
READ_ENV = Replay(
    lambda _, input_: _values(
        runs=("env",),
        file=decode_octets(input_["file_b64"]),
        dialect=input_["dialect"],
        environment=dict(input_.get("environment", [])),
    ),
    lambda results: {"values": [list(pair) for pair in results["env"]]},
    lambda seen, produced: bool(seen.get("values") == produced["values"]),
)


def stages_of(credential: Json, input_: Json) -> dict[str, str]:
    """Return the stages of `sign-pkcs1`, as vectors hold them."""
    results = PIPELINE.run(SIGN.values(credential, input_))
    return {
        "signed_text_b64": encode_octets(results["signed_text"]),
        "signature_b64": encode_octets(results["signature"]),
        "envelope": results["envelope"].decode(),
    }
