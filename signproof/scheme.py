"""What a scheme tells the harness: operations, reasons, stages, checks and how to replay them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from signproof.model import Answer
from signproof.pipeline import Pipeline

__all__ = [
    "Asked",
    "Check",
    "Finding",
    "Hot",
    "HttpSigning",
    "Measuring",
    "Operation",
    "Program",
    "Replay",
    "Scheme",
    "Sending",
]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a check does not accept an output."""

    member: str
    """The part that is wrong."""
    message: str


Check = Callable[[Json, Json, Json], Finding | None]
"""Takes credential, input and output; returns None where the output conforms."""


@dataclass(frozen=True, slots=True)
class Replay:
    """How an operation runs through the scheme's pipeline, so that mistakes can be replayed."""

    values: Callable[[Json, Json], dict[str, Any]]
    """From credential and input to what the pipeline starts from."""
    output: Callable[[dict[str, Any]], Json]
    """From the pipeline's results to the operation's output."""
    same: Callable[[Json, Json], bool]
    """Tells whether the output seen (first) is the one that a replay produced (second)."""
    hindsight: Callable[[Json, Json, Json], dict[str, Any]] | None = None
    """From credential, input and the output seen to values: for what an implementation chose."""
    conforming: Callable[[dict[str, Any]], list[dict[str, Any]]] | None = None
    """From values to others that give another conforming output, where several forms conform."""
    hopeless: Callable[[Json, Json], bool] | None = None
    """From credential and the output seen: whether it shows by itself that no two mistakes together
    give it, such as a signature by another key; saves a long search."""
    refusals: bool = False
    """Whether the pipeline can refuse, which is then the output without members."""
    recognising: Callable[[dict[str, Any], Json], dict[str, Any]] | None = None
    """From values and the output seen (of `Operation.rebuild`, the input seen) to values with which
    the pipeline gives exactly that wherever it would anyhow, but with less work, or without a key
    that is not known; what else it gives then means nothing."""

    def recognised(self, values: dict[str, Any], seen: Json) -> dict[str, Any]:
        """Return *values* for telling whether a replay gives what was *seen*."""
        return values if self.recognising is None else self.recognising(values, seen)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that an implementation is asked to do."""

    name: str
    summary: str
    input: type[msgspec.Struct]
    output: type[msgspec.Struct]
    reference: Callable[[Any, Any], Answer]
    """Takes what `Scheme.prepare` returned (None without credential) and the typed input."""
    needs_credential: bool = True
    replay: Replay | None = None
    rebuild: Replay | None = None
    """For an operation that judges its input: how such an input is made."""
    stages: tuple[str, ...] | None = None
    """The scheme's stages that its vectors hold where they hold any; None for all."""
    at_its_time: Callable[[Json, Json], tuple[Json, int] | None] | None = None
    """From an input with a time and the output of an implementation that takes its own clock's to
    the input with the time taken, and that time in Unix seconds; None where the output does not
    show it. None where the operation has no time."""


@dataclass(frozen=True, slots=True)
class Hot:
    """An operation with all prepared that can be, as a program does it that does it often."""

    call: Callable[[], Any]
    """Does the operation once, whole, and nothing besides."""
    output: Callable[[Any], Json]
    """From what the call returned to the operation's output."""


