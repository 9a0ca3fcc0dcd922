"""`signproof matrix`, on made-up SDKs whose drivers are right, or wrong in one way."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from signproof import environments, schemas
from signproof.behaviours.longbridge_hmac import BEHAVIOURS
from signproof.cli import sdks as cli_sdks
from signproof.corpus import Case, Corpus, default_root
from signproof.environments import Sdk
from signproof.matrix import not_run, summed_up
from signproof.model import (
    FORMAT,
    Implementation,
    Importance,
    Matrix,
    MatrixEntry,
    Outcome,
    Report,
    Result,
)
from signproof.reports import matrix as shown
from signproof.scheme import Scheme

# What these show does not depend on the Python, and programs are slow to start.
pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]

SCHEME = "longbridge-hmac"
MATRIX = ("matrix", SCHEME)
NAMES = ("body/compact", "request/get", "request/get-one", "refuse/empty-key")
LEGEND = (
    "(a number passed; k known to differ, s cannot be sent, w fails where that only warns, F fail, "
    "E error, T timeout, X known to differ yet passes, Y flaky; typed: requests of typed calls)\n"
)
EXCLUDED = "not asked of any, 1: it expects a refusal: no request to send\n"
NOTE = "note: no sandbox, so the SDKs can reach the network: the tests keep it open\n"


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the set be small."""
    whole = Corpus.cases

    def cases(corpus: Corpus, scheme_id: str | None = None) -> list[Case]:
        every = {case.id: case for case in whole(corpus, scheme_id)}
        return [every[f"{SCHEME}/{name}"] for name in NAMES if f"{SCHEME}/{name}" in every]

    monkeypatch.setattr(Corpus, "cases", cases)


