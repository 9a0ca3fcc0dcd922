"""What the commands on SDKs share: choosing, installing and running them."""

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from signers.errors import InvalidInput
from signproof import environments
from signproof.cli.common import Problem, enter_sandbox, one_line
from signproof.corpus import Case, Corpus
from signproof.environments import BuildFailed, Environment, ManifestError, Sdk
from signproof.matrix import judge_sdk, not_run, questions
from signproof.reports import terminal
from signproof.scheme import Scheme
from signproof.sender import Sent, is_direct, sendable
from signproof.server import Server
from signproof.wire import mock_for

if TYPE_CHECKING:
    from signproof.model import MatrixEntry

__all__ = ["NotInstalled", "SdkRun", "chosen_sdks", "installed", "sendable_cases"]


def chosen_sdks(scheme: Scheme, ids: tuple[str, ...]) -> list[Sdk]:
    """Return the SDKs asked for, by default all of the scheme."""
    with one_line(ManifestError):
        everything = environments.read_sdks(environments.default_root())
    of_scheme = [sdk for sdk in everything if scheme.id in sdk.manifest.schemes]
    existing = {sdk.id for sdk in of_scheme}
    for id_ in ids:
        if id_ not in existing:
            raise Problem(f"there is no SDK {id_}: use one of {', '.join(sorted(existing))}")
    return [sdk for sdk in of_scheme if not ids or sdk.id in ids]


def sendable_cases(scheme: Scheme, everything: list[Case], ids: tuple[str, ...]) -> list[Case]:
    """Return the cases to send, by default all that are requests; raises Problem."""
    how, excluded = sendable(scheme, everything)
    direct = {case.id for case in everything if is_direct(scheme, case)}
    excluded = {case.id: excluded.get(case.id, "it is no request") for case in everything}
    for id_ in ids:
        if id_ not in how and id_ not in direct:
            why = excluded.get(id_, f"there is no such vector: `signproof list {scheme.id}`")
            raise Problem(f"{id_} cannot be sent: {why}")
    asked = {*how, *direct}
    chosen = [case for case in everything if case.id in asked and (not ids or case.id in ids)]
    for case in chosen:
        if case.id not in how:
            continue
        try:
            msgspec.convert(case.credential, scheme.credential)
            mock_for(scheme, [case.credential], time.time)
        except (msgspec.ValidationError, InvalidInput) as error:
            raise Problem(f"{case.id} cannot be sent: its credential: {error}") from None
    return chosen


class NotInstalled(Exception):
    """An SDK cannot be run here: why."""

    def __init__(self, state: Literal["skipped", "failed"], why: str) -> None:
        self.state = state
        super().__init__(why)


def installed(sdk: Sdk, position: str) -> Environment:
    """Return the SDK's environment; *position* goes before what is said. Raises NotInstalled."""
    missing = environments.missing_tools(sdk)
    if missing:
        raise NotInstalled("skipped", f"this machine has no {' and no '.join(missing)}")
    try:
        cache = environments.cache_folder()
        return environments.build(sdk, cache, lambda text: _say(position + text))
    except BuildFailed as error:
        raise NotInstalled("failed", str(error)) from None


class SdkRun:
    """Installs the SDKs, then closes the door to the network, then judges."""

    def __init__(self, scheme: Scheme, corpus: Corpus, cases: list[Case]) -> None:
        self._scheme = scheme
        self._corpus = corpus
        self._cases = cases
        self._built: dict[str, Environment] = {}
        self.entries: dict[str, MatrixEntry] = {}
        self.sent: dict[str, Sent] = {}
        self.sandboxed = False
        self.complete = True

    def all(self, sdks: list[Sdk]) -> None:
        """Judge all; an interrupt ends the run early. Raises KnownError."""
        try:
            for number, sdk in enumerate(sdks, 1):
                self._install(sdk, f"{number}/{len(sdks)} ")
            # All are installed before any is judged: there is no way back to the network.
            self.sandboxed = enter_sandbox("the SDKs")
            if not self.sandboxed and self._scheme.pointing().isolated:
                self._leave_all_out(sdks)
            with Server() as server:
                for sdk in sdks:
                    if sdk.id in self._built and self.complete:
                        self._judge(sdk, server)
        except KeyboardInterrupt:
            self.complete = False

    def _install(self, sdk: Sdk, position: str) -> None:
        try:
            self._built[sdk.id] = installed(sdk, position)
        except NotInstalled as error:
            self.entries[sdk.id] = not_run(sdk, error.state, str(error))

    def _leave_all_out(self, sdks: list[Sdk]) -> None:
        """Run none: what they are asked would go to the broker."""
        why = "it would reach the broker, for there is no sandbox here"
        self._built.clear()
        for sdk in sdks:
            self.entries.setdefault(sdk.id, not_run(sdk, "skipped", why))

    def _judge(self, sdk: Sdk, server: Server) -> None:
        _say(f"judging {sdk}")
        asked = len(self._cases) + len(questions(self._scheme))
        with (
            tempfile.TemporaryDirectory(prefix="signproof-") as home,
            terminal.progress(asked) as advance,
        ):
            entry, sent = judge_sdk(
                sdk,
                self._built[sdk.id],
                server,
                self._corpus,
                self._cases,
                scheme=self._scheme,
                home=Path(home),
                progress=advance,
            )
        self.entries[sdk.id] = entry
        if sent is not None:
            self.sent[sdk.id] = sent
        reports = (None if sent is None else sent.report, entry.typed)
        self.complete = all(report is None or report.complete for report in reports)


def _say(text: str) -> None:
    click.echo(text, err=True)
