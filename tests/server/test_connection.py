"""A connection without sockets, where time and a client that does not read are made up."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from signproof.mocks.replies import ServedMock
from signproof.server import Exchange, Limits
from signproof.server.connection import Connection
from signproof.server.exchange import Ledger, Site

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
REPLY = b"HTTP/1.1 200 OK\r\nX-Ip: ip\r\nx-ip: 2\r\nContent-Length: 3\r\n\r\n/a "
LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nX-Refused: 1\r\nContent-Length: 7\r\n"
    b"Connection: close\r\n\r\nrefused"
)


class Timer:
    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when = when
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self.now + delay, callback)
        self.timers.append(timer)
        return timer

    @property
    def due(self) -> list[float]:
        return [timer.when for timer in self.timers if not timer.cancelled]

    def run_until(self, now: float) -> None:
        self.now = now
        for timer in [timer for timer in self.timers if timer.when <= now]:
            self.timers.remove(timer)
            if not timer.cancelled:
                timer.callback()


class Transport:
    """Keeps what is done with it."""

    def __init__(self, *, tls: bool = False) -> None:
        self.tls = tls
        self.done: list[str | bytes] = []

    def write(self, octets: bytes) -> None:
        self.done.append(octets)

    def can_write_eof(self) -> bool:
        return not self.tls

    def __getattr__(self, name: str) -> Any:
        return lambda: self.done.append(name)


class Rig:
    def __init__(self, mock: ServedMock, loop: Loop, *, tls: bool = False) -> None:
        self.loop = loop
        self.lost: list[Connection] = []
        self.exchanges: list[Exchange] = []
        site = Site(mock, self.exchanges.append, 1, Ledger(lambda: 0.0))
        limits = Limits(idle_seconds=60)
        self.connection = Connection(site, "ip", limits, self.lost.append)
        self.transport = Transport(tls=tls)
        self.done = self.transport.done
        self.connection.connection_made(cast("asyncio.Transport", self.transport))

    @property
    def messages(self) -> list[str]:
        return [one.reply.verdict.message for one in self.exchanges]


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    loop = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    return loop


def test_idle_in_the_middle_of_a_message(loop: Loop, echo: ServedMock) -> None:
    rig = Rig(echo, loop)
    rig.connection.data_received(GET + GET[:4])
    loop.run_until(50)
    rig.connection.data_received(GET[4:6])
    loop.run_until(60)
    loop.run_until(109)
    assert (rig.done, loop.due) == ([REPLY], [110])
    loop.run_until(110)
    assert rig.done == [REPLY, LATE, "write_eof"]
    assert rig.messages == ["", "the message stopped after 6 octets of a head"]
    assert rig.exchanges[1].raw == GET[:6]
    rig.connection.data_received(GET)  # thrown away
    assert loop.due == [112]
    loop.run_until(112)
    rig.connection.connection_lost(None)
    assert rig.done == [REPLY, LATE, "write_eof", "abort"]
    assert rig.lost == [rig.connection]
    assert len(rig.exchanges) == 2


def test_idle_between_messages(loop: Loop, echo: ServedMock) -> None:
    rig = Rig(echo, loop)
    rig.connection.data_received(GET)
    loop.run_until(60)
    rig.connection.connection_lost(None)
    assert (rig.done, rig.messages) == ([REPLY, "abort"], [""])


def test_tls_has_no_half_close(loop: Loop, echo: ServedMock) -> None:
    rig = Rig(echo, loop, tls=True)
    rig.connection.data_received(GET[:-2] + b"Connection: close\r\n\r\n")
    assert rig.done == [REPLY.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), "close"]
    assert loop.due == [2]
    rig.connection.connection_lost(None)
    assert loop.due == []


def test_a_client_that_does_not_read_is_answered_no_more(loop: Loop, echo: ServedMock) -> None:
    rig = Rig(echo, loop)
    rig.connection.pause_writing()
    rig.connection.data_received(GET + GET)
    assert rig.done == ["pause_reading"]
    rig.connection.resume_writing()
    assert rig.done == ["pause_reading", REPLY, REPLY, "resume_reading"]


def test_it_pauses_in_the_middle_and_its_end_waits(loop: Loop, echo: ServedMock) -> None:
    rig = Rig(echo, loop)
    write = rig.transport.write

    def full(octets: bytes) -> None:
        write(octets)
        rig.connection.pause_writing()

    rig.transport.write = full  # type: ignore[method-assign]
    rig.connection.data_received(GET + GET)
    assert rig.connection.eof_received() is True
    assert rig.done == [REPLY, "pause_reading"]
    rig.connection.resume_writing()
    assert rig.done == [REPLY, "pause_reading"] * 2
    rig.connection.resume_writing()
    assert rig.done == [*[REPLY, "pause_reading"] * 2, "close"]
    assert rig.connection.eof_received() is False


def test_what_was_never_answered_is_reported(loop: Loop, echo: ServedMock) -> None:
    rig = Rig(echo, loop)
    rig.connection.pause_writing()
    close = GET[:-2] + b"Connection: close\r\n\r\n"
    expect = GET[:-2] + b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    rig.connection.data_received(GET + expect)
    loop.run_until(60)
    rig.connection.connection_lost(ConnectionResetError())
    rig.connection.resume_writing()
    rig.connection.pause_writing()
    rig.connection.abort()
    assert (rig.done, rig.lost) == (["pause_reading", "abort"], [rig.connection])
    assert rig.messages == ["", "the connection ended after 0 octets of a body of 1"]
    rig = Rig(echo, loop)
    rig.connection.pause_writing()
    rig.connection.data_received(close + GET)
    rig.connection.connection_lost(None)
    assert [one.raw for one in rig.exchanges] == [close]


def test_a_connection_that_never_was(loop: Loop, echo: ServedMock) -> None:
    lost: list[Connection] = []
    site = Site(echo, None, 1, Ledger(lambda: 0.0))
    connection = Connection(site, "ip", Limits(), lost.append)
    connection.abort()
    connection.connection_lost(None)
    assert (lost, loop.timers) == ([connection], [])
