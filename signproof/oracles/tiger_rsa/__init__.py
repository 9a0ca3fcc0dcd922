"""The oracle of tiger-rsa, and the vector files that it writes."""

from signproof.oracles.tiger_rsa import (
    answers,
    calls,
    charset_and_key,
    configs,
    contents,
    conversions,
    keys,
    loading,
    mistaken,
    sign,
    small,
    tampered,
    unusable,
    verify,
)
from signproof.oracles.tiger_rsa.pipeline import PIPELINE

__all__ = ["PIPELINE", "files"]


def files() -> dict[str, bytes]:
    """Return path and octets of every vector file and fixture of this scheme."""
    topics = (
        *sign.topics(),
        *contents.topics(),
        *charset_and_key.topics(),
        *calls.topics(),
        *verify.topics(),
        *tampered.topics(),
        mistaken.mistakes(),
        *answers.topics(),
        *small.topics(),
        *loading.topics(),
        *unusable.topics(),
        *conversions.topics(),
        *configs.topics(),
    )
    return dict(topic.file() for topic in topics) | keys.fixtures()