@dataclass(frozen=True, slots=True)
class Program:
    """How a program that signs for this scheme is pointed at a mock and kept from the broker."""

    mock: str
    """The module that has `served(credentials, clock)`; it answers for these credentials."""
    credential: Json
    """Made-up values of the form that the broker gives out."""
    address: tuple[str, ...]
    """Environment variables that official SDKs take the base URL from."""
    fixed: Mapping[str, str]
    """Environment variables with what else keeps official SDKs on this machine; `{base_url}` in a
    value is the mock's address, `{authority}` its host and port alone, `{socket_url}` the address
    for WebSockets, and a member's name in braces its value in the credential."""
    withheld: tuple[str, ...] = ()
    """Environment variables beside the credential's that hold a secret of the user's, or name a
    file with one: a program under test does not get them."""
    isolated: bool = False
    """Whether SDKs are run only where they cannot reach a network: they have no address to change,
    and what they are asked would go to the broker."""
    starts_from_env: bool = False
    """Whether the mock starts from a `.env` too: its module has `started(octets, folder,
    environment, clock)` then, which returns `Started`."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """The variables with the address, were they only those that hold more than it."""
        return self.address or tuple(
            name
            for name, text in self.fixed.items()
            if "{base_url}" in text or "{authority}" in text
        )


@dataclass(frozen=True, slots=True)
class Measuring:
    """How requests a second are measured of SDKs that hide their signer."""

    vector: str
    """What is sent where no vector is named."""
    success: bytes
    """The body of an answer to a call that succeeded, unsigned: the same to each request."""
    mark: bytes
    """What stands in `place` of each signed request and of no unsigned one; for the head, in small
    letters."""
    place: Literal["head", "body"]
    unsigned: bool
    """Whether a request without its signature is else the same, so that the two can be compared."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How a vector is sent through an SDK that hides its signer, and what is asked of it then."""

    call: Json
    """The members of `SendInput` but the address."""
    asked: Callable[[Json], Json]
    """From the request as received to an input of `request` that asks for what was to be sent; the
    timestamp is the SDK's own."""
    rewritten: Callable[[Json], list[str]]
    """From the request as received to the parts that are not written as the vector has them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks to have signed."""

    method: str
    target: str | None
    """Path and query as they are sent; None where none was named."""
    body: bytes
    timestamp: str | None
    """The timestamp's text; None for now."""
    now: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class HttpSigning:
    """A scheme that signs HTTP requests: what `sign`, `explain`, `wire` and `matrix` need of it.

    It has the operations `sign`, `request` and `verify` (of a `request`), and the checks
    `signed-request` and `sent-request`.
    """

    base_url: str
    """The broker's own address, for a curl line."""
    asked: Callable[[Asked], tuple[str, Json]]
    """To the operation that signs it, and its input; raises ValueError for what cannot be."""
    as_sent: Callable[[Json, Json, Json], Json]
    """From credential, input and output of that operation to the request to send."""
    secret_members: tuple[str, ...]
    """Members of the credential that are not shown unless asked for."""
    request_input: Callable[[Json], Json]
    """From a received request to an input of `request` that asks for it."""
    sending: Callable[[str, Json], Sending | str | None]
    """From an operation and its input to how it is sent, or why it cannot be; None where it is no
    request at all."""
    recorded: Callable[[Json], list[tuple[str, Json, Json]]]
    """From a request as a client sent it to what it shows: operation, input, expected output."""
    signed_stage: str
    """The stage that shows best what is signed: to compare with one's own."""
    sent_secrets: Callable[[bytes], list[bytes]] = lambda _body: []
    """From the body of a request to what in it is not shown, whoever's it is."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A signing scheme."""

    id: str
    title: str
    credential: type[msgspec.Struct]
    prepare: Callable[[Any], Any]
    """From the typed credential to what the reference's operations work with."""
    operations: Mapping[str, Operation]
    reasons: Mapping[str, str]
    """Every reason for a rejection, with its meaning: the closed list."""
    stages: tuple[str, ...]
    """The intermediates that vectors hold, in order."""
    pipeline: Pipeline
    checks: Mapping[str, Check] = field(default_factory=dict)
    features: Mapping[str, str] = field(default_factory=dict)
    """What a vector may require, with its meaning."""
    environment: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By member of the credential that a program has, the environment variables that may hold it,
    best first. One that has a default may be missing."""
    usable: Mapping[str, Callable[[str], object]] = field(default_factory=dict)
    """By member, raises InvalidInput for a text with which nothing could even be verified."""
    http: HttpSigning | None = None
    """None where it signs none; see `signing`."""
    program: Program | None = None
    """None where there is no mock; see `pointing`."""
    direct: tuple[str, ...] = ()
    """Operations that drivers of SDKs are asked besides sending, where they offer them."""
    one_by_one: tuple[str, ...] = ()
    """The topics whose vectors are shown one by one against the SDKs; mostly none."""
    read_settings: Callable[[bytes], dict[str, str]] | None = None
    """From the octets of the broker's own settings file to the credential's members; raises
    InvalidInput. None where the broker has no such file."""
    opened: Callable[[Replay | None, Json, Json, Json], str] | None = None
    """From an operation's replay, credential, input and a wrong output to what its signature shows
    by itself, in words; None where a signature shows nothing."""
    hot: Mapping[str, Callable[[Any, Any], Hot]] = field(default_factory=dict)
    """By operation whose speed matters, from what `Operation.reference` takes to that; raises
    SignerError where the operation refuses."""
    typical: str = ""
    """The vector whose speed is measured where none is named."""
    measuring: Measuring | None = None
    """None where requests over the wire are not measured."""
    mistakes: str = ""
    """The module that has `CATALOGUE`; imported only where mistakes are needed."""
    behaviours: str = ""
    """The module that has `BEHAVIOURS`: what SDKs are asked besides the vectors."""
    oracle: str = ""
    """The module that has `PIPELINE` and `files()`; imports nothing of `signers`."""

    def signing(self) -> HttpSigning:
        """Return how it signs HTTP requests; raises ValueError where it does not."""
        if self.http is None:
            raise ValueError(
                f"{self.id} does not sign HTTP requests: `signproof verify {self.id}` judges what "
                "it signs"
            )
        return self.http

    def pointing(self) -> Program:
        """Return how a program is pointed at its mock; raises ValueError where it has none."""
        if self.program is None:
            raise ValueError(f"{self.id} has no mock broker")
        return self.program
