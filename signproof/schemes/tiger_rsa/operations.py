"""The operations, done by the reference signers."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from signers import rsa_keys, tiger
from signers.errors import SignerError
from signers.rsa_keys import Armour, Form, KeyRefused
from signers.secret import Secret
from signers.tiger import (
    Charset,
    MissingSign,
    ResponseVerifier,
    Signer,
    Verifier,
    WrongKeyType,
    parse_token,
    read_envelope,
    settings,
    sign_response,
)
from signproof.codec import decode_octets, encode_octets
from signproof.model import Answer, Request, Status
from signproof.requests import from_model, to_model
from signproof.scheme import Operation, Replay
from signproof.schemes.tiger_rsa.model import (
    ConvertInput,
    ConvertOutput,
    Credential,
    FindingOutput,
    InspectConfigOutput,
    LoadKeyInput,
    PushLoginInput,
    ReadConfigInput,
    ReadTokenInput,
    ReadTokenOutput,
    RequestInput,
    SettingsOutput,
    SignInput,
    SignOutput,
    SignResponseInput,
    VerifyInput,
    VerifyOutput,
    VerifyResponseInput,
    VerifyResponseOutput,
)
from signproof.schemes.tiger_rsa.replay import (
    LOAD_KEY,
    PUSH_LOGIN,
    RECEIVED,
    RECEIVED_RESPONSE,
    REQUEST,
    SIGN,
    SIGN_RESPONSE,
    stages_of,
)

__all__ = ["OPERATIONS", "REASONS", "Prepared", "prepare", "read_settings"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A credential made ready; *signers* is an error where it cannot be used for signing."""

    credential: Credential
    key: rsa_keys.PrivateKey | SignerError
    signers: Mapping[str, Signer] | SignerError
    """By charset."""

    def signer(self, charset: str) -> Signer:
        """Return the signer of a charset, or raise why there is none."""
        if isinstance(self.signers, SignerError):
            raise self.signers
        return self.signers[charset]

    def private_key(self) -> rsa_keys.PrivateKey:
        """Return the private key, or raise why there is none."""
        if isinstance(self.key, SignerError):
            raise self.key
        return self.key


def prepare(credential: Credential) -> Prepared:
    """Load the key once; a credential that cannot sign is refused when it is asked to."""
    try:
        key = rsa_keys.load(credential.private_key, lenient=True)
    except KeyRefused as error:
        return Prepared(credential, error, error)
    try:
        signers = {
            charset.value: Signer(credential.tiger_id, key.rsa, charset=charset)
            for charset in Charset
        }
    except SignerError as error:
        return Prepared(credential, key, error)
    return Prepared(credential, key, signers)


def _rejecting(
    do: Callable[[Any, Any], Answer],
) -> Callable[[Any, Any], Answer]:
    """Turn what a signer raises into a rejection."""

    def done(prepared: Any, input_: Any) -> Answer:
        try:
            return do(prepared, input_)
        except SignerError as error:
            return Answer(status=Status.REJECTED, reason=error.reason, message=str(error))

    return done


def _output(output: msgspec.Struct) -> Answer:
    return Answer(status=Status.OUTPUT, output=msgspec.to_builtins(output))


def _signed(sign: str, replay: Replay, prepared: Prepared, input_: msgspec.Struct) -> Answer:
    """Return a signature with the stages that lead to it."""
    shown = stages_of(replay, msgspec.to_builtins(prepared.credential), msgspec.to_builtins(input_))
    output = msgspec.to_builtins(SignOutput(sign=sign))
    return Answer(status=Status.OUTPUT, output=output, stages=shown)


def _sign(prepared: Prepared, input_: SignInput) -> Answer:
    sign = prepared.signer(input_.charset).sign(dict(input_.params))
    return _signed(sign, SIGN, prepared, input_)


def _request(prepared: Prepared, input_: RequestInput) -> Answer:
    token = prepared.credential.token
    request = prepared.signer(input_.charset).request(
        input_.api_method,
        input_.biz_content,
        timestamp=input_.timestamp,
        more=dict(input_.more),
        token=parse_token(token) if token else None,
    )
    shown = stages_of(
        REQUEST, msgspec.to_builtins(prepared.credential), msgspec.to_builtins(input_)
    )
    return msgspec.structs.replace(_output(to_model(request)), stages=shown)


