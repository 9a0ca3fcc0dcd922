"""Finding and reading vectors, and what is said of a set that cannot be read."""

import json
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from signproof import cli, corpus
from signproof.corpus import Corpus, CorpusError, default_root

Json = dict[str, Any]

VECTOR: Json = {
    "id": "longbridge-hmac/topic/one",
    "comment": "One.",
    "operation": "sign",
    "credential": "main",
    "input": {
        "method": "GET",
        "path": "/",
        "query": None,
        "body_b64": "",
        "body_text": "for a reader",
        "timestamp": "1",
        "note_text": "no sibling: kept",
        "nested": {"a_b64": "QQ==", "a_text": "A", "b_text": "kept", "c": [{"d_text": "kept"}]},
    },
    "expected": {"output": {"x_api_signature": "x"}},
    "source": {"kind": "derived", "where": "here", "note": "n"},
}
CREDENTIAL = {"app_key": "k", "app_secret": "s", "access_token": "t"}
FIXTURE = b"\x00\xff"


def files(*vectors: Json) -> dict[str, Any]:
    """Return a set with one file of vectors, and a fixture."""
    return {
        "manifest.json": {
            "format": 1,
            "set_version": "7.0.0",
            "files": [
                {
                    "path": "longbridge-hmac/topic.json",
                    "sha256": "0" * 64,
                    "vectors": {vector["id"]: "0" * 64 for vector in vectors},
                },
                {"path": "longbridge-hmac/fixture.bin", "sha256": sha256(FIXTURE).hexdigest()},
            ],
        },
        "longbridge-hmac/topic.json": {
            "format": 1,
            "scheme": "longbridge-hmac",
            "topic": "topic",
            "notes": {},
            "credentials": {"main": CREDENTIAL},
            "vectors": list(vectors),
        },
        "longbridge-hmac/fixture.bin": FIXTURE,
    }


def write(root: Path, contents: dict[str, Any]) -> Path:
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        octets = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(octets)
    return root


def with_input(**members: Any) -> Json:
    return VECTOR | {"input": VECTOR["input"] | members}


def test_a_case_has_what_an_implementation_gets(tmp_path: Path) -> None:
    reference = {"path": "longbridge-hmac/fixture.bin", "sha256": sha256(FIXTURE).hexdigest()}
    root = write(tmp_path, files(with_input(file=reference, body_file=reference)))
    (case,) = Corpus.open(root).cases()
    assert case.credential == CREDENTIAL
    assert case.id == "longbridge-hmac/topic/one"
    assert case.input == {
        "method": "GET",
        "path": "/",
        "query": None,
        "body_b64": "AP8=",
        "timestamp": "1",
        "note_text": "no sibling: kept",
        "nested": {"a_b64": "QQ==", "b_text": "kept", "c": [{"d_text": "kept"}]},
        "file_b64": "AP8=",
    }


def test_a_case_without_a_credential(tmp_path: Path) -> None:
    root = write(tmp_path, files(VECTOR | {"credential": None}))
    assert [case.credential for case in Corpus.open(root).cases()] == [None]


def test_cases_of_one_scheme(tmp_path: Path) -> None:
    found = Corpus.open(write(tmp_path, files(VECTOR)))
    assert len(found.cases("longbridge-hmac")) == len(found.cases()) == 1
    assert found.cases("longbridge") == []


def test_members_of_later_versions_are_ignored(tmp_path: Path) -> None:
    root = write(tmp_path, files(VECTOR | {"colour": "blue"}))
    assert len(Corpus.open(root).cases()) == 1


def test_the_folder_of_this_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_root() == Path(corpus.__file__).parents[1] / "vectors"
    installed = tmp_path / "signproof" / "_vectors"
    installed.mkdir(parents=True)
    monkeypatch.setattr(corpus, "__file__", str(tmp_path / "signproof" / "corpus.py"))
    assert default_root() == installed


def change(path: str, content: Any) -> Callable[[dict[str, Any]], None]:
    def edit(contents: dict[str, Any]) -> None:
        contents[path] = content

    return edit


