"""Mistakes in finding the person id in a certificate."""

from collections.abc import Callable

from signproof.mistakes.base import Edit
from signproof.mistakes.edits import input_changed, output_changed, replaced
from signproof.mistakes.shioaji_ca.catalogue import COLLECTED, add

__all__: list[str] = []

Pairs = tuple[tuple[str, str], ...]

_FIX = "Take the first CN of the certificate up to its first `-`; the whole of it if it has none."
_ID_LENGTH = 10
_OTHER, _LONGER = "wrong-person", "wrong-ip"
"""What a verifier says of another person id, and of one with more behind it."""


def _preferring(attribute: str) -> Edit:
    """Return the edit after which *attribute* stands before every CN."""

    def change(subject: Pairs) -> Pairs:
        found = [("CN", value) for name, value in subject if name == attribute]
        return (*found, *subject)

    return input_changed("common_name", "subject", change)


def _last_common_name(subject: Pairs) -> Pairs:
    return subject[::-1]


def _cut(cut: Callable[[str], str]) -> Edit:
    return replaced("person_id", lambda common_name: cut(common_name or ""))


def _cut_at_second(common_name: str) -> str:
    return "-".join(common_name.split("-")[:2])


def _digits_and_letters(common_name: str) -> str:
    return "".join(c for c in common_name if c.isascii() and c.isalnum())


def _add_sources() -> None:
    for name, attribute, evidence in (
        ("serial-number", "serialNumber", COLLECTED),
        ("uid", "UID", "derived"),
        ("ou", "OU", "derived"),
        ("organization", "O", "derived"),
        ("email-address", "emailAddress", "derived"),
    ):
        add(
            f"person-id-from-{name}",
            f"The person id is taken from {attribute}, where the certificate has one.",
            _preferring(attribute),
            fix=_FIX,
            evidence=evidence,
            refusal=_OTHER,
        )
    add(
        "person-id-from-last-cn",
        "The person id is taken from the last CN of several.",
        input_changed("common_name", "subject", _last_common_name),
        fix=_FIX,
        refusal=_OTHER,
    )


def _add_cuts() -> None:
    cuts: tuple[tuple[str, str, Callable[[str], str], str], ...] = (
        ("whole-cn", "The whole CN is taken for the person id.", str, _LONGER),
        (
            "cut-at-last-hyphen",
            "The CN is cut at its last `-`, not at the first.",
            lambda name: name.rpartition("-")[0] or name,
            _LONGER,
        ),
        (
            "cut-at-second-hyphen",
            "The CN is cut at its second `-`, so that the person id keeps a number.",
            _cut_at_second,
            _LONGER,
        ),
        (
            "cut-at-colons",
            "The CN is cut at its first `:`, not at the first `-`.",
            lambda name: name.partition(":")[0],
            _LONGER,
        ),
        (
            "cut-after-ten",
            "The first ten characters of the CN are taken, however long the person id is.",
            lambda name: name[:_ID_LENGTH],
            _LONGER,
        ),
        (
            "after-hyphen",
            "What stands behind the first `-` of the CN is taken for the person id.",
            lambda name: name.partition("-")[2] or name,
            _OTHER,
        ),
        (
            "without-punctuation",
            "The person id is the whole CN, of which letters and digits are kept.",
            _digits_and_letters,
            _LONGER,
        ),
    )
    for id_, text, cut, refusal in cuts:
        add(f"person-id-{id_}", text, _cut(cut), fix=_FIX, refusal=refusal)


def _add_writings() -> None:
    fix = "Leave the person id as it stands in the certificate, character by character."
    for id_, text, change in (
        ("lowercase", "The person id is put into lower case.", str.lower),
        ("uppercase", "The person id is put into upper case.", str.upper),
    ):
        edit = output_changed("person_id", change)
        add(f"person-id-{id_}", text, edit, fix=fix, refusal=_OTHER)


_add_sources()
_add_cuts()
_add_writings()
