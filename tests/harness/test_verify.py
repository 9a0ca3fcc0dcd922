"""Judgements, with implementations that live in memory."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from signproof import schemes
from signproof.corpus import Case, Corpus
from signproof.implementations.base import Broken, Progress, Reply
from signproof.implementations.reference import Reference
from signproof.known import Known
from signproof.model import (
    Answer,
    Choice,
    Difference,
    Expected,
    Implementation,
    Importance,
    Outcome,
    Report,
    Result,
    Status,
)
from signproof.verify import judge, verify

SCHEME = schemes.get("longbridge-hmac")
REASONS = frozenset({"reasons"})


class Canned:
    """Gives the replies that it was given, by name."""

    implementation = Implementation(name="canned")
    stderr = ""

    def __init__(
        self,
        replies: Mapping[str, Reply],
        features: frozenset[str] = REASONS,
        *,
        interrupt_after: int | None = None,
    ) -> None:
        self.canned = replies
        self.features = features
        self.interrupt_after = interrupt_after
        self.replies: dict[str, Reply] = {}
        self.asked: list[str] = []

    def run(self, cases: Sequence[Case], progress: Progress) -> dict[str, Reply]:
        for number, case in enumerate(cases):
            if number == self.interrupt_after:
                raise KeyboardInterrupt
            name = case.id.removeprefix("longbridge-hmac/")
            self.asked.append(name)
            self.replies[case.id] = self.canned[name]
            progress()
        return self.replies


def good(case: Case) -> Answer:
    expected = case.vector.expected
    if expected.reject is not UNSET:
        return Answer(status=Status.REJECTED, reason=expected.reject.reason)
    assert expected.output is not UNSET
    return Answer(status=Status.OUTPUT, output=expected.output)


def changed(case: Case, **changes: Any) -> Case:
    vector = msgspec.structs.replace(case.vector, **changes)
    return Case(case.scheme, vector, case.credential, case.input)


SECONDS, TAMPERED, REFUSE = "timestamp/seconds", "tampered/method", "refuse/empty-key"
WRONG = Answer(status=Status.OUTPUT, output={"x_api_signature": "no"})
BARE = Answer(status=Status.REJECTED)
OTHER_REASON = Answer(status=Status.REJECTED, reason="missing-header")
HEADER = "HMAC-SHA256 SignedHeaders=authorization;x-api-key;x-timestamp, Signature="


@pytest.mark.parametrize(
    ("name", "reply", "outcome", "message", "note"),
    [
        (SECONDS, WRONG, "fail", "x_api_signature is wrong", ""),
        (SECONDS, BARE, "fail", "refused a good input: no reason given", ""),
        (SECONDS, OTHER_REASON, "fail", "refused a good input: missing-header", ""),
        (
            SECONDS,
            Answer(status=Status.REJECTED, message="x" * 2000),
            "fail",
            "refused a good input: " + "x" * 1000 + "…",
            "",
        ),
        (SECONDS, Answer(status=Status.SKIPPED, message="no HMAC"), "skip", "no HMAC", ""),
        (SECONDS, Answer(status=Status.ERRORED), "error", "it gave no message", ""),
        (SECONDS, Answer(status=Status.ERRORED, message="boom"), "error", "boom", ""),
        (
            SECONDS,
            Answer(status=Status.OUTPUT),
            "error",
            "its output is not as the schema says: Object missing required field `x_api_signature`",
            "",
        ),
        (SECONDS, Broken(Outcome.TIMEOUT, "slow"), "timeout", "slow", ""),
        (SECONDS, Broken(Outcome.ERROR, "gone"), "error", "gone", ""),
        (SECONDS, Broken(Outcome.FLAKY, "once"), "flaky", "once", ""),
        (TAMPERED, BARE, "pass", "", "reason not stated"),
        (
            TAMPERED,
            Answer(status=Status.REJECTED, reason="no-idea"),
            "fail",
            (
                "refused for the reason 'no-idea' (not in the scheme's list), which should be "
                "'wrong-signature'"
            ),
            "",
        ),
        (
            TAMPERED,
            OTHER_REASON,
            "fail",
            "refused for the reason 'missing-header', which should be 'wrong-signature'",
            "",
        ),
        (
            TAMPERED,
            Answer(status=Status.OUTPUT, output={"valid": True}),
            "fail",
            "accepted what must be refused: wrong-signature",
            "",
        ),
        # What broke has not refused.
        (
            TAMPERED,
            Answer(status=Status.ERRORED),
            "error",
            "it gave no message (a refusal is due here: answer it with `rejected`)",
            "",
        ),
        (TAMPERED, Broken(Outcome.ERROR, "gone"), "error", "gone", ""),
        (TAMPERED, Answer(status=Status.SKIPPED), "skip", "", ""),
        ("verify/post-order", BARE, "fail", "refused a good input: no reason given", ""),
        (
            "verify/post-order",
            Answer(status=Status.OUTPUT, output={"valid": 1}),
            "error",
            "its output is not as the schema says: Expected `bool`, got `int` - at `$.valid`",
            "",
        ),
        (
            "verify/post-order",
            Answer(status=Status.OUTPUT, output={"valid": False}),
            "fail",
            "valid is wrong",
            "",
        ),
        (
            "request/post-order",
            Answer(status=Status.OUTPUT, output={"method": "GET"}),
            "error",
            "its output is not as the schema says: Object missing required field `path`",
            "",
        ),
    ],
)
def test_judge(
    name: str,
    reply: Reply,
    outcome: str,
    message: str,
    note: str,
    by_name: dict[str, Case],
) -> None:
    case = by_name.get(name) or next(
        case for key, case in by_name.items() if key.startswith("request/")
    )
    result = judge(SCHEME, case, reply, states_reasons=True)
    assert (result.outcome.value, result.message, result.note) == (outcome, message, note)


def test_a_reason_counts_only_where_reasons_are_claimed(by_name: dict[str, Case]) -> None:
    result = judge(SCHEME, by_name[TAMPERED], OTHER_REASON, states_reasons=False)
    assert (result.outcome, result.note) == (Outcome.PASS, "reason not stated")


def test_every_member_of_a_result(by_name: dict[str, Case]) -> None:
    case = by_name[SECONDS]
    right = case.vector.stages["header"]
    wrong = right[:-1] + "x"
    result = judge(
        SCHEME,
        case,
        Answer(status=Status.OUTPUT, output={"x_api_signature": wrong}),
        states_reasons=True,
    )
    assert result == Result(
        id="longbridge-hmac/timestamp/seconds",
        operation="sign",
        importance=Importance.MUST,
        outcome=Outcome.FAIL,
        message="x_api_signature is wrong",
        difference=Difference(
            stage="x_api_signature",
            offset=len(right) - 1,
            expected="…" + right[-13:],
            got="…" + wrong[-13:],
        ),
        source="sdk-recording: Rust-based SDKs, such as PyPI longport 3.0.18, seen on loopback",
    )


@pytest.mark.parametrize(
    ("stages", "stage", "offset", "got"),
    [
        ({"canonical_digest": "0" * 40}, "canonical_digest", 0, "0" * 24 + "…"),
        ({"string_to_sign": "", "canonical_digest": "0" * 40}, "canonical_digest", 0, None),
        ({"string_to_sign": "HMAC-SHA256|"}, "string_to_sign", 12, "HMAC-SHA256|"),
        ({"body_digest": "\n\r\\\x01"}, "body_digest", 0, "\\n\\r\\\\\x01"),
        ({"body_digest": "a\0b"}, "body_digest", 0, "61 00 62"),
        ({"body_digest_b64": "AP8="}, "body_digest", 0, "00 ff"),
        ({"body_digest_b64": "no base64"}, "body_digest", 0, "no base64"),
        ({"string_to_sign": "x", "body_digest_b64": "YQ"}, "body_digest", 0, "YQ"),
        ({"not-a-stage": "x"}, "x_api_signature", 0, "no"),
        ({}, "x_api_signature", 0, "no"),
    ],
)
def test_a_difference_is_shown_where_it_begins(
    stages: dict[str, str], stage: str, offset: int, got: str | None, by_name: dict[str, Case]
) -> None:
    reply = msgspec.structs.replace(WRONG, stages=stages)
    difference = judge(SCHEME, by_name[SECONDS], reply, states_reasons=True).difference
    assert difference is not None
    assert (difference.stage, difference.offset) == (stage, offset)
    assert got is None or difference.got == got


def test_a_wrong_stage_beside_a_right_output_is_noted(by_name: dict[str, Case]) -> None:
    case = by_name[SECONDS]
    reply = msgspec.structs.replace(good(case), stages={"signature": "00"})
    result = judge(SCHEME, case, reply, states_reasons=True)
    assert result.outcome is Outcome.PASS
    assert result.note == "the output is right, but its stage signature is not"
    assert result.difference is not None
    assert result.difference.got == "00"


@pytest.mark.parametrize(
    ("output", "outcome", "label", "message"),
    [
        ("a", "pass", "first", ""),
        ("b", "pass", "second", ""),
        ("c", "fail", "", "the output is none of the conforming forms"),
    ],
)
def test_any_of(
    output: str, outcome: str, label: str, message: str, by_name: dict[str, Case]
) -> None:
    choices = [
        Choice(label="first", output={"x_api_signature": "a"}),
        Choice(label="second", output={"x_api_signature": "b"}),
    ]
    case = changed(by_name[SECONDS], expected=Expected(any_of=choices))
    reply = Answer(status=Status.OUTPUT, output={"x_api_signature": output})
    result = judge(SCHEME, case, reply, states_reasons=True)
    assert (result.outcome.value, result.label, result.message) == (outcome, label, message)


def test_a_check_judges(by_name: dict[str, Case]) -> None:
    case = next(case for name, case in by_name.items() if name.startswith("request/"))
    reference = Reference()
    reference.run([case], lambda: None)
    right = reference.replies[case.id]
    assert isinstance(right, Answer)
    wrong = msgspec.structs.replace(right, output=right.output | {"path": "/v1/other"})
    assert judge(SCHEME, case, right, states_reasons=True).outcome is Outcome.PASS
    result = judge(SCHEME, case, wrong, states_reasons=True)
    assert result.outcome is Outcome.FAIL
    assert "signature" in result.message


Outcomes = tuple[list[str], int]
MUST, SHOULD, MAY = Importance.MUST, Importance.SHOULD, Importance.MAY
FAIL = BARE  # a refusal is not diagnosed, which takes its time
SKIP = Answer(status=Status.SKIPPED)
ERROR = Broken(Outcome.ERROR, "gone")


@pytest.mark.parametrize(
    ("replies", "known", "plain", "strict", "outcomes"),
    [
        ([(MUST, None)], False, 0, 0, ["pass"]),
        ([(MUST, FAIL)], False, 1, 1, ["fail"]),
        ([(SHOULD, FAIL)], False, 0, 1, ["fail"]),
        ([(MAY, FAIL)], False, 0, 0, ["fail"]),
        ([(SHOULD, FAIL), (MUST, None)], False, 0, 1, ["fail", "pass"]),
        ([(MAY, FAIL), (MUST, FAIL)], False, 1, 1, ["fail", "fail"]),
        ([(MAY, ERROR)], False, 1, 1, ["error"]),
        ([(SHOULD, Broken(Outcome.TIMEOUT, ""))], False, 1, 1, ["timeout"]),
        ([(MAY, Broken(Outcome.FLAKY, ""))], False, 1, 1, ["flaky"]),
        ([(MUST, SKIP)], False, 3, 3, ["skip"]),
        ([(MUST, SKIP), (MUST, None)], False, 0, 0, ["skip", "pass"]),
        ([(MUST, SKIP), (MUST, FAIL)], False, 1, 1, ["skip", "fail"]),
        ([], False, 3, 3, []),
        ([(MUST, FAIL)], True, 0, 0, ["xfail"]),
        ([(MAY, FAIL)], True, 0, 0, ["xfail"]),
        ([(MUST, ERROR)], True, 0, 0, ["xfail"]),
        ([(MUST, Broken(Outcome.TIMEOUT, ""))], True, 0, 0, ["xfail"]),
        ([(MUST, Broken(Outcome.FLAKY, ""))], True, 0, 0, ["xfail"]),
        ([(MUST, None)], True, 1, 1, ["xpass"]),
        ([(MAY, None)], True, 1, 1, ["xpass"]),
        ([(MUST, SKIP)], True, 3, 3, ["skip"]),
        ([(MUST, SKIP), (MUST, FAIL)], True, 0, 0, ["skip", "xfail"]),
    ],
)
def test_exit_codes(
    replies: list[tuple[Importance, Reply | None]],
    known: bool,  # noqa: FBT001
    plain: int,
    strict: int,
    outcomes: list[str],
    corpus: Corpus,
    by_name: dict[str, Case],
) -> None:
    names = [name for name in by_name if name.startswith("timestamp/")][: len(replies)]
    cases = [
        changed(by_name[name], importance=importance)
        for name, (importance, _) in zip(names, replies, strict=True)
    ]
    canned = {
        name: good(by_name[name]) if reply is None else reply
        for name, (_, reply) in zip(names, replies, strict=True)
    }
    listed = {case.id: Known("a reason") for case in cases} if known else {}
    for is_strict, exit_code in ((False, plain), (True, strict)):
        report = verify(Canned(canned), corpus, cases, known=listed, strict=is_strict)
        assert report.exit_code == exit_code
        assert [result.outcome.value for result in report.results] == outcomes
    marked = {"xfail", "xpass"}
    assert [result.known for result in report.results] == [
        "a reason" if outcome in marked else "" for outcome in outcomes
    ]


def test_the_message_of_an_unexpected_pass(corpus: Corpus, by_name: dict[str, Case]) -> None:
    case = by_name[SECONDS]
    report = verify(Canned({SECONDS: good(case)}), corpus, [case], known={case.id: Known("why")})
    assert report.results[0].message == (
        "it passes though it is listed as known failing: take the entry out"
    )


def test_another_failure_than_the_known_one(corpus: Corpus, by_name: dict[str, Case]) -> None:
    case = by_name[SECONDS]
    broken = {SECONDS: Broken(Outcome.ERROR, "it fell over")}
    for says, outcome, message in (
        ("fell over", Outcome.XFAIL, "it fell over"),
        ("is wrong", Outcome.ERROR, "it fell over (known to fail, but not so: why)"),
    ):
        known = {case.id: Known("why", says)}
        (result,) = verify(Canned(broken), corpus, [case], known=known).results
        assert (result.outcome, result.message) == (outcome, message)


@pytest.mark.parametrize(
    ("changes", "features", "message"),
    [
        ({"requires": ["moon"]}, REASONS, "it does not have the feature 'moon'"),
        (
            {"requires": ["refresh", "moon", "sun"]},
            REASONS | {"refresh"},
            "it does not have the feature 'moon'",
        ),
        (
            {"operation": "levitate"},
            REASONS,
            "this version of signproof has no operation 'levitate'",
        ),
        (
            {"expected": Expected(check="levity")},
            REASONS,
            "this version of signproof has no check 'levity'",
        ),
    ],
)
def test_what_cannot_be_asked_is_skipped(
    changes: dict[str, Any],
    features: frozenset[str],
    message: str,
    corpus: Corpus,
    by_name: dict[str, Case],
) -> None:
    cases = [changed(by_name[SECONDS], **changes), by_name[TAMPERED]]
    driver = Canned({TAMPERED: good(by_name[TAMPERED])}, features)
    report = verify(driver, corpus, cases)
    assert driver.asked == [TAMPERED]
    assert [(result.outcome.value, result.message) for result in report.results] == [
        ("skip", message),
        ("pass", ""),
    ]
    assert report.exit_code == 0


def test_a_feature_that_is_there_is_used(corpus: Corpus, by_name: dict[str, Case]) -> None:
    case = changed(by_name[SECONDS], requires=["moon", "stages"])
    driver = Canned({SECONDS: good(case)}, frozenset({"moon", "stages"}))
    assert verify(driver, corpus, [case]).counts == {"pass": 1}


def test_an_interrupt_keeps_what_was_answered(corpus: Corpus, by_name: dict[str, Case]) -> None:
    names = [SECONDS, TAMPERED, REFUSE]
    cases = [by_name[name] for name in names]
    canned = {name: good(by_name[name]) for name in names}
    done: list[None] = []
    report = verify(
        Canned(canned, interrupt_after=2), corpus, cases, progress=lambda: done.append(None)
    )
    assert (report.complete, report.exit_code, report.counts) == (False, 130, {"pass": 2})
    assert [result.id for result in report.results] == [case.id for case in cases[:2]]
    assert len(done) == 2


def test_an_interrupt_before_anything(corpus: Corpus, by_name: dict[str, Case]) -> None:
    report = verify(Canned({}, interrupt_after=0), corpus, [by_name[SECONDS]])
    assert (report.exit_code, report.results, report.counts) == (130, [], {})


def test_a_whole_report(corpus: Corpus, by_name: dict[str, Case]) -> None:
    case = by_name[TAMPERED]
    report = verify(Canned({TAMPERED: BARE}), corpus, [case])
    assert report == Report(
        format=1,
        signproof=report.signproof,
        set_version=corpus.manifest.set_version,
        scheme="longbridge-hmac",
        implementation=Implementation(name="canned"),
        complete=True,
        counts={"pass": 1},
        exit_code=0,
        results=[
            Result(
                id=case.id,
                operation="verify",
                importance=Importance.MUST,
                outcome=Outcome.PASS,
                note="reason not stated",
                source=report.results[0].source,
            )
        ],
    )


@pytest.mark.parametrize("name", ["BareDigest", "BareDigestNoStages"])
def test_a_wrong_stage_and_its_cause(
    name: str,
    run: Callable[..., Report],
    command: Callable[..., list[str]],
    few: list[Case],
) -> None:
    report = run(command(name), few)
    ids = [case.id for case in few[:4]]
    assert [result.difference and result.difference.stage for result in report.results] == [
        *["string_to_sign"] * 4,
        None,
    ]
    cause = next(iter(report.causes))
    assert report.causes[cause] == ids
    assert [result.causes[0].id for result in report.results[:4]] == [cause] * 4
    difference = report.results[0].difference
    assert difference is not None
    assert (difference.offset, difference.expected[:12]) == (0, "HMAC-SHA256|")


def test_the_reference_passes_everything(corpus: Corpus, by_name: dict[str, Case]) -> None:
    report = verify(Reference(), corpus, list(by_name.values()))
    assert (report.counts, report.exit_code) == ({"pass": len(by_name)}, 0)


def test_credentials_of_one_name_and_other_values_are_kept_apart(
    run: Callable[..., Report], command: Callable[..., list[str]], by_name: dict[str, Case]
) -> None:
    main, other = by_name["credential/main"], by_name["credential/other-secret"]
    other = changed(other, credential="main")
    assert main.credential != other.credential
    cases = [main, other, by_name[SECONDS]]
    assert run(command("Good"), cases).counts == {"pass": 3}


def test_a_case_without_a_credential(
    run: Callable[..., Report], command: Callable[..., list[str]], by_name: dict[str, Case]
) -> None:
    case = changed(by_name[SECONDS], credential=None)
    case = Case(case.scheme, case.vector, None, case.input)
    assert run(command("NeedsNoCredential"), [case]).counts == {"pass": 1}
