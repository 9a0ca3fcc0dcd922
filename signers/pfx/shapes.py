"""What a PKCS#12 file is made of and what is said of it: closed lists."""

import enum

__all__ = [
    "BagKind",
    "ContentKind",
    "Encoding",
    "Kind",
    "Note",
    "PasswordProblem",
    "PathHint",
    "Variant",
]


class Kind(enum.StrEnum):
    """What something turned out to be."""

    PFX = "pfx"
    """PKCS#12, or so it says."""
    EMPTY = "empty"
    """Nothing, or white space only."""
    WEB_PAGE = "web-page"
    """HTML."""
    PEM_CERTIFICATE = "pem-certificate"
    """One or more certificates in PEM, and no key."""
    PEM_KEY = "pem-key"
    """A private key in PEM, with or without certificates."""
    PEM = "pem"
    """PEM of something else."""
    CERTIFICATE = "certificate"
    """A certificate in DER, or a request for one."""
    KEY = "key"
    """A private or public key in DER, with or without encryption."""
    CMS = "cms"
    """PKCS#7: a signed message, or a list of certificates (``.p7b``)."""
    KEYSTORE = "keystore"
    """Java's own key store, JKS or JCEKS."""
    ZIP = "zip"
    """A ZIP archive."""
    BASE64 = "base64"
    """Base64 text of what may be a PKCS#12 file."""
    UTF_16 = "utf-16"
    """Text in UTF-16."""
    PATH = "path"
    """A file's name."""
    UNKNOWN = "unknown"
    """Not recognised."""


class Encoding(enum.StrEnum):
    """How the structure is written."""

    DER = "der"
    """One way only (X.690, section 10)."""
    BER = "ber"
    """With indefinite lengths or strings in pieces, which RFC 7292 allows."""


class ContentKind(enum.StrEnum):
    """The parts of an authenticated safe (RFC 7292, section 4.1)."""

    DATA = "data"
    """Not encrypted as a whole; a key in it may be encrypted by itself."""
    ENCRYPTED = "encrypted-data"
    """Encrypted with a password."""
    ENVELOPED = "enveloped-data"
    """Encrypted for a public key, which no password opens."""


class BagKind(enum.StrEnum):
    """What a bag holds (RFC 7292, section 4.2)."""

    KEY = "key"
    """A private key without encryption."""
    SHROUDED_KEY = "shrouded-key"
    """A private key encrypted with the password."""
    CERTIFICATE = "certificate"
    CRL = "crl"
    SECRET = "secret"  # noqa: S105 - the name of a bag
    SAFE = "safe-contents"
    """Bags within a bag."""
    UNKNOWN = "unknown"


class Note(enum.StrEnum):
    """What is worth saying of a file that was opened."""

    LEGACY_ENCRYPTION = "legacy-encryption"
    """RC2, RC4, or DES: opened here, refused by OpenSSL 3 without its legacy provider."""
    BER = "ber"
    """Not DER, which some programs need."""
    NO_MAC = "no-mac"
    """Nothing tells whether it was altered; the SDK's CA library refuses such a file."""
    TRAILING_OCTETS = "trailing-octets"
    """Something follows the file's own end."""
    SEVERAL_LEAVES = "several-leaves"
    """There are certificates of other keys besides the leaf."""
    EMPTY_PASSWORD = "empty-password"  # noqa: S105 - a note
    """Whoever holds the file has the key."""
    PASSWORD_NOT_NEEDED = "password-not-needed"  # noqa: S105 - a note
    """Neither encrypted nor with a MAC: every password opens it."""
    NON_ASCII_PASSWORD = "non-ascii-password"  # noqa: S105 - a note
    """Programs differ in how they encode it; opened here as UTF-8 or UTF-16 as the RFC says."""
    NON_ASCII_PATH = "non-ascii-path"
    """The path opened here; it is reported to fail in the SDK (Sinotrade/Shioaji, issue 34)."""


class Variant(enum.StrEnum):
    """Another password, made from the one given, that the file's MAC confirms."""

    STRIPPED = "without the white space around it"
    UNQUOTED = "without the quotation marks around it"
    NFC = "with its letters composed (Unicode NFC)"
    NFKC = "with full-width characters as plain ones (Unicode NFKC)"


class PasswordProblem(enum.StrEnum):
    """Why something cannot be a password of a PKCS#12 file."""

    NOT_UTF8 = "it is not UTF-8 text"
    NUL = "it has a NUL character in it"
    TOO_LONG = "it is longer than 1,024 octets"


class PathHint(enum.StrEnum):
    """What may be wrong with a path at which nothing is; the value says what to do."""

    EMPTY = "the path is empty"
    BACKSLASHES = "it has backslashes, which separate folders on Windows only: write /"
    CONTROL_CHARACTERS = (
        "it has control characters in it: a \\t or \\n of a Windows path was read as a tab or a "
        "newline; write / or double the backslashes"
    )
    SPACE = "it begins or ends with white space"
    QUOTES = "it has quotation marks around it, which are not part of a path"
    HOME = "it begins with ~, which only a shell replaces: write the whole path"
    VARIABLE = "it has a $NAME or %NAME% in it, which only a shell replaces"
    URL = "it is a URL: leave file:// out"
    UNICODE_FORM = "a file is there whose name looks the same but is spelt in other code points"
