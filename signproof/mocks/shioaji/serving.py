"""The mock for given credentials or a ``.env``, as the harness puts it on a socket."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from signers import pfx
from signers.errors import InvalidInput
from signers.secret import Secret
from signers.shioaji import (
    CertificateFacts,
    Credentials,
    CredentialsRefused,
    format_expire_time,
)
from signers.shioaji import flow as flows
from signers.shioaji.env import Dialect, Trap, inspect, read
from signproof.mocks.replies import Started
from signproof.mocks.shioaji.core import ShioajiMock
from signproof.mocks.shioaji.gate import Auth, is_loopback
from signproof.mocks.shioaji.session import EXAMPLE_PERSON, example_key

__all__ = [
    "ReadingStopped",
    "SeveralCredentials",
    "UnknownMode",
    "served",
    "served_from",
    "started",
]

_PASSWORD = (
    pfx.EmptyPassword,
    pfx.NoMac,
    pfx.PasswordNeeded,
    pfx.UnusablePassword,
    pfx.WrongPassword,
)
_SECRET = ("SJ_SEC_KEY", "SJ_CA_PASSWD")
_PATH = (pfx.FileMissing, pfx.FileUnreadable, pfx.NotAFile)
_UNKNOWN_AUTH = (
    "SJ_HTTP_AUTH: whether the server takes this for true is not known; this mock goes by the "
    "address, as where nothing is set"
)
_PAIR = (pfx.KeyMismatch, pfx.NoCertificate, pfx.NoKey, pfx.NothingInside)


class SeveralCredentials(ValueError):
    """A local server is one person's."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            f"the local server has one session, not {count}: start a mock for each credential"
        )


class ReadingStopped(InvalidInput):
    """The server's reader stops before it has read key and secret."""

    reason = "reading-stopped"

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(
            f"line {line}: the server stops reading here, silently, before it has key and secret: "
            "mend the line (`signproof doctor` says what is wrong with it)"
        )


class UnknownMode(InvalidInput):
    """SJ_PRODUCTION is neither ``true`` nor ``false``."""

    reason = "unknown-mode"

    def __init__(self, line: int | None) -> None:
        self.line = line
        """Where it stands in the ``.env``, from 1; None for the environment."""
        where = "in the environment" if line is None else f"line {line}"
        super().__init__(
            f"{where}, SJ_PRODUCTION: it is neither true nor false, with which the server does not "
            "start: write one of the two, or leave it out for simulation"
        )


def served(credentials: Iterable[Mapping[str, str]], clock: Callable[[], float]) -> ShioajiMock:
    """Return a mock in simulation, logged in, that asks everybody for the one of *credentials*.

    The members are ``api_key`` and ``secret_key``, and ``person_id`` for whose accounts the key
    has. *clock* returns Unix seconds.

    Raises SeveralCredentials, and what `Credentials.load` raises.
    """
    every = [
        (one["api_key"], Secret(one["secret_key"]), one.get("person_id", EXAMPLE_PERSON))
        for one in credentials
    ]
    del credentials  # a traceback that shows local variables must not show them
    if len(every) != 1:
        raise SeveralCredentials(len(every))
    api_key, secret_key, person_id = every[0]
    loaded = Credentials.load(api_key, secret_key)
    mock = ShioajiMock(loaded, clock=clock, auth=Auth.ON)
    mock.log_in(example_key(api_key, person_id))
    return mock


