"""The token that the licence TBHK needs beside the signature."""

import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from signers.secret import Secret
from signers.tiger.errors import MalformedToken, NaiveInstant, TokenWithScheme

__all__ = ["REFRESH_METHOD", "TbhkToken", "parse_token"]

REFRESH_METHOD = "user_token_refresh"
"""The signed call that answers with a new token; the old one goes into Authorization (sdk)."""

_HEAD_LENGTH = 27
_HEAD = re.compile(rb"([0-9]{13}),([0-9]{13})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TbhkToken:
    """A token and the two instants that it begins with.

    It holds for 30 days (doc). It is sent raw, without ``Bearer``.
    """

    secret: Secret
    generated_at: datetime
    expires_at: datetime

    def age(self, now: datetime) -> timedelta:
        """Return how long ago the token was made; *now* is aware, else NaiveInstant is raised."""
        return _aware(now) - self.generated_at

    def remaining(self, now: datetime) -> timedelta:
        """Return how long the token still holds, negative once it has ended; *now* as of `age`."""
        return self.expires_at - _aware(now)

    def is_expired(self, now: datetime) -> bool:
        """Tell whether the token has ended: from the instant it names on; *now* as of `age`.

        Whether the gateway counts that instant as ended is unknown; refusing it is the safe side.
        """
        return _aware(now) >= self.expires_at

    def is_due(self, now: datetime, *, after: timedelta) -> bool:
        """Tell whether to refresh: once the token is *after* old, or has ended; *now* as of `age`.

        *after* is what the settings call ``token_refresh_duration``.
        """
        return self.age(now) >= after or self.is_expired(now)


def parse_token(text: str | Secret) -> TbhkToken:
    """Return the token whose base64 text this is (sdk).

    The first 27 decoded octets are ``<made>,<ends>``, both Unix milliseconds; what follows is
    unknown and not looked at. Raises TokenWithScheme, MalformedToken, or NotUtf8.
    """
    secret = Secret(text)
    del text  # a traceback that shows local variables must not show it
    if secret.reveal()[:7].lower() == b"bearer ":
        raise TokenWithScheme
    head = _head(secret)
    if head is None:
        raise MalformedToken("the token is not standard padded base64 in one line")
    match = _HEAD.fullmatch(head)
    if match is None:
        raise MalformedToken("the token does not begin with two instants in milliseconds")
    made, ends = (_EPOCH + timedelta(milliseconds=int(digits)) for digits in match.groups())
    if ends < made:
        raise MalformedToken("the token ends before it was made")
    return TbhkToken(secret, made, ends)


def _head(secret: Secret) -> bytes | None:
    """Return the first octets, None where the text is no base64; what raises would hold it all."""
    text = secret.reveal()
    if not _BASE64.fullmatch(text) or len(text) % 4:
        return None
    return binascii.a2b_base64(text)[:_HEAD_LENGTH]


def _aware(now: datetime) -> datetime:
    if now.utcoffset() is None:
        raise NaiveInstant
    return now
