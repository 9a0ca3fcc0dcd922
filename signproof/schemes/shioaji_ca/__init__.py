"""Shioaji / SinoPac: API key and secret, CA activation, CA signatures."""

from signproof.scheme import Scheme
from signproof.schemes.shioaji_ca.check import signed_pkcs7
from signproof.schemes.shioaji_ca.hot import HOT
from signproof.schemes.shioaji_ca.model import Credential
from signproof.schemes.shioaji_ca.opened import opened
from signproof.schemes.shioaji_ca.operations import OPERATIONS, REASONS, prepare
from signproof.schemes.shioaji_ca.pipeline import PIPELINE, STAGES
from signproof.schemes.shioaji_ca.program import PROGRAM

__all__ = ["SCHEME"]

SCHEME = Scheme(
    id="shioaji-ca",
    title="Shioaji / SinoPac: API key, CA activation and CA signatures",
    credential=Credential,
    prepare=prepare,
    operations=OPERATIONS,
    reasons=REASONS,
    stages=STAGES,
    pipeline=PIPELINE,
    checks={"signed-pkcs7": signed_pkcs7},
    hot=HOT,
    typical="shioaji-ca/sign-pkcs1/usual",
    environment={"api_key": ("SJ_API_KEY",), "secret_key": ("SJ_SEC_KEY",)},
    program=PROGRAM,
    direct=("open-ca", "check-credentials", "read-env", "sign-pkcs1", "sign-pkcs7"),
    one_by_one=("open-ca", "legacy", "password", "refuse-open"),
    opened=opened,
    mistakes="signproof.mistakes.shioaji_ca",
    behaviours="signproof.behaviours.shioaji_ca",
    oracle="signproof.oracles.shioaji_ca",
)
