"""Judge what any program sends: a mock on loopback, and a verdict for each request as received."""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import msgspec

from signproof.explain import explain
from signproof.mocks.replies import ServedMock, Verdict
from signproof.model import FORMAT, Implementation, Importance, Outcome, Report, Result
from signproof.scheme import HttpSigning, Scheme
from signproof.server import Exchange, Server
from signproof.verify import EXIT_INTERRUPTED, EXIT_NEVER_RAN

__all__ = [
    "NOT_FOUND",
    "Ended",
    "Judged",
    "Watched",
    "fill",
    "judge_exchange",
    "mock_for",
    "program_environment",
    "run",
    "strictly",
    "watch",
    "wire_report",
    "without_credentials",
]

_GRACE_S = 2.0
_CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Where OpenSSL and what is built on it, requests, curl and Node look for certificates."""
_SAID = 2000
NOT_FOUND = 127
"""What a shell says of a command that it cannot start."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the program under test ended."""

    code: int | None
    """Its exit code, as a shell shows it; None where it was ended after its time."""
    problem: str = ""
    """What is wrong with that, empty where nothing is."""
    interrupted: bool = False
    said: str = ""
    """The end of its output, where that was kept."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A request with its judgement."""

    result: Result
    expected: str = ""
    """What should have been signed, where something else was; secrets masked."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put *values* in the places of their names in braces; other braces stay."""
    return re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], name[0]), text)


def program_environment(
    scheme: Scheme, credential: Mapping[str, str], base_url: str
) -> dict[str, str]:
    """Return the variables that point a program at *base_url* with *credential*."""
    program = scheme.pointing()
    names = {
        name: credential[member]
        for member, all_ in scheme.environment.items()
        if credential.get(member)
        for name in all_
    }
    addresses = dict.fromkeys(program.address, base_url)
    mock = {
        "base_url": base_url,
        "authority": base_url.partition("://")[2],
        "socket_url": "ws" + base_url.removeprefix("http"),
    }
    fixed = {name: fill(value, {**credential, **mock}) for name, value in program.fixed.items()}
    return {**fixed, **addresses, **names}


def without_credentials(scheme: Scheme, environment: Mapping[str, str]) -> dict[str, str]:
    """Return *environment* without the user's own credential: a real token is not for a mock."""
    own = {name for names in scheme.environment.values() for name in names}
    own.update(scheme.pointing().withheld)
    return {name: text for name, text in environment.items() if name not in own}


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    timeout_s: float,
    folder: Path | None = None,
    quiet: bool = False,
) -> Ended:
    """Run *command* to its end; its whole process group is ended with it.

    Its output goes where this process's goes; with *quiet*, only its end is kept.
    """
    with tempfile.TemporaryFile() as kept:
        ended = _run(command, environment, timeout_s, folder, kept if quiet else None)
        return replace(ended, said=_end_of(kept))


def _end_of(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _SAID))
    return file.read().decode("utf-8", "replace").strip()


