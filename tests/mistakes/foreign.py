"""A Longbridge client by other hands, right or wrong in one way, that speaks the stdio protocol.

It imports the standard library alone and was written from the broker's rules, not from signproof's
pipeline: a class with a method for each step, and for each mistake a subclass in which one step is
done the wrong way. The mistake is named by its id in the first argument; `--list` prints the ids.
"""
# ruff: noqa: ARG005 - a step that goes wrong often does so by not looking at what it is given

import base64
import hashlib
import hmac
import json
import re
import sys
from datetime import datetime
from itertools import permutations
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus, urlencode

HOST = "openapi.longbridge.com"
HEADERS = ("authorization", "x-api-key", "x-timestamp")
LIST = "authorization;x-api-key;x-timestamp"
TITLES = "Authorization;X-Api-Key;X-Timestamp"
JSON_TYPE = "application/json; charset=utf-8"

Pairs = list[tuple[str, str]]


class Client:
    """The client without a mistake."""

    def __init__(self, app_key: str, app_secret: str, access_token: str) -> None:
        self.app_key = app_key
        self.app_secret = app_secret
        self.access_token = access_token

    # Building a request.

    def current_token(self, refreshed: str | None) -> str:
        return refreshed or self.access_token

    def encode(self, text: str) -> str:
        return quote(text, safe="")

    def chosen(self, params: Pairs) -> Pairs:
        return params

    def query_of(self, params: Pairs) -> str | None:
        pairs = self.chosen(params)
        if not pairs:
            return None
        return "&".join(self.encode(name) + "=" + self.encode(value) for name, value in pairs)

    # Signing: what goes into the signature.

    def method_for_signing(self, method: str) -> str:
        return method.upper()

    def path_for_signing(self, path: str) -> str:
        return path

    def query_for_signing(self, query: str) -> str:
        return query

    def body_for_signing(self, body: bytes) -> bytes:
        return body

    def time_for_signing(self, timestamp: str) -> str:
        return timestamp

    def token_for_signing(self, token: str) -> str:
        return token

    def body_hash(self, body: bytes) -> bytes:
        return hashlib.sha1(body).hexdigest().encode() if body else b""

    def header_lines(self, token: str, timestamp: str) -> Pairs:
        return [
            ("authorization", token),
            ("x-api-key", self.app_key),
            ("x-timestamp", timestamp),
        ]

    def header_block(self, lines: Pairs) -> str:
        return "".join(f"{name}:{value}\n" for name, value in lines)

    def names(self) -> str:
        return LIST

    def join(self, parts: list[bytes]) -> bytes:
        return b"|".join(parts)

    def canonical_hash(self, canonical: bytes) -> bytes:
        return hashlib.sha1(canonical).hexdigest().encode()

    def string_to_sign(self, canonical: bytes) -> bytes:
        return b"HMAC-SHA256|" + self.canonical_hash(canonical)

    def mac_key(self, token: str) -> bytes:
        del token
        return self.app_secret.encode()

    def mac(self, key: bytes, text: bytes) -> bytes:
        return hmac.new(key, text, hashlib.sha256).digest()

    def written(self, mac: bytes) -> str:
        return mac.hex()

    def value(self, signature: str) -> str:
        return f"HMAC-SHA256 SignedHeaders={LIST}, Signature={signature}"

    def signature(
        self, method: str, path: str, query: str | None, body: bytes, timestamp: str, token: str
    ) -> str:
        lines = self.header_lines(self.token_for_signing(token), self.time_for_signing(timestamp))
        parts = [
            self.method_for_signing(method).encode(),
            self.path_for_signing(path).encode(),
            self.query_for_signing(query or "").encode(),
            self.header_block(lines).encode(),
            self.names().encode(),
            self.body_hash(self.body_for_signing(body)),
        ]
        text = self.string_to_sign(self.join(parts))
        return self.value(self.written(self.mac(self.mac_key(token), text)))

    # Sending: what the HTTP library makes of it.

    def query_sent(self, query: str) -> str:
        return query

    def body_sent(self, body: bytes) -> bytes:
        return body

    def time_sent(self, timestamp: str) -> str:
        return timestamp

    def token_sent(self, token: str) -> str:
        return token

    def headers(self, token: str, timestamp: str, value: str, body: bytes) -> Pairs:
        headers = [
            ("X-Api-Key", self.app_key),
            ("Authorization", self.token_sent(token)),
            ("X-Timestamp", self.time_sent(timestamp)),
            ("X-Api-Signature", value),
        ]
        return [*headers, ("Content-Type", JSON_TYPE)] if body else headers

    # The operations.

    def sign(self, given: dict[str, Any]) -> dict[str, Any]:
        value = self.signature(
            given["method"],
            given["path"],
            given["query"],
            base64.b64decode(given["body_b64"]),
            given["timestamp"],
            self.current_token(None),
        )
        return {"x_api_signature": value}

    def request(self, given: dict[str, Any]) -> dict[str, Any]:
        body = base64.b64decode(given["body_b64"])
        refreshed = None
        if given.get("refresh_response_b64"):
            answer = json.loads(base64.b64decode(given["refresh_response_b64"]))
            refreshed = answer["data"]["token"]
        token = self.current_token(refreshed)
        query = self.query_of([(name, value) for name, value in given["params"]])
        timestamp = given["timestamp"]
        value = self.signature(given["method"], given["path"], query, body, timestamp, token)
        return {
            "method": given["method"],
            "path": given["path"],
            "query": query if query is None else self.query_sent(query),
            "headers": self.headers(token, timestamp, value, body),
            "body_b64": base64.b64encode(self.body_sent(body)).decode(),
        }

    def refresh(self, given: dict[str, Any]) -> dict[str, Any]:
        return self.request(
            {
                "method": "GET",
                "path": "/v1/token/refresh",
                "params": [("expired_at", given["expired_at"])],
                "body_b64": "",
                "timestamp": given["timestamp"],
            }
        )


