"""The official SDKs under test: what their manifests say, and an environment of its own for each.

An environment is a folder in the cache, named for the SDK and a digest of all that it is made from;
it is built once. SDKs are never dependencies of this project.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

__all__ = [
    "BuildFailed",
    "Environment",
    "Manifest",
    "ManifestError",
    "Sdk",
    "build",
    "cache_folder",
    "default_root",
    "missing_tools",
    "read_sdks",
]

_MANIFEST = "sdk.toml"
_COMMON = "common"
_READY = "ready"
_LOG = "install.log"
_MIB = 1024 * 1024
_LAST_LINES = 3
_DIGITS = 16


class ManifestError(ValueError):
    """A folder of SDKs that cannot be read: which file, and what is wrong."""


class BuildFailed(RuntimeError):
    """An SDK could not be installed: why, and where the whole output is."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an SDK is, and how it is installed and run."""

    package: str
    version: str
    ecosystem: Annotated[
        Literal["system", "pypi", "npm", "go", "cargo", "maven"],
        Meta(description="Who installs it; `system` is what the machine has: nothing is."),
    ]
    language: str
    schemes: list[str]
    required: Annotated[bool, Meta(description="Whether CI fails without its result.")]
    tools: Annotated[list[str], Meta(description="Programs that must be there.")]
    packages: Annotated[list[str], Meta(description="For pypi: what pip installs.")] = []
    common: Annotated[list[str], Meta(description="Folders of `common` that it needs.")] = []
    run: Annotated[
        list[str],
        Meta(
            min_length=1,
            description="The driver's command in the SDK's folder; `{build}` is the cache's, "
            "`{python}` this Python.",
        ),
    ]
    typed: Annotated[
        list[str], Meta(description="A program that makes typed calls; run as `wire` does.")
    ] = []
    port: Annotated[
        int,
        Meta(ge=0, le=65535, description="The one port that it connects to; 0 where it takes any."),
    ] = 0
    install_budget_s: Annotated[int, Meta(gt=0)]
    disk_mib: Annotated[int, Meta(gt=0)]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Sdk:
    """An SDK under test."""

    id: str
    """The name of its folder."""
    folder: Path
    manifest: Manifest

    @property
    def known(self) -> Path:
        """Where the list of its known failures is, if it has one."""
        return self.folder / "known.toml"

    def __str__(self) -> str:
        return f"{self.id} {self.manifest.version.removeprefix('v')} ({self.manifest.language})"


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed SDK."""

    folder: Path
    """The SDK's folder as it was copied; the working folder of its programs."""
    run: tuple[str, ...]
    typed: tuple[str, ...]
    """Empty where it makes no typed calls."""


def default_root() -> Path:
    """Return the folder of the SDKs that belong to this installation."""
    package = Path(__file__).resolve().parent
    installed = package / "_sdks"
    return installed if installed.is_dir() else package.parent / "sdks"


def cache_folder() -> Path:
    """Return where environments are kept: below the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "signproof" / "sdks"


def read_sdks(root: Path) -> list[Sdk]:
    """Return the SDKs in *root*, what installs fastest first; raises ManifestError."""
    sdks = []
    for path in sorted(root.glob(f"*/{_MANIFEST}")):
        try:
            manifest = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Manifest)
        except OSError as error:
            raise ManifestError(f"{path}: {error.strerror}") from None
        except (ValueError, msgspec.ValidationError) as error:
            raise ManifestError(f"{path}: {error}") from None
        sdks.append(Sdk(path.parent.name, path.parent, manifest))
    if not sdks:
        raise ManifestError(f"{root}: no folder in it has a {_MANIFEST}")
    return sorted(sdks, key=lambda sdk: (list(_STEPS).index(sdk.manifest.ecosystem), sdk.id))


def missing_tools(sdk: Sdk) -> list[str]:
    """Return the programs that it needs and that are not on the path."""
    return [tool for tool in sdk.manifest.tools if shutil.which(tool) is None]


def build(sdk: Sdk, cache: Path, said: Callable[[str], None] = lambda _: None) -> Environment:
    """Return the SDK's environment, which is built unless the cache has it.

    *said* is told what takes time. Cold builds wait for one another, those of other processes too.
    Raises BuildFailed.
    """
    try:
        folder = cache / f"{_name(sdk)}-{_digest(sdk)}"
        if not (folder / _READY).exists():
            cache.mkdir(parents=True, exist_ok=True)
            with _alone(cache):
                if not (folder / _READY).exists():
                    said(f"installing {sdk}")
                    _install(sdk, cache, folder)
    except OSError as error:  # shutil's own has no strerror
        raise BuildFailed(f"{error.filename or cache}: {error.strerror or error}") from None
    return Environment(
        folder / "sdk",
        _placed(sdk.manifest.run, folder),
        _placed(sdk.manifest.typed, folder),
    )


def _placed(command: Sequence[str], folder: Path) -> tuple[str, ...]:
    return tuple(
        word.replace("{build}", str(folder)).replace("{python}", sys.executable) for word in command
    )


def _sources(sdk: Sdk) -> Iterator[tuple[str, Path]]:
    """Return what an environment is made from, with the names that it has there."""
    yield "sdk", sdk.folder
    for name in sdk.manifest.common:
        yield f"{_COMMON}/{name}", sdk.folder.parent / _COMMON / name


def _name(sdk: Sdk) -> str:
    """Return the name of what is replaced by a newer environment: each Python has its own."""
    if sdk.manifest.ecosystem != "pypi":
        return sdk.id
    return f"{sdk.id}-python{sys.version_info.major}.{sys.version_info.minor}"


def _digest(sdk: Sdk) -> str:
    """Return a digest of all that decides what is built."""
    digest = sha256()
    if sdk.manifest.ecosystem == "pypi":
        # Not the interpreter's path: virtual environments of one Python share what is built.
        digest.update(sys.version.encode() + sys.base_prefix.encode())
    for name, folder in _sources(sdk):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not _passed_over(path.relative_to(folder)):
                octets = path.read_bytes()
                where = f"{name}/{path.relative_to(folder).as_posix()}"
                digest.update(f"{where}\0{len(octets)}\0".encode() + octets)
    return digest.hexdigest()[:_DIGITS]


_LEFT_BY_TOOLS = frozenset({"__pycache__", "node_modules", "target"})


def _passed_over(path: Path) -> bool:
    return not _LEFT_BY_TOOLS.isdisjoint(path.parts)


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(sdk: Sdk, cache: Path, folder: Path) -> None:
    # Digits alone: the id of another SDK may begin with this one's.
    for old in cache.glob(f"{_name(sdk)}-{'[0-9a-f]' * _DIGITS}"):
        shutil.rmtree(old)
    free = shutil.disk_usage(cache).free // _MIB
    if free < sdk.manifest.disk_mib:
        raise BuildFailed(
            f"it needs {sdk.manifest.disk_mib} MiB in {cache}, where {free} are free: make room"
        )
    for name, source in _sources(sdk):
        shutil.copytree(
            source, folder / name, ignore=shutil.ignore_patterns(*sorted(_LEFT_BY_TOOLS))
        )
    for command, changes in _STEPS[sdk.manifest.ecosystem](sdk, cache, folder):
        _step(command, changes, folder, sdk.manifest.install_budget_s)
    (folder / _READY).touch()


_Step = tuple[list[str], dict[str, str]]
"""A command that runs in the SDK's copied folder, and changes to the environment variables."""


