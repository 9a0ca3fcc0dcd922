"""The starter templates: honest as they come, right once a signer is filled in."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from signproof.cli.new_adapter import command
from signproof.corpus import Corpus
from signproof.model import Importance

Verify = Callable[..., subprocess.CompletedProcess[str]]

TOPICS = ("method", "path", "query", "body", "timestamp", "credential", "page")

PYTHON_SIGNER = """
    import hashlib, hmac
    names = "authorization;x-api-key;x-timestamp"
    digest = hashlib.sha1(request["body"]).hexdigest() if request["body"] else ""
    headers = (
        f"authorization:{credential['access_token']}\\n"
        f"x-api-key:{credential['app_key']}\\nx-timestamp:{request['timestamp']}\\n"
    )
    canonical = "|".join((
        request["method"].upper(), request["path"], request["query"] or "", headers, names, digest
    ))
    text = "HMAC-SHA256|" + hashlib.sha1(canonical.encode()).hexdigest()
    signature = hmac.new(credential["app_secret"].encode(), text.encode(), "sha256").hexdigest()
    return f"HMAC-SHA256 SignedHeaders={names}, Signature={signature}"
"""

NODE_SIGNER = """
  const { createHash, createHmac } = await import('node:crypto');
  const sha1 = (octets) => createHash('sha1').update(octets).digest('hex');
  const names = 'authorization;x-api-key;x-timestamp';
  const digest = request.body.length > 0 ? sha1(request.body) : '';
  const headers = `authorization:${credential.access_token}\\n` +
    `x-api-key:${credential.app_key}\\nx-timestamp:${request.timestamp}\\n`;
  const canonical = [request.method.toUpperCase(), request.path, request.query ?? '', headers,
    names, digest].join('|');
  const signature = createHmac('sha256', credential.app_secret)
    .update('HMAC-SHA256|' + sha1(canonical)).digest('hex');
  return `HMAC-SHA256 SignedHeaders=${names}, Signature=${signature}`;
"""


@pytest.fixture(params=["python", "node"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def runner(language: str, request: pytest.FixtureRequest) -> str:
    """Return the program that runs an adapter of this language."""
    return sys.executable if language == "python" else str(request.getfixturevalue("node"))


@pytest.fixture
def adapter(language: str, tmp_path: Path) -> Path:
    """Write the template as it comes."""
    path = tmp_path / {"python": "signproof_adapter.py", "node": "signproof-adapter.mjs"}[language]
    assert CliRunner().invoke(command, [language, str(path)]).exit_code == 0
    return path


def _fill(adapter: Path, sdk: str) -> None:
    """Put *sdk* between the two marks, as a person would."""
    text = adapter.read_text("utf-8")
    marks = r"(?s)(--- your SDK: begin ---\n).*?(\n *(?:#|//) --- your SDK: end ---)"
    filled, count = re.subn(marks, lambda found: found[1] + sdk.strip("\n") + found[2], text)
    assert count == 1
    adapter.write_text(filled, "utf-8")


def _by_topics() -> list[str]:
    return [word for topic in TOPICS for word in ("--topic", topic)]


def test_untouched_it_skips_everything_and_says_why(
    adapter: Path, runner: str, verify: Verify
) -> None:
    result = verify("--", runner, adapter.name)
    count = sum(1 for _ in Corpus.open().cases())
    assert result.stdout.splitlines()[:2] == [
        "The implementation's standard error ends with:",
        f"  {adapter.name}: not written yet: fill in sign()",
    ]
    assert (result.returncode, result.stdout.splitlines()[-1]) == (3, f"{count} skip")


def test_filled_in_it_passes(adapter: Path, runner: str, language: str, verify: Verify) -> None:
    _fill(adapter, {"python": PYTHON_SIGNER, "node": NODE_SIGNER}[language])
    result = verify("longbridge-hmac", *_by_topics(), "--", runner, adapter.name)
    chosen = [case for case in Corpus.open().cases() if case.id.split("/")[1] in TOPICS]
    assert {(case.vector.operation, case.vector.importance) for case in chosen} == {
        ("sign", Importance.MUST)
    }
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, f"{len(chosen)} pass")


# What an author may write in the marked place, and what the report says of it.
WRITTEN = {
    "python": {
        "wrong": ('    return "wrong"', "FAIL", "x_api_signature is wrong"),
        "not-text": ("    return 7", "ERROR", "its output is not as the schema says: "),
        "rejected": (
            '    raise Rejected("no \\udcff", "invalid-value")',
            "FAIL",
            "refused a good input: invalid-value",
        ),
        "broken": (
            '    raise RuntimeError("no \\udcff")',
            "ERROR",
            "RuntimeError: no \\udcff",
        ),
    },
    "node": {
        "wrong": ('  return "wrong";', "FAIL", "x_api_signature is wrong"),
        "not-text": ("  return 7;", "ERROR", "its output is not as the schema says: "),
        "rejected": (
            '  throw new Rejected("no \\udcff", "invalid-value");',
            "FAIL",
            "refused a good input: invalid-value",
        ),
        "broken": (
            '  throw new RangeError("no \\udcff");',
            "ERROR",
            "RangeError: no \N{REPLACEMENT CHARACTER}",
        ),
    },
}


# A wrong signature is searched for its cause, which takes its time.
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[pytest.mark.heavy] if case == "wrong" else [])
        for case in WRITTEN["python"]
    ],
)
def test_what_sign_does_is_told(
    case: str, adapter: Path, runner: str, language: str, verify: Verify
) -> None:
    written, word, what = WRITTEN[language][case]
    _fill(adapter, written)
    result = verify("--id", "longbridge-hmac/query/none", "--", runner, adapter.name)
    lines = result.stdout.splitlines()
    assert (result.returncode, lines[0]) == (1, f"{word} longbridge-hmac/query/none")
    assert next(line for line in lines if "what " in line).startswith(f"  what     {what}")


def test_an_sdk_that_prints_does_not_disturb(
    adapter: Path, runner: str, language: str, verify: Verify
) -> None:
    noise = {
        "python": '    import os; print("noise"); os.system("echo noise")' + PYTHON_SIGNER,
        "node": '  console.log("noise"); process.stdout.write("noise");' + NODE_SIGNER,
    }
    _fill(adapter, noise[language])
    result = verify("--topic", "query", "--json", "report.json", "--", runner, adapter.name)
    assert (result.returncode, result.stdout.splitlines()[-1].split(" ", 1)[1]) == (0, "pass")
    assert "noise" in (adapter.parent / "report.json").read_text("utf-8")


@pytest.mark.parametrize("language", ["python"])
def test_the_python_template_needs_nothing_installed(adapter: Path) -> None:
    modules = set(re.findall(r"(?m)^(?:import|from) (\w+)", adapter.read_text("utf-8")))
    assert modules <= sys.stdlib_module_names


@pytest.mark.parametrize("language", ["python"])
def test_another_python_runs_it(adapter: Path, verify: Verify) -> None:
    other = shutil.which("python3", path="/usr/bin:/bin")
    if other is None:
        pytest.skip("there is no other Python in /usr/bin")
    _fill(adapter, PYTHON_SIGNER)
    assert verify("--topic", "method", "--", other, adapter.name).returncode == 0