CLIENTS: dict[str, type[Client]] = {"": Client}


def wrong(id_: str, **steps: Any) -> None:
    """Register a client with these steps done the wrong way."""
    assert id_ not in CLIENTS, id_
    assert all(hasattr(Client, step) for step in steps), id_
    CLIENTS[id_] = type(id_, (Client,), steps)


# --- The body's hash.


def rewritten(body: bytes, **style: Any) -> bytes:
    try:
        return json.dumps(json.loads(body), **style).encode()
    except ValueError:
        return body


for name, style in {
    "spaced": {},
    "compact": {"separators": (",", ":"), "ensure_ascii": False},
    "spaced-unescaped": {"ensure_ascii": False},
    "compact-escaped": {"separators": (",", ":")},
    "indented": {"indent": 2, "ensure_ascii": False},
    "with-sorted-keys": {"separators": (",", ":"), "ensure_ascii": False, "sort_keys": True},
}.items():
    wrong(
        f"body-signed-{name}",
        body_for_signing=lambda self, body, style=style: rewritten(body, **style),
    )
wrong("body-signed-trimmed", body_for_signing=lambda self, body: body.strip())
wrong("body-signed-with-newline", body_for_signing=lambda self, body: body and body + b"\n")
wrong(
    "body-signed-without-newlines",
    body_for_signing=lambda self, body: bytes(octet for octet in body if octet not in b"\r\n"),
)
for name, codec in {"latin-1": "latin-1", "utf-16": "utf-16-le"}.items():
    wrong(
        f"body-signed-as-{name}",
        body_for_signing=lambda self, body, codec=codec: str(body, "utf-8", "replace").encode(
            codec, "replace"
        ),
    )
wrong("empty-body-digest", body_hash=lambda self, body: hashlib.sha1(body).hexdigest().encode())
wrong(
    "empty-object-as-no-body",
    body_for_signing=lambda self, body: b"" if body == b"{}" else body,
)
wrong(
    "empty-string-as-no-body",
    body_for_signing=lambda self, body: b"" if body == b'""' else body,
)
wrong("no-body-as-empty-object", body_for_signing=lambda self, body: body or b"{}")


