"""Which program opens which file, without trying it.

Each row was observed by giving the program such a file, or is marked as inferred. What is not in a
row is UNKNOWN. The CA library `pyrsca` is the one under the broker's SDK.
"""

import enum
from dataclasses import dataclass

from signers.pfx.algorithms import Encryption, Mac
from signers.pfx.opening import Description

__all__ = ["Answer", "Evidence", "Tool", "Verdict", "opens"]


class Tool(enum.Enum):
    """A program and the versions that were tried."""

    PYRSCA = ("pyrsca", "0.4.0")
    CRYPTOGRAPHY = ("cryptography", "44.0.0 and 50.0.2, as published on PyPI")
    OPENSSL = ("openssl pkcs12", "3.0.19")
    OPENSSL_LEGACY = ("openssl pkcs12 -legacy", "3.0.19")

    def __init__(self, label: str, version: str) -> None:
        self.label = label
        """What is run."""
        self.version = version
        """The version observed."""


class Answer(enum.StrEnum):
    """What a program does with a file, given the right password."""

    OPENS = "opens"
    REFUSES = "refuses"
    UNKNOWN = "unknown"
    """Not observed."""


class Evidence(enum.StrEnum):
    """How an answer is known."""

    OBSERVED = "observed"
    INFERRED = "inferred"
    """From what was observed of something alike."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one program does."""

    answer: Answer
    evidence: Evidence
    because: tuple[str, ...]
    """The features that decide: those refused, else those unknown; empty where it opens."""


_NO_MAC = "no MAC"
_BY_MARK = {
    "+": (Answer.OPENS, Evidence.OBSERVED),
    "-": (Answer.REFUSES, Evidence.OBSERVED),
    "i": (Answer.OPENS, Evidence.INFERRED),
    "?": (Answer.UNKNOWN, Evidence.OBSERVED),
}
_ROWS = {
    # in the order of Tool: pyrsca, cryptography, openssl, openssl -legacy
    "PBES2, AES-128-CBC": "++++",
    "PBES2, AES-256-CBC": "++++",
    "pbeWithSHA1And3-KeyTripleDES-CBC": "++++",
    "pbeWithSHA1And40BitRC2-CBC": "++-+",
    "pbeWithSHA1And128BitRC2-CBC": "++-+",
    "pbeWithSHA1And128BitRC4": "++-+",
    "pbeWithSHA1And40BitRC4": "i+-+",
    "pbeWithMD5AndDES-CBC": "?+-+",
    "HMAC": "++++",
    "PBMAC1": "?+--",
    _NO_MAC: "-+++",
}


def opens(file: Description) -> dict[Tool, Verdict]:
    """Return what each program does with a file; UNKNOWN where it is refused here."""
    features = [_feature(one) for one in file.encryptions]
    features.append(file.mac.name if isinstance(file.mac, Mac) else _NO_MAC)
    if file.refusal is not None:
        features = [file.refusal.reason]
    return {tool: _verdict(features, place) for place, tool in enumerate(Tool)}


def _feature(one: Encryption) -> str:
    return f"{one.scheme}, {one.cipher}" if one.scheme == "PBES2" else one.scheme


def _verdict(features: list[str], place: int) -> Verdict:
    seen = {name: _BY_MARK[_ROWS.get(name, "????")[place]] for name in features}
    for answer in (Answer.REFUSES, Answer.UNKNOWN):
        because = tuple(name for name, (found, _) in seen.items() if found is answer)
        if because:
            return Verdict(answer, Evidence.OBSERVED, because)
    inferred = any(evidence is Evidence.INFERRED for _, evidence in seen.values())
    return Verdict(Answer.OPENS, Evidence.INFERRED if inferred else Evidence.OBSERVED, ())
