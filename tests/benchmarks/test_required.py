"""What a benchmark lacks: skipped by hand, a failure where nothing may be missing."""

import pytest

from benchmarks.peers.process import Peer, PeerEnded, libraries
from benchmarks.required import lacking, tool

MISSING = "SIGNPROOF_BENCH_PEERS names no Python; `nox -s bench` makes the environment"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "NOX_CURRENT_SESSION", "SIGNPROOF_BENCH_PEERS"):
        monkeypatch.delenv(name, raising=False)


def test_by_hand_it_is_skipped() -> None:
    with pytest.raises(pytest.skip.Exception) as skipped:
        libraries()
    assert str(skipped.value) == MISSING
    with pytest.raises(pytest.skip.Exception) as skipped:
        tool("no-such-program")
    assert str(skipped.value) == "no-such-program is not on the PATH"


@pytest.mark.parametrize("name", ["CI", "NOX_CURRENT_SESSION"])
def test_in_a_session_it_fails(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "heavy")
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as ended:
        lacking("EXAMPLE is not here")
    assert ended.type is pytest.fail.Exception
    assert str(ended.value) == f"EXAMPLE is not here; where {name} is set, nothing may be missing"


def test_what_is_there_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNPROOF_BENCH_PEERS", "/EXAMPLE/python")
    assert libraries() == "/EXAMPLE/python"
    assert tool("sh").endswith("/sh")


def test_a_peer_that_does_not_start(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PeerEnded) as ended:
        Peer("/EXAMPLE/python", "rsa_program.py", {"package": "EXAMPLE"})
    assert str(ended.value) == "/EXAMPLE/python rsa_program.py ended with 1 before it answered"
    assert capfd.readouterr().err != ""
