"""The person id of a certificate: who signs orders with it.

Rule (sdk: the CA library under the broker's SDK): the first CN of the subject, cut at the first
``-``; a CN without one is the person id as a whole. What stands in serialNumber, UID or OU is not
looked at. That a CN that starts with ``-`` has no person id is inferred.
"""

from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from signers.pfx.quiet import quiet
from signers.shioaji.errors import PersonIdNotFound

__all__ = ["common_name", "find_person_id", "person_id"]


def person_id(source: Certificate | str) -> str:
    """Return the person id of a leaf certificate, or of the text of its first CN.

    Raises PersonIdNotFound where there is none.
    """
    found = find_person_id(source)
    if found is None:
        raise PersonIdNotFound
    return found


def find_person_id(source: Certificate | str) -> str | None:
    """Return the person id, None where there is none."""
    name = source if isinstance(source, str) else common_name(source)
    return (name or "").partition("-")[0] or None


def common_name(certificate: Certificate) -> str | None:
    """Return the first CN of the subject, None where there is none or the subject is broken."""
    try:
        with quiet():  # an empty CN is warned of
            names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except (ValueError, TypeError):  # the latter for a value that is no text at all
        return None
    text = names[0].value if names else None
    return text if isinstance(text, str) else None
