"""The protocol page, for those who have only installed the package."""

from pathlib import Path

import pytest

from signproof.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr("sys.argv", ["signproof", "show", "protocol"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code is None
    return capsys.readouterr().out


def test_in_a_checkout(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(monkeypatch, capsys) == PAGE.read_text("utf-8")


def test_in_an_installed_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "signproof" / "cli").mkdir(parents=True)
    (tmp_path / "signproof" / "_docs").mkdir()
    (tmp_path / "signproof" / "_docs" / "protocol.md").write_text("# The page\n")
    monkeypatch.setattr("signproof.cli.show.__file__", str(tmp_path / "signproof/cli/show.py"))
    assert shown(monkeypatch, capsys) == "# The page\n"
