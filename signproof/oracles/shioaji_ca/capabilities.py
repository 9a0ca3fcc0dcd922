"""The vectors of `capability` and `verify-capability`: documented, and never confirmed."""

from typing import Any

from signproof.codec import encode_octets
from signproof.mistakes.base import Mistake
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.mistakes.shioaji_ca.capability_making import PREFIX
from signproof.model import Importance
from signproof.oracles.shioaji_ca import blake3
from signproof.oracles.shioaji_ca.common import (
    NOW,
    SCHEME,
    add,
    derived,
    document,
    octets_member,
    output,
    refused,
    topic_of,
)
from signproof.oracles.shioaji_ca.pipeline import OPERATIONS, PIPELINE, flow
from signproof.oracles.writing import Topic
from signproof.pipeline import Pipeline

__all__ = ["topics"]

_SHOULD, _MAY = Importance.SHOULD, Importance.MAY

_CONTEXT = "shioaji-agent-harness compact capability v1"
_SECRET = b"EXAMPLE secret, made up: 32 byte".hex()
_STAGES = (
    *("capability_key", "body_digest", "capability_record", "capability_tag"),
    "capability_token",
)
_BODY = b'{"symbol": "EXAMPLE", "quantity": 1, "note": "made up"}'
_USUAL: dict[str, Any] = {
    "secret": _SECRET,
    "environment": "simulation",
    "operation": "place_order",
    "issued_at": NOW,
    "expires_at": NOW + 60,
    "audience": b"EXAMPLE audience, made up: 32 by",
    "nonce": b"EXAMPLE nonce 16",
    "body": _BODY,
}
_PAGE = document(
    "Sinotrade/Shioaji, plugins/shioaji/skills/shioaji/references/AGENT_HARNESS.md, "
    "Capability contract",
    "documented and unconfirmed: no server was at hand",
)
_NOTES = {
    "edge": "That a token counts in the very second of its beginning and of its end, and that the "
    "two may be the same, is inferred; the server is documented to have a leeway, whose width is "
    "unknown.",
    "judgement": "The page does not say that it is refused, or for what; what would be made of it "
    "is of no use to anyone.",
    "secret": "A secret of another form than the 64 hexadecimal digits that the page makes; an "
    "older version of the page says that the secret's UTF-8 is taken as it is.",
}


def topics() -> list[Topic]:
    """Return the files about these two."""
    return [_made(), _verified()]


def _results(pipeline: Pipeline = PIPELINE, **changed: Any) -> dict[str, Any]:
    """Return every value of a token; *changed* is what is other than usual."""
    of = {**_USUAL, **changed}
    return flow(
        *_STAGES,
        pipeline=pipeline,
        context=_CONTEXT,
        server=of.pop("environment"),
        **{**of, "secret": of["secret"].encode()},
    )


def _input(changed: dict[str, Any]) -> dict[str, Any]:
    of = {**_USUAL, **changed}
    octets = {name: of.pop(name) for name in ("audience", "nonce", "body")}
    members = {**of}
    for name, value in octets.items():
        members |= octets_member(name, value)
    return members


# `capability`.

_LONG = b"EXAMPLE body, made up. " * 300
_LENGTHS = (1, 63, 64, 65, 1023, 1024, 1025, 2048, 2049, 3073, 5121)
_MADE: tuple[tuple[str, str, dict[str, Any], tuple[str, ...]], ...] = (
    ("usual", "An order in simulation.", {}, ()),
    ("production", "The same in production.", {"environment": "production"}, ()),
    *(
        (name.replace("_", "-"), f"For {name}.", {"operation": name}, ())
        for name in OPERATIONS[1:]
    ),
    ("body-empty", "An empty body.", {"body": b""}, ()),
    ("body-unicode", "A body beyond ASCII.", {"body": '{"note": "台積電 é"}'.encode()}, ()),
    ("body-newline", "A newline behind the body.", {"body": _BODY + b"\n"}, ()),
    ("body-octets", "A body that is no text.", {"body": bytes(range(256))}, ()),
    *(
        (f"body-of-{length}", f"A body of {length} octets.", {"body": _LONG[:length]}, ())
        for length in _LENGTHS
    ),
    ("one-second", "Valid for a second.", {"expires_at": NOW + 1}, ()),
    ("no-time", "Valid in one second alone.", {"expires_at": NOW}, ("edge",)),
    ("later", "Another second.", {"issued_at": NOW + 1, "expires_at": NOW + 61}, ()),
    ("beyond-32-bits", "Times beyond 32 bits.",
     {"issued_at": 2**32 + 5, "expires_at": 2**32 + 65}, ()),
    ("many-octets", "Times with another octet in each place that JSON has room for.",
     {"issued_at": 0x01020304050607, "expires_at": 0x01020304050607 + 60}, ()),
    ("epoch", "From the first second of Unix time on.", {"issued_at": 0, "expires_at": 60}, ()),
    ("audience-zeros", "An audience of zeros.", {"audience": bytes(32)}, ()),
    ("audience-high", "An audience of the highest octets.", {"audience": b"\xff" * 32}, ()),
    ("nonce-zeros", "A nonce of zeros.", {"nonce": bytes(16)}, ()),
    ("nonce-high", "A nonce of the highest octets.", {"nonce": bytes(range(240, 256))}, ()),
    ("secret-other", "Another secret.", {"secret": (b"EXAMPLE" * 5)[:32].hex()}, ()),
    ("secret-upper", "A secret in upper case.", {"secret": _SECRET.upper()}, ("secret",)),
    ("secret-short", "A secret of one character.", {"secret": "E"}, ("secret",)),
    ("secret-long", "A secret of 2,000 characters.", {"secret": "EXAMPLE-10" * 200}, ("secret",)),
    ("secret-unicode", "A secret beyond ASCII.", {"secret": "EXAMPLE 密碼 é"}, ("secret",)),
    ("secret-spaces", "A secret with spaces around it.", {"secret": " EXAMPLE "}, ("secret",)),
)  # fmt: skip