@pytest.fixture
def fake(
    make_sdk: Callable[..., Sdk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Sdk]:
    monkeypatch.setattr(environments, "default_root", lambda: tmp_path / "sdks")
    monkeypatch.setattr(environments, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(environments, "_STEPS", {"pypi": lambda *_: [], "go": lambda *_: []})
    monkeypatch.setattr(cli_sdks, "questions", lambda _: BEHAVIOURS[:1])
    monkeypatch.setattr("signproof.matrix.questions", lambda _: BEHAVIOURS[:1])
    monkeypatch.setattr("signproof.cli.matrix.questions", lambda _: BEHAVIOURS[:1])
    return make_sdk


def typed(how: str) -> str:
    return f'typed = ["{sys.executable}", "-S", "client.py", "{how}"]\n'


def test_one_that_is_right(run: Run, fake: Callable[..., Sdk]) -> None:
    fake(lines=typed("right"))
    assert run(*MATRIX, "--verbose") == (
        0,
        (
            "SDK                 vectors  not GET  body  request  typed\n"
            "pypi-made-up 1.2.3        3        1     1        2      2\n"
            f"{LEGEND}\n"
            "timestamp: integer seconds: pypi-made-up\n"
            f"{EXCLUDED}\n"
            "1 SDK judged without a sandbox, 0 skipped, 0 failed · vectors 1.0.0\n"
            "3 pass\n"
        ),
        f"1/1 installing pypi-made-up 1.2.3 (Python)\n{NOTE}judging pypi-made-up 1.2.3 (Python)\n",
    )


def test_what_installs_fastest_is_installed_first(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("a-go", replace={'"pypi"': '"go"'})
    fake("b-toolless", replace=TOOLLESS)
    fake("c-pypi")
    err = run(*MATRIX)[2]
    assert [line for line in err.splitlines() if "installing" in line] == [
        "2/3 installing c-pypi 1.2.3 (Python)",
        "3/3 installing a-go 1.2.3 (Python)",
    ]


def test_all_together(run: Run, fake: Callable[..., Sdk]) -> None:
    """Right, known to differ, unable, wrong, of a missing tool, and not to be installed."""
    fake("a-right")
    known = fake("b-known", "wrong").known
    known.write_text(f'[[known]]\nid = "{SCHEME}/request/get-one"\nreason = "it is made so"\n')
    fake("c-unable", "skips")
    fake("d-wrong", "wrong")
    fake("e-toolless", replace={"tools = []": 'tools = ["no-such-tool", "nor-this"]'})
    fake("f-uninstalled", replace={"disk_mib = 1": "disk_mib = 1000000000"})
    code, out, _ = run(*MATRIX)
    assert code == 1
    failures, _, rest = out.partition("\nSDK  ")
    assert "d-wrong 1.2.3:\nFAIL longbridge-hmac/request/get-one\n" in failures
    assert "  cause    method-lowercase: " in failures
    assert (
        "  again    signproof matrix longbridge-hmac --sdk d-wrong --id "
        "longbridge-hmac/request/get-one\n"
    ) in failures
    head, _, last = rest.partition("f-uninstalled 1.2.3: it needs 1000000000 MiB in ")
    assert head == (
        "           vectors  not GET  body  request\n"
        "a-right 1.2.3         3        1     1        2\n"
        "b-known 1.2.3         3        1     1     1 1k\n"
        "c-unable 1.2.3        2        1     1     1 1s\n"
        "d-wrong 1.2.3         3        1     1     1 1F\n"
        f"{LEGEND}\n"
        "skipped e-toolless 1.2.3: this machine has no no-such-tool and no nor-this\n"
        "failed "
    )
    assert last.partition("\n")[2] == (
        "differs: it is made so (`request/get-one`): b-known\n"
        "cannot send: the SDK cannot (1): c-unable\n"
        f"{EXCLUDED}\n"
        "4 SDKs judged without a sandbox, 1 skipped, 1 failed · vectors 1.0.0\n"
        "1 fail · 9 pass · 1 skip · 1 xfail\n"
    )


TOOLLESS = {"tools = []": 'tools = ["no-such-tool"]'}
OPTIONAL = {"required = true": "required = false"}


@pytest.mark.parametrize(
    ("sdks", "options", "code"),
    [
        ([{}], [], 0),
        ([{"how": "wrong"}], [], 1),
        ([{"how": "wrong", "replace": OPTIONAL}], [], 1),
        ([{"replace": TOOLLESS}], [], 3),
        ([{"replace": TOOLLESS}], ["--no-skip"], 1),
        ([{"replace": TOOLLESS | OPTIONAL}], ["--no-skip"], 3),
        ([{}, {"replace": TOOLLESS}], [], 0),
        ([{}, {"replace": TOOLLESS}], ["--no-skip"], 1),
        ([{}, {"replace": TOOLLESS | OPTIONAL}], ["--no-skip"], 0),
        ([{}, {"replace": {'"1.2.3"': '"9"'}}], [], 1),
        ([{}, {"replace": {'"1.2.3"': '"9"'} | OPTIONAL}], [], 0),
        ([{"lines": typed("right")}], [], 0),
        ([{"lines": typed("wrong")}], [], 1),
        ([{"lines": typed("nothing")}], [], 1),
        ([{"lines": typed("right-then-fails")}], [], 1),
        ([{"how": "wrong"}], ["--id", f"{SCHEME}/request/get"], 0),
        ([{}, {"how": "wrong"}], ["--sdk", "sdk-0"], 0),
    ],
)
def test_the_exit_code(
    run: Run, fake: Callable[..., Sdk], sdks: list[dict[str, Any]], options: list[str], code: int
) -> None:
    for number, sdk in enumerate(sdks):
        fake(f"sdk-{number}", **sdk)
    assert run(*MATRIX, *options)[0] == code


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("nothing", "  its typed calls sent nothing\n"),
        (
            "right-then-fails",
            "  its typed calls ended with an error\n  it ended with exit code 7\n",
        ),
        (
            "wrong",
            (
                "  typed call, longbridge-hmac/wire/request-0001: the signature does not match the "
                "request as received: the secret differs, or what was signed is not what was sent\n"
            ),
        ),
    ],
)
def test_typed_calls_that_fail(run: Run, fake: Callable[..., Sdk], how: str, told: str) -> None:
    fake(lines=typed(how))
    assert run(*MATRIX)[1].startswith(f"pypi-made-up 1.2.3:\n{told}\nSDK ")


def test_another_version_is_a_failure(run: Run, fake: Callable[..., Sdk]) -> None:
    fake(replace={'"1.2.3"': '"1.2.4"'})
    code, out, _ = run(*MATRIX)
    why = "its driver loaded version '1.2.3', the manifest has 1.2.4"
    assert (code, out) == (
        1,
        (
            f"failed pypi-made-up 1.2.4: {why}\n{EXCLUDED}\n"
            "0 SDKs judged without a sandbox, 0 skipped, 1 failed · vectors 1.0.0\n"
            "nothing was sent\n"
        ),
    )


def test_a_driver_that_does_not_start(run: Run, fake: Callable[..., Sdk]) -> None:
    sdk = fake()
    (sdk.folder / "driver.py").write_text("print('hello')")
    code, out, _ = run(*MATRIX)
    assert code == 1
    assert out.startswith("failed pypi-made-up 1.2.3: ")
    assert "it wrote to standard output what is not a reply: 'hello'" in out.partition("\n")[0]


# What is asked for.


def test_a_vector_alone(run: Run, fake: Callable[..., Sdk]) -> None:
    """The list of what is known to fail may name others."""
    sdk = fake(how="wrong")
    sdk.known.write_text(f'[[known]]\nid = "{SCHEME}/request/get-one"\nreason = "so"\n')
    code, out, _ = run(*MATRIX, "--id", f"{SCHEME}/request/get")
    assert code == 0
    assert out.splitlines()[1].split() == ["pypi-made-up", "1.2.3", "1", "0", "1"]


def test_a_set_of_ones_own(run: Run, fake: Callable[..., Sdk], tmp_path: Path) -> None:
    """The list of what is known to fail is about this installation's vectors."""
    folder = tmp_path / "own" / SCHEME
    folder.mkdir(parents=True)
    root = default_root()
    (folder / "request.json").write_bytes((root / SCHEME / "request.json").read_bytes())
    manifest = json.loads((root / "manifest.json").read_bytes())
    files = [one for one in manifest["files"] if one["path"] == f"{SCHEME}/request.json"]
    (folder.parent / "manifest.json").write_text(json.dumps({**manifest, "files": files}))
    sdk = fake()
    sdk.known.write_text(f'[[known]]\nid = "{SCHEME}/body/compact"\nreason = "so"\n')
    code, out, _ = run(*MATRIX, "--vectors", str(folder.parent))
    assert (code, out.splitlines()[0].split()[-2:]) == (0, ["GET", "request"])


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--sdk", "guess"], "there is no SDK guess: use one of pypi-made-up"),
        (
            ["--id", "guess"],
            "guess cannot be sent: there is no such vector: `signproof list longbridge-hmac`",
        ),
        (
            ["--id", f"{SCHEME}/refuse/empty-key"],
            f"{SCHEME}/refuse/empty-key cannot be sent: it expects a refusal: no request to send",
        ),
        (["--findings", "{here}/new.md"], "{here}/new.md: No such file or directory"),
        (
            ["--findings", "{here}/plain.md"],
            "{here}/plain.md: it lacks the two marks between which the findings stand",
        ),
        (["--findings", "{here}/latin.md"], "{here}/latin.md: it is not UTF-8 text"),
    ],
)
def test_a_problem_is_one_line(
    run: Run, fake: Callable[..., Sdk], tmp_path: Path, words: list[str], problem: str
) -> None:
    fake()
    (tmp_path / "plain.md").write_text("<!-- from the run: begin -->")
    (tmp_path / "latin.md").write_bytes(b"\xff")
    code, out, err = run(*MATRIX, *(word.format(here=tmp_path) for word in words))
    assert (code, out, err) == (2, "", f"Error: {problem.format(here=tmp_path)}\n")


