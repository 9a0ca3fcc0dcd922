"""The vectors of `verify` that a catalogued mistake made."""

from signproof.mistakes.longbridge_hmac import CATALOGUE
from signproof.oracles.longbridge_hmac.baselines import BASELINES, baseline_values, negative
from signproof.oracles.longbridge_hmac.common import derived, request_of, topic_of
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE
from signproof.oracles.writing import Topic

__all__ = ["mistakes"]


def mistakes() -> Topic:
    """Each catalogued mistake that a verifier can see, on the first baseline that shows it."""
    topic = topic_of("mistakes")
    for mistake in CATALOGUE.values():
        if mistake.refusal is None:
            continue
        for baseline in BASELINES:
            values = baseline_values(baseline)
            good, wrong = request_of(values), request_of(values, mistake.edit(PIPELINE))
            if good != wrong:
                topic.vectors.append(
                    negative(
                        topic,
                        mistake.id,
                        mistake.text,
                        baseline,
                        wrong,
                        mistake.refusal,
                        derived(mistake.evidence),
                        mistake,
                    )
                )
                break
        else:
            raise ValueError(f"no baseline shows the mistake {mistake.id}")
    return topic