def hash_body_of_post_only(
    self: Client, method: str, path: str, query: str, body: bytes, timestamp: str, token: str
) -> str:
    hashed = body if method.upper() == "POST" else b""
    return Client.signature(self, method, path, query, hashed, timestamp, token)


wrong("body-hashed-for-post-only", signature=hash_body_of_post_only)
for name in ("md5", "sha224", "sha256", "sha384", "sha512"):
    wrong(
        f"body-digest-{name}",
        body_hash=lambda self, body, name=name: (
            hashlib.new(name, body).hexdigest().encode() if body else b""
        ),
    )
    wrong(
        f"canonical-digest-{name}",
        canonical_hash=lambda self, text, name=name: hashlib.new(name, text).hexdigest().encode(),
    )
for name, write in {
    "uppercase": lambda raw: raw.hex().upper().encode(),
    "base64": base64.b64encode,
    "raw": lambda raw: raw,
    "hashed-again": lambda raw: hashlib.sha1(raw.hex().encode()).hexdigest().encode(),
}.items():
    wrong(
        f"body-digest-{name}",
        body_hash=lambda self, body, write=write: (
            write(hashlib.sha1(body).digest()) if body else b""
        ),
    )
    wrong(
        f"canonical-digest-{name}",
        canonical_hash=lambda self, text, write=write: write(hashlib.sha1(text).digest()),
    )
wrong("body-not-hashed", body_hash=lambda self, body: body)

# --- The canonical request: separators and parts.

PARTS = ["method", "path", "query", "header-block", "header-names", "body-digest"]


def put_together(parts: list[bytes], gaps: list[bytes]) -> bytes:
    text = parts[0]
    for gap, part in zip(gaps, parts[1:], strict=True):
        text = text + gap + part
    return text


for at, name in enumerate(PARTS[:-1]):
    for kind, gap in {
        "missing": b"",
        "newline": b"\n",
        "space": b" ",
        "ampersand": b"&",
        "doubled": b"||",
    }.items():
        gaps = [b"|"] * 5
        gaps[at] = gap
        wrong(
            f"separator-{kind}-after-{name}",
            join=lambda self, parts, gaps=gaps: put_together(parts, gaps),
        )
for kind, gap in {"newline": b"\n", "ampersand": b"&", "space": b" "}.items():
    wrong(f"separators-all-{kind}", join=lambda self, parts, gap=gap: gap.join(parts))
for at, name in enumerate(PARTS):
    places = list(range(6))
    if name != "query":
        wrong(
            f"{name}-emptied",
            join=lambda self, parts, at=at: b"|".join(
                b"" if place == at else part for place, part in enumerate(parts)
            ),
        )
    for id_, order in {
        f"{name}-dropped": places[:at] + places[at + 1 :],
        f"{name}-repeated": places[: at + 1] + places[at:],
        f"{name}-before-{PARTS[at - 1]}": [*places[: at - 1], at, at - 1, *places[at + 1 :]],
    }.items():
        if at or "-before-" not in id_:
            wrong(
                id_,
                join=lambda self, parts, order=order: b"|".join(parts[place] for place in order),
            )

wrong("method-lowercase", method_for_signing=lambda self, method: method.lower())
wrong("method-always-post", method_for_signing=lambda self, method: "POST")
wrong("method-always-get", method_for_signing=lambda self, method: "GET")
wrong("method-signed-as-given", method_for_signing=lambda self, method: method)

for id_, change in {
    "path-lowercase": str.lower,
    "path-uppercase": str.upper,
    "path-without-leading-slash": lambda path: path[1:],
    "path-without-trailing-slash": lambda path: path[:-1] if path[-1] == "/" else path,
    "path-with-trailing-slash": lambda path: path if path[-1] == "/" else path + "/",
    "path-without-first-segment": lambda path: re.sub("^/[^/]*(?=/)", "", path),
    "path-slashes-collapsed": lambda path: re.sub("/+", "/", path),
    "path-encoded-twice": lambda path: path.replace("%", "%25"),
    "url-as-path": lambda path: f"https://{HOST}{path}",
    "host-in-path": lambda path: HOST + path,
}.items():
    wrong(id_, path_for_signing=lambda self, path, change=change: change(path))


