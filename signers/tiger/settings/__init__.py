"""The settings file `tiger_openapi_config.properties`, and what goes wrong with it.

`read` and `read_file` return `Settings` or raise `SettingsRefused`; `inspect` and `inspect_file`
return every `Finding` and never raise for what they are given; `judge` returns all at once, the
private keys as they stand included. The values are those that the Python SDK reads (real Java
properties); where the Java SDK reads a line otherwise, a finding says so. Nothing is guessed, and
no finding or error holds a value.

The process's own environment is never looked at: pass ``os.environ`` where it shall count.
"""

import os
from collections.abc import Mapping

from signers.tiger.settings.files import judge_file, with_key
from signers.tiger.settings.findings import Difference, Finding, SettingsRefused, Trap
from signers.tiger.settings.judging import LARGEST, MOST_LINES, Judgement, judge
from signers.tiger.settings.model import (
    FILE_NAME,
    KEYS,
    PATH_VARIABLE,
    PRIVATE_KEYS,
    VARIABLES,
    FoundKey,
    Language,
    Settings,
    SocketAddress,
)

__all__ = [
    "FILE_NAME",
    "KEYS",
    "LARGEST",
    "MOST_LINES",
    "PATH_VARIABLE",
    "PRIVATE_KEYS",
    "VARIABLES",
    "Difference",
    "Finding",
    "FoundKey",
    "Judgement",
    "Language",
    "Settings",
    "SettingsRefused",
    "SocketAddress",
    "Trap",
    "inspect",
    "inspect_file",
    "judge",
    "read",
    "read_file",
    "with_key",
]


def read(
    data: str | bytes, environment: Mapping[str, str] | None = None, *, institutional: bool = False
) -> Settings:
    """Return the settings in a file's octets (UTF-8) or text.

    A variable of *environment* (`VARIABLES`) that is not empty beats the file. *institutional* says
    that a secret_key is needed, which the file itself does not tell.

    Raises SettingsRefused where a finding is fatal: a credential or an address that is missing, or
    that no one can have meant as it stands.
    """
    judgement = judge(data, environment, institutional=institutional)
    del data, environment  # a traceback that shows local variables must not show them
    return _settings(judgement)


def inspect(
    data: str | bytes, environment: Mapping[str, str] | None = None, *, institutional: bool = False
) -> list[Finding]:
    """Return all that is wrong or odd, by line, what has no line at the end; as of `read`."""
    return list(judge(data, environment, institutional=institutional).findings)


def read_file(
    path: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    institutional: bool = False,
) -> Settings:
    """Return the settings of the file at *path*, or of `FILE_NAME` in the folder there.

    As with the Python SDK (source), the variable `PATH_VARIABLE` beats *path*, the current folder
    is taken without either, and the variable of the private key may name the key's file. Unlike
    it, a path to no file is refused and not looked for under the usual name beside it, and a
    missing file is refused even where variables would do: `read` takes no octets for that.

    Raises SettingsRefused.
    """
    judgement = judge_file(path, environment, institutional=institutional)
    del environment  # a traceback that shows local variables must not show it
    return _settings(judgement)


def inspect_file(
    path: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    institutional: bool = False,
) -> list[Finding]:
    """Return all that is wrong or odd, as of `inspect`, with the file as of `read_file`."""
    return list(judge_file(path, environment, institutional=institutional).findings)


def _settings(judgement: Judgement) -> Settings:
    if judgement.settings is None:
        raise SettingsRefused(judgement.findings)
    return judgement.settings
