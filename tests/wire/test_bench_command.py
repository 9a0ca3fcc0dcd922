"""`signproof bench` on what hides its signer: published SDKs, and programs that only send."""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from signproof import environments
from signproof.environments import Sdk
from signproof.scheme import Scheme
from signproof.sender import send
from signproof.server.lean import Responder

# What these show does not depend on the Python, and programs are slow to start.
pytestmark = [pytest.mark.once, pytest.mark.unmeasured]

Run = Callable[..., tuple[int, str, str]]

SCHEME = "longbridge-hmac"
USUAL, ONE = f"{SCHEME}/body/compact", f"{SCHEME}/request/get-one"
QUICK = ("bench", SCHEME, "--rounds", "1", "--min-ms", "1")
NOTE = "note: no sandbox, so {} can reach the network: the tests keep it open\n"
TOOLLESS = {"tools = []": 'tools = ["no-such-tool"]'}


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def fake(
    make_sdk: Callable[..., Sdk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Sdk]:
    monkeypatch.setattr(environments, "default_root", lambda: tmp_path / "sdks")
    monkeypatch.setattr(environments, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(environments, "_STEPS", {"pypi": lambda *_: []})
    return make_sdk


def measured(name: str = "bench.json") -> list[tuple[str, str, str, str]]:
    """Return what a report has measured, but for the yardstick."""
    report = json.loads(Path(name).read_bytes())
    return [
        (one["kind"], one.get("sdk", ""), one["vector"], one["sent"])
        for one in report["measured"][1:]
    ]


# SDKs.


def test_several_together(run: Run, fake: Callable[..., Sdk]) -> None:
    """Two that can be measured, one that cannot send unsigned, and all that is left out."""
    fake("a-right")
    fake("b-signs", "signs-always")
    fake("c-unable", "skips")
    fake("d-deaf", "no-bench")
    fake("e-toolless", replace=TOOLLESS)
    # Long enough for more requests than one.
    words = ("bench", SCHEME, "--rounds", "1", "--min-ms", "40", "--id", ONE, "--sdk", "all")
    code, out, err = run(*words, "--json", "bench.json")
    assert code == 0
    assert measured() == [
        *(("sdk", "a-right", ONE, sent) for sent in ("signed", "unsigned", "bare")),
        *(("sdk", "b-signs", ONE, sent) for sent in ("signed", "bare")),
    ]
    report = json.loads(Path("bench.json").read_bytes())
    unable = {"sdk": "c-unable", "state": "skipped", "why": f"{ONE}: the SDK cannot"}
    lacks = (
        "a made-up SDK cannot be measured: it lacks the feature `bench` (`signproof show protocol` "
        "says what it has to answer)"
    )
    assert report["left_out"] == [
        {"sdk": "e-toolless", "state": "skipped", "why": "this machine has no no-such-tool"},
        unable,
        {"sdk": "d-deaf", "state": "skipped", "why": lacks},
    ]
    lines = out.splitlines()
    assert lines[2:4] == ["", f"{ONE} (send)"]
    assert [line.split()[:2] for line in lines[5:7]] == [["a-right", "1.2.3"], ["b-signs", "1.2.3"]]
    assert [line.count("cannot") for line in lines[5:7]] == [0, 1]
    assert lines[7:] == [
        "(cannot: its driver or the scheme lacks the feature `unsigned`)",
        "(a connection for each request: a-right 1.2.3, b-signs 1.2.3)",
        "not measured: e-toolless: this machine has no no-such-tool",
        f"not measured: c-unable: {ONE}: the SDK cannot",
        f"not measured: d-deaf: {lacks}",
    ]
    installing = "".join(
        f"{number}/5 installing {id_} 1.2.3 (Python)\n"
        for number, id_ in enumerate(("a-right", "b-signs", "c-unable", "d-deaf"), 1)
    )
    assert err == installing + NOTE.format("the SDKs")


def test_one_of_several_and_its_picture(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("a-right")
    fake("b-right")
    files = ("--json", "bench.json", "--svg", "bench.svg")
    assert run(*QUICK, "--sdk", "b-right", *files)[0] == 0
    assert measured() == [
        ("sdk", "b-right", USUAL, sent) for sent in ("signed", "unsigned", "bare")
    ]
    assert "b-right 1.2.3, unsigned<" in Path("bench.svg").read_text()


def test_what_cannot_be_installed_fails_the_rest(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("a-right")
    fake("b-uninstalled", replace={"disk_mib = 1": "disk_mib = 1000000000"})
    code, out, _ = run(*QUICK, "--sdk", "all", "--json", "bench.json")
    assert code == 1
    assert {sdk for _, sdk, _, _ in measured()} == {"a-right"}
    assert "\nnot measured: b-uninstalled: it needs 1000000000 MiB in " in out


def test_a_driver_that_does_not_start_fails_the_rest(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("a-right")
    sdk = fake("b-broken")
    (sdk.folder / "driver.py").write_text("raise SystemExit(7)")
    code, out, _ = run(*QUICK, "--sdk", "all")
    assert (code, out.splitlines()[-1]) == (
        1,
        (
            f"not measured: b-broken: {sys.executable} -S driver.py '': no reply: it ended with "
            "exit code 7"
        ),
    )


def test_where_none_is_left(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("a-toolless", replace=TOOLLESS)
    fake("b-unable", "skips")
    code, out, err = run(*QUICK, "--id", ONE, "--sdk", "all")
    assert (code, out, err.splitlines()[-1]) == (
        3,
        "",
        (
            "Error: no SDK can be measured: a-toolless: this machine has no no-such-tool; "
            f"b-unable: {ONE}: the SDK cannot"
        ),
    )


def test_what_is_wrong_is_shown_before_it_is_measured(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("a-wrong", "wrong")
    code, out, _ = run(*QUICK, "--id", ONE, "--sdk", "a-wrong", "--json", "bench.json")
    assert code == 1
    assert out.startswith(f"FAIL {ONE}\n")
    assert "  cause    method-lowercase: " in out
    again = f"signproof matrix {SCHEME} --sdk a-wrong --id {ONE}"
    assert f"  again    {again}\n" in out
    assert not Path("bench.json").exists()


def test_what_goes_wrong_while_it_is_measured_ends_it(run: Run, fake: Callable[..., Sdk]) -> None:
    fake("a-right")
    fake("b-wrong", "bench-wrong")
    code, out, err = run(*QUICK, "--id", ONE, "--sdk", "all", "--json", "bench.json")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == (
        f"Error: b-wrong cannot be measured on {ONE}: the signature does not match the request as "
        "received: the secret differs, or what was signed is not what was sent"
    )
    assert not Path("bench.json").exists()


PORT = "port = 80\ninstall_budget_s = 60"


def without_ports(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return *call* as a user without rights has it, who can bind no low port."""

    def denied(*arguments: object, port: int = 0, **options: object) -> Any:
        if port:
            raise PermissionError(13, "not said")
        return call(*arguments, **options)

    return denied


@pytest.mark.parametrize("where", ["mock", "responder"])
def test_one_port_that_cannot_be_had(
    run: Run, fake: Callable[..., Sdk], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """By the mock broker or, after that, by what only answers."""
    fake("a-right")
    fake("b-port", replace={"install_budget_s = 60": PORT})
    free = without_ports(send) if where == "mock" else lambda *a, **o: send(*a, **{**o, "port": 0})
    monkeypatch.setattr("signproof.cli.bench_sent.send", free)
    monkeypatch.setattr("signproof.cli.bench_sent.Responder", without_ports(Responder))
    code, out, _ = run(*QUICK, "--sdk", "all", "--json", "bench.json")
    assert (code, out.splitlines()[-1]) == (
        0,
        (
            "not measured: b-port: port 80, the only one that it takes, cannot be had: Permission "
            "denied"
        ),
    )
    assert {sdk for _, sdk, _, _ in measured()} == {"a-right"}


def test_an_address_that_cannot_be_had_is_no_fault_of_the_sdk(
    run: Run, fake: Callable[..., Sdk], monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise OSError(24, "too many open files")

    fake("a-right")
    monkeypatch.setattr("signproof.cli.bench_sent.Responder", denied)
    with pytest.raises(OSError, match="too many open files"):
        run(*QUICK, "--sdk", "all")


# Comparing.


def test_what_has_changed(run: Run, fake: Callable[..., Sdk]) -> None:
    """Of each that is sent, by the SDK's id."""
    fake("a-right")
    words = ("bench", SCHEME, "--rounds", "6", "--min-ms", "1", "--sdk", "a-right")
    assert run(*words, "--json", "old.json")[0] == 0
    report = json.loads(Path("old.json").read_bytes())
    for one in report["measured"][1:]:
        for timed in one["rounds"]:
            timed["elapsed_ns"] = 1
    Path("old.json").write_text(json.dumps(report))
    code, out, _ = run(*words, "--json", "bench.json", "--compare", "old.json")
    assert code == 1
    changes = json.loads(Path("bench.json").read_bytes())["changes"]
    assert [
        (one["implementation"], one["vector"], one["sent"], one["verdict"]) for one in changes
    ] == [("a-right", USUAL, sent, "slower") for sent in ("signed", "unsigned", "bare")]
    assert f"  a-right · {USUAL} · unsigned: slower: " in out


# Programs.


def test_a_program_that_only_sends(run: Run, driver: Callable[..., list[str]]) -> None:
    code, out, err = run(*QUICK, "--json", "bench.json", "--", *driver("right"))
    assert (code, err) == (0, NOTE.format("the command"))
    assert measured() == [("command", "", USUAL, sent) for sent in ("signed", "unsigned", "bare")]
    assert out.splitlines()[5].startswith("a made-up SDK 1.2.3  ")


def test_unsigned_is_not_asked_for_where_the_scheme_has_none(
    run: Run, driver: Callable[..., list[str]], scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a driver that offers it, as the one before."""
    assert scheme.measuring
    without = replace(scheme.measuring, unsigned=False)
    monkeypatch.setattr("signproof.cli.bench_sent._measuring", lambda _: without)
    code, out, _ = run(*QUICK, "--json", "bench.json", "--", *driver("right"))
    assert code == 0
    assert measured() == [("command", "", USUAL, sent) for sent in ("signed", "bare")]
    assert "(cannot: its driver or the scheme lacks the feature `unsigned`)" in out.splitlines()


def test_all_are_on_one_core(
    run: Run, driver: Callable[..., list[str]], fake: Callable[..., Sdk]
) -> None:
    """Programs and SDKs; afterwards there are as many as before."""
    cores = os.sched_getaffinity(0)
    program = Path("program").absolute()
    fake("a-right", "bench-cores")
    assert run(*QUICK, "--", *driver("bench-cores", str(program)))[0] == 0
    assert run(*QUICK, "--sdk", "a-right")[0] == 0
    files = [program, *Path.cwd().glob("cache/*/sdk/cores")]
    assert [file.read_text() for file in files] == [f"{{{max(cores)}}}"] * 2
    assert os.sched_getaffinity(0) == cores


@pytest.mark.parametrize(
    ("how", "code", "out", "said"),
    [
        (
            "bench-lies",
            1,
            "",
            f"Error: a made-up SDK cannot be measured on {ONE}: it says that it sent ",
        ),
        ("bench-skips", 3, "", f"Error: a made-up SDK cannot be measured on {ONE}: not so often"),
        ("no-bench", 3, "", "Error: a made-up SDK cannot be measured: it lacks the feature"),
        ("skips", 3, "skipped 1: the SDK cannot", NOTE.format("the command")[:-1]),
        ("errs", 1, f"ERROR {ONE}", NOTE.format("the command")[:-1]),
    ],
)
def test_a_program_that_cannot_be_measured(
    run: Run, driver: Callable[..., list[str]], how: str, code: int, out: str, said: str
) -> None:
    found, shown, err = run(*QUICK, "--id", ONE, "--", *driver(how))
    assert (found, (shown.splitlines() or [""])[0]) == (code, out)
    assert err.splitlines()[-1].startswith(said)


def test_how_a_failure_is_repeated(run: Run, driver: Callable[..., list[str]]) -> None:
    out = run(*QUICK, "--id", ONE, "--", *driver("wrong"))[1]
    program = " ".join(driver("wrong"))
    assert f"  again    signproof verify {SCHEME} --id {ONE} -- {program}\n" in out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ["--sdk", "x", "--python", "a:b"],
            "give one of a COMMAND, --python and --sdk, not several",
        ),
        (["--sdk", "x"], "there is no SDK x: use one of a-right"),
        (
            ["--sdk", "all", "--processes", "2"],
            "--processes is for what signs, and this sends: leave it out",
        ),
        (
            ["--sdk", "all", "--id", f"{SCHEME}/refuse/empty-key"],
            f"{SCHEME}/refuse/empty-key cannot be sent: it expects a refusal: no request to send",
        ),
        (
            ["--sdk", "all", "--id", f"{SCHEME}/none/such"],
            (
                f"{SCHEME}/none/such cannot be sent: there is no such vector: `signproof list "
                f"{SCHEME}`"
            ),
        ),
    ],
)
def test_wrong_usage(run: Run, fake: Callable[..., Sdk], words: list[str], problem: str) -> None:
    fake("a-right")
    assert run(*QUICK, *words) == (2, "", f"Error: {problem}\n")


def test_what_is_asked_as_it_stands_is_not_sent(run: Run) -> None:
    vector = "tiger-rsa/order/as-python"
    assert run("bench", "tiger-rsa", "--sdk", "all", "--id", vector) == (
        2,
        "",
        f"Error: {vector} cannot be sent: an SDK is asked it as it stands\n",
    )


def test_a_scheme_that_sends_nothing(run: Run) -> None:
    problem = "Error: shioaji-ca has no request that SDKs are measured on\n"
    assert run("bench", "shioaji-ca", "--sdk", "all") == (2, "", problem)


# Interrupts, and where it runs.

DOOR = """
from pathlib import Path
from signproof import environments, sandbox
sandbox.unavailable = lambda: "the tests keep it open"
environments.default_root = lambda: Path({root!r})
environments.cache_folder = lambda: Path({cache!r})
environments._STEPS = {{"pypi": lambda *_: []}}
"""


def test_an_interrupt(
    start: Callable[..., Any],
    make_sdk: Callable[..., Sdk],
    tmp_path: Path,
    wait_for: Callable[..., bool],
    is_alive: Callable[[int], bool],
) -> None:
    pid = tmp_path / "pid"
    sdk = make_sdk("a-waits", "bench-waits")
    manifest = sdk.folder / "sdk.toml"
    manifest.write_text(manifest.read_text().replace('"bench-waits"', f'"bench-waits", "{pid}"'))
    code = DOOR.format(root=str(tmp_path / "sdks"), cache=str(tmp_path / "cache"))
    words = ("--id", ONE, "--sdk", "a-waits", "--timeout", "600", "--json", "bench.json")
    process = start("bench", SCHEME, *words, code=code)
    assert wait_for(lambda: pid.exists() and pid.read_text().endswith(" "))
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.splitlines()[-1]) == (
        130,
        "interrupted: 0 of 15 rounds were measured whole",
    )
    assert "Traceback" not in err
    report = json.loads(Path("bench.json").read_bytes())
    assert (report["complete"], report["measured"]) == (False, [])
    assert wait_for(lambda: not is_alive(int(pid.read_text())))


def test_in_the_sandbox_as_a_command_of_its_own(
    start: Callable[..., Any], make_sdk: Callable[..., Sdk], tmp_path: Path
) -> None:
    """What the SDK reaches is seen by the SDK: loopback alone, where there is a sandbox."""
    sdk = make_sdk("a-looks")
    program = sdk.folder / "driver.py"
    seen = tmp_path / "seen"
    looks = f"    shutil.copy('/proc/net/dev', {str(seen)!r})\n"
    begin = "    for _ in request.laps:\n"
    text = (
        program.read_text().replace(begin, looks + begin).replace("import os", "import os, shutil")
    )
    program.write_text(text)
    code = DOOR.format(root=str(tmp_path / "sdks"), cache=str(tmp_path / "cache"))
    code = code.replace('sandbox.unavailable = lambda: "the tests keep it open"\n', "")
    process = start(*QUICK, "--sdk", "a-looks", code=code)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    names = [line.partition(":")[0].strip() for line in seen.read_text().splitlines()[2:]]
    assert (names == ["lo"]) != ("note: no sandbox" in err)