def target(parts: list[bytes]) -> bytes:
    return parts[1] + b"?" + parts[2] if parts[2] else parts[1]


wrong(
    "query-in-path",
    join=lambda self, parts: b"|".join([parts[0], target(parts), *parts[2:]]),
)
wrong(
    "target-as-path",
    join=lambda self, parts: b"|".join([parts[0], target(parts), b"", *parts[3:]]),
)
wrong("newline-after-body-digest", join=lambda self, parts: b"|".join(parts) + b"\n")
wrong(
    "last-separator-trimmed",
    join=lambda self, parts: b"|".join(parts if parts[5] else parts[:5]),
)
wrong("canonical-request-lowercase", join=lambda self, parts: b"|".join(parts).lower())
wrong(
    "canonical-request-as-utf-16",
    join=lambda self, parts: b"|".join(parts).decode().encode("utf-16-le"),
)

# --- The header block and the list of names.

for id_, (colon, end) in {
    "header-block-crlf": (":", "\r\n"),
    "header-block-in-one-line": (":", ""),
    "header-block-backslash-n": (":", "\\n"),
    "header-block-semicolons": (":", ";"),
    "header-colon-space": (": ", "\n"),
    "header-equals-sign": ("=", "\n"),
}.items():
    wrong(
        id_,
        header_block=lambda self, lines, colon=colon, end=end: "".join(
            name + colon + value + end for name, value in lines
        ),
    )
wrong(
    "header-block-final-newline-lost",
    header_block=lambda self, lines: "\n".join(f"{name}:{value}" for name, value in lines),
)
wrong(
    "header-block-final-newline-doubled",
    header_block=lambda self, lines: Client.header_block(self, lines) + "\n",
)
wrong(
    "header-values-only",
    header_block=lambda self, lines: "".join(value + "\n" for _, value in lines),
)


def lines_named(names: str) -> Any:
    """Return a step that writes the lines under these names."""

    def header_lines(self: Client, token: str, timestamp: str) -> Pairs:
        return list(zip(names.split(";"), (token, self.app_key, timestamp), strict=True))

    return header_lines


def lines_chosen(chosen: tuple[str, ...]) -> Any:
    """Return a step that writes these lines, in this order."""

    def header_lines(self: Client, token: str, timestamp: str) -> Pairs:
        known = {
            "authorization": token,
            "x-api-key": self.app_key,
            "x-timestamp": timestamp,
            "content-type": JSON_TYPE,
        }
        return [(name, known[name]) for name in chosen]

    return header_lines


def lines_changed(name: str, change: Any) -> Any:
    """Return a step that changes the value of one line."""

    def header_lines(self: Client, token: str, timestamp: str) -> Pairs:
        return [
            (key, change(value) if key == name else value)
            for key, value in Client.header_lines(self, token, timestamp)
        ]

    return header_lines


def listing(names: str) -> Any:
    return lambda self: names


def naming(names: str) -> Any:
    return lambda self, signature: f"HMAC-SHA256 SignedHeaders={names}, Signature={signature}"


wrong("header-names-not-lowercase", header_lines=lines_named(TITLES))
wrong("header-names-uppercase", header_lines=lines_named(LIST.upper()))
with_content_type = ("authorization", "content-type", "x-api-key", "x-timestamp")
wrong("content-type-signed", header_lines=lines_chosen(with_content_type))

for id_, names in {
    "commas": "authorization,x-api-key,x-timestamp",
    "spaced": "authorization; x-api-key; x-timestamp",
    "colons": "authorization:x-api-key:x-timestamp",
    "title-case": TITLES,
    "uppercase": "AUTHORIZATION;X-API-KEY;X-TIMESTAMP",
    "trailing-semicolon": "authorization;x-api-key;x-timestamp;",
    "reversed": "x-timestamp;x-api-key;authorization",
    "lacks-authorization": "x-api-key;x-timestamp",
    "lacks-x-api-key": "authorization;x-timestamp",
    "lacks-x-timestamp": "authorization;x-api-key",
    "content-type": "authorization;content-type;x-api-key;x-timestamp",
}.items():
    wrong(f"header-names-list-{id_}", names=listing(names))

