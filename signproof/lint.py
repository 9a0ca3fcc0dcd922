"""Check a vector set without running anything: form, references, digests, whole-set rules."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from signproof import codec, schemes
from signproof.adequacy import catalogue
from signproof.corpus import Corpus, CorpusError
from signproof.model import FORMAT, ManifestFile, Vector, VectorFile
from signproof.oracles.writing import vector_digest
from signproof.scheme import Operation, Scheme

__all__ = ["Fault", "compare", "lint"]

_UNLISTED = {"manifest.json", "README.md"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a set: where, and what."""

    where: str
    """A path relative to the set, with the vector's id or the line where that is known."""
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def lint(corpus: Corpus) -> list[Fault]:
    """Return every fault of the set, in the manifest's order; an empty list is a clean set."""
    faults: list[Fault] = []
    listed = {entry.path for entry in corpus.manifest.files}
    present = {
        path.relative_to(corpus.root).as_posix()
        for path in corpus.root.rglob("*")
        if path.is_file()
    }
    faults += [
        Fault(path, "it is not in the manifest: add it, or take it away")
        for path in sorted(present - listed - _UNLISTED)
    ]
    seen: dict[str, str] = {}
    for entry in corpus.manifest.files:
        path = corpus.root / entry.path
        try:
            octets = path.read_bytes()
        except OSError as error:
            faults.append(Fault(entry.path, f"the manifest lists it, but: {error.strerror}"))
            continue
        if entry.vectors:
            faults += _file_faults(corpus, entry, octets, seen)
        elif sha256(octets).hexdigest() != entry.sha256:
            faults.append(Fault(entry.path, "its sha256 is not the manifest's"))
    return faults


def _file_faults(
    corpus: Corpus, entry: ManifestFile, octets: bytes, seen: dict[str, str]
) -> Iterator[Fault]:
    try:
        parsed = codec.read(octets)
    except codec.CodecError as error:
        yield Fault(entry.path, str(error))
        yield from _altered_vectors(entry, _lenient(octets))
        return
    try:
        file = msgspec.convert(parsed, VectorFile)
    except msgspec.ValidationError as error:
        yield from _misshapen(entry, parsed, str(error))
        return
    yield from _alterations(entry, parsed, octets)
    for what in _head_faults(file, parsed):
        yield Fault(entry.path, what)
    if file.scheme not in schemes.ids():
        return
    for vector in file.vectors:
        where = f"{entry.path}: {vector.id}"
        if vector.id in seen:
            yield Fault(where, f"the id is taken already, in {seen[vector.id]}")
        seen[vector.id] = entry.path
        for what in _vector_faults(schemes.get(file.scheme), file, vector):
            yield Fault(where, what)
    yield from _case_faults(corpus, entry.path, file)


def _case_faults(corpus: Corpus, path: str, file: VectorFile) -> Iterator[Fault]:
    """Hold what an implementation will get against the operations' own types."""
    scheme = schemes.get(file.scheme)
    try:
        cases = corpus.cases_of(path, file)
    except CorpusError as error:
        yield Fault(Path(error.path).relative_to(corpus.root).as_posix(), error.problem)
        return
    for case in cases:
        operation = scheme.operations.get(case.vector.operation)
        if operation is None:
            continue
        for what, value, model in (
            ("input", case.input, operation.input),
            ("credential", case.credential, scheme.credential),
        ):
            try:
                if value is not None:
                    msgspec.convert(value, model)
            except msgspec.ValidationError as error:
                yield Fault(f"{path}: {case.id}", f"its {what} is not as the schema says: {error}")


def _head_faults(file: VectorFile, parsed: Any) -> Iterator[str]:
    if file.format != FORMAT:
        yield f"its format is {file.format}, not {FORMAT}"
    if msgspec.to_builtins(file) != parsed:
        yield "it holds members that the format does not have, or that could be left out"
    if file.scheme not in schemes.ids():
        yield str(schemes.UnknownScheme(file.scheme))
    for flag in sorted(set(file.notes) - {flag for one in file.vectors for flag in one.flags}):
        yield f"the note {flag!r} is about a flag that no vector has"


def _vectors(parsed: Any) -> list[Any]:
    vectors = parsed.get("vectors") if isinstance(parsed, dict) else None
    return vectors if isinstance(vectors, list) else []


def _lenient(octets: bytes) -> Any:
    """Read what is JSON but not of this project's dialect; None where it is not even that."""
    try:
        return json.loads(octets)
    except (ValueError, RecursionError):
        return None


def _misshapen(entry: ManifestFile, parsed: Any, message: str) -> Iterator[Fault]:
    """Name the vectors that the model cannot read, or else say what is wrong with the file."""
    found = False
    known = dict(enumerate(entry.vectors))
    for index, vector in enumerate(_vectors(parsed)):
        try:
            msgspec.convert(vector, Vector)
        except msgspec.ValidationError as error:
            found = True
            stated = vector.get("id") if isinstance(vector, dict) else None
            id_ = stated if stated in entry.vectors else known.get(index, f"vectors[{index}]")
            yield Fault(f"{entry.path}: {id_}", str(error))
    if not found:
        yield Fault(entry.path, message)


def _alterations(entry: ManifestFile, parsed: Any, octets: bytes) -> Iterator[Fault]:
    """Say what differs from what the manifest knows: vectors, or else head or layout."""
    faults = list(_altered_vectors(entry, parsed))
    yield from faults
    if not faults and sha256(octets).hexdigest() != entry.sha256:
        right_layout = codec.pretty(parsed)
        what = (
            "its head differs from the manifest's file: format, scheme, notes or credentials"
            if octets == right_layout
            else f"line {_first_line(octets, right_layout)} is not laid out as `vectors write` "
            "does it"
        )
        yield Fault(entry.path, what)


