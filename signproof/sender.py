"""Send vectors through an SDK that hides its signer, and judge what arrives at a mock.

Each case has a mock and a port of its own, so that a request is attributed exactly, however late it
comes, and no case sees what another did.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import msgspec

from signers.request import SignedRequest
from signproof import schemes
from signproof.behaviours.base import Behaviour, Scripted
from signproof.corpus import RECORDED, Case, Corpus
from signproof.implementations.base import Broken, Driver, Progress, Reply
from signproof.known import Known
from signproof.mocks.replies import ServedMock
from signproof.model import Answer, Expected, Outcome, Report, Result, Status
from signproof.requests import to_model
from signproof.scheme import Scheme, Sending
from signproof.server import Exchange, Server
from signproof.verify import report
from signproof.wire import mock_for

__all__ = [
    "EXACT",
    "OWN_TIME",
    "SAME",
    "Sent",
    "as_arrived",
    "is_direct",
    "own_host",
    "send",
    "send_case",
    "sendable",
]

EXACT = "exact octets"
SAME = "same request"
OWN_TIME = "own-time"
"""The feature of a driver whose SDK takes the time from the machine's clock."""

_SEND = "send"
_HOSTS = 250
_CHECK = "sent-request"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending vectors through an SDK."""

    report: Report
    exchanges: dict[str, list[Exchange]]
    """By the id of vector or question, all that arrived at its port; not of what was put to the
    driver as it is."""
    ended_at: float
    """Unix seconds."""
    observations: dict[str, str]
    """By the id of the question, what was observed."""


def sendable(scheme: Scheme, cases: Iterable[Case]) -> tuple[dict[str, Sending], dict[str, str]]:
    """Return how each request is sent, and why others cannot be, both by vector id.

    A vector that expects a refusal is no request to send. Those that differ in the timestamp only
    are one request here, since an SDK chooses its own.
    """
    how: dict[str, Sending] = {}
    excluded: dict[str, str] = {}
    first: dict[bytes, str] = {}
    if scheme.http is None:
        return how, excluded
    for case in cases:
        sending = scheme.http.sending(case.vector.operation, case.input)
        if sending is None or is_direct(scheme, case) or _topic(case) == RECORDED:
            continue  # what was recorded was sent before, for another vector
        if case.vector.expected.reject is not msgspec.UNSET:
            excluded[case.id] = "it expects a refusal: no request to send"
            continue
        if isinstance(sending, str):
            excluded[case.id] = sending
            continue
        same = first.setdefault(msgspec.json.encode((case.credential, sending.call)), case.id)
        if same == case.id:
            how[case.id] = sending
        else:
            excluded[case.id] = (
                f"only the timestamp, which an SDK chooses itself, is another than in {same}"
            )
    return how, excluded


def is_direct(scheme: Scheme, case: Case) -> bool:
    """Tell whether a driver of an SDK is asked the case as it stands, where it offers that.

    What takes a feature is for implementations that can be told more than SDKs can.
    """
    asked = case.vector.operation in scheme.direct and not case.vector.requires
    return asked and _topic(case) != RECORDED


def _topic(case: Case) -> str:
    return case.id.split("/")[1]


def send(
    driver: Driver,
    server: Server,
    corpus: Corpus,
    cases: Sequence[Case],
    *,
    scheme: Scheme,
    clock: Callable[[], float],
    questions: Sequence[Behaviour] = (),
    offered: Collection[str] = (),
    port: int = 0,
    known: Mapping[str, Known] | None = None,
    strict: bool = False,
    progress: Progress = lambda: None,
) -> Sent:
    """Send those of *cases*, of one scheme, that are requests through *driver*, and judge them.

    Cases whose operation is among *offered* are put to the driver as they are. The report has a
    result for each of these and for each that `sendable` gives; *known* has a reason for each that
    may fail, *strict* lets warnings count. *questions* are put to the driver as well. With *port*
    every case is on that port of an address of its own. Raises NeverRan, and OSError where the
    port cannot be had.
    """
    how, _ = sendable(scheme, cases)
    direct = [case for case in cases if case.vector.operation in offered]
    chosen = [case for case in cases if case.id in how and case.vector.operation not in offered]
    exchanges: dict[str, list[Exchange]] = {}
    complete = True
    with ExitStack() as stack:

        def address(id_: str, mock: ServedMock) -> str:
            exchanges[id_] = []
            host = own_host(len(exchanges)) if port else "127.0.0.1"
            endpoint = server.open(mock, host=host, port=port, on_exchange=exchanges[id_].append)
            stack.callback(endpoint.close)
            return endpoint.base_url.removesuffix(":80")

        asked = [
            send_case(
                case, how[case.id], address(case.id, mock_for(scheme, [case.credential], clock))
            )
            for case in chosen
        ]
        own = scheme.pointing().credential
        for question in questions:
            mock = question.mock or (
                lambda credential, clock: mock_for(scheme, [credential], clock)
            )
            scripted = Scripted(mock(own, clock), question.replies)
            asked.append(question.case(scheme.id, own, address(question.id, scripted)))
        began = clock()
        try:
            driver.run([*asked, *direct], progress)
        except KeyboardInterrupt:
            complete = False
    judged: list[Case] = []
    replies: dict[str, Reply] = {}
    for case in direct:
        if case.id in driver.replies:
            seen, reply = case, driver.replies[case.id]
            if OWN_TIME in driver.features:
                seen, reply = _at_its_time(scheme, case, reply, began, clock())
            judged.append(seen)
            replies[case.id] = reply
    for case in chosen:
        if case.id in driver.replies:
            seen, reply = _arrived(case, how[case.id], driver.replies[case.id], exchanges[case.id])
            judged.append(seen)
            replies[case.id] = reply
    judgement = report(
        driver, corpus, judged, replies, known=known, strict=strict, complete=complete
    )
    results = [
        _labelled(result, how[result.id], exchanges[result.id])
        if result.id in exchanges
        else result
        for result in judgement.results
    ]
    answers = dict(zip((question.id for question in questions), asked[len(chosen) :], strict=True))
    observations = {
        question.id: question.observe(
            driver.replies[answers[question.id].id], exchanges[question.id]
        )
        for question in questions
        if answers[question.id].id in driver.replies
    }
    judgement = msgspec.structs.replace(judgement, results=results)
    return Sent(judgement, exchanges, clock(), observations)


def _at_its_time(
    scheme: Scheme, case: Case, reply: Reply, began: float, ended: float
) -> tuple[Case, Reply]:
    """Return the case as asked of an SDK that takes the time from its own clock, and its reply.

    What is due for that time is what the reference gives; the time has to lie between *began* and
    *ended*, Unix seconds.
    """
    operation = scheme.operations[case.vector.operation]
    expected = case.vector.expected
    if operation.at_its_time is None or isinstance(reply, Broken):
        return case, reply
    found = operation.at_its_time(case.input, reply.output)
    if found is None or expected.reject is not msgspec.UNSET:
        return case, reply
    input_, seconds = found
    if not math.floor(began) <= seconds <= ended:
        when = f"it was asked between {math.floor(began)} and {math.ceil(ended)}"
        return case, Broken(Outcome.FAIL, f"its time is {seconds}, in Unix seconds, while {when}")
    if expected.check is msgspec.UNSET:
        credential = msgspec.convert(case.credential, scheme.credential)
        typed = msgspec.convert(input_, operation.input)
        expected = Expected(output=operation.reference(scheme.prepare(credential), typed).output)
    vector = msgspec.structs.replace(case.vector, input=input_, stages={}, expected=expected)
    return replace(case, vector=vector, input=input_), reply


def own_host(number: int) -> str:
    """Return a loopback address; the first is left to others."""
    return f"127.1.{number // _HOSTS}.{number % _HOSTS + 1}"


def send_case(case: Case, sending: Sending, base_url: str) -> Case:
    """Return the case as an SDK is asked to send it to an address."""
    input_ = {"base_url": base_url, **sending.call}
    vector = msgspec.structs.replace(case.vector, operation=_SEND, input=input_)
    return replace(case, vector=vector, input=input_)


def _arrived(
    case: Case, sending: Sending, reply: Reply, exchanges: Sequence[Exchange]
) -> tuple[Case, Reply]:
    """Return the case as asked of the SDK and, as its answer, what arrived.

    Where several requests did, that is the first that is wrong, or the first.
    """
    case = _as_request(case)
    if isinstance(reply, Broken) or reply.status is Status.ERRORED:
        return case, reply
    if reply.status is Status.SKIPPED:
        if exchanges:
            return case, Broken(Outcome.ERROR, f"it sent a request, yet says: {reply.message}")
        return case, reply
    if not exchanges:
        said = reply.message or reply.output.get("error") or "it does not say why"
        return case, Answer(status=Status.REJECTED, message=f"it sent nothing: {said}")
    if reply.status is Status.REJECTED:
        return case, Broken(Outcome.ERROR, f"it sent a request, yet refuses it: {reply.message}")
    check = schemes.get(case.scheme).checks[_CHECK]
    seen: list[tuple[Case, Answer]] = []
    for exchange in exchanges:
        if exchange.request is None:
            why = exchange.reply.verdict.message
            return case, Broken(Outcome.ERROR, f"it sent what is no request: {why}")
        asked, received = as_arrived(case, sending, exchange.request)
        seen.append((asked, received))
        if check(dict(case.credential or {}), asked.input, received.output) is not None:
            return seen[-1]  # whatever else was sent, this one is wrong
    return seen[0]


def as_arrived(case: Case, sending: Sending, request: SignedRequest) -> tuple[Case, Answer]:
    """Return the case as asked of the SDK at the time that it chose, and what arrived."""
    received = msgspec.to_builtins(to_model(request))
    asked = replace(_as_request(case), input=sending.asked(received))
    return asked, Answer(status=Status.OUTPUT, output=received)


def _as_request(case: Case) -> Case:
    vector = msgspec.structs.replace(
        case.vector, operation="request", stages={}, expected=Expected(check=_CHECK)
    )
    return replace(case, vector=vector)


def _labelled(result: Result, sending: Sending, exchanges: Sequence[Exchange]) -> Result:
    """Say of what passed whether it went out octet for octet as the vector has it."""
    if result.outcome is not Outcome.PASS:
        return result
    request = exchanges[0].request
    if request is None:
        raise AssertionError(result.id)  # it would not have passed
    others = sending.rewritten(msgspec.to_builtins(to_model(request)))
    label = f"{SAME}, {' and '.join(others)} written otherwise" if others else EXACT
    if len(exchanges) > 1:
        label += f", sent {len(exchanges)} times"
    return msgspec.structs.replace(result, label=label)
