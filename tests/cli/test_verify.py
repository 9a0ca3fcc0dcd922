"""The command `verify`: what it takes, what it refuses, and with which exit code."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from signproof import schemes
from signproof.corpus import Corpus, default_root
from signproof.verify import EXIT_NEVER_RAN

Run = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).parents[2]
SCHEME = "longbridge-hmac"
SCHEMES = ", ".join(schemes.ids())
NONE = f"{SCHEME}/query/none"

ADAPTER = """
import hashlib
import hmac
import json
import sys

print("adapter\\x1b[2J here", file=sys.stderr)
for line in sys.stdin:
    message = json.loads(line)
    seq = message["seq"]
    if message["type"] == "start":
        reply = {
            "seq": seq,
            "protocol": 1,
            "implementation": {"name": "plain \\x1b]0;x\\x07", "version": "2"},
            "operations": {"longbridge-hmac": ["sign"]},
        }
    elif message["type"] == "prepare":
        credential = message["values"]
        reply = {"seq": seq}
    else:
        given = message["input"]
        text = "|".join(
            (
                given["method"].lower(),
                given["path"],
                given["query"] or "",
                f"authorization:{credential['access_token']}\\n"
                f"x-api-key:{credential['app_key']}\\nx-timestamp:{given['timestamp']}\\n",
                "authorization;x-api-key;x-timestamp",
                "",
            )
        )
        text = "HMAC-SHA256|" + hashlib.sha1(text.encode()).hexdigest()
        digest = hmac.new(credential["app_secret"].encode(), text.encode(), "sha256").hexdigest()
        value = (
            "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature=" + digest
        )
        reply = {"seq": seq, "status": "output", "output": {"x_api_signature": value}}
    print(json.dumps(reply), flush=True)
"""

FOREIGN = """
class Right:
    name = "mine"

    def sign(self, credential, input_):
        raise NotImplementedError


class Wrong:
    def sign(self, credential, input_):
        return {"x_api_signature": "none"}


raised = ValueError("two\\nlines")


class Raising:
    def __init__(self):
        raise raised