_REFUSED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("lifetime-61", "Valid for 61 seconds.", {"expires_at": NOW + 61}),
    ("lifetime-hour", "Valid for an hour.", {"expires_at": NOW + 3600}),
    ("lifetime-milliseconds", "Both times in milliseconds.",
     {"issued_at": NOW * 1000, "expires_at": (NOW + 60) * 1000}),
    ("lifetime-negative", "Expired before it is issued.", {"expires_at": NOW - 1}),
    ("lifetime-duration", "A duration for the second time.", {"expires_at": 60}),
    ("time-negative", "A time before 1970.", {"issued_at": -1, "expires_at": 59}),
    ("audience-empty", "No audience.", {"audience": b""}),
    ("audience-31", "An audience of 31 octets.", {"audience": bytes(31)}),
    ("audience-33", "An audience of 33 octets.", {"audience": bytes(33)}),
    ("audience-hex", "An audience in hexadecimal.", {"audience": b"ab" * 32}),
    ("nonce-empty", "No nonce.", {"nonce": b""}),
    ("nonce-15", "A nonce of 15 octets.", {"nonce": bytes(15)}),
    ("nonce-17", "A nonce of 17 octets.", {"nonce": bytes(17)}),
    ("nonce-hex", "A nonce in hexadecimal.", {"nonce": b"ab" * 16}),
    ("secret-empty", "No secret.", {"secret": ""}),
)  # fmt: skip
_DOCUMENTED = {"lifetime-61", "lifetime-hour", "lifetime-milliseconds"}
"""What the page excludes in words; lengths follow from the record's table."""


def _made() -> Topic:
    topic = topic_of("capability", _NOTES)
    for name, comment, changed, flags in _MADE:
        found = _results(**changed)
        token = found["capability_token"].decode()
        stages = {f"{stage}_b64": encode_octets(found[stage]) for stage in _STAGES[:-1]}
        add(topic, name, comment, "capability", _input(changed), output(token=token), _PAGE,
            importance=_MAY if flags else _SHOULD, flags=flags,
            stages={**stages, "capability_token": token})  # fmt: skip
    for name, comment, changed in _REFUSED:
        said = name in _DOCUMENTED
        source = _PAGE if said else derived("the record has no place for it", _PAGE.where)
        add(topic, f"refused-{name}", comment, "capability", _input(changed),
            refused("invalid-capability"), source, importance=_SHOULD if said else _MAY,
            flags=() if said else ("judgement",),
            baseline=f"{SCHEME}/capability/usual")  # fmt: skip
    return topic


# `verify-capability`.

_KEY = blake3.derive_key(_SECRET.encode(), _CONTEXT)
_TOKEN: str = _results()["capability_token"].decode()
_RECORD: bytes = _results()["capability_record"]


def _tagged(octets: bytes, at: int, *new: int) -> str:
    """Return the usual token with other octets in its record, and the tag that goes with them."""
    octets = octets[:at] + bytes(new) + octets[at + len(new) :]
    return f"sj1_{(octets + blake3.keyed(octets, _KEY)).hex()}"


def _with(at: int) -> str:
    """Return the usual token with one octet altered, and its old tag."""
    octets = bytearray.fromhex(_TOKEN.removeprefix("sj1_"))
    octets[at] ^= 1
    return f"sj1_{octets.hex()}"


