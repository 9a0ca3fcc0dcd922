"""What can be wrong with a CA signature: a closed list, in which part, and what to do.

No flaw holds any of the received text: it may be an order.
"""

import enum

from signers.errors import VerificationError

__all__ = ["EnvelopeRefused", "Flaw", "Part"]


class Part(enum.StrEnum):
    """The parts of an envelope."""

    ENVELOPE = "envelope"
    """The text as a whole."""
    SIGNATURE = "signature"
    """The first part: a signature, or CMS."""
    TEXT = "text"
    """The second part: the signed text."""
    CERTIFICATE = "certificate"
    """The third part, in CMS the certificate inside."""


class Flaw(enum.StrEnum):
    """What is wrong; the value is the reason's identifier."""

    TOO_LARGE = "too-large"
    """More characters than any envelope has."""
    NOT_ASCII = "not-ascii"
    """Characters that no envelope has."""
    UNKNOWN_PREFIX = "unknown-prefix"
    """Neither ``pkcs1.`` nor ``pkcs7.``, nor the older form."""
    WRONG_PART_COUNT = "wrong-part-count"
    """Not three parts after the prefix; the detail is their number."""
    MALFORMED_PERCENT = "malformed-percent"
    """In the older form: ``+``, ``/`` or ``=`` as they are, or another escape than theirs."""
    MALFORMED_BASE64 = "malformed-base64"
    """A part is not standard padded base64 in one line; the detail is how."""
    MALFORMED_CERTIFICATE = "malformed-certificate"
    """Not one certificate in DER, or one whose subject cannot be read."""
    UNSUPPORTED_KEY = "unsupported-key"
    """The certificate's key is not RSA of 1024 to 8192 bits."""
    OTHER_CERTIFICATE = "other-certificate"
    """Not the certificate that was asked for."""
    NO_PERSON_ID = "no-person-id"
    """The certificate has no person id."""
    TEXT_NOT_UTF8 = "text-not-utf-8"
    """The signed text is not UTF-8."""
    WRONG_PERSON = "wrong-person"
    """The signed text does not begin with the certificate's person id."""
    WRONG_IP = "wrong-ip"
    """The IP address does not follow the person id."""
    WRONG_PLAIN_TEXT = "wrong-plain-text"
    """The text that was to be signed does not follow; the detail is what stands around it."""
    MALFORMED_TIME = "malformed-time"
    """The signed text does not end in Unix seconds; the detail is what stands there."""
    TIME_OUT_OF_WINDOW = "time-out-of-window"
    """The time is before or after the window; the detail is which."""
    WRONG_SIGNATURE_LENGTH = "wrong-signature-length"
    """A signature of another length than the key's; the detail is its octets."""
    WRONG_DIGEST_ALGORITHM = "wrong-digest-algorithm"
    """A good signature over the right text, with another digest; the detail is which."""
    WRONG_SIGNATURE = "wrong-signature"
    """Not a signature by this key over this text."""
    MALFORMED_CMS = "malformed-cms"
    """The CMS is not DER of the expected structure; the detail is the problem."""
    CMS_NOT_SIGNED_DATA = "cms-not-signed-data"
    """Another content type than signed-data."""
    CMS_VERSION = "cms-version"
    """Another version than 1, of the whole or of the signer."""
    CMS_DIGEST_ALGORITHM = "cms-digest-algorithm"
    """Another digest than SHA-256, or not one alone."""
    CMS_CONTENT_TYPE = "cms-content-type"
    """What is signed is not plain data."""
    CMS_DETACHED = "cms-detached"
    """The signed text is not attached."""
    CMS_CONTENT_DIFFERS = "cms-content-differs"
    """The attached text is not the one in the text part."""
    CMS_CERTIFICATES = "cms-certificates"
    """Not exactly the leaf inside; the detail is how many there are."""
    CMS_CERTIFICATE_DIFFERS = "cms-certificate-differs"
    """The certificate inside is not the one in the certificate part."""
    CMS_SIGNERS = "cms-signers"
    """Not exactly one signer; the detail is how many."""
    CMS_SIGNER_DIFFERS = "cms-signer-differs"
    """Issuer or serial number of the signer are not the certificate's."""
    CMS_SIGNATURE_ALGORITHM = "cms-signature-algorithm"
    """Not RSA with PKCS#1 v1.5."""
    CMS_NO_SIGNED_ATTRIBUTES = "cms-no-signed-attributes"
    """The text is signed directly, without signed attributes."""
    CMS_MISSING_ATTRIBUTE = "cms-missing-attribute"
    """A signed attribute is missing; the detail is its name."""
    CMS_UNEXPECTED_ATTRIBUTE = "cms-unexpected-attribute"
    """A signed attribute that is not one of the four, or stands twice, or has several values."""
    CMS_UNSORTED_ATTRIBUTES = "cms-unsorted-attributes"
    """The signed attributes are not in the order of DER."""
    CMS_ATTRIBUTE_CONTENT_TYPE = "cms-attribute-content-type"
    """The attribute contentType is not plain data."""
    CMS_MESSAGE_DIGEST = "cms-message-digest"
    """The attribute messageDigest is not the attached text's SHA-256."""
    CMS_SIGNING_TIME = "cms-signing-time"
    """The attribute signingTime is no instant in UTC."""


