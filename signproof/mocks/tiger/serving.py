"""The mock for given credentials, as the harness puts it on a socket."""

from collections.abc import Callable, Iterable, Mapping

from signers import rsa_keys
from signers.secret import Secret
from signproof.mocks.tiger.core import TigerMock
from signproof.mocks.tiger.developers import Account, Developer
from signproof.mocks.tiger.envelope import ResponsePolicy
from signproof.mocks.tiger.example_keys import gateway_key, response_public_key

__all__ = ["served"]


def served(
    credentials: Iterable[Mapping[str, str]],
    clock: Callable[[], float],
    responses: ResponsePolicy | None = None,
) -> TigerMock:
    """Return a mock with a developer for each of *credentials*; *clock* returns Unix seconds.

    The members are ``tiger_id``, ``private_key`` (in any shape that needs no guess) and
    ``account``; for institutions ``secret_key``, for the licence TBHK ``token``.

    Answers are signed with a made-up key where every credential names its public half
    (`signproof.mocks.tiger.response_public_key()`) as ``tiger_public_key``. A client that was not
    told it checks with the broker's own key, and takes unsigned answers only: without *responses*
    it gets these.

    Raises KeyRefused and what `TigerMock` raises.
    """
    every = list(credentials)
    told = all(values.get("tiger_public_key") == response_public_key() for values in every)
    return TigerMock(
        [_developer(values) for values in every],
        response_key=gateway_key().rsa,
        clock=clock,
        responses=responses or (ResponsePolicy.SIGNED if told else ResponsePolicy.UNSIGNED),
    )


def _developer(values: Mapping[str, str]) -> Developer:
    return Developer(
        values["tiger_id"],
        rsa_keys.load(values["private_key"], lenient=True).public.rsa,
        (Account(values["account"]),),
        secret_key=_secret(values, "secret_key"),
        token=_secret(values, "token"),
    )


def _secret(values: Mapping[str, str], name: str) -> Secret | None:
    return Secret(values[name]) if values.get(name) else None