def _verify(prepared: Prepared, input_: VerifyInput) -> Answer:
    public = prepared.private_key().public.rsa
    verified = Verifier({prepared.credential.tiger_id: public}).verify(from_model(input_.request))
    return _output(VerifyOutput(valid=True, empty_values=verified.empty_values.value))


def _sign_response(prepared: Prepared, input_: SignResponseInput) -> Answer:
    sign = sign_response(input_.request_timestamp, prepared.private_key().rsa)
    return _signed(sign, SIGN_RESPONSE, prepared, input_)


def _verify_response(prepared: Prepared, input_: VerifyResponseInput) -> Answer:
    public = rsa_keys.load_public(prepared.credential.tiger_public_key).rsa
    verifier = ResponseVerifier(public, missing_sign=MissingSign(input_.missing_sign))
    envelope = read_envelope(200, decode_octets(input_.body_b64))
    signature = verifier.verify(envelope, input_.request_timestamp)
    return _output(VerifyResponseOutput(signature=signature.value))


def _push_login(prepared: Prepared, input_: PushLoginInput) -> Answer:
    sign = prepared.signer("UTF-8").sign_push_login()
    return _signed(sign, PUSH_LOGIN, prepared, input_)


def _loaded(input_: LoadKeyInput | ConvertInput, passphrase: str, *, lenient: bool) -> Any:
    octets = decode_octets(input_.key_b64)
    secret = Secret(passphrase) if passphrase else None
    return rsa_keys.load(octets, lenient=lenient, passphrase=secret)


def _load_key(_: None, input_: LoadKeyInput) -> Answer:
    key = _loaded(input_, input_.passphrase, lenient=not input_.strict)
    # An answer is signed as plain text: the same arithmetic, over any text.
    sign = sign_response(input_.content, key.rsa)
    return _output(SignOutput(sign=sign))


def _convert_key(_: None, input_: ConvertInput) -> Answer:
    key = _loaded(input_, "", lenient=True)
    armour = Armour(input_.armour)
    if input_.form != "spki":
        octets = rsa_keys.convert(key, Form(input_.form), armour)
    elif armour is Armour.PEM:
        octets = rsa_keys.public_pem(key).encode()
    elif armour is Armour.BASE64:
        octets = rsa_keys.public_line(key).encode()
    else:
        octets = key.public.der
    return _output(ConvertOutput(key_b64=encode_octets(octets)))


def _read_config(_: None, input_: ReadConfigInput) -> Answer:
    read = settings.read(
        decode_octets(input_.file_b64),
        dict(input_.environment),
        institutional=input_.institutional,
    )
    return _output(
        SettingsOutput(
            tiger_id=read.tiger_id,
            private_key=read.private_key.reveal_text(),
            account=read.account or "",
            license=read.licence.value if read.licence else "",
            env=read.environment.value,
            secret_key=read.secret_key.reveal_text() if read.secret_key else "",
            token=read.token.reveal_text() if read.token else "",
            server_url=read.server_url or "",
            timeout=read.timeout or 0,
        )
    )


def read_settings(octets: bytes) -> dict[str, str]:
    """Return the credential in a settings file; raises SettingsRefused."""
    read = settings.read(octets)
    return {
        "tiger_id": read.tiger_id,
        "private_key": read.private_key.reveal_text(),
        "account": read.account or "",
        "token": read.token.reveal_text() if read.token else "",
    }


def _inspect_config(_: None, input_: ReadConfigInput) -> Answer:
    found = settings.inspect(
        decode_octets(input_.file_b64),
        dict(input_.environment),
        institutional=input_.institutional,
    )
    findings = [FindingOutput(trap=one.trap.value, line=one.line) for one in found]
    return _output(InspectConfigOutput(findings=findings))


def _read_token(_: None, input_: ReadTokenInput) -> Answer:
    token = parse_token(input_.token)
    return _output(
        ReadTokenOutput(
            generated_ms=_milliseconds(token.generated_at),
            expires_ms=_milliseconds(token.expires_at),
        )
    )


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


