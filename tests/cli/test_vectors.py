"""The commands `vectors`, `list` and `show`."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from signproof import schemes
from signproof.adequacy import catalogue
from signproof.corpus import Corpus, default_root
from signproof.mistakes.base import Catalogue
from signproof.mistakes.longbridge_hmac import CATALOGUE
from signproof.oracles import openssl

pytestmark = pytest.mark.once

Run = Callable[..., tuple[int, str, str]]

SCHEME = "longbridge-hmac"
QUERY = f"{SCHEME}/query.json"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    root = tmp_path / "vectors"
    shutil.copytree(default_root(), root)
    return root


@pytest.fixture
def altered(copy: Path) -> Path:
    path = copy / QUERY
    path.write_bytes(path.read_bytes().replace(b"No query at all.", b"No query at most."))
    return copy


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    root = tmp_path / "empty"
    root.mkdir()
    (root / "manifest.json").write_text('{"format":1,"set_version":"0","files":[]}')
    return root


def test_lint(run: Run, altered: Path) -> None:
    assert run("vectors", "lint") == (0, "the set is clean\n", "")
    assert run("vectors", "lint", "--vectors", str(altered)) == (
        1,
        f"{QUERY}: {SCHEME}/query/none: it is not the vector of the manifest\n1 fault\n",
        "",
    )
    (altered / "left-over").touch()
    assert run("vectors", "lint", "--vectors", str(altered))[1].endswith("\n2 faults\n")


@pytest.mark.heavy
def test_check(run: Run, altered: Path) -> None:
    clean = "writing them again gives the same octets\n"
    assert run("vectors", "check") == (0, clean, "")
    line = 1 + (default_root() / QUERY).read_bytes().split(b"No query at all.")[0].count(b"\n")
    assert run("vectors", "check", "--vectors", str(altered)) == (
        1,
        f"{QUERY}, line {line}: it is written otherwise\n1 fault\n",
        "",
    )
    (altered / QUERY).unlink()
    assert run("vectors", "check", "--vectors", str(altered)) == (
        1,
        f"{QUERY}: it is missing: No such file or directory\n1 fault\n",
        "",
    )


def test_check_without_openssl(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    openssl._dgst.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run("vectors", "check") == (
        2,
        "",
        "Error: the openssl command is not installed: vectors are written with it\n",
    )


@pytest.mark.heavy
def test_write(run: Run, altered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signproof.cli.vectors.default_root", lambda: altered)
    count = len(Corpus.open().manifest.files) + 1
    code, output, error = run("vectors", "write")
    assert (code, error) == (0, "")
    first, last = output.splitlines()
    assert first.startswith(f"changed {QUERY}, line ")
    assert last == f"{count} files written, 1 changed"
    assert run("vectors", "write") == (0, f"{count} files written, 0 changed\n", "")
    assert run("vectors", "lint", "--vectors", str(altered))[0] == 0


def test_write_makes_the_folders(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "vectors"
    monkeypatch.setattr("signproof.cli.vectors.default_root", lambda: root)
    # What was recorded is not written anew: it is kept.
    for name in ("recorded.json", "confirmations.json"):
        for seen in default_root().glob(f"*/{name}"):
            kept = root / seen.relative_to(default_root())
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(seen.read_bytes())
    assert run("vectors", "write")[0] == 0
    for path in default_root().rglob("*.json"):
        assert (root / path.relative_to(default_root())).read_bytes() == path.read_bytes()


def test_write_is_refused_in_an_installed_package(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "signproof" / "_vectors"
    monkeypatch.setattr("signproof.cli.vectors.default_root", lambda: root)
    assert run("vectors", "write") == (
        2,
        "",
        f"Error: {root} belongs to an installed package: write in a checkout\n",
    )
    assert not root.exists()


def test_write_where_nothing_can_be_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "vectors"
    root.write_text("in the way")
    monkeypatch.setattr("signproof.cli.vectors.default_root", lambda: root)
    code, output, error = run("vectors", "write")
    assert (code, output) == (2, "")
    assert error.startswith(f"Error: {root}/schemas/")
    assert error.count("\n") == 1


# Adequacy.


@pytest.mark.heavy
def test_adequacy(run: Run) -> None:
    lines = [
        f"{scheme}: {count} of {count} mistakes are killed\n"
        for scheme in schemes.ids()
        if (count := len(catalogue(schemes.get(scheme))))
    ]
    assert run("vectors", "adequacy") == (0, "".join(lines), "")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small catalogue in the scheme's place: one caught, one harmless, one its twin."""
    few = Catalogue(refusal="wrong-signature")
    sorted_ = CATALOGUE["query-sorted"]
    few.add("query-sorted", "Sorted.", sorted_.edit, fix="Do not.")
    few.add("harmless", "Nothing.", lambda pipeline: pipeline, fix="None.", refusal=None)
    few.add("twin", "Sorted, too.", sorted_.edit, fix="Do not.", refusal=None)
    module = ModuleType("few")
    vars(module)["CATALOGUE"] = few
    monkeypatch.setitem(sys.modules, schemes.get(SCHEME).mistakes, module)


