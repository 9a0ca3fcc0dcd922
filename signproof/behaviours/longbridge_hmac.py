"""What Longbridge / LongPort SDKs do where the documentation is silent or contradicts itself."""

import re
from collections.abc import Mapping
from typing import Any

from signers.errors import VerificationError
from signers.longbridge import Verifier
from signers.request import SignedRequest
from signproof.behaviours.base import Behaviour, Observed
from signproof.mocks.replies import MockReply, Verdict
from signproof.schemes.longbridge_hmac.sending import PROGRAM

__all__ = ["BEHAVIOURS"]

_JSON = ((b"Content-Type", b"application/json; charset=utf-8"),)
_TEXT = ((b"Content-Type", b"text/plain"),)
_UNJUDGED = Verdict(accepted=False, reason=None, message="")
_LIMITED = b'{"code":429002,"message":"api request is limited","data":null}'
_OWN_TIMESTAMP = "1700000000"


def _call(method: str = "GET", path: str = "/v1/asset/stock", **changes: Any) -> Mapping[str, Any]:
    return {
        "method": method,
        "path": path,
        "query": None,
        "params": None,
        "body_b64": "",
        **changes,
    }


def _reply(status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> MockReply:
    return MockReply(status, headers, body, _UNJUDGED)


def _signature(observed: Observed) -> str:
    """Say whether the first request was signed, and right."""
    request = observed.requests[0]
    if not request.values(b"X-Api-Signature"):
        return "sent unsigned"
    verdict = observed.exchanges[0].reply.verdict
    return "signed right" if verdict.accepted else f"signed, refused: {verdict.reason}"


def _timestamp(observed: Observed) -> str:
    values = observed.requests[0].values(b"X-Timestamp")
    for pattern, words in (
        (rb"\d{10}", "integer seconds"),
        (rb"\d{13}", "integer milliseconds"),
        (rb"\d{10}\.\d+", "fractional seconds"),
        (rb"\d{13}\.\d+", "fractional milliseconds"),
    ):
        if len(values) == 1 and re.fullmatch(pattern, values[0]):
            return words
    return "another form" if len(values) == 1 else f"{len(values)} values"


def _headers(observed: Observed) -> str:
    names = [name.decode("ascii", "replace") for name, _ in observed.requests[0].headers]
    usual = {"host", "connection", "accept", "accept-encoding", "accept-language", "user-agent"}
    auth = {"x-api-key", "authorization", "x-timestamp", "x-api-signature"}
    case = "lower case" if all(name == name.lower() for name in names) else "canonical case"
    others = sorted({name.lower() for name in names} - usual - auth)
    return f"{case}; beside the signed ones: {', '.join(others) or 'none'}"


def _query(observed: Observed) -> str:
    query = observed.requests[0].query
    if query is None:
        return "no `?`"
    return f"`{query.decode('ascii', 'replace')}`" if query else "a bare `?`"


def _path(observed: Observed) -> str:
    path = observed.requests[0].path.decode("ascii", "backslashreplace")
    return f"`{path}`, {_signature(observed)}"


def _signed_path(observed: Observed) -> str:
    """Say which form of the path was signed."""
    request = observed.requests[0]
    credential = PROGRAM.credential
    try:
        verified = Verifier(credential["app_key"], credential["app_secret"]).verify(request)
    except VerificationError as error:
        return f"`{request.path.decode('ascii', 'replace')}`, refused: {error.reason}"
    return f"`{request.path.decode('ascii', 'replace')}`, signed {verified.path_form}"


def _retries(observed: Observed) -> str:
    requests = observed.requests
    if len(requests) == 1:
        return "not tried again"
    signatures = {request.values(b"X-Api-Signature") for request in requests}
    how = "signed anew" if len(signatures) > 1 else "with the same signature"
    again = len(requests) - 1
    times = "once" if again == 1 else f"{again} times"
    return f"tried again {times}, {how}{_refusals(observed)}"


def _refusals(observed: Observed) -> str:
    """Say why requests after the first were refused, if any was."""
    verdicts = [exchange.reply.verdict for exchange in observed.exchanges[1:]]
    reasons = sorted({str(one.reason) for one in verdicts if not one.accepted})
    return f", refused: {', '.join(reasons)}" if reasons else ""


def _own_timestamp(observed: Observed) -> str:
    request = observed.requests[0]
    values = request.values(b"X-Timestamp")
    own = _OWN_TIMESTAMP.encode() in values
    if len(values) > 1:
        others = "twice the same" if len(set(values)) == 1 else "beside its own"
        return f"sent {others}, {_signed_alone(request)}"
    return f"{'taken' if own else 'left out'}, {_signature(observed)}"


def _signed_alone(request: SignedRequest) -> str:
    """Say with which of several timestamps the signature is right."""
    for value in dict.fromkeys(request.values(b"X-Timestamp")):
        alone = tuple(
            (name, text)
            for name, text in request.headers
            if name.lower() != b"x-timestamp" or text == value
        )
        once = tuple(dict.fromkeys(alone))
        candidate = SignedRequest(request.method, request.target, once, request.body)
        try:
            Verifier(PROGRAM.credential["app_key"], PROGRAM.credential["app_secret"]).verify(
                candidate
            )
        except VerificationError:
            continue
        return "signs the given one" if value == _OWN_TIMESTAMP.encode() else "signs its own"
    return "signs neither"


def _error(observed: Observed) -> str:
    if not observed.error:
        return "taken as success"
    told = "with" if "token expired" in observed.error else "without"
    return f"an error, {told} the answer's text"


def _redirect(observed: Observed) -> str:
    """Say what the second hop carries."""
    if len(observed.requests) == 1:
        return "not followed"
    first, second = observed.requests[:2]
    carried = [
        words
        for name, words in (
            (b"Authorization", "the token"),
            (b"X-Api-Key", "the API key"),
            (b"X-Api-Signature", "the old signature"),
        )
        if second.values(name) and second.values(name) == first.values(name)
    ]
    signature = second.values(b"X-Api-Signature")
    if signature and signature != first.values(b"X-Api-Signature"):
        return f"followed, signed anew{_refusals(observed)}"
    how = "followed" if signature else "followed, unsigned"
    return f"{how}, with {', '.join(carried)}" if carried else how


BEHAVIOURS = (
    Behaviour("timestamp", "The form of X-Timestamp", _timestamp, _call()),
    Behaviour("headers-get", "Headers of a GET", _headers, _call()),
    Behaviour(
        "headers-post",
        "Headers of a POST with a JSON body",
        _headers,
        _call("POST", "/v1/trade/order", body_b64="eyJzeW1ib2wiOiI3MDAuSEsifQ=="),
    ),
    Behaviour("query-none", "A GET without parameters", _query, _call(params=[])),
    Behaviour(
        "query-encoding",
        "Parameters `b=x y~*`, `a=ü`, `a=1,2`",
        _query,
        _call(
            query="b=x%20y~%2A&a=%C3%BC&a=1%2C2", params=[["b", "x y~*"], ["a", "ü"], ["a", "1,2"]]
        ),
    ),
    Behaviour(
        "path-escaped",
        "A path with `%20` and `%C3%BC`",
        _signed_path,
        _call(path="/v1/x%20y/%C3%BC"),
    ),
    Behaviour("path-colon", "A path with `:@!$'()*,;`", _signed_path, _call(path="/v1/:@!$'()*,;")),
    Behaviour(
        "query-raw",
        "A query with `'`, `\"`, `<`, `{` and `|` as they are",
        _query,
        _call(query="a='\"<{|"),
    ),
    Behaviour("path-empty", "An empty path", _path, _call(path="")),
    Behaviour("url-slash", "A base address with a slash at its end", _path, _call(), suffix="/"),
    Behaviour("url-path", "A base address with a path", _path, _call(), suffix="/proxy"),
    Behaviour(
        "own-timestamp",
        "X-Timestamp handed over as a header",
        _own_timestamp,
        _call(headers=[["X-Timestamp", _OWN_TIMESTAMP]]),
    ),
    Behaviour(
        "secret-empty", "An empty secret", _signature, _call(), credential={"app_secret": ""}
    ),
    Behaviour(
        "token-bearer",
        "A token with `Bearer ` in front",
        _signature,
        _call(),
        credential={"access_token": f"Bearer {PROGRAM.credential['access_token']}"},
    ),
    Behaviour(
        "token-space",
        "A token with a space at its end",
        _signature,
        _call(),
        credential={"access_token": f"{PROGRAM.credential['access_token']} "},
    ),
    Behaviour(
        "limited-text",
        "HTTP 429 with a plain text",
        _retries,
        _call(),
        replies=(_reply(429, b"too many requests", _TEXT),) * 10,
    ),
    Behaviour(
        "limited-json",
        "HTTP 429 with the documented JSON",
        _retries,
        _call(),
        replies=(_reply(429, _LIMITED, _JSON),) * 10,
    ),
    Behaviour(
        "redirect",
        "HTTP 307 to another path",
        _redirect,
        _call(),
        replies=(_reply(307, b"", ((b"Location", b"/v1/trade/order/today"),)),),
    ),
    Behaviour(
        "redirect-host",
        "HTTP 307 to another host",
        _redirect,
        _call(),
        replies=(_reply(307, b"", ((b"Location", b"http://localhost:{port}/v1/other"),)),),
    ),
    Behaviour(
        "code-without-status",
        "HTTP 200 with a code that is not 0",
        _error,
        _call(),
        replies=(_reply(200, b'{"code":401003,"message":"token expired","data":null}', _JSON),),
    ),
    Behaviour(
        "message-as-msg",
        "An error whose text is in `msg`, as the page's sample has it",
        _error,
        _call(),
        replies=(_reply(200, b'{"code":401003,"msg":"token expired","data":null}', _JSON),),
    ),
)