def served_from(
    env_octets: bytes,
    folder: str | os.PathLike[str],
    environment: Mapping[str, str],
    clock: Callable[[], float],
    *,
    policy: flows.Policy = flows.Policy.STRICT,
) -> tuple[ShioajiMock, tuple[str, ...]]:
    """Return a mock started as ``shioaji server start`` starts, and what is worth saying of it.

    *env_octets* is the ``.env``, read as the server reads it; the variables of *environment* go
    before it; the CA's path is relative to *folder*, in which the server is started. *clock*
    returns Unix seconds. The broker knows the key, made up as one that may do everything, with
    accounts of the certificate's person.

    The mock starts all the same where the CA is not activated, as the original does (inferred: the
    pages do not say so); the reason is among the notes, then. No note holds a value but the CA's
    path.

    Raises UnknownMode for another SJ_PRODUCTION than true and false: shioaji-cli 1.7.9 was seen to
    end with exit code 2 for `1`. CredentialsRefused for key and secret, which are required
    (documented), NotUtf8.
    """
    reading = read(env_octets, Dialect.SERVER, environment)
    settings = reading.values
    if _text(settings, "SJ_PRODUCTION") not in {"true", "false"} and "SJ_PRODUCTION" in settings:
        lines = {entry.key: entry.line for entry in reading.entries}
        line = None if "SJ_PRODUCTION" in environment else lines.get("SJ_PRODUCTION")
        del env_octets, environment  # as below
        raise UnknownMode(line)
    notes = [
        str(finding)
        for finding in inspect(env_octets, environment)
        if finding.dialect is not Dialect.PYTHON and finding.trap is not Trap.SETTING_MISSING
    ]
    del env_octets, environment  # a traceback that shows local variables must not show them
    if _text(settings, "SJ_HTTP_AUTH") not in {"true", "false"} and "SJ_HTTP_AUTH" in settings:
        notes.append(_UNKNOWN_AUTH)
    credentials = Credentials.load(
        _text(settings, "SJ_API_KEY"), settings.get("SJ_SEC_KEY", Secret(b""))
    )
    production = _text(settings, "SJ_PRODUCTION") == "true"
    mock = ShioajiMock(
        credentials,
        clock=clock,
        mode=flows.Mode.PRODUCTION if production else flows.Mode.SIMULATION,
        auth=_auth(settings),
        policy=policy,
    )
    opened, why = _opened(settings, Path(folder))
    person_id = opened.person_id if isinstance(opened, CertificateFacts) else None
    mock.log_in(example_key(credentials.api_key, person_id or EXAMPLE_PERSON))
    if opened is not None:
        outcome = mock.activate(opened)
        if isinstance(outcome, flows.Refused):
            why = f"the CA was not activated ({outcome.message}): {why or outcome.fault.advice}"
    return mock, (*notes, *([why] if why else []))


def started(
    env_octets: bytes,
    folder: str | os.PathLike[str],
    environment: Mapping[str, str],
    clock: Callable[[], float],
) -> Started:
    """Return the mock of `served_from` with what `signproof serve` tells of it.

    Raises ReadingStopped besides.
    """
    found = read(env_octets, Dialect.SERVER, environment)
    settings = found.values
    try:
        mock, notes = served_from(env_octets, folder, environment, clock)
    except CredentialsRefused:
        if found.stopped_at is not None and not {"SJ_API_KEY", "SJ_SEC_KEY"} <= settings.keys():
            raise ReadingStopped(found.stopped_at) from None
        raise
    finally:
        del env_octets, environment
    until = [
        f"{one.person_id or 'nobody'} until {format_expire_time(one.not_after)} UTC"
        for one in mock.certificates
    ]
    state = ", ".join([mock.mode.value, mock.state.value, *until])
    secrets = tuple(settings[name] for name in _SECRET if name in settings)
    return Started(mock, state, _text(settings, "SJ_HTTP_ADDR"), notes, secrets)


def _opened(
    settings: Mapping[str, Secret], folder: Path
) -> tuple[CertificateFacts | flows.OpenFailure | None, str | None]:
    """Return what the CA file gives, and why not where it gives nothing."""
    path = _text(settings, "SJ_CA_PATH")
    if not path:
        return None, "SJ_CA_PATH is not read: no CA is activated, which production orders need"
    try:
        opened = pfx.open_file(folder / path, settings.get("SJ_CA_PASSWD"))
    except pfx.PfxRefused as error:
        return _failure(error), str(error)
    return CertificateFacts.of(opened.leaf.x509), None


def _failure(error: pfx.PfxRefused) -> flows.OpenFailure:
    """Return what the SDK makes of a file that is refused.

    Observed are a missing file, what is no pfx, a wrong or empty password, no MAC, and a key or
    certificate alone; the others are put to those that they resemble (inferred).
    """
    if isinstance(error, _PASSWORD):
        return flows.OpenFailure.WRONG_PASSWORD
    if isinstance(error, _PATH):
        return flows.OpenFailure.FILE_MISSING
    return flows.OpenFailure.NO_PAIR if isinstance(error, _PAIR) else flows.OpenFailure.NOT_PFX


def _auth(settings: Mapping[str, Secret]) -> Auth:
    """Return who is asked for key and secret.

    Documented: nobody where the server listens on loopback, as it does where nothing is set;
    everybody otherwise; and SJ_HTTP_AUTH, true or false. What another value does is not known; here
    it counts for nothing.
    """
    said = _text(settings, "SJ_HTTP_AUTH")
    if said in {"true", "false"}:
        return Auth.ON if said == "true" else Auth.OFF
    address = _text(settings, "SJ_HTTP_ADDR")
    host = address.rpartition(":")[0].strip("[]")
    return Auth.REMOTE if not address or is_loopback(host) else Auth.ON


def _text(settings: Mapping[str, Secret], name: str) -> str:
    """Return a value that is no secret, the empty text where there is none.

    One from the environment need not be UTF-8; as a path it still names the file.
    """
    value = settings.get(name)
    return "" if value is None else value.reveal().decode("utf-8", "surrogatepass")
