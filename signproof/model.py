"""The contract as types: vectors, the stdio protocol, results and reports.

The JSON Schemas in `vectors/schemas/` are generated from these declarations, so that a field's
description stands once. Readers ignore members they do not know and refuse an unknown `format`.
"""

import enum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = [
    "FORMAT",
    "LINE_LIMIT",
    "PROTOCOL",
    "Answer",
    "Bench",
    "BenchReply",
    "Cause",
    "Choice",
    "Confirmation",
    "Confirmations",
    "Difference",
    "Expected",
    "Implementation",
    "Importance",
    "Manifest",
    "ManifestFile",
    "Matrix",
    "MatrixEntry",
    "Outcome",
    "Prepare",
    "PrepareReply",
    "Reject",
    "Report",
    "Request",
    "Result",
    "Run",
    "RunReply",
    "SendInput",
    "SendOutput",
    "Source",
    "SourceKind",
    "Start",
    "StartReply",
    "Status",
    "Vector",
    "VectorFile",
]

FORMAT = 1
"""The format of vector files, manifest and reports; raised when a meaning or a type changes."""
PROTOCOL = 1
"""The version of the stdio protocol."""
LINE_LIMIT = 8 * 1024 * 1024
"""The longest line of the stdio protocol in octets, its line end included."""

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=0)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
VectorId = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9-]+/[a-z0-9-]+/[a-z0-9.-]+$",
        description="Scheme, topic and name; stable for ever and never used again.",
    ),
]


class _Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Immutable; a member that has its default is left out of the JSON."""


class Importance(enum.StrEnum):
    """What a failure of a vector means."""

    MUST = "must"
    """A failure makes exit code 1."""
    SHOULD = "should"
    """A failure is a warning; exit code 1 with --strict."""
    MAY = "may"
    """A failure is information."""

    def counts(self, *, strict: bool) -> bool:
        """Tell whether a failure counts; what does not count only warns."""
        return self is Importance.MUST or (strict and self is Importance.SHOULD)


class SourceKind(enum.StrEnum):
    """Where an expectation comes from."""

    DOCUMENT = "document"
    """The broker's published documentation."""
    SDK_RECORDING = "sdk-recording"
    """What an official SDK was seen to send or accept."""
    REPORT = "report"
    """What users report, in an issue thread for instance."""
    DERIVED = "derived"
    """Reasoned from the above; `note` has the reasoning."""


class Source(_Model, frozen=True, kw_only=True):
    """The evidence behind a vector."""

    kind: SourceKind
    where: Annotated[Text, Meta(description="Document and section, SDK and version, or thread.")]
    note: Annotated[str, Meta(description="The reasoning, where the source alone is not enough.")]


class Reject(_Model, frozen=True, kw_only=True):
    """The input must be refused."""

    reason: Annotated[Text, Meta(description="One of the scheme's closed list of reasons.")]


class Choice(_Model, frozen=True, kw_only=True):
    """One of several outputs that all conform."""

    label: Annotated[Text, Meta(description="What the report calls this form.")]
    output: dict[str, Any]


class Expected(_Model, frozen=True, kw_only=True):
    """What conforms: exactly one of the four members is present."""

    output: Annotated[
        dict[str, Any] | UnsetType, Meta(description="Each of these members, with this value.")
    ] = UNSET
    any_of: Annotated[
        list[Choice] | UnsetType, Meta(description="One of these; the report says which.")
    ] = UNSET
    reject: Reject | UnsetType = UNSET
    check: Annotated[
        str | UnsetType, Meta(description="Not deterministic: this check of the scheme judges.")
    ] = UNSET

    def __post_init__(self) -> None:
        forms = (self.output, self.any_of, self.reject, self.check)
        if sum(form is not UNSET for form in forms) != 1:
            raise ValueError("exactly one of output, any_of, reject and check must be there")


