"""The doctor: what files with keys and settings are, what is wrong with them, and what to do.

`files_of` finds what is examined of a folder, `read_source` reads a file, `diagnose` examines what
was read. A further kind of file is a function in a module of its own (`examiner.Examiner`) and a
place in `EXAMINERS`.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from signers.rsa_keys import Kind
from signproof.doctor.env import examine_env
from signproof.doctor.examiner import Examiner, Options, wrong_first
from signproof.doctor.files import Source, SourceUnreadable, read_source, shown
from signproof.doctor.folders import files_of
from signproof.doctor.keys import examine_key
from signproof.doctor.model import (
    FORMAT,
    DoctorReport,
    Examination,
    Level,
    Matter,
    Member,
    SameKey,
    Subject,
    Unreadable,
)
from signproof.doctor.pfx import examine_pfx
from signproof.doctor.pfx_view import PasswordFrom
from signproof.doctor.settings import examine_settings

__all__ = [
    "EXAMINERS",
    "DoctorReport",
    "Examination",
    "Options",
    "PasswordFrom",
    "Source",
    "SourceUnreadable",
    "diagnose",
    "files_of",
    "read_source",
    "shown",
]

EXAMINERS: list[Examiner] = [examine_pfx, examine_env, examine_settings, examine_key]
"""The first that recognises a file examines it. That of keys comes last: it takes anything."""

_NO_PAIR = Matter(
    level=Level.WRONG,
    id="no-pair",
    message="it is the public key of none of the private keys given: register the right one's",
)


def diagnose(
    sources: Iterable[Source], options: Options, unreadable: Iterable[SourceUnreadable] = ()
) -> DoctorReport:
    """Examine every file, and compare the keys in them."""
    examinations = [one for source in sources for one in _examine(source, options)]
    same = _same(examinations)
    return DoctorReport(
        format=FORMAT,
        examinations=tuple(_paired(examinations, same)),
        same=tuple(same),
        unreadable=tuple(
            Unreadable(path=shown(error.path), message=error.problem) for error in unreadable
        ),
    )


def _examine(source: Source, options: Options) -> tuple[Examination, ...]:
    return next(filter(None, (examiner(source, options) for examiner in EXAMINERS)))


def _same(examinations: list[Examination]) -> list[SameKey]:
    """Return the keys that stand in more than one place, in the order in which they come."""
    # Each once: a .env may name a file that is given, too.
    places: dict[str, dict[Member, None]] = {}
    for one in examinations:
        for key in one.keys:
            if key.public_sha256 is not None:
                private = key.kind is Kind.RSA_PRIVATE_KEY
                member = Member(path=one.path, private=private, setting=key.setting)
                places.setdefault(key.public_sha256, {})[member] = None
    return [
        SameKey(public_sha256=sha256, members=tuple(members))
        for sha256, members in places.items()
        if len(members) > 1
    ]


def _paired(examinations: list[Examination], same: list[SameKey]) -> list[Examination]:
    """Add to each public key that it belongs to none of the private ones, where that is so."""
    kinds = {key.kind for one in examinations for key in one.keys}
    # What is in a key or container that is not opened is not known.
    if Kind.RSA_PRIVATE_KEY not in kinds or kinds & {Kind.ENCRYPTED_KEY, Kind.CONTAINER}:
        return examinations
    paired = {key.public_sha256 for key in same if any(one.private for one in key.members)}
    return [
        replace(one, matters=wrong_first([*one.matters, _NO_PAIR]))
        if one.subject is Subject.KEY
        and one.keys[0].kind is Kind.PUBLIC_KEY
        and one.keys[0].public_sha256 not in paired
        else one
        for one in examinations
    ]
