"""Capability tokens ``sj1_``: with one, the broker's local server takes one approved request.

Documented and unconfirmed: what is here follows from the broker's public repository (Sinotrade/
Shioaji, plugins/shioaji/skills/shioaji/references/AGENT_HARNESS.md, "Capability contract"), and no
server was at hand to confirm a value. Where that page is silent, the docstrings say what is
inferred. How the server remembers used nonces, and by how much its clock may be off (it says that
there is such a leeway), is not here.

The token is sent as ``X-Shioaji-Agent-Capability``. Its secret is the server's own, shared with
the program that asks a person for approval: neither the API key's secret nor a CA's password.

Nothing else needs BLAKE3, so nothing of `signers.shioaji` imports this module.
"""

import binascii
import enum
import hmac
import re
import struct
from dataclasses import dataclass, field

from blake3 import blake3

from signers.errors import InvalidInput, VerificationError, without_frames
from signers.secret import Secret

__all__ = [
    "CONTEXT",
    "HEADER",
    "LIFETIME",
    "PREFIX",
    "Capability",
    "CapabilityFlaw",
    "CapabilityRefused",
    "Environment",
    "InvalidCapability",
    "ProtectedOperation",
    "body_digest",
    "join",
    "parse",
    "record",
    "sign",
    "tag",
    "tag_key",
    "verify",
]

HEADER = "X-Shioaji-Agent-Capability"
PREFIX = "sj1_"
CONTEXT = "shioaji-agent-harness compact capability v1"
"""The context string with which BLAKE3 derives the key of the tag."""
LIFETIME = 60
"""Seconds for which a token may be valid."""

_FORMAT = 1
_AUDIENCE, _NONCE, _DIGEST, _TAG = 32, 16, 32, 32
_RECORD = struct.Struct(f"<BBBQQ{_AUDIENCE}s{_NONCE}s{_DIGEST}s")
_OCTETS = _RECORD.size + _TAG
_LARGEST_TIME = 2**64 - 1
_HEXADECIMAL = re.compile(r"[0-9a-f]*")


class Environment(enum.StrEnum):
    """Which of the two servers takes the token; in the record, 0 and 1."""

    SIMULATION = "simulation"
    PRODUCTION = "production"


class ProtectedOperation(enum.StrEnum):
    """What a token is for, by the server's names; in the record, 1 to 9 in this order."""

    PLACE_ORDER = "place_order"
    CANCEL_ORDER = "cancel_order"
    UPDATE_PRICE = "update_price"
    UPDATE_QTY = "update_qty"
    PLACE_COMBOORDER = "place_comboorder"
    CANCEL_COMBOORDER = "cancel_comboorder"
    RESERVE_STOCK = "reserve_stock"
    RESERVE_EARMARKING = "reserve_earmarking"
    UPDATE_AGENT_HARNESS = "update_agent_harness"
    """Of the host alone: it switches the protection itself."""


_ENVIRONMENTS = tuple(Environment)
_OPERATIONS = tuple(ProtectedOperation)


class InvalidCapability(InvalidInput):
    """What a capability token is to be made of cannot be."""

    reason = "invalid-capability"

    def __init__(self, part: str, problem: str) -> None:
        self.part = part
        """The parameter."""
        self.problem = problem
        super().__init__(f"{part} {problem}")


class CapabilityFlaw(enum.StrEnum):
    """What is wrong with a token; the value is the reason's identifier."""

    PREFIX = "capability-prefix"
    """It does not begin with ``sj1_``."""
    HEXADECIMAL = "capability-hexadecimal"
    """The rest is not lower-case hexadecimal; the detail is how."""
    LENGTH = "capability-length"
    """Another number of octets than the record has; the detail is the number."""
    FORMAT = "capability-format"
    """Another format identifier than 1; the detail is which."""
    UNKNOWN_ENVIRONMENT = "capability-unknown-environment"
    """Neither 0 nor 1; the detail is the number."""
    UNKNOWN_OPERATION = "capability-unknown-operation"
    """Not 1 to 9; the detail is the number."""
    TAG = "capability-tag"
    """Not the tag by this secret over this record."""
    LIFETIME = "capability-lifetime"
    """Valid for more than a minute, or less than not at all; the detail is the seconds."""
    ENVIRONMENT = "capability-environment"
    """Of the other environment; the detail is which."""
    OPERATION = "capability-operation"
    """For another operation; the detail is which."""
    AUDIENCE = "capability-audience"
    """For another server, or for this one before it was started anew."""
    NOT_YET_VALID = "capability-not-yet-valid"
    """Issued after now."""
    EXPIRED = "capability-expired"
    """Expired before now."""
    BODY = "capability-body"
    """For another body."""


