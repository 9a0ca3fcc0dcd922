"""The examination of Shioaji's ``.env``: what is not read as meant, and the pfx that it names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from signers.pfx import PathHint, path_hints
from signers.shioaji.env import (
    LARGEST,
    PAGE_KEYS,
    Dialect,
    Finding,
    Reading,
    Trap,
    inspect,
    read,
)
from signers.tiger.settings import FILE_NAME
from signproof.doctor.env_lines import env_view
from signproof.doctor.examiner import Options, open_to_others, wrong_first
from signproof.doctor.files import Source, SourceUnreadable, read_file, shown
from signproof.doctor.model import Examination, Level, Matter, Subject
from signproof.doctor.pfx import see_pfx
from signproof.doctor.pfx_view import PasswordFrom
from signproof.doctor.settings import KEY_ITSELF, is_settings

__all__ = ["ENV_NAME", "examine_env", "settings_in"]

_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?(SJ_[A-Z_]+)[ \t]*=", re.MULTILINE)
ENV_NAME = ".env"
"""Under which both readers look for it."""
_PATH, _PASSWORD = "SJ_CA_PATH", "SJ_CA_PASSWD"
_CA_KEYS = {_PATH, _PASSWORD}
_READERS = {Dialect.PYTHON: "python-dotenv", Dialect.SERVER: "the server"}
_NOTES = {
    Trap.BYTE_ORDER_MARK,
    Trap.SPACED_COMMENT,
    Trap.OVERRIDDEN,
    Trap.PATH_BACKSLASH,
    Trap.PATH_NOT_ASCII,
}
"""What some read as meant, or may be meant so."""
_SAYS_WHO = {
    Trap.NOT_UTF8,
    Trap.BYTE_ORDER_MARK,
    Trap.SERVER_STOPS,
    Trap.NOT_REACHED,
    Trap.PYTHON_SKIPS,
    Trap.SPACED_COMMENT,
}
"""Findings whose own words say whose reading it is."""


def examine_env(source: Source, options: Options) -> tuple[Examination, ...]:
    """Examine a ``.env`` as its two readers read it, and the pfx that it names."""
    if not _is_env(source):
        return ()
    octets = source.octets.reveal()
    readings: dict[Dialect, Reading] = {}
    if len(octets) <= LARGEST:
        readings = {dialect: read(octets, dialect, options.environment) for dialect in Dialect}
    findings = inspect(octets, options.environment)
    ca, of_ca = _ca(source, readings, options)
    matters = [*map(_matter, _joined(_telling(findings, readings))), *of_ca]
    if source.path.name != ENV_NAME:
        matters.append(_OTHER_NAME)
    matters += open_to_others(source, "its secrets are its owner's alone")
    examination = Examination(
        path=shown(source.path),
        subject=Subject.SHIOAJI_ENV,
        what=_what(readings),
        matters=wrong_first(matters),
        keys=(),
        sdks=(),
        conversions=(),
        env=env_view(tuple(readings.values())),
    )
    return (examination, *ca)


def settings_in(source: Source) -> set[str]:
    """Return the names of Shioaji's that lines of a file set."""
    return set(_LINE.findall(source.text))


def _is_env(source: Source) -> bool:
    """Tell whether a file is Shioaji's ``.env``, by what stands in it, else by its name."""
    text = source.text
    if source.path.name == FILE_NAME or text.lstrip().startswith(KEY_ITSELF):
        return False
    if settings_in(source):
        return True
    return source.path.name.endswith(ENV_NAME) and not is_settings(source)


def _what(readings: Mapping[Dialect, Reading]) -> str:
    counts = [
        f"{_READERS[dialect]} reads {sum(1 for key in PAGE_KEYS if reading.values.get(key))}"
        for dialect, reading in readings.items()
    ]
    if not counts:
        return "Shioaji's .env"
    return f"Shioaji's .env; of the page's {len(PAGE_KEYS)} settings {', '.join(counts)}"


_NO_PASSWORD = Matter(
    level=Level.WRONG,
    id="ca-password",
    message="the server reads none, or none that is known, to open the pfx with: set it once, in "
    "single quotes",
    setting=_PASSWORD,
)
_OTHER_NAME = Matter(
    level=Level.NOTE,
    id="other-name",
    message="both readers look for a file named .env: name it so where it is to be used",
)


def _telling(findings: Iterable[Finding], readings: Mapping[Dialect, Reading]) -> Iterator[Finding]:
    """Leave out that something is missing where reading ended before it, which is said already."""
    for one in findings:
        reading = readings.get(one.dialect) if one.dialect else None
        if one.trap is not Trap.SETTING_MISSING or reading is None or reading.stopped_at is None:
            yield one
            continue
        python = readings[Dialect.PYTHON]
        if python.stopped_at is None and not python.values.get(one.key or ""):
            yield one


def _joined(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield one finding of nobody's reading for two that are the same in both readings."""
    readers: dict[Finding, list[Dialect | None]] = {}
    for one in findings:
        readers.setdefault(replace(one, dialect=None), []).append(one.dialect)
    for one, found in readers.items():
        yield replace(one, dialect=found[0] if len(found) == 1 else None)


def _matter(finding: Finding) -> Matter:
    message = finding.advice
    if finding.dialect is not None and finding.trap not in _SAYS_WHO:
        message = f"as {_READERS[finding.dialect]} reads it: {message}"
    return Matter(
        level=Level.NOTE if _may_be_meant(finding) else Level.WRONG,
        id=finding.trap.value,
        message=message,
        setting=finding.key or "",
        line=finding.line,
    )


def _may_be_meant(finding: Finding) -> bool:
    """Tell whether a finding is no more than to be known."""
    if finding.trap is Trap.SETTING_MISSING:  # without a CA there still is simulation
        return finding.key in _CA_KEYS and finding.dialect is None
    if finding.trap is Trap.SUBSTITUTED:
        return finding.detail == "both"
    if finding.trap is Trap.UNKNOWN_KEY:
        return finding.detail is None
    if finding.trap is Trap.IN_DOUBT:  # other programs' settings are theirs
        return finding.key is None
    return finding.trap in _NOTES


def _ca(
    source: Source, readings: Mapping[Dialect, Reading], options: Options
) -> tuple[tuple[Examination, ...], list[Matter]]:
    """Examine the pfx that the file names: a relative path is from the file's own folder.

    The path and the password are those that the server reads; the path that python-dotenv reads
    where the server reads none.
    """
    reading = next(
        (
            readings[dialect]
            for dialect in (Dialect.SERVER, Dialect.PYTHON)
            if dialect in readings and readings[dialect].values.get(_PATH)
        ),
        None,
    )
    if reading is None:
        return (), []
    # As it was encoded: a name that is not UTF-8 may come from the environment.
    text = reading.values[_PATH].reveal().decode("utf-8", "surrogatepass")
    path = source.path.parent / text
    try:
        ca = read_file(path)
    except SourceUnreadable as error:
        hints = {*path_hints(text), *path_hints(str(path))}
        told = "".join(f"; {hint.value}" for hint in PathHint if hint in hints)
        message = f"no pfx can be read at this path ({error.what}): check it{told}"
        lines = [entry.line for entry in reading.entries if entry.key == _PATH]
        line = lines[-1] if lines else None
        return (), [
            Matter(level=Level.WRONG, id="ca-file", message=message, setting=_PATH, line=line)
        ]
    password = readings[Dialect.SERVER].values.get(_PASSWORD)
    if not password:
        return (see_pfx(ca, options),), [_NO_PASSWORD]
    options = replace(options, password=password, password_from=PasswordFrom.ENV)
    return (see_pfx(ca, options),), []