for wrong_order in list(permutations(HEADERS))[1:]:
    digits = "".join(str(HEADERS.index(name) + 1) for name in wrong_order)
    names = ";".join(wrong_order)
    wrong(f"headers-ordered-{digits}", header_lines=lines_chosen(wrong_order))
    if digits != "321":
        wrong(f"header-names-list-ordered-{digits}", names=listing(names))
    wrong(
        f"signed-headers-ordered-{digits}",
        header_lines=lines_chosen(wrong_order),
        names=listing(names),
        value=naming(names),
    )
wrong(
    "signed-headers-title-case",
    header_lines=lines_named(TITLES),
    names=listing(TITLES),
    value=naming(TITLES),
)
wrong(
    "signed-headers-content-type",
    header_lines=lines_chosen(with_content_type),
    names=listing(";".join(with_content_type)),
    value=naming(";".join(with_content_type)),
)
for name in HEADERS:
    rest = tuple(each for each in HEADERS if each != name)
    twice = tuple(each for each in HEADERS for _ in range(2 if each == name else 1))
    wrong(f"header-line-missing-{name}", header_lines=lines_chosen(rest))
    wrong(f"header-line-repeated-{name}", header_lines=lines_chosen(twice))
    wrong(f"header-value-empty-{name}", header_lines=lines_changed(name, lambda value: ""))
    wrong(
        f"signed-headers-lack-{name}",
        header_lines=lines_chosen(rest),
        names=listing(";".join(rest)),
        value=naming(";".join(rest)),
    )
    wrong(f"value-names-lack-{name}", value=naming(";".join(rest)))
    if name != "x-timestamp":
        wrong(f"header-value-lowercase-{name}", header_lines=lines_changed(name, str.lower))
        wrong(f"header-value-uppercase-{name}", header_lines=lines_changed(name, str.upper))

# --- The timestamp and the token.


def later(timestamp: str, seconds: int) -> str:
    found = re.fullmatch(r"(\d+)(\..*)?", timestamp)
    return f"{int(found[1]) + seconds}{found[2] or ''}" if found else timestamp


def milliseconds(timestamp: str) -> str:
    whole, _, fraction = timestamp.partition(".")
    return whole + fraction[:3].ljust(3, "0")


for id_, change in {
    "timestamp-signed-without-fraction": lambda text: text.split(".")[0],
    "timestamp-signed-with-trailing-zeros-cut": lambda text: (
        re.sub(r"\.?0*$", "", text) if "." in text else text
    ),
    "timestamp-signed-as-float": lambda text: text if "." in text else f"{text}.0",
    "timestamp-signed-in-milliseconds": milliseconds,
    "timestamp-signed-in-seconds": lambda text: (
        text[:10] if re.fullmatch("[^.]{13}", text) else text
    ),
    "timestamp-signed-a-second-early": lambda text: later(text, -1),
}.items():
    wrong(id_, time_for_signing=lambda self, timestamp, change=change: change(timestamp))
wrong("timestamp-read-twice", time_sent=lambda self, timestamp: later(timestamp, 1))

wrong("bearer-prefix", current_token=lambda self, new: f"Bearer {new or self.access_token}")
wrong("bearer-prefix-sent-only", token_sent=lambda self, token: f"Bearer {token}")
wrong("bearer-prefix-signed-only", token_for_signing=lambda self, token: f"Bearer {token}")
wrong("old-token-after-refresh", current_token=lambda self, new: self.access_token)
wrong("old-token-sent-new-token-signed", token_sent=lambda self, token: self.access_token)

# --- The query.


def kept(query: str, keep: Any) -> str:
    return "&".join(pair for pair in query.split("&") if keep(pair))


def last_of_each(query: str) -> str:
    by_name: dict[str, str] = {}
    for pair in query.split("&"):
        by_name[pair.split("=", 1)[0]] = pair
    return "&".join(by_name.values())


def form(query: str, quoting: Any) -> str:
    return urlencode(parse_qsl(query, keep_blank_values=True), quote_via=quoting, safe="")


