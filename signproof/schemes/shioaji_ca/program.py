"""How programs are pointed at the mock of the local server, and what SDKs may do."""

from signproof.scheme import Program

__all__ = ["PROGRAM"]

PROGRAM = Program(
    mock="signproof.mocks.shioaji.serving",
    credential={
        "api_key": "EXAMPLE0API0KEY",
        "secret_key": "5fhBhHtTASTgbaEqCrV1tFVbgST7aLwNu1Ps3abufPQt",
        "person_id": "Z199999999",
    },
    address=(),
    fixed={"SJ_HTTP_ADDR": "{authority}"},
    withheld=(
        "SJ_API_KEY",
        "SJ_SEC_KEY",
        "SJ_CA_PATH",
        "SJ_CA_PASSWD",
        "SJ_PRODUCTION",
        "SJ_HTTP_ADDR",
        "SJ_HTTP_AUTH",
        "SJ_RECEIVE_WINDOW",
        "SJ_AGENT_HARNESS_SECRET",
        "SJ_AGENT_HARNESS_BROKER_TOKEN",
    ),
    isolated=True,
    starts_from_env=True,
)
"""The secret is 32 octets in base58, as the SDK wants it (observed), made up.

SJ_HTTP_ADDR is where the server listens (documented) and where shioaji-cli looks for it (observed,
1.7.9). No variable is known from which an SDK takes another address than the broker's: a login goes
there wherever a network is.
"""
