"""The verifier: what it accepts, each thing it refuses, and in which order it looks.

Signatures come from an oracle of its own (hashlib and hmac, as documented), except where signing
and verifying are held against each other.
"""

import hmac
from collections.abc import Callable, Sequence
from hashlib import sha1, sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers import Secret, SignedRequest, VerificationError
from signers.longbridge import (
    DuplicateHeader,
    EmptyCredential,
    InvalidValue,
    MalformedSignature,
    MissingHeader,
    PathForm,
    Signer,
    UnknownApiKey,
    Verified,
    Verifier,
    WrongAlgorithm,
    WrongSignature,
    WrongSignedHeaders,
)
from signers.longbridge.verify import AuthHeaders, read_auth_headers

KEY = b"made-up-key"
SECRET = b"made-up-secret"
TOKEN = b"made-up-token"
NOW = b"1539095200.123"
NAMES = b"authorization;x-api-key;x-timestamp"
PREFIX = b"HMAC-SHA256 SignedHeaders=" + NAMES + b", Signature="
VERIFIER = Verifier(KEY.decode(), SECRET)


def digits(method: bytes, path: bytes, query: bytes = b"", body: bytes = b"") -> bytes:
    """Return the signature's hex digits for the credential above."""
    canonical = b"|".join(
        [
            method,
            path,
            query,
            b"authorization:" + TOKEN + b"\nx-api-key:" + KEY + b"\nx-timestamp:" + NOW + b"\n",
            NAMES,
            sha1(body).hexdigest().encode() if body else b"",
        ]
    )
    text = b"HMAC-SHA256|" + sha1(canonical).hexdigest().encode()
    return hmac.new(SECRET, text, sha256).hexdigest().encode()


def auth(signature: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"X-Api-Key", KEY),
        (b"Authorization", TOKEN),
        (b"X-Timestamp", NOW),
        (b"X-Api-Signature", signature),
    )


GOOD = PREFIX + digits(b"GET", b"/v1/x", b"a=1")
REQUEST = SignedRequest(b"GET", b"/v1/x?a=1", auth(GOOD))
ACCEPTED = Verified(KEY, NOW, PathForm.AS_SENT)


def replaced(request: SignedRequest, name: bytes, *values: bytes) -> SignedRequest:
    """Return the request with other values of one header, none for a dropped one."""
    headers = [pair for pair in request.headers if pair[0] != name]
    headers += [(name, value) for value in values]
    return SignedRequest(request.method, request.target, tuple(headers), request.body)


def refusal(request: SignedRequest, verifier: Verifier = VERIFIER) -> tuple[str, str, str]:
    """Return everything that the error says: class, identifier and message."""
    with pytest.raises(VerificationError) as caught:
        verifier.verify(request)
    return type(caught.value).__name__, caught.value.reason, str(caught.value)


MALFORMED = (
    "MalformedSignature",
    "malformed-signature",
    (
        "X-Api-Signature is not `HMAC-SHA256 SignedHeaders=<names>, Signature=<64 lower-case hex "
        "digits>`: compare it character by character"
    ),
)
UNKNOWN = (
    "UnknownApiKey",
    "unknown-api-key",
    "X-Api-Key is not a known key: check it against the developer page",
)
WRONG = (
    "WrongSignature",
    "wrong-signature",
    (
        "the signature does not match the request as received: the secret differs, or what was "
        "signed is not what was sent"
    ),
)


def missing(name: str) -> tuple[str, str, str]:
    return (
        "MissingHeader",
        "missing-header",
        f"{name} is missing or empty: send it exactly as it was signed",
    )


def duplicate(name: str, count: int) -> tuple[str, str, str]:
    return (
        "DuplicateHeader",
        "duplicate-header",
        f"{name} was sent {count} times: send it once",
    )


def algorithm(found: str) -> tuple[str, str, str]:
    return (
        "WrongAlgorithm",
        "wrong-algorithm",
        f"X-Api-Signature names the algorithm '{found}': use HMAC-SHA256",
    )


def names(found: str) -> tuple[str, str, str]:
    return (
        "WrongSignedHeaders",
        "wrong-signed-headers",
        f"SignedHeaders is {found}: it must be authorization;x-api-key;x-timestamp, in this order",
    )


