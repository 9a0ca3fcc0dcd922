"""How operations run through the scheme's pipeline."""

from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from signers import pfx
from signers.pfx.quiet import quiet
from signers.secret import Secret
from signers.shioaji import capability
from signers.shioaji.ca import verify
from signers.shioaji.ca.keys import rsa_key
from signers.shioaji.certificate import read_certificate
from signers.tiger import open_signature, stages
from signproof.codec import decode_octets, encode_octets
from signproof.mistakes.rsa import Shown
from signproof.scheme import Replay
from signproof.schemes.shioaji_ca.pipeline import (
    OF_CAPABILITIES,
    OF_SIGNATURES,
    PIPELINE,
    Pairs,
)
from signproof.schemes.shioaji_ca.taken_apart import taken_apart
from signproof.signature_words import NOT_OPENED

__all__ = [
    "CAPABILITY",
    "EXPIRE_TIME",
    "PERSON_ID",
    "READ_ENV",
    "RECEIVED",
    "RECEIVED_CAPABILITY",
    "SIGN",
    "capability_stages",
    "opened",
    "stages_of",
]

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
    """Return the subject as (attribute, value) pairs in its order; it can be read."""
    with quiet():  # an empty CN is warned of
        return tuple(
            (_NAMES.get(one.oid, one.oid.dotted_string), str(one.value))
            for one in certificate.subject
        )


def _subject_in(octets: bytes) -> Pairs:
    """Return the subject of a certificate in DER; nothing where it is none."""
    found = read_certificate(octets)
    return subject_of(found) if found else ()


def _sign_values(credential: Json, input_: Json) -> dict[str, Any]:
    ca = opened(credential["pfx_b64"], credential["password"])
    key = b""
    if isinstance(ca.key, RSAPrivateKey):
        key = ca.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return _values(
        runs=("common_name", "person_id", *OF_SIGNATURES),
        subject=subject_of(ca.leaf.x509),
        key=key,
        certificate=ca.leaf.der,
        ip=input_["ip"],
        plain_text=input_["plain_text"],
        seconds=input_["seconds"],
    )


def _public(certificate: bytes) -> RSAPublicKey | None:
    """Return the key of a certificate in DER; None where it is not one to sign with."""
    found = read_certificate(certificate)
    return rsa_key(found) if found else None


def _recognising(values: dict[str, Any], seen: Json) -> dict[str, Any]:
    """Take the signature out of an envelope, so that no replay has to make one.

    Where it is written as no mistake writes it, it is not found, nor would a replay give it.
    """
    key = _public(values["certificate"])
    if key is None:
        return values
    numbers = key.public_numbers()
    signatures = {}
    for octets in taken_apart(seen["envelope"]).signatures(key):
        number = int.from_bytes(octets)
        if number < numbers.n:
            opened_to = pow(number, numbers.e, numbers.n).to_bytes(len(octets))
            signatures[opened_to] = octets
    return values | {"key": Shown(numbers.n, signatures)}


def _beyond_pairs(credential: Json, output: Json) -> bool:
    """Tell whether a signature is one that the key does not open to anything, or over nothing."""
    key = _public(opened(credential["pfx_b64"], credential["password"]).leaf.der)
    if key is None:
        return False
    found = [open_signature(one, key) for one in taken_apart(output["envelope"]).signatures(key)]
    # Many pairs of mistakes together leave nothing to sign: none of them would be the cause.
    return bool(found) and all(
        one.padding in NOT_OPENED or one.digest == _OF_NOTHING for one in found
    )


_OF_NOTHING = stages.digest(b"")


def _envelope(results: dict[str, Any]) -> str:
    return str(results["envelope"].decode("utf-8", "replace"))


SIGN = Replay(
    _sign_values,
    lambda results: {"envelope": _envelope(results)},
    lambda seen, produced: bool(seen == produced),
    recognising=_recognising,
    hopeless=_beyond_pairs,
)


def _received_values(_: Json, input_: Json) -> dict[str, Any]:
    """Take what a good envelope was made from out of it; the key is not known."""
    verified = verify(input_["envelope"])
    ip = input_.get("ip") or ""
    return _values(
        runs=("common_name", "person_id", *OF_SIGNATURES),
        subject=subject_of(verified.certificate),
        key=b"",
        certificate=verified.certificate.public_bytes(Encoding.DER),
        ip=ip,
        plain_text=verified.text.rest.removeprefix(ip),
        seconds=verified.text.seconds,
        expected={name: value for name, value in input_.items() if name != "envelope"},
    )


RECEIVED = Replay(
    _received_values,
    lambda results: {"envelope": _envelope(results), **results["expected"]},
    lambda seen, produced: bool(seen == produced),
    recognising=_recognising,
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


def _same_reading(seen: Json, produced: Json) -> bool:
    """Compare what was read; who does not say at which line it stopped says nothing of it."""
    return bool({**produced, **seen} == produced)


READ_ENV = Replay(
    lambda _, input_: _values(
        runs=("env", "stopped_at"),
        file=decode_octets(input_["file_b64"]),
        dialect=input_["dialect"],
        environment=dict(input_.get("environment", [])),
    ),
    lambda results: {
        "values": [list(pair) for pair in results["env"]],
        "stopped_at": results["stopped_at"],
    },
    _same_reading,
)


def stages_of(credential: Json, input_: Json) -> dict[str, str]:
    """Return the stages of `sign-pkcs1`, as vectors hold them."""
    results = PIPELINE.run(SIGN.values(credential, input_))
    return {
        "signed_text_b64": encode_octets(results["signed_text"]),
        "signature_b64": encode_octets(results["signature"]),
        "envelope": results["envelope"].decode(),
    }


def _capability_values(_: Json, input_: Json) -> dict[str, Any]:
    return _values(
        runs=OF_CAPABILITIES,
        secret=input_["secret"].encode("utf-8", "replace"),
        context=capability.CONTEXT,
        server=input_["environment"],
        operation=input_["operation"],
        issued_at=input_["issued_at"],
        expires_at=input_["expires_at"],
        audience=decode_octets(input_["audience_b64"]),
        nonce=decode_octets(input_["nonce_b64"]),
        body=decode_octets(input_["body_b64"]),
    )


def _token(results: dict[str, Any]) -> str:
    return str(results["capability_token"].decode("utf-8", "replace"))


CAPABILITY = Replay(
    _capability_values,
    lambda results: {"token": _token(results)},
    lambda seen, produced: bool(seen == produced),
)


def _received_capability(_: Json, input_: Json) -> dict[str, Any]:
    """Take what a good token was made from out of it; the body is the one that came with it."""
    said = capability.parse(input_["token"])
    return _values(
        runs=OF_CAPABILITIES,
        secret=input_["secret"].encode("utf-8", "replace"),
        context=capability.CONTEXT,
        server=said.environment.value,
        operation=said.operation.value,
        issued_at=said.issued_at,
        expires_at=said.expires_at,
        audience=said.audience,
        nonce=said.nonce,
        body=decode_octets(input_["body_b64"]),
        expected={name: value for name, value in input_.items() if name != "token"},
    )


RECEIVED_CAPABILITY = Replay(
    _received_capability,
    lambda results: {"token": _token(results), **results["expected"]},
    lambda seen, produced: bool(seen == produced),
)


def capability_stages(input_: Json) -> dict[str, str]:
    """Return the stages of `capability`, as vectors hold them."""
    results = PIPELINE.run(CAPABILITY.values({}, input_))
    octets = {f"{name}_b64": encode_octets(results[name]) for name in OF_CAPABILITIES[:-1]}
    return {**octets, "capability_token": results["capability_token"].decode()}
