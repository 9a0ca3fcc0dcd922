"""Why a request's signature is wrong: from the request as received and the credential."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from signers.request import SignedRequest
from signproof.adequacy import catalogue
from signproof.codec import CodecError
from signproof.corpus import Case
from signproof.diagnose import Seen, diagnose, first_difference, masked
from signproof.model import (
    Cause,
    Difference,
    Expected,
    Importance,
    Source,
    SourceKind,
    Status,
    Vector,
)
from signproof.requests import to_model
from signproof.scheme import HttpSigning, Scheme

__all__ = ["Explanation", "explain"]


_SHORTEST_SECRET = 4
"""What is shorter is no secret, and masking it would spoil whatever has the same letters."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about a received request; nothing in it holds a secret."""

    valid: bool
    reason: str = ""
    """Why a verifier refuses it, one of the scheme's reasons."""
    message: str = ""
    causes: list[Cause] = field(default_factory=list)
    difference: Difference | None = None
    """Where what was signed first parts from what should have been."""
    own_difference: Difference | None = None
    """The same against the author's own intermediates, where some were given."""
    opened: str = ""
    """What the signature shows by itself, where it is wrong and shows anything."""
    expected: str = ""
    """What should have been signed for the request as received, secrets masked; empty where it is
    not the signature that is wrong."""


def explain(
    scheme: Scheme,
    http: HttpSigning,
    credential: Mapping[str, str],
    request: SignedRequest,
    own_stages: Mapping[str, bytes] | None = None,
) -> Explanation:
    """Verify *request* and, where it is wrong, name the mistake that gives exactly it.

    *own_stages* are intermediates as the author's code has them, by stage.
    """
    received = msgspec.to_builtins(to_model(request))
    values = dict(credential)
    hide = [values.get(member, "").encode() for member in http.secret_members]
    # Where the token sent is another than the credential's, it is no less a secret.
    for value in request.values(b"Authorization"):
        hide += [part for part in (value, *value.split()[-1:]) if len(part) >= _SHORTEST_SECRET]
    hide += http.sent_secrets(request.body)
    verify = scheme.operations["verify"]
    answer = verify.reference(
        scheme.prepare(msgspec.convert(values, scheme.credential)),
        msgspec.convert({"request": received}, verify.input),
    )
    case = _case(scheme, values, http.request_input(received))
    own = _own_difference(scheme, case, received, own_stages or {}, hide)
    if answer.status is Status.OUTPUT:
        check = scheme.checks["signed-request"]
        finding = check(values, case.input, received)
        if finding is None:
            return Explanation(valid=True, own_difference=own)
        reason, message = finding.member, finding.message
    else:
        reason, message = answer.reason, answer.message
    signed_wrong = reason == catalogue(scheme).refusal
    diagnosis = diagnose(scheme, [Seen(case, received)], [], hide)
    return Explanation(
        valid=False,
        reason=reason,
        message=masked(message.encode(), hide).decode(),
        causes=diagnosis.causes.get(case.id, []),
        difference=diagnosis.differences.get(case.id),
        own_difference=own,
        opened=_opened(scheme, case, received) if signed_wrong else "",
        expected=_expected(scheme, http, case, received, hide) if signed_wrong else "",
    )


def _opened(scheme: Scheme, case: Case, received: dict[str, object]) -> str:
    if scheme.opened is None:
        return ""
    replay = scheme.operations["request"].replay
    return scheme.opened(replay, dict(case.credential or {}), case.input, received)


def _expected(
    scheme: Scheme,
    http: HttpSigning,
    case: Case,
    received: dict[str, object],
    hide: list[bytes],
) -> str:
    """Return the stage that shows best what is signed, right for the octets received."""
    replay = scheme.operations["request"].replay
    if replay is None or replay.hindsight is None:
        return ""
    values = replay.hindsight(dict(case.credential or {}), case.input, received)
    stage: bytes = scheme.pipeline.run(values)[http.signed_stage]
    return masked(stage, hide).decode("utf-8", "replace")


def _case(scheme: Scheme, credential: dict[str, str], input_: dict[str, object]) -> Case:
    vector = Vector(
        id=f"{scheme.id}/received/request",
        comment="A request as received.",
        operation="request",
        credential="own",
        input=input_,
        expected=Expected(check="signed-request"),
        importance=Importance.MUST,
        source=Source(kind=SourceKind.DERIVED, where="received", note=""),
    )
    return Case(scheme.id, vector, credential, input_)


def _own_difference(
    scheme: Scheme,
    case: Case,
    received: dict[str, object],
    own_stages: Mapping[str, bytes],
    hide: list[bytes],
) -> Difference | None:
    replay = scheme.operations["request"].replay
    if not own_stages or replay is None or replay.hindsight is None:
        return None
    try:
        values = replay.hindsight(dict(case.credential or {}), case.input, received)
    except CodecError:
        return None  # a body that cannot be read has no stages
    results = scheme.pipeline.run(values)
    expected = {name: results[name] for name in scheme.stages if name in own_stages}
    return first_difference(expected, dict(own_stages), hide)