"""


@pytest.fixture
def adapter(tmp_path: Path) -> list[str]:
    path = tmp_path / "adapter.py"
    path.write_text(ADAPTER)
    return [sys.executable, str(path)]


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "cli_foreign.py").write_text(FOREIGN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return "cli_foreign"


def test_the_reference_passes(run: Run) -> None:
    every, one = len(Corpus.open().cases()), len(Corpus.open().cases(SCHEME))
    for arguments, count in (([], every), ([SCHEME, SCHEME], one), ([SCHEME, "--strict"], one)):
        code, output, error = run("verify", *arguments)
        assert (code, error) == (0, "")
        name, last = output.splitlines()
        assert name.startswith("signproof reference ")
        assert last == f"{count} pass"


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--id", NONE], 1),
        (["--id", NONE, "--id", f"{SCHEME}/body/none"], 2),
        (["--topic", "page"], len(json.loads((default_root() / SCHEME / "page.json").read_text(
            "utf-8"
        ))["vectors"])),
        (["--topic", "query", "--id", NONE], 1),
    ],
)  # fmt: skip
def test_a_part_is_chosen(run: Run, options: list[str], count: int) -> None:
    code, output, _ = run("verify", *options)
    assert (code, output.splitlines()[-1]) == (0, f"{count} pass")


def test_nothing_is_chosen(run: Run) -> None:
    code, output, _ = run("verify", "--topic", "body", "--id", NONE)
    assert code == EXIT_NEVER_RAN
    assert output.endswith(" · vectors 1.0.0\nnothing was run\n")
    assert " ·  · " not in output


TOPICS = sorted({case.id.split("/")[1] for case in Corpus.open().cases()})
LISTS = " or ".join(f"`signproof list {scheme}`" for scheme in schemes.ids())


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["--id", "x"], 2, f"there is no vector x: {LISTS} shows them all"),
        (["--topic", "x"], 2, f"there is no topic x: use one of {', '.join(TOPICS)}"),
        (
            ["other"],
            2,
            f"there is no scheme 'other': use one of {SCHEMES}, and put a command behind `--`",
        ),
        (
            [SCHEME, "node", "adapter.mjs"],
            2,
            f"there is no scheme 'node': use one of {SCHEMES}, and put a command behind `--`",
        ),
        (
            ["--python", "a:b", "--", "node"],
            2,
            "give either a COMMAND or --python, not both",
        ),
        ([SCHEME, "--"], 2, "there is no command behind `--`: name one, or take the `--` away"),
        (["--", ""], 2, "there is no command behind `--`: name one, or take the `--` away"),
        (["--", "/no/such"], 3, "/no/such: cannot be started: No such file or directory"),
        (["--", SCHEME], 3, f"{SCHEME}: cannot be started: No such file or directory"),
        (["--", "/dev/null"], 3, "/dev/null: cannot be started: Permission denied"),
        (
            ["--python", "no_such_module:x"],
            3,
            "--python no_such_module:x: ModuleNotFoundError: No module named 'no_such_module'",
        ),
        (["--python", "cli_foreign"], 3, "--python cli_foreign: write it as module:object"),
        (
            ["--python", "cli_foreign:None_"],
            3,
            (
                "--python cli_foreign:None_: AttributeError: module 'cli_foreign' has no attribute "
                "'None_'"
            ),
        ),
        (
            ["--python", "cli_foreign:Raising"],
            3,
            "--python cli_foreign:Raising: ValueError: two lines",
        ),
        (
            ["--vectors", "/no/such"],
            2,
            (
                "/no/such/manifest.json: No such file or directory: point --vectors at a folder "
                "with "
                "manifest.json"
            ),
        ),
        (["--known-failing", "/no/such.toml"], 2, "/no/such.toml: No such file or directory"),
        (["--known-failing", "/"], 2, "/: Is a directory"),
        (
            ["--known-failing", "cli_foreign.py"],
            2,
            "cli_foreign.py: Expected '=' after a key in a key/value pair (at line 2, column 7)",
        ),
    ],
)
def test_wrong_usage_is_one_line(
    run: Run, foreign: str, arguments: list[str], code: int, error: str
) -> None:
    assert foreign
    got, output, shown = run("verify", *arguments)
    assert (got, output, shown) == (code, "", f"Error: {error}\n")


@pytest.mark.parametrize("option", ["--json", "--junit"])
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/no/such/report", "/no/such/report: there is no folder /no/such to write to"),
        ("/dev/null/x", "/dev/null/x: Not a directory"),
        ("a" * 300, f"{'a' * 300}: File name too long"),
        ("/", "File '/' is a directory."),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_anything_runs(
    run: Run, option: str, path: str, why: str
) -> None:
    code, output, error = run("verify", "--id", NONE, option, path, "--", "/no/such")
    assert (code, output) == (2, "")
    assert error.endswith(f"\n\nError: Invalid value for '{option}': {why}\n")


def test_a_folder_that_cannot_be_written_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    path = tmp_path / "report.json"
    code, output, error = run("verify", "--id", NONE, "--json", str(path))
    assert (code, output) == (2, "")
    assert error.endswith(f": {path}: there is no folder {tmp_path} to write to\n")


def test_a_file_that_cannot_be_written_after_all(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_bytes(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    path = tmp_path / "report.json"
    code, output, error = run("verify", "--id", NONE, "--json", str(path))
    # What was run is shown all the same.
    assert (code, error) == (2, f"Error: {path}: No space left on device\n")
    assert output.splitlines()[1:] == ["1 pass"]


def test_an_adapter_is_judged(
    run: Run, adapter: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What stands on this process's own command line is of no matter.
    monkeypatch.setattr(sys, "argv", ["pytest"])
    report, junit = tmp_path / "report.json", tmp_path / "report.xml"
    code, output, error = run(
        "verify", SCHEME, "--id", NONE, "--json", str(report), "--junit", str(junit),
        "--", *adapter,
    )  # fmt: skip
    assert (code, error) == (1, "")
    assert output == (
        f"FAIL {NONE}\n"
        "  case     No query at all.\n"
        "  what     x_api_signature is wrong\n"
        "  where    canonical_request, octet 0\n"
        "  expected GET|/v1/asset/stock||aut…\n"
        "  got      get|/v1/asset/stock||aut…\n"
        "  cause    method-lowercase: The method is signed in lower case.\n"
        "  fix      Sign the method of the request that is sent, in upper case.\n"
        "  source   document: Longbridge OpenAPI documentation, How to access an API, Calculate "
        "signature\n"
        f"  again    signproof verify {SCHEME} --id {NONE} -- {shlex.join(adapter)}\n"
        "\n"
        "Failures by the mistake that reproduces them:\n"
        "     1  method-lowercase\n"
        "\n"
        "The implementation's standard error ends with:\n"
        "  adapter\\x1b[2J here\n"
        "\n"
        f"plain \\x1b]0;x\\x07 2 · {SCHEME} · vectors 1.0.0\n"
        "1 fail\n"
    )
    assert json.loads(report.read_bytes())["counts"] == {"fail": 1}
    assert junit.read_bytes().startswith(b"<?xml")


def test_known_failures(run: Run, adapter: list[str], tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text(f'[[known]]\nid = "{NONE}"\nreason = "lower \\u001b case"\n')
    options = ["--id", NONE, "--known-failing", str(known)]
    code, output, _ = run("verify", *options, "--", *adapter)
    assert (code, output.splitlines()[0]) == (0, f"xfail {NONE}: lower \\x1b case")
    code, output, _ = run("verify", *options)
    assert (code, output.splitlines()[0]) == (1, f"XPASS {NONE}")
    known.write_text('[[known]]\nid = "x"\nreason = "r"\n')
    expected = f"Error: {known}: there is no vector x: take the entry out\n"
    assert run("verify", "--known-failing", str(known)) == (2, "", expected)


def test_a_python_object(run: Run, foreign: str) -> None:
    code, output, _ = run("verify", "--python", f"{foreign}:Right", "--id", NONE, "-v")
    assert code == EXIT_NEVER_RAN
    assert output.splitlines() == [
        f"skip  {NONE}: not implemented",
        "skipped 1: not implemented",
        "",
        f"mine · {SCHEME} · vectors 1.0.0",
        "1 skip",
    ]
    code, output, _ = run("verify", "--python", f"{foreign}:Wrong", "--id", NONE)
    assert code == 1
    assert f"  again    signproof verify --python {foreign}:Wrong --id {NONE}\n" in output


def test_braces_in_the_command_are_kept(run: Run, adapter: list[str]) -> None:
    command = [*adapter, "{}", "{x}", "{id}"]
    code, output, _ = run("verify", "--id", NONE, "--", *command)
    assert code == 1
    assert f"  again    signproof verify --id {NONE} -- {shlex.join(command)}\n" in output


def test_the_repetition_names_the_folder(run: Run, foreign: str, tmp_path: Path) -> None:
    root = tmp_path / "my vectors"
    shutil.copytree(default_root(), root)
    _, output, _ = run(
        "verify", "--python", f"{foreign}:Wrong", "--id", NONE, "--vectors", str(root)
    )
    [again] = [line for line in output.splitlines() if line.startswith("  again")]
    expected = ["--python", f"{foreign}:Wrong", "--vectors", str(root), "--id", NONE]
    assert shlex.split(again)[1:] == ["signproof", "verify", *expected]


def test_it_runs_as_a_program(adapter: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from signproof.cli import main; main()", "verify"),
            *(SCHEME, "--id", NONE, "--window", "1", "--timeout", "9", "--", *adapter),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-1] == "1 fail"
