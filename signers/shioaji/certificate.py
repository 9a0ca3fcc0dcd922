"""Certificates: read out of DER, and what the activation flow needs to know of one."""

from dataclasses import dataclass, field

from cryptography.x509 import Certificate, InvalidVersion, load_der_x509_certificate

from signers.pfx.quiet import quiet
from signers.shioaji.person_id import find_person_id

__all__ = ["CertificateFacts", "read_certificate"]


def read_certificate(der: bytes) -> Certificate | None:
    """Return the certificate in *der*, None where it is none or its subject cannot be read.

    The library reads the subject no sooner than it is asked for.
    """
    try:
        with quiet():  # odd serial numbers are warned of, and an empty CN
            found = load_der_x509_certificate(der)
            list(found.subject)
    except (ValueError, TypeError, InvalidVersion):
        return None
    return found


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Whose certificate it is and for how long."""

    person_id: str | None = field(repr=False)
    """None where the CN gives none."""
    not_before: int
    """Unix seconds; valid from this second on."""
    not_after: int
    """Unix seconds; valid through this second."""

    @classmethod
    def of(cls, certificate: Certificate) -> "CertificateFacts":
        """Return the facts of a leaf certificate."""
        return cls(
            find_person_id(certificate),
            int(certificate.not_valid_before_utc.timestamp()),
            int(certificate.not_valid_after_utc.timestamp()),
        )

    def has_begun(self, now: int) -> bool:
        """Tell whether *now*, Unix seconds, is notBefore or later."""
        return now >= self.not_before

    def has_ended(self, now: int) -> bool:
        """Tell whether *now*, Unix seconds, is past notAfter.

        The second of notAfter itself still counts (RFC 5280, section 4.1.2.5). That the broker
        reads it so is inferred: its certificates end at the last second of a day.
        """
        return now > self.not_after