@pytest.mark.parametrize(
    ("method", "target", "body", "signature"),
    [
        (b"GET", b"/v1/x", b"", digits(b"GET", b"/v1/x")),
        (b"GET", b"/v1/x?", b"", digits(b"GET", b"/v1/x")),
        (b"get", b"/v1/x?b=2&a=%2f", b"", digits(b"GET", b"/v1/x", b"b=2&a=%2f")),
        (b"POST", b"//v1?a?b", b"{}", digits(b"POST", b"//v1", b"a?b", b"{}")),
        (b"POST", b"/\xe6\xb8\xaf", b"\x00", digits(b"POST", b"/\xe6\xb8\xaf", b"", b"\x00")),
    ],
)
def test_accepted(method: bytes, target: bytes, body: bytes, signature: bytes) -> None:
    request = SignedRequest(method, target, auth(PREFIX + signature), body)
    assert VERIFIER.verify(request) == ACCEPTED


@pytest.mark.parametrize(
    "headers",
    [
        tuple(reversed(REQUEST.headers)),
        tuple((name.lower(), value) for name, value in REQUEST.headers),
        tuple((name.upper(), b" \t" + value + b"\t ") for name, value in REQUEST.headers),
        (*REQUEST.headers, (b"Content-Type", b"text/plain"), (b"Content-Type", b"")),
    ],
)
def test_accepted_header_forms(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    assert VERIFIER.verify(SignedRequest(b"GET", b"/v1/x?a=1", headers)) == ACCEPTED


@pytest.mark.parametrize(
    "verifier",
    [
        Verifier(KEY.decode(), SECRET),
        Verifier(KEY.decode(), SECRET.decode()),
        Verifier(KEY.decode(), Secret(SECRET)),
    ],
)
def test_forms_of_the_secret(verifier: Verifier) -> None:
    assert verifier.verify(REQUEST) == ACCEPTED
    assert repr(verifier) == "<Verifier longbridge app_key='made-up-key'>"


@pytest.mark.parametrize(
    ("sent", "signed", "form"),
    [
        (b"/v1/%E6%B8%AF", b"/v1/%E6%B8%AF", PathForm.AS_SENT),
        (b"/v1/%E6%B8%AF", b"/v1/\xe6\xb8\xaf", PathForm.PERCENT_DECODED),
        (b"/v1/a%20b%2Fc", b"/v1/a b/c", PathForm.PERCENT_DECODED),
        (b"/v1/%e6%3f", b"/v1/\xe6?", PathForm.PERCENT_DECODED),
        (b"/v1/%zz%", b"/v1/%zz%", PathForm.AS_SENT),
        (b"/v1/%2525", b"/v1/%25", PathForm.PERCENT_DECODED),
        (b"/v1/a+b", b"/v1/a+b", PathForm.AS_SENT),
    ],
)
def test_path_forms(sent: bytes, signed: bytes, form: PathForm) -> None:
    request = SignedRequest(
        b"POST", sent + b"?q=%20", auth(PREFIX + digits(b"POST", signed, b"q=%20", b"{}")), b"{}"
    )
    assert VERIFIER.verify(request) == Verified(KEY, NOW, form)


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        (b"/v1/\xe6\xb8\xaf", b"/v1/%E6%B8%AF"),  # sent raw, signed encoded
        (b"/v1/%2525", b"/v1/%"),  # decoded twice
        (b"/v1/%2f", b"/v1/%2F"),  # the other case
        (b"/v1/a+b%2F", b"/v1/a b/"),  # a plus is no space in a path
        (b"/v1/%41?q=%41", b"/v1/A?q=A"),
    ],
)
def test_other_path_forms_are_refused(sent: bytes, signed: bytes) -> None:
    path, _, query = signed.partition(b"?")
    request = SignedRequest(b"GET", sent, auth(PREFIX + digits(b"GET", path, query)))
    assert refusal(request) == WRONG


