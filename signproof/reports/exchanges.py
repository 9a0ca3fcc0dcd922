"""What arrived at a mock, as a person reads it."""

import re
import time
from collections.abc import Mapping, Sequence

import click

from signproof.diagnose import masked
from signproof.mocks.replies import Verdict
from signproof.model import Result
from signproof.reports.terminal import cause_rows, printable
from signproof.scheme import Scheme
from signproof.server import Exchange

__all__ = ["detail", "hidden", "line"]

_WIDTH = 100
_BODY = 400
_AUTHORIZATION = re.compile(rb"(?i)\bauthorization:[ \t]*([^\r\n]*)")


def hidden(scheme: Scheme, credential: Mapping[str, str], exchange: Exchange) -> list[bytes]:
    """Return what must not be shown: the credential's secrets, and any other token sent."""
    http = scheme.http
    members = () if http is None else http.secret_members
    hide = [credential.get(member, "").encode() for member in members]
    for value in _AUTHORIZATION.findall(exchange.raw):
        hide += [value, *value.split()[-1:]]
    if http is not None and exchange.request is not None:
        hide += http.sent_secrets(exchange.request.body)
    return hide


def line(exchange: Exchange, hide: Sequence[bytes], *, timed: bool = False) -> str:
    """Return a request and its verdict in one line; the octets in *hide* are masked."""
    verdict = exchange.reply.verdict
    mark = _mark(verdict)
    at = time.strftime("%H:%M:%S ", time.localtime(exchange.received_at)) if timed else ""
    said = "" if verdict.accepted and verdict.reason is None else f": {printable(verdict.message)}"
    what = f"{_summary(exchange, hide)} → {exchange.reply.status}{said}"
    return f"{at}{exchange.number:>4} {mark} {what}"


def _mark(verdict: Verdict) -> str:
    """Return the verdict in a word; *refused* is right in itself, and was not granted."""
    if not verdict.accepted:
        return click.style("WRONG", fg="red")
    if verdict.reason is not None:
        return click.style("refused", fg="yellow")
    return click.style("right", fg="green")


def _summary(exchange: Exchange, hide: Sequence[bytes]) -> str:
    request = exchange.request
    if request is None:
        return f"(no request) {_clipped(masked(exchange.raw, hide), _WIDTH // 2)}"
    target = _clipped(masked(request.target, hide), _WIDTH)
    return f"{_clipped(masked(request.method, hide), 20)} {target}"


def detail(exchange: Exchange, result: Result, hide: Sequence[bytes], expected: str) -> None:
    """Print a wrong request as received, what was expected of it, and the mistake.

    What is wrong with it stands in its `line`. The octets in *hide* are masked; *expected* is what
    should have been signed.
    """
    rows = [("received", text) for text in _received(exchange, hide)]
    rows += cause_rows(result)
    if expected and result.difference is None:
        rows.append(("to sign", expected))
    shown = ""
    for name, text in rows:
        click.echo(f"  {'' if name == shown else name:<9}{printable(text)}")
        shown = name
    click.echo()


def _received(exchange: Exchange, hide: Sequence[bytes]) -> list[str]:
    request = exchange.request
    if request is None:
        return [_clipped(masked(exchange.raw, hide), _BODY)]
    head = [b"%s %s" % (request.method, request.target)]
    head += [b"%s: %s" % header for header in request.headers]
    lines = [_clipped(masked(octets, hide), 2 * _WIDTH) for octets in head]
    return [*lines, "", _clipped(masked(request.body, hide), _BODY)] if request.body else lines


def _clipped(octets: bytes, width: int) -> str:
    text = octets.decode("utf-8", "backslashreplace")
    return printable(text if len(text) <= width else f"{text[:width]}… ({len(octets)} octets)")