def _asked(**changed: Any) -> dict[str, Any]:
    """Return the input: the usual token, and everything expected of it; None takes away."""
    members = {
        "secret": _SECRET,
        "token": _TOKEN,
        "now": NOW + 10,
        **octets_member("body", changed.pop("body", _BODY)),
        **octets_member("audience", changed.pop("audience", _USUAL["audience"])),
        "environment": "simulation",
        "operation": "place_order",
        **changed,
    }
    return {name: value for name, value in members.items() if value is not None}


_HEXADECIMAL, _TAG = "hexadecimal", "tag"
_WRONG: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("empty", "prefix", "Nothing.", {"token": ""}),
    ("no-prefix", "prefix", "The hexadecimal alone.", {"token": _TOKEN[4:]}),
    ("upper-prefix", "prefix", "A prefix in upper case.", {"token": f"SJ1_{_TOKEN[4:]}"}),
    ("other-version", "prefix", "Another version's prefix.", {"token": f"sj2_{_TOKEN[4:]}"}),
    ("space-first", "prefix", "A space before it.", {"token": f" {_TOKEN}"}),
    ("upper", _HEXADECIMAL, "Hexadecimal in upper case.", {"token": f"sj1_{_TOKEN[4:].upper()}"}),
    ("newline", _HEXADECIMAL, "A newline behind it.", {"token": f"{_TOKEN}\n"}),
    ("no-digit", _HEXADECIMAL, "A letter that is no digit.", {"token": f"{_TOKEN[:-1]}g"}),
    ("wide-digit", _HEXADECIMAL, "A full-width digit.", {"token": f"{_TOKEN[:-1]}\uff10"}),
    ("odd", _HEXADECIMAL, "A digit missing at the end.", {"token": _TOKEN[:-1]}),
    ("prefix-alone", "length", "The prefix alone.", {"token": "sj1_"}),
    ("octet-less", "length", "An octet missing at the end.", {"token": _TOKEN[:-2]}),
    ("octet-more", "length", "An octet more at the end.", {"token": f"{_TOKEN}00"}),
    ("no-tag", "length", "The record alone.", {"token": _TOKEN[:-64]}),
    ("format-0", "format", "The format identifier 0.", {"token": _tagged(_RECORD, 0, 0)}),
    ("format-2", "format", "The format identifier 2.", {"token": _tagged(_RECORD, 0, 2)}),
    ("environment-2", "unknown-environment", "The environment 2.",
     {"token": _tagged(_RECORD, 1, 2)}),
    ("operation-0", "unknown-operation", "The operation 0.", {"token": _tagged(_RECORD, 2, 0)}),
    ("operation-10", "unknown-operation", "The operation 10.", {"token": _tagged(_RECORD, 2, 10)}),
    ("operation-255", "unknown-operation", "The operation 255.",
     {"token": _tagged(_RECORD, 2, 255)}),
    ("altered-environment", _TAG, "The other environment, with the old tag.", {"token": _with(1)}),
    ("altered-operation", _TAG, "Another operation, with the old tag.",
     {"token": f"{_TOKEN[:8]}02{_TOKEN[10:]}"}),
    ("altered-issued-at", _TAG, "Another time, with the old tag.", {"token": _with(3)}),
    ("altered-expires-at", _TAG, "Another end, with the old tag.", {"token": _with(11)}),
    ("altered-audience", _TAG, "Another audience, with the old tag.", {"token": _with(19)}),
    ("altered-nonce", _TAG, "Another nonce, with the old tag.", {"token": _with(51)}),
    ("altered-digest", _TAG, "Another digest, with the old tag.", {"token": _with(67)}),
    ("altered-tag", _TAG, "A bit of the tag's first octet.", {"token": _with(99)}),
    ("altered-end", _TAG, "A bit of the tag's last octet.", {"token": _with(130)}),
    ("tag-of-zeros", _TAG, "Zeros for the tag.", {"token": _TOKEN[:-64] + "0" * 64}),
    ("other-secret", _TAG, "Another secret.", {"secret": (b"EXAMPLE" * 5)[:32].hex()}),
    ("secret-upper", _TAG, "The secret in upper case.", {"secret": _SECRET.upper()}),
    ("secret-newline", _TAG, "A newline behind the secret.", {"secret": f"{_SECRET}\n"}),
    ("secret-decoded", _TAG, "The secret decoded.", {"secret": bytes.fromhex(_SECRET).decode()}),
    ("lifetime-61", "lifetime", "Valid for 61 seconds.",
     {"token": _tagged(_RECORD, 11, *(NOW + 61).to_bytes(8, "little"))}),
    ("lifetime-largest", "lifetime", "Valid until the last second of 64 bits.",
     {"token": _tagged(_RECORD, 11, *b"\xff" * 8)}),
    ("other-environment", "environment", "Of simulation, for production.",
     {"environment": "production"}),
    ("other-operation", "operation", "For another operation.", {"operation": "cancel_order"}),
    ("last-operation", "operation", "For the switch of the protection.",
     {"operation": "update_agent_harness"}),
    ("other-audience", "audience", "Another server, or a new start.", {"audience": bytes(32)}),
    ("audience-31", "audience", "An audience cut by an octet.",
     {"audience": _USUAL["audience"][:-1]}),
    ("hour-early", "not-yet-valid", "An hour before it.", {"now": NOW - 3600}),
    ("hour-late", "expired", "An hour after it.", {"now": NOW + 3660}),
    ("milliseconds", "expired", "A clock in milliseconds.", {"now": NOW * 1000}),
    ("other-body", "body", "Another body.", {"body": _BODY.replace(b"1", b"2")}),
    ("body-newline", "body", "A newline behind the body.", {"body": _BODY + b"\n"}),
    ("body-compact", "body", "The body without its spaces.", {"body": _BODY.replace(b" ", b"")}),
    ("body-empty", "body", "No body.", {"body": b""}),
)  # fmt: skip
_INFERRED: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("second-early", "not-yet-valid", "The second before it.", {"now": NOW - 1}),
    ("second-late", "expired", "The second after it.", {"now": NOW + 61}),
    ("lifetime-negative", "lifetime", "Expired before it was issued.",
     {"token": _tagged(_RECORD, 11, *(NOW - 1).to_bytes(8, "little"))}),
)  # fmt: skip
_GOOD: tuple[tuple[str, str, dict[str, Any], dict[str, Any], tuple[str, ...]], ...] = (
    ("usual", "Everything is expected.", {}, {}, ()),
    ("any", "Nothing but tag and body is expected.", {},
     {"audience_b64": None, "audience_text": None, "environment": None, "operation": None}, ()),
    ("production", "In production.", {"environment": "production"},
     {"environment": "production"}, ()),
    *(
        (name.replace("_", "-"), f"For {name}.", {"operation": name}, {"operation": name}, ())
        for name in OPERATIONS[1:]
    ),
    ("empty-body", "An empty body.", {"body": b""}, {"body": b""}, ()),
    ("long-body", "A body of 3,073 octets.", {"body": b"EXAMPLE" * 439},
     {"body": b"EXAMPLE" * 439}, ()),
    ("beyond-32-bits", "Times beyond 32 bits.", {"issued_at": 2**32 + 5, "expires_at": 2**32 + 65},
     {"now": 2**32 + 6}, ()),
    ("secret-unicode", "A secret beyond ASCII.", {"secret": "EXAMPLE 密碼 é"},
     {"secret": "EXAMPLE 密碼 é"}, ("secret",)),
    ("first-second", "In the second in which it is issued.", {}, {"now": NOW}, ("edge",)),
    ("last-second", "In the second in which it expires.", {}, {"now": NOW + 60}, ("edge",)),
)  # fmt: skip


