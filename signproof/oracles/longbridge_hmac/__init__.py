"""The oracle of longbridge-hmac, and the vector files that it writes."""

from signproof.oracles.longbridge_hmac import answers, calls, sign, verify
from signproof.oracles.longbridge_hmac.pipeline import PIPELINE

__all__ = ["PIPELINE", "files"]


def files() -> dict[str, bytes]:
    """Return path and octets of every vector file and fixture of this scheme."""
    topics = (*sign.topics(), *calls.topics(), *verify.topics(), *answers.topics())
    written = dict(topic.file() for topic in topics)
    written[sign.LARGE_BODY_PATH] = sign.LARGE_BODY
    return written
