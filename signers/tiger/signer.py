"""A signer that is prepared once and then signs many requests."""

import re
from binascii import b2a_base64
from collections.abc import Callable
from hashlib import sha1
from operator import itemgetter
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import utils
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1

from signers.request import SignedRequest
from signers.tiger import stages
from signers.tiger.errors import (
    ConflictingField,
    EmptyField,
    InvalidTigerId,
    InvalidTimestamp,
    WrongKeyType,
)
from signers.tiger.stages import Charset, EmptyValues, Fields, Value
from signers.tiger.timestamp import is_timestamp
from signers.tiger.token import TbhkToken

__all__ = ["PATH", "Signer"]

PATH = "/gateway"
"""The one path of the API."""

DEFAULT_VERSION = "2.0"
"""The version that the Python, Go and TypeScript SDKs send (sdk); Java sends 1.0, C++ 3.0."""

_CONTENT_TYPE = (b"Content-Type", b"application/json;charset=UTF-8")
_TIGER_ID = re.compile(r"[!-~]+", re.ASCII)
_MOST_LAYOUTS = 32  # a client sends a few; a caller who makes names up must not fill the memory
_PADDING = PKCS1v15()
_PREHASHED = utils.Prehashed(SHA1())  # noqa: S303 - the scheme's digest
# The library looks its digest up for each signature, unless it is told that there is nothing to put
# before what it signs (from version 47 on): that saves nearly as much as all else here takes.
_NO_DIGEST_INFO = getattr(utils, "NoDigestInfo", None)
_new_sha1 = sha1(usedforsecurity=False).copy  # a copy is made faster than a new one


def _how_to_sign(private_key: RSAPrivateKey) -> tuple[Any, bytes]:
    """Return the algorithm that the key is told, and what goes before the digest.

    The class is abstract, and a key in a module of its own may know of `Prehashed` alone.
    """
    if _NO_DIGEST_INFO and type(private_key).__module__.startswith("cryptography."):
        return _NO_DIGEST_INFO(), stages.DIGEST_INFO
    return _PREHASHED, b""


class _Layout(NamedTuple):
    """What the sign contents of requests with the same names have in common."""

    values: Callable[[Fields], tuple[Value, ...]]
    """Gives the values in the order of their names, without ``sign``."""
    template: list[Value]
    """Name and ``=``, then the place of the value; from the second name on with ``&`` before."""

    @classmethod
    def of(cls, fields: Fields) -> "_Layout":
        """Lay out the names of *fields*; raises UnsignableValue for one that is not text."""
        stages.check_names(fields)
        names = sorted(name for name in fields if name != "sign")
        template: list[Value] = []
        for name in names:
            template += ("&" + name + "=" if template else name + "=", "")
        if len(names) > 1:
            return cls(itemgetter(*names), template)
        return cls(lambda fields: tuple(fields[name] for name in names), template)


