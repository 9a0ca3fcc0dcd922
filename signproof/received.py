"""Read a request that somebody kept: a curl line, a HAR entry, or the raw HTTP message.

No message holds a value out of the request: it may be a secret.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from signers.request import SignedRequest
from signproof import codec

__all__ = ["UnreadableRequest", "entries", "read_request", "split_url"]

Headers = list[tuple[bytes, bytes]]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
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
    "-N", "--no-buffer", "-g", "--globoff", "--path-as-is", "-G", "--get", "-I", "--head",
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


class UnreadableRequest(ValueError):
    """The text is no request that can be read."""


def read_request(
    octets: bytes, entry: int = 0, variables: Mapping[str, str] | None = None
) -> SignedRequest:
    """Return the request in *octets*, whichever of the three forms it has.

    *entry* chooses among the entries of a HAR; *variables* are what a curl line may take from the
    shell's environment. Raises UnreadableRequest.
    """
    start = octets.removeprefix(_BYTE_ORDER_MARK).lstrip()
    prompt = re.match(rb"\$?\s*curl(?:\.exe)?\s", start)
    if prompt:
        return _curl(_text(start[prompt.end() :]), variables or {})
    if start.startswith(b"{"):
        return _har(start, entry)
    return _http(start)


def entries(octets: bytes) -> int:
    """Return how many requests *octets* hold: more than one only in a HAR."""
    if not octets.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"{"):
        return 1
    try:
        return max(
            1, len(_parsed(octets.removeprefix(_BYTE_ORDER_MARK).lstrip())["log"]["entries"])
        )
    except (UnreadableRequest, KeyError, TypeError):
        return 1  # whatever is wrong with it, `read_request` says


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableRequest("the curl line is not UTF-8") from None


def _octets(text: str) -> bytes:
    # A lone surrogate, which JSON can hold, must not end in a traceback.
    return text.encode("utf-8", "surrogatepass")


def split_url(url: str) -> bytes:
    """Return the request target of *url*, as curl and browsers send it: without the fragment."""
    return _target(_octets(url))


def _target(url: bytes) -> bytes:
    behind = url.partition(b"://")[2].partition(b"#")[0]
    target = re.sub(rb"^[^/?]*", b"", behind)
    return target if target.startswith(b"/") else b"/" + target


@dataclass(slots=True)
class _CurlLine:
    """What a curl line says, option by option."""

    method: str = ""
    urls: list[str] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)
    headers: Headers = field(default_factory=list)
    unsent: set[bytes] = field(default_factory=set)
    """Headers that curl would add by itself, in lower case, and was told not to."""
    flags: set[str] = field(default_factory=set)
    is_json: bool = False

    def take(self, option: str, value: str) -> None:
        """Take one option; those that do not change what is signed are passed over."""
        if option in {"-X", "--request"}:
            self.method = value
        elif option in {"-H", "--header"}:
            self._header(value)
        elif option in _CURL_DATA:
            self.data.append(_curl_data(option, value))
            self.is_json |= option == "--json"
        elif option in _CURL_HEADERS:
            self.headers.append((_CURL_HEADERS[option], _octets(value)))
        elif option in {"", "--url"}:
            self.urls.append(value)
        elif option in _CURL_FLAGS:
            self.flags.add(option)

    def _header(self, value: str) -> None:
        if value.startswith("@"):
            raise UnreadableRequest("curl's -H names a file: write the headers out")
        name, colon, text = value.partition(":")
        if colon and not text.strip():
            self.unsent.add(_octets(name.strip().lower()))
        elif colon or value.endswith(";"):
            # `Name;` is curl's way of sending an empty header; without either it sends none.
            name = name if colon else value[:-1]
            self.headers.append((_octets(name.strip()), _octets(text.strip())))

    def request(self) -> SignedRequest:
        """Return the request that curl would send."""
        if len(self.urls) != 1:
            raise UnreadableRequest(
                f"the curl line has {len(self.urls) or 'no'} addresses"
                + (": put quotes around each header and the address" if self.urls else "")
            )
        url = self.urls[0] if "://" in self.urls[0] else f"http://{self.urls[0]}"
        target, body = split_url(url), (b"" if self.is_json else b"&").join(self.data)
        if "--path-as-is" not in self.flags:
            target = _without_dots(target)
        if self.flags & {"-G", "--get"}:
            if body:
                target += (b"&" if b"?" in target else b"?") + body
            self.data, body = [], b""
        named = {name.lower() for name, _ in self.headers} | self.unsent
        if self.data and b"content-type" not in named:
            self.headers.append((b"Content-Type", _JSON if self.is_json else _FORM))
        default = "HEAD" if self.flags & {"-I", "--head"} else "POST" if self.data else "GET"
        return SignedRequest(_octets(self.method or default), target, tuple(self.headers), body)


def _without_dots(target: bytes) -> bytes:
    """Resolve `.` and `..` in the path, as curl does unless told otherwise (RFC 3986, 5.2.4)."""
    path, mark, query = target.partition(b"?")
    segments = path.split(b"/")[1:]
    kept: list[bytes] = []
    for segment in segments:
        if segment == b"..":
            kept[-1:] = []
        elif segment != b".":
            kept.append(segment)
    if segments[-1] in {b".", b".."}:
        kept.append(b"")
    return b"/" + b"/".join(kept) + mark + query


def _curl(line: str, variables: Mapping[str, str]) -> SignedRequest:
    parsed = _CurlLine()
    rest = _words(line, variables)
    for word in rest:
        for option, value in _options(word, rest):
            parsed.take(option, value)
    return parsed.request()


# The shell's grammar, as far as a request needs it.
_PIECE = re.compile(
    r"""(?P<space>\s+) | (?P<continued>\\\r?\n)
    | '(?P<single>[^']*)' | \$'(?P<ansi>(?:[^'\\]|\\.)*)' | "(?P<double>(?:[^"\\]|\\.)*)"
    | \\(?P<escaped>.) | (?P<plain>[^\s'"\\$]+|\$(?!')[^\s'"\\$]*)""",
    re.VERBOSE | re.DOTALL,
)
_ENDS_COMMAND = re.compile("[|&;<>]")
_EXPANDED = re.compile(
    r"""\\(?P<escaped>[$`"\\\n]) | (?P<command>\$\(|`)
    | \$(?P<brace>\{)?(?P<name>[A-Za-z_]\w*)(?(brace)\})""",
    re.VERBOSE,
)
_ANSI = re.compile(
    r"\\(?:x(?P<x>[0-9A-Fa-f]{1,2})|u(?P<u>[0-9A-Fa-f]{1,4})|(?P<octal>[0-7]{1,3})|(?P<one>.))",
    re.DOTALL,
)
_LAST_ASCII = 0x7F
_ANSI_LETTERS = dict(zip("abefnrtv", "\a\b\x1b\f\n\r\t\v", strict=True))


def _words(line: str, variables: Mapping[str, str]) -> Iterator[str]:
    """Split a line as a shell does; raises UnreadableRequest."""
    word: str | None = None
    at = 0
    while at < len(line):
        piece = _PIECE.match(line, at)
        if piece is None:
            raise UnreadableRequest("the curl line ends inside quotes or behind a backslash")
        at = piece.end()
        kind = piece.lastgroup
        if kind == "space":
            if word is not None:
                yield word
            word = None
        elif kind != "continued":
            word = (word or "") + _meant(str(kind), piece[str(kind)], variables)
    if word is not None:
        yield word


def _meant(kind: str, text: str, variables: Mapping[str, str]) -> str:
    """Return what the shell makes of a piece of a word."""
    if kind == "ansi":
        return _ANSI.sub(_ansi, text)
    if kind == "plain":
        end = _ENDS_COMMAND.search(text)
        if end:
            raise UnreadableRequest(
                f"the curl line ends at an unquoted `{end[0]}`: put quotes around the address, or "
                "take out what follows the request"
            )
    if kind in {"plain", "double"}:
        return _EXPANDED.sub(lambda match: _expanded(match, variables), text)
    return text


def _expanded(match: re.Match[str], variables: Mapping[str, str]) -> str:
    if match["escaped"]:
        return match["escaped"].strip("\n")
    if match["command"]:
        raise UnreadableRequest("the shell runs a command in the curl line: write its output out")
    if match["name"] not in variables:
        raise UnreadableRequest(
            f"the shell puts a value in the place of ${match['name']}: write that out, or put "
            "single quotes around a `$` that is meant"
        )
    return variables[match["name"]]


def _ansi(match: re.Match[str]) -> str:
    if match["u"]:
        return chr(int(match["u"], 16))
    if match["x"] or match["octal"]:
        code = int(match["x"], 16) if match["x"] else int(match["octal"], 8)
        if code > _LAST_ASCII:
            raise UnreadableRequest("`\\x` beyond ASCII is not understood: write the text in UTF-8")
        return chr(code)
    return _ANSI_LETTERS.get(match["one"], match["one"])


def _options(word: str, rest: Iterator[str]) -> list[tuple[str, str]]:
    """Return the options in a word, each with its value; an address has the option ``""``."""
    if not word.startswith("-") or word == "-":
        return [("", word)]
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        if name in _CURL_TAKES_VALUE:
            return [(name, value if equals else _value(name, rest))]
        if word not in _CURL_FLAGS:
            raise _not_understood(name)
        return [(word, "")]
    options: list[tuple[str, str]] = []
    for at, letter in enumerate(word[1:], 2):
        option = f"-{letter}"
        if option in _CURL_TAKES_VALUE:
            return [*options, (option, word[at:] or _value(option, rest))]
        if option not in _CURL_FLAGS:
            raise _not_understood(option)
        options.append((option, ""))
    return options


def _value(option: str, rest: Iterator[str]) -> str:
    for value in rest:
        return value
    raise UnreadableRequest(f"curl's option {option} has no value")


def _not_understood(option: str) -> UnreadableRequest:
    return UnreadableRequest(f"curl's option {option} is not understood: take it out if it can be")


def _curl_data(option: str, value: str) -> bytes:
    if value.startswith("@") and option != "--data-raw":
        raise UnreadableRequest(f"curl's {option} names a file: write the body out")
    return _octets(value)


def _har(octets: bytes, number: int) -> SignedRequest:
    har = _parsed(octets)
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
            (_octets(header["name"]), _octets(header["value"]))
            for header in request["headers"]
            if not header["name"].startswith(":")  # HTTP/2's pseudo headers
        )
        body = _post_data(request.get("postData") or {})
        return SignedRequest(_octets(request["method"]), split_url(request["url"]), headers, body)
    except (KeyError, TypeError, AttributeError):
        raise UnreadableRequest(
            "JSON, but no HAR: neither `log.entries` nor an entry with a `request` that has "
            "`method`, `url` and `headers`"
        ) from None