@pytest.mark.heavy
@pytest.mark.usefixtures("few")
def test_adequacy_names_survivors_and_twins(run: Run) -> None:
    assert catalogue(schemes.get(SCHEME)).keys() == {"query-sorted", "harmless", "twin"}
    code, output, error = run("vectors", "adequacy", "--matrix")
    assert (code, error) == (1, "")
    lines = output.splitlines()
    killed = lines[0].split()[1]
    assert int(killed) > 1
    assert lines[:7] == [
        f"{'query-sorted':<45} {killed:>4} signing, 1 negative",
        "twins: no vector tells query-sorted from twin",
        f"{'harmless':<45}    0 signing, not visible to a verifier",
        "survives: a signer with harmless passes every vector",
        f"{'twin':<45} {killed:>4} signing, not visible to a verifier",
        "twins: no vector tells twin from query-sorted",
        f"{SCHEME}: 2 of 3 mistakes are killed",
    ]


@pytest.mark.heavy
@pytest.mark.heavy
def test_adequacy_wants_negative_vectors(run: Run, copy: Path) -> None:
    path = copy / f"{SCHEME}/mistakes.json"
    file = json.loads(path.read_text("utf-8"))
    file["vectors"] = [one for one in file["vectors"] if one["mistake"] != "query-sorted"]
    one = file["vectors"][0]
    one["input"]["request"]["path"] = "/v1/another"
    # An operation of a later version is passed over.
    other = next(each for each in file["vectors"] if each["mistake"] == "query-reversed")
    other["operation"] = "later"
    lost = next(each for each in file["vectors"] if each["mistake"] == "query-lowercase")
    lost["baseline"] = f"{SCHEME}/verify/lost"
    path.write_text(json.dumps(file))
    code, output, _ = run("vectors", "adequacy", "--vectors", str(copy))
    assert code == 1
    assert {line for line in output.splitlines() if " of " not in line} == {
        f"survives: no negative vector carries {one['mistake']}",
        "survives: no negative vector carries query-sorted",
        "survives: no negative vector carries query-reversed",
        "survives: no negative vector carries query-lowercase",
    }


def test_adequacy_of_a_set_about_nothing(run: Run, empty: Path) -> None:
    assert run("vectors", "adequacy", "--vectors", str(empty)) == (
        2,
        "",
        f"Error: {empty} has no vectors of any scheme that has mistakes\n",
    )


# List and show.


def test_list_vectors(run: Run) -> None:
    cases = Corpus.open().cases(SCHEME)
    width = max(len(case.id) for case in cases)
    code, output, error = run("list", SCHEME)
    assert (code, error) == (0, "")
    assert output.splitlines() == [
        f"{case.id:<{width}}  {case.vector.importance.value:<7}{case.vector.comment}"
        for case in cases
    ]
    assert run("list", SCHEME, "vectors")[1] == output


