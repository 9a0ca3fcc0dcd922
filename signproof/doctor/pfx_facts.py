"""From what was read of a PKCS#12 file to what is shown of it."""

from signers.pfx import Certificate, Description, Encryption, Mac
from signers.pfx.tools import opens
from signers.shioaji import (
    CertificateFacts,
    InstantOutOfRange,
    common_name,
    format_expire_time,
    in_taipei,
)
from signproof.doctor.pfx_view import (
    CertificateView,
    EncryptionView,
    MacView,
    ToolView,
    Validity,
)

__all__ = ["certificate_view", "encryption_view", "mac_view", "tool_views"]


def certificate_view(leaf: Certificate, now: int) -> CertificateView:
    """Return for whom a certificate is and until when, seen at *now* in Unix seconds."""
    facts = CertificateFacts.of(leaf.x509)
    return CertificateView(
        person_id=facts.person_id,
        common_name=common_name(leaf.x509),
        issuer=leaf.issuer_common_name,
        not_before=f"{format_expire_time(facts.not_before)}Z",
        not_before_taipei=_taipei(facts.not_before),
        not_after=f"{format_expire_time(facts.not_after)}Z",
        not_after_taipei=_taipei(facts.not_after),
        expire_time=format_expire_time(facts.not_after),
        validity=_validity(facts, now),
        key_type=leaf.key_type,
        key_bits=leaf.key_bits,
        curve=leaf.curve,
    )


def _taipei(seconds: int) -> str | None:
    try:
        return in_taipei(seconds)
    except InstantOutOfRange:
        return None


def _validity(facts: CertificateFacts, now: int) -> Validity:
    if facts.not_after < facts.not_before:
        return Validity.NEVER
    if facts.has_ended(now):
        return Validity.EXPIRED
    return Validity.VALID if facts.has_begun(now) else Validity.NOT_YET


def encryption_view(one: Encryption) -> EncryptionView:
    """Return how a part is encrypted."""
    return EncryptionView(
        name=str(one),
        cipher=one.cipher,
        derivation=one.derivation,
        iterations=one.iterations,
        legacy=one.legacy,
    )


def mac_view(mac: Mac | None) -> MacView | None:
    """Return how the whole is protected."""
    if mac is None:
        return None
    return MacView(
        name=mac.name, digest=mac.digest, derivation=mac.derivation, iterations=mac.iterations
    )


def tool_views(found: Description) -> tuple[ToolView, ...]:
    """Return what each program does with the file; nothing where it is refused here."""
    if found.refusal is not None:
        return ()
    return tuple(
        ToolView(
            tool=tool.label,
            version=tool.version,
            answer=verdict.answer,
            evidence=verdict.evidence,
            because=verdict.because,
        )
        for tool, verdict in opens(found).items()
    )
