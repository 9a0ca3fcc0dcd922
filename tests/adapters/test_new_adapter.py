"""signproof new-adapter: what it writes, and what it refuses."""

from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from signproof import schemes
from signproof.cli.new_adapter import command


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def _template(ending: str, scheme: str = "longbridge-hmac") -> bytes:
    return (files("signproof") / "adapters" / f"{scheme}.{ending}.template").read_bytes()


def _names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


@pytest.mark.parametrize("scheme", schemes.ids())
@pytest.mark.parametrize(
    ("arguments", "written", "ending", "run_by"),
    [
        (["python"], "signproof_adapter.py", "py", "python3 signproof_adapter.py"),
        (["node"], "signproof-adapter.mjs", "mjs", "node signproof-adapter.mjs"),
        (["python", "my adapter.py"], "my adapter.py", "py", "python3 'my adapter.py'"),
        (["node", "a.mjs"], "a.mjs", "mjs", "node a.mjs"),
    ],
)
def test_the_whole_template_is_written(
    scheme: str, arguments: list[str], written: str, ending: str, run_by: str
) -> None:
    result = _run(*arguments, "--scheme", scheme)
    name = run_by.partition(" ")[2]
    assert result.output == (
        f"Wrote {name}. Fill in its function sign(), then run:\n"
        f"  signproof verify {scheme} -- {run_by}\n"
    )
    assert (result.exit_code, _names()) == (0, [written])
    assert Path(written).read_bytes() == _template(ending, scheme)


def test_without_a_scheme_it_is_the_first() -> None:
    assert "signproof verify longbridge-hmac -- " in _run("python").output
    assert Path("signproof_adapter.py").read_bytes() == _template("py")


@pytest.mark.parametrize("scheme", schemes.ids())
@pytest.mark.parametrize("ending", ["py", "mjs"])
def test_a_template_names_its_scheme_and_its_command(scheme: str, ending: str) -> None:
    text = _template(ending, scheme).decode()
    runner = {"py": "python3 signproof_adapter.py", "mjs": "node signproof-adapter.mjs"}[ending]
    assert f"signproof verify {scheme} -- {runner}\n" in text
    assert not [other for other in schemes.ids() if other != scheme and other in text]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["python", "mine.py"],
            "mine.py exists: pass --force to replace it, or name another file",
        ),
        (["python", "folder"], "folder is a folder: name a file in it"),
        (["python", "folder", "--force"], "folder is a folder: name a file in it"),
        (["python", "no/a.py"], "no/a.py: there is no folder no: make it first"),
        (["python", "mine.py/a.py"], "mine.py/a.py: Not a directory"),
        (
            ["python", "--scheme", "made-up"],
            "there is no scheme 'made-up': use one of longbridge-hmac, shioaji-ca, tiger-rsa",
        ),
    ],
)
def test_a_refusal_is_one_line_and_touches_nothing(arguments: list[str], message: str) -> None:
    Path("mine.py").write_bytes(b"mine")
    Path("folder").mkdir()
    result = _run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")
    assert _names() == ["folder", "mine.py"]
    assert Path("mine.py").read_bytes() == b"mine"


def test_force_replaces() -> None:
    Path("mine.py").write_bytes(b"mine" * 10_000)
    assert _run("python", "mine.py", "--force").exit_code == 0
    assert Path("mine.py").read_bytes() == _template("py")


def test_a_scheme_without_a_template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("signproof.cli.new_adapter.files", lambda _: tmp_path)
    result = _run("node")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: there is no node template for longbridge-hmac yet: see `signproof show protocol`\n",
    )
