"""The shapes of keys, what they turn out to be, and what can be repaired: closed lists."""

import enum

__all__ = ["Armour", "Form", "Kind", "Repair", "Rule"]


class Form(enum.StrEnum):
    """The structure inside."""

    PKCS1 = "pkcs1"
    """RSAPrivateKey or RSAPublicKey (RFC 8017, section A.1)."""
    PKCS8 = "pkcs8"
    """PrivateKeyInfo (RFC 5208, RFC 5958), with or without encryption."""
    SPKI = "spki"
    """SubjectPublicKeyInfo (RFC 5280), of public keys only."""


class Armour(enum.StrEnum):
    """What is around the structure."""

    DER = "der"
    """Nothing: octets."""
    PEM = "pem"
    """Base64 between BEGIN and END lines (RFC 7468)."""
    BASE64 = "base64"
    """Base64 alone (RFC 4648, section 4), in one line where well-formed."""


class Kind(enum.StrEnum):
    """What something turned out to be."""

    RSA_PRIVATE_KEY = "rsa-private-key"
    """Two-prime RSA, or so it says."""
    ENCRYPTED_KEY = "encrypted-private-key"
    """A private key that only its passphrase shows."""
    PUBLIC_KEY = "public-key"
    """A public key, of any algorithm."""
    CERTIFICATE = "certificate"
    """A certificate or a request for one."""
    OTHER_KEY = "other-private-key"
    """EC, Ed25519 and the like."""
    CONTAINER = "container"
    """PKCS#12, OpenSSH, PuTTY."""
    EMPTY = "empty"
    """Nothing."""
    WEB_PAGE = "web-page"
    """HTML."""
    PATH = "path"
    """A file's name."""
    SETTINGS = "settings"
    """`name=value`."""
    UNKNOWN = "unknown"
    """Not recognised."""


class Repair(enum.StrEnum):
    """What the lenient way repairs, none of which needs a guess; in the order it is done.

    What is repaired passes the same checks as what is well-formed.
    """

    UTF_16 = "utf-16"
    """Text in UTF-16 with a byte order mark, as Windows programs write it."""
    BYTE_ORDER_MARK = "byte-order-mark"
    """A byte order mark before UTF-8 text."""
    LITERAL_NEWLINES = "literal-newlines"
    r"""The two characters ``\n`` instead of a newline, as in environment variables."""
    CARRIAGE_RETURNS = "carriage-returns"
    """CRLF or CR line ends."""
    LEADING_SPACE = "leading-space"
    """White space before the key."""
    TRAILING_SPACE = "trailing-space"
    """White space after the key, other than the one newline."""
    QUOTES = "quotes"
    """Quotation marks around the key."""
    FINAL_NEWLINE = "final-newline"
    """A newline after a base64 line; after PEM it is well-formed."""
    LEADING_TEXT = "leading-text"
    """Text before the BEGIN line."""
    TRAILING_DATA = "trailing-data"
    """Something after the end, which the END line or the key's own length tells."""
    HALF_ARMOUR = "half-armour"
    """One of the BEGIN and END lines is missing and the key is whole."""
    WRONG_LABEL = "wrong-label"
    """BEGIN or END names another structure than the one inside."""
    WRAPPED = "wrapped"
    """Base64 without armour in more than one line."""
    INNER_SPACE = "inner-space"
    """Spaces, tabs or empty lines within the base64."""
    LINE_LENGTH = "line-length"
    """PEM lines of another length than 64."""
    URL_SAFE = "url-safe"
    """``-`` and ``_`` for ``+`` and ``/`` (RFC 4648, section 5)."""
    PADDING = "padding"
    """``=`` missing at the end."""


class Rule(enum.StrEnum):
    """What holds between the numbers of a key (RFC 8017, section 3.2), in the order of checking."""

    FACTORS = "p and q are odd and greater than 1"
    MODULUS = "n = p * q"
    PUBLIC_EXPONENT = "e is odd, at least 3 and below n"
    EXPONENT_RANGE = "d is greater than 0 and below n"
    CRT_RANGE = "dp, dq and qi are greater than 0, dp < p - 1, dq < q - 1 and qi < p"
    EXPONENTS = "e * dp = 1 modulo p - 1 and e * dq = 1 modulo q - 1"
    CRT_EXPONENTS = "d = dp modulo p - 1 and d = dq modulo q - 1"
    COEFFICIENT = "qi * q = 1 modulo p"