class Vector(_Model, frozen=True, kw_only=True):
    """One case."""

    id: VectorId
    comment: Annotated[Text, Meta(description="What the case is about, for a person.")]
    operation: Text
    credential: Annotated[
        str | None, Meta(description="A key of the file's `credentials`; null where none is used.")
    ]
    input: Annotated[dict[str, Any], Meta(description="As the operation's schema says.")]
    stages: Annotated[
        dict[str, str],
        Meta(
            description="Every intermediate in the order of the pipeline: as text, or its octets "
            "under its name with `_b64`, which a sibling `_text` may repeat."
        ),
    ] = {}
    expected: Expected
    importance: Importance = Importance.MUST
    flags: Annotated[list[str], Meta(description="Each explained in the file's `notes`.")] = []
    requires: Annotated[
        list[str], Meta(description="Features without which the vector is skipped.")
    ] = []
    baseline: Annotated[
        str | UnsetType, Meta(description="The good vector from which this one differs once.")
    ] = UNSET
    mistake: Annotated[
        str | UnsetType, Meta(description="The catalogued mistake that made the input.")
    ] = UNSET
    source: Source


class VectorFile(_Model, frozen=True, kw_only=True):
    """A file of vectors on one topic."""

    format: int
    scheme: Text
    topic: Text
    notes: Annotated[dict[str, str], Meta(description="The meaning of each flag used here.")]
    credentials: dict[str, dict[str, Any]]
    vectors: list[Vector]


class ManifestFile(_Model, frozen=True, kw_only=True):
    """A file of the set with its digest."""

    path: Annotated[Text, Meta(description="Relative to the manifest, with `/`.")]
    sha256: Sha256
    vectors: Annotated[
        dict[str, Sha256],
        Meta(description="For vector files: the digest of each vector's compact JSON."),
    ] = {}


class Manifest(_Model, frozen=True, kw_only=True):
    """What the set consists of."""

    format: int
    set_version: Text
    files: list[ManifestFile]


class Confirmation(_Model, frozen=True, kw_only=True):
    """A vector that an SDK was seen to agree with."""

    vector: VectorId
    sdk: Annotated[Text, Meta(description="Ecosystem and package, such as `pypi longport`.")]
    version: Text
    date: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$", description="When it was seen, UTC.")]
    agreement: Annotated[
        Literal["exact", "same request"],
        Meta(
            description="`exact`: it sent or gave these octets, or refused as the vector does; "
            "`same request`: it wrote them otherwise. Its signature over what it sent was right."
        ),
    ]


class Confirmations(_Model, frozen=True, kw_only=True):
    """What SDKs were seen to agree with, of one scheme."""

    format: int
    scheme: Text
    confirmations: list[Confirmation]


class Request(_Model, frozen=True, kw_only=True):
    """A request as octets on the wire; text members are ASCII."""

    method: Text
    path: Annotated[Text, Meta(description="The target up to its first `?`.")]
    query: Annotated[
        str | None, Meta(description="Null where the target has no `?`, empty for a bare `?`.")
    ]
    headers: Annotated[list[tuple[str, str]], Meta(description="In wire order, case kept.")]
    body_b64: str


class SendInput(_Model, frozen=True, kw_only=True):
    """A request to send through an SDK's public client, which signs it; text members are ASCII."""

    base_url: Annotated[
        Text, Meta(description="Where to: `http://127.0.0.1:PORT`, mostly without a path.")
    ]
    method: Text
    path: Text
    query: Annotated[
        str | None, Meta(description="The query as it shall stand in the target; null for none.")
    ]
    params: Annotated[
        list[tuple[str, str]] | None,
        Meta(
            description="The same query as names and values, not encoded, where the SDK may encode "
            "it in its own way; null where the octets of `query` are what the case is about."
        ),
    ]
    headers: Annotated[
        list[tuple[str, str]],
        Meta(description="Headers to hand to the SDK beside its own; mostly empty."),
    ] = []
    body_b64: Annotated[str, Meta(description="The body; empty for none.")]
    unsigned: Annotated[
        bool,
        Meta(
            description="Whether to send it without its signature; so only in a `bench`, and only "
            "with the feature `unsigned`."
        ),
    ] = False


