"""What the doctor finds, as types; ``--json`` prints them, every member always there.

Nothing here holds a part of a key, of a secret or of an account: paths, names of settings, closed
lists, numbers, and sentences made of those; and of a certificate for whom it is and by whom.
"""

import enum
from typing import Annotated

import msgspec
from msgspec import Meta

from signers.rsa_keys import Armour, Form, Kind, Repair
from signers.rsa_keys.sdks import Answer
from signproof.doctor.env_view import EnvView
from signproof.doctor.pfx_view import PfxView

__all__ = [
    "FORMAT",
    "Conversion",
    "DoctorReport",
    "Examination",
    "FullCheck",
    "KeyView",
    "Level",
    "Matter",
    "Member",
    "SameKey",
    "SdkView",
    "Subject",
    "Unreadable",
]

FORMAT = 1
"""The format of the report; raised when a meaning or a type changes, not for new members."""

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Line = Annotated[int, Meta(ge=1, description="In the file, from 1.")]
Setting = Annotated[
    str,
    Meta(description="The setting or environment variable; empty for a file that is a key itself."),
]
SdkName = Annotated[
    str, Meta(pattern="^[a-z-]+$", description="As `signproof convert-key --for` takes it.")
]


class _Model(msgspec.Struct, frozen=True, kw_only=True):
    """Immutable."""


class Level(enum.StrEnum):
    """What a matter means."""

    WRONG = "wrong"
    """To be put right: signing fails, an SDK refuses it or reads it otherwise. Exit code 1."""
    NOTE = "note"
    """To be known; it may be meant so."""


class Subject(enum.StrEnum):
    """What a file was examined as."""

    KEY = "key"
    """A key, or what somebody took for one."""
    TIGER_SETTINGS = "tiger-settings"
    """The settings of Tiger's SDKs, `tiger_openapi_config.properties`."""
    PFX = "pfx"
    """PKCS#12 (`.pfx`, `.p12`), or a file of such a name."""
    SHIOAJI_ENV = "shioaji-env"
    """The `.env` of Shioaji, which two programs read in two ways."""


class FullCheck(enum.StrEnum):
    """What the check of a private key came to, its factors being prime included."""

    PASSED = "passed"
    """Its numbers belong together and its factors are prime."""
    FAILED = "failed"
    """They do not, or are not."""
    NOT_MADE = "not-made"
    """There is no private RSA key to check."""


class Matter(_Model, frozen=True, kw_only=True):
    """One thing that is wrong or to be known."""

    level: Level
    id: Annotated[
        str, Meta(pattern="^[a-z0-9-]+$", description="A stable identifier of what it is.")
    ]
    message: Annotated[str, Meta(description="What it is and what to do, in one sentence.")]
    setting: Setting = ""
    line: Line | None = None
    last_line: Annotated[
        Line | None, Meta(description="Where the same holds for the lines up to here; else null.")
    ] = None
    command: Annotated[
        str, Meta(description="The command line that puts it right or tells more; may be empty.")
    ] = ""


class KeyView(_Model, frozen=True, kw_only=True):
    """One key, as far as it may be shown."""

    kind: Kind
    form: Annotated[Form | None, Meta(description="Null where no RSA key was recognised.")] = None
    armour: Armour | None = None
    bits: Annotated[int | None, Meta(description="The length of the modulus.")] = None
    encrypted: bool = False
    repairs: Annotated[
        tuple[Repair, ...], Meta(description="What is not well-formed, in the order of repair.")
    ] = ()
    refusal: Annotated[str, Meta(description="The reason why it is refused; else empty.")] = ""
    full_check: FullCheck = FullCheck.NOT_MADE
    public_sha256: Annotated[
        Sha256 | None, Meta(description="Of the public key's SubjectPublicKeyInfo in DER.")
    ] = None
    setting: Setting = ""
    line: Line | None = None


class SdkView(_Model, frozen=True, kw_only=True):
    """What an official SDK does with the key, as far as it was observed."""

    sdk: SdkName
    label: Annotated[str, Meta(description="Language, name and version.")]
    answer: Answer
    setting: Annotated[str, Meta(description="The setting that it reads; else empty.")] = ""


class Conversion(_Model, frozen=True, kw_only=True):
    """A command that writes the key in a shape which these SDKs take."""

    sdks: Annotated[tuple[SdkName, ...], Meta(description="Those that do not take it as it is.")]
    command: str
    setting: Annotated[
        str, Meta(description="Where the new line belongs in a settings file; else empty.")
    ] = ""


class Examination(_Model, frozen=True, kw_only=True):
    """One file."""

    path: Annotated[str, Meta(description="Octets that are not UTF-8 are escaped.")]
    subject: Subject
    what: Annotated[str, Meta(description="What the file is, in a few words.")]
    matters: Annotated[tuple[Matter, ...], Meta(description="What is wrong comes first.")]
    keys: tuple[KeyView, ...]
    sdks: Annotated[
        tuple[SdkView, ...], Meta(description="Empty where there is no private RSA key.")
    ]
    conversions: tuple[Conversion, ...]
    pfx: Annotated[
        PfxView | None, Meta(description="What a PKCS#12 file holds; null for other subjects.")
    ] = None
    env: Annotated[
        EnvView | None, Meta(description="How a .env is read; null for other subjects.")
    ] = None

    @property
    def is_wrong(self) -> bool:
        """Whether anything is to be put right."""
        return any(matter.level is Level.WRONG for matter in self.matters)


class Member(_Model, frozen=True, kw_only=True):
    """One place where a key stands."""

    path: str
    private: bool
    setting: Setting = ""


class SameKey(_Model, frozen=True, kw_only=True):
    """Places that hold one and the same key: its private or its public half, in any shape."""

    public_sha256: Sha256
    members: tuple[Member, ...]


class Unreadable(_Model, frozen=True, kw_only=True):
    """A file that could not be read."""

    path: str
    message: str


class DoctorReport(_Model, frozen=True, kw_only=True):
    """All that ``signproof doctor --json`` prints."""

    format: int
    examinations: Annotated[
        tuple[Examination, ...],
        Meta(description="In the order in which the files were given; behind each those it names."),
    ]
    same: Annotated[
        tuple[SameKey, ...], Meta(description="Keys that stand in more than one place.")
    ]
    unreadable: tuple[Unreadable, ...]

    @property
    def exit_code(self) -> int:
        """2 where a file could not be read, 1 where anything is wrong, else 0."""
        if self.unreadable:
            return 2
        return int(any(one.is_wrong for one in self.examinations))
