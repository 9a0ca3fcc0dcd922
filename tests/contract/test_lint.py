"""Lint and compare: every altered octet is found and placed, and every rule has been broken "
"once."""

import json
import random
import re
import shutil
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from signproof import codec, schemes
from signproof.corpus import Corpus, default_root
from signproof.lint import Fault, compare, lint
from signproof.model import Manifest
from signproof.oracles.writing import manifest, vector_digest

pytestmark = pytest.mark.once

SCHEME = "longbridge-hmac"
FILES = {entry.path: entry for entry in Corpus.open().manifest.files}
VECTOR_FILES = sorted(path for path, entry in FILES.items() if entry.vectors)
FIXTURE = f"{SCHEME}/fixtures/body-1-mib.json"
QUERY = f"{SCHEME}/query.json"
BODY = f"{SCHEME}/body.json"
REQUEST = f"{SCHEME}/request.json"
MISTAKES = f"{SCHEME}/mistakes.json"

Json = Any


def only(root: Path, *paths: str) -> Corpus:
    """Return a set of these files alone, copied to *root*."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(default_root() / path, root / path)
    small = Manifest(format=1, set_version="1.0.0", files=[FILES[path] for path in paths])
    (root / "manifest.json").write_bytes(codec.pretty(small))
    return Corpus.open(root)


def test_the_set_is_clean() -> None:
    assert lint(Corpus.open()) == []


# Every octet counts.


def owners(octets: bytes) -> list[tuple[int, int, str]]:
    """Return where each vector stands in its file: start, end, id."""
    starts = [
        (match.start(), json.loads(b"{" + match[1] + b"}")["id"])
        for match in re.finditer(rb'\{\n      ("id": "[^"]+")', octets)
    ]
    ends = [start for start, _ in starts[1:]] + [octets.rindex(b"]")]
    return [(start, end, id_) for (start, id_), end in zip(starts, ends, strict=True)]


def assert_found(corpus: Corpus, path: str, octets: bytes, position: int, flip: int) -> None:
    target = corpus.root / path
    target.write_bytes(
        octets[:position] + bytes([octets[position] ^ flip]) + octets[position + 1 :]
    )
    faults = lint(corpus)
    target.write_bytes(octets)
    shown = f"octet {position} ^ {flip}: {faults}"
    assert faults, shown
    assert all(fault.where.startswith(path) for fault in faults), shown
    owner = next((id_ for start, end, id_ in owners(octets) if start <= position < end), None)
    placed = any(
        re.search(r"\bline \d", str(fault)) or f": {owner}" in fault.where for fault in faults
    )
    assert owner is None or placed, shown


@pytest.mark.heavy
@pytest.mark.parametrize("flip", [1, 0x20])
def test_every_octet_of_a_file_counts(tmp_path: Path, flip: int) -> None:
    path = f"{SCHEME}/refresh.json"
    corpus = only(tmp_path, path)
    octets = (tmp_path / path).read_bytes()
    assert len(owners(octets)) == len(FILES[path].vectors)
    for position in range(len(octets)):
        assert_found(corpus, path, octets, position, flip)


@pytest.mark.parametrize("path", VECTOR_FILES)
def test_octets_drawn_from_every_file_count(tmp_path: Path, path: str) -> None:
    corpus = only(tmp_path, path, *([FIXTURE] if path == BODY else []))
    octets = (tmp_path / path).read_bytes()
    draw = random.Random(path)
    for _ in range(20):
        assert_found(corpus, path, octets, draw.randrange(len(octets)), draw.randrange(1, 256))


@pytest.mark.parametrize("path", sorted(set(FILES) - set(VECTOR_FILES)))
def test_octets_of_schemas_and_fixtures_count(tmp_path: Path, path: str) -> None:
    corpus = only(tmp_path, path)
    octets = (tmp_path / path).read_bytes()
    target = tmp_path / path
    if not octets:
        target.write_bytes(b"\0")
        assert lint(corpus) == [Fault(path, "its sha256 is not the manifest's")]
        return
    for position in (0, len(octets) // 2, len(octets) - 1):
        target.write_bytes(
            octets[:position] + bytes([octets[position] ^ 1]) + octets[position + 1 :]
        )
        assert lint(corpus) == [Fault(path, "its sha256 is not the manifest's")]


def test_numbers_outside_of_the_dialect_are_placed(tmp_path: Path) -> None:
    path = f"{SCHEME}/response.json"
    corpus = only(tmp_path, path)
    octets = (tmp_path / path).read_bytes()
    (tmp_path / path).write_bytes(octets.replace(b'"status": 429', b'"status": 4.9', 1))
    assert [str(fault) for fault in lint(corpus)] == [
        f"{path}: the number 4.9 is not an integer: write it as text",
        f"{path}: {SCHEME}/response/code-429001: it is not the vector of the manifest",
    ]


# Every rule has been broken once.


def rewritten(corpus: Corpus, path: str, change: Callable[[Json], object]) -> Corpus:
    """Change a file and bring the manifest up to it, so that the digests are no help."""
    target = corpus.root / path
    parsed = json.loads(target.read_bytes())
    change(parsed)
    octets = codec.pretty(parsed)
    target.write_bytes(octets)
    return listed(corpus, path, octets, parsed)


def listed(corpus: Corpus, path: str, octets: bytes, parsed: Json) -> Corpus:
    entries = [
        entry
        if entry.path != path
        else msgspec.structs.replace(
            entry,
            sha256=sha256(octets).hexdigest(),
            vectors={
                str(vector["id"]): vector_digest(vector) for vector in parsed["vectors"] or []
            },
        )
        for entry in corpus.manifest.files
    ]
    return Corpus(corpus.root, msgspec.structs.replace(corpus.manifest, files=entries))


def vector(id_: str, change: Callable[[Json], object]) -> Callable[[Json], object]:
    """Return a change of the vector with this name."""
    return lambda file: change(
        next(each for each in file["vectors"] if each["id"].endswith(f"/{id_}"))
    )


def _setting(*path: str, to: Json) -> Callable[[Json], object]:
    def change(value: Json) -> None:
        for name in path[:-1]:
            value = value[name]
        value[path[-1]] = to

    return change


def _without(*path: str) -> Callable[[Json], object]:
    def change(value: Json) -> None:
        for name in path[:-1]:
            value = value[name]
        del value[path[-1]]

    return change


def _reversed_stages(value: Json) -> None:
    value["stages"] = dict(reversed(value["stages"].items()))


NONE = f"{QUERY}: {SCHEME}/query/none"
BARE = f"{QUERY}: {SCHEME}/query/bare-question-mark"
EMPTY_OBJECT = f"{BODY}: {SCHEME}/body/empty-object"
ONE_MIB = f"{BODY}: {SCHEME}/body/1-mib"
GET = f"{REQUEST}: {SCHEME}/request/get"

RULES: list[tuple[str, str, Callable[[Json], object], list[str]]] = [
    (
        "unexplained-flag",
        QUERY,
        vector("none", _setting("flags", to=["empty-query", "new-flag"])),
        [f"{NONE}: its flag 'new-flag' is not explained in the notes"],
    ),
    (
        "flag-without-its-note",
        QUERY,
        _setting("notes", to={}),
        [
            f"{NONE}: its flag 'empty-query' is not explained in the notes",
            f"{BARE}: its flag 'empty-query' is not explained in the notes",
        ],
    ),
    (
        "unused-note",
        QUERY,
        _setting("notes", "left-over", to="About nothing."),
        [f"{QUERY}: the note 'left-over' is about a flag that no vector has"],
    ),
    (
        "unknown-operation",
        QUERY,
        vector("none", _setting("operation", to="guess")),
        [f"{NONE}: there is no operation 'guess'"],
    ),
    (
        "unknown-reason",
        QUERY,
        vector("none", _setting("expected", to={"reject": {"reason": "dislike"}})),
        [f"{NONE}: the reason 'dislike' is not in the scheme's list"],
    ),
    (
        "unknown-check",
        QUERY,
        vector("none", _setting("expected", to={"check": "by-eye"})),
        [f"{NONE}: there is no check 'by-eye'"],
    ),
    (
        "unknown-feature",
        QUERY,
        vector("none", _setting("requires", to=["magic"])),
        [f"{NONE}: it requires the unknown feature 'magic'"],
    ),
    (
        "unknown-mistake",
        MISTAKES,
        vector("query-sorted", _setting("mistake", to="typing-error")),
        [f"{MISTAKES}: {SCHEME}/mistakes/query-sorted: there is no mistake 'typing-error'"],
    ),
    (
        "mistake-for-another-reason",
        MISTAKES,
        vector("query-sorted", _setting("expected", "reject", "reason", to="missing-header")),
        [
            (
                f"{MISTAKES}: {SCHEME}/mistakes/query-sorted: its mistake is to be refused for "
                "'wrong-signature'"
            )
        ],
    ),
    (
        "wrong-text-sibling",
        BODY,
        vector("empty-object", _setting("input", "body_text", to="{ }")),
        [f"{EMPTY_OBJECT}: input.body_text does not repeat body_b64"],
    ),
    (
        "text-sibling-that-is-no-text",
        BODY,
        vector("empty-object", _setting("input", "body_text", to=1)),
        [f"{EMPTY_OBJECT}: input.body_text does not repeat body_b64"],
    ),
    (
        "base64-with-stray-bits",
        BODY,
        vector("empty-object", _setting("input", "body_b64", to="e31=")),
        [
            (
                f"{EMPTY_OBJECT}: input.body_b64 is not canonical base64: the last character has "
                "stray bits"
            )
        ],
    ),
    (
        "base64-unpadded",
        BODY,
        vector("empty-object", _setting("input", "body_b64", to="e30")),
        [
            (
                f"{EMPTY_OBJECT}: input.body_b64 is not base64: it must be padded, in one line, of "
                "A-Z a-z 0-9 + /"
            )
        ],
    ),
    (
        "octets-as-number",
        BODY,
        vector("empty-object", _setting("input", "body_b64", to=5)),
        [
            (
                f"{EMPTY_OBJECT}: its input is not as the schema says: Expected `str`, got `int` "
                "- at "
                "`$.body_b64`"
            )
        ],
    ),
    (
        "input-without-a-member",
        QUERY,
        vector("none", _without("input", "timestamp")),
        [f"{NONE}: its input is not as the schema says: Object missing required field `timestamp`"],
    ),
    (
        "credential-without-a-member",
        f"{SCHEME}/page.json",
        _setting("credentials", "main", to={"app_key": "k", "app_secret": "s"}),
        [
            f"{SCHEME}/page.json: {id_}: its credential is not as the schema says: Object missing "
            "required field `access_token`"
            for id_ in FILES[f"{SCHEME}/page.json"].vectors
        ],
    ),
    (
        "duplicate-id",
        QUERY,
        lambda file: file["vectors"].append(file["vectors"][0]),
        [
            f"{NONE}: it is not in the manifest",
            f"{NONE}: the id is taken already, in {QUERY}",
        ],
    ),
    (
        "wrong-prefix",
        QUERY,
        vector("none", _setting("id", to=f"{SCHEME}/path/none")),
        [f"{QUERY}: {SCHEME}/path/none: the id does not start with {SCHEME}/query/"],
    ),
    (
        "unknown-member",
        QUERY,
        vector("none", _setting("colour", to="blue")),
        [
            f"{QUERY}: it holds members that the format does not have, or that could be left out",
        ],
    ),
    (
        "default-written-out",
        QUERY,
        vector("none", _setting("importance", to="must")),
        [f"{QUERY}: it holds members that the format does not have, or that could be left out"],
    ),
    (
        "unknown-scheme",
        QUERY,
        _setting("scheme", to="other"),
        [f"{QUERY}: there is no scheme 'other': use one of {', '.join(schemes.ids())}"],
    ),
    (
        "unknown-format",
        QUERY,
        _setting("format", to=2),
        [f"{QUERY}: its format is 2, not 1"],
    ),
    (
        "misshapen-vector",
        QUERY,
        vector("none", _setting("importance", to="perhaps")),
        [f"{NONE}: Invalid enum value 'perhaps' - at `$.importance`"],
    ),
    (
        "vector-that-is-no-object",
        QUERY,
        lambda file: file.update(vectors=[{"id": f"{SCHEME}/query/none"}]),
        [f"{NONE}: Object missing required field `comment`"],
    ),
    (
        "misshapen-head",
        QUERY,
        _without("notes"),
        [f"{QUERY}: Object missing required field `notes`"],
    ),
    (
        "credential-missing",
        f"{SCHEME}/refresh.json",
        _setting("credentials", to={}),
        [
            (
                f"{SCHEME}/refresh.json: {SCHEME}/refresh/milliseconds names the credential "
                "'main', "
                "which the file lacks"
            )
        ],
    ),
    (
        "credential-not-named",
        QUERY,
        vector("none", _setting("credential", to=None)),
        [f"{NONE}: its credential must be named"],
    ),
    (
        "credential-not-wanted",
        f"{SCHEME}/response.json",
        lambda file: (
            file["credentials"].update(x={"app_key": "k", "app_secret": "s", "access_token": "t"}),
            file["vectors"][0].update(credential="x"),
        ),
        [f"{SCHEME}/response.json: {SCHEME}/response/success: its credential must be null"],
    ),
    (
        "stages-out-of-order",
        QUERY,
        vector("none", _reversed_stages),
        [f"{NONE}: its stages are not the operation's, in their order"],
    ),
    (
        "stage-missing",
        QUERY,
        vector("none", _without("stages", "header")),
        [f"{NONE}: its stages are not the operation's, in their order"],
    ),
    (
        "last-stage-is-not-the-output",
        QUERY,
        vector("none", _setting("stages", "header", to="HMAC-SHA256 x")),
        [f"{NONE}: its last stage is not its output"],
    ),
    (
        "output-of-another-operation",
        QUERY,
        vector("none", _setting("expected", to={"output": {"valid": True}})),
        [
            f"{NONE}: its output has other members than x_api_signature",
            f"{NONE}: its last stage is not its output",
        ],
    ),
    (
        "two-forms-with-one-label",
        f"{SCHEME}/path.json",
        vector(
            "percent-20",
            lambda value: [choice.update(label="form") for choice in value["expected"]["any_of"]],
        ),
        [
            (
                f"{SCHEME}/path.json: {SCHEME}/path/percent-20: two of its conforming outputs "
                "have one "
                "label"
            )
        ],
    ),
    (
        "fixture-with-another-digest",
        BODY,
        vector("1-mib", _setting("input", "body_file", "sha256", to="0" * 64)),
        [f"{FIXTURE}: its sha256 is not the one that {SCHEME}/body/1-mib states"],
    ),
]


@pytest.mark.parametrize(
    ("path", "change", "expected"),
    [rule[1:] for rule in RULES],
    ids=[rule[0] for rule in RULES],
)
def test_a_broken_rule(
    tmp_path: Path, path: str, change: Callable[[Json], object], expected: list[str]
) -> None:
    corpus = only(tmp_path, path, *([FIXTURE] if path == BODY else []))
    assert lint(corpus) == []
    faults = [str(fault) for fault in lint(rewritten(corpus, path, change))]
    assert faults == expected


def test_an_altered_fixture(tmp_path: Path) -> None:
    corpus = only(tmp_path, BODY, FIXTURE)
    (tmp_path / FIXTURE).write_bytes(b"{}")
    assert [str(fault) for fault in lint(corpus)] == [
        f"{FIXTURE}: its sha256 is not the one that {SCHEME}/body/1-mib states",
        f"{FIXTURE}: its sha256 is not the manifest's",
    ]


def test_a_missing_file_and_one_too_many(tmp_path: Path) -> None:
    corpus = only(tmp_path, QUERY)
    (tmp_path / QUERY).unlink()
    (tmp_path / "notes.txt").write_text("left over")
    (tmp_path / "README.md").write_text("belongs here")
    assert [str(fault) for fault in lint(corpus)] == [
        "notes.txt: it is not in the manifest: add it, or take it away",
        f"{QUERY}: the manifest lists it, but: No such file or directory",
    ]


def _manifested(corpus: Corpus, change: Callable[[dict[str, str]], object]) -> Corpus:
    [entry] = corpus.manifest.files
    vectors = dict(entry.vectors)
    change(vectors)
    files = [msgspec.structs.replace(entry, vectors=vectors)]
    return Corpus(corpus.root, msgspec.structs.replace(corpus.manifest, files=files))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda vectors: vectors.pop(f"{SCHEME}/query/none"),
            f"{NONE}: it is not in the manifest",
        ),
        (
            lambda vectors: vectors.update({f"{SCHEME}/query/none": "0" * 64}),
            f"{NONE}: it is not the vector of the manifest",
        ),
        (
            lambda vectors: vectors.update({f"{SCHEME}/query/lost": "0" * 64}),
            f"{QUERY}: {SCHEME}/query/lost: the manifest lists it, but the file lacks it",
        ),
    ],
)
def test_a_manifest_that_knows_other_vectors(
    tmp_path: Path, change: Callable[[dict[str, str]], object], expected: str
) -> None:
    corpus = _manifested(only(tmp_path, QUERY), change)
    assert [str(fault) for fault in lint(corpus)] == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda octets: octets.replace(b"\n", b"\r\n"), "line 1 is not laid out"),
        (lambda octets: octets.removesuffix(b"\n"), "line {last} is not laid out"),
        (lambda octets: octets.replace(b'  "topic"', b'   "topic"'), "line 4 is not laid out"),
        (
            lambda octets: octets.replace(b"Nothing and a bare", b"Nothing, a bare"),
            "its head differs from the manifest's file: format, scheme, notes or credentials",
        ),
        (
            lambda octets: b"\xef\xbb\xbf" + octets,
            "starts with a byte order mark: save it as plain UTF-8",
        ),
        (
            lambda octets: octets.replace(b'"topic": "query"', b'"topic": "query", "topic": ""'),
            "the name 'topic' stands twice in one object",
        ),
        (lambda octets: octets[:-10], "not JSON: Expecting"),
        (lambda _: b"[" * 100_000, "not usable JSON: nested too deeply"),
        (lambda _: b"[]", "Expected `object`, got `array`"),
        (
            lambda octets: octets[: octets.index(b'"vectors"')] + b'"vectors": null}',
            "Expected `array`, got `null` - at `$.vectors`",
        ),
    ],
)
def test_a_file_written_otherwise(
    tmp_path: Path, change: Callable[[bytes], bytes], expected: str
) -> None:
    corpus = only(tmp_path, QUERY)
    octets = (tmp_path / QUERY).read_bytes()
    (tmp_path / QUERY).write_bytes(change(octets))
    expected = expected.replace("{last}", str(octets.count(b"\n") + 1))
    [fault] = lint(corpus)
    assert str(fault).startswith(f"{QUERY}: {expected}")


# Compare.


@pytest.fixture
def small(tmp_path: Path) -> Mapping[str, bytes]:
    (tmp_path / "a.json").write_bytes(b"one\ntwo\nthree\n")
    (tmp_path / "b.json").write_bytes(b"")
    return {"a.json": b"one\ntwo\nthree\n", "b.json": b""}


@pytest.mark.parametrize(
    ("octets", "line"),
    [
        (b"One\ntwo\nthree\n", 1),
        (b"one\ntwo\nthree", 4),
        (b"one\ntwo\n", 3),
        (b"one\r\ntwo\r\nthree\r\n", 1),
        (b"one\ntwo\nthree\n\n", 5),
        (b"", 1),
    ],
)
def test_compare_names_the_line(
    tmp_path: Path, small: Mapping[str, bytes], octets: bytes, line: int
) -> None:
    assert compare(tmp_path, small) == []
    (tmp_path / "a.json").write_bytes(octets)
    assert compare(tmp_path, small) == [Fault(f"a.json, line {line}", "it is written otherwise")]


def test_compare_names_a_missing_file(tmp_path: Path, small: Mapping[str, bytes]) -> None:
    (tmp_path / "b.json").unlink()
    faults = compare(tmp_path, small)
    assert [str(fault) for fault in faults] == ["b.json: it is missing: No such file or directory"]


def test_the_manifest_is_written_from_the_files() -> None:
    octets = {path: (default_root() / path).read_bytes() for path in FILES}
    assert manifest(octets.items()) == (default_root() / "manifest.json").read_bytes()