_ADVICE = {
    CapabilityFlaw.PREFIX: "it does not begin with sj1_: pass the header's value alone",
    CapabilityFlaw.HEXADECIMAL: "behind sj1_ stands something else than lower-case hexadecimal "
    "({detail}): write two digits of 0 to 9 and a to f for each octet",
    CapabilityFlaw.LENGTH: f"it is of {{detail}} octets instead of {_OCTETS}: write all nine parts "
    "in their full length, and nothing else",
    CapabilityFlaw.FORMAT: "its format identifier is {detail}: begin with the octet 1",
    CapabilityFlaw.UNKNOWN_ENVIRONMENT: "its environment is {detail}: write 0 for simulation, 1 "
    "for production",
    CapabilityFlaw.UNKNOWN_OPERATION: "its operation is {detail}: write its number, 1 to 9",
    CapabilityFlaw.TAG: "its tag is not by this secret over the octets before it: derive the key "
    "with BLAKE3's derive_key from the secret as it is written, and use it for keyed BLAKE3",
    CapabilityFlaw.LIFETIME: "it is valid for {detail} seconds instead of 0 to 60: write Unix "
    "seconds, each in eight octets, the lowest first",
    CapabilityFlaw.ENVIRONMENT: "it is for {detail}: ask the server for its environment",
    CapabilityFlaw.OPERATION: "it is for {detail}: make one for each operation",
    CapabilityFlaw.AUDIENCE: "it is for another audience: ask the server, which has a new one "
    "after each start",
    CapabilityFlaw.NOT_YET_VALID: "it was issued after now: set the clock, and use Unix seconds",
    CapabilityFlaw.EXPIRED: "it has expired: make a new one for each request",
    CapabilityFlaw.BODY: "it is for another body: send the octets that were digested, with BLAKE3",
}  # fmt: skip


class CapabilityRefused(VerificationError):
    """A capability token is not right; the reason is the flaw's identifier."""

    def __init__(self, flaw: CapabilityFlaw, detail: str | None = None) -> None:
        self.flaw = flaw
        self.detail = detail
        """A number or word, where the flaw says so."""
        self.reason = flaw.value
        super().__init__(_ADVICE[flaw].format(detail=detail))


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a token says, without its tag.

    Raises InvalidCapability for parts that do not fit into the record.
    """

    environment: Environment
    operation: ProtectedOperation
    issued_at: int
    """Unix seconds."""
    expires_at: int
    """Unix seconds."""
    audience: bytes = field(repr=False)
    """32 octets, decoded from what the server says of itself; how it writes them is unknown."""
    nonce: bytes = field(repr=False)
    """16 octets, another 16 for each token."""
    body_digest: bytes = field(repr=False)
    """32 octets: BLAKE3 of the HTTP body's octets."""

    def __post_init__(self) -> None:
        for name, octets, length in (
            ("audience", self.audience, _AUDIENCE),
            ("nonce", self.nonce, _NONCE),
            ("body_digest", self.body_digest, _DIGEST),
        ):
            if len(octets) != length:
                raise InvalidCapability(name, f"is {len(octets)} octets long: pass {length}")
        for name, time in (("issued_at", self.issued_at), ("expires_at", self.expires_at)):
            if not 0 <= time <= _LARGEST_TIME:
                raise InvalidCapability(name, "does not fit into 64 bits: pass Unix seconds")

    @property
    def lifetime(self) -> int:
        """Seconds from the one time to the other."""
        return self.expires_at - self.issued_at


def body_digest(body: bytes) -> bytes:
    """Return the BLAKE3 digest of a body's octets as they are sent; an empty body has one, too."""
    return blake3(body).digest()


def tag_key(secret: bytes, context: str = CONTEXT) -> bytes:
    """Return the key of the tag, from the secret's octets as they are written.

    A secret of 64 hexadecimal digits is these 64 octets, not the 32 that they stand for.
    """
    return blake3(secret, derive_key_context=context).digest()


def record(capability: Capability) -> bytes:
    """Return the 99 octets before the tag; times are unsigned, of 64 bits, the lowest octet first.

    The page calls the times little-endian, of 8 octets; that they are unsigned is inferred.
    """
    return _RECORD.pack(
        _FORMAT,
        _ENVIRONMENTS.index(capability.environment),
        _OPERATIONS.index(capability.operation) + 1,
        capability.issued_at,
        capability.expires_at,
        capability.audience,
        capability.nonce,
        capability.body_digest,
    )


def tag(octets: bytes, key: bytes) -> bytes:
    """Return the tag over a record: keyed BLAKE3."""
    return blake3(octets, key=key).digest()


def join(octets: bytes, the_tag: bytes) -> str:
    """Return the header's value from the record and its tag."""
    return f"{PREFIX}{octets.hex()}{the_tag.hex()}"