class SendOutput(_Model, frozen=True, kw_only=True):
    """What came of it, as far as the SDK tells; what arrived at the server is what is judged."""

    status: Annotated[int, Meta(description="The HTTP status; 0 where the SDK does not tell.")] = 0
    body_b64: Annotated[
        str, Meta(description="The answer's body, or the part that the SDK returns.")
    ] = ""
    error: Annotated[str, Meta(description="The SDK's error; empty where the call succeeded.")] = ""


class Status(enum.StrEnum):
    """How an implementation answered."""

    OUTPUT = "output"
    """It did the operation."""
    REJECTED = "rejected"
    """It refused the input, on purpose."""
    SKIPPED = "skipped"
    """It cannot do this."""
    ERRORED = "errored"
    """It broke; never counts as a rejection."""


class Answer(_Model, frozen=True, kw_only=True):
    """An implementation's answer to one case."""

    status: Status
    output: dict[str, Any] = {}
    stages: Annotated[
        dict[str, str],
        Meta(description="Intermediates by their name in the pipeline; octets with `_b64`."),
    ] = {}
    reason: Annotated[str, Meta(description="Why it was refused, of the scheme's list.")] = ""
    message: Annotated[str, Meta(description="For a person.")] = ""


class Implementation(_Model, frozen=True, kw_only=True):
    """Who is under test."""

    name: Text
    version: str = ""
    language: str = ""
    runtime: str = ""


class Start(_Model, frozen=True, kw_only=True, tag="start", tag_field="type"):
    """The first message to an adapter."""

    seq: Count
    protocols: list[int]


class StartReply(_Model, frozen=True, kw_only=True):
    """The adapter introduces itself."""

    seq: Count
    protocol: int
    implementation: Implementation
    operations: Annotated[
        dict[str, list[str]], Meta(description="The operations it can do, by scheme.")
    ]
    features: Annotated[
        list[str],
        Meta(description="Of: stages, reasons, bench and what vectors have in `requires`."),
    ] = []
    window: Annotated[
        int, Meta(ge=1, le=1024, description="How many unanswered requests it can hold.")
    ] = 16


class Prepare(_Model, frozen=True, kw_only=True, tag="prepare", tag_field="type"):
    """A credential, once, before the first case that uses it."""

    seq: Count
    credential: Annotated[Text, Meta(description="The name that later `run` messages use.")]
    scheme: Text
    values: Annotated[dict[str, Any], Meta(description="As the scheme's schema says.")]


class PrepareReply(_Model, frozen=True, kw_only=True):
    """Whether the credential is taken; if not, the reply answers each case that uses it."""

    seq: Count
    status: Annotated[
        Status, Meta(description="`output` where it is taken, else as in the reply to a `run`.")
    ] = Status.OUTPUT
    reason: Annotated[str, Meta(description="Why it was refused, of the scheme's list.")] = ""
    message: str = ""


class Run(_Model, frozen=True, kw_only=True, tag="run", tag_field="type"):
    """One case."""

    seq: Count
    scheme: Text
    operation: Text
    credential: str | None
    input: dict[str, Any]


class RunReply(Answer, frozen=True, kw_only=True):
    """The answer to a `run` of the same seq."""

    seq: Count


class Bench(Run, frozen=True, kw_only=True, tag="bench", tag_field="type"):
    """One case, to be done again and again; sent where the feature `bench` is there."""

    min_ms: Annotated[int, Meta(ge=1, description="How long at least, in milliseconds.")]


