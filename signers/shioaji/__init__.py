"""Shioaji / SinoPac: API key and secret, CA activation, CA signatures.

`Credentials` are checked, `signers.shioaji.flow` is the way from login to an order as a state
machine, `signers.shioaji.ca` holds the CA signatures, `signers.shioaji.env` reads the ``.env`` of
the page as its two readers do, `Fault` lists what the broker refuses with, and
`signers.shioaji.auth` plugs the credentials into httpx (a module apart, so that nothing else
imports httpx).

The signature of the login itself is the SDK's own; its layout is unknown and is not made up here.
The capability token ``sj1_``, documented and never confirmed by a server, is in
`signers.shioaji.capability`, a module apart, so that nothing else imports blake3.
"""

from signers.evidence import Evidence
from signers.shioaji.accounts import (
    ROUTES,
    Account,
    AccountType,
    ApiKey,
    InvalidAddress,
    Operation,
    Permission,
    Route,
)
from signers.shioaji.certificate import CertificateFacts
from signers.shioaji.credentials import (
    API_KEY_LENGTH,
    SECRET_OCTETS,
    CredentialFinding,
    Credentials,
    CredentialsRefused,
    CredentialTrap,
    check_credentials,
    is_national_id,
)
from signers.shioaji.errors import (
    InsecureUrl,
    InstantOutOfRange,
    InvalidSignedText,
    KeyMismatch,
    MalformedExpireTime,
    NaiveInstant,
    PersonIdNotFound,
    RedirectFollowed,
    UnsupportedKey,
)
from signers.shioaji.expire_time import (
    TAIPEI,
    Form,
    expire_time,
    form_of,
    format_expire_time,
    in_taipei,
    parse_expire_time,
)
from signers.shioaji.faults import (
    DETAIL,
    HTTP_EXCEPTIONS,
    OTHER_EXCEPTION,
    Fault,
    exception_for,
    find_fault,
)
from signers.shioaji.person_id import common_name, find_person_id, person_id
from signers.shioaji.server import (
    CaExpireTime,
    MalformedAnswer,
    ServerError,
    Usage,
    parse_accounts,
    parse_ca_expiretime,
    parse_usage,
    read_answer,
)

__all__ = [
    "API_KEY_LENGTH",
    "DETAIL",
    "HTTP_EXCEPTIONS",
    "OTHER_EXCEPTION",
    "ROUTES",
    "SECRET_OCTETS",
    "TAIPEI",
    "Account",
    "AccountType",
    "ApiKey",
    "CaExpireTime",
    "CertificateFacts",
    "CredentialFinding",
    "CredentialTrap",
    "Credentials",
    "CredentialsRefused",
    "Evidence",
    "Fault",
    "Form",
    "InsecureUrl",
    "InstantOutOfRange",
    "InvalidAddress",
    "InvalidSignedText",
    "KeyMismatch",
    "MalformedAnswer",
    "MalformedExpireTime",
    "NaiveInstant",
    "Operation",
    "Permission",
    "PersonIdNotFound",
    "RedirectFollowed",
    "Route",
    "ServerError",
    "UnsupportedKey",
    "Usage",
    "check_credentials",
    "common_name",
    "exception_for",
    "expire_time",
    "find_fault",
    "find_person_id",
    "form_of",
    "format_expire_time",
    "in_taipei",
    "is_national_id",
    "parse_accounts",
    "parse_ca_expiretime",
    "parse_expire_time",
    "parse_usage",
    "person_id",
    "read_answer",
]
