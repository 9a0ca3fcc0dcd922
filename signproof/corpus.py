"""Find and read vectors: in a checkout, an editable install or a wheel."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from signproof import codec
from signproof.model import FORMAT, Manifest, Vector, VectorFile

__all__ = [
    "CONFIRMATIONS",
    "MANIFEST",
    "RECORDED",
    "Case",
    "Corpus",
    "CorpusError",
    "default_root",
    "recordings",
]

MANIFEST = "manifest.json"
CONFIRMATIONS = "confirmations.json"
RECORDED = "recorded"
"""The topic, and with it the file, of vectors that were recorded and are not written anew."""

_Model = TypeVar("_Model", bound=msgspec.Struct)


class CorpusError(ValueError):
    """A vector set that cannot be read: which file, what is wrong, and what to do."""

    def __init__(self, path: Path | str, problem: str) -> None:
        self.path = str(path)
        self.problem = problem
        super().__init__(f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class Case:
    """A vector with all that running it takes."""

    scheme: str
    vector: Vector
    credential: Mapping[str, Any] | None
    """The credential's values."""
    input: dict[str, Any]
    """The input as an implementation gets it: fixtures read, readable siblings dropped."""

    @property
    def id(self) -> str:
        """The vector's id."""
        return self.vector.id


def default_root() -> Path:
    """Return the folder of the vectors that belong to this installation."""
    package = Path(__file__).resolve().parent
    installed = package / "_vectors"
    return installed if installed.is_dir() else package.parent / "vectors"


def recordings(root: Path) -> dict[str, bytes]:
    """Return path and octets of what was recorded and is not written anew; raises OSError."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for name in (f"{RECORDED}.json", CONFIRMATIONS)
        for path in sorted(root.glob(f"*/{name}"))
    }


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder with a manifest and vector files."""

    root: Path
    manifest: Manifest

    @classmethod
    def open(cls, root: Path | None = None) -> "Corpus":
        """Read the manifest in *root*; raises CorpusError."""
        root = root or default_root()
        return cls(root, _typed(root / MANIFEST, Manifest))

    def files(self, scheme: str | None = None) -> Iterator[tuple[str, VectorFile]]:
        """Read the vector files (of one scheme); raises CorpusError."""
        for entry in self.manifest.files:
            if entry.vectors and (scheme is None or entry.path.startswith(f"{scheme}/")):
                yield entry.path, _typed(self.root / entry.path, VectorFile)

    def cases(self, scheme: str | None = None) -> list[Case]:
        """Return every case (of one scheme) in the set's order; raises CorpusError."""
        return [case for path, file in self.files(scheme) for case in self.cases_of(path, file)]

    def cases_of(self, path: str, file: VectorFile) -> list[Case]:
        """Return the cases of one file; raises CorpusError."""
        return [self._case(path, file, vector) for vector in file.vectors]

    def _case(self, path: str, file: VectorFile, vector: Vector) -> Case:
        credential = None
        if vector.credential is not None:
            credential = file.credentials.get(vector.credential)
            if credential is None:
                raise CorpusError(
                    self.root / path,
                    f"{vector.id} names the credential {vector.credential!r}, which the file lacks",
                )
        return Case(file.scheme, vector, credential, self._resolved(path, vector))

    def _resolved(self, path: str, vector: Vector) -> dict[str, Any]:
        resolved = {}
        for name, value in vector.input.items():
            if name == "file" or name.endswith("_file"):
                resolved[f"{name}_b64" if name == "file" else f"{name[:-5]}_b64"] = (
                    codec.encode_octets(self._fixture(path, vector, value))
                )
            elif not _is_sibling(name, vector.input):
                resolved[name] = _without_siblings(value)
        return resolved

    def _fixture(self, path: str, vector: Vector, reference: Any) -> bytes:
        try:
            fixture: Path = self.root / reference["path"]
            octets = fixture.read_bytes()
            stated = reference["sha256"]
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise CorpusError(
                self.root / path, f"{vector.id} has a fixture that cannot be read: {error}"
            ) from None
        if sha256(octets).hexdigest() != stated:
            raise CorpusError(fixture, f"its sha256 is not the one that {vector.id} states")
        return octets


def _is_sibling(name: str, members: dict[str, Any]) -> bool:
    """Tell whether a member repeats, for people, one that holds octets."""
    stem = name.removesuffix("_text")
    return stem != name and (f"{stem}_b64" in members or f"{stem}_file" in members)


def _without_siblings(value: Any) -> Any:
    """Drop readable `_text` siblings of `_b64` members, on every level."""
    if isinstance(value, dict):
        return {
            name: _without_siblings(member)
            for name, member in value.items()
            if not _is_sibling(name, value)
        }
    if isinstance(value, list):
        return [_without_siblings(member) for member in value]
    return value


def _typed(path: Path, model: type[_Model]) -> _Model:
    """Read a JSON file of this contract; raises CorpusError."""
    try:
        parsed = codec.read(path.read_bytes())
    except OSError as error:
        what = error.strerror or "cannot be read"
        raise CorpusError(path, f"{what}: point --vectors at a folder with {MANIFEST}") from None
    except codec.CodecError as error:
        raise CorpusError(path, str(error)) from None
    stated = parsed.get("format") if isinstance(parsed, dict) else None
    if stated != FORMAT:
        raise CorpusError(
            path, f"its format is {stated!r}, this version reads {FORMAT}: update signproof"
        )
    try:
        return msgspec.convert(parsed, model)
    except msgspec.ValidationError as error:
        raise CorpusError(path, str(error)) from None
