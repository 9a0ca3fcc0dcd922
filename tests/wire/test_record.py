"""`signproof record`: what clients send becomes vectors."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from signproof import codec, environments, record
from signproof.cli import sdks as cli_sdks
from signproof.corpus import Case, Corpus, recordings
from signproof.environments import Sdk
from signproof.model import Confirmation, Confirmations, VectorFile
from signproof.oracles.writing import manifest, written
from signproof.scheme import Scheme
from signproof.schemes.longbridge_hmac.sending import PROGRAM

# What these show does not depend on the Python, and programs are slow to start.
pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]
Client = Callable[..., list[str]]

SCHEME = "longbridge-hmac"
RECORD = ("record", SCHEME)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "seen"


@pytest.fixture
def seen(run: Run, client: Client, out: Path) -> Callable[..., tuple[int, str, str]]:
    """Record the client; what it could reach is told each time, and left out here."""

    def seen(how: str, *more: str, name: str = "my-sdk") -> tuple[int, str, str]:
        words = ("--out", str(out), "--client", name, *more)
        code, told, err = run(*RECORD, *words, "--", *client(how))
        note = "note: no sandbox, so the command can reach the network: the tests keep it open\n"
        assert err.startswith(note)
        return code, told, err.removeprefix(note)

    return seen


def vectors(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((out / SCHEME / "recorded.json").read_bytes())[
        "vectors"
    ]
    return found


def ids(out: Path) -> list[str]:
    return [vector["id"].removeprefix(f"{SCHEME}/recorded/") for vector in vectors(out)]


def recorded(out: Path) -> str:
    return f"4 vectors recorded in {out}: `signproof verify {SCHEME} --vectors {out}`\n"


def holds(run: Run, out: Path) -> None:
    """Let the set be checked, and the reference be held against it."""
    assert run("vectors", "lint", "--vectors", str(out)) == (0, "the set is clean\n", "")
    code, told, err = run("verify", "--vectors", str(out))
    assert (code, err) == (0, "")
    assert told.endswith(f"{len(vectors(out))} pass\n")


def test_a_command_is_recorded(seen: Run, run: Run, out: Path) -> None:
    assert seen("right", "--client-version", "2.0") == (0, recorded(out), "")
    holds(run, out)
    assert ids(out) == [
        "my-sdk.0001.sign",
        "my-sdk.0001.verify",
        "my-sdk.0002.sign",
        "my-sdk.0002.verify",
    ]
    file = json.loads((out / SCHEME / "recorded.json").read_bytes())
    sign = file["vectors"][0]
    assert sign["source"].pop("note")[10:] == ", recorded by `signproof record`"
    assert sign["expected"]["output"].pop("x_api_signature").startswith("HMAC-SHA256 Signed")
    assert file["credentials"] == {"my-sdk": dict(PROGRAM.credential)}
    assert sign == {
        "id": f"{SCHEME}/recorded/my-sdk.0001.sign",
        "comment": "As my-sdk sent it: GET /v1/asset/stock.",
        "operation": "sign",
        "credential": "my-sdk",
        "input": {
            "method": "GET",
            "path": "/v1/asset/stock",
            "query": "symbol=700.HK",
            "body_b64": "",
            "timestamp": "1700000000",
        },
        "expected": {"output": {}},
        "flags": ["recorded"],
        "source": {"kind": "sdk-recording", "where": "my-sdk 2.0"},
    }


def test_what_is_recorded_again_takes_its_place(seen: Run, run: Run, out: Path) -> None:
    seen("right")
    seen("right", name="other")
    before = ids(out)
    assert seen("right")[0] == 0
    assert len(before) == 8
    assert ids(out) == before
    (out / SCHEME / "README.md").write_text("of a folder within")
    (out / "README.md").write_text("of the set")
    seen("right", name="third")
    assert {id_.partition(".")[0] for id_ in ids(out)} == {"my-sdk", "other", "third"}
    holds(run, out)


def test_what_was_refused_is_left_out(seen: Run, out: Path) -> None:
    refused = "refused and left out, 1: `wire` shows why\n"
    nothing = "nothing that was accepted arrived, so nothing was recorded\n"
    assert seen("wrong") == (3, "", refused + nothing)
    assert seen("junk") == (3, "", refused + nothing)
    assert seen("nothing") == (3, "", nothing)
    assert not out.exists()


def test_a_command_that_fails_is_not_recorded(seen: Run, out: Path) -> None:
    why = "the command failed: it ended with exit code 7"
    assert seen("right-then-fails") == (2, "", f"Error: nothing was recorded: {why}\n")
    assert not out.exists()


def test_a_command_that_cannot_be_started_is_not_recorded(run: Run, out: Path) -> None:
    code, told, err = run(*RECORD, "--out", str(out), "--client", "c", "--", "/no/such/program")
    why = "the command failed: it cannot be started: No such file or directory"
    assert (code, told, err.splitlines()[-1]) == (3, "", f"Error: nothing was recorded: {why}")
    assert not out.exists()


def test_a_folder_with_a_space_is_quoted(run: Run, client: Client, tmp_path: Path) -> None:
    out = tmp_path / "a b"
    words = ("--out", str(out), "--client", "c", "--", *client("right"))
    told = f"4 vectors recorded in {out}: `signproof verify {SCHEME} --vectors '{out}'`\n"
    assert run(*RECORD, *words)[:2] == (0, told)


def test_an_interrupted_command_is_not_recorded(
    start: Callable[..., Any],
    client: Client,
    out: Path,
    tmp_path: Path,
    wait_for: Callable[..., bool],
    is_alive: Callable[[int], bool],
) -> None:
    pids = tmp_path / "pids"
    words = ("--out", str(out), "--client", "c", "--", *client("right-then-waits", str(pids)))
    process = start(*RECORD, *words)
    assert wait_for(lambda: pids.exists() and pids.read_text().count(" ") == 1)
    os.kill(process.pid, signal.SIGINT)
    told, err = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "")
    assert err.endswith("interrupted: nothing was recorded\n")
    assert not out.exists()
    assert wait_for(lambda: not any(is_alive(int(pid)) for pid in pids.read_text().split()))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--out", "{out}"], "give either a COMMAND behind `--` or --sdk"),
        (
            ["--out", "{out}", "--sdk", "x", "--", "true"],
            "give either a COMMAND behind `--` or --sdk",
        ),
        (
            ["--out", "{out}", "--", "true"],
            "--client is missing: say what COMMAND is called, for the vectors' ids",
        ),
        (
            ["--out", "{out}", "--client", "a.b", "--", "true"],
            "--client: name the COMMAND with small letters, digits and `-`",
        ),
        (
            ["--out", "{out}", "--client", "a", "--env", "x", "--", "true"],
            "--env x: write NAME=TEXT",
        ),
        (
            ["--out", "{here}", "--client", "a", "--", "true"],
            "{here}: it is neither empty nor a set of vectors: name another folder",
        ),
    ],
)
def test_a_problem_is_one_line(run: Run, out: Path, words: list[str], problem: str) -> None:
    here = out.parent / "here"
    here.mkdir()
    (here / "a file").write_text("")
    places = {"out": out, "here": here}
    code, told, err = run(*RECORD, *(word.format(**places) for word in words))
    assert (code, told, err) == (2, "", f"Error: {problem.format(**places)}\n")
    assert not out.exists()


@pytest.mark.parametrize(
    ("spoiled", "what"),
    [
        ("recorded.json", "{out}/longbridge-hmac/recorded.json: not JSON"),
        ("other.json", "{out}: a file there is no vector file: not JSON"),
    ],
)
def test_a_set_that_cannot_be_read(seen: Run, out: Path, spoiled: str, what: str) -> None:
    seen("right")
    (out / SCHEME / spoiled).write_text("{")
    code, told, err = seen("right")
    assert (code, told, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"Error: {what.format(out=out)}")


@pytest.mark.parametrize("text", ["{}", "[]"])
def test_a_file_that_is_no_vector_file(seen: Run, out: Path, text: str) -> None:
    seen("right")
    before = (out / "manifest.json").read_bytes()
    (out / SCHEME / "other.json").write_text(text)
    code, told, err = seen("right", name="other")
    assert (code, told, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"Error: {out}: a file there is no vector file: it lacks ")
    assert (out / "manifest.json").read_bytes() == before
    assert len(ids(out)) == 4


def test_a_set_that_cannot_be_written(seen: Run, out: Path) -> None:
    out.parent.mkdir(exist_ok=True)
    (out / SCHEME).mkdir(parents=True)
    (out / "manifest.json").mkdir()
    assert seen("right") == (2, "", f"Error: {out}/manifest.json: Is a directory\n")


# From SDKs.


@pytest.fixture
def fake(
    make_sdk: Callable[..., Sdk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Sdk]:
    monkeypatch.setattr(environments, "default_root", lambda: tmp_path / "sdks")
    monkeypatch.setattr(environments, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(environments, "_STEPS", {"pypi": lambda *_: []})
    monkeypatch.setattr(cli_sdks, "questions", lambda _: ())
    monkeypatch.setattr("signproof.matrix.questions", lambda _: ())
    return make_sdk


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch, scheme: Scheme) -> None:
    """Let the set be small: a body that is written otherwise, and two requests of one kind."""
    whole = Corpus.cases
    names = ("body/compact", "body/spaced", "request/get", "request/get-one", "request/post")

    def cases(corpus: Corpus, scheme_id: str | None = None) -> list[Case]:
        every = {case.id: case for case in whole(corpus, scheme_id)}
        return [every[id_] for name in names if (id_ := f"{scheme.id}/{name}") in every]

    monkeypatch.setattr(Corpus, "cases", cases)


@pytest.mark.usefixtures("_few")
def test_an_sdk_is_recorded_and_confirms(
    run: Run, fake: Callable[..., Sdk], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(how="json")
    code, told, err = run(*RECORD, "--out", str(out), "--sdk", "pypi-made-up")
    assert (code, told) == (0, recorded(out))
    assert err.endswith("judging pypi-made-up 1.2.3 (Python)\n")
    assert ids(out) == [
        "pypi-made-up.body.spaced.sign",
        "pypi-made-up.body.spaced.verify",
        "pypi-made-up.request.get.sign",
        "pypi-made-up.request.get.verify",
    ]
    found = json.loads((out / SCHEME / "confirmations.json").read_bytes())
    for one in found["confirmations"]:
        assert len(one.pop("date")) == len("2026-01-02")
        assert (one.pop("sdk"), one.pop("version")) == ("pypi made-up", "1.2.3")
    assert found["confirmations"] == [
        {"vector": f"{SCHEME}/body/compact", "agreement": "same request"},
        {"vector": f"{SCHEME}/body/spaced", "agreement": "exact"},
        {"vector": f"{SCHEME}/request/get", "agreement": "exact"},
        {"vector": f"{SCHEME}/request/get-one", "agreement": "exact"},
        {"vector": f"{SCHEME}/request/post", "agreement": "same request"},
    ]
    code, told, _ = run(*RECORD, "--out", str(out), "--sdk", "pypi-made-up")
    assert (code, told) == (0, recorded(out))
    monkeypatch.undo()
    holds(run, out)


@pytest.mark.usefixtures("_few")
@pytest.mark.parametrize(
    ("how", "changes", "why"),
    [
        ("", {"tools = []": 'tools = ["no-such-tool"]'}, "this machine has no no-such-tool"),
        ("", {'"1.2.3"': '"9"'}, "its driver loaded version '1.2.3', the manifest has 9"),
    ],
)
def test_an_sdk_without_a_result_is_not_recorded(
    run: Run, fake: Callable[..., Sdk], out: Path, how: str, changes: dict[str, str], why: str
) -> None:
    sdk = fake(how=how, replace=changes)
    code, told, err = run(*RECORD, "--out", str(out), "--sdk", sdk.id)
    assert (code, told) == (2, "")
    assert err.splitlines()[-1] == f"Error: nothing was recorded: {sdk}: {why}"
    assert not out.exists()


@pytest.mark.usefixtures("_few")
def test_an_interrupted_sdk_is_not_recorded(
    run: Run, fake: Callable[..., Sdk], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge_sdk(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_sdks, "judge_sdk", judge_sdk)
    sdk = fake()
    code, _, err = run(*RECORD, "--out", str(out), "--sdk", sdk.id)
    assert code == 2
    assert err.splitlines()[-1] == f"Error: nothing was recorded: {sdk}: it was interrupted"


# The rules of merging.


def confirmation(vector: str, sdk: str, version: str) -> Confirmation:
    return Confirmation(
        vector=f"s/t/{vector}", sdk=sdk, version=version, date="2026-01-02", agreement="exact"
    )


def test_confirmations_of_the_same_sdk_and_version_are_renewed(scheme: Scheme) -> None:
    old = [confirmation("a", "npm x", "1"), confirmation("b", "npm x", "2")]
    old += [confirmation("c", "npm y", "1")]
    found = [confirmation("d", "npm x", "2"), confirmation("a", "npm x", "2")]
    before = Confirmations(format=1, scheme=scheme.id, confirmations=old)
    octets = record.merged_confirmations(scheme, before, found)
    merged = msgspec.convert(codec.read(octets), Confirmations).confirmations
    assert [(one.sdk, one.version, one.vector) for one in merged] == [
        ("npm x", "1", "s/t/a"),
        ("npm x", "2", "s/t/a"),
        ("npm x", "2", "s/t/d"),
        ("npm y", "1", "s/t/c"),
    ]
    assert record.merged_confirmations(scheme, None, found) == record.merged_confirmations(
        scheme, Confirmations(format=1, scheme=scheme.id, confirmations=[]), found
    )


def test_vectors_of_the_same_client_are_renewed(scheme: Scheme, by_name: dict[str, Case]) -> None:
    one = by_name["request/get"].vector

    def named(name: str, credential: str) -> Any:
        id_ = f"{scheme.id}/recorded/{name}"
        return msgspec.structs.replace(one, id=id_, credential=credential)

    credentials: dict[str, dict[str, Any]] = {"c1": {"a": "1"}, "c2": {"a": "2"}}
    octets = record.merged(
        scheme, None, credentials, [named("b.1", "c1"), named("b-2.1", "c2")], ["b", "b-2"]
    )
    old = msgspec.convert(codec.read(octets), VectorFile)
    assert old.credentials == credentials
    octets = record.merged(
        scheme, old, {"c3": {"a": "3"}, "unused": {}}, [named("b.9", "c3")], ["b"]
    )
    new = msgspec.convert(codec.read(octets), VectorFile)
    assert [vector.id.rpartition("/")[2] for vector in new.vectors] == ["b-2.1", "b.9"]
    assert new.credentials == {"c2": {"a": "2"}, "c3": {"a": "3"}}


def test_a_name_stands_for_one_credential(seen: Run, out: Path, tmp_path: Path) -> None:
    """A credential that vectors of others name is not changed under them."""
    seen("right", name="main")
    path = out / SCHEME / "recorded.json"
    file = msgspec.convert(codec.read(path.read_bytes()), VectorFile)
    vector = msgspec.structs.replace(file.vectors[0], id=f"{SCHEME}/recorded/x.1.sign")
    file = msgspec.structs.replace(file, vectors=[vector])
    path.write_bytes(codec.pretty(file))
    own = tmp_path / "own.json"
    own.write_text(json.dumps({**PROGRAM.credential, "app_key": "another"}))
    code, told, err = seen("right", "--credentials", str(own), name="main")
    assert (code, told) == (2, "")
    assert err == (
        f"Error: {path}: the credential main is another one there, which "
        f"{SCHEME}/recorded/x.1.sign names: record into a folder of its own\n"
    )


@pytest.mark.once
@pytest.mark.parametrize(
    ("method", "path", "query", "signs"),
    [
        ("GET", "/a", None, True),
        ("get", '/a"{|}^`;', "b=%20&c", True),
        ("GET", "/a%20b", None, False),
        ("GET", "/a#b", None, False),
        ("GET", "/a", "b#c", False),
        ("GET", "*", None, False),
        ("GET", "http://127.0.0.1/a", None, False),
        ("M-SEARCH", "/a", None, False),
    ],
)
def test_what_a_request_shows(
    scheme: Scheme, method: str, path: str, query: str | None, *, signs: bool
) -> None:
    """That it is to be accepted; its signature where a signer may be asked for it."""
    call: dict[str, Any] = {"method": method, "path": path, "query": query, "body_b64": ""}
    request = {**call, "headers": [["X-Timestamp", "1"], ["x-api-signature", "S"]]}
    shown: list[Any] = [("verify", {"request": request}, {"valid": True})]
    if signs:
        shown.append(("sign", {**call, "timestamp": "1"}, {"x_api_signature": "S"}))
    assert scheme.signing().recorded(request) == shown


@pytest.mark.once
def test_recordings_are_kept_when_the_set_is_written_anew(seen: Run, out: Path) -> None:
    seen("right")
    (out / SCHEME / "confirmations.json").write_bytes(b"{}")
    (out / SCHEME / "other.json").write_bytes(b"{}")
    kept = recordings(out)
    assert set(kept) == {f"{SCHEME}/recorded.json", f"{SCHEME}/confirmations.json"}
    files = written([], {"schemas/a.json": b"{}"}, kept)
    assert set(files) == {*kept, "schemas/a.json", "manifest.json"}
    assert {path: files[path] for path in kept} == kept
    assert files["manifest.json"] == manifest([*kept.items(), ("schemas/a.json", b"{}")])
    listed = {
        one["path"]: len(one.get("vectors", {}))
        for one in json.loads(files["manifest.json"])["files"]
    }
    assert listed == {
        f"{SCHEME}/recorded.json": 4,
        f"{SCHEME}/confirmations.json": 0,
        "schemas/a.json": 0,
    }
