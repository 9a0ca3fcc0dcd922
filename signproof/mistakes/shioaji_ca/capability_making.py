"""How the stages of a capability token are changed, so that mistakes can be replayed together.

BLAKE3 itself is not here: the edits use what the right stages do with it, so that they are as
independent of the signers as the pipeline that they edit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from signproof.mistakes.base import Edit
from signproof.mistakes.edits import function_of
from signproof.mistakes.shioaji_ca import catalogue
from signproof.mistakes.shioaji_ca.catalogue import Change, changed
from signproof.pipeline import Pipeline

__all__ = [
    "PREFIX",
    "Hashing",
    "Record",
    "add",
    "digesting",
    "keying",
    "recording",
    "tagging",
    "u64",
    "writing",
]

PREFIX = "capability-"
"""What the ids of these mistakes begin with, and the reasons for refusing their tokens."""

_PAGE = "the broker's repository, AGENT_HARNESS, says which it is"
_OPERATIONS = (
    *("place_order", "cancel_order", "update_price", "update_qty"),
    *("place_comboorder", "cancel_comboorder", "reserve_stock", "reserve_earmarking"),
    "update_agent_harness",
)

Derive = Callable[[bytes, str], bytes]
Keyed = Callable[[bytes, bytes], bytes]


def add(id_: str, text: str, edit: Edit, *, fix: str, refusal: str, page: bool = False) -> None:
    """Add one mistake; *refusal* is without the prefix, *page* tells that the page warns of it."""
    catalogue.add(
        f"{PREFIX}{id_}",
        text,
        edit,
        fix=fix,
        evidence=_PAGE if page else "derived",
        refusal=f"{PREFIX}{refusal}",
    )


def _right(pipeline: Pipeline, stage: str) -> Callable[..., Any]:
    """Return the right function of a stage, whatever earlier edits did to it."""
    function = function_of(pipeline, stage)
    return function.right if isinstance(function, _Digest | _Key | _Tag) else function


# What is hashed, and with what.


@dataclass(frozen=True, slots=True)
class _Digest:
    """Stands for the stage `body_digest`, so that later edits can add to it."""

    right: Change
    bodies: tuple[Change, ...] = ()
    """Changes of the body, one after the other."""
    digest: Change | None = None
    """In the place of BLAKE3."""

    def __call__(self, body: bytes) -> bytes:
        return (self.digest or self.right)(changed(body, self.bodies))


def digesting(*, body: Change | None = None, digest: Change | None = None) -> Edit:
    """Return the edit after which the body's digest is made otherwise; changes of bodies add up."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "body_digest")
        earlier = current if isinstance(current, _Digest) else _Digest(current)
        later = replace(
            earlier,
            bodies=earlier.bodies if body is None else (*earlier.bodies, body),
            digest=digest or earlier.digest,
        )
        return pipeline.replace("body_digest", later)

    return edit


@dataclass(frozen=True, slots=True)
class Hashing:
    """What the right stages do with BLAKE3."""

    digest: Change
    derive: Derive
    keyed: Keyed


def _right_hashing(pipeline: Pipeline) -> Hashing:
    stages = ("body_digest", "capability_key", "capability_tag")
    return Hashing(*(_right(pipeline, stage) for stage in stages))


@dataclass(frozen=True, slots=True)
class _Key:
    """Stands for the stage `capability_key`, so that later edits can add to it."""

    right: Derive
    secrets: tuple[Change, ...] = ()
    """Changes of the secret, one after the other."""
    context: Callable[[str], str] = str
    derive: Derive | None = None
    """In the place of derive_key."""

    def __call__(self, secret: bytes, context: str) -> bytes:
        derive = self.derive or self.right
        return derive(changed(secret, self.secrets), self.context(context))


