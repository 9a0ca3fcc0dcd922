"""The manifests of this project's own SDKs: that they agree with what is beside them."""

import json
import re
import tomllib

import pytest

from signproof.corpus import Corpus
from signproof.environments import Sdk, default_root, read_sdks
from signproof.known import read

pytestmark = pytest.mark.once

SCHEME = "longbridge-hmac"
ALL = read_sdks(default_root())
SDKS = [sdk for sdk in ALL if SCHEME in sdk.manifest.schemes]
REQUIRED = [
    "pypi-longbridge-5",
    "pypi-longport-3",
    "npm-longport-3",
    "go-longbridge",
    "go-longport",
    "cargo-longbridge-5",
    "cargo-longport-4",
]
ECOSYSTEMS = ["system", "pypi", "npm", "go", "cargo", "maven"]


def test_what_installs_fastest_comes_first() -> None:
    places = [(ECOSYSTEMS.index(sdk.manifest.ecosystem), sdk.id) for sdk in ALL]
    assert places == sorted(places)


def test_these_are_required() -> None:
    assert [sdk.id for sdk in SDKS if sdk.manifest.required] == REQUIRED


def pinned(sdk: Sdk) -> str:
    """Return the version of the package that is installed."""
    manifest, folder = sdk.manifest, sdk.folder
    match manifest.ecosystem:
        case "pypi":
            (version,) = (
                package.partition("==")[2]
                for package in manifest.packages
                if package.partition("==")[0] == manifest.package
            )
        case "npm":
            package = json.loads((folder / "package.json").read_bytes())
            lock = json.loads((folder / "package-lock.json").read_bytes())
            version = package["dependencies"][manifest.package]
            assert lock["packages"][f"node_modules/{manifest.package}"]["version"] == version
        case "go":
            module = re.escape(manifest.package)
            (version,) = re.findall(
                rf"^\t{module} (\S+)$", (folder / "go.mod").read_text(), re.MULTILINE
            )
            assert f"{manifest.package} {version} h1:" in (folder / "go.sum").read_text()
        case "cargo":
            cargo = tomllib.loads((folder / "Cargo.toml").read_text())
            version = cargo["dependencies"][manifest.package].removeprefix("=")
        case _:
            raise AssertionError(manifest.ecosystem)
    return str(version)


@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.id)
def test_a_manifest_agrees_with_its_folder(sdk: Sdk) -> None:
    manifest = sdk.manifest
    assert pinned(sdk) == manifest.version
    assert manifest.schemes == [SCHEME]
    for name in manifest.common:
        assert (sdk.folder.parent / "common" / name).is_dir()
    for command in (manifest.run, manifest.typed):
        built = {"{build}/driver", "{build}/typed", "{build}/venv/bin/python", "node"}
        assert command[:1] == [] or command[0] in built
        for word in command[1:]:
            assert (sdk.folder / word).is_file()


SOURCES = {"go": "main.go", "cargo": "src/main.rs", "npm": "driver.mjs", "pypi": "driver.py"}


@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.id)
def test_the_driver_is_there(sdk: Sdk) -> None:
    assert (sdk.folder / SOURCES[sdk.manifest.ecosystem]).is_file()


@pytest.mark.parametrize("sdk", [sdk for sdk in SDKS if sdk.known.exists()], ids=lambda sdk: sdk.id)
def test_what_is_known_to_fail_exists(sdk: Sdk) -> None:
    known = read(sdk.known, [case.id for case in Corpus.open().cases(SCHEME)])
    assert known
    assert all(known.values())
