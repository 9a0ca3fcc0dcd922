"""What CI runs, one session a question; `nox` without arguments runs all that is fast.

Every session takes what follows `--` as arguments of its main tool.
"""

import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "types", "layers", "tests", "lowest", "vectors", "wheel"]
nox.options.error_on_missing_interpreters = True

PARALLEL = ("-n", "auto", "-q")
ROOT = Path(__file__).parent
BETWEEN = ("signers", "mocks", "server", "harness")
FINDINGS = {
    "longbridge-hmac": ("longbridge.md", 60, 20),
    "tiger-rsa": ("tiger.md", 100, 20),
    "shioaji-ca": ("shioaji.md", 30, 0),
}
"""By scheme the page on its SDKs, how many vectors every SDK has to be asked, and how many of these
are requests with another method than GET."""
MEASURED = ("longbridge-hmac", "tiger-rsa")
"""The schemes whose SDKs send requests that are measured."""
BENCH_PEERS = ("rsa==4.9.1", "pycryptodome==4.4.0")
"""What signs with RSA in Python beside us, for `bench`."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _answers(version: str) -> bool:
    """Tell whether this Python is here; a name on the path may be a stand-in that fails."""
    command = shutil.which(f"python{version}")
    if command is None:
        return False
    done = subprocess.run([command, "-c", ""], capture_output=True, check=False)  # noqa: S603
    return done.returncode == 0


PYTHONS = [version for version in nox.project.python_versions(PROJECT) if _answers(version)]
# The newest Python measures coverage; the lowest versions run on the oldest one.
OLDEST, NEWEST = PYTHONS[0], PYTHONS[-1]
# What is not here is not fetched from elsewhere.
os.environ["UV_PYTHON_DOWNLOADS"] = "never"


def _bench_peers(session: nox.Session) -> dict[str, str]:
    """Install the packages to measure beside, and say in the environment where they are."""
    peers = Path(session.create_tmp()) / "peers"
    python = peers / "bin" / "python"
    if not python.exists():
        session.run("python", "-m", "venv", str(peers), silent=True)
    session.run(
        str(python), "-m", "pip", "install", "--quiet", *BENCH_PEERS, external=True, silent=True
    )
    return {"SIGNPROOF_BENCH_PEERS": str(python)}


def _install(session: nox.Session, *groups: str, editable: bool = True) -> None:
    """Install the dependency groups and, where asked for, the project itself."""
    requirements = nox.project.dependency_groups(PROJECT, *groups)
    session.install(*(("-e", ".") if editable else ()), *requirements)


@nox.session(tags=["fast"])
def lint(session: nox.Session) -> None:
    """Style and format, and no path of one machine in anything committed."""
    _install(session, "lint", editable=False)
    session.run("ruff", "check", *session.posargs, ".")
    session.run("ruff", "format", "--check", ".")
    tracked = session.run(
        "git",
        "grep",
        "-lIF",
        "-e",
        f"{ROOT.parent}/",
        "-e",
        f"{Path.home()}/",
        external=True,
        silent=True,
        success_codes=[0, 1],
    )
    if tracked:
        session.error(f"these files hold a path of this machine:\n{tracked}")


@nox.session(tags=["fast"])
def types(session: nox.Session) -> None:
    """mypy, strict, over everything including tests and this file."""
    _install(session, "types")
    session.run("mypy", *session.posargs)
    session.run("mypy", "noxfile.py")


@nox.session(tags=["fast"])
def layers(session: nox.Session) -> None:
    """Imports point downward only."""
    _install(session, "layers")
    session.run("lint-imports", *session.posargs)


# Where there are several, `lowest` runs the oldest.
@nox.session(python=NEWEST)
def tests(session: nox.Session) -> None:
    """The tests but the heavy, with coverage, which must not fall."""
    _install(session, "test")
    session.run("coverage", "erase")
    fast = "not heavy and not unmeasured"
    session.run("coverage", "run", "-m", "pytest", *PARALLEL, "-m", fast, *session.posargs)
    session.run("coverage", "combine", "--quiet")
    if session.posargs:
        return
    session.run("coverage", "report", "--include=signers/*", "--fail-under=100")
    session.run("coverage", "report", "--include=signproof/*", "--fail-under=95")


@nox.session(python=OLDEST, venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """The tests with the lowest version of every dependency that pyproject allows."""
    requirements = nox.project.dependency_groups(PROJECT, "test")
    session.install("--resolution", "lowest-direct", "-e", ".", *requirements)
    session.run("pytest", *PARALLEL, "-m", "not once and not heavy", *session.posargs)


@nox.session(python=PYTHONS[1:-1], default=False)
def between(session: nox.Session) -> None:
    """The tests of what people import, and all vectors, on what is neither oldest nor newest."""
    _install(session, "test")
    chosen = session.posargs or [f"tests/{name}" for name in BETWEEN]
    session.run("pytest", *PARALLEL, "-m", "not once and not heavy", *chosen)
    session.run("signproof", "verify", "--strict")


@nox.session(python=NEWEST, default=False)
def heavy(session: nox.Session) -> None:
    """The tests that search and mutate for minutes; every mistake caught; every benchmark works."""
    _install(session, "bench")
    session.run("pytest", *PARALLEL, "-m", "heavy or unmeasured", *session.posargs)
    if session.posargs:
        return
    session.run("signproof", "vectors", "adequacy")
    once = ("benchmarks", "--benchmark-disable")
    session.run("pytest", *PARALLEL, *once, env=_bench_peers(session))


@nox.session(tags=["fast"])
def vectors(session: nox.Session) -> None:
    """The vectors: clean, and the same when written again; `heavy`: catching every mistake."""
    _install(session)
    session.run("signproof", "vectors", "lint")
    session.run("signproof", "vectors", "check")


@nox.session(default=False)
def sdks(session: nox.Session) -> None:
    """The published SDKs against the vectors, none left out, and the findings page as they give it.

    Then each sends for a moment as `bench` has it: that they can be measured, not how fast. They
    are installed once, below the user's cache folder; Go, Node.js, Rust with protoc, and Maven with
    a JDK have to be there.
    """
    _install(session)
    if session.posargs:
        session.run("signproof", "matrix", *session.posargs)
        return
    for scheme, (name, fewest, fewest_not_get) in FINDINGS.items():
        page = ROOT / "docs" / "findings" / name
        with tempfile.TemporaryDirectory() as folder:
            copy, report = Path(folder) / name, Path(folder) / "matrix.json"
            shutil.copy(page, copy)
            asked = ["--no-skip", "--findings", str(copy), "--json", str(report)]
            session.run("signproof", "matrix", scheme, *asked)
            matrix = json.loads(report.read_text("utf-8"))
            if not matrix["sandboxed"]:
                session.error("the SDKs ran without a sandbox")
            for entry in matrix["entries"]:
                results = entry["report"]["results"]
                asked_of = sum(result["outcome"] != "skip" for result in results)
                if asked_of < fewest or entry.get("not_get", 0) < fewest_not_get:
                    session.error(f"{entry['sdk']} was asked too few vectors: {asked_of}")
            if copy.read_bytes() != page.read_bytes():
                shutil.copy(copy, page)
                session.error(f"{name} did not say what the SDKs do; it was renewed: look at it")
    for scheme in MEASURED:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "bench.json"
            asked = ["--sdk", "all", "--rounds", "1", "--min-ms", "20", "--json", str(report)]
            session.run("signproof", "bench", scheme, *asked)
            if json.loads(report.read_text("utf-8")).get("left_out"):
                session.error("not every SDK can be measured")


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel, built twice to the same octets, installed alone and used from elsewhere."""
    requirements = nox.project.dependency_groups(PROJECT, "build")
    session.install(*requirements)
    with tempfile.TemporaryDirectory() as folder:
        built = []
        for name in ("one", "two"):
            out = Path(folder) / name
            session.run("python", "-m", "build", "--outdir", str(out), silent=True)
            built.append(min(out.glob("*.whl")))
        if built[0].read_bytes() != built[1].read_bytes():
            session.error("two builds of the wheel differ")
        empty = Path(folder) / "empty"
        session.run("python", "-m", "venv", str(empty), silent=True)
        scripts = empty / "bin"
        session.run(str(scripts / "pip"), "install", "--quiet", str(built[0]), external=True)
        session.chdir(folder)
        signproof = str(scripts / "signproof")
        session.run(signproof, "verify", external=True)
        session.run(signproof, "vectors", "lint", external=True)
        session.run(signproof, "show", "protocol", external=True, silent=True)
        report = Path(folder) / "report.json"
        session.run(signproof, "verify", "--topic", "page", "--json", str(report), external=True)
        counts = json.loads(report.read_text("utf-8"))["counts"]
        if set(counts) != {"pass"}:
            session.error(f"the installed wheel's report counts {counts}")


@nox.session(python=NEWEST, default=False)
def bench(session: nox.Session) -> None:
    """The benchmarks beside their floors and other packages; a missed gate fails.

    The table is printed at the end; `-- --table FILE` writes it, `-- --rounds N` measures longer,
    and everything of pytest-benchmark works, such as `-- --benchmark-json FILE`.
    SDKs are installed once, below the user's cache folder, the other packages in the session's.
    """
    _install(session, "bench")
    # The plugin's own table is wide and without ratios: it is for whoever asks the plugin.
    asked = any(word.startswith("--benchmark") for word in session.posargs)
    quiet = () if asked else ("--benchmark-quiet",)
    session.run("pytest", "benchmarks", *quiet, *session.posargs, env=_bench_peers(session))