def _verified() -> Topic:
    topic = topic_of("verify-capability", _NOTES)
    baseline = f"{SCHEME}/verify-capability/usual"
    for name, comment, changed, asked, flags in _GOOD:
        of = {**_USUAL, **changed}
        said = {member: of[member] for member in ("environment", "operation")}
        times = {member: of[member] for member in ("issued_at", "expires_at")}
        token = _results(**changed)["capability_token"].decode()
        add(topic, name, comment, "verify-capability", _asked(**{"token": token, **asked}),
            output(**said, **times, nonce_b64=encode_octets(of["nonce"])), _PAGE,
            importance=_MAY if flags else _SHOULD, flags=flags)  # fmt: skip
    for name, reason, comment, changed in _WRONG:
        add(topic, name, comment, "verify-capability", _asked(**changed),
            refused(f"{PREFIX}{reason}"), _PAGE, importance=_SHOULD,
            baseline=baseline)  # fmt: skip
    for name, reason, comment, changed in _INFERRED:
        source = derived("the leeway is unknown, its absence assumed", _PAGE.where)
        add(topic, name, comment, "verify-capability", _asked(**changed),
            refused(f"{PREFIX}{reason}"), source, importance=_MAY, flags=("edge",),
            baseline=baseline)  # fmt: skip
    for mistake in CATALOGUE.values():
        if mistake.id.startswith(PREFIX):
            add(topic, mistake.id, mistake.text, "verify-capability",
                _asked(token=_mistaken(mistake)), refused(str(mistake.refusal)),
                derived(mistake.evidence, "the catalogue of mistakes"), importance=_SHOULD,
                mistake=mistake.id, baseline=baseline)  # fmt: skip
    return topic


def _mistaken(mistake: Mistake) -> str:
    token = _results(mistake.edit(PIPELINE))["capability_token"].decode("utf-8", "replace")
    if token == _TOKEN:
        raise ValueError(f"the baseline does not show the mistake {mistake.id}")
    return str(token)
