"""Longbridge / LongPort: HMAC-SHA256 over a canonical request."""

from signproof.scheme import HttpSigning, Measuring, Scheme
from signproof.schemes.longbridge_hmac.check import sent_request, signed_request
from signproof.schemes.longbridge_hmac.hot import HOT
from signproof.schemes.longbridge_hmac.model import Credential
from signproof.schemes.longbridge_hmac.operations import OPERATIONS, prepare
from signproof.schemes.longbridge_hmac.replay import (
    PIPELINE,
    STAGES,
    as_sent,
    asked,
    received_input,
)
from signproof.schemes.longbridge_hmac.sending import PROGRAM, recorded, sending

__all__ = ["SCHEME"]

SCHEME = Scheme(
    id="longbridge-hmac",
    title="Longbridge / LongPort: HMAC-SHA256 over a canonical request",
    credential=Credential,
    prepare=prepare,
    operations=OPERATIONS,
    reasons={
        "empty-credential": "Key, secret or token is empty: nothing may be signed with it.",
        "token-with-scheme": "The access token starts with `Bearer `.",
        "invalid-value": "Key, token or timestamp cannot stand in a header unchanged.",
        "secret-with-space": "The secret has white space around it, a file's newline for instance.",
        "invalid-method": "The method is not made of letters.",
        "invalid-target": "Path or query cannot stand in a request line as they are.",
        "missing-header": "An authentication header is absent or empty.",
        "duplicate-header": "An authentication header stands more than once.",
        "unknown-api-key": "X-Api-Key is not the key whose secret the verifier holds.",
        "malformed-signature": "X-Api-Signature does not have its documented form.",
        "wrong-algorithm": "X-Api-Signature names another algorithm than HMAC-SHA256.",
        "wrong-signed-headers": "SignedHeaders is not the documented list in its order.",
        "wrong-signature": "The signature does not belong to this request and secret.",
        "malformed-envelope": "An answer is not a JSON object with an integer `code`.",
        "malformed-refresh": "A refresh answer lacks a part of the token's data.",
        "signature-invalid": "The refresh was answered with code 403201.",
        "duplicate-request": "The refresh was answered with code 403202.",
        "api-key-illegal": "The refresh was answered with code 403203.",
        "ip-not-allowed": "The refresh was answered with code 403205.",
        "token-expired": "The refresh was answered with code 401003.",
        "token-invalid": "The refresh was answered with code 401004.",
        "ip-rate-limited": "The refresh was answered with code 429001.",
        "api-rate-limited": "The refresh was answered with code 429002.",
        "internal-error": "The refresh was answered with code 500000.",
        "api-error": "The refresh was answered with a code that is not documented.",
    },
    stages=STAGES,
    pipeline=PIPELINE,
    checks={"sent-request": sent_request, "signed-request": signed_request},
    hot=HOT,
    typical="longbridge-hmac/body/compact",
    measuring=Measuring(
        vector="longbridge-hmac/body/compact",
        # The documented envelope, with the name of its text that SDKs take.
        success=b'{"code":0,"message":"success","data":{}}',
        mark=b"\r\nx-api-signature:",
        place="head",
        unsigned=True,
    ),
    environment={
        "app_key": ("LONGBRIDGE_APP_KEY", "LONGPORT_APP_KEY"),
        "app_secret": ("LONGBRIDGE_APP_SECRET", "LONGPORT_APP_SECRET"),
        "access_token": ("LONGBRIDGE_ACCESS_TOKEN", "LONGPORT_ACCESS_TOKEN"),
    },
    http=HttpSigning(
        base_url="https://openapi.longbridge.com",
        asked=asked,
        as_sent=as_sent,
        secret_members=("app_secret", "access_token"),
        request_input=received_input,
        sending=sending,
        recorded=recorded,
        signed_stage="canonical_request",
    ),
    program=PROGRAM,
    features={"refresh": "Can take the token of a refresh response given with a request."},
    mistakes="signproof.mistakes.longbridge_hmac",
    behaviours="signproof.behaviours.longbridge_hmac",
    oracle="signproof.oracles.longbridge_hmac",
)