def _run(
    command: Sequence[str],
    environment: Mapping[str, str],
    timeout_s: float,
    folder: Path | None,
    output: IO[bytes] | None,
) -> Ended:
    try:
        process = subprocess.Popen(  # noqa: S603 - running the user's program is the job
            list(command),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    except OSError as error:
        return Ended(NOT_FOUND, f"it cannot be started: {error.strerror}")
    except ValueError as error:  # a NUL in a word or a variable
        return Ended(NOT_FOUND, f"it cannot be started: {error}")
    try:
        code = process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return Ended(None, f"it ran longer than {timeout_s:g} s and was ended")
    except KeyboardInterrupt:
        return Ended(None, interrupted=True)
    finally:
        _end(process)
    if code < 0:
        return Ended(128 - code, f"it was ended by signal {-code}")
    return Ended(code, f"it ended with exit code {code}" if code else "")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End what is left of the program and of all that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


@dataclass(frozen=True, slots=True)
class Watched:
    """What a program did while it was pointed at a mock."""

    base_url: str
    exchanges: list[Exchange]
    ended: Ended


def watch(
    server: Server,
    scheme: Scheme,
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    credential: Mapping[str, str],
    timeout_s: float,
    clock: Callable[[], float] = time.time,
    variables: Mapping[str, str] | None = None,
    port: int = 0,
    ca_folder: Path | None = None,
    folder: Path | None = None,
    quiet: bool = False,
) -> Watched:
    """Run *command* against a mock of its own on *server*.

    It gets *environment*, what points it at the mock, and *variables*; in these and in the command
    `{base_url}`, `{host}`, `{port}` and the credential's members stand for their values. With
    *ca_folder* the mock has TLS, and its CA's certificate is written there. Raises OSError where
    *port* cannot be had.
    """
    http = scheme.signing()
    received: list[Exchange] = []
    endpoint = server.open(
        mock_for(scheme, [credential], clock),
        port=port,
        on_exchange=received.append,
        tls=ca_folder is not None,
    )
    values = {
        **credential,
        "base_url": endpoint.base_url,
        "host": endpoint.host,
        "port": str(endpoint.port),
    }
    pointed = program_environment(scheme, credential, endpoint.base_url)
    if ca_folder is not None:
        pointed |= dict.fromkeys(_CA_VARIABLES, str(server.ca_file(ca_folder)))
    own = {name: fill(text, values) for name, text in (variables or {}).items()}
    try:
        ended = run(
            [fill(word, values) for word in command],
            {**without_credentials(scheme, environment), **pointed, **own},
            timeout_s=timeout_s,
            folder=folder,
            quiet=quiet,
        )
    finally:
        endpoint.close()
    judged = [strictly(scheme, http, credential, exchange) for exchange in received]
    return Watched(endpoint.base_url, judged, ended)


def mock_for(scheme: Scheme, credentials: Iterable[Any], clock: Callable[[], float]) -> ServedMock:
    """Return the scheme's mock with an account for each of *credentials*."""
    mock: ServedMock = import_module(scheme.pointing().mock).served(credentials, clock)
    return mock


def strictly(
    scheme: Scheme, http: HttpSigning, credential: Mapping[str, str], exchange: Exchange
) -> Exchange:
    """Return the exchange, refused where the mock let pass what `explain` finds wrong.

    That is well signed, but sent in a way that a broker need not take: a content type, a token.
    """
    verdict, request = exchange.reply.verdict, exchange.request
    if request is None or not verdict.accepted or verdict.reason is not None:
        return exchange
    found = explain(scheme, http, credential, request)
    if found.valid:
        return exchange
    refused = Verdict(accepted=False, reason=found.reason, message=found.message)
    return replace(exchange, reply=replace(exchange.reply, verdict=refused))


def judge_exchange(
    scheme: Scheme, http: HttpSigning, credential: Mapping[str, str], exchange: Exchange
) -> Judged:
    """Return the judgement of a request as it was received, with its cause where it is wrong."""
    verdict, request = exchange.reply.verdict, exchange.request
    result = Result(
        id=f"{scheme.id}/wire/request-{exchange.number:04}",
        operation="request",
        importance=Importance.MUST,
        outcome=Outcome.PASS if verdict.accepted else Outcome.FAIL,
        message="" if verdict.accepted else verdict.message,
        note=verdict.message if verdict.accepted else "",
    )
    if request is None:
        message = f"what arrived is no request: {verdict.message}"
        return Judged(msgspec.structs.replace(result, outcome=Outcome.ERROR, message=message))
    if verdict.accepted:
        return Judged(result)
    explanation = explain(scheme, http, credential, request)
    return Judged(
        msgspec.structs.replace(
            result,
            causes=explanation.causes,
            difference=explanation.difference,
            opened=explanation.opened,
        ),
        explanation.expected,
    )


def wire_report(
    scheme: Scheme, command: Sequence[str], results: Sequence[Result], ended: Ended, **about: Any
) -> Report:
    """Return the report on what a program sent.

    Where the program itself failed, or sent nothing, that is a result, too, so that no reader of
    the report takes it for a run without faults.
    """
    sent = len(results)
    problem = ended.problem or ("" if sent or ended.interrupted else "it sent nothing to the mock")
    if problem:
        failed = Result(
            id=f"{scheme.id}/wire/command",
            operation="command",
            importance=Importance.MUST,
            outcome=Outcome.ERROR,
            message=f"the command failed: {problem}" if ended.problem else problem,
        )
        results = [*results, failed]
    counts = Counter(result.outcome.value for result in results)
    if ended.interrupted:
        exit_code = EXIT_INTERRUPTED
    elif not sent:
        exit_code = EXIT_NEVER_RAN
    else:
        exit_code = int(counts["pass"] < len(results))
    return Report(
        format=FORMAT,
        signproof=version("signproof"),
        set_version="",
        scheme=scheme.id,
        implementation=Implementation(name=Path(command[0]).name),
        complete=not ended.interrupted,
        counts=dict(counts),
        exit_code=exit_code,
        results=list(results),
        **about,
    )