@lru_cache(maxsize=1)
def _parsed(octets: bytes) -> Any:
    """Parse a HAR, once for all of its entries; raises UnreadableRequest."""
    try:
        return codec.read(octets)
    except codec.CodecError:
        return _lenient(octets)


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
        except ValueError:  # not binascii.Error alone: non-ASCII text is refused in another way
            raise UnreadableRequest("the HAR's body is not base64") from None
    return _octets(text)


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
    for number, line in enumerate(lines[1:], 2):
        name, colon, value = line.partition(b":")
        if not colon:
            raise UnreadableRequest(f"line {number} has no colon: a header is `Name: value`")
        headers.append((name, value.strip(b" \t")))
    target = match[2]
    if target.startswith((b"http://", b"https://")):
        target = _target(target)
    request = SignedRequest(match[1], target, tuple(headers), body if blank else b"")
    return _without_editors_newline(request)


def _without_editors_newline(request: SignedRequest) -> SignedRequest:
    """Drop the newline that an editor put behind the body, where Content-Length shows it."""
    lengths = request.values(b"Content-Length")
    if len(lengths) == 1 and re.fullmatch(rb"\d{1,18}", lengths[0]):
        body, rest = request.body[: int(lengths[0])], request.body[int(lengths[0]) :]
        if rest in {b"\n", b"\r\n"}:
            return replace(request, body=body)
    return request


def _parted(octets: bytes) -> tuple[bytes, bytes, bytes]:
    crlf, lf = octets.find(b"\r\n\r\n"), octets.find(b"\n\n")
    if crlf >= 0 and (lf < 0 or crlf < lf):
        return octets.partition(b"\r\n\r\n")
    if lf >= 0:
        return octets.partition(b"\n\n")
    return octets.rstrip(b"\r\n"), b"", b""
