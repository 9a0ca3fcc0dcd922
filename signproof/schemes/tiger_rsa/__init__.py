"""Tiger / TradeUP OpenAPI: RSA PKCS#1 v1.5 with SHA-1 over sorted parameters."""

from signers import rsa_keys
from signproof.scheme import HttpSigning, Measuring, Scheme
from signproof.schemes.tiger_rsa.check import sent_request, signed_request
from signproof.schemes.tiger_rsa.hot import HOT
from signproof.schemes.tiger_rsa.model import Credential
from signproof.schemes.tiger_rsa.opened import opened
from signproof.schemes.tiger_rsa.operations import OPERATIONS, REASONS, prepare, read_settings
from signproof.schemes.tiger_rsa.pipeline import PIPELINE, STAGES
from signproof.schemes.tiger_rsa.received import received_input
from signproof.schemes.tiger_rsa.replay import asked
from signproof.schemes.tiger_rsa.sending import PROGRAM, recorded, sending, sent_secrets

__all__ = ["SCHEME"]

SCHEME = Scheme(
    id="tiger-rsa",
    title="Tiger / TradeUP: RSA PKCS#1 v1.5 with SHA-1 over sorted parameters",
    credential=Credential,
    prepare=prepare,
    operations=OPERATIONS,
    reasons=REASONS,
    stages=STAGES,
    pipeline=PIPELINE,
    checks={"sent-request": sent_request, "signed-request": signed_request},
    hot=HOT,
    typical="tiger-rsa/order/as-python",
    measuring=Measuring(
        vector="tiger-rsa/request/market-state",
        # An answer is signed over the request's time, so that one for all has no signature: the
        # SDKs take it, and what they take to verify one is not measured.
        success=b'{"code":0,"message":"success","timestamp":1768483800000,"data":"[]"}',
        mark=b'"sign"',
        place="body",
        unsigned=False,  # the body holds the signature and the timestamp
    ),
    environment={
        "tiger_id": ("TIGEROPEN_TIGER_ID",),
        "private_key": ("TIGEROPEN_PRIVATE_KEY",),
        "account": ("TIGEROPEN_ACCOUNT",),
        "token": ("TIGEROPEN_TOKEN",),
    },
    usable={"private_key": lambda text: rsa_keys.load(text, lenient=True)},
    http=HttpSigning(
        base_url="https://openapi.tigerfintech.com",
        asked=asked,
        as_sent=lambda _credential, _input, output: output,
        secret_members=("private_key", "token"),
        request_input=received_input,
        sending=sending,
        recorded=recorded,
        signed_stage="sign_content",
        sent_secrets=sent_secrets,
    ),
    program=PROGRAM,
    direct=("load-key", "sign"),
    one_by_one=("load-key",),
    features={"strict-keys": "Can be told to take well-formed keys only."},
    read_settings=read_settings,
    opened=opened,
    mistakes="signproof.mistakes.tiger_rsa",
    behaviours="signproof.behaviours.tiger_rsa",
    oracle="signproof.oracles.tiger_rsa",
)
