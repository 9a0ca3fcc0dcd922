"""Make vectors and confirmations of what clients were seen to send.

The expected values are the clients' own; nothing here signs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from signproof import codec
from signproof.corpus import MANIFEST, RECORDED, Case
from signproof.environments import Sdk
from signproof.model import (
    FORMAT,
    Confirmation,
    Confirmations,
    Expected,
    Outcome,
    Source,
    SourceKind,
    Vector,
    VectorFile,
)
from signproof.oracles.writing import manifest
from signproof.requests import to_model
from signproof.scheme import Scheme
from signproof.sender import EXACT, Sent
from signproof.server import Exchange

__all__ = [
    "CredentialTaken",
    "confirmations",
    "merged",
    "merged_confirmations",
    "of_exchanges",
    "of_sdk",
    "write",
]

_NOTES = {"recorded": "Made by a client, at its own timestamp; the credential is made up."}


class CredentialTaken(ValueError):
    """Vectors that stay name a credential that would become another."""

    def __init__(self, name: str, vector: str) -> None:
        self.name = name
        self.vector = vector
        super().__init__(
            f"the credential {name} is another one there, which {vector} names: record into a "
            "folder of its own"
        )


def _vectors(
    scheme: Scheme,
    name: str,
    exchange: Exchange,
    comment: str,
    source: Source,
    credential: str | None,
) -> list[Vector]:
    """Return what one accepted request shows."""
    if exchange.request is None or not exchange.reply.verdict.accepted:
        return []
    request = msgspec.to_builtins(to_model(exchange.request))
    return [
        Vector(
            id=f"{scheme.id}/{RECORDED}/{name}.{operation}",
            comment=comment,
            operation=operation,
            credential=credential,
            input=input_,
            expected=Expected(output=output),
            flags=["recorded"],
            source=source,
        )
        for operation, input_, output in scheme.signing().recorded(request)
    ]


def of_exchanges(
    scheme: Scheme, exchanges: Iterable[Exchange], client: str, version: str
) -> list[Vector]:
    """Return vectors of what *client* (a name for ids) sent; what was refused is left out."""
    vectors = []
    for exchange in exchanges:
        source = _source(f"{client} {version}".strip(), exchange, "recorded by `signproof record`")
        name = f"{client}.{exchange.number:04}"
        comment = f"As {client} sent it: {_called(exchange)}."
        vectors += _vectors(scheme, name, exchange, comment, source, client)
    return vectors


def of_sdk(scheme: Scheme, sdk: Sdk, sent: Sent, cases: Iterable[Case]) -> list[Vector]:
    """Return vectors of what an SDK sent: of each topic and method the first that was exact.

    They name the credentials that *cases*, which it was asked to send, have.
    """
    credential = {case.id: case.vector.credential for case in cases}
    vectors: list[Vector] = []
    taken: set[tuple[str, bytes]] = set()
    for result in sent.report.results:
        exchange = next(iter(sent.exchanges.get(result.id, [])), None)
        if exchange is None or exchange.request is None or result.label != EXACT:
            continue
        _, topic, name = result.id.split("/")
        kind = (topic, exchange.request.method)
        if kind in taken:
            continue
        taken.add(kind)
        asked = f"asked to send {result.id}; `signproof record {scheme.id} --sdk {sdk.id}`"
        source = _source(
            f"{sdk.manifest.ecosystem} {sdk.manifest.package} {sdk.manifest.version}",
            exchange,
            asked,
        )
        comment = f"As {sdk.manifest.package} {sdk.manifest.version} sent {topic}/{name}."
        vectors += _vectors(
            scheme, f"{sdk.id}.{topic}.{name}", exchange, comment, source, credential[result.id]
        )
    return vectors


def _called(exchange: Exchange) -> str:
    request = exchange.request
    if request is None:
        return "no request"
    return f"{request.method.decode('ascii', 'replace')} {request.path.decode('ascii', 'replace')}"


def _source(where: str, exchange: Exchange, note: str) -> Source:
    return Source(
        kind=SourceKind.SDK_RECORDING, where=where, note=f"{_day(exchange.received_at)}, {note}"
    )


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def confirmations(sdk: Sdk, sent: Sent) -> list[Confirmation]:
    """Return which vectors an SDK agrees with."""
    found = []
    for result in sent.report.results:
        if result.outcome is not Outcome.PASS:
            continue
        exchanges = sent.exchanges.get(result.id)
        found.append(
            Confirmation(
                vector=result.id,
                sdk=f"{sdk.manifest.ecosystem} {sdk.manifest.package}",
                version=sdk.manifest.version,
                date=_day(exchanges[0].received_at if exchanges else sent.ended_at),
                agreement="exact" if exchanges is None or result.label == EXACT else "same request",
            )
        )
    return found


def merged(
    scheme: Scheme,
    old: VectorFile | None,
    credentials: Mapping[str, Mapping[str, Any]],
    vectors: Sequence[Vector],
    clients: Iterable[str],
) -> bytes:
    """Return the file of recorded vectors: *vectors* take the place of those of *clients* in *old*.

    Of *credentials* those are kept that a vector names. Raises CredentialTaken.
    """
    prefixes = tuple(f"{scheme.id}/{RECORDED}/{client}." for client in clients)
    kept = [] if old is None else [one for one in old.vectors if not one.id.startswith(prefixes)]
    there = {} if old is None else old.credentials
    for vector in kept:
        name = vector.credential
        if name in credentials and name in there and credentials[name] != there[name]:
            raise CredentialTaken(name, vector.id)
    together = sorted([*kept, *vectors], key=lambda vector: vector.id)
    every = {**there, **credentials}
    used = {vector.credential for vector in together}
    return codec.pretty(
        VectorFile(
            format=FORMAT,
            scheme=scheme.id,
            topic=RECORDED,
            notes=_NOTES,
            credentials={name: dict(every[name]) for name in sorted(every) if name in used},
            vectors=together,
        )
    )


def merged_confirmations(
    scheme: Scheme, old: Confirmations | None, found: Sequence[Confirmation]
) -> bytes:
    """Return the file of confirmations: *found* take the place of those of the same SDKs."""
    renewed = {(one.sdk, one.version) for one in found}
    kept = [] if old is None else old.confirmations
    together = [*(one for one in kept if (one.sdk, one.version) not in renewed), *found]
    together.sort(key=lambda one: (one.sdk, one.version, one.vector))
    return codec.pretty(Confirmations(format=FORMAT, scheme=scheme.id, confirmations=together))


def write(root: Path, files: Mapping[str, bytes]) -> None:
    """Write *files* (path below *root* and octets) and the manifest of all that is there.

    Raises OSError, and ValueError for a vector file that is none, before anything is written.
    """
    present = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).as_posix() not in {MANIFEST, "README.md"}
    }
    try:
        listed = manifest({**present, **files}.items())
    except (LookupError, TypeError) as error:
        raise ValueError(f"it lacks {error}") from None
    for path, octets in {**files, MANIFEST: listed}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(octets)