def test_a_pipe_can_move_between_path_and_query() -> None:
    # A weakness of the scheme itself: `|` is not escaped, so these two requests are signed alike.
    signature = auth(PREFIX + digits(b"GET", b"/v1/a|", b""))
    for target in (b"/v1/a|", b"/v1/a?|"):
        assert VERIFIER.verify(SignedRequest(b"GET", target, signature)) == ACCEPTED


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (PREFIX + b"0" * 64, WRONG),
        (GOOD.upper(), MALFORMED),
        (PREFIX + digits(b"GET", b"/v1/x", b"a=1").upper(), MALFORMED),
        (PREFIX + b"0" * 63, MALFORMED),
        (PREFIX + b"0" * 65, MALFORMED),
        (PREFIX + b"0" * 40, MALFORMED),
        (PREFIX, MALFORMED),
        (PREFIX + b"g" * 64, MALFORMED),
        (GOOD + b"\n", MALFORMED),
        (b"\n" + GOOD, MALFORMED),
        (GOOD + b",", MALFORMED),
        (GOOD.replace(b", ", b","), MALFORMED),
        (GOOD.replace(b", ", b",  "), MALFORMED),
        (GOOD.replace(b", ", b" "), MALFORMED),
        (GOOD.replace(b" SignedHeaders", b"SignedHeaders"), MALFORMED),
        (GOOD.replace(b" SignedHeaders", b"  SignedHeaders"), MALFORMED),
        (GOOD.replace(b"SignedHeaders", b"signedheaders"), MALFORMED),
        (GOOD.replace(b"Signature=", b"Signature:"), MALFORMED),
        (GOOD.replace(NAMES, b'"' + NAMES + b'"'), names("'\"" + NAMES.decode() + "\"'")),
        (PREFIX + b'"' + GOOD[len(PREFIX) :] + b'"', MALFORMED),
        (GOOD.replace(NAMES, b""), MALFORMED),
        (GOOD.replace(NAMES, b"a,b"), MALFORMED),
        (GOOD.replace(NAMES, b"a b"), MALFORMED),
        (GOOD.replace(NAMES, b"\xe9"), MALFORMED),
        (b"\xff" + GOOD, MALFORMED),
        (GOOD + b"\xe9", MALFORMED),
        (GOOD + b"\x00", MALFORMED),
        (GOOD[len(PREFIX) :], MALFORMED),
        (b"Bearer " + TOKEN, MALFORMED),
        (GOOD.replace(b"HMAC-SHA256", b"hmac-sha256"), MALFORMED),
        (GOOD.replace(b"HMAC-SHA256", b"SHA256"), MALFORMED),
        (GOOD.replace(b"HMAC-SHA256", b"HMAC-"), MALFORMED),
        (GOOD.replace(b"HMAC-SHA256", b"HMAC-SHA1"), algorithm("HMAC-SHA1")),
        (GOOD.replace(b"HMAC-SHA256", b"HMAC-MD5"), algorithm("HMAC-MD5")),
        (GOOD.replace(b"HMAC-SHA256", b"HMAC-SHA512"), algorithm("HMAC-SHA512")),
        (
            b"HMAC-SHA1 SignedHeaders=" + NAMES + b", Signature=" + b"0" * 40,
            algorithm("HMAC-SHA1"),
        ),
        (
            GOOD.replace(NAMES, b"x-api-key;authorization;x-timestamp"),
            names("'x-api-key;authorization;x-timestamp'"),
        ),
        (GOOD.replace(NAMES, b"authorization"), names("'authorization'")),
        (GOOD.replace(NAMES, NAMES.upper()), names(f"'{NAMES.decode().upper()}'")),
        (GOOD.replace(NAMES, NAMES + b";"), names(f"'{NAMES.decode()};'")),
        (GOOD.replace(NAMES, NAMES + b";host")[:-1], names(f"'{NAMES.decode()};host'")),
    ],
)
def test_values_of_the_signature_header(value: bytes, expected: tuple[str, str, str]) -> None:
    assert refusal(replaced(REQUEST, b"X-Api-Signature", value)) == expected


@pytest.mark.parametrize("name", ["X-Api-Key", "Authorization", "X-Timestamp", "X-Api-Signature"])
def test_each_header_stands_once(name: str) -> None:
    wire = name.encode()
    (value,) = REQUEST.values(wire)
    assert [
        refusal(replaced(REQUEST, wire, *values))
        for values in (
            (),
            (b"",),
            (b" \t",),
            (b"", b""),
            (value, value),
            (value, b"other", b""),
            (b"", value),
        )
    ] == [
        *[missing(name)] * 4,
        duplicate(name, 2),
        duplicate(name, 3),
        duplicate(name, 2),
    ]


@pytest.mark.parametrize(
    "key", [KEY[:-1], KEY + b"y", KEY.upper(), b"\xff", KEY + b"\xe9", b"made-up\xa0key"]
)
def test_other_keys_are_unknown(key: bytes) -> None:
    assert refusal(replaced(REQUEST, b"X-Api-Key", key)) == UNKNOWN


def test_another_secret() -> None:
    assert refusal(REQUEST, Verifier(KEY.decode(), SECRET + b"!")) == WRONG


