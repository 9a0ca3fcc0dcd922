"""The vectors of `verify` and `verify-response` that a catalogued mistake made."""

from collections.abc import Mapping
from typing import Any

from signproof.codec import decode_octets
from signproof.mistakes.base import Mistake
from signproof.mistakes.tiger_rsa import CATALOGUE
from signproof.oracles.tiger_rsa.baselines import ANSWERS, BASELINES, answer, negative, request
from signproof.oracles.tiger_rsa.common import derived, topic_of
from signproof.oracles.tiger_rsa.pipeline import PIPELINE
from signproof.oracles.writing import Topic

__all__ = ["OF_ANSWERS", "mistakes"]

OF_ANSWERS = frozenset(
    {
        "empty-response-signature",
        "malformed-envelope",
        "malformed-response-signature",
        "missing-response-signature",
        "null-response-signature",
        "other-timestamp",
        "wrong-response-signature",
    }
)
"""The reasons for refusing an answer; every other one is about a request."""

_WRONG = frozenset({"wrong-signature", "wrong-response-signature"})


def mistakes() -> Topic:
    """Each catalogued mistake that a verifier can see, on the first baseline that shows it."""
    topic = topic_of("mistakes")
    for mistake in CATALOGUE.values():
        if mistake.refusal is None:
            continue
        of_answers = mistake.refusal in OF_ANSWERS
        baseline, wrong = _shown(mistake, ANSWERS if of_answers else BASELINES)
        negative(
            topic,
            mistake.id,
            mistake.text,
            baseline,
            wrong if of_answers else {"request": wrong},
            mistake.refusal,
            derived(mistake.evidence, "the catalogue of mistakes"),
            operation="verify-response" if of_answers else "verify",
            mistake=mistake,
        )
    return topic


def _shown(mistake: Mistake, baselines: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the first baseline on which *mistake* shows, and what it makes of it."""
    make = answer if baselines is ANSWERS else request
    for baseline in baselines:
        wrong = make(baseline, mistake.edit(PIPELINE))
        if wrong != make(baseline) and not (_unsigned(wrong) and mistake.refusal in _WRONG):
            return baseline, wrong
    raise ValueError(f"no baseline shows the mistake {mistake.id}")


def _unsigned(wrong: Mapping[str, Any]) -> bool:
    """Tell whether the mistake left nothing to sign here, so that this and not it would show."""
    return b'"sign":""' in decode_octets(wrong["body_b64"])
