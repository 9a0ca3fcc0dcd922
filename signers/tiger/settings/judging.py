"""From octets and variables to findings, and to settings where nothing fatal was found.

Nothing here raises for what the file or the variables hold.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from signers.rsa_keys import Form, PublicKey, look
from signers.secret import Secret
from signers.tiger.accounts import Environment, Licence
from signers.tiger.settings.findings import Finding, Trap
from signers.tiger.settings.lines import (
    MARK,
    Entry,
    as_properties,
    differences,
    line_of,
)
from signers.tiger.settings.model import (
    KEYS,
    PRIVATE_KEYS,
    VARIABLES,
    FoundKey,
    Language,
    Settings,
)
from signers.tiger.settings.shapes import FULL_TICK, complaint, host_of, peeled, socket_address

__all__ = ["LARGEST", "MOST_LINES", "Judgement", "judge"]

LARGEST = 32_768
"""Octets; two keys of 8192 bits have less than half of it."""
MOST_LINES = 1_000
"""Lines; the library's time grows with their square where each continues the one before."""

_FORMS = {"private_key_pk1": Form.PKCS1, "private_key_pk8": Form.PKCS8}
_EXACT = frozenset(
    {*PRIVATE_KEYS, "tiger_id", "account", "license", "env", "secret_key", "token", "server_url"}
)
_US_HOST = "tradeup.com"
_HOSTS = (_US_HOST, "tigerfintech.com")
_LONGEST_KEY = 40
_RESEMBLING = 0.75


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that can be said of a file, with or without variables."""

    findings: tuple[Finding, ...]
    """By line, what has no line at the end."""
    settings: Settings | None
    """None where a finding is fatal."""
    keys: tuple[FoundKey, ...] = ()
    """Every private key there is, the one that counts first."""


@dataclass(frozen=True, slots=True, repr=False)
class _Value:
    """One value as it stands; a repr of it shows nothing."""

    name: str
    """Which setting it is."""
    key: str
    """The key or variable where it stands."""
    line: int | None
    text: str
    used: bool
    """Whether it counts, or another one beats it."""


@dataclass(slots=True, repr=False)
class _Work:
    """What was found so far."""

    findings: list[Finding] = field(default_factory=list)
    cores: dict[str, tuple[_Value, str]] = field(default_factory=dict)
    """By setting: the value that counts, and its text as it is used."""
    present: set[str] = field(default_factory=set)
    """The settings that have a value, whatever it is."""
    keys: list[tuple[_Value, PublicKey | None]] = field(default_factory=list)
    """The private keys in the file that can be read, with their public halves."""
    found: list[FoundKey] = field(default_factory=list)
    """All private keys."""

    def add(
        self, value: _Value, trap: Trap, *, fatal: bool = False, detail: str | None = None
    ) -> None:
        """Note a trap in a value; it is not fatal where the value does not count."""
        self.findings.append(Finding(trap, value.line, value.key, fatal and value.used, detail))


def judge(
    data: str | bytes, environment: Mapping[str, str] | None = None, *, institutional: bool = False
) -> Judgement:
    """Judge a file's octets or text; *environment* as `read` has it."""
    octets = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    work = _Work()
    if len(octets) > LARGEST or line_of(octets, len(octets)) > MOST_LINES:
        return Judgement((Finding(Trap.TOO_LARGE),), None)
    if octets[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return Judgement((Finding(Trap.NOT_UTF8, detail="utf-16"),), None)
    text = octets.decode("utf-8", "replace")
    entries = _entries(octets, text, work)
    for value in _values(entries, environment or {}, work):
        _check(value, work)
    _compare_keys(work)
    _compare_host(work)
    _missing(entries, work, institutional=institutional)
    found = tuple(sorted(work.findings, key=_place))
    fatal = any(finding.fatal for finding in found)
    keys = tuple(sorted(work.found, key=lambda key: not key.used))
    return Judgement(found, None if fatal else _settings(work), keys)


def _place(finding: Finding) -> tuple[float, int]:
    line = float("inf") if finding.line is None else finding.line
    return line, list(Trap).index(finding.trap)


def _entries(octets: bytes, text: str, work: _Work) -> list[Entry]:
    """Return the settings with known keys; note what is wrong with the lines."""
    offset = _not_utf8(octets)
    if offset is not None:
        work.findings.append(Finding(Trap.NOT_UTF8, line_of(octets, offset)))
    entries, broken = as_properties(text)
    work.findings += broken
    work.findings += differences(text, entries)
    if text.startswith(MARK):
        lost = [entry.key[1:] for entry in entries if entry.key.startswith(MARK)]
        key = lost[0] if lost and lost[0] in KEYS else None
        work.findings.append(Finding(Trap.BYTE_ORDER_MARK, 1, key, fatal=False))
    lines: dict[str, int] = {}
    known = []
    for entry in entries:
        if entry.key in KEYS:
            known.append(entry)
            if entry.key in lines:
                earlier = str(lines[entry.key])
                finding = Finding(
                    Trap.DUPLICATE_KEY, entry.line, entry.key, fatal=False, detail=earlier
                )
                work.findings.append(finding)
            lines[entry.key] = entry.line
        elif not (entry.line == 1 and entry.key.startswith(MARK)):
            near = _nearest(entry.key)
            work.findings.append(Finding(Trap.UNKNOWN_KEY, entry.line, fatal=False, detail=near))
    return known


def _not_utf8(octets: bytes) -> int | None:
    """Return where *octets* stop being UTF-8; the codec's own error would hold them all."""
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _nearest(key: str) -> str | None:
    if len(key) > _LONGEST_KEY:
        return None
    near = difflib.get_close_matches(key.lower(), KEYS, 1, _RESEMBLING)
    return near[0] if near else None


def _values(entries: list[Entry], environment: Mapping[str, str], work: _Work) -> Iterator[_Value]:
    """Yield every value that is not empty; of a key that stands twice, the last."""
    last = {entry.key: entry for entry in entries}
    beaten = {}
    for variable, name in VARIABLES.items():
        text = environment.get(variable)
        if not text:
            continue
        work.present.add(name)
        for key in PRIVATE_KEYS if name == "private_key" else (name,):
            beaten[key] = variable
            entry = last.get(key)
            if entry and entry.value and entry.value != text:
                finding = Finding(Trap.OVERRIDDEN, entry.line, key, fatal=False, detail=variable)
                work.findings.append(finding)
        if _not_utf8(text.encode("utf-8", "surrogatepass")) is not None:
            work.findings.append(Finding(Trap.NOT_UTF8, None, variable))
        else:
            yield _Value(name, variable, None, text, used=True)
    private = next((key for key in PRIVATE_KEYS if key in last and last[key].value), None)
    for key, entry in last.items():
        if entry.value:
            work.present.add("private_key" if key in PRIVATE_KEYS else key)
            used = key not in beaten and (key not in PRIVATE_KEYS or key == private)
            yield _Value(key, key, entry.line, entry.value, used)


def _check(value: _Value, work: _Work) -> None:
    """Note what is wrong with one value, and keep the value where it counts."""
    private = value.name in PRIVATE_KEYS
    # A variable holds PEM with its lines: `signers.rsa_keys` tells what is odd about those.
    whole = private and value.line is None
    core, traps = (value.text, []) if whole else peeled(value.name, value.text)
    for trap in traps:
        harmless = value.name not in _EXACT or (private and trap is Trap.TRAILING_SPACE)
        work.add(value, trap, fatal=not harmless)
    if not core:
        return
    if private:
        _check_key(value, core, work)
    else:
        wrong = complaint(value.name, core)
        if wrong:
            work.add(value, wrong.trap, fatal=wrong.fatal, detail=wrong.detail)
            if wrong.trap is Trap.MALFORMED_VALUE:
                return
    # A private key is the same without white space around it; nothing else is repaired.
    if value.used and (private or not traps):
        work.cores["private_key" if private else value.name] = value, core


def _check_key(value: _Value, core: str, work: _Work) -> None:
    """Note what is wrong with one private key, and keep its public half for comparing."""
    work.found.append(FoundKey(value.key, value.line, Secret(core), value.used))
    found = look(core)
    if found.refusal is not None:
        work.add(value, Trap.KEY_UNREADABLE, fatal=True, detail=found.refusal.reason)
        return
    if found.repairs:
        work.add(value, Trap.KEY_NOT_WELL_FORMED, detail=", ".join(found.repairs))
    if found.form is not _FORMS.get(value.key, found.form):
        work.add(value, Trap.KEY_FORM, detail=found.form)
    if value.line is not None:
        work.keys.append((value, found.public))


def _compare_keys(work: _Work) -> None:
    """Note each key of the file that is another one than the first."""
    for value, public in work.keys[1:]:
        first, other = work.keys[0]
        if public != other:
            fatal = any(key.used for key, _ in work.keys)
            found = Finding(Trap.KEYS_DIFFER, value.line, value.key, fatal, first.key)
            work.findings.append(found)


def _compare_host(work: _Work) -> None:
    """Note a gateway of one family with a licence of the other; other hosts may be anything."""
    if "license" not in work.cores or "server_url" not in work.cores:
        return
    value, url = work.cores["server_url"]
    _, licence = work.cores["license"]
    host = f".{host_of(url)}"
    family = next((known for known in _HOSTS if host.endswith(f".{known}")), None)
    american = licence == Licence.TBUS
    if family and licence in {*Licence} and american is not (family == _US_HOST):
        work.add(value, Trap.HOST_MISMATCH, detail=licence)


def _missing(entries: list[Entry], work: _Work, *, institutional: bool) -> None:
    """Note what is absent or empty."""
    empty = {entry.key: entry.line for entry in entries if not entry.value}
    for name in ("tiger_id", "private_key", "account"):
        if name not in work.present:
            keys = PRIVATE_KEYS if name == "private_key" else (name,)
            line = next((empty[key] for key in keys if key in empty), None)
            fatal = name != "account"
            work.findings.append(Finding(Trap.SETTING_MISSING, line, name, fatal))
    line = empty.get("secret_key")
    if "secret_key" not in work.present and (institutional or line is not None):
        found = Finding(Trap.SECRET_KEY_MISSING, line, "secret_key", institutional)
        work.findings.append(found)


def _settings(work: _Work) -> Settings:
    """Return the settings; nothing fatal was found, so that what is needed is there."""
    texts = {name: core for name, (_, core) in work.cores.items()}
    licence, environment = texts.get("license"), texts.get("env")
    secret_key, token = texts.get("secret_key"), texts.get("token")
    timeout, duration = texts.get("timeout"), texts.get("token_refresh_duration")
    address, language = texts.get("socket_host_port"), texts.get("language")
    full_tick = texts.get("use_full_tick")
    return Settings(
        tiger_id=texts["tiger_id"],
        private_key=Secret(texts["private_key"]),
        private_key_name=work.cores["private_key"][0].key,
        account=texts.get("account"),
        licence=Licence(licence) if licence else None,
        environment=Environment(environment.upper()) if environment else Environment.PROD,
        secret_key=Secret(secret_key) if secret_key else None,
        token=Secret(token) if token else None,
        server_url=texts.get("server_url"),
        timeout=int(timeout) if timeout else None,
        token_refresh_duration=int(duration) if duration else None,
        socket_host_port=socket_address(address) if address else None,
        use_full_tick=FULL_TICK[full_tick.lower()] if full_tick else None,
        timezone=texts.get("timezone"),
        language=Language(language) if language else None,
    )