def escapes(text: str, change: Any) -> str:
    return re.sub("%[0-9A-Fa-f]{2}", lambda found: change(found[0]), text)


for id_, change in {
    "query-colon-signed-raw": lambda query: re.sub("%3A", ":", query, flags=re.IGNORECASE),
    "query-signed-decoded": unquote_plus,
    "query-signed-unescaped": unquote,
    "query-encoded-twice": lambda query: query.replace("%", "%25"),
    "query-encoded-as-a-whole": lambda query: quote(query, safe=""),
    "query-sorted": lambda query: "&".join(sorted(query.split("&"))),
    "query-reversed": lambda query: "&".join(query.split("&")[::-1]),
    "query-reencoded-with-plus": lambda query: form(query, quote_plus),
    "query-reencoded-with-percent-20": lambda query: form(query, quote),
    "query-space-signed-as-plus": lambda query: query.replace("%20", "+"),
    "query-space-signed-as-percent-20": lambda query: query.replace("+", "%20"),
    "query-escapes-signed-lowercase": lambda query: escapes(query, str.lower),
    "query-empty-values-dropped": lambda query: kept(query, lambda pair: "=" in pair[:-1]),
    "query-repetitions-dropped": last_of_each,
    "query-cut-at-first-parameter": lambda query: query.split("&")[0],
    "query-lowercase": str.lower,
    "query-uppercase": str.upper,
    "query-left-out": lambda query: "",
    "question-mark-included": lambda query: query and "?" + query,
    "question-mark-always": lambda query: "?" + query,
}.items():
    wrong(id_, query_for_signing=lambda self, query, change=change: change(query))


def decoded(text: str, *kinds: str) -> str:
    for kind in kinds:
        text = text.replace(kind, unquote(kind))
    return text


wrong(
    "sent-tilde-decoded",
    encode=lambda self, text: quote(text, safe="").replace("~", "%7E"),
    query_sent=lambda self, query: decoded(query, "%7E"),
)
wrong(
    "sent-escapes-uppercase",
    encode=lambda self, text: escapes(quote(text, safe=""), str.lower),
    query_sent=lambda self, query: escapes(query, str.upper),
)
wrong("sent-colon-decoded", query_sent=lambda self, query: decoded(query, "%3A"))
wrong(
    "sent-reserved-decoded",
    query_sent=lambda self, query: decoded(query, "%3A", "%7E", "%2f", "%27"),
)


