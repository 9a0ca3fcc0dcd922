"""The mock for given credentials, as the harness puts it on a socket."""

from collections.abc import Callable, Iterable, Mapping

from signers import rsa_keys
from signers.secret import Secret
from signproof.mocks.tiger.core import TigerMock
from signproof.mocks.tiger.developers import Account, Developer
from signproof.mocks.tiger.example_keys import gateway_key

__all__ = ["served"]


def served(credentials: Iterable[Mapping[str, str]], clock: Callable[[], float]) -> TigerMock:
    """Return a mock with a developer for each of *credentials*; *clock* returns Unix seconds.

    The members are ``tiger_id``, ``private_key`` (one base64 line of PKCS#1 or PKCS#8) and
    ``account``; for institutions ``secret_key``, for the licence TBHK ``token``. Answers are signed
    with a made-up key whose public half is `signproof.mocks.tiger.response_public_key()`.

    Raises KeyRefused and what `TigerMock` raises.
    """
    return TigerMock(
        [_developer(values) for values in credentials],
        response_key=gateway_key().rsa,
        clock=clock,
    )


def _developer(values: Mapping[str, str]) -> Developer:
    return Developer(
        values["tiger_id"],
        rsa_keys.load(values["private_key"]).public.rsa,
        (Account(values["account"]),),
        secret_key=_secret(values, "secret_key"),
        token=_secret(values, "token"),
    )


def _secret(values: Mapping[str, str], name: str) -> Secret | None:
    return Secret(values[name]) if values.get(name) else None
