"""The operations, done by the reference signers."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from signers import pfx
from signers.errors import SignerError
from signers.secret import Secret
from signers.shioaji import (
    CredentialFinding,
    Credentials,
    CredentialTrap,
    InstantOutOfRange,
    InvalidSignedText,
    MalformedExpireTime,
    PersonIdNotFound,
    UnsupportedKey,
    capability,
    env,
    find_person_id,
    format_expire_time,
    parse_expire_time,
    person_id,
)
from signers.shioaji.ca import (
    CaSigner,
    EnvelopeRefused,
    Expected,
    Flaw,
    Method,
    Part,
    verify,
)
from signers.shioaji.certificate import read_certificate
from signproof.codec import decode_octets, encode_octets
from signproof.model import Answer, Status
from signproof.scheme import Operation
from signproof.schemes.shioaji_ca.check import at_its_time
from signproof.schemes.shioaji_ca.events import states
from signproof.schemes.shioaji_ca.model import (
    ActivateInput,
    ActivateOutput,
    CapabilityInput,
    CapabilityOutput,
    CertificateInput,
    Credential,
    CredentialsInput,
    EnvFinding,
    EnvInput,
    ExpireTimeInput,
    ExpireTimeOutput,
    InspectEnvInput,
    InspectEnvOutput,
    OpenInput,
    OpenOutput,
    PersonIdOutput,
    ReadEnvOutput,
    ReadExpireTimeInput,
    ReadExpireTimeOutput,
    SignInput,
    SignOutput,
    ValidOutput,
    VerifyCapabilityInput,
    VerifyCapabilityOutput,
    VerifyInput,
    VerifyOutput,
)
from signproof.schemes.shioaji_ca.pipeline import OF_CAPABILITIES, OF_SIGNATURES
from signproof.schemes.shioaji_ca.replay import (
    CAPABILITY,
    EXPIRE_TIME,
    PERSON_ID,
    READ_ENV,
    RECEIVED,
    RECEIVED_CAPABILITY,
    SIGN,
    capability_stages,
    opened,
    stages_of,
)

__all__ = ["OPERATIONS", "REASONS", "Prepared", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A CA made ready; *signer* is an error where it cannot be used for signing."""

    credential: Credential
    signer: CaSigner | SignerError

    def signing(self) -> CaSigner:
        """Return the signer, or raise why there is none."""
        if isinstance(self.signer, SignerError):
            raise self.signer
        return self.signer


def prepare(credential: Credential) -> Prepared:
    """Open the CA once; one that cannot sign is refused when it is asked to."""
    try:
        ca = opened(credential.pfx_b64, credential.password)
        if not isinstance(ca.key, RSAPrivateKey):
            raise UnsupportedKey(f"{ca.leaf.key_type} key")
        return Prepared(credential, CaSigner(ca.key, ca.leaf.x509))
    except SignerError as error:
        return Prepared(credential, error)


def _rejecting(do: Callable[[Any, Any], Answer]) -> Callable[[Any, Any], Answer]:
    """Turn what a signer raises into a rejection."""

    def done(prepared: Any, input_: Any) -> Answer:
        try:
            return do(prepared, input_)
        except SignerError as error:
            return Answer(status=Status.REJECTED, reason=error.reason, message=str(error))

    return done


def _output(output: msgspec.Struct) -> Answer:
    # Through JSON: otherwise pairs would stay tuples, which no vector has.
    plain = msgspec.json.decode(msgspec.json.encode(output))
    return Answer(status=Status.OUTPUT, output=plain)


def _open(_: None, input_: OpenInput) -> Answer:
    ca = pfx.open_pfx(decode_octets(input_.pfx_b64), Secret(input_.password), lenient=True)
    certificate = ca.leaf.x509
    return _output(
        OpenOutput(
            person_id=find_person_id(certificate) or "",
            not_before=int(certificate.not_valid_before_utc.timestamp()),
            not_after=int(certificate.not_valid_after_utc.timestamp()),
            legacy=ca.description.legacy,
        )
    )


def _person_id(_: None, input_: CertificateInput) -> Answer:
    certificate = read_certificate(decode_octets(input_.certificate_b64))
    if certificate is None:
        raise EnvelopeRefused(Flaw.MALFORMED_CERTIFICATE, Part.CERTIFICATE)
    return _output(PersonIdOutput(person_id=person_id(certificate)))


