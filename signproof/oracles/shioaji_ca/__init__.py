"""The oracle of shioaji-ca, and the vector files that it writes."""

from signproof.oracles.shioaji_ca import (
    capabilities,
    envelopes,
    envs,
    mistaken,
    opening,
    sessions,
    signing,
    small,
)
from signproof.oracles.shioaji_ca import files as _files
from signproof.oracles.shioaji_ca.pipeline import PIPELINE

__all__ = ["PIPELINE", "files"]


def files() -> dict[str, bytes]:
    """Return path and octets of every vector file and fixture of this scheme."""
    topics = (
        *opening.topics(),
        *small.topics(),
        *signing.topics(),
        *envelopes.topics(),
        mistaken.mistakes(),
        *envs.topics(),
        *sessions.topics(),
        *capabilities.topics(),
    )
    return dict(topic.file() for topic in topics) | _files.fixtures()