def test_list_operations(run: Run) -> None:
    assert run("list", SCHEME, "operations") == (
        0,
        (
            "sign              Sign a request whose octets are given; return the value of "
            "X-Api-Signature.\n"
            "request           Build and sign the request for a call; return it as it would be "
            "sent.\n"
            "refresh-request   Build and sign a token refresh; return the request as it would be "
            "sent.\n"
            "verify            Verify a request as received.\n"
            "response          Read an answer: its code, message and meaning.\n"
            "refresh-response  Read the answer to a refresh: the new token.\n"
        ),
        "",
    )


@pytest.mark.parametrize(
    ("what", "texts"),
    [
        ("mistakes", {mistake.id: mistake.text for mistake in CATALOGUE.values()}),
        ("reasons", dict(schemes.get(SCHEME).reasons)),
    ],
)
def test_list_others(run: Run, what: str, texts: dict[str, str]) -> None:
    width = max(map(len, texts))
    code, output, error = run("list", SCHEME, what)
    assert (code, error) == (0, "")
    assert output.splitlines() == [f"{name:<{width}}  {text}" for name, text in texts.items()]


def test_list_of_nothing(run: Run, empty: Path) -> None:
    assert run("list", SCHEME, "--vectors", str(empty)) == (0, "", "")


def test_show_a_vector(run: Run) -> None:
    case = next(case for case in Corpus.open().cases(SCHEME) if case.id == f"{SCHEME}/query/none")
    code, output, error = run("show", case.id)
    shown = json.loads(output)
    assert (code, error) == (0, "")
    assert list(shown) == ["vector", "credential"]
    assert shown["credential"] == {"main": case.credential}
    assert shown["vector"]["id"] == case.id
    assert shown["vector"]["expected"] == {"output": case.vector.expected.output}
    assert json.loads(run("show", f"{SCHEME}/response/success")[1])["credential"] == {}


def test_show_a_mistake(run: Run) -> None:
    assert run("show", f"{SCHEME}/query-sorted") == (
        0,
        (
            "mistake  query-sorted\n"
            "text     The parameters are sorted for signing but sent in another order.\n"
            "fix      Sign the parameters in the order in which they are sent.\n"
            "evidence a habit from other brokers' schemes, which do sort\n"
            "refusal  wrong-signature\n"
            f"vectors  {SCHEME}/mistakes/query-sorted\n"
        ),
        "",
    )
    output = run("show", f"{SCHEME}/bearer-prefix")[1]
    assert "\nrefusal  none: the request is well signed, but it is the wrong one\n" in output
    assert "\nvectors  none of its own: see `vectors adequacy --matrix`\n" in output


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["show", f"{SCHEME}/nothing"],
            (
                f"there is neither a vector nor a mistake {SCHEME}/nothing: `signproof list "
                f"{SCHEME}` "
                f"and `signproof list {SCHEME} mistakes` show them all"
            ),
        ),
        (
            ["show", "body-signed-spaced"],
            (
                "body-signed-spaced is in several schemes: show "
                "longbridge-hmac/body-signed-spaced or tiger-rsa/body-signed-spaced"
            ),
        ),
        (
            ["show", "nothing-of-that-name"],
            f"there is no scheme 'nothing-of-that-name': use one of {', '.join(schemes.ids())}",
        ),
        (["list", "other"], f"there is no scheme 'other': use one of {', '.join(schemes.ids())}"),
        (
            ["list", SCHEME, "--vectors", "/no/such"],
            (
                "/no/such/manifest.json: No such file or directory: point --vectors at a folder "
                "with "
                "manifest.json"
            ),
        ),
    ],
)
def test_what_there_is_not(run: Run, arguments: list[str], error: str) -> None:
    assert run(*arguments) == (2, "", f"Error: {error}\n")


@pytest.mark.parametrize(
    "arguments",
    [["list", SCHEME], ["show", f"{SCHEME}/query/none"], ["vectors", "adequacy"], ["verify"]],
)
def test_a_broken_vector_file(run: Run, copy: Path, arguments: list[str]) -> None:
    path = copy / QUERY
    path.write_text('{"format": 1,\n  "scheme"')
    assert run(*arguments, "--vectors", str(copy)) == (
        2,
        "",
        f"Error: {path}: not JSON: Expecting ':' delimiter at line 2 column 11\n",
    )
