"""Vectors through a driver whose SDK is right, or wrong in one way."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from signproof.corpus import Case, Corpus
from signproof.implementations.base import Progress, Reply
from signproof.implementations.stdio import Stdio
from signproof.known import Known
from signproof.matrix import questions
from signproof.model import Answer, Implementation, Outcome, Result, Status
from signproof.scheme import Scheme
from signproof.sender import Sent, send, sendable
from signproof.server import Server

PREFIX = "longbridge-hmac/"
FEW = ("request/get", "request/get-one")
BODY = "body/spaced"


@pytest.fixture
def sent(
    driver: Callable[..., list[str]],
    server: Server,
    corpus: Corpus,
    scheme: Scheme,
    by_name: dict[str, Case],
) -> Callable[..., Sent]:
    """Send a few vectors through the driver that is wrong in the way named."""

    def sent(how: str, names: Sequence[str] = FEW, **more: Any) -> Sent:
        stdio = Stdio(driver(how), timeout_s=60, start_timeout_s=60)
        cases = [by_name[name] for name in names]
        return send(stdio, server, corpus, cases, scheme=scheme, clock=lambda: 1.7e9, **more)

    return sent


def told(result: Result) -> dict[str, Any]:
    """Return what a result says that is not the same for all."""
    fixed = {"operation": "request", "importance": "must"}
    all_ = msgspec.to_builtins(result)
    assert {name: all_.pop(name) for name in fixed if name in all_} in (
        fixed,
        {"operation": "request"},
    )
    all_.pop("source")
    all_["causes"] = [cause["id"] for cause in all_.get("causes", [])]
    difference = all_.pop("difference", None)
    all_["where"] = difference and difference["stage"]
    return {name: value for name, value in all_.items() if value}


RIGHT = {"id": "longbridge-hmac/request/get", "outcome": "pass", "label": "exact octets"}
THE_ONE = "longbridge-hmac/request/get-one"


@pytest.mark.parametrize(
    ("how", "result", "arrived", "exit_code"),
    [
        ("right", {"outcome": "pass", "label": "exact octets"}, 1, 0),
        (
            "wrong",
            {
                "outcome": "fail",
                "message": "the signature does not match the request as received: the secret "
                "differs, or what was signed is not what was sent",
                "causes": ["method-lowercase"],
                "where": "canonical_request",
            },
            1,
            1,
        ),
        (
            "nothing",
            {
                "outcome": "fail",
                "message": "refused a good input: it sent nothing: it does not say why",
            },
            0,
            1,
        ),
        (
            "nothing-and-why",
            {
                "outcome": "fail",
                "message": "refused a good input: it sent nothing: the SDK did not want to",
            },
            0,
            1,
        ),
        ("skips", {"outcome": "skip", "message": "the SDK cannot"}, 0, 0),
        (
            "skips-and-sends",
            {"outcome": "error", "message": "it sent a request, yet says: the SDK cannot"},
            1,
            1,
        ),
        (
            "rejects",
            {
                "outcome": "fail",
                "message": "refused a good input: it sent nothing: the SDK refused",
            },
            0,
            1,
        ),
        (
            "rejects-and-sends",
            {
                "outcome": "error",
                "message": "it sent a request, yet refuses it: the SDK did not like the answer",
            },
            1,
            1,
        ),
        ("errs", {"outcome": "error", "message": "ValueError: of the SDK"}, 0, 1),
        (
            "junk",
            {
                "outcome": "error",
                "message": "it sent what is no request: illegal request line",
            },
            1,
            1,
        ),
        (
            "twice",
            {"outcome": "pass", "label": "exact octets, sent 2 times"},
            2,
            0,
        ),
        (
            "odd-time",
            {
                "outcome": "fail",
                "message": "X-Timestamp is no Unix time in seconds or milliseconds: 'soon'",
            },
            1,
            1,
        ),
        (
            "other-path",
            {
                "outcome": "fail",
                "message": "the path is not the one asked for: '/v1/other'",
            },
            1,
            1,
        ),
        (
            "crash",
            {"outcome": "error", "message": "no reply: it ended with exit code 3"},
            0,
            1,
        ),
    ],
)
def test_a_driver(
    sent: Callable[..., Sent], how: str, result: dict[str, Any], arrived: int, exit_code: int
) -> None:
    came = sent(how)
    report = came.report
    by_id = {one.id: told(one) for one in report.results}
    assert by_id == {RIGHT["id"]: RIGHT, THE_ONE: {"id": THE_ONE, **result}}
    assert {id_: len(all_) for id_, all_ in came.exchanges.items()} == {
        RIGHT["id"]: 1,
        THE_ONE: arrived,
    }
    assert (report.exit_code, report.complete, report.scheme) == (
        exit_code,
        True,
        "longbridge-hmac",
    )
    assert came.observations == {}
    assert report.implementation.name == "a made-up SDK"


@pytest.mark.parametrize(
    ("name", "how", "label"),
    [
        (BODY, "json", "exact octets"),
        ("body/compact", "json", "same request, body written otherwise"),
        ("method/lowercase-get", "right", "same request, method written otherwise"),
        ("query/bare-question-mark", "right", "exact octets"),
    ],
)
def test_a_request_written_otherwise(
    sent: Callable[..., Sent], name: str, how: str, label: str
) -> None:
    (result,) = sent(how, [name]).report.results
    assert (result.outcome, result.label, result.note) == (Outcome.PASS, label, "")


def test_of_several_requests_the_one_that_is_wrong_counts(sent: Callable[..., Sent]) -> None:
    came = sent("then-wrong")
    judged = {
        one.id: (one.outcome, [cause.id for cause in one.causes]) for one in came.report.results
    }
    assert judged == {
        THE_ONE: (Outcome.FAIL, ["method-lowercase"]),
        RIGHT["id"]: (Outcome.PASS, []),
    }
    assert [len(came.exchanges[id_]) for id_ in (THE_ONE, RIGHT["id"])] == [2, 1]


def test_what_is_known_to_fail(sent: Callable[..., Sent]) -> None:
    known = {THE_ONE: Known("it is made so"), RIGHT["id"]: Known("it was once")}
    came = sent("wrong", known=known)
    assert {one.id: (one.outcome, one.known, one.label) for one in came.report.results} == {
        THE_ONE: (Outcome.XFAIL, "it is made so", ""),
        RIGHT["id"]: (Outcome.XPASS, "it was once", ""),
    }
    assert came.report.exit_code == 1


OBSERVED = {
    "timestamp": "integer seconds",
    "headers-get": "canonical case; beside the signed ones: none",
    "headers-post": "canonical case; beside the signed ones: content-length, content-type",
    "query-none": "no `?`",
    "query-encoding": "`b=x%20y~%2A&a=%C3%BC&a=1%2C2`",
    "path-escaped": "`/v1/x%20y/%C3%BC`, signed as-sent",
    "path-colon": "`/v1/:@!$'()*,;`, signed as-sent",
    "query-raw": "`a='\"<{|`",
    "path-empty": "`/`, signed, refused: wrong-signature",
    "url-slash": "`/v1/asset/stock`, signed right",
    "url-path": "`/v1/asset/stock`, signed right",
    "own-timestamp": "taken, signed, refused: wrong-signature",
    "secret-empty": "signed, refused: wrong-signature",
    "token-bearer": "signed, refused: token-with-scheme",
    "token-space": "signed, refused: wrong-signature",
    "limited-text": "not tried again",
    "limited-json": "not tried again",
    "redirect": "not followed",
    "redirect-host": "not followed",
    "code-without-status": "an error, with the answer's text",
    "message-as-msg": "an error, with the answer's text",
}


def test_questions_of_a_good_driver(sent: Callable[..., Sent], scheme: Scheme) -> None:
    came = sent("right", ["request/get"], questions=questions(scheme))
    assert came.observations == OBSERVED
    assert [one.id for one in came.report.results] == [RIGHT["id"]]
    assert set(came.exchanges) == {RIGHT["id"], *OBSERVED}


class Interrupted:
    """Is interrupted after its first case."""

    implementation = Implementation(name="interrupted")
    features: frozenset[str] = frozenset()
    stderr = ""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}

    def run(self, cases: Sequence[Case], progress: Progress) -> dict[str, Reply]:
        self.replies[cases[0].id] = Answer(status=Status.SKIPPED, message="the first")
        progress()
        raise KeyboardInterrupt


def test_an_interrupt_leaves_what_there_is(
    server: Server, corpus: Corpus, scheme: Scheme, by_name: dict[str, Case]
) -> None:
    cases = [by_name[name] for name in FEW]
    advanced: list[None] = []
    came = send(
        Interrupted(),
        server,
        corpus,
        cases,
        scheme=scheme,
        clock=lambda: 1.7e9,
        questions=questions(scheme),
        progress=lambda: advanced.append(None),
    )
    assert [told(one) for one in came.report.results] == [
        {"id": RIGHT["id"], "outcome": "skip", "message": "the first"}
    ]
    assert (came.report.complete, came.report.exit_code, len(advanced)) == (False, 130, 1)
    assert came.observations == {}


# Which vectors are sent.


def test_each_vector_is_sent_or_not_for_a_reason(
    scheme: Scheme, corpus: Corpus, by_name: dict[str, Case]
) -> None:
    how, excluded = sendable(scheme, corpus.cases(scheme.id))
    assert len(how) >= 150
    refused = {
        PREFIX + name
        for name, case in by_name.items()
        if case.vector.operation in {"sign", "request", "refresh-request"}
        and case.vector.expected.reject is not msgspec.UNSET
    }
    reasons = {id_: why for id_, why in excluded.items() if id_ not in refused}
    assert {excluded[id_] for id_ in refused} == {"it expects a refusal: no request to send"}
    twins = {id_ for id_, why in reasons.items() if why.startswith("only the timestamp")}
    token = "a client's generic call takes no token of a refresh"
    assert {reasons[id_] for id_ in set(reasons) - twins} == {token}
    assert not set(how) & set(excluded)
    others = {by_name[id_.removeprefix(PREFIX)].vector.operation for id_ in {*how, *excluded}}
    assert others == {"sign", "request", "refresh-request"}
    assert not any("/recorded/" in id_ for id_ in {*how, *excluded})


def test_twins_but_for_the_timestamp_are_one(scheme: Scheme, by_name: dict[str, Case]) -> None:
    case = by_name["request/get-one"]

    def twin(name: str, **changes: Any) -> Case:
        vector = msgspec.structs.replace(case.vector, id=f"{PREFIX}request/{name}")
        credential = changes.pop("credential", case.credential)
        return replace(case, vector=vector, credential=credential, input={**case.input, **changes})

    how, excluded = sendable(
        scheme,
        [
            case,
            twin("later", timestamp="1700000001"),
            twin("other-path", path="/v1/other"),
            twin("other-credential", credential={**(case.credential or {}), "app_key": "other"}),
        ],
    )
    assert [id_.removeprefix(PREFIX) for id_ in how] == [
        "request/get-one",
        "request/other-path",
        "request/other-credential",
    ]
    assert excluded == {
        f"{PREFIX}request/later": "only the timestamp, which an SDK chooses itself, is another "
        f"than in {PREFIX}request/get-one"
    }


def test_how_it_is_sent(scheme: Scheme, by_name: dict[str, Case]) -> None:
    names = ("query/bare-question-mark", "request/get-list", "refresh/milliseconds")
    calls = {}
    for name in names:
        case = by_name[name]
        sending = scheme.signing().sending(case.vector.operation, case.input)
        assert sending is not None
        assert not isinstance(sending, str)
        calls[name] = sending.call
    assert calls[names[0]] == {
        "method": "GET",
        "path": "/v1/asset/stock",
        "query": "",
        "body_b64": "",
        "params": None,
    }
    assert calls[names[1]] == {
        "method": "GET",
        "path": "/v1/asset/stock",
        "query": "symbol=700.HK&symbol=AAPL.US",
        "body_b64": "",
        "params": [["symbol", "700.HK"], ["symbol", "AAPL.US"]],
    }
    assert calls[names[2]]["path"] == "/v1/token/refresh"
    assert scheme.signing().sending("verify", {"request": {}}) is None
