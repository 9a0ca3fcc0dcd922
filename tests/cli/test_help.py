"""The table of commands, its help, and what showing it loads."""

import importlib
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click
import pytest

import signproof.cli
from signproof import schemes
from signproof.cli import COMMANDS, main
from signproof.cli import signproof as program

Run = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[2]
HEAVY = {"asyncio", "blake3", "httpx", "hypothesis", "msgspec", "respx", "rich"}


def test_every_module_is_a_command_and_every_command_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(signproof.cli.__path__)}
    shared = {"behind", "bench_asked", "bench_sent", "bench_signed", "common", "sdks"}
    assert {name.replace("-", "_") for name in COMMANDS} == modules - shared


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_its_name_and_help(run: Run, name: str) -> None:
    module = importlib.import_module(f"signproof.cli.{name.replace('-', '_')}")
    command = module.command
    assert isinstance(command, click.Command)
    assert command.name == name
    code, output, error = run(name, "--help")
    assert (code, error) == (0, "")
    assert output.startswith(f"Usage: signproof {name} ")
    assert not [option for option in command.params if not _is_explained(option)]


def _is_explained(option: click.Parameter) -> bool:
    return not isinstance(option, click.Option) or bool(option.help)


@pytest.mark.parametrize("name", ["lint", "write", "check", "adequacy"])
def test_a_command_below_vectors_has_its_help(run: Run, name: str) -> None:
    code, output, error = run("vectors", name, "--help")
    assert (code, error) == (0, "")
    assert output.startswith(f"Usage: signproof vectors {name} ")


def test_the_table_is_shown(run: Run) -> None:
    code, output, error = run("--help")
    assert (code, error) == (0, "")
    shown = dict(re.findall(r"^  ([a-z][a-z-]+)  +([A-Z].*\.)$", output, re.MULTILINE))
    assert shown == COMMANDS
    assert all(len(line) < 80 for line in output.splitlines())
    assert run("-h")[1] == output
    assert program.list_commands(click.Context(program)) == [*COMMANDS]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [(["guess"], "Error: No such command 'guess'."), ([], "Usage: signproof [OPTIONS] COMMAND")],
)
def test_what_is_no_command(run: Run, arguments: list[str], error: str) -> None:
    code, _, shown = run(*arguments)
    assert code == 2
    assert error in shown


def test_a_module_without_a_command_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "common", "No command.")
    monkeypatch.setattr("signproof.cli.common.command", None, raising=False)
    assert program.get_command(click.Context(program), "common") is None


def test_sigterm_becomes_an_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = []
    monkeypatch.setattr("signal.signal", lambda _number, handler: handlers.append(handler))
    monkeypatch.setattr(sys, "argv", ["signproof", "--version"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0
    with pytest.raises(SystemExit) as caught:
        handlers[0](15, None)
    assert caught.value.code == 143


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (
            ["explain", "longbridge-hmac", "missing.txt"],
            2,
            (
                "Error: Invalid value for '[FILE]': 'missing.txt': No such file or directory "
                "(signproof explain --help shows the usage)\n"
            ),
        ),
        (
            ["verify", "--window", "0"],
            2,
            (
                "Error: Invalid value for '--window': 0 is not in the range 1<=x<=1024. "
                "(signproof verify --help shows the usage)\n"
            ),
        ),
        (["nothing"], 2, "Error: No such command 'nothing'. (signproof --help shows the usage)\n"),
    ],
)
def test_wrong_usage_is_one_line(
    words: list[str],
    code: int,
    error: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["signproof", *words])
    with pytest.raises(SystemExit) as caught:
        main()
    assert (caught.value.code, *capsys.readouterr()) == (code, "", error)


def test_without_arguments_it_shows_the_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["signproof"])
    with pytest.raises(SystemExit) as caught:
        main()
    output, error = capsys.readouterr()
    assert (caught.value.code, output) == (2, "")
    assert [line.split()[0] for line in error.split("Commands:\n")[1].splitlines()] == [*COMMANDS]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, click.Abort])
def test_an_interrupt_has_its_own_exit_code(
    interrupt: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(**_options: object) -> None:
        raise interrupt

    monkeypatch.setattr(program, "main", interrupted)
    with pytest.raises(SystemExit) as caught:
        main()
    assert (caught.value.code, *capsys.readouterr()) == (130, "", "Interrupted\n")


def loaded(program: str) -> str:
    # Measuring coverage in the child would load more.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()[-1]


SHOWN = f"print(sorted({HEAVY!r} & sys.modules.keys()))"
HELP = """
import sys
from signproof.cli import signproof
try:
    signproof(["--help"])
except SystemExit:
    pass
"""


def test_help_loads_nothing_heavy() -> None:
    assert loaded(HELP + SHOWN) == "[]"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("import signproof.cli", []),
        ("import signproof.cli.sign", ["msgspec"]),
        ("import signproof.cli.explain", ["msgspec"]),
        ("import signproof.cli.verify", ["msgspec"]),
        ("import signproof.cli.bench", ["msgspec"]),
    ],
)
def test_what_a_command_loads(statement: str, expected: list[str]) -> None:
    assert loaded(f"import sys\n{statement}\n{SHOWN}") == str(expected)


def test_the_program_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from signproof.cli import main; main()", "list", "nothing"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"Error: there is no scheme 'nothing': use one of {', '.join(schemes.ids())}\n",
    )


def test_the_version_is_the_packages(run: Run) -> None:
    assert run("--version")[1].endswith(f"signproof, version {version('signproof')}\n")
