"""Shape what oracles say into vector files."""

import importlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from signproof import codec
from signproof.corpus import CONFIRMATIONS
from signproof.model import FORMAT, Manifest, ManifestFile, Vector, VectorFile

__all__ = ["SET_VERSION", "Topic", "manifest", "vector_digest", "written"]

SET_VERSION = "1.0.0"
"""The version of the vector set; its first number rises when a vector changes its meaning."""


@dataclass(slots=True)
class Topic:
    """A vector file in the making."""

    scheme: str
    name: str
    credentials: Mapping[str, Mapping[str, Any]]
    notes: dict[str, str] = field(default_factory=dict)
    vectors: list[Vector] = field(default_factory=list)

    def id(self, name: str) -> str:
        """Return the id of a vector of this topic."""
        return f"{self.scheme}/{self.name}/{name}"

    def file(self) -> tuple[str, bytes]:
        """Return path and octets; only the credentials and notes in use are kept."""
        used = {vector.credential for vector in self.vectors}
        flags = {flag for vector in self.vectors for flag in vector.flags}
        content = VectorFile(
            format=FORMAT,
            scheme=self.scheme,
            topic=self.name,
            notes={flag: text for flag, text in self.notes.items() if flag in flags},
            credentials={
                name: dict(values) for name, values in self.credentials.items() if name in used
            },
            vectors=self.vectors,
        )
        return f"{self.scheme}/{self.name}.json", codec.pretty(content)


def written(
    scheme_oracles: Iterable[str], schemas: Mapping[str, bytes], kept: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return the whole set, written anew: vector files, fixtures, *schemas* and the manifest.

    *scheme_oracles* are the modules that have ``files()``; *kept* are recordings, which stay as
    they are.
    """
    files = {**schemas, **kept}
    for module in scheme_oracles:
        files |= importlib.import_module(module).files()
    files["manifest.json"] = manifest(files.items())
    return files


def vector_digest(vector: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a vector's compact JSON, its members in the file's order."""
    text = json.dumps(vector, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def manifest(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the manifest of *files* (path and octets)."""
    entries = []
    for path, octets in sorted(files):
        vectors = codec.read(octets)["vectors"] if _is_vector_file(path) else []
        entries.append(
            ManifestFile(
                path=path,
                sha256=sha256(octets).hexdigest(),
                vectors={vector["id"]: vector_digest(vector) for vector in vectors},
            )
        )
    return codec.pretty(Manifest(format=FORMAT, set_version=SET_VERSION, files=entries))


def _is_vector_file(path: str) -> bool:
    """Vector files stand in a scheme's folder; schemas and fixtures have their own."""
    folder, _, name = path.rpartition("/")
    return (
        name.endswith(".json")
        and folder.count("/") == 0
        and folder not in {"", "schemas"}
        and (name != CONFIRMATIONS)
    )
