"""The command `doctor` on a folder: which of its files it examines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from signproof.doctor import SourceUnreadable, files_of

pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]

TIGER = "tiger_openapi_config.properties"
SHIOAJI = b"SJ_API_KEY=EXAMPLEkeyMadeUp99\n"
WITH_CA = SHIOAJI + b"SJ_CA_PATH=a.pfx\n"
NONE = f"a folder without {TIGER}, a .env with SJ_* settings or a pfx: name a file"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("conf").mkdir()


def placed(files: dict[str, bytes | None]) -> None:
    """Write files into the folder; None stands for a folder."""
    for name, content in files.items():
        if content is None:
            Path("conf", name).mkdir()
        else:
            Path("conf", name).write_bytes(content)


FOUND: dict[str, tuple[dict[str, bytes | None], list[str]]] = {
    "Tiger's settings": ({TIGER: b"", "key.pem": b""}, [TIGER]),
    "a .env": ({".env": SHIOAJI, "a.env": SHIOAJI}, [".env"]),
    "a .env with export": ({".env": b"A=1\n export SJ_SEC_KEY = 'x'\n"}, [".env"]),
    "a .env says which pfx counts": ({".env": WITH_CA, "a.pfx": b""}, [".env"]),
    "a .env without a pfx's name": ({".env": SHIOAJI, "a.pfx": b""}, [".env", "a.pfx"]),
    "both settings": ({".env": WITH_CA, TIGER: b"", "a.pfx": b""}, [TIGER, ".env"]),
    "every pfx": (
        {"b.pfx": b"", "A.P12": b"", "c.p12": b"", "d.pem": b"", "e.pfx": None},
        ["A.P12", "b.pfx", "c.p12"],
    ),
    "Tiger's settings and a pfx": ({TIGER: b"", "a.pfx": b""}, [TIGER, "a.pfx"]),
    "another program's .env": ({".env": b"DEBUG=1\n#SJ_\n", TIGER: b""}, [TIGER]),
    "another program's .env, and a pfx": ({".env": b"DEBUG=1\n", "a.pfx": b""}, ["a.pfx"]),
    "a folder named .env": ({".env": None, "a.pfx": b""}, ["a.pfx"]),
    "a .env that is too large": ({".env": b"#" * 1_048_577, "a.pfx": b""}, [".env", "a.pfx"]),
}


@pytest.mark.parametrize(("files", "expected"), FOUND.values(), ids=FOUND)
def test_what_is_examined(files: dict[str, bytes | None], expected: list[str]) -> None:
    placed(files)
    assert files_of(Path("conf")) == tuple(Path("conf", name) for name in expected)


@pytest.mark.parametrize(
    "files", [{}, {".env": b"", "key.pem": b""}, {TIGER: None}], ids=["empty", "others", "folder"]
)
def test_nothing_to_examine(run: Run, files: dict[str, bytes | None]) -> None:
    placed(files)
    assert run("doctor", "conf") == (2, "", f"Error: conf: {NONE}\n")


@pytest.mark.parametrize("name", ["conf/.env", "conf/a.pfx", "missing", "a\0b"])
def test_a_file_is_itself(name: str) -> None:
    placed({".env": SHIOAJI, "a.pfx": b""})
    assert files_of(Path(name)) == (Path(name),)


def test_a_folder_that_may_not_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may list anything: that the system refuses is played."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("iterdir", "is_dir"):
        with monkeypatch.context() as patched:
            patched.setattr(Path, name, refused)
            with pytest.raises(SourceUnreadable, match=r"^conf: Permission denied$"):
                files_of(Path("conf"))


def test_one_that_cannot_be_read_does_not_hide_the_other(run: Run) -> None:
    placed({".env": b"#" * 1_048_577, TIGER: b""})
    code, output, error = run("doctor", "conf")
    assert (code, output.splitlines()[0]) == (
        2,
        f"wrong conf/{TIGER}: Tiger settings, no private keys",
    )
    assert error == (
        "Error: conf/.env: more than 1048576 octets: no key, no pfx and no settings are so large\n"
    )


def test_the_folder_one_is_in(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    placed({".env": SHIOAJI})
    monkeypatch.chdir("conf")
    assert run("doctor", ".")[1].startswith("wrong .env: Shioaji's .env; ")