def _expire_time(_: None, input_: ExpireTimeInput) -> Answer:
    return _output(ExpireTimeOutput(expire_time=format_expire_time(input_.not_after)))


def _read_expire_time(_: None, input_: ReadExpireTimeInput) -> Answer:
    return _output(ReadExpireTimeOutput(not_after=parse_expire_time(input_.expire_time)))


def _check_credentials(_: None, input_: CredentialsInput) -> Answer:
    Credentials.load(input_.api_key, input_.secret_key)
    return _output(ValidOutput(valid=True))


def _read_env(_: None, input_: EnvInput) -> Answer:
    read = env.read(
        decode_octets(input_.file_b64), env.Dialect(input_.dialect), dict(input_.environment)
    )
    values = sorted((key, value.reveal_text()) for key, value in read.values.items())
    return _output(ReadEnvOutput(values=values, stopped_at=read.stopped_at))


def _inspect_env(_: None, input_: InspectEnvInput) -> Answer:
    found = env.inspect(decode_octets(input_.file_b64), dict(input_.environment))
    findings = [EnvFinding(trap=one.trap.value, line=one.line, key=one.key) for one in found]
    return _output(InspectEnvOutput(findings=findings))


def _activate(_: None, input_: ActivateInput) -> Answer:
    return _output(ActivateOutput(states=states(input_)))


def _sign(method: Method) -> Callable[[Prepared, SignInput], Answer]:
    def sign(prepared: Prepared, input_: SignInput) -> Answer:
        envelope = prepared.signing().sign(
            method, input_.plain_text, ip=input_.ip, seconds=input_.seconds
        )
        shown = {}
        if method is Method.PKCS1:
            credential = msgspec.to_builtins(prepared.credential)
            shown = stages_of(credential, msgspec.to_builtins(input_))
        output = msgspec.to_builtins(SignOutput(envelope=envelope))
        return Answer(status=Status.OUTPUT, output=output, stages=shown)

    return sign


def _verify(_: None, input_: VerifyInput) -> Answer:
    expected = Expected(input_.ip, input_.plain_text, input_.earliest, input_.latest)
    verified = verify(input_.envelope, expected=expected)
    return _output(VerifyOutput(person_id=verified.text.person_id, seconds=verified.text.seconds))


def _capability(_: None, input_: CapabilityInput) -> Answer:
    token = capability.sign(
        Secret(input_.secret),
        environment=capability.Environment(input_.environment),
        operation=capability.ProtectedOperation(input_.operation),
        issued_at=input_.issued_at,
        expires_at=input_.expires_at,
        audience=decode_octets(input_.audience_b64),
        nonce=decode_octets(input_.nonce_b64),
        body=decode_octets(input_.body_b64),
    )
    stages = capability_stages(msgspec.to_builtins(input_))
    return msgspec.structs.replace(_output(CapabilityOutput(token=token)), stages=stages)


def _verify_capability(_: None, input_: VerifyCapabilityInput) -> Answer:
    environment, operation = input_.environment, input_.operation
    found = capability.verify(
        Secret(input_.secret),
        input_.token,
        now=input_.now,
        body=decode_octets(input_.body_b64),
        audience=None if input_.audience_b64 is None else decode_octets(input_.audience_b64),
        environment=None if environment is None else capability.Environment(environment),
        operation=None if operation is None else capability.ProtectedOperation(operation),
    )
    return _output(
        VerifyCapabilityOutput(
            environment=found.environment.value,
            operation=found.operation.value,
            issued_at=found.issued_at,
            expires_at=found.expires_at,
            nonce_b64=encode_octets(found.nonce),
        )
    )


def _free(
    name: str,
    summary: str,
    types: tuple[type[msgspec.Struct], type[msgspec.Struct]],
    reference: Callable[[Any, Any], Answer],
    **more: Any,
) -> Operation:
    """Return an operation that takes no credential."""
    return Operation(name, summary, *types, _rejecting(reference), needs_credential=False, **more)


