"""Hold official SDKs against the vectors: what each sends, and what it does besides."""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from signproof import known, sandbox
from signproof.behaviours.base import Behaviour
from signproof.corpus import Case, Corpus, default_root
from signproof.environments import Environment, Sdk
from signproof.implementations.base import NeverRan, Progress
from signproof.implementations.stdio import Stdio
from signproof.model import FORMAT, Matrix, MatrixEntry, Report
from signproof.scheme import Scheme
from signproof.sender import Sent, send, sendable
from signproof.server import Server
from signproof.verify import EXIT_INTERRUPTED, EXIT_NEVER_RAN
from signproof.wire import (
    judge_exchange,
    program_environment,
    watch,
    wire_report,
    without_credentials,
)

__all__ = ["driver_environment", "judge_sdk", "no_port", "not_run", "questions", "summed_up"]

_REPLY_S = 30.0
_START_S = 60.0
_TYPED_S = 120.0
_ZONE = {"TZ": "America/New_York"}
"""Neither UTC nor the zone of a broker, so that a timestamp in local time shows."""
_NOWHERE = "http://127.0.0.1:9"
"""The discard port, where nothing listens: what an SDK has for an address outside a case."""


def questions(scheme: Scheme) -> tuple[Behaviour, ...]:
    """Return what SDKs of the scheme are asked besides the vectors."""
    if not scheme.behaviours:
        return ()
    found: tuple[Behaviour, ...] = import_module(scheme.behaviours).BEHAVIOURS
    return found


def not_run(sdk: Sdk, state: Literal["skipped", "failed"], why: str) -> MatrixEntry:
    """Return the entry of an SDK that has no result."""
    return _entry(sdk, state=state, why=why)


def _entry(sdk: Sdk, **result: Any) -> MatrixEntry:
    manifest = sdk.manifest
    return MatrixEntry(
        sdk=sdk.id,
        package=manifest.package,
        version=manifest.version,
        language=manifest.language,
        required=manifest.required,
        **result,
    )


def judge_sdk(
    sdk: Sdk,
    environment: Environment,
    server: Server,
    corpus: Corpus,
    cases: Sequence[Case],
    *,
    scheme: Scheme,
    home: Path,
    clock: Callable[[], float] = time.time,
    progress: Progress = lambda: None,
) -> tuple[MatrixEntry, Sent | None]:
    """Send *cases* through the SDK's driver, run its typed calls, and return what came of it.

    *home* is an empty folder, its home. Raises KnownError for its list of known failures.
    """
    allowed = _known(sdk, scheme, corpus)
    variables = _quiet(scheme, home)
    port = sdk.manifest.port
    try:
        driver = Stdio(
            environment.run,
            timeout_s=_REPLY_S,
            start_timeout_s=_START_S,
            environment=driver_environment(scheme, home),
            folder=environment.folder,
        )
        with closing(driver):
            sent = send(
                driver,
                server,
                corpus,
                cases,
                scheme=scheme,
                clock=clock,
                questions=questions(scheme),
                offered={*scheme.direct} & {*driver.operations.get(scheme.id, ())},
                port=port,
                known=allowed,
                progress=progress,
            )
    except NeverRan as error:
        return not_run(sdk, "failed", str(error)), None
    except OSError as error:
        if not port:
            raise
        return not_run(sdk, "skipped", no_port(port, error)), None
    typed = None
    if environment.typed and sent.report.complete:
        typed = _typed(environment, server, scheme, variables, clock)
    loaded = sent.report.implementation.version
    if loaded != sdk.manifest.version:
        why = f"its driver loaded version {loaded!r}, the manifest has {sdk.manifest.version}"
        return not_run(sdk, "failed", why), sent
    entry = _entry(
        sdk,
        state="judged",
        report=sent.report,
        not_get=_not_get(scheme, cases, sent.report),
        observations=sent.observations,
        typed=typed,
    )
    return entry, sent


def driver_environment(scheme: Scheme, home: Path) -> dict[str, str]:
    """Return the variables of an SDK's driver, whose home is the folder *home*."""
    away = program_environment(scheme, scheme.pointing().credential, _NOWHERE)
    return {**_quiet(scheme, home), **_ZONE, **away}


def _quiet(scheme: Scheme, home: Path) -> dict[str, str]:
    return without_credentials(scheme, sandbox.quiet_environment(os.environ, home))


def no_port(port: int, error: OSError) -> str:
    """Return why an SDK cannot be run that takes one port alone."""
    reason = os.strerror(error.errno or 0)  # `strerror` of the error repeats the address
    return f"port {port}, the only one that it takes, cannot be had: {reason}"


def _known(sdk: Sdk, scheme: Scheme, corpus: Corpus) -> dict[str, known.Known]:
    """Return what may fail; the list is about the installation's vectors, *corpus* or not."""
    if not sdk.known.exists():
        return {}
    sets = [corpus] if corpus.root == default_root() else [corpus, Corpus.open()]
    return known.read(sdk.known, [case.id for one in sets for case in one.cases(scheme.id)])


def _not_get(scheme: Scheme, cases: Sequence[Case], report: Report) -> int:
    how, _ = sendable(scheme, cases)
    judged = (result for result in report.results if result.outcome.value != "skip")
    calls = (how[result.id].call for result in judged if result.id in how)
    return sum(call.get("method", "POST").upper() != "GET" for call in calls)


def _typed(
    environment: Environment,
    server: Server,
    scheme: Scheme,
    variables: Mapping[str, str],
    clock: Callable[[], float],
) -> Report:
    http = scheme.signing()
    credential = scheme.pointing().credential
    watched = watch(
        server,
        scheme,
        environment.typed,
        variables,
        credential=credential,
        timeout_s=_TYPED_S,
        clock=clock,
        folder=environment.folder,
        quiet=True,
    )
    # Numbered from 1, as `wire` shows them: this server has served others before.
    exchanges = [replace(one, number=at) for at, one in enumerate(watched.exchanges, 1)]
    results = [judge_exchange(scheme, http, credential, one).result for one in exchanges]
    ended = watched.ended
    said = "\n".join(filter(None, (ended.said, ended.problem)))
    return wire_report(scheme, environment.typed, results, ended, stderr=said)


def summed_up(
    scheme: Scheme,
    corpus: Corpus,
    cases: Sequence[Case],
    entries: Sequence[MatrixEntry],
    *,
    sandboxed: bool,
    no_skip: bool,
    complete: bool,
) -> Matrix:
    """Return the whole matrix; with *no_skip* a required SDK without a result is a failure."""
    return Matrix(
        format=FORMAT,
        signproof=version("signproof"),
        set_version=corpus.manifest.set_version,
        scheme=scheme.id,
        sandboxed=sandboxed,
        excluded=sendable(scheme, cases)[1],
        entries=list(entries),
        exit_code=_exit_code(entries, no_skip=no_skip, complete=complete),
    )


def _exit_code(entries: Sequence[MatrixEntry], *, no_skip: bool, complete: bool) -> int:
    if not complete:
        return EXIT_INTERRUPTED
    states = Counter(entry.state for entry in entries)
    if any(
        entry.required and (entry.state == "failed" or (no_skip and entry.state == "skipped"))
        for entry in entries
    ):
        return 1
    if not states["judged"]:
        return EXIT_NEVER_RAN
    reports = [one for entry in entries for one in (entry.report, entry.typed) if one is not None]
    return int(any(one.exit_code for one in reports))