_LOADING = ("sign_content", "digest", "encoded_message", "signature")

OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation(
            "sign",
            "Sign top-level fields; return the field `sign`.",
            SignInput,
            SignOutput,
            _rejecting(_sign),
            replay=SIGN,
            stages=_LOADING,
        ),
        Operation(
            "request",
            "Build and sign the request for a call; return it as it would be sent.",
            RequestInput,
            Request,
            _rejecting(_request),
            replay=REQUEST,
        ),
        Operation(
            "verify",
            "Verify a request as received, with the public key of the credential's private key.",
            VerifyInput,
            VerifyOutput,
            _rejecting(_verify),
            rebuild=RECEIVED,
        ),
        Operation(
            "sign-response",
            "Sign an answer as the gateway does: for mock gateways.",
            SignResponseInput,
            SignOutput,
            _rejecting(_sign_response),
            replay=SIGN_RESPONSE,
            stages=("response_content", "digest", "encoded_message", "signature"),
        ),
        Operation(
            "verify-response",
            "Verify an answer with the gateway's public key.",
            VerifyResponseInput,
            VerifyResponseOutput,
            _rejecting(_verify_response),
            rebuild=RECEIVED_RESPONSE,
        ),
        Operation(
            "push-login",
            "Sign the login for pushes.",
            PushLoginInput,
            SignOutput,
            _rejecting(_push_login),
            replay=PUSH_LOGIN,
            stages=("push_login_content", "digest", "encoded_message", "signature"),
        ),
        Operation(
            "load-key",
            "Load a private key in some shape, and sign a text with it.",
            LoadKeyInput,
            SignOutput,
            _rejecting(_load_key),
            needs_credential=False,
            replay=LOAD_KEY,
        ),
        Operation(
            "convert-key",
            "Write a private key, or its public key, in another shape.",
            ConvertInput,
            ConvertOutput,
            _rejecting(_convert_key),
            needs_credential=False,
        ),
        Operation(
            "read-config",
            "Read a settings file, as the Python SDK does, and refuse what no one can have meant.",
            ReadConfigInput,
            SettingsOutput,
            _rejecting(_read_config),
            needs_credential=False,
        ),
        Operation(
            "inspect-config",
            "Name every trap in a settings file.",
            ReadConfigInput,
            InspectConfigOutput,
            _inspect_config,
            needs_credential=False,
        ),
        Operation(
            "read-token",
            "Read the two instants of a TBHK token.",
            ReadTokenInput,
            ReadTokenOutput,
            _rejecting(_read_token),
            needs_credential=False,
        ),
    )
}


_NEVER = {
    # bases of errors, and what only the library's own callers can do wrong
    *(error.reason for error in (rsa_keys.KeyRefused, tiger.ApiError, tiger.RedirectFollowed)),
    *(error.reason for error in (WrongKeyType, tiger.InsecureUrl, tiger.NaiveInstant)),
    *(error.reason for error in (tiger.UnknownEndpoint, tiger.UnsignableBody)),
    *(error.reason for error in (tiger.InvalidBizContent, tiger.MalformedRefresh)),
    *(error.reason for error in (tiger.KeyTooSmall, rsa_keys.FailsFullCheck)),
    # settings are given as octets, not as files
    *(settings.Trap.FILE_MISSING, settings.Trap.FILE_UNREADABLE),
    *(settings.Trap.FOLDER, settings.Trap.FOLDER_WITHOUT_FILE),
}
"""Reasons that no operation gives."""


def _reasons() -> dict[str, str]:
    """Return every reason with its meaning, out of the docstrings where it is raised."""
    found: dict[str, str] = {}
    for module in (tiger, rsa_keys):
        for name in module.__all__:
            error = getattr(module, name)
            if inspect.isclass(error) and issubclass(error, SignerError):
                found.setdefault(error.reason, inspect.cleandoc(error.__doc__ or "").split("\n")[0])
    for trap in settings.Trap:
        found.setdefault(
            trap.value,
            "In the settings: " + settings.Finding(trap).advice.replace("{detail}", "…") + ".",
        )
    return {reason: text for reason, text in found.items() if reason not in _NEVER}


REASONS = _reasons()