class BenchReply(RunReply, frozen=True, kw_only=True):
    """The answer to a `bench`: the last output, how often it was made, and how long that took."""

    iterations: Annotated[Count, Meta(description="How often it was done, whole each time.")] = 0
    elapsed_ns: Annotated[
        Count, Meta(description="How long all of that took, in nanoseconds, and nothing besides.")
    ] = 0


class Outcome(enum.StrEnum):
    """The judgement of one vector."""

    PASS = "pass"  # noqa: S105 - an outcome
    FAIL = "fail"
    ERROR = "error"
    """The implementation broke."""
    TIMEOUT = "timeout"
    SKIP = "skip"
    """The implementation says that it cannot."""
    XFAIL = "xfail"
    """Listed as known failing, and fails."""
    XPASS = "xpass"
    """Listed as known failing, and passes."""
    FLAKY = "flaky"
    """Broke once and passed when run alone."""


class Difference(_Model, frozen=True, kw_only=True):
    """Where two texts part."""

    stage: Annotated[str, Meta(description="The stage or output member.")]
    offset: Annotated[int, Meta(description="The first differing octet, from 0.")]
    expected: Annotated[str, Meta(description="The octets around it, printable.")]
    got: Annotated[str, Meta(description="The octets around it, printable.")]


class Cause(_Model, frozen=True, kw_only=True):
    """A catalogued mistake that gives exactly the octets that were seen."""

    id: Text
    text: str
    fix: str
    also: Annotated[
        list[str], Meta(description="Other mistakes with the same octets on all of these cases.")
    ] = []


class Result(_Model, frozen=True, kw_only=True):
    """The judgement of one vector with all that is known about a failure."""

    id: VectorId
    operation: Text
    importance: Importance
    outcome: Outcome
    message: str = ""
    difference: Difference | None = None
    causes: list[Cause] = []
    opened: Annotated[
        str, Meta(description="What a wrong signature shows when the public key opens it.")
    ] = ""
    label: Annotated[str, Meta(description="Which of several conforming forms it was.")] = ""
    note: str = ""
    known: Annotated[str, Meta(description="The reason given in the known-failing file.")] = ""
    source: str = ""


class Report(_Model, frozen=True, kw_only=True):
    """A whole run."""

    format: int
    signproof: str
    set_version: str
    scheme: Annotated[str, Meta(description="Schemes judged, joined by a comma.")]
    implementation: Implementation
    complete: Annotated[bool, Meta(description="False when the run was interrupted.")]
    strict: Annotated[bool, Meta(description="Whether vectors of importance `should` count.")] = (
        False
    )
    counts: dict[str, int]
    causes: Annotated[
        dict[str, list[str]],
        Meta(description="Mistake to the ids of the failures that it reproduces, best first."),
    ] = {}
    stderr: Annotated[str, Meta(description="The end of what the adapter wrote there.")] = ""
    exit_code: int
    results: list[Result]


class MatrixEntry(_Model, frozen=True, kw_only=True):
    """An SDK in the matrix."""

    sdk: Annotated[str, Meta(description="Its id: a folder of `sdks`.")]
    package: str
    version: str
    language: str
    required: bool
    state: Annotated[
        Literal["judged", "skipped", "failed"],
        Meta(description="Skipped for want of a tool; failed to install or to start."),
    ]
    why: str = ""
    report: Annotated[Report | None, Meta(description="Of the vectors that it sent.")] = None
    not_get: Annotated[int, Meta(description="Vectors it sent with another method.")] = 0
    observations: Annotated[dict[str, str], Meta(description="By question.")] = {}
    typed: Annotated[Report | None, Meta(description="Of the requests of its typed calls.")] = None


class Matrix(_Model, frozen=True, kw_only=True):
    """All SDKs of a scheme."""

    format: int
    signproof: str
    set_version: str
    scheme: str
    sandboxed: bool
    excluded: Annotated[dict[str, str], Meta(description="Why vectors are not sent, by id.")]
    entries: list[MatrixEntry]
    exit_code: int