def sign(
    secret: Secret,
    *,
    environment: Environment,
    operation: ProtectedOperation,
    issued_at: int,
    expires_at: int,
    audience: bytes,
    nonce: bytes,
    body: bytes,
) -> str:
    """Return the token for one request; times are Unix seconds, the rest octets as they are.

    Raises InvalidCapability as `Capability`, for times that are not 0 to 60 seconds apart (that
    a token may not expire before it is issued is inferred), and for an empty secret (judged:
    anybody could make such a token).
    """
    if not len(secret):
        raise InvalidCapability("secret", "is empty: pass the one that the server was started with")
    capability = Capability(
        environment=environment,
        operation=operation,
        issued_at=issued_at,
        expires_at=expires_at,
        audience=audience,
        nonce=nonce,
        body_digest=body_digest(body),
    )
    if not 0 <= capability.lifetime <= LIFETIME:
        problem = f"is {capability.lifetime} seconds after issued_at: pass at most {LIFETIME}"
        raise InvalidCapability("expires_at", problem)
    octets = record(capability)
    return join(octets, tag(octets, tag_key(secret.reveal())))


def parse(token: str) -> Capability:
    """Return what a token says, whether it is genuine or not; raises CapabilityRefused."""
    return _parsed(_octets(token))


def verify(
    secret: Secret,
    token: str,
    *,
    now: int,
    body: bytes,
    audience: bytes | None = None,
    environment: Environment | None = None,
    operation: ProtectedOperation | None = None,
) -> Capability:
    """Check a token for a request with these octets as its body, at Unix time *now*.

    None takes any. Whoever calls it has to refuse a nonce that was used before, too.

    Raises CapabilityRefused: first for what cannot be read, then for the tag (documented: before
    the body is looked at), then for what the token was made for (in which order is inferred). A
    token counts as valid in both the second that it is issued in and the one that it expires in
    (inferred).
    """
    try:
        return _verified(secret, token, now, body, (environment, operation, audience))
    except CapabilityRefused as error:
        refusal = without_frames(error)
    del token, body  # a traceback that shows local variables need not show an order
    raise refusal


_Expected = tuple[Environment | None, ProtectedOperation | None, bytes | None]


def _verified(secret: Secret, token: str, now: int, body: bytes, expected: _Expected) -> Capability:
    octets = _octets(token)
    found = _parsed(octets)
    right = tag(octets[: _RECORD.size], tag_key(secret.reveal()))
    if not hmac.compare_digest(right, octets[_RECORD.size :]):
        raise CapabilityRefused(CapabilityFlaw.TAG)
    if not 0 <= found.lifetime <= LIFETIME:
        raise CapabilityRefused(CapabilityFlaw.LIFETIME, str(found.lifetime))
    environment, operation, audience = expected
    if environment not in {None, found.environment}:
        raise CapabilityRefused(CapabilityFlaw.ENVIRONMENT, found.environment.value)
    if operation not in {None, found.operation}:
        raise CapabilityRefused(CapabilityFlaw.OPERATION, found.operation.value)
    if audience not in {None, found.audience}:
        raise CapabilityRefused(CapabilityFlaw.AUDIENCE)
    if now < found.issued_at:
        raise CapabilityRefused(CapabilityFlaw.NOT_YET_VALID)
    if now > found.expires_at:
        raise CapabilityRefused(CapabilityFlaw.EXPIRED)
    if body_digest(body) != found.body_digest:
        raise CapabilityRefused(CapabilityFlaw.BODY)
    return found


def _octets(token: str) -> bytes:
    """Return the octets of a token of the right form and length."""
    if not token.startswith(PREFIX):
        raise CapabilityRefused(CapabilityFlaw.PREFIX)
    digits = token.removeprefix(PREFIX)
    problem = None
    if not _HEXADECIMAL.fullmatch(digits):
        upper = _HEXADECIMAL.fullmatch(digits.lower())
        problem = "upper case" if upper else "other characters"
    elif len(digits) % 2:
        problem = "an odd number of digits"
    if problem is not None:
        raise CapabilityRefused(CapabilityFlaw.HEXADECIMAL, problem)
    octets = binascii.unhexlify(digits)
    if len(octets) != _OCTETS:
        raise CapabilityRefused(CapabilityFlaw.LENGTH, str(len(octets)))
    return octets


def _parsed(octets: bytes) -> Capability:
    """Return what the octets say, of which there are as many as there have to be."""
    format_, environment, operation, issued_at, expires_at, audience, nonce, digest = (
        _RECORD.unpack_from(octets)
    )
    if format_ != _FORMAT:
        raise CapabilityRefused(CapabilityFlaw.FORMAT, str(format_))
    if environment >= len(_ENVIRONMENTS):
        raise CapabilityRefused(CapabilityFlaw.UNKNOWN_ENVIRONMENT, str(environment))
    if not 1 <= operation <= len(_OPERATIONS):
        raise CapabilityRefused(CapabilityFlaw.UNKNOWN_OPERATION, str(operation))
    return Capability(
        environment=_ENVIRONMENTS[environment],
        operation=_OPERATIONS[operation - 1],
        issued_at=issued_at,
        expires_at=expires_at,
        audience=audience,
        nonce=nonce,
        body_digest=digest,
    )