def _system(_sdk: Sdk, _cache: Path, _folder: Path) -> list[_Step]:
    return []


def _pypi(sdk: Sdk, _cache: Path, folder: Path) -> list[_Step]:
    venv = folder / "venv"
    pip = [str(venv / "bin/python"), "-m", "pip", "install", "--disable-pip-version-check"]
    return [
        ([sys.executable, "-m", "venv", str(venv)], {}),
        # A source distribution would have to be compiled, with tools that nobody named.
        ([*pip, "--only-binary", ":all:", *sdk.manifest.packages], {}),
    ]


def _npm(_sdk: Sdk, _cache: Path, _folder: Path) -> list[_Step]:
    return [(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {})]


def _go(sdk: Sdk, _cache: Path, folder: Path) -> list[_Step]:
    # A toolchain of its own would be fetched from elsewhere.
    local = {"GOTOOLCHAIN": "local"}
    programs = {"driver": ".", **({"typed": "./typed"} if sdk.manifest.typed else {})}
    return [
        (["go", "build", "-mod=readonly", "-o", str(folder / name), package], local)
        for name, package in programs.items()
    ]


def _cargo(_sdk: Sdk, cache: Path, folder: Path) -> list[_Step]:
    # The SDKs share most of what they depend on. Their users build them for release: that is what
    # is judged, and what is measured.
    shared = cache / "cargo-target"
    return [
        (["cargo", "build", "--quiet", "--release"], {"CARGO_TARGET_DIR": str(shared)}),
        (["cp", str(shared / "release" / "driver"), str(folder / "driver")], {}),
    ]


def _maven(_sdk: Sdk, _cache: Path, _folder: Path) -> list[_Step]:
    return [(["mvn", "--quiet", "--batch-mode", "package"], {})]


_STEPS: Mapping[str, Callable[[Sdk, Path, Path], list[_Step]]] = {
    "system": _system,
    "pypi": _pypi,
    "npm": _npm,
    "go": _go,
    "cargo": _cargo,
    "maven": _maven,
}


def _step(command: list[str], changes: dict[str, str], folder: Path, budget_s: int) -> None:
    """Run one step of an installation; its output goes to a file. Raises BuildFailed."""
    log = folder / _LOG
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - a step of an installation that was asked for
            command,
            cwd=folder / "sdk",
            env={**os.environ, **changes},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(budget_s)
        except subprocess.TimeoutExpired:
            raise BuildFailed(
                f"`{command[0]}` took longer than {budget_s} s; its output is in {log}"
            ) from None
        finally:
            if process.poll() is None:  # out of time, or interrupted
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    if code != 0:
        last = log.read_text("utf-8", "replace").strip().splitlines()[-_LAST_LINES:]
        said = f": {' / '.join(last)}; all of it is in {log}" if last else " and said nothing"
        raise BuildFailed(f"`{command[0]}` ended with exit code {code}{said}")
