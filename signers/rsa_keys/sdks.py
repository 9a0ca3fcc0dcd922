"""Which official SDK takes which shape of key, as observed on loopback.

Each row was observed by giving the same key to each SDK and comparing the signature. What was not
observed is UNKNOWN; more than one repair at once was not observed at all.
"""

import enum
from dataclasses import dataclass

from signers.rsa_keys.keys import Description, PrivateKey
from signers.rsa_keys.shapes import Armour, Form, Repair

__all__ = ["OBSERVED", "Answer", "Observation", "Sdk", "answers"]


class Sdk(enum.Enum):
    """An official SDK: language and version, empty where it was not recorded."""

    PYTHON = ("Python tigeropen", "3.8.0")
    PYTHON_OLD = ("Python tigeropen", "3.0.0 and 2.0.9")
    JAVA = ("Java openapi-java-sdk", "")
    GO = ("Go openapi-go-sdk", "0.5.1")
    TYPESCRIPT = ("TypeScript", "")
    CPP = ("C++", "")

    def __init__(self, label: str, version: str) -> None:
        self.label = label
        """Language and name."""
        self.version = version
        """The version observed; empty where it was not recorded."""


class Answer(enum.StrEnum):
    """What an SDK does with a key."""

    TAKES = "takes"
    """It signs, and as it should."""
    REFUSES = "refuses"
    """It raises or does not sign."""
    UNKNOWN = "unknown"
    """Not observed."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One shape, and what each SDK did with it."""

    forms: frozenset[Form]
    armour: Armour
    repair: Repair | None
    """The one thing that is not well-formed; None for a well-formed key."""
    answers: tuple[Answer, ...]
    """In the order of `Sdk`."""


_BOTH = frozenset({Form.PKCS1, Form.PKCS8})
_READ = {"+": Answer.TAKES, "-": Answer.REFUSES, "?": Answer.UNKNOWN}


def _row(forms: set[Form] | frozenset[Form], armour: Armour, repair: Repair | None, seen: str) -> (
    Observation
):  # fmt: skip
    return Observation(frozenset(forms), armour, repair, tuple(_READ[mark] for mark in seen))


OBSERVED = (
    # in the order of Sdk: Python, old Python, Java, Go, TypeScript, C++
    _row({Form.PKCS1}, Armour.BASE64, None, "++-+++"),
    _row({Form.PKCS8}, Armour.BASE64, None, "+-++++"),
    _row({Form.PKCS1}, Armour.PEM, None, "++-+++"),
    _row({Form.PKCS8}, Armour.PEM, None, "--++++"),
    _row(_BOTH, Armour.PEM, Repair.CARRIAGE_RETURNS, "--++++"),
    _row(_BOTH, Armour.BASE64, Repair.WRAPPED, "++++++"),
    _row(_BOTH, Armour.BASE64, Repair.FINAL_NEWLINE, "++++?-"),
    _row(_BOTH, Armour.BASE64, Repair.LEADING_SPACE, "+++-?+"),
    _row(_BOTH, Armour.BASE64, Repair.PADDING, "--?-+-"),
    _row(_BOTH, Armour.BASE64, Repair.BYTE_ORDER_MARK, "----+-"),
    _row(_BOTH, Armour.BASE64, Repair.QUOTES, "+++-+-"),
    _row(_BOTH, Armour.PEM, Repair.LITERAL_NEWLINES, "-----?"),
    _row({Form.PKCS8}, Armour.PEM, Repair.WRONG_LABEL, "---+?+"),
)
"""Every shape observed. What holds of one repair holds beside what the SDK does with the form."""


def answers(key: Description | PrivateKey) -> dict[Sdk, Answer]:
    """Return what each SDK would do with a key of this shape.

    An SDK that refuses the form or one of the repairs refuses the key; it takes the key where both
    were observed and taken, with at most one repair. A key that is encrypted or refused is UNKNOWN.
    """
    rows = [
        row.answers
        for row in OBSERVED
        if key.form in row.forms
        and row.armour is key.armour
        and (row.repair is None or row.repair in key.repairs)
    ]
    refused = isinstance(key, Description) and key.refusal is not None
    needed = 1 + len(key.repairs)
    most = 2
    result = {}
    for place, sdk in enumerate(Sdk):
        seen = [row[place] for row in rows]
        if refused or key.encrypted:
            result[sdk] = Answer.UNKNOWN
        elif Answer.REFUSES in seen:
            result[sdk] = Answer.REFUSES
        elif seen == [Answer.TAKES] * needed and needed <= most:
            result[sdk] = Answer.TAKES
        else:
            result[sdk] = Answer.UNKNOWN
    return result
