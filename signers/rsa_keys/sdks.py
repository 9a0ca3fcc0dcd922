"""Which official SDK takes which shape of key, as observed on loopback.

Each answer was observed by giving the same key to each SDK and comparing the signature. Those of
Python, Java and Rust come from running them (`signproof matrix tiger-rsa`; a test holds this table
against docs/findings/tiger.md), with PEM and DER handed to the Python SDKs as a file, since their
reader of files strips the armour and their setting does not; those of Go, TypeScript and C++ were
collected before. What was not observed is UNKNOWN, and so are two repairs at once.
"""

import enum

from signers.rsa_keys.keys import Description, PrivateKey
from signers.rsa_keys.shapes import Armour, Form, Repair

__all__ = ["OBSERVED", "Answer", "Sdk", "answers"]


class Sdk(enum.Enum):
    """An official SDK: language and version, empty where it was not recorded."""

    PYTHON = ("Python tigeropen", "3.8.0")
    PYTHON_OLD = ("Python tigeropen", "3.0.0 and 2.0.9")
    JAVA = ("Java openapi-java-sdk", "2.2.4")
    GO = ("Go openapi-go-sdk", "0.5.1")
    TYPESCRIPT = ("TypeScript", "")
    CPP = ("C++", "")
    RUST = ("Rust tigeropen", "0.5.10")

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


_READ = {"+": Answer.TAKES, "-": Answer.REFUSES, "?": Answer.UNKNOWN}
_SEEN = {
    # What is around the key and what is odd about it: PKCS#1, PKCS#8, each in the order of Sdk.
    (Armour.BASE64, None): ("++-++++", "+-+++++"),
    (Armour.PEM, None): ("++-++++", "--+++++"),
    (Armour.DER, None): ("--?????", "--?????"),
    (Armour.BASE64, Repair.BYTE_ORDER_MARK): ("----+--", "----+--"),
    (Armour.PEM, Repair.LITERAL_NEWLINES): ("-----?-", "-----?-"),
    (Armour.PEM, Repair.CARRIAGE_RETURNS): ("++-++++", "--+++++"),
    (Armour.BASE64, Repair.LEADING_SPACE): ("++--?++", "+-+-?++"),
    (Armour.BASE64, Repair.TRAILING_SPACE): ("++-???+", "+-+???+"),
    (Armour.BASE64, Repair.QUOTES): ("++--+--", "+-+-+--"),
    (Armour.BASE64, Repair.FINAL_NEWLINE): ("++-+?-+", "+-++?-+"),
    (Armour.PEM, Repair.LEADING_TEXT): ("---???+", "---???+"),
    (Armour.PEM, Repair.TRAILING_DATA): ("++-???-", "--+???-"),
    (Armour.PEM, Repair.HALF_ARMOUR): ("++-???-", "--+???-"),
    (Armour.PEM, Repair.WRONG_LABEL): ("---???-", "+--+?+-"),
    (Armour.BASE64, Repair.WRAPPED): ("++-+++-", "+-++++-"),
    (Armour.BASE64, Repair.INNER_SPACE): ("++-???-", "+-+???-"),
    (Armour.PEM, Repair.INNER_SPACE): ("++-???-", "--+???-"),
    (Armour.PEM, Repair.LINE_LENGTH): ("++-???-", "--+???-"),
    (Armour.BASE64, Repair.URL_SAFE): ("---???-", "---???-"),
    (Armour.BASE64, Repair.PADDING): ("----+--", "----+--"),
    (Armour.BASE64, Repair.UTF_16): ("--?????", "--?????"),
    (Armour.DER, Repair.TRAILING_DATA): ("--?????", "--?????"),
}

OBSERVED = {
    (form, armour, repair): dict(zip(Sdk, (_READ[mark] for mark in marks), strict=True))
    for (armour, repair), both in _SEEN.items()
    for form, marks in zip((Form.PKCS1, Form.PKCS8), both, strict=True)
}
"""What each SDK did, by form, armour and the one thing that is odd, None for a well-formed key."""


def answers(key: Description | PrivateKey) -> dict[Sdk, Answer]:
    """Return what each SDK would do with a key of this shape.

    What was not observed as it is, is refused by an SDK that refuses the well-formed key or one of
    the repairs, and else UNKNOWN. A key that is encrypted or refused is UNKNOWN.
    """
    unknown = dict.fromkeys(Sdk, Answer.UNKNOWN)
    refused = isinstance(key, Description) and key.refusal is not None
    if refused or key.encrypted or key.form is None or key.armour is None:
        return unknown
    well_formed = OBSERVED.get((key.form, key.armour, None), unknown)
    if not key.repairs:
        return well_formed
    rows = [OBSERVED.get((key.form, key.armour, repair), unknown) for repair in key.repairs]
    if len(rows) > 1:
        rows.append(well_formed)
    return {sdk: _together([row[sdk] for row in rows], well_formed[sdk]) for sdk in Sdk}


def _together(seen: list[Answer], well_formed: Answer) -> Answer:
    """Return the answer to one thing that was observed, or what follows from several."""
    if len(seen) == 1 and seen[0] is not Answer.UNKNOWN:
        return seen[0]
    return Answer.REFUSES if Answer.REFUSES in (*seen, well_formed) else Answer.UNKNOWN
