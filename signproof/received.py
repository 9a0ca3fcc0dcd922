"""Read a request that somebody kept: a curl line, a HAR entry, or the raw HTTP message."""

import base64
import binascii
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from signers.request import SignedRequest
from signproof import codec

__all__ = ["UnreadableRequest", "read_request", "split_url"]

Headers = list[tuple[bytes, bytes]]

_JSON = b"application/json"
_FORM = b"application/x-www-form-urlencoded"

# Options of curl that take a value and do not change what is signed.
_CURL_IGNORED_VALUES = {
    "-o", "--output", "-m", "--max-time", "--connect-timeout", "-w", "--write-out", "--retry",
    "-x", "--proxy", "--cacert", "--resolve", "-D", "--dump-header", "-c", "--cookie-jar",
}  # fmt: skip
_CURL_FLAGS = {
    "-v", "--verbose", "-s", "--silent", "-S", "--show-error", "-i", "--include", "-k",
    "--insecure", "-L", "--location", "-f", "--fail", "--compressed", "--http1.1", "--http2",
    "-sS", "-vs", "-N", "--no-buffer", "-g", "--globoff", "--path-as-is",
}  # fmt: skip
_CURL_DATA = {"-d", "--data", "--data-ascii", "--data-raw", "--data-binary", "--json"}
_CURL_HEADERS = {
    "-A": b"User-Agent",
    "--user-agent": b"User-Agent",
    "-e": b"Referer",
    "--referer": b"Referer",
    "-b": b"Cookie",
    "--cookie": b"Cookie",
}


class UnreadableRequest(ValueError):
    """The text is no request that can be read."""


def read_request(octets: bytes, entry: int = 0) -> SignedRequest:
    """Return the request in *octets*, whichever of the three forms it has.

    *entry* chooses among the entries of a HAR. Raises UnreadableRequest.
    """
    start = octets.lstrip()
    if re.match(rb"\$?\s*curl\s", start):
        return _curl(_text(octets))
    if start.startswith(b"{"):
        return _har(octets, entry)
    return _http(octets)


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableRequest("the curl line is not UTF-8") from None


def split_url(url: str) -> bytes:
    """Return the request target of *url*, as curl and browsers send it: without the fragment."""
    parts = urlsplit(url)
    target = parts.path or "/"
    if "?" in url.partition("#")[0]:
        target += f"?{parts.query}"
    return target.encode()


@dataclass(slots=True)
class _CurlLine:
    """What a curl line says, option by option."""

    method: str = ""
    url: str = ""
    data: list[bytes] = field(default_factory=list)
    headers: Headers = field(default_factory=list)
    as_query: bool = False
    head: bool = False
    is_json: bool = False

    def take(self, option: str, value: str) -> None:
        """Take one option; those that do not change what is signed are passed over."""
        if option in {"-X", "--request"}:
            self.method = value
        elif option in {"-H", "--header"}:
            self.headers += _curl_header(value)
        elif option in _CURL_DATA:
            self.data.append(_curl_data(option, value))
            self.is_json |= option == "--json"
        elif option in _CURL_HEADERS:
            self.headers.append((_CURL_HEADERS[option], value.encode()))
        elif option in {"", "--url"}:
            self.url = value
        self.as_query |= option in {"-G", "--get"}
        self.head |= option in {"-I", "--head"}

    def request(self) -> SignedRequest:
        """Return the request that curl would send."""
        if not self.url:
            raise UnreadableRequest("the curl line has no address")
        target, body = split_url(self.url), b"&".join(self.data)
        if self.as_query and body:
            target += (b"&" if b"?" in target else b"?") + body
            body = b""
        if body and not any(name.lower() == b"content-type" for name, _ in self.headers):
            self.headers.append((b"Content-Type", _JSON if self.is_json else _FORM))
        default = "HEAD" if self.head else "POST" if body else "GET"
        return SignedRequest((self.method or default).encode(), target, tuple(self.headers), body)


def _curl(line: str) -> SignedRequest:
    try:
        words = shlex.split(line.replace("\\\r\n", " ").replace("\\\n", " "))
    except ValueError as error:
        raise UnreadableRequest(f"the curl line cannot be split: {error}") from None
    parsed = _CurlLine()
    rest = iter(words[words.index("curl") + 1 :])
    for word in rest:
        parsed.take(*_option(word, rest))
    return parsed.request()