def keying(
    *,
    secret: Change | None = None,
    context: Callable[[str], str] | None = None,
    derive: Callable[[Hashing], Derive] | None = None,
) -> Edit:
    """Return the edit after which the tag's key is made otherwise; changes of secrets add up."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "capability_key")
        earlier = current if isinstance(current, _Key) else _Key(current)
        later = replace(
            earlier,
            secrets=earlier.secrets if secret is None else (*earlier.secrets, secret),
            context=context or earlier.context,
            derive=earlier.derive if derive is None else derive(_right_hashing(pipeline)),
        )
        return pipeline.replace("capability_key", later)

    return edit


@dataclass(frozen=True, slots=True)
class _Tag:
    """Stands for the stage `capability_tag`, so that later edits can add to it."""

    right: Keyed
    records: tuple[Callable[[bytes, bytes], bytes], ...] = ()
    """Changes of what the tag is over, given the body, too; one after the other."""
    make: Callable[[bytes, bytes, bytes], bytes] | None = None
    """In the place of keyed BLAKE3: from octets, key and secret."""
    finishes: tuple[Change, ...] = ()
    """Changes of the tag."""

    def __call__(self, record: bytes, key: bytes, secret: bytes, body: bytes) -> bytes:
        for change in self.records:
            record = change(record, body)
        made = self.make(record, key, secret) if self.make else self.right(record, key)
        return changed(made, self.finishes)


def tagging(
    *,
    record: Callable[[bytes, bytes], bytes] | None = None,
    make: Callable[[Hashing], Callable[[bytes, bytes, bytes], bytes]] | None = None,
    finish: Change | None = None,
) -> Edit:
    """Return the edit after which the tag is made otherwise; *make* replaces the others' one."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "capability_tag")
        earlier = current if isinstance(current, _Tag) else _Tag(current)
        later = replace(
            earlier,
            records=earlier.records if record is None else (*earlier.records, record),
            make=earlier.make if make is None else make(_right_hashing(pipeline)),
            finishes=earlier.finishes if finish is None else (*earlier.finishes, finish),
        )
        inputs = ("capability_record", "capability_key", "secret", "body")
        return pipeline.replace("capability_tag", later, inputs)

    return edit


# The record.


def u64(time: int, order: Literal["little", "big"] = "little") -> bytes:
    """Return a time in eight octets; what does not fit is cut off, as in C."""
    return int(time % 2**64).to_bytes(8, order)


@dataclass(slots=True)
class Record:
    """A record in the making."""

    environment: int
    operation: int
    times: list[int]
    """When it was issued, and when it expires."""
    octets: dict[str, bytes]
    """The rest by its name: `format`, `audience`, `nonce` and `body_digest`."""
    order: list[str] = field(
        default_factory=lambda: [
            *("format", "environment", "operation", "times", "audience", "nonce", "body_digest")
        ]
    )
    write_time: Callable[[int], bytes] = u64

    def leave_out(self, part: str) -> None:
        """Write the record without a part."""
        self.order = [other for other in self.order if other != part]

    def joined(self) -> bytes:
        """Return the octets."""
        written = {
            "environment": bytes([self.environment % 256]),
            "operation": bytes([self.operation % 256]),
            "times": b"".join(map(self.write_time, self.times)),
            **self.octets,
        }
        return b"".join(written[part] for part in self.order)


@dataclass(frozen=True, slots=True)
class _Assembly:
    """Stands for the stage `capability_record`, so that later edits can add to it."""

    changes: tuple[Callable[[Record], None], ...]

    def __call__(
        self,
        server: str,
        operation: str,
        issued_at: int,
        expires_at: int,
        audience: bytes,
        nonce: bytes,
        body_digest: bytes,
    ) -> bytes:
        made = Record(
            int(server == "production"),
            _OPERATIONS.index(operation) + 1,
            [issued_at, expires_at],
            {"format": b"\1", "audience": audience, "nonce": nonce, "body_digest": body_digest},
        )
        for change in self.changes:
            change(made)
        return made.joined()


def recording(change: Callable[[Record], None]) -> Edit:
    """Return the edit after which the record is put together with *change*."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "capability_record")
        earlier = current.changes if isinstance(current, _Assembly) else ()
        return pipeline.replace("capability_record", _Assembly((*earlier, change)))

    return edit


# The token.


@dataclass(frozen=True, slots=True)
class _Token:
    """Stands for the stage `capability_token`, so that later edits can add to it."""

    prefix: bytes = b"sj1_"
    between: bytes = b""
    """What stands between record and tag."""
    write: Change = lambda octets: octets.hex().encode()
    finish: Change = bytes
    """A change of the whole."""

    def __call__(self, record: bytes, tag: bytes) -> bytes:
        written = (
            [self.write(record), self.write(tag)] if self.between else [self.write(record + tag)]
        )
        return self.finish(self.prefix + self.between.join(written))


def writing(**members: Any) -> Edit:
    """Return the edit after which the token is written with these members of `_Token`."""

    def edit(pipeline: Pipeline) -> Pipeline:
        current = function_of(pipeline, "capability_token")
        earlier = current if isinstance(current, _Token) else _Token()
        return pipeline.replace("capability_token", replace(earlier, **members))

    return edit
