"""A Tiger client by other hands, right or wrong in one way, that speaks the stdio protocol.

It imports the standard library alone and was written from what is known of the broker's rules, not
from signproof's pipeline: RSA is plain arithmetic here, with numbers read from DER. A class has a
method for each step, and for each mistake there is a subclass in which a step is done the wrong
way. The mistake is named by its id in the first argument; `--list` prints the ids.
"""
# ruff: noqa: ARG001, ARG002, ARG005 - many a step does not look at all that it is given

import base64
import hashlib
import json
import re
import secrets
import sys
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus

Fields = dict[str, str | None]
Pairs = list[tuple[str, str]]
Numbers = list[int]

SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414")


def read_der(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and contents of the elements that stand one after the other."""
    while octets:
        tag, size, at = octets[0], octets[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(octets[2:at])
        yield tag, octets[at : at + size]
        octets = octets[at + size :]


def numbers_in(der: bytes) -> tuple[Numbers, str]:
    """Return the numbers of an RSA private key and the structure they were in."""
    members = list(read_der(next(read_der(der))[1]))
    if members[1][0] == 0x30:
        return numbers_in(members[2][1])[0], "pkcs8"
    return [int.from_bytes(contents) for _, contents in members], "pkcs1"


class RefusedError(Exception):
    """The key is not taken."""


class UnableError(Exception):
    """The client does not offer this: it has no AES."""


class Client:
    """The client without a mistake."""

    def __init__(self, tiger_id: str, private_key: str, token: str = "", **_: str) -> None:
        self.tiger_id = tiger_id
        self.private_key = private_key
        self.token = token
        self.numbers = numbers_in(base64.b64decode(private_key))[0] if private_key else []

    # Which fields are signed and sent.

    def fields_of(self, given: dict[str, Any]) -> Fields:
        fields: Fields = {"version": "2.0", "method": given["api_method"]}
        if given["biz_content"] is not None:
            fields["biz_content"] = given["biz_content"]
        fields |= dict(given.get("more", []))
        charset = given.get("charset", "UTF-8")
        fields |= {"timestamp": given["timestamp"], "tiger_id": self.tiger_id, "charset": charset}
        return fields | {"sign_type": "RSA"}

    def given_fields(self, fields: Fields) -> Fields:
        return fields

    # Signing: what goes into the signature.

    def null(self) -> str:
        return "null"

    def signed_text(self, name: str, text: str) -> str:
        return text

    def signed_fields(self, fields: Fields) -> Fields:
        return fields

    def order(self, pairs: Pairs) -> Pairs:
        return sorted(pairs)

    def join(self, pairs: Pairs) -> str:
        return "&".join(f"{name}={text}" for name, text in pairs)

    def content_text(self, fields: Fields) -> str:
        signed = self.signed_fields({n: text for n, text in fields.items() if n != "sign"})
        return self.join(
            self.order(
                [
                    (name, self.signed_text(name, self.null() if text is None else text))
                    for name, text in signed.items()
                ]
            )
        )

    def encode(self, text: str, charset: str) -> bytes:
        return text.encode(charset, "replace")

    def sign_content(self, fields: Fields, charset: str) -> bytes:
        return self.encode(self.content_text(fields), charset)

    def digest(self, content: bytes) -> bytes:
        return hashlib.sha1(content).digest()

    def info(self, digest: bytes) -> bytes:
        return SHA1_INFO + digest

    def padded(self, info: bytes, size: int) -> bytes:
        return b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info

    def message(self, content: bytes, size: int) -> bytes:
        return self.padded(self.info(self.digest(content)), size)

    def text_of(self, octets: bytes) -> str:
        return base64.b64encode(octets).decode()

    def signature(self, content: bytes, numbers: Numbers | None = None) -> str:
        _, n, _, _, p, q, dp, dq, qi = numbers or self.numbers
        size = (n.bit_length() + 7) // 8
        m = int.from_bytes(self.message(content, size))
        a, b = pow(m, dp, p), pow(m, dq, q)
        return self.text_of((b + q * (qi * (a - b) % p)).to_bytes(size))

    # Sending.

    def sent_fields(self, fields: Fields) -> Fields:
        return fields

    def named(self, fields: Fields, signature: str) -> dict[str, Any]:
        return {**fields, "sign": signature}

    def body(self, fields: dict[str, Any]) -> bytes:
        raw = fields.get("charset") != "GBK"
        return json.dumps(fields, ensure_ascii=not raw, separators=(",", ":")).encode()

    def target(self, fields: Fields, signature: str) -> tuple[str, str | None]:
        return "/gateway", None

    def token_headers(self, signature: str) -> Pairs:
        return [("Authorization", self.token)] if self.token else []

    # The operations.

    def sign(self, given: dict[str, Any]) -> dict[str, Any]:
        fields = self.given_fields(dict(given["params"]))
        content = self.sign_content(fields, given.get("charset", "UTF-8"))
        return {"sign": self.signature(content)}

    def request(self, given: dict[str, Any]) -> dict[str, Any]:
        charset = given.get("charset", "UTF-8")
        fields = self.given_fields(self.fields_of(given))
        signature = self.signature(self.sign_content(fields, charset))
        sent = self.sent_fields(fields)
        path, query = self.target(sent, signature)
        return {
            "method": "POST",
            "path": path,
            "query": query,
            "headers": [
                ("User-Agent", "foreign"),
                ("content-type", "application/json;charset=UTF-8"),
                *self.token_headers(signature),
            ],
            "body_b64": base64.b64encode(self.body(self.named(sent, signature))).decode(),
        }

    def response_content(self, asked: str, body: bytes) -> bytes:
        return asked.encode()

    def sign_response(self, given: dict[str, Any]) -> dict[str, Any]:
        body = base64.b64decode(given["body_b64"])
        content = self.response_content(given["request_timestamp"], body)
        return {"sign": self.signature(content)}

    def login_content(self, now: int) -> bytes:
        return self.tiger_id.encode()

    def push_login(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"sign": self.signature(self.login_content(given["now"]))}

    # Keys in the shapes that people have them in.

    def refuses(self, octets: bytes, text: str, structure: str) -> bool:
        return False

    def load(self, octets: bytes) -> Numbers:
        if octets[0] == 0x30 and octets[1] >= 0x80:
            numbers, structure = numbers_in(octets)
            text = ""
        else:
            text = octets.decode("utf-16" if octets[:2] == b"\xff\xfe" else "utf-8-sig")
            if "ENCRYPTED" in text:
                if self.refuses(octets, text, "encrypted"):
                    raise RefusedError
                raise UnableError
            inner = re.sub(".*-----BEGIN [A-Z ]+-----|-----END.*", "", text, flags=re.DOTALL)
            digits = re.sub("[^A-Za-z0-9+/]", "", inner.replace("\\n", "").translate(URL_SAFE))
            numbers, structure = numbers_in(base64.b64decode(digits + "=" * (-len(digits) % 4)))
        if self.refuses(octets, text, structure):
            raise RefusedError
        return numbers

    def load_key(self, given: dict[str, Any]) -> dict[str, Any]:
        numbers = self.load(base64.b64decode(given["key_b64"]))
        return {"sign": self.signature(given["content"].encode(), numbers)}


URL_SAFE = str.maketrans("-_", "+/")
CLIENTS: dict[str, type[Client]] = {"": Client}

change: Any
id_: str
text: Any
write: Any


def wrong(id_: str, **steps: Any) -> None:
    """Register a client with these steps done the wrong way."""
    assert id_ not in CLIENTS, id_
    assert all(hasattr(Client, step) for step in steps), id_
    CLIENTS[id_] = type(id_, (Client,), steps)


# --- Which fields are signed.

PLAIN = ["version", "method", "biz_content", "timestamp", "tiger_id", "charset", "sign_type"]

for name in (*PLAIN, "device_id", "notify_url", "account"):
    wrong(
        f"{name.replace('_', '-')}-not-signed",
        signed_fields=lambda self, fields, gone=name: {
            each: text for each, text in fields.items() if each != gone
        },
    )
wrong(
    "undocumented-fields-not-signed",
    signed_fields=lambda self, fields: {n: text for n, text in fields.items() if n in PLAIN},
)
wrong("sign-included", signed_fields=lambda self, fields: {**fields, "sign": ""})
wrong("sign-included-as-null", signed_fields=lambda self, fields: {**fields, "sign": None})


def flat(self: Client, fields: Fields) -> Fields:
    signed: Fields = {}
    for name, text in fields.items():
        members = value_in(text) if name == "biz_content" and text else None
        if isinstance(members, dict):
            signed |= {
                key: value if isinstance(value, str) else compact(value)
                for key, value in members.items()
            }
        else:
            signed[name] = text
    return signed


wrong("biz-content-flattened", signed_fields=flat)
for id_, text in {"an-empty-object": "{}", "null": None, "empty-text": ""}.items():
    wrong(
        f"absent-biz-content-signed-as-{id_}",
        signed_fields=lambda self, fields, text=text: {"biz_content": text, **fields},
    )
wrong(
    "empty-biz-content-not-signed",
    signed_fields=lambda self, fields: {
        name: text for name, text in fields.items() if (name, text) != ("biz_content", "{}")
    },
)
wrong(
    "empty-biz-content-added-when-sent",
    sent_fields=lambda self, fields: {"biz_content": "{}", **fields},
)

# --- The order of the fields, and what stands between them.

for id_, arrange in {
    "names-unsorted": list,
    "names-sorted-descending": lambda pairs: sorted(pairs)[::-1],
    "names-sorted-case-insensitively": lambda pairs: sorted(pairs, key=lambda p: p[0].casefold()),
    "fields-sorted-by-value": lambda pairs: sorted(sorted(pairs), key=lambda p: p[1]),
    "pairs-sorted-as-text": lambda pairs: sorted(pairs, key=lambda p: p[0] + "=" + p[1]),
}.items():
    wrong(id_, order=lambda self, pairs, arrange=arrange: arrange(pairs))

for id_, (equals, gap) in {
    "fields-joined-with-nothing": ("=", ""),
    "fields-joined-with-commas": ("=", ","),
    "fields-joined-with-semicolons": ("=", ";"),
    "fields-joined-with-newlines": ("=", "\n"),
    "fields-joined-with-bars": ("=", "|"),
    "names-joined-with-colons": (":", "&"),
    "names-joined-with-nothing": ("", "&"),
}.items():
    wrong(
        id_,
        join=lambda self, pairs, equals=equals, gap=gap: gap.join(
            name + equals + text for name, text in pairs
        ),
    )
wrong("values-only", join=lambda self, pairs: "&".join(text for _, text in pairs))
wrong(
    "names-and-values-url-encoded",
    join=lambda self, pairs: "&".join(f"{encoded(n)}={encoded(text)}" for n, text in pairs),
)


def compact(value: Any, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), **options)


def value_in(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def encoded(text: str) -> str:
    return quote(text, safe="")


wrong("body-signed", content_text=lambda self, fields: compact(fields))
wrong(
    "body-signed-spaced", content_text=lambda self, fields: json.dumps(fields, ensure_ascii=False)
)
wrong("body-signed-sorted", content_text=lambda self, fields: compact(fields, sort_keys=True))
wrong(
    "biz-content-signed-alone",
    content_text=lambda self, fields: (
        "null" if "biz_content" in fields and fields["biz_content"] is None
        else fields.get("biz_content", "")
    ),
)  # fmt: skip

for id_, change in {
    "ampersand-behind": lambda self, text: text + "&",
    "ampersand-in-front": lambda self, text: "&" + text,
    "question-mark-in-front": lambda self, text: "?" + text,
    "path-in-front": lambda self, text: "/gateway?" + text,
    "newline-behind": lambda self, text: text + "\n",
    "private-key-appended": lambda self, text: f"{text}&key={self.private_key}",
    "content-url-encoded": lambda self, text: encoded(text),
    "content-lowercase": lambda self, text: text.lower(),
    "content-uppercase": lambda self, text: text.upper(),
    "spaces-not-signed": lambda self, text: "".join(text.split(" ")),
    "content-normalised-nfc": lambda self, text: unicodedata.normalize("NFC", text),
    "content-normalised-nfd": lambda self, text: unicodedata.normalize("NFD", text),
}.items():
    wrong(
        id_,
        content_text=lambda self, fields, change=change: change(
            self, Client.content_text(self, fields)
        ),
    )

# --- The values.

for id_, change in {
    "values-url-encoded": encoded,
    "values-form-encoded": quote_plus,
    "values-component-encoded": lambda text: quote(text, safe="!'()*"),
    "values-url-encoded-with-slashes": quote,
    "values-quoted": lambda text: f'"{text}"',
    "values-trimmed": lambda text: text.strip(),
    "empty-as-null": lambda text: text or "null",
}.items():
    wrong(id_, signed_text=lambda self, name, text, change=change: change(text))
for id_, text in {
    "none": "None",
    "nil": "<nil>",
    "undefined": "undefined",
    "empty": "",
}.items():
    wrong(f"null-as-{id_}", null=lambda self, text=text: text)


def rewritten(text: str, write: Callable[[Any], str]) -> str:
    try:
        return write(json.loads(text))
    except ValueError:
        return text


def ascii_only(text: str) -> str:
    """Escape by UTF-16 units."""
    units = memoryview(text.encode("utf-16-le")).cast("H")
    return "".join(chr(unit) if unit < 128 else f"\\u{unit:04x}" for unit in units)


def characters(text: str) -> str:
    found = re.sub(r"(?<!\\)\\u([0-9a-f]{4})", lambda hex_: chr(int(hex_[1], 16)), text)
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


BIZ_FORMS: dict[str, Callable[[str], str]] = {
    "spaced": lambda text: rewritten(text, lambda value: json.dumps(value, ensure_ascii=False)),
    "spaced-escaped": lambda text: rewritten(text, json.dumps),
    "compact": lambda text: rewritten(text, compact),
    "sorted": lambda text: rewritten(text, lambda value: compact(value, sort_keys=True)),
    "indented": lambda text: rewritten(
        text, lambda value: json.dumps(value, ensure_ascii=False, indent=2)
    ),
    "escaped": ascii_only,
    "unescaped": characters,
    "slashes-escaped": lambda text: text.replace("\\/", "/").replace("/", "\\/"),
    "slashes-unescaped": lambda text: text.replace("\\/", "/"),
    "html-escaped": lambda text: re.sub("[&<>]", lambda found: f"\\u{ord(found[0]):04x}", text),
}


def on_biz_content(change: Callable[[str], str]) -> Any:
    return lambda self, name, text: change(text) if name == "biz_content" else text


def biz_content_sent(change: Callable[[str], str]) -> Any:
    return lambda self, fields: {
        name: change(text) if name == "biz_content" and text is not None else text
        for name, text in fields.items()
    }


for id_, change in BIZ_FORMS.items():
    wrong(f"biz-content-signed-{id_}", signed_text=on_biz_content(change))
    wrong(f"biz-content-sent-{id_}", sent_fields=biz_content_sent(change))
for id_, change in {
    "url-encoded": encoded,
    "signed-as-python-repr": lambda text: rewritten(text, str),
    "signed-without-nulls": lambda text: rewritten(
        text,
        lambda value: (
            compact({key: one for key, one in value.items() if one is not None})
            if isinstance(value, dict)
            else text
        ),
    ),
    "signed-as-json-string": lambda text: json.dumps(text, ensure_ascii=False),
    "signed-with-backslashes": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
}.items():
    wrong(f"biz-content-{id_}", signed_text=on_biz_content(change))

# --- The charset.

for id_, codec in {
    "utf-8-signed-for-gbk": "utf-8",
    "gbk-signed-for-utf-8": "gbk",
    "signed-as-latin-1": "latin-1",
    "signed-as-ascii": "ascii",
    "signed-as-utf-16": "utf-16-le",
}.items():
    wrong(id_, encode=lambda self, text, charset, codec=codec: text.encode(codec, "replace"))
wrong(
    "signed-as-utf-16-with-mark",
    encode=lambda self, text, charset: ("\ufeff" + text).encode("utf-16-be"),
)
wrong(
    "byte-order-mark-signed",
    encode=lambda self, text, charset: b"\xef\xbb\xbf" + text.encode(charset),
)
wrong(
    "utf-8-encoded-twice",
    encode=lambda self, text, charset: str(text.encode(), "latin-1").encode(),
)

# --- Digest, DigestInfo and padding.

INFOS = {
    "md5": "3020300c06082a864886f70d020505000410",
    "sha224": "302d300d06096086480165030402040500041c",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}
for name, info in INFOS.items():
    wrong(
        f"digest-{name}",
        digest=lambda self, content, name=name: hashlib.new(name, content).digest(),
        info=lambda self, digest, info=info: bytes.fromhex(info) + digest,
    )


def sha1(octets: bytes) -> bytes:
    return hashlib.sha1(octets).digest()


for id_, change in {
    "digested-twice": lambda content: sha1(sha1(content)),
    "hex-digested": lambda content: sha1(sha1(content).hex().encode()),
    "uppercase-hex-digested": lambda content: sha1(sha1(content).hex().upper().encode()),
    "md5-hex-digested": lambda content: sha1(hashlib.md5(content).hexdigest().encode()),
}.items():
    wrong(id_, digest=lambda self, content, change=change: change(content))
wrong(
    "md5-named-sha1",
    digest=lambda self, content: hashlib.md5(content).digest(),
    info=lambda self, digest: bytes.fromhex("301d300906052b0e03021a05000410") + digest,
)
wrong("digest-info-missing", info=lambda self, digest: digest)
wrong(
    "digest-info-without-null",
    info=lambda self, digest: bytes.fromhex("301f300706052b0e03021a0414") + digest,
)
wrong("hex-signed", info=lambda self, digest: digest.hex().encode())
wrong("uppercase-hex-signed", info=lambda self, digest: digest.hex().upper().encode())
wrong(
    "content-not-digested",
    digest=lambda self, content: content,
    info=lambda self, content: content if len(content) <= 117 else SHA1_INFO + sha1(content),
)
wrong(
    "padding-of-an-encryption",
    padded=lambda self, info, size: (
        b"\0\2" + bytes(secrets.choice(range(1, 256)) for _ in range(size - 3 - len(info)))
        + b"\0" + info
    ),
)  # fmt: skip
wrong("padding-of-zeros", padded=lambda self, info, size: info)
wrong("padding-missing", info=lambda self, digest: digest, padded=lambda self, info, size: info)


def pss(name: str) -> Any:
    """Return a step that pads for PSS; every key here has a modulus of whole octets."""

    def message(self: Client, content: bytes, size: int) -> bytes:
        def hashed(octets: bytes) -> bytes:
            return hashlib.new(name, octets).digest()

        salt = secrets.token_bytes(secrets.choice((20, 32)))
        end = hashed(bytes(8) + hashed(content) + salt)
        room = size - len(end) - 1
        start = bytearray(b"\1" + salt).rjust(room, b"\0")
        mask = b"".join(hashed(end + bytes([0, 0, 0, count])) for count in range(8))
        for place in range(room):
            start[place] ^= mask[place]
        start[0] &= 0x7F
        return bytes(start) + end + b"\xbc"

    return message


wrong("pss", message=pss("sha1"))
wrong("pss-sha256", message=pss("sha256"))

# --- The signature's text.


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def wrapped(octets: bytes, length: int, end: str) -> str:
    return re.sub(f"(.{{1,{length}}})", rf"\1{end}", b64(octets))


for id_, write in {
    "url-safe": lambda octets: base64.urlsafe_b64encode(octets).decode(),
    "unpadded": lambda octets: b64(octets).strip("="),
    "url-safe-unpadded": lambda octets: base64.urlsafe_b64encode(octets).decode().strip("="),
    "wrapped-at-76-crlf": lambda octets: wrapped(octets, 76, "\r\n").rstrip(),
    "wrapped-at-76": lambda octets: base64.encodebytes(octets).decode(),
    "wrapped-at-64": lambda octets: wrapped(octets, 64, "\n"),
    "with-newline": lambda octets: b64(octets) + "\n",
    "hex": bytes.hex,
    "uppercase-hex": lambda octets: octets.hex().upper(),
    "base64-of-hex": lambda octets: b64(octets.hex().encode()),
    "base64-twice": lambda octets: b64(b64(octets).encode()),
    "url-encoded": lambda octets: quote_plus(b64(octets)),
    "plus-as-space": lambda octets: " ".join(b64(octets).split("+")),
    "reversed": lambda octets: b64(bytes(reversed(octets))),
}.items():
    wrong(f"signature-{id_}", text_of=lambda self, octets, write=write: write(octets))

# --- The fields that are signed and sent.


def with_field(name: str, change: Callable[[str], str]) -> Any:
    return lambda self, fields: {
        each: change(text) if each == name and text else text for each, text in fields.items()
    }


def constant(text: str) -> Callable[[str], str]:
    return lambda _: text


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


for id_, change in {
    "unix-seconds": lambda text: str(int(moment(text).timestamp())),
    "unix-milliseconds": lambda text: f"{int(moment(text).timestamp())}000",
    "with-t": lambda text: text.replace(" ", "T"),
    "with-zone": lambda text: text + "+00:00",
    "with-fraction": lambda text: text + ".000",
    "without-separators": lambda text: re.sub("[-: ]", "", text),
    "with-slashes": lambda text: text.replace("-", "/"),
}.items():
    wrong(f"timestamp-{id_}", given_fields=with_field("timestamp", change))
wrong(
    "timestamp-read-twice",
    sent_fields=with_field("timestamp", lambda text: str(moment(text) + timedelta(0, 1))[:19]),
)
for id_, text in {
    "rsa2": "RSA2",
    "rsa1": "RSA1",
    "sha1withrsa": "SHA1withRSA",
    "lowercase": "rsa",
}.items():
    wrong(f"sign-type-{id_}", given_fields=with_field("sign_type", constant(text)))
wrong(
    "charset-without-hyphen",
    given_fields=with_field("charset", lambda text: "UTF8" if text == "UTF-8" else text),
)
for name in PLAIN:
    if name != "biz_content":
        wrong(
            f"{name.replace('_', '-')}-missing",
            given_fields=lambda self, fields, gone=name: {
                each: text for each, text in fields.items() if each != gone
            },
        )
wrong(
    "names-in-camel-case",
    given_fields=lambda self, fields: {
        re.sub("_([a-z])", lambda found: found[1].upper(), name): text
        for name, text in fields.items()
    },
)

# --- Body, address and headers.


def number_for(name: str) -> Any:
    def named(self: Client, fields: Fields, signature: str) -> dict[str, Any]:
        return {**fields, "sign": signature, name: json.loads(str(fields[name]))}

    return named


def with_object(self: Client, fields: Fields, signature: str) -> dict[str, Any]:
    sent = Client.named(self, fields, signature)
    value = value_in(sent.get("biz_content") or "")
    return sent if value is None else sent | {"biz_content": value}


def form(fields: dict[str, Any]) -> str:
    return "&".join(
        quote_plus(name) + "=" + quote_plus("null" if text is None else text)
        for name, text in fields.items()
    )


wrong("sign-missing", named=lambda self, fields, signature: fields)
wrong("sign-named-signature", named=lambda self, fields, sign: {**fields, "signature": sign})
wrong("version-sent-as-number", named=number_for("version"))
wrong("tiger-id-sent-as-number", named=number_for("tiger_id"))
wrong("biz-content-sent-as-object", named=with_object)
wrong("body-sent-as-form", body=lambda self, fields: form(fields).encode())
wrong(
    "body-sent-as-json-string",
    body=lambda self, fields: json.dumps(Client.body(self, fields).decode()).encode(),
)
wrong(
    "body-sent-in-gbk",
    body=lambda self, fields: (
        compact(fields).encode("gbk", "replace")
        if fields["charset"] == "UTF-8"
        else Client.body(self, fields)
    ),
)
wrong("path-missing", target=lambda self, fields, signature: ("/", None))
wrong("path-doubled", target=lambda self, fields, signature: ("/gateway/gateway", None))
wrong("path-with-slash", target=lambda self, fields, signature: ("/gateway/", None))
wrong(
    "bearer-before-token",
    token_headers=lambda self, signature: (
        [("Authorization", f"Bearer {self.token}")] if self.token else []
    ),
)
wrong("token-not-sent", token_headers=lambda self, signature: [])
wrong(
    "sign-sent-in-authorization",
    named=lambda self, fields, signature: fields,
    token_headers=lambda self, signature: [("Authorization", signature)],
)

# --- Answers and logins.

for id_, make in {
    "body": lambda self, asked, body: body,
    "own-timestamp": lambda self, asked, body: str(json.loads(body)["timestamp"]).encode(),
    "timestamp-pair": lambda self, asked, body: f"timestamp={asked}".encode(),
    "tiger-id": lambda self, asked, body: self.tiger_id.encode(),
}.items():
    wrong(f"response-signed-over-{id_}", response_content=make)
for id_, template in {
    "with-time": "{}{now}",
    "as-pair": "tiger_id={}",
    "as-request": "charset=UTF-8&sign_type=RSA&tiger_id={}",
    "quoted": '"{}"',
    "with-newline": "{}\n",
}.items():
    wrong(
        f"push-login-{id_}",
        login_content=lambda self, now, template=template: template.format(
            self.tiger_id, now=now
        ).encode(),
    )
wrong("push-login-as-hex", login_content=lambda self, now: self.tiger_id.encode().hex().encode())

# --- Loaders of keys.


def label_is_wrong(text: str, structure: str) -> bool:
    if "-----" not in text or structure == "encrypted":
        return False
    return ("RSA PRIVATE" in text) is not (structure == "pkcs1")


def middle(text: str) -> str:
    """Return the base64, as it is wrapped."""
    inner = re.sub(".*-----BEGIN [A-Z ]+-----|-----END.*", "", text, flags=re.DOTALL)
    return inner.strip().replace("\\n", "\n")


def lines_of(text: str) -> list[str]:
    return middle(text).split()


def has_inner_space(text: str, structure: str) -> bool:
    inner = middle(text).strip()
    return structure != "encrypted" and (" " in inner or "\n\n" in inner) and "EXA" not in inner


for id_, refuses in {
    "pkcs8": lambda octets, text, structure: structure == "pkcs8",
    "pkcs1": lambda octets, text, structure: structure == "pkcs1",
    "pem": lambda octets, text, structure: "-----" in text,
    "base64": lambda octets, text, structure: text != "" and "-----" not in text,
    "der": lambda octets, text, structure: text == "",
    "crlf": lambda octets, text, structure: "\r" in text,
    "byte-order-mark": lambda octets, text, structure: octets[:1] == b"\xef",
    "utf-16": lambda octets, text, structure: octets[:1] == b"\xff",
    "quotes": lambda octets, text, structure: '"' in text,
    "leading-space": lambda octets, text, structure: text != text.lstrip(),
    "trailing-newline": lambda octets, text, structure: (
        "-----" not in text and text[-1:] == "\n"
    ),
    "trailing-space": lambda octets, text, structure: text[-1:] == " ",
    "literal-newlines": lambda octets, text, structure: "\\" in text,
    "unpadded": lambda octets, text, structure: (
        text != "" and len(re.sub('[\\s"]', "", middle(text))) % 4 != 0
    ),
    "url-safe": lambda octets, text, structure: "-" in middle(text) or "_" in middle(text),
    "wrapped": lambda octets, text, structure: (
        "-----" not in text and len(text.splitlines()) > 1
    ),
    "inner-space": lambda octets, text, structure: has_inner_space(text, structure),
    "long-lines": lambda octets, text, structure: (
        "-----" in text and structure != "encrypted" and len(lines_of(text)[0]) != 64
    ),
    "half-armour": lambda octets, text, structure: text.count("-----") == 2,
    "trailing-text": lambda octets, text, structure: (
        bool(re.search("-----END.*-----\\s*\\w", text))
    ),
    "trailing-octets": lambda octets, text, structure: (
        text == "" and int.from_bytes(octets[2:4]) + 4 < len(octets)
    ),
    "leading-text": lambda octets, text, structure: bool(re.search("\\w\\s*-----BEGIN", text)),
    "wrong-label": lambda octets, text, structure: label_is_wrong(text, structure),
    "encrypted": lambda octets, text, structure: structure == "encrypted",
}.items():  # fmt: skip
    wrong(
        f"key-loader-refuses-{id_}",
        refuses=lambda self, octets, text, structure, refuses=refuses: refuses(
            octets, text, structure
        ),
    )


OPERATIONS = ["sign", "request", "sign-response", "push-login", "load-key"]


def answer(client: Client, message: dict[str, Any]) -> dict[str, Any]:
    operation = getattr(client, message["operation"].replace("-", "_"))
    try:
        return {"status": "output", "output": operation(message["input"])}
    except RefusedError:
        return {"status": "rejected"}
    except UnableError:
        return {"status": "skipped"}


def main(mistake: str) -> None:
    clients: dict[str | None, Client] = {None: CLIENTS[mistake]("", "")}
    for line in sys.stdin.buffer:
        message = json.loads(line)
        reply: dict[str, Any] = {"seq": message["seq"]}
        if message["type"] == "start":
            reply |= {
                "protocol": 1,
                "implementation": {"name": f"foreign {mistake}".strip()},
                "operations": {"tiger-rsa": OPERATIONS},
                "features": [],
                "window": 256,
            }
        elif message["type"] == "prepare":
            clients[message["credential"]] = CLIENTS[mistake](**message["values"])
        else:
            reply |= answer(clients[message.get("credential")], message)
        sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(id_ for id_ in CLIENTS if id_))  # noqa: T201 - for a person
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