def _altered_vectors(entry: ManifestFile, parsed: Any) -> Iterator[Fault]:
    known = dict(entry.vectors)
    for vector in _vectors(parsed):
        id_ = vector.get("id") if isinstance(vector, dict) else None
        right = known.pop(id_, None) if isinstance(id_, str) else None
        if right is None:
            yield Fault(f"{entry.path}: {id_}", "it is not in the manifest")
        elif vector_digest(vector) != right:
            yield Fault(f"{entry.path}: {id_}", "it is not the vector of the manifest")
    if _vectors(parsed):
        for id_ in known:
            yield Fault(f"{entry.path}: {id_}", "the manifest lists it, but the file lacks it")


def _vector_faults(scheme: Scheme, file: VectorFile, vector: Vector) -> Iterator[str]:
    operation = scheme.operations.get(vector.operation)
    if operation is None:
        yield f"there is no operation {vector.operation!r}"
        return
    if vector.id.split("/")[:2] != [file.scheme, file.topic]:
        yield f"the id does not start with {file.scheme}/{file.topic}/"
    if operation.needs_credential != (vector.credential is not None):
        yield "its credential must be " + ("named" if operation.needs_credential else "null")
    yield from (
        f"its flag {flag!r} is not explained in the notes"
        for flag in vector.flags
        if flag not in file.notes
    )
    yield from (
        f"it requires the unknown feature {feature!r}"
        for feature in vector.requires
        if feature not in scheme.features
    )
    yield from _text_faults(vector.input, "input")
    yield from _expectation_faults(scheme, operation, vector)
    yield from _stage_faults(scheme, operation, vector)
    yield from _mistake_faults(scheme, vector)


def _expectation_faults(scheme: Scheme, operation: Operation, vector: Vector) -> Iterator[str]:
    expected = vector.expected
    if expected.reject is not UNSET and expected.reject.reason not in scheme.reasons:
        yield f"the reason {expected.reject.reason!r} is not in the scheme's list"
    if expected.check is not UNSET and expected.check not in scheme.checks:
        yield f"there is no check {expected.check!r}"
    outputs = [expected.output] if expected.output is not UNSET else []
    if expected.any_of is not UNSET:
        outputs = [choice.output for choice in expected.any_of]
        if len({choice.label for choice in expected.any_of}) != len(outputs):
            yield "two of its conforming outputs have one label"
    members = set(operation.output.__struct_fields__)
    if any(not output or not set(output) <= members for output in outputs):
        yield f"its output has other members than {', '.join(sorted(members))}"


def _stage_faults(scheme: Scheme, operation: Operation, vector: Vector) -> Iterator[str]:
    if not vector.stages:
        return
    yield from _text_faults(vector.stages, "stages")
    try:
        octets = codec.stage_octets(vector.stages)
    except codec.CodecError:
        return  # what is no base64 was named just now
    if tuple(octets) != (scheme.stages if operation.stages is None else operation.stages):
        yield "its stages are not the operation's, in their order"
        return
    expected = vector.expected
    first: dict[str, Any] = {}
    if expected.output is not UNSET:
        first = expected.output
    elif expected.any_of:
        first = expected.any_of[0].output
    texts = [text.encode() for text in first.values() if isinstance(text, str)]
    if first and [*octets.values()][-1] not in texts:
        yield "its last stage is not its output"


def _mistake_faults(scheme: Scheme, vector: Vector) -> Iterator[str]:
    if vector.mistake is UNSET:
        return
    mistake = catalogue(scheme).get(vector.mistake)
    if mistake is None:
        yield f"there is no mistake {vector.mistake!r}"
    elif vector.expected.reject is UNSET or vector.expected.reject.reason != mistake.refusal:
        yield f"its mistake is to be refused for {mistake.refusal!r}"


def _text_faults(value: Any, where: str) -> Iterator[str]:
    """Hold readable `_text` siblings and base64 spellings against what they repeat."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name.endswith("_b64"):
                if not isinstance(member, str):
                    continue  # the operation's type says what it must be
                try:
                    octets = codec.decode_octets(member)
                except codec.CodecError as error:
                    yield f"{where}.{name} is {error}"
                    continue
                sibling = f"{name[:-4]}_text"
                text = value.get(sibling)
                if sibling in value and not (isinstance(text, str) and text.encode() == octets):
                    yield f"{where}.{name[:-4]}_text does not repeat {name}"
            else:
                yield from _text_faults(member, f"{where}.{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _text_faults(member, f"{where}[{index}]")


def compare(root: Path, files: Mapping[str, bytes]) -> list[Fault]:
    """Return how the set in *root* differs from *files*, those that were just written anew."""
    faults = []
    for path, right in files.items():
        try:
            got = (root / path).read_bytes()
        except OSError as error:
            faults.append(Fault(path, f"it is missing: {error.strerror}"))
            continue
        if got != right:
            faults.append(
                Fault(f"{path}, line {_first_line(got, right)}", "it is written otherwise")
            )
    return faults


def _first_line(got: bytes, right: bytes) -> int:
    """Return the number of the first line that differs."""
    mine, other = got.split(b"\n"), right.split(b"\n")
    pairs = enumerate(zip(mine, other, strict=False), 1)
    differing = (number for number, (one, two) in pairs if one != two)
    return next(differing, min(len(mine), len(other)) + 1)