def test_the_order_of_the_checks() -> None:
    """A request with every fault at once; each refusal's fault is mended before the next."""
    seen = []
    values: dict[bytes, list[bytes]] = {
        b"X-Api-Key": [],
        b"Authorization": [],
        b"X-Timestamp": [],
        b"X-Api-Signature": [],
    }
    wrong = GOOD.replace(b"SHA256", b"SHA1").replace(b"=a", b"=b")[:-1] + b"f"
    mended: list[tuple[bytes, list[bytes]]] = [
        (b"X-Api-Key", [b"k", b"k"]),
        (b"Authorization", [TOKEN, TOKEN]),
        (b"X-Timestamp", [NOW, NOW]),
        (b"X-Api-Signature", [b"s", b"s"]),
        (b"X-Api-Key", [b"k"]),
        (b"Authorization", [TOKEN]),
        (b"X-Timestamp", [NOW]),
        (b"X-Api-Signature", [b"s"]),
        (b"X-Api-Key", [KEY]),
        (b"X-Api-Signature", [wrong[:-1]]),
        (b"X-Api-Signature", [wrong[:-1].replace(b"SHA1", b"SHA256")]),
        (b"X-Api-Signature", [PREFIX + b"0" * 63]),
        (b"X-Api-Signature", [PREFIX + b"0" * 64]),
    ]
    for name, value in mended:
        headers = tuple((key, one) for key, several in values.items() for one in several)
        seen.append(refusal(SignedRequest(b"GET", b"/v1/x?a=1", headers)))
        values[name] = value
    headers = tuple((key, one) for key, several in values.items() for one in several)
    seen.append(refusal(SignedRequest(b"GET", b"/v1/x?a=1", headers)))
    assert seen == [
        missing("X-Api-Key"),
        missing("Authorization"),
        missing("X-Timestamp"),
        missing("X-Api-Signature"),
        duplicate("X-Api-Key", 2),
        duplicate("Authorization", 2),
        duplicate("X-Timestamp", 2),
        duplicate("X-Api-Signature", 2),
        UNKNOWN,
        MALFORMED,
        algorithm("HMAC-SHA1"),
        names("'buthorization;x-api-key;x-timestamp'"),
        MALFORMED,
        WRONG,
    ]