OPERATIONS = {
    operation.name: operation
    for operation in (
        _free(
            "open-ca",
            "Open a CA file: whose certificate it is, and until when.",
            (OpenInput, OpenOutput),
            _open,
        ),
        _free(
            "person-id",
            "Return the person id of a certificate.",
            (CertificateInput, PersonIdOutput),
            _person_id,
            replay=PERSON_ID,
        ),
        _free(
            "expire-time",
            "Write when a certificate ends, as the server does.",
            (ExpireTimeInput, ExpireTimeOutput),
            _expire_time,
            replay=EXPIRE_TIME,
        ),
        _free(
            "read-expire-time",
            "Read what the server wrote.",
            (ReadExpireTimeInput, ReadExpireTimeOutput),
            _read_expire_time,
        ),
        _free(
            "check-credentials",
            "Look at an API key and its secret without the broker.",
            (CredentialsInput, ValidOutput),
            _check_credentials,
        ),
        _free(
            "read-env",
            "Read a `.env` as one of its two readers does.",
            (EnvInput, ReadEnvOutput),
            _read_env,
            replay=READ_ENV,
        ),
        _free(
            "inspect-env",
            "Name every trap in a `.env`.",
            (InspectEnvInput, InspectEnvOutput),
            _inspect_env,
        ),
        _free(
            "activate",
            "Follow a session from login to orders: where it is after each event.",
            (ActivateInput, ActivateOutput),
            _activate,
        ),
        Operation(
            "sign-pkcs1",
            "Sign a text with the CA, in the envelope `pkcs1.`.",
            SignInput,
            SignOutput,
            _rejecting(_sign(Method.PKCS1)),
            replay=SIGN,
            stages=OF_SIGNATURES,
            at_its_time=at_its_time,
        ),
        Operation(
            "sign-pkcs7",
            "Sign a text with the CA, in the envelope `pkcs7.`.",
            SignInput,
            SignOutput,
            _rejecting(_sign(Method.PKCS7)),
            at_its_time=at_its_time,
        ),
        _free(
            "verify-pkcs1",
            "Verify an envelope `pkcs1.`.",
            (VerifyInput, VerifyOutput),
            _verify,
            rebuild=RECEIVED,
        ),
        _free(
            "verify-pkcs7",
            "Verify an envelope `pkcs7.`, or the older one without a prefix.",
            (VerifyInput, VerifyOutput),
            _verify,
        ),
        _free(
            "capability",
            "Make the token with which the local server takes an order; never confirmed.",
            (CapabilityInput, CapabilityOutput),
            _capability,
            replay=CAPABILITY,
            stages=OF_CAPABILITIES,
        ),
        _free(
            "verify-capability",
            "Verify such a token.",
            (VerifyCapabilityInput, VerifyCapabilityOutput),
            _verify_capability,
            rebuild=RECEIVED_CAPABILITY,
        ),
    )
}


_NEVER_GIVEN = {
    # Of a path, and of a password that is not there: an operation is given octets and a text.
    pfx.FileMissing.reason,
    pfx.FileUnreadable.reason,
    pfx.NotAFile.reason,
    pfx.PasswordNeeded.reason,
    # Files are opened leniently.
    pfx.NoMac.reason,
    pfx.TrailingOctets.reason,
    # None is expected by `verify-pkcs1` and `verify-pkcs7`.
    Flaw.OTHER_CERTIFICATE.value,
    # The base class.
    pfx.PfxRefused.reason,
}


def _reasons() -> dict[str, str]:
    """Return every reason that an operation gives with its meaning, out of where it is raised."""
    found: dict[str, str] = {}
    own = (PersonIdNotFound, MalformedExpireTime, UnsupportedKey, InvalidSignedText)
    of_files = [getattr(pfx, name) for name in pfx.__all__]
    for error in (*of_files, *own, InstantOutOfRange, capability.InvalidCapability):
        if inspect.isclass(error) and issubclass(error, SignerError):
            found.setdefault(error.reason, inspect.cleandoc(error.__doc__ or "").split("\n")[0])
    for flaw in Flaw:
        advice = str(EnvelopeRefused(flaw, Part.ENVELOPE, "…")).partition(": ")[2]
        found.setdefault(flaw.value, f"In a CA signature: {advice}.")
    for each in capability.CapabilityFlaw:
        refusal = str(capability.CapabilityRefused(each, "…"))
        found.setdefault(each.value, f"In a capability token: {refusal}.")
    for trap in CredentialTrap:
        advice = CredentialFinding(trap, "it", "…").advice.partition(": ")[2]
        found.setdefault(trap.value, f"In the credentials: {advice}.")
    return {reason: meaning for reason, meaning in found.items() if reason not in _NEVER_GIVEN}


REASONS = _reasons()
