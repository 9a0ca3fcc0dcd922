"""What a scheme tells the harness: operations, reasons, stages, checks and how to replay them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from signproof.model import Answer
from signproof.pipeline import Pipeline

__all__ = ["Check", "Finding", "HttpSigning", "Operation", "Replay", "Scheme"]

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


@dataclass(frozen=True, slots=True)
class HttpSigning:
    """A scheme that signs HTTP requests: what `sign` and `explain` need of it.

    It has the operations `sign` (with method, path, query, body_b64 and timestamp), `request` and
    `verify` (of a `request`), and the check `signed-request`.
    """

    base_url: str
    """The broker's own address, for a curl line."""
    headers: Callable[[Json, Json, Json], list[tuple[str, str]]]
    """From credential, input and output of `sign` to the headers to send."""
    secret_members: tuple[str, ...]
    """Members of the credential that are not shown unless asked for."""
    request_input: Callable[[Json], Json]
    """From a received request to an input of `request` that asks for it."""


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
    """By member of the credential, the environment variables that may hold it, best first."""
    http: HttpSigning | None = None
    mistakes: str = ""
    """The module that has `CATALOGUE`; imported only where mistakes are needed."""
    oracle: str = ""
    """The module that has `PIPELINE` and `files()`; imports nothing of `signers`."""