def lists(params: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in params:
        found[name] = [*found.get(name, []), value]
    return found


wrong(
    "list-with-commas",
    chosen=lambda self, params: [(name, ",".join(all_)) for name, all_ in lists(params).items()],
)
wrong(
    "list-with-brackets",
    chosen=lambda self, params: [
        (f"{name}[]" if len(lists(params)[name]) > 1 else name, value) for name, value in params
    ],
)
wrong("list-last-value-only", chosen=lambda self, params: list(dict(params).items()))
wrong(
    "refresh-without-expired-at",
    chosen=lambda self, params: [pair for pair in params if pair[0] != "expired_at"],
)


def unix_seconds(instant: str) -> str:
    parsed = datetime.strptime(instant.replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S.%f%z")
    return str(int(parsed.timestamp()))


wrong(
    "refresh-expired-at-in-unix-seconds",
    chosen=lambda self, params: [
        (name, unix_seconds(value) if name == "expired_at" else value) for name, value in params
    ],
)
wrong("params-joined-unencoded", encode=lambda self, text: text)

# --- What is sent.


def resent(change: Any) -> Any:
    """Return a step that changes the headers once they are complete."""
    return lambda self, *given: change(Client.headers(self, *given))


def renamed(headers: Pairs, new: str) -> Pairs:
    return [(new if name == "X-Api-Signature" else name, value) for name, value in headers]


for name in ("X-Api-Key", "Authorization", "X-Timestamp", "X-Api-Signature"):
    wrong(
        f"header-not-sent-{name.lower()}",
        headers=resent(lambda headers, gone=name: [each for each in headers if each[0] != gone]),
    )
    wrong(
        f"header-sent-twice-{name.lower()}",
        headers=resent(
            lambda headers, twice=name: [
                each for each in headers for _ in range(2 if each[0] == twice else 1)
            ]
        ),
    )
for id_, name in {
    "x-api-sign": "X-Api-Sign",
    "x-signature": "X-Signature",
    "x-api-signatrue": "X-Api-Signatrue",
    "x-underscore-api-underscore-signature": "X_Api_Signature",
}.items():
    wrong(f"header-named-{id_}", headers=resent(lambda headers, new=name: renamed(headers, new)))
wrong(
    "signature-in-authorization",
    headers=resent(
        lambda headers: [
            ("Authorization", value) if name == "X-Api-Signature" else (name, value)
            for name, value in headers
            if name != "Authorization"
        ]
    ),
)
wrong(
    "json-content-type-missing",
    headers=resent(lambda headers: [each for each in headers if each[0] != "Content-Type"]),
)
wrong(
    "form-content-type",
    headers=resent(
        lambda headers: [
            (name, "application/x-www-form-urlencoded" if name == "Content-Type" else value)
            for name, value in headers
        ]
    ),
)
wrong("body-not-sent", body_sent=lambda self, body: b"")
wrong("body-sent-spaced", body_sent=lambda self, body: rewritten(body))

# --- The string to sign, the HMAC and the value.


def labelled(write: Any) -> Any:
    """Return a step that writes the string to sign from the canonical request's hash."""
    return lambda self, canonical: write(self.canonical_hash(canonical))


wrong(
    "string-to-sign-hashed-again",
    string_to_sign=lambda self, canonical: (
        b"HMAC-SHA256|" + hashlib.sha1(Client.string_to_sign(self, canonical)).hexdigest().encode()
    ),
)
wrong("canonical-request-signed-directly", string_to_sign=lambda self, canonical: canonical)
wrong("canonical-request-not-hashed", canonical_hash=lambda self, canonical: canonical)
for id_, before, after in (
    ("label-missing", b"", b""),
    ("label-lowercase", b"hmac-sha256|", b""),
    ("label-without-hyphen", b"HMACSHA256|", b""),
    ("label-sha1", b"HMAC-SHA1|", b""),
    ("separator-missing", b"HMAC-SHA256", b""),
    ("separator-newline", b"HMAC-SHA256\n", b""),
    ("separator-space", b"HMAC-SHA256 ", b""),
    ("trailing-newline", b"HMAC-SHA256|", b"\n"),
    ("reversed", b"", b"|HMAC-SHA256"),
    ("label-repeated", b"HMAC-SHA256|HMAC-SHA256|", b""),
):
    wrong(
        f"string-to-sign-{id_}",
        string_to_sign=labelled(lambda text, before=before, after=after: before + text + after),
    )
wrong(
    "string-to-sign-as-utf-16",
    string_to_sign=lambda self, canonical: (
        Client.string_to_sign(self, canonical).decode().encode("utf-16-le")
    ),
)

for name in ("md5", "sha1", "sha224", "sha384", "sha512"):
    wrong(f"hmac-{name}", mac=lambda self, key, text, name=name: hmac.new(key, text, name).digest())
wrong(
    "hmac-key-and-message-swapped",
    mac=lambda self, key, text: hmac.new(text, key, "sha256").digest(),
)
for id_, mixed in {
    "secret-first": lambda key, text: key + text,
    "secret-last": lambda key, text: text + key,
    "without-secret": lambda key, text: text,
}.items():
    joined = mixed
    wrong(
        "plain-hash-without-secret" if id_ == "without-secret" else f"plain-hash-{id_}",
        mac=lambda self, key, text, joined=joined: hashlib.sha256(joined(key, text)).digest(),
    )


def or_as_it_is(decode: Any, secret: str) -> bytes:
    """Decode a secret as a client would that falls back to the text."""
    try:
        result: bytes = decode(secret)
    except ValueError:
        return secret.encode()
    return result


for id_, key_of in {
    "hex-decoded": lambda secret: or_as_it_is(bytes.fromhex, secret),
    "base64-decoded": lambda secret: or_as_it_is(
        lambda text: base64.b64decode(text, validate=True), secret
    ),
    "base64-encoded": lambda secret: base64.b64encode(secret.encode()),
    # Octet by octet, as strtoupper of C does it: other letters than A-Z have no case there.
    "uppercase": lambda secret: secret.encode().upper(),
    "with-newline": lambda secret: f"{secret}\n".encode(),
    "quoted": lambda secret: f'"{secret}"'.encode(),
    "hashed": lambda secret: hashlib.sha256(secret.encode()).digest(),
    "empty": lambda secret: b"",
    "cut-to-32": lambda secret: secret.encode()[:32],
    "as-utf-16": lambda secret: secret.encode("utf-16-le"),
}.items():
    wrong(f"secret-{id_}", mac_key=lambda self, token, key_of=key_of: key_of(self.app_secret))
wrong("token-as-secret", mac_key=lambda self, token: token.encode())
wrong("app-key-as-secret", mac_key=lambda self, token: self.app_key.encode())

for id_, text_of in {
    "uppercase-hex": lambda mac: mac.hex().upper(),
    "base64": lambda mac: base64.b64encode(mac).decode(),
    "base64url": lambda mac: base64.urlsafe_b64encode(mac).decode().replace("=", ""),
    "base64-of-hex": lambda mac: base64.b64encode(mac.hex().encode()).decode(),
    "cut-to-32": lambda mac: mac[:16].hex(),
    "0x-prefixed": lambda mac: f"0x{mac.hex()}",
    "colon-separated": lambda mac: ":".join(f"{octet:02x}" for octet in mac),
}.items():
    wrong(f"signature-{id_}", written=lambda self, mac, text_of=text_of: text_of(mac))

for id_, template in {
    "bare": "{}",
    "without-algorithm": "SignedHeaders=" + LIST + ", Signature={}",
    "without-names": "HMAC-SHA256 Signature={}",
    "without-space": "HMAC-SHA256 SignedHeaders=" + LIST + ",Signature={}",
    "without-comma": "HMAC-SHA256 SignedHeaders=" + LIST + " Signature={}",
    "semicolon": "HMAC-SHA256 SignedHeaders=" + LIST + "; Signature={}",
    "quoted": "HMAC-SHA256 SignedHeaders=" + LIST + ', Signature="{}"',
    "lowercase-names": "HMAC-SHA256 signedheaders=" + LIST + ", signature={}",
    "lowercase-algorithm": "hmac-sha256 SignedHeaders=" + LIST + ", Signature={}",
    "other-algorithm": "HMAC-SHA1 SignedHeaders=" + LIST + ", Signature={}",
    "signature-first": "HMAC-SHA256 Signature={}, SignedHeaders=" + LIST,
    "names-reordered": "HMAC-SHA256 SignedHeaders=x-api-key;authorization;x-timestamp, "
    "Signature={}",
    "names-title-case": "HMAC-SHA256 SignedHeaders=" + TITLES + ", Signature={}",
    "names-commas": "HMAC-SHA256 SignedHeaders=authorization,x-api-key,x-timestamp, Signature={}",
}.items():
    wrong(
        f"value-{id_}",
        value=lambda self, signature, template=template: template.replace("{}", signature),
    )


def main(mistake: str) -> None:
    clients: dict[str, Client] = {}
    for line in sys.stdin.buffer:
        message = json.loads(line)
        reply: dict[str, Any] = {"seq": message["seq"]}
        if message["type"] == "start":
            reply |= {
                "protocol": 1,
                "implementation": {"name": f"foreign {mistake}".strip()},
                "operations": {"longbridge-hmac": ["sign", "request", "refresh-request"]},
                "features": ["refresh"],
                "window": 256,
            }
        elif message["type"] == "prepare":
            clients[message["credential"]] = CLIENTS[mistake](**message["values"])
        else:
            client = clients[message["credential"]]
            operation = {
                "sign": client.sign,
                "request": client.request,
                "refresh-request": client.refresh,
            }[message["operation"]]
            reply |= {"status": "output", "output": operation(message["input"])}
        sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(id_ for id_ in CLIENTS if id_))  # noqa: T201 - for a person
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
