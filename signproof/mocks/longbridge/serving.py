"""The mock for given credentials, as the harness puts it on a socket."""

from collections.abc import Callable, Iterable, Mapping

from signers.secret import Secret
from signproof.mocks.longbridge.accounts import Account
from signproof.mocks.longbridge.core import LongbridgeMock

__all__ = ["served"]


def served(credentials: Iterable[Mapping[str, str]], clock: Callable[[], float]) -> LongbridgeMock:
    """Return a mock with an account for each of *credentials*; *clock* returns Unix seconds.

    Raises EmptyCredential or DuplicateAppKey.
    """
    return LongbridgeMock(
        [
            Account(values["app_key"], Secret(values["app_secret"]), Secret(values["access_token"]))
            for values in credentials
        ],
        clock=clock,
    )
