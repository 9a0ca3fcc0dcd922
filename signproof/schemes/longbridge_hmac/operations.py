"""The operations, done by the reference signers."""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from signers.errors import SignerError
from signers.longbridge import (
    AccessToken,
    ApiError,
    Signer,
    Verifier,
    parse_envelope,
    parse_refresh,
    refresh_query,
)
from signers.request import SignedRequest
from signproof.codec import decode_octets
from signproof.model import Answer, Request, Status
from signproof.requests import from_model, to_model
from signproof.scheme import Operation
from signproof.schemes.longbridge_hmac.model import (
    Credential,
    RefreshInput,
    RefreshResponseOutput,
    RequestInput,
    ResponseInput,
    ResponseOutput,
    SignInput,
    SignOutput,
    VerifyInput,
    VerifyOutput,
)
from signproof.schemes.longbridge_hmac.replay import (
    PIPELINE,
    RECEIVED,
    REFRESH_PATH,
    REQUEST,
    SIGN,
    STAGES,
    encoded_query,
)

__all__ = ["OPERATIONS", "Prepared", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A credential made ready; *signer* is an error where it cannot be used for signing."""

    credential: Credential
    signer: Signer | SignerError

    def signing(self) -> Signer:
        """Return the signer, or raise why there is none."""
        if isinstance(self.signer, SignerError):
            raise self.signer
        return self.signer


def prepare(credential: Credential) -> Prepared:
    """Make the signer once; a credential that cannot sign is refused when it is asked to."""
    try:
        signer: Signer | SignerError = Signer(
            credential.app_key, credential.app_secret, credential.access_token
        )
    except SignerError as error:
        signer = error
    return Prepared(credential, signer)


def _rejected(error: SignerError) -> Answer:
    return Answer(status=Status.REJECTED, reason=error.reason, message=str(error))


def _output(output: msgspec.Struct) -> Answer:
    return Answer(status=Status.OUTPUT, output=msgspec.to_builtins(output))


def _sign(prepared: Prepared, input_: SignInput) -> Answer:
    try:
        header = prepared.signing().sign(
            input_.method,
            input_.path,
            input_.query,
            decode_octets(input_.body_b64),
            input_.timestamp,
        )
    except SignerError as error:
        return _rejected(error)
    results = PIPELINE.run(
        SIGN.values(msgspec.to_builtins(prepared.credential), msgspec.to_builtins(input_))
    )
    return Answer(
        status=Status.OUTPUT,
        output=msgspec.to_builtins(SignOutput(x_api_signature=header)),
        stages={name: results[name].decode() for name in STAGES},
    )


def _request(prepared: Prepared, input_: RequestInput) -> Answer:
    signer = prepared.signing()
    if input_.refresh_response_b64:
        token = parse_refresh(200, decode_octets(input_.refresh_response_b64)).token
        signer = Signer(prepared.credential.app_key, prepared.credential.app_secret, token)
    params = tuple((name.encode(), value.encode()) for name, value in input_.params)
    query = encoded_query(params)
    return _signed(
        signer.request(
            input_.method,
            input_.path,
            None if query is None else query.decode(),
            decode_octets(input_.body_b64),
            timestamp=input_.timestamp,
        )
    )


def _refresh_request(prepared: Prepared, input_: RefreshInput) -> Answer:
    query = refresh_query(datetime.fromisoformat(input_.expired_at))
    return _signed(
        prepared.signing().request("GET", REFRESH_PATH, query, timestamp=input_.timestamp)
    )


def _signed(request: SignedRequest) -> Answer:
    return _output(to_model(request))


def _verify(prepared: Prepared, input_: VerifyInput) -> Answer:
    try:
        verifier = Verifier(prepared.credential.app_key, prepared.credential.app_secret)
        verified = verifier.verify(from_model(input_.request))
    except SignerError as error:
        return _rejected(error)
    return _output(VerifyOutput(valid=True, path_form=verified.path_form))


def _response(_: None, input_: ResponseInput) -> Answer:
    try:
        envelope = parse_envelope(input_.status, decode_octets(input_.body_b64))
    except ApiError as error:
        return _output(ResponseOutput(code=error.code, message=error.message, meaning=error.reason))
    except SignerError as error:
        return _rejected(error)
    return _output(ResponseOutput(code=envelope.code, message=envelope.message, meaning="success"))


def _refresh_response(_: None, input_: ResponseInput) -> Answer:
    try:
        token = parse_refresh(input_.status, decode_octets(input_.body_b64))
    except SignerError as error:
        return _rejected(error)
    return _output(_refreshed(token))


def _refreshed(token: AccessToken) -> RefreshResponseOutput:
    return RefreshResponseOutput(
        token=token.token.reveal_text(),
        issued_at=_instant(token.issued_at),
        expired_at=_instant(token.expired_at),
        member_id=token.member_id,
        aaid=token.aaid,
        account_channel=token.account_channel,
    )


def _instant(instant: datetime) -> str:
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation(
            "sign",
            "Sign a request whose octets are given; return the value of X-Api-Signature.",
            SignInput,
            SignOutput,
            _sign,
            replay=SIGN,
        ),
        Operation(
            "request",
            "Build and sign the request for a call; return it as it would be sent.",
            RequestInput,
            Request,
            _request,
            replay=REQUEST,
        ),
        Operation(
            "refresh-request",
            "Build and sign a token refresh; return the request as it would be sent.",
            RefreshInput,
            Request,
            _refresh_request,
            replay=REQUEST,
        ),
        Operation(
            "verify",
            "Verify a request as received.",
            VerifyInput,
            VerifyOutput,
            _verify,
            rebuild=RECEIVED,
        ),
        Operation(
            "response",
            "Read an answer: its code, message and meaning.",
            ResponseInput,
            ResponseOutput,
            _response,
            needs_credential=False,
        ),
        Operation(
            "refresh-response",
            "Read the answer to a refresh: the new token.",
            ResponseInput,
            RefreshResponseOutput,
            _refresh_response,
            needs_credential=False,
        ),
    )
}