class Signer:
    """Signs requests for one tiger_id.

    Sorting, joining, digest and signature are one step here, and the names of a request are
    sorted once, not each time. The result equals the stages of `signers.tiger.stages` in a row; a
    property test holds the two together.
    """

    __slots__ = (
        "_algorithm",
        "_before_digest",
        "_charset",
        "_codec",
        "_empty_values",
        "_layouts",
        "_leaves_out",
        "_sign",
        "_tiger_id",
    )

    def __init__(
        self,
        tiger_id: str,
        private_key: RSAPrivateKey,
        *,
        charset: Charset = Charset.UTF_8,
        empty_values: EmptyValues = EmptyValues.KEPT,
    ) -> None:
        """Prepare a signer; *empty_values* as of `stages.sign_content`.

        Any visible ASCII is taken as a tiger_id: that it is digits is seen in samples only.

        Raises InvalidTigerId or WrongKeyType.
        """
        if not _TIGER_ID.fullmatch(tiger_id):
            raise InvalidTigerId
        if not isinstance(private_key, RSAPrivateKey):
            found = type(private_key).__name__
            del private_key  # it may be the key's text
            raise WrongKeyType("RSA private key", found)
        self._tiger_id = tiger_id
        self._sign = private_key.sign
        self._algorithm, self._before_digest = _how_to_sign(private_key)
        self._charset = Charset(charset)
        self._codec = self._charset.codec
        self._empty_values = EmptyValues(empty_values)
        self._leaves_out = self._empty_values is EmptyValues.LEFT_OUT
        self._layouts: dict[tuple[str, ...], _Layout] = {}

    def __repr__(self) -> str:
        return f"<Signer tiger tiger_id={self._tiger_id!r}>"

    @property
    def tiger_id(self) -> str:
        """The value of the field ``tiger_id``."""
        return self._tiger_id

    @property
    def charset(self) -> Charset:
        """The value of the field ``charset``."""
        return self._charset

    def sign(self, fields: Fields) -> str:
        """Return the value of the field ``sign`` over every other one of *fields*.

        All of them are signed, known or not; a ``sign`` among them is not. The caller sees to it
        that ``tiger_id`` and ``charset`` are this signer's: `request` and `complete` do.

        Raises Unencodable or UnsignableValue.
        """
        try:
            layout = self._layouts[tuple(fields)]
        except KeyError:
            layout = None
        values_of, template = layout or self._lay_out(fields)
        parts = template.copy()
        parts[1::2] = values = values_of(fields)
        # Joining refuses what is not text, and encoding what the charset lacks.
        try:
            content = "".join(parts).encode(self._codec)  # type: ignore[arg-type]
        except (TypeError, UnicodeEncodeError):
            content = None
        if content is None or (self._leaves_out and "" in values):
            content = stages.sign_content(
                fields, empty_values=self._empty_values, charset=self._charset
            )
        digest = _new_sha1()
        digest.update(content)
        prefixed = self._before_digest + digest.digest()
        signature = self._sign(prefixed, _PADDING, self._algorithm)
        return b2a_base64(signature, newline=False).decode()

    def _lay_out(self, fields: Fields) -> _Layout:
        """Return the layout of requests with the names of *fields*, and keep it for the next."""
        if len(self._layouts) >= _MOST_LAYOUTS:
            self._layouts.clear()
        layout = self._layouts[tuple(fields)] = _Layout.of(fields)
        return layout

    def sign_push_login(self) -> str:
        """Return the signature that logs in for pushes: over the tiger_id, always the same."""
        digest = stages.digest(stages.push_login_content(self._tiger_id))
        signature = self._sign(self._before_digest + digest, _PADDING, self._algorithm)
        return b2a_base64(signature, newline=False).decode()

    def complete(self, fields: Fields, *, timestamp: str) -> dict[str, Value]:
        """Return *fields* with those that the signer sets, without ``sign``.

        Set are ``timestamp``, ``tiger_id``, ``charset``, ``sign_type``, and ``version`` where it
        is absent. *timestamp* is text of the form ``YYYY-MM-DD HH:MM:SS`` (`format_timestamp`).

        Raises EmptyField where ``method`` or ``version`` is not text or empty, ConflictingField
        where a field to be set is there with another value, and InvalidTimestamp.
        """
        if not is_timestamp(timestamp):
            raise InvalidTimestamp
        complete: dict[str, Value] = {"version": DEFAULT_VERSION}
        complete.update(fields)
        complete.pop("sign", None)
        for name in ("method", "version"):
            value = complete.get(name)
            if not isinstance(value, str) or not value:
                raise EmptyField(name)
        for name, value in (
            ("timestamp", timestamp),
            ("tiger_id", self._tiger_id),
            ("charset", self._charset.value),
            ("sign_type", stages.SIGN_TYPE),
        ):
            if complete.setdefault(name, value) != value:
                raise ConflictingField(name)
        return complete

    def body(self, fields: Fields) -> bytes:
        """Return the JSON body of *fields* with their signature; fields as `complete` gives them.

        Raises Unencodable or UnsignableValue.
        """
        return stages.request_body(fields, self.sign(fields).encode(), charset=self._charset)

    def request(
        self,
        method: str,
        biz_content: str | None = None,
        *,
        timestamp: str,
        more: Fields | None = None,
        token: TbhkToken | None = None,
    ) -> SignedRequest:
        """Return the whole signed request, a POST to ``/gateway``.

        *method* names the API. *biz_content* is JSON text, sent and signed as it is
        (`stages.biz_content` writes one); None leaves the field out, as the Python SDK does for
        calls without parameters. *timestamp* as of `complete`. *more* holds further fields, which
        are signed like the rest: ``version``, ``device_id``, ``notify_url`` and others. *token*
        goes into the header Authorization, raw (needed with the licence TBHK).

        Raises what `complete` and `body` raise, and ConflictingField where *more* names the method
        or the biz_content.
        """
        fields: dict[str, Value] = {"method": method}
        if biz_content is not None:
            fields["biz_content"] = biz_content
        for name, value in (more or {}).items():
            if name in ("method", "biz_content"):
                raise ConflictingField(name)
            fields[name] = value
        body = self.body(self.complete(fields, timestamp=timestamp))
        headers = [_CONTENT_TYPE]
        if token is not None:
            headers.append((b"Authorization", token.secret.reveal()))
        return SignedRequest(b"POST", PATH.encode(), tuple(headers), body)