def member(path: str, name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(contents: dict[str, Any]) -> None:
        contents[path][name] = value

    return edit


def vector(**members: Any) -> Callable[[dict[str, Any]], None]:
    def edit(contents: dict[str, Any]) -> None:
        contents["longbridge-hmac/topic.json"]["vectors"][0].update(members)

    return edit


def fixture(reference: Any) -> Callable[[dict[str, Any]], None]:
    return vector(input=VECTOR["input"] | {"body_file": reference})


MANIFEST, TOPIC = "manifest.json", "longbridge-hmac/topic.json"
NO_FOLDER = "No such file or directory: point --vectors at a folder with manifest.json"
UNREADABLE = "longbridge-hmac/topic/one has a fixture that cannot be read: "
DIGEST = sha256(FIXTURE).hexdigest()


@pytest.mark.parametrize(
    ("edit", "path", "problem"),
    [
        (lambda contents: contents.clear(), MANIFEST, NO_FOLDER),
        (lambda contents: contents.pop(TOPIC), TOPIC, NO_FOLDER),
        (change(MANIFEST, b"{"), MANIFEST, None),
        (
            change(MANIFEST, b'{"format": 1.0}'),
            MANIFEST,
            "the number 1.0 is not an integer: write it as text",
        ),
        (
            change(TOPIC, b"\xff"),
            TOPIC,
            "not UTF-8 at octet 0 (line 1)",
        ),
        (
            change(MANIFEST, [1]),
            MANIFEST,
            "its format is None, this version reads 1: update signproof",
        ),
        (
            member(MANIFEST, "format", 2),
            MANIFEST,
            "its format is 2, this version reads 1: update signproof",
        ),
        (
            member(TOPIC, "format", "1"),
            TOPIC,
            "its format is '1', this version reads 1: update signproof",
        ),
        (
            member(TOPIC, "vectors", {}),
            TOPIC,
            "Expected `array`, got `object` - at `$.vectors`",
        ),
        (
            vector(id="No"),
            TOPIC,
            (
                "Expected `str` matching regex '^[a-z0-9-]+/[a-z0-9-]+/[a-z0-9.-]+$'"
                " - at `$.vectors[0].id`"
            ),
        ),
        (
            vector(expected={"check": "a", "reject": {"reason": "b"}}),
            TOPIC,
            (
                "exactly one of output, any_of, reject and check must be there"
                " - at `$.vectors[0].expected`"
            ),
        ),
        (
            vector(expected={}),
            TOPIC,
            (
                "exactly one of output, any_of, reject and check must be there"
                " - at `$.vectors[0].expected`"
            ),
        ),
        (
            vector(importance="high"),
            TOPIC,
            "Invalid enum value 'high' - at `$.vectors[0].importance`",
        ),
        (
            vector(credential="other"),
            TOPIC,
            "longbridge-hmac/topic/one names the credential 'other', which the file lacks",
        ),
        (fixture({"sha256": DIGEST}), TOPIC, UNREADABLE + "'path'"),
        (fixture({"path": "longbridge-hmac/fixture.bin"}), TOPIC, UNREADABLE + "'sha256'"),
        (fixture({"path": 1, "sha256": DIGEST}), TOPIC, None),
        (fixture({"path": "a\0b", "sha256": DIGEST}), TOPIC, None),
        (fixture("x"), TOPIC, None),
        (
            fixture({"path": "none.bin", "sha256": DIGEST}),
            TOPIC,
            UNREADABLE + "[Errno 2] No such file or directory: '{root}/none.bin'",
        ),
        (
            fixture({"path": "longbridge-hmac/fixture.bin", "sha256": "0" * 64}),
            "longbridge-hmac/fixture.bin",
            "its sha256 is not the one that longbridge-hmac/topic/one states",
        ),
    ],
    ids=range(21),
)
def test_refused(
    edit: Callable[[dict[str, Any]], None],
    path: str,
    problem: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    contents = json.loads(json.dumps(files(VECTOR) | {"longbridge-hmac/fixture.bin": None}))
    contents["longbridge-hmac/fixture.bin"] = FIXTURE
    edit(contents)
    root = write(tmp_path, contents)
    with pytest.raises(CorpusError) as caught:
        Corpus.open(root).cases()
    assert caught.value.path == str(root / path)
    if problem is not None:
        assert caught.value.problem == problem.replace("{root}", str(root))
    assert str(caught.value) == f"{root / path}: {caught.value.problem}"
    # The same, as the command says it.
    monkeypatch.setattr(sys, "argv", ["signproof", "verify", "--vectors", str(root)])
    with pytest.raises(SystemExit) as exited:
        cli.signproof()
    assert exited.value.code == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert str(root / path) in err


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(CorpusError, match="Is a directory: point --vectors at a folder with"):
        Corpus.open(tmp_path)


def test_an_altered_fixture_of_the_set_itself(tmp_path: Path) -> None:
    root = tmp_path / "vectors"
    shutil.copytree(default_root(), root)
    altered = root / "longbridge-hmac" / "fixtures" / "body-1-mib.json"
    altered.write_bytes(altered.read_bytes() + b" ")
    with pytest.raises(CorpusError) as caught:
        Corpus.open(root).cases()
    assert caught.value.path == str(altered)
