"""The shape of one value: what surrounds it and should not, and whether the key takes it."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from signers.errors import InvalidInput
from signers.tiger.accounts import Environment, Licence, account_kind, has_secret_key_shape
from signers.tiger.settings.findings import Trap
from signers.tiger.settings.model import PRIVATE_KEYS, Language, SocketAddress
from signers.tiger.token import parse_token

__all__ = ["FULL_TICK", "Complaint", "complaint", "host_of", "peeled", "socket_address"]

FULL_TICK = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
"""What stands for true is Python's (source); all else is false there, and that of no use."""

_VISIBLE = re.compile(r"[!-~]+")
_NUMBER = re.compile(r"[0-9]{1,9}")
_SOCKET = re.compile(r"([A-Za-z]+) *, *([A-Za-z0-9.-]+) *, *([0-9]{1,5})")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_UUID_LENGTH = 36
_LEAST_QUOTED = 2


class Complaint(NamedTuple):
    """Why a key does not take a value."""

    trap: Trap
    fatal: bool
    detail: str | None = None


def peeled(name: str, text: str) -> tuple[str, list[Trap]]:
    """Return the value without what is around it by mistake, and what that was.

    Quotation marks around a private key are left to `signers.rsa_keys`.
    """
    core, traps = text, []
    before, mark, _ = core.partition("#")
    if mark:
        traps.append(Trap.INLINE_COMMENT)
        core = before.strip()
    if core.strip() != core:
        traps.append(Trap.TRAILING_SPACE)
        core = core.strip()
    quoted = len(core) >= _LEAST_QUOTED and core[0] in "\"'" and core[-1] == core[0]
    if quoted and name not in PRIVATE_KEYS:
        traps.append(Trap.QUOTED)
        core = core[1:-1]
    return core, traps


def complaint(name: str, core: str) -> Complaint | None:
    """Return why the key *name* (not a private key) does not take *core*, None where it does."""
    return _CHECKS[name](core)


def host_of(url: str) -> str | None:
    """Return the host of an absolute http or https address that shows no password, else None."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return None
    plain = not parts.query and not parts.fragment and _VISIBLE.fullmatch(url)
    return parts.hostname if good and plain else None


def socket_address(text: str) -> SocketAddress | None:
    """Return the three parts of ``ssl,host,port``, None where the text has another form."""
    match = _SOCKET.fullmatch(text)
    if match is None or not 0 < int(match[3]) <= 0xFFFF:  # noqa: PLR2004
        return None
    return SocketAddress(match[1], match[2], int(match[3]))


def _taken(takes: Callable[[str], object], *, fatal: bool) -> Callable[[str], Complaint | None]:
    """Return a check that complains where *takes* is not true of the value."""
    return lambda core: None if takes(core) else Complaint(Trap.MALFORMED_VALUE, fatal)


def _member(members: type[Licence | Environment], text: str, trap: Trap) -> Complaint | None:
    for member in members:
        if text == member.value:
            return None
        if text.startswith(member.value):
            return Complaint(Trap.GLUED_TEXT, fatal=True, detail=member.value)
    return Complaint(trap, fatal=True)


def _licence(core: str) -> Complaint | None:
    return _member(Licence, core, Trap.UNKNOWN_LICENCE)


def _environment(core: str) -> Complaint | None:
    return _member(Environment, core.upper(), Trap.UNKNOWN_ENVIRONMENT)


def _account(core: str) -> Complaint | None:
    return None if account_kind(core) else Complaint(Trap.ACCOUNT_SHAPE, _is_hidden(core))


def _secret_key(core: str) -> Complaint | None:
    if has_secret_key_shape(core):
        return None
    if has_secret_key_shape(core[:_UUID_LENGTH]):
        return Complaint(Trap.GLUED_TEXT, fatal=True)
    return Complaint(Trap.SECRET_KEY_SHAPE, _is_hidden(core))


def _token(core: str) -> Complaint | None:
    try:
        parse_token(core)
    except InvalidInput as error:
        return Complaint(Trap.TOKEN_SHAPE, _is_hidden(core), error.reason)
    return None


def _is_hidden(core: str) -> bool:
    """Tell whether something else than visible ASCII is there, which surely is no value."""
    return not _VISIBLE.fullmatch(core)


_CHECKS: dict[str, Callable[[str], Complaint | None]] = {
    "tiger_id": _taken(_VISIBLE.fullmatch, fatal=True),
    "account": _account,
    "license": _licence,
    "env": _environment,
    "secret_key": _secret_key,
    "token": _token,
    "server_url": _taken(host_of, fatal=True),
    "timeout": _taken(_NUMBER.fullmatch, fatal=False),
    "token_refresh_duration": _taken(_NUMBER.fullmatch, fatal=False),
    "socket_host_port": _taken(socket_address, fatal=False),
    "use_full_tick": _taken(lambda core: core.lower() in FULL_TICK, fatal=False),
    "timezone": _taken(_ZONE.fullmatch, fatal=False),
    "language": _taken(lambda core: core in {*Language}, fatal=False),
}