def test_a_page_that_cannot_be_written(run: Run, fake: Callable[..., Sdk]) -> None:
    fake()
    code, out, err = run(*MATRIX, "--findings", "/no/such/page.md")
    why = "/no/such/page.md: there is no folder /no/such to write to"
    assert (code, out) == (2, "")
    assert err.endswith(f"\n\nError: Invalid value for '--findings': {why}\n")


def test_a_vector_that_is_no_request(
    run: Run, fake: Callable[..., Sdk], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake()
    monkeypatch.setattr(sys.modules[__name__], "NAMES", (*NAMES, "verify/post-order"))
    id_ = f"{SCHEME}/verify/post-order"
    problem = f"Error: {id_} cannot be sent: it is no request\n"
    assert run(*MATRIX, "--id", id_) == (2, "", problem)


def test_no_sdks_at_all(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "default_root", lambda: tmp_path)
    problem = f"Error: {tmp_path}: no folder in it has a sdk.toml\n"
    assert run(*MATRIX) == (2, "", problem)


def test_a_list_of_what_is_known_that_is_wrong(run: Run, fake: Callable[..., Sdk]) -> None:
    sdk = fake()
    sdk.known.write_text('[[known]]\nid = "guess"\nreason = "so"\n')
    code, out, err = run(*MATRIX)
    problem = f"Error: {sdk.known}: there is no vector guess: take the entry out"
    assert (code, out, err.splitlines()[-1]) == (2, "", problem)


@pytest.mark.parametrize(
    ("credential", "why"),
    [
        (None, "Expected `object`, got `null`"),
        ({"app_key": "k"}, "Object missing required field `app_secret`"),
        (
            {"app_key": "k", "app_secret": "", "access_token": "t"},
            "the app secret is empty: set it from the developer page before signing",
        ),
    ],
)
def test_a_set_whose_credential_is_none(
    run: Run,
    fake: Callable[..., Sdk],
    monkeypatch: pytest.MonkeyPatch,
    by_name: dict[str, Case],
    credential: dict[str, str] | None,
    why: str,
) -> None:
    fake()
    case = by_name["request/get"]
    spoiled = Case(case.scheme, case.vector, credential, case.input)
    monkeypatch.setattr(Corpus, "cases", lambda *_: [spoiled])
    problem = f"Error: {case.id} cannot be sent: its credential: {why}\n"
    assert run(*MATRIX) == (2, "", problem)


# Files.

PAGE = "before\n<!-- from the run: begin -->\nold\n<!-- from the run: end -->\nafter\n"
FINDINGS = """\
before
<!-- from the run: begin -->

### Vectors through each SDK

| SDK | vectors | not GET | body | request |
|---|---|---|---|---|
| a-right 1.2.3 | 3 | 1 | 1 | 2 |
| b-known 1.2.3 | 2 | 0 | 0 1s | 1 1k |

A number passed; k known to differ, s cannot be sent, w fails where that only warns, F fail, \
E error, T timeout, X known to differ yet passes, Y flaky.

### Where they differ from the vectors

- it is made so (`request/get-one`): b-known

### What they do besides

|  | seen |
|---|---|
| The form of X-Timestamp | integer seconds: all |

### What they cannot send

- the SDK writes JSON itself: these octets cannot be sent (1): b-known

<!-- from the run: end -->
after
"""


def test_the_findings_are_renewed_and_stable(
    run: Run, fake: Callable[..., Sdk], tmp_path: Path
) -> None:
    fake("a-right")
    sdk = fake("b-known", "wrong")
    sdk.known.write_text(f'[[known]]\nid = "{SCHEME}/request/get-one"\nreason = "it is made so"\n')
    driver = sdk.folder / "driver.py"
    skip = 'raise Skipped("the SDK writes JSON itself: these octets cannot be sent")'
    changed = driver.read_text().replace(
        '    if how == "json"', f'    if request.body:\n        {skip}\n    if how == "json"'
    )
    driver.write_text(changed)
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    for _ in range(2):
        assert run(*MATRIX, "--findings", str(page))[0] == 0
        assert page.read_text() == FINDINGS


def test_the_json_is_as_its_schema_says(run: Run, fake: Callable[..., Sdk], tmp_path: Path) -> None:
    fake("a-wrong", "wrong", lines=typed("right"))
    fake("b-toolless", replace=TOOLLESS)
    file = tmp_path / "matrix.json"
    assert run(*MATRIX, "--json", str(file))[0] == 1
    matrix = json.loads(file.read_bytes())
    schema = json.loads(schemas.files()["schemas/matrix.schema.json"])
    jsonschema.validate(matrix, schema)
    first, second = matrix["entries"]
    assert first["report"].pop("results")
    assert first.pop("typed")["counts"] == {"pass": 2}
    assert first.pop("report")["counts"] == {"pass": 2, "fail": 1}
    same = {"package": "made-up", "version": "1.2.3", "language": "Python", "required": True}
    assert first == {
        "sdk": "a-wrong",
        **same,
        "state": "judged",
        "not_get": 1,
        "observations": {"timestamp": "integer seconds"},
    }
    why = "this machine has no no-such-tool"
    assert second == {"sdk": "b-toolless", **same, "state": "skipped", "why": why}
    assert matrix["excluded"] == {
        f"{SCHEME}/refuse/empty-key": "it expects a refusal: no request to send"
    }
    assert (matrix["sandboxed"], matrix["exit_code"], matrix["scheme"]) == (False, 1, SCHEME)


# Interrupts.

DOOR = """
from pathlib import Path
from signproof import environments, sandbox
sandbox.unavailable = lambda: "the tests keep it open"
environments.default_root = lambda: Path({root!r})
environments.cache_folder = lambda: Path({cache!r})
environments._STEPS = {{"pypi": lambda *_: []}}
"""


@pytest.mark.parametrize("where", ["driver.py", "client.py"])
def test_an_interrupt(
    start: Callable[..., Any],
    make_sdk: Callable[..., Sdk],
    tmp_path: Path,
    wait_for: Callable[..., bool],
    is_alive: Callable[[int], bool],
    where: str,
) -> None:
    """In the middle of the vectors, and in the middle of the typed calls: none comes after it."""
    pid = tmp_path / "pid"
    sdk = make_sdk("a-waits", lines=typed("right"))
    make_sdk("b-after")
    program = sdk.folder / where
    begin, text = 'if __name__ == "__main__":\n', program.read_text()
    waits = f"    open({str(pid)!r}, 'w').write(f'{{os.getpid()}} ')\n"
    waits += "    __import__('time').sleep(600)\n"
    if where == "driver.py":
        begin = "    for _ in request.laps:\n"
        waits = waits.replace("    ", " " * 8)
    assert text.count(begin) == 1
    program.write_text(text.replace(begin, begin + waits))
    report = tmp_path / "matrix.json"
    code = DOOR.format(root=str(tmp_path / "sdks"), cache=str(tmp_path / "cache"))
    process = start(*MATRIX, "--json", str(report), "--id", f"{SCHEME}/request/get", code=code)
    assert wait_for(lambda: pid.exists() and pid.read_text().endswith(" "))
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "b-after" not in err.partition("judging")[2]
    done = "1 pass · " if where == "client.py" else ""
    assert out.splitlines()[-1] == f"{done}interrupted: the rest was not run"
    matrix = json.loads(report.read_bytes())
    assert (matrix["exit_code"], len(matrix["entries"])) == (130, 1)
    assert wait_for(lambda: not is_alive(int(pid.read_text())))


def test_in_the_sandbox_as_a_command_of_its_own(
    start: Callable[..., Any], make_sdk: Callable[..., Sdk], tmp_path: Path
) -> None:
    """Where there is no sandbox, that is said in two places."""
    make_sdk()
    code = DOOR.format(root=str(tmp_path / "sdks"), cache=str(tmp_path / "cache"))
    code = code.replace('sandbox.unavailable = lambda: "the tests keep it open"\n', "")
    process = start(*MATRIX, "--id", f"{SCHEME}/request/get", code=code)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    inside = "judged in a network namespace with loopback only" in out
    assert inside != ("judged without a sandbox" in out)
    assert inside != ("note: no sandbox" in err)


# The whole, from entries.


def report_of(*results: Result, exit_code: int = 0) -> Report:
    return Report(
        format=FORMAT,
        signproof="1",
        set_version="1",
        scheme=SCHEME,
        implementation=Implementation(name="made-up"),
        complete=True,
        counts={},
        exit_code=exit_code,
        results=list(results),
    )


def result(name: str, outcome: Outcome, **more: Any) -> Result:
    return Result(
        id=f"{SCHEME}/{name}",
        operation="request",
        importance=Importance.MUST,
        outcome=outcome,
        **more,
    )


def entry(**changes: Any) -> MatrixEntry:
    base = MatrixEntry(
        sdk="x", package="x", version="v1", language="Go", required=True, state="judged"
    )
    return msgspec.structs.replace(base, **changes)


def test_findings_of_nothing_and_of_what_breaks_a_table() -> None:
    def matrix(*entries: MatrixEntry) -> Matrix:
        return Matrix(
            format=FORMAT,
            signproof="1",
            set_version="1",
            scheme=SCHEME,
            sandboxed=True,
            excluded={},
            entries=list(entries),
            exit_code=0,
        )

    nothing = shown.findings(matrix(entry(state="skipped")), BEHAVIOURS[:1])
    assert "| SDK | vectors |\n|---|---|\n\nx 1 is not judged: \n\nA number" in nothing
    assert "### Where they differ from the vectors\n\nNowhere.\n" in nothing
    outcomes = {name: result(f"t/{name.value}", name) for name in Outcome}
    warned = msgspec.structs.replace(result("t/warned", Outcome.FAIL), importance=Importance.SHOULD)
    broken = entry(
        report=report_of(*outcomes.values(), warned),
        observations={"timestamp": "broke: a | b\nand more"},
        typed=report_of(),
    )
    page = shown.findings(matrix(broken), BEHAVIOURS[:2])
    assert "| SDK | vectors | not GET | t | typed |\n" in page
    assert "| x 1 | 8 | 0 | 1 1k 1s 1F 1E 1T 1X 1Y 1w | - |\n" in page
    assert "### Each vector of" not in page
    assert (
        "| The form of X-Timestamp | broke: a \\| b and more: x |\n| Headers of a GET | - |" in page
    )
    unasked = entry(
        sdk="y",
        report=report_of(),
        observations={"timestamp": "cannot be asked", "headers-get": "cannot be asked"},
    )
    page = shown.findings(matrix(broken, unasked), BEHAVIOURS[:2])
    assert (
        "| The form of X-Timestamp | broke: a \\| b and more: x |\n| Headers of a GET | - |" in page
    )


def test_without_an_interrupt_but_without_a_report(
    scheme: Scheme, corpus: Corpus, make_sdk: Callable[..., Sdk]
) -> None:
    skipped = not_run(make_sdk(), "skipped", "why")
    matrix = summed_up(scheme, corpus, [], [skipped], sandboxed=False, no_skip=False, complete=True)
    assert (matrix.exit_code, matrix.excluded, matrix.entries) == (3, {}, [skipped])
