"""Known-failing files."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from signproof import cli, known

pytestmark = pytest.mark.once

IDS = ["longbridge-hmac/timestamp/seconds", "longbridge-hmac/timestamp/milliseconds"]
FIRST, SECOND = IDS
ENTRY = f'[[known]]\nid = "{FIRST}"\nreason = "sends no fraction"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("# nothing is known to fail\n", {}),
        ("known = []\n", {}),
        (ENTRY, {FIRST: known.Known("sends no fraction")}),
        (ENTRY + 'says = "a"\n', {FIRST: known.Known("sends no fraction", "a")}),
        (
            f'{ENTRY}link = "https://example.org/1"\n[[known]]\nid = "{SECOND}"\nreason = "x"\n',
            {
                FIRST: known.Known("sends no fraction (https://example.org/1)"),
                SECOND: known.Known("x"),
            },
        ),
    ],
)
def test_read(text: str, expected: dict[str, known.Known], tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    path.write_text(text)
    assert known.read(path, IDS) == expected


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (
            b'[[known]]\nid = "longbridge-hmac/timestamp/none"\nreason = "x"\n',
            "there is no vector longbridge-hmac/timestamp/none: take the entry out",
        ),
        ((ENTRY * 2).encode(), f"{FIRST} is listed twice"),
        (
            f'[[known]]\nid = "{FIRST}"\n'.encode(),
            "Object missing required field `reason` - at `$.known[0]`",
        ),
        (
            f'[[known]]\nid = "{FIRST}"\nreason = ""\n'.encode(),
            "Expected `str` of length >= 1 - at `$.known[0].reason`",
        ),
        (
            b'[[known]]\nreason = "x"\n',
            "Object missing required field `id` - at `$.known[0]`",
        ),
        (
            ENTRY.encode() + b'since = "1.0"\n',
            "Object contains unknown field `since` - at `$.known[0]`",
        ),
        (b'[[knwon]]\nid = "x"\n', "Object contains unknown field `knwon`"),
        (b"known = 1\n", "Expected `array`, got `int` - at `$.known`"),
        (b"[[known\n", "Expected ']]' at the end of an array declaration (at line 1, column 8)"),
        (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (None, "No such file or directory"),
    ],
)
def test_refused(octets: bytes | None, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "known.toml"
    if octets is not None:
        path.write_bytes(octets)
    with pytest.raises(known.KnownError) as caught:
        known.read(path, IDS)
    assert str(caught.value) == f"{path}: {problem}"


@pytest.mark.parametrize(
    ("adapter", "entries", "exit_code", "out", "err"),
    [
        ("AlwaysWrong", [FIRST, SECOND], 0, "2 xfail", ""),
        ("AlwaysWrong", [FIRST], 1, "1 fail · 1 xfail", ""),
        ("CrashAlways", [FIRST, SECOND], 0, "2 xfail", ""),
        ("Good", [FIRST], 1, "1 xpass · 1 pass", ""),
        ("Skips", [FIRST], 3, "2 skip", ""),
        ("Good", ["longbridge-hmac/x/y"], 2, None, "there is no vector longbridge-hmac/x/y"),
    ],
)
def test_in_a_run(
    adapter: str,
    entries: list[str],
    exit_code: int,
    out: str | None,
    err: str,
    command: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    tmp_path: Path,
) -> None:
    path = tmp_path / "known.toml"
    path.write_text("".join(f'[[known]]\nid = "{id_}"\nreason = "why"\n' for id_ in entries))
    words = ["verify", "--id", FIRST, "--id", SECOND, "--known-failing", str(path)]
    words += ["--", *command(adapter)]
    monkeypatch.setattr(sys, "argv", ["signproof", *words])
    with pytest.raises(SystemExit) as caught:
        cli.signproof()
    assert caught.value.code == exit_code
    streams = capsys.readouterr()
    if out is not None:
        assert streams.out.splitlines()[-1] == out
    assert err in streams.err