_ADVICE = {
    Flaw.TOO_LARGE: "it is longer than any envelope: pass one envelope alone",
    Flaw.NOT_ASCII: "it has characters that are not ASCII: pass the envelope as it was made",
    Flaw.UNKNOWN_PREFIX: "it begins with neither pkcs1. nor pkcs7.: use one of the two",
    Flaw.WRONG_PART_COUNT: "after the prefix there are {detail} parts instead of 3: join "
    "signature, text and certificate with dots",
    Flaw.MALFORMED_PERCENT: "write +, / and = as %2B, %2F and %3D, and nothing else so",
    Flaw.MALFORMED_BASE64: "it is not standard padded base64 in one line ({detail})",
    Flaw.MALFORMED_CERTIFICATE: "it is not one certificate in DER with a subject of text: "
    "encode the leaf, not its PEM",
    Flaw.UNSUPPORTED_KEY: "its key is not RSA of 1024 to 8192 bits: use the broker's certificate",
    Flaw.OTHER_CERTIFICATE: "it is not the certificate expected: activate the newest one",
    Flaw.NO_PERSON_ID: "its CN gives no person id: use the certificate that the broker issued",
    Flaw.TEXT_NOT_UTF8: "the signed text is not UTF-8: encode it so",
    Flaw.WRONG_PERSON: "it does not begin with the person id of the certificate: put first what "
    "stands in the CN before the first `-`",
    Flaw.WRONG_IP: "the IP address does not follow the person id: join without separators",
    Flaw.WRONG_PLAIN_TEXT: "the text does not follow the IP address ({detail}): join without "
    "separators, in the order person id, IP address, text, time",
    Flaw.MALFORMED_TIME: "it does not end in Unix seconds ({detail}): write ten digits",
    Flaw.TIME_OUT_OF_WINDOW: "the time is too {detail}: set the clock, and sign each order anew",
    Flaw.WRONG_SIGNATURE_LENGTH: "the signature has {detail} octets, not the key's length: sign "
    "with the key of this certificate",
    Flaw.WRONG_DIGEST_ALGORITHM: "it is signed with {detail} instead of SHA-1",
    Flaw.WRONG_SIGNATURE: "it is no signature by this certificate's key over this text",
    Flaw.MALFORMED_CMS: "it is not CMS as expected ({detail}): write signed-data in DER",
    Flaw.CMS_NOT_SIGNED_DATA: "its content type is not signed-data",
    Flaw.CMS_VERSION: "its version, or its signer's, is not 1",
    Flaw.CMS_DIGEST_ALGORITHM: "its digest is not SHA-256 alone: digest with SHA-256",
    Flaw.CMS_CONTENT_TYPE: "what it signs is not of the type data",
    Flaw.CMS_DETACHED: "the signed text is not attached: sign without `detached`",
    Flaw.CMS_CONTENT_DIFFERS: "the attached text is not that of the text part: do not translate "
    "line ends, and encode the same octets",
    Flaw.CMS_CERTIFICATES: "it holds {detail} certificates: include the leaf alone",
    Flaw.CMS_CERTIFICATE_DIFFERS: "the certificate inside is not that of the certificate part",
    Flaw.CMS_SIGNERS: "it has {detail} signers instead of 1",
    Flaw.CMS_SIGNER_DIFFERS: "issuer and serial number of its signer are not the certificate's",
    Flaw.CMS_SIGNATURE_ALGORITHM: "its signature algorithm is not RSA with PKCS#1 v1.5",
    Flaw.CMS_NO_SIGNED_ATTRIBUTES: "it has no signed attributes: sign with them",
    Flaw.CMS_MISSING_ATTRIBUTE: "the signed attribute {detail} is missing",
    Flaw.CMS_UNEXPECTED_ATTRIBUTE: "a signed attribute is unknown, or stands twice, or has "
    "several values",
    Flaw.CMS_UNSORTED_ATTRIBUTES: "the signed attributes are not sorted as DER has it",
    Flaw.CMS_ATTRIBUTE_CONTENT_TYPE: "the attribute contentType is not data",
    Flaw.CMS_MESSAGE_DIGEST: "the attribute messageDigest is not the SHA-256 of the text",
    Flaw.CMS_SIGNING_TIME: "the attribute signingTime is no instant in UTC to the second",
}  # fmt: skip


class EnvelopeRefused(VerificationError):
    """A CA signature is not right; the reason is the flaw's identifier."""

    def __init__(self, flaw: Flaw, part: Part, detail: str | None = None) -> None:
        self.flaw = flaw
        self.part = part
        """Where it is."""
        self.detail = detail
        """A number or word, where the flaw says so."""
        self.reason = flaw.value
        super().__init__(f"{part.value}: {_ADVICE[flaw].format(detail=detail)}")
