"""Environments of SDKs, built by steps that need no network."""

import fcntl
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TextIO

import pytest

from signproof import environments
from signproof.environments import BuildFailed, Environment, ManifestError, Sdk, build, read_sdks

Steps = list[tuple[list[str], dict[str, str]]]

WHOLE = """\
package = "made-up"
version = "v1.2.3"
ecosystem = "go"
language = "Go"
schemes = ["longbridge-hmac"]
required = false
tools = []
run = ["{build}/driver", "there"]
install_budget_s = 60
disk_mib = 1
"""


def written(root: Path, text: str = WHOLE, id_: str = "made-up") -> Sdk:
    folder = root / "sdks" / id_
    folder.mkdir(parents=True)
    (folder / "sdk.toml").write_text(text)
    return next(sdk for sdk in read_sdks(root / "sdks") if sdk.id == id_)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let an installation consist of these commands."""

    def steps(*commands: list[str], **changes: str) -> None:
        made: Steps = [(command, changes) for command in commands]
        monkeypatch.setattr(environments, "_STEPS", {"go": lambda *_: made})

    steps()
    return steps


# Manifests.


def test_a_whole_manifest(tmp_path: Path) -> None:
    sdk = written(tmp_path)
    assert (sdk.id, str(sdk)) == ("made-up", "made-up 1.2.3 (Go)")
    assert sdk.known == tmp_path / "sdks" / "made-up" / "known.toml"
    assert sdk.manifest == environments.Manifest(
        package="made-up",
        version="v1.2.3",
        ecosystem="go",
        language="Go",
        schemes=["longbridge-hmac"],
        required=False,
        tools=[],
        run=["{build}/driver", "there"],
        install_budget_s=60,
        disk_mib=1,
        port=0,
    )
    assert written(tmp_path, f"{WHOLE}port = 80\n", "on-80").manifest.port == 80


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("required = false\n", "", "Object missing required field `required`"),
        ('"v1.2.3"', "1", "Expected `str`, got `int` - at `$.version`"),
        ('ecosystem = "go"', 'ecosystem = "apt"', "Invalid enum value 'apt' - at `$.ecosystem`"),
        ("= 60", "= 0", "Expected `int` >= 1 - at `$.install_budget_s`"),
        ("disk_mib", "disk_gib", "Object contains unknown field `disk_gib`"),
        ("disk_mib = 1", "port = -1", "Expected `int` >= 0 - at `$.port`"),
        ("disk_mib = 1", "port = 65536", "Expected `int` <= 65535 - at `$.port`"),
        (
            'run = ["{build}/driver", "there"]',
            "run = []",
            "Expected `array` of length >= 1 - at `$.run`",
        ),
        ("tools = []", "tools", "Expected '=' after a key in a key/value pair (at line 7"),
        ("Go", "\udcff", "'utf-8' codec can't decode byte 0xff in position"),
    ],
)
def test_a_bad_manifest(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert WHOLE.count(old) == 1
    path = tmp_path / "made-up" / "sdk.toml"
    path.parent.mkdir()
    path.write_bytes(WHOLE.replace(old, new).encode("utf-8", "surrogateescape"))
    with pytest.raises(ManifestError) as caught:
        read_sdks(tmp_path)
    assert str(caught.value).startswith(f"{path}: {what}")
    assert "\n" not in str(caught.value)


def test_a_manifest_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "made-up" / "sdk.toml"
    path.mkdir(parents=True)
    with pytest.raises(ManifestError) as caught:
        read_sdks(tmp_path)
    assert str(caught.value) == f"{path}: Is a directory"


def test_no_manifest_at_all(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        read_sdks(tmp_path)
    assert str(caught.value) == f"{tmp_path}: no folder in it has a sdk.toml"


def test_sdks_are_found_beside_the_package_or_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "signproof"
    monkeypatch.setattr(environments, "__file__", str(package / "environments.py"))
    assert environments.default_root() == tmp_path / "sdks"
    (package / "_sdks").mkdir(parents=True)
    assert environments.default_root() == package / "_sdks"


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"XDG_CACHE_HOME": "/cache"}, "/cache/signproof/sdks"),
        ({"XDG_CACHE_HOME": "", "HOME": "/home/me"}, "/home/me/.cache/signproof/sdks"),
    ],
)
def test_the_cache_is_the_users(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], folder: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environments.cache_folder() == Path(folder)


def test_missing_tools(tmp_path: Path) -> None:
    tools = f'tools = ["no-such-tool", "{sys.executable}", "nor-this"]'
    sdk = written(tmp_path, WHOLE.replace("tools = []", tools))
    assert environments.missing_tools(sdk) == ["no-such-tool", "nor-this"]


# Building.


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def ready(cache: Path) -> list[str]:
    """Return which environments there are, the finished ones with an `!`."""
    folders = [path for path in cache.iterdir() if path.is_dir()]
    return sorted(f"{path.name[:-17]}{'!' * (path / 'ready').exists()}" for path in folders)


def test_it_is_built_once(tmp_path: Path, cache: Path, steps: Callable[..., None]) -> None:
    typed = WHOLE + 'typed = ["typed", "{build}"]\ncommon = ["a"]\n'
    sdk = written(tmp_path, typed)
    (tmp_path / "sdks" / "common" / "a").mkdir(parents=True)
    (tmp_path / "sdks" / "common" / "a" / "shared.txt").write_text("shared")
    for left in ("__pycache__", "node_modules", "target"):
        (sdk.folder / left).mkdir()
        (sdk.folder / left / "file").write_text("by a tool")
    steps(["sh", "-c", "echo $TOLD; cat ../common/a/shared.txt > made; ls; pwd"], TOLD="told")
    said: list[str] = []
    first = build(sdk, cache, said.append)
    assert first == Environment(
        first.folder,
        run=(f"{first.folder.parent}/driver", "there"),
        typed=("typed", str(first.folder.parent)),
    )
    assert first.folder.parent.parent == cache
    assert {path.name for path in first.folder.parent.iterdir()} == {
        "common",
        "install.log",
        "ready",
        "sdk",
    }
    log = (first.folder.parent / "install.log").read_text()
    assert log == f"told\nmade\nsdk.toml\n{first.folder}\n"
    assert (first.folder / "made").read_text() == "shared"
    steps(["false"])
    assert build(sdk, cache, said.append) == first
    assert said == ["installing made-up 1.2.3 (Go)"]


def test_whoever_waited_finds_it_built(
    tmp_path: Path, cache: Path, steps: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sdk = written(tmp_path)
    locked = threading.Event()

    def flock(lock: TextIO, operation: int) -> None:
        locked.set()
        fcntl.flock(lock, operation)

    there = build(sdk, cache)
    steps(["false"])
    (there.folder.parent / "ready").unlink()
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found: list[Environment] = []
        monkeypatch.setattr(environments, "fcntl", SimpleNamespace(flock=flock, LOCK_EX=2))
        waiting = threading.Thread(target=lambda: found.append(build(sdk, cache)))
        waiting.start()
        assert locked.wait(60)
        (there.folder.parent / "ready").touch()
    waiting.join(60)
    assert found == [there]


def _touch(path: str) -> Callable[[Path], None]:
    def touch(root: Path) -> None:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("changed")

    return touch


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        (lambda _: None, False),
        (_touch("made-up/a.txt"), True),
        (_touch("made-up/sub/new.txt"), True),
        (lambda root: (root / "made-up/a.txt").rename(root / "made-up/b.txt"), True),
        (lambda root: (root / "made-up/a.txt").unlink(), True),
        (_touch("common/a/shared.txt"), True),
        (_touch("common/other/shared.txt"), False),
        (_touch("made-up/__pycache__/a.pyc"), False),
        (_touch("made-up/node_modules/a/index.js"), False),
        (_touch("made-up/target/debug/a"), False),
    ],
)
def test_the_digest_is_of_every_file(
    tmp_path: Path, change: Callable[[Path], None], *, changes: bool
) -> None:
    sdk = written(tmp_path, WHOLE + 'common = ["a"]\n')
    (sdk.folder / "a.txt").write_text("a")
    before = environments._digest(sdk)
    change(tmp_path / "sdks")
    assert (environments._digest(sdk) != before) == changes


def test_a_command_of_this_python_and_of_what_was_built(tmp_path: Path, cache: Path) -> None:
    run = 'run = ["{python}", "driver.py", "{build}/here"]'
    text = WHOLE.replace('run = ["{build}/driver", "there"]', run).replace('"go"', '"system"')
    environment = build(written(tmp_path, text), cache)
    folder = environment.folder.parent
    assert environment.run == (sys.executable, "driver.py", f"{folder}/here")
    assert sorted(path.name for path in folder.iterdir()) == ["ready", "sdk"]


def test_one_of_python_is_for_this_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = written(tmp_path, WHOLE.replace('"go"', '"pypi"'))
    before = environments._digest(sdk)
    monkeypatch.setattr(sys, "version", "4.0")
    assert environments._digest(sdk) != before


def test_old_ones_of_the_same_sdk_are_removed(
    tmp_path: Path, cache: Path, steps: Callable[..., None]
) -> None:
    steps()
    sdk, other = written(tmp_path), written(tmp_path, id_="made-up-2")
    first = build(sdk, cache)
    build(other, cache)
    (sdk.folder / "new").write_text("")
    second = build(sdk, cache)
    assert second != first
    assert ready(cache) == ["made-up!", "made-up-2!"]
    assert not first.folder.exists()


def test_a_failed_build_is_not_ready(
    tmp_path: Path, cache: Path, steps: Callable[..., None]
) -> None:
    sdk = written(tmp_path)
    script = "for word in one two three four; do echo $word >&2; done; exit 3"
    steps(["sh", "-c", script], ["touch", "../never"])
    with pytest.raises(BuildFailed) as caught:
        build(sdk, cache)
    (log,) = cache.glob("made-up-*/install.log")
    assert str(caught.value) == (
        f"`sh` ended with exit code 3: two / three / four; all of it is in {log}"
    )
    assert log.read_text() == "one\ntwo\nthree\nfour\n"
    assert ready(cache) == ["made-up"]
    assert not (log.parent / "never").exists()
    steps()
    build(sdk, cache)
    assert ready(cache) == ["made-up!"]


def test_a_step_that_fails_in_silence(
    tmp_path: Path, cache: Path, steps: Callable[..., None]
) -> None:
    steps(["false"])
    with pytest.raises(BuildFailed) as caught:
        build(written(tmp_path), cache)
    assert str(caught.value) == "`false` ended with exit code 1 and said nothing"


def test_too_little_disk(
    tmp_path: Path,
    cache: Path,
    steps: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps()
    free = SimpleNamespace(free=5 * 1024 * 1024 - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    sdk = written(tmp_path, WHOLE.replace("disk_mib = 1", "disk_mib = 5"))
    with pytest.raises(BuildFailed) as caught:
        build(sdk, cache)
    assert str(caught.value) == f"it needs 5 MiB in {cache}, where 4 are free: make room"
    free.free += 1
    build(sdk, cache)
    assert ready(cache) == ["made-up!"]


def _unreadable(source: Path, *_: object, **__: object) -> None:
    raise shutil.Error([(str(source), "there", "Permission denied")])


@pytest.mark.parametrize(
    ("commands", "patch", "text", "what"),
    [
        ([["no-such-program"]], None, WHOLE, "no-such-program: No such file or directory"),
        (
            [],
            None,
            WHOLE + 'common = ["absent"]\n',
            "{root}/sdks/common/absent: No such file or directory",
        ),
        (
            [],
            _unreadable,
            WHOLE,
            "{root}/cache: [('{root}/sdks/made-up', 'there', 'Permission denied')]",
        ),
    ],
)
def test_an_error_of_the_system(
    tmp_path: Path,
    cache: Path,
    steps: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    commands: list[list[str]],
    patch: Callable[..., None] | None,
    text: str,
    what: str,
) -> None:
    steps(*commands)
    if patch is not None:
        monkeypatch.setattr(shutil, "copytree", patch)
    with pytest.raises(BuildFailed) as caught:
        build(written(tmp_path, text), cache)
    assert str(caught.value) == what.format(root=tmp_path)
    assert ready(cache) in ([], ["made-up"])


def test_a_source_that_cannot_be_read(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_bytes(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    sdk = written(tmp_path)
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(BuildFailed) as caught:
        build(sdk, cache)
    assert str(caught.value) == f"{sdk.folder}/sdk.toml: Permission denied"
    assert not cache.exists()


# The steps of each ecosystem.


@pytest.mark.parametrize(
    ("ecosystem", "steps_"),
    [
        ("system", []),
        (
            "pypi",
            [
                ([sys.executable, "-m", "venv", "/f/venv"], {}),
                (
                    [
                        *("/f/venv/bin/python", "-m", "pip", "install"),
                        *("--disable-pip-version-check", "--only-binary", ":all:"),
                        *("made-up==1", "other==2"),
                    ],
                    {},
                ),
            ],
        ),
        ("npm", [(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {})]),
        (
            "go",
            [
                (
                    ["go", "build", "-mod=readonly", "-o", "/f/driver", "."],
                    {"GOTOOLCHAIN": "local"},
                )
            ],
        ),
        (
            "cargo",
            [
                (
                    ["cargo", "build", "--quiet", "--release"],
                    {"CARGO_TARGET_DIR": "/c/cargo-target"},
                ),
                (["cp", "/c/cargo-target/release/driver", "/f/driver"], {}),
            ],
        ),
        ("maven", [(["mvn", "--quiet", "--batch-mode", "package"], {})]),
    ],
)
def test_the_steps(tmp_path: Path, ecosystem: str, steps_: Steps) -> None:
    text = WHOLE.replace('"go"', f'"{ecosystem}"') + 'packages = ["made-up==1", "other==2"]\n'
    made = environments._STEPS[ecosystem](written(tmp_path, text), Path("/c"), Path("/f"))
    assert made == steps_


@pytest.mark.parametrize(
    ("ends", "raises", "what"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt, ""),
        (
            subprocess.TimeoutExpired("sh", 60),
            BuildFailed,
            "`sh` took longer than 60 s; its output is in {log}",
        ),
    ],
)
def test_the_end_of_a_step_is_the_end_of_its_whole_group(
    tmp_path: Path,
    cache: Path,
    steps: Callable[..., None],
    wait_for: Callable[..., bool],
    is_alive: Callable[[int], bool],
    monkeypatch: pytest.MonkeyPatch,
    ends: BaseException,
    raises: type[BaseException],
    what: str,
) -> None:
    """Time runs out, or Ctrl-C comes, when the step and its child are known to run."""
    pids = tmp_path / "pids"
    steps(["sh", "-c", f"sleep 600 & echo $$ $! > {pids}; wait"])
    budgets = []

    def wait(process: object, timeout: float | None = None) -> int:
        if timeout is not None:
            budgets.append(timeout)
            assert wait_for(lambda: pids.exists() and pids.read_text().endswith("\n"))
            raise ends
        return really(process)

    really: Callable[..., int] = subprocess.Popen.wait
    monkeypatch.setattr(subprocess.Popen, "wait", wait)
    with pytest.raises(raises) as caught:
        build(written(tmp_path), cache)
    (log,) = cache.glob("made-up-*/install.log")
    assert str(caught.value) == what.format(log=log)
    assert budgets == [60]
    assert wait_for(lambda: not any(is_alive(int(pid)) for pid in pids.read_text().split()))
    assert ready(cache) == ["made-up"]


def test_a_step_beyond_its_budget(tmp_path: Path, cache: Path, steps: Callable[..., None]) -> None:
    steps(["sleep", "600"])
    with pytest.raises(BuildFailed, match=r"^`sleep` took longer than 1 s; its output is in /"):
        build(written(tmp_path, WHOLE.replace("= 60", "= 1")), cache)
