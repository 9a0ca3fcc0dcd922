"""The vectors of `verify-pkcs1` that a catalogued mistake made, and their baselines."""

from typing import Any

from signproof.mistakes.base import Mistake
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.model import Importance
from signproof.oracles.shioaji_ca.common import (
    IP,
    NOW,
    SCHEME,
    TEXT,
    add,
    derived,
    pkcs8,
    refused,
    topic_of,
)
from signproof.oracles.shioaji_ca.composing import MAIN, issued
from signproof.oracles.shioaji_ca.files import opened, subject_of
from signproof.oracles.shioaji_ca.pipeline import PIPELINE, flow
from signproof.oracles.shioaji_ca.x509 import IA5, PRINTABLE, Attribute
from signproof.oracles.writing import Topic
from signproof.pipeline import Pipeline

__all__ = ["BASELINES", "BOUND", "BOUND_REASONS", "judged", "mistakes", "person_of"]

BOUND = "Address, text and window are the caller's: what the broker checks is unknown."
BOUND_REASONS = ("time-out-of-window", "wrong-ip", "wrong-plain-text")

_OF_TOKENS = "capability-"
"""How the reasons begin for refusing a capability token; the others are about an envelope."""

_WINDOW = {"earliest": NOW - 30, "latest": NOW + 30}
_NAMES = (
    Attribute("C", "TW", PRINTABLE),
    Attribute("O", "O199999999-1"),
    Attribute("OU", "U199999999-1"),
    Attribute("UID", "W199999999-1"),
    Attribute("serialNumber", "S199999999", PRINTABLE),
    Attribute("emailAddress", "EXAMPLE-1@example.com", IA5),
    Attribute("CN", "Z199999999-01"),
    Attribute("CN", "Z188888888-02"),
)

BASELINES: dict[str, tuple[str, tuple[Attribute, ...], str]] = {
    "usual": ("Everything is expected.", (), TEXT),
    "mixed": (
        "A text of two lines, with spaces around it and characters beyond ASCII.",
        (),
        " EXAMPLE\norder \u9999 \u00e9 e\u0301 ",
    ),
    "names": ("A certificate with many names, and two CNs.", _NAMES, TEXT),
    "company": (
        "A company's number.",
        (Attribute("CN", "99999999-01-001::EXAMPLE"),),
        TEXT,
    ),
    "small-letter": ("A person id with a small letter.", (Attribute("CN", "z199999999-01"),), TEXT),
}
"""Comment, subject of the certificate (none for the main one), and text, by name."""


def judged(baseline: str, pipeline: Pipeline = PIPELINE) -> dict[str, Any]:
    """Return the input of `verify-pkcs1` for a baseline, its envelope as *pipeline* makes it."""
    _, _, text = BASELINES[baseline]
    results = _run(baseline, pipeline)
    envelope = results["envelope"].decode("utf-8", "replace")
    return {"envelope": envelope, "ip": IP, "plain_text": text, **_WINDOW}


def person_of(baseline: str) -> str:
    """Return the person id of a baseline's certificate."""
    return str(_run(baseline, PIPELINE)["person_id"])


def _run(baseline: str, pipeline: Pipeline) -> dict[str, Any]:
    _, attributes, text = BASELINES[baseline]
    ca = opened(MAIN)
    certificate = issued(*attributes) if attributes else ca.certificate
    return flow(
        *("common_name", "person_id", "signed_text", "signature", "envelope"),
        pipeline=pipeline,
        subject=subject_of(certificate),
        key=pkcs8(ca.key),
        certificate=certificate,
        ip=IP,
        plain_text=text,
        seconds=NOW,
    )


def mistakes() -> Topic:
    """Each catalogued mistake that a verifier can see, on the first baseline that shows it."""
    topic = topic_of("mistakes", {"bound": BOUND})
    for mistake in CATALOGUE.values():
        if mistake.refusal is None or mistake.refusal.startswith(_OF_TOKENS):
            continue
        baseline, wrong = _shown(mistake)
        bound = mistake.refusal in BOUND_REASONS
        add(topic, mistake.id, mistake.text, "verify-pkcs1", wrong, refused(mistake.refusal),
            derived(mistake.evidence, "the catalogue of mistakes"), mistake=mistake.id,
            importance=Importance.SHOULD if bound else Importance.MUST,
            flags=("bound",) if bound else (),
            baseline=f"{SCHEME}/verify-pkcs1/{baseline}")  # fmt: skip
    return topic


def _shown(mistake: Mistake) -> tuple[str, dict[str, Any]]:
    """Return the first baseline on which *mistake* shows, and what it makes of it."""
    for baseline in BASELINES:
        wrong = judged(baseline, mistake.edit(PIPELINE))
        if wrong != judged(baseline):
            return baseline, wrong
    raise ValueError(f"no baseline shows the mistake {mistake.id}")