def test_keys_and_signatures_are_compared_in_constant_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest
    verifier = Verifier(KEY.decode(), SECRET)

    def spy(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return real(left, right)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    verified = [verifier.verify(REQUEST), verifier.verify(REQUEST)]
    monkeypatch.undo()
    right = digits(b"GET", b"/v1/x", b"a=1")
    assert verified == [ACCEPTED, ACCEPTED]
    assert compared == [(KEY, KEY), (right, right), (KEY, KEY), (GOOD, GOOD)]


def judged(request: SignedRequest, verifier: Verifier) -> Verified | tuple[str, str, str]:
    try:
        return verifier.verify(request)
    except VerificationError as error:
        return type(error).__name__, error.reason, str(error)


BARE = SignedRequest(b"GET", b"/v1/x", auth(PREFIX + digits(b"GET", b"/v1/x")))


@pytest.mark.parametrize("good", [REQUEST, BARE])
@pytest.mark.parametrize(
    "name", [b"X-Api-Key", b"Authorization", b"X-Timestamp", b"X-Api-Signature"]
)
@pytest.mark.parametrize(
    "change",
    [
        lambda value: value,
        lambda _: b"",
        lambda _: b" ",
        lambda value: b" " + value,
        lambda value: value + b"\t",
        lambda value: value + b"0",
        lambda value: value.upper(),
        lambda value: value[::-1],
        lambda _: NOW.partition(b".")[0],
    ],
)
def test_a_verifier_judges_as_if_it_had_seen_nothing_before(
    good: SignedRequest, name: bytes, change: Callable[[bytes], bytes]
) -> None:
    used = Verifier(KEY.decode(), SECRET)
    for _ in range(3):
        assert used.verify(good) == ACCEPTED
    headers = tuple((n, change(value) if n == name else value) for n, value in good.headers)
    for request in (
        SignedRequest(good.method, good.target, headers, good.body),
        SignedRequest(good.method, good.target, (*headers, (name.lower(), b"1")), good.body),
        SignedRequest(b"POST", good.target, headers, good.body),
        SignedRequest(good.method, b"/v1/y", headers, good.body),
        SignedRequest(good.method, good.target, headers, b"{}"),
        good,
    ):
        fresh = Verifier(KEY.decode(), SECRET)
        assert judged(request, used) == judged(request, fresh)


def test_what_a_signature_over_white_space_vouches_for() -> None:
    spaced = NOW + b" "
    canonical = b"GET|/v1/x||authorization:%b\nx-api-key:%b\nx-timestamp:%b\n|%b|" % (
        TOKEN, KEY, spaced, NAMES,
    )  # fmt: skip
    text = b"HMAC-SHA256|" + sha1(canonical).hexdigest().encode()
    signature = PREFIX + hmac.new(SECRET, text, sha256).hexdigest().encode()
    request = replaced(BARE, b"X-Timestamp", spaced)
    request = replaced(request, b"X-Api-Signature", signature)
    used = Verifier(KEY.decode(), SECRET)
    used.verify(BARE)
    assert refusal(request, used) == WRONG


def test_a_new_token_is_judged_as_the_old_one() -> None:
    verifier = Verifier(KEY.decode(), SECRET)
    for token in ("one", "two", "one"):
        signer = Signer(KEY.decode(), SECRET, token)
        signed = [signer.request("GET", path, timestamp="1") for path in ("/a", "/b", "/a")]
        assert [verifier.verify(request).path_form for request in signed] == [PathForm.AS_SENT] * 3
    other = replaced(signed[0], b"Authorization", b"two")
    assert refusal(other, verifier) == WRONG


def test_what_a_verifier_keeps_is_bounded() -> None:
    signer, verifier = Signer(KEY.decode(), SECRET, TOKEN.decode()), Verifier(KEY.decode(), SECRET)
    for number in range(600):
        method = "GET" + "X" * (number // 200 * (number % 12))
        request = signer.request(method, f"/{number}" + "x" * 1024 * (number % 2), timestamp="1")
        named = request.with_headers([(b"X-%d" % number, b"")])
        verifier.verify(named)
        verifier.verify(named)
    long = signer.request("X" * 1024, "/", timestamp="1")
    verifier.verify(long)
    verifier.verify(long)
    starts = verifier._known.starts
    assert (len(verifier._layouts) <= 16, len(starts) <= 8) == (True, True)
    assert all(len(targets) <= 64 for targets in starts.values())
    kept = [method + target for method, targets in starts.items() for target in targets]
    assert max(map(len, kept)) <= 1024


def test_read_auth_headers() -> None:
    assert read_auth_headers(REQUEST) == AuthHeaders(KEY, Secret(TOKEN), NOW, GOOD)
    assert repr(read_auth_headers(REQUEST)) == (
        f"AuthHeaders(app_key={KEY!r}, access_token=Secret('***'), timestamp={NOW!r}, "
        f"signature_header={GOOD!r})"
    )


@pytest.mark.parametrize(
    ("key", "secret", "name"),
    [
        ("", SECRET, "the app key"),
        ("k", "", "the app secret"),
        ("k", b"", "the app secret"),
        ("", "", "the app key"),
    ],
)
def test_refused_credentials(key: str, secret: str | bytes, name: str) -> None:
    with pytest.raises(EmptyCredential) as caught:
        Verifier(key, secret)
    assert (caught.value.name, str(caught.value)) == (
        name,
        f"{name} is empty: set it from the developer page before signing",
    )


@pytest.mark.parametrize("key", ["k ", " k", "k\n", "ключ", "k\udc80"])
def test_keys_that_no_header_can_carry(key: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Verifier(key, SECRET)
    assert (caught.value.name, str(caught.value)) == (
        "the app key",
        (
            "the app key holds white space, a control or a non-ASCII character, which would not "
            "arrive as it was signed: take it out"
        ),
    )


def test_errors_carry_the_values_they_speak_of() -> None:
    repeated = DuplicateHeader("X-Timestamp", 2)
    assert (repeated.name, repeated.count) == ("X-Timestamp", 2)
    assert MissingHeader("X-Timestamp").name == "X-Timestamp"
    assert WrongAlgorithm("HMAC-MD5").found == "HMAC-MD5"
    assert WrongSignedHeaders("a;b").found == "a;b"


# What is signed is accepted, and nothing else.

VISIBLE = bytes(range(0x21, 0x7F))


def octets(alphabet: bytes, min_size: int = 0) -> st.SearchStrategy[str]:
    return st.text(alphabet.decode("latin-1"), min_size=min_size, max_size=30)


NO_FRAGMENT = VISIBLE.replace(b"#", b"")
REQUESTS = st.builds(
    Signer(KEY.decode(), SECRET, TOKEN.decode()).request,
    st.text("GETPOSUDLgetposudl", min_size=1, max_size=8),
    octets(NO_FRAGMENT.replace(b"?", b"")).map("/".__add__),
    st.none() | octets(NO_FRAGMENT),
    st.binary(max_size=50),
    timestamp=octets(VISIBLE, 1),
)


def other_octet(
    data: st.DataObject, value: bytes, alphabet: Sequence[int] = VISIBLE, start: int = 0
) -> bytes:
    """Return *value* with one octet from *start* on replaced by another one of *alphabet*."""
    at = data.draw(st.integers(start, len(value) - 1), label="at")
    octet = data.draw(st.sampled_from(alphabet).filter(value[at].__ne__), label="octet")
    return value[:at] + bytes([octet]) + value[at + 1 :]


@given(REQUESTS)
def test_what_is_signed_is_accepted(request_: SignedRequest) -> None:
    (timestamp,) = request_.values(b"X-Timestamp")
    assert VERIFIER.verify(request_) == Verified(KEY, timestamp, PathForm.AS_SENT)


@given(REQUESTS, st.data())
def test_another_method_is_refused(request_: SignedRequest, data: st.DataObject) -> None:
    upper = request_.method.upper()
    method = other_octet(data, upper, range(256))
    if method.upper() == upper:
        return  # case is folded
    changed = SignedRequest(method, request_.target, request_.headers, request_.body)
    assert refusal(changed) == WRONG


@given(REQUESTS, st.data())
def test_another_target_is_refused(request_: SignedRequest, data: st.DataObject) -> None:
    target = other_octet(data, request_.target, range(256))
    changed = SignedRequest(request_.method, target, request_.headers, request_.body)
    assert refusal(changed) == WRONG


@given(REQUESTS, st.data())
def test_another_body_is_refused(request_: SignedRequest, data: st.DataObject) -> None:
    bodies = [request_.body + b"\n", b" " + request_.body]
    if request_.body:
        bodies += [b"", request_.body[:-1], other_octet(data, request_.body, range(256))]
    for body in bodies:
        changed = SignedRequest(request_.method, request_.target, request_.headers, body)
        assert refusal(changed) == WRONG


@pytest.mark.parametrize(
    ("name", "expected"),
    [(b"X-Api-Key", UNKNOWN), (b"Authorization", WRONG), (b"X-Timestamp", WRONG)],
)
@given(REQUESTS, st.data())
def test_another_value_of_a_signed_header_is_refused(
    name: bytes, expected: tuple[str, str, str], request_: SignedRequest, data: st.DataObject
) -> None:
    (value,) = request_.values(name)
    for other in (other_octet(data, value), value + b"0", b"0" + value):
        assert refusal(replaced(request_, name, other)) == expected


def class_at(position: int, octet: int) -> type[VerificationError]:
    """Return how a change of one octet of the signature's header must be called."""
    if 5 <= position < 11 and chr(octet) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        return WrongAlgorithm
    if 26 <= position < 61 and octet in VISIBLE and octet != ord(","):
        return WrongSignedHeaders
    if position >= 73 and chr(octet) in "0123456789abcdef":
        return WrongSignature
    return MalformedSignature


@given(REQUESTS, st.integers(0, 136), st.integers(0, 255))
def test_another_signature_is_refused(request_: SignedRequest, position: int, octet: int) -> None:
    (value,) = request_.values(b"X-Api-Signature")
    if value[position] == octet:
        return
    other = value[:position] + bytes([octet]) + value[position + 1 :]
    with pytest.raises(VerificationError) as caught:
        VERIFIER.verify(replaced(request_, b"X-Api-Signature", other))
    assert type(caught.value) is class_at(position, octet)


@given(REQUESTS, st.integers(0, 3))
def test_a_header_dropped_or_sent_twice_is_refused(request_: SignedRequest, index: int) -> None:
    name, value = request_.headers[index]
    dropped, twice = replaced(request_, name), request_.with_headers([(name.lower(), value)])
    assert refusal(dropped) == missing(name.decode())
    assert refusal(twice) == duplicate(name.decode(), 2)


def test_unknown_key_says_nothing_of_the_signature() -> None:
    with pytest.raises(UnknownApiKey) as caught:
        VERIFIER.verify(replaced(REQUEST, b"X-Api-Key", b"other"))
    assert caught.value.args == (UNKNOWN[2],)