_CURL_TAKES_VALUE = {
    "-X",
    "--request",
    "-H",
    "--header",
    "--url",
    *_CURL_DATA,
    *_CURL_HEADERS,
    *_CURL_IGNORED_VALUES,
}


def _option(word: str, rest: Iterator[str]) -> tuple[str, str]:
    """Return an option with its value; an address has the option ``""``."""
    if not word.startswith("-") or word == "-":
        return "", word
    name, equals, value = word.partition("=")
    if word.startswith("--") and equals and name in _CURL_TAKES_VALUE:
        return name, value
    if word in _CURL_TAKES_VALUE:
        try:
            return word, next(rest)
        except StopIteration:
            raise UnreadableRequest(f"curl's option {word} has no value") from None
    if not word.startswith("--") and word[:2] in _CURL_TAKES_VALUE:
        return word[:2], word[2:]  # -XPOST
    if word in _CURL_FLAGS or word in {"-G", "--get", "-I", "--head"}:
        return word, ""
    raise UnreadableRequest(f"curl's option {word} is not understood: take it out if it can be")


def _curl_header(value: str) -> Headers:
    if value.startswith("@"):
        raise UnreadableRequest(f"curl's -H {value} names a file: write the headers out")
    name, colon, text = value.partition(":")
    if colon and not text.strip():
        return []  # curl's way of not sending a header
    if not colon:
        name, _, text = value.partition(";")
    return [(name.strip().encode(), text.strip().encode())]


def _curl_data(option: str, value: str) -> bytes:
    if value.startswith("@") and option != "--data-raw":
        raise UnreadableRequest(f"curl's {option} {value} names a file: write the body out")
    return value.encode()


def _har(octets: bytes, number: int) -> SignedRequest:
    try:
        har = codec.read(octets)
    except codec.CodecError:
        har = _lenient(octets)
    try:
        entry: Any = har
        if "log" in entry:
            entries = entry["log"]["entries"]
            if not 0 <= number < len(entries):
                raise UnreadableRequest(
                    f"the HAR has {len(entries)} entries: there is no number {number}"
                )
            entry = entries[number]
        request = entry.get("request", entry)
        headers = tuple(
            (header["name"].encode(), header["value"].encode())
            for header in request["headers"]
            if not header["name"].startswith(":")  # HTTP/2's pseudo headers
        )
        body = _post_data(request.get("postData") or {})
        return SignedRequest(request["method"].encode(), split_url(request["url"]), headers, body)
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableRequest(f"not a HAR: {type(error).__name__} at {error}") from None


def _lenient(octets: bytes) -> Any:
    """Read a HAR, whose numbers may be floats, unlike those of this project's own files."""
    import json  # noqa: PLC0415 - the codec is the rule, this the exception

    try:
        return json.loads(octets)
    except (ValueError, RecursionError) as error:
        raise UnreadableRequest(f"not JSON: {error}") from None


def _post_data(data: dict[str, Any]) -> bytes:
    text: str = data.get("text", "")
    if data.get("encoding") == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            raise UnreadableRequest("the HAR's body is not base64") from None
    return text.encode("utf-8", "surrogatepass")


def _http(octets: bytes) -> SignedRequest:
    """Read a raw message: CRLF or LF, and everything behind the blank line is the body."""
    head, blank, body = _parted(octets)
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    match = re.fullmatch(rb"(\S+) (\S+)(?: HTTP/\d(?:\.\d)?)?", lines[0])
    if match is None:
        raise UnreadableRequest(
            "neither a curl line, a HAR entry nor a raw request: a request starts with a line such "
            "as `GET /v1/asset/stock HTTP/1.1`"
        )
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon:
            shown = line[:40].decode("utf-8", "backslashreplace")
            raise UnreadableRequest(f"the header line {shown!r} has no colon")
        headers.append((name, value.strip(b" \t")))
    target = match[2]
    if target.startswith((b"http://", b"https://")):
        target = split_url(target.decode("utf-8", "replace"))
    return SignedRequest(match[1], target, tuple(headers), body if blank else b"")


def _parted(octets: bytes) -> tuple[bytes, bytes, bytes]:
    crlf, lf = octets.find(b"\r\n\r\n"), octets.find(b"\n\n")
    if crlf >= 0 and (lf < 0 or crlf < lf):
        return octets.partition(b"\r\n\r\n")
    if lf >= 0:
        return octets.partition(b"\n\n")
    return octets.rstrip(b"\r\n"), b"", b""
