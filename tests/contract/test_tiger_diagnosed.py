"""What the harness finds out of wrong answers: refused keys, opened signatures, stages."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from signproof import schemes
from signproof.corpus import Case, Corpus
from signproof.diagnose import Seen, diagnose
from signproof.implementations.base import Broken, Progress, Reply
from signproof.lint import _stage_faults
from signproof.model import (
    Answer,
    Choice,
    Difference,
    Expected,
    Implementation,
    Outcome,
    Reject,
    Report,
    Source,
    SourceKind,
    Status,
    Vector,
)
from signproof.schemes.tiger_rsa.sending import PROGRAM
from signproof.verify import verify

pytestmark = pytest.mark.once

SCHEME = schemes.get("tiger-rsa")
PRIVATE_KEY = PROGRAM.credential["private_key"]
CREDENTIAL = {"tiger_id": "20990001", "private_key": PRIVATE_KEY}

Json = dict[str, Any]


def base64(octets: bytes) -> str:
    return b64encode(octets).decode()


def key() -> RSAPrivateKey:
    loaded = load_der_private_key(b64decode(PRIVATE_KEY), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


KEY = key()
PKCS1 = PRIVATE_KEY.encode()
PKCS8 = b64encode(KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def signed(content: bytes, *, sha256: bool = False) -> str:
    return base64(KEY.sign(content, PKCS1v15(), SHA256() if sha256 else SHA1()))


def case(
    name: str,
    operation: str,
    input_: Json,
    expected: Expected,
    stages: Mapping[str, str] | None = None,
) -> Case:
    credential = None if operation == "load-key" else CREDENTIAL
    vector = Vector(
        id=f"tiger-rsa/{name}",
        comment="A case of these tests.",
        operation=operation,
        credential=None if credential is None else "main",
        input=input_,
        stages=dict(stages or {}),
        expected=expected,
        source=Source(kind=SourceKind.DERIVED, where="tests", note=""),
    )
    return Case("tiger-rsa", vector, credential, input_)


def loading(name: str, held: bytes, reject: str = "") -> Case:
    right = Expected(output={"sign": signed(b"abc")})
    return case(
        f"load-key/{name}",
        "load-key",
        {"key_b64": base64(held), "content": "abc"},
        Expected(reject=Reject(reason=reject)) if reject else right,
    )


CONTENT = b"a=\xc3\xa9&b=2"
DIGEST = hashlib.sha1(CONTENT).digest()
INFO = bytes.fromhex("3021300906052b0e03021a05000414")
MESSAGE = b"\0\1" + b"\xff" * 90 + b"\0" + INFO + DIGEST
STAGES = {
    "sign_content_b64": base64(CONTENT),
    "sign_content_text": CONTENT.decode(),
    "digest_b64": base64(DIGEST),
    "encoded_message_b64": base64(MESSAGE),
    "signature": signed(CONTENT),
}
SIGN = case(
    "sign/two",
    "sign",
    {"params": [["b", "2"], ["a", "é"]]},
    Expected(output={"sign": signed(CONTENT)}),
    STAGES,
)


class Canned:
    """Gives the replies that it was given, by name."""

    implementation = Implementation(name="canned")
    features = frozenset({"reasons"})
    stderr = ""

    def __init__(self, replies: Sequence[tuple[Case, Reply]]) -> None:
        self.replies: dict[str, Reply] = {one.id: reply for one, reply in replies}

    def run(self, cases: Sequence[Case], progress: Progress) -> dict[str, Reply]:
        for _ in cases:
            progress()
        return self.replies


def judged(*replies: tuple[Case, Reply]) -> Report:
    return verify(Canned(replies), Corpus.open(), [one for one, _ in replies])


def output(sign: str, **stages: str) -> Answer:
    return Answer(status=Status.OUTPUT, output={"sign": sign}, stages=stages)


RIGHT = output(signed(b"abc"))
REFUSED = Answer(status=Status.REJECTED, reason="malformed-key", message="no PKCS#8")


# Keys that are refused.


def test_a_loader_that_refuses_pkcs1_is_diagnosed() -> None:
    report = judged(
        (loading("pkcs1", PKCS1), REFUSED),
        (loading("pem", PEM), REFUSED),
        (loading("pkcs8", PKCS8), RIGHT),
    )
    causes = {one.id: [cause.id for cause in one.causes] for one in report.results}
    assert {id_: found[:1] for id_, found in causes.items()} == {
        "tiger-rsa/load-key/pem": ["key-loader-refuses-pkcs1"],
        "tiger-rsa/load-key/pkcs1": ["key-loader-refuses-pkcs1"],
        "tiger-rsa/load-key/pkcs8": [],
    }
    for one in report.results[:2]:
        assert (one.outcome, one.message) == (
            Outcome.FAIL,
            "refused a good input: malformed-key",
        )
        assert (one.difference, one.opened) == (None, "")


REQUEST = case(
    "request/one",
    "request",
    {"api_method": "m", "biz_content": None, "timestamp": "2026-01-02 03:04:05"},
    Expected(check="signed-request"),
)


@pytest.mark.parametrize("one", [SIGN, REQUEST])
def test_a_refusal_is_not_taken_for_one_elsewhere(one: Case) -> None:
    """Of these operations a pipeline gives no refusal: there is nothing to replay."""
    (result,) = judged((one, REFUSED)).results
    assert (result.outcome, result.causes, result.difference) == (Outcome.FAIL, [], None)


def test_a_key_that_is_taken_wrongly_is_not_diagnosed() -> None:
    (result,) = judged((loading("path", b"/my/key.pem", "path"), RIGHT)).results
    assert (result.outcome, result.causes, result.opened) == (Outcome.FAIL, [], "")


# Signatures.


@pytest.mark.parametrize(
    ("reply", "outcome", "causes", "opened"),
    [
        (output(signed(CONTENT)), "pass", [], ""),
        (
            output(signed(CONTENT, sha256=True)),
            "fail",
            ["digest-sha256"],
            "PKCS#1 v1.5, SHA-256, over the right content",
        ),
        (
            output(KEY.sign(CONTENT, PKCS1v15(), SHA1()).hex()),
            "fail",
            ["signature-hex"],
            "hexadecimal, where base64 is right; PKCS#1 v1.5, SHA-1, over the right content",
        ),
        (output(""), "fail", [], ""),
        (Answer(status=Status.ERRORED, message="no"), "error", [], ""),
        (Answer(status=Status.SKIPPED, message="no"), "skip", [], ""),
        (Broken(Outcome.TIMEOUT, "slow"), "timeout", [], ""),
    ],
)
def test_a_signature(reply: Reply, outcome: str, causes: list[str], opened: str) -> None:
    (result,) = judged((SIGN, reply)).results
    shown = [cause.id for cause in result.causes]
    assert (result.outcome.value, shown, result.opened) == (outcome, causes, opened)


# Stages.


@pytest.mark.parametrize(
    ("stages", "stage", "offset", "expected", "got"),
    [
        (
            {"sign_content_b64": base64(b"a=\xc3\xa8&b=2")},
            "sign_content",
            3,
            "a=é&b=2",
            "a=è&b=2",
        ),
        (
            {"digest_b64": base64(b"\0" * 20)},
            "digest",
            0,
            DIGEST.hex(" "),
            bytes(20).hex(" "),
        ),
        (
            {"encoded_message_b64": base64(MESSAGE[:-20] + bytes(20))},
            "encoded_message",
            108,
            f"… {MESSAGE[96:].hex(' ')}",
            f"… {MESSAGE[96:108].hex(' ')} {bytes(20).hex(' ')}",
        ),
        ({"digest_b64": "no base64!"}, "digest", 0, DIGEST.hex(" "), "no base64!"),
        (
            {"digest_b64": base64(DIGEST) + "\n", "signature": "x"},
            "digest",
            0,
            DIGEST.hex(" "),
            f"{base64(DIGEST)[:24]}…",
        ),
        ({"digest": "x"}, "digest", 0, DIGEST.hex(" "), "x"),
        ({"sign_content_text": "x", "sign_content_b64": base64(b"a")}, "sign_content", 1, *(
            "a=é&b=2", "a"
        )),
    ],
)  # fmt: skip
def test_a_stage_that_differs(
    stages: Mapping[str, str], stage: str, offset: int, expected: str, got: str
) -> None:
    (result,) = judged((SIGN, output("wrong", **stages))).results
    assert result.difference == Difference(stage=stage, offset=offset, expected=expected, got=got)


def test_right_stages_of_a_wrong_signature_end_at_the_output() -> None:
    (result,) = judged((SIGN, output("wrong", **STAGES))).results
    assert result.difference is not None
    assert (result.difference.stage, result.difference.got) == ("sign", "wrong")


# What `vectors lint` says of stages.

NOT_BASE64 = "stages.digest_b64 is not base64: it must be padded, in one line, of A-Z a-z 0-9 + /"
ORDER = "its stages are not the operation's, in their order"
LAST = "its last stage is not its output"


def changed(**changes: str | None) -> dict[str, str]:
    return {name: text for name, text in {**STAGES, **changes}.items() if text is not None}


SHA_256 = Choice(label="b", output={"sign": "other"})
RIGHT_FORM = Choice(label="a", output={"sign": STAGES["signature"]})
SAME: Json = {}


@pytest.mark.parametrize(
    ("operation", "stages", "expected", "faults"),
    [
        ("sign", {}, SIGN.vector.expected, []),
        ("sign", STAGES, SIGN.vector.expected, []),
        ("sign", STAGES, Expected(any_of=[RIGHT_FORM, SHA_256]), []),
        ("sign", STAGES, Expected(any_of=[SHA_256, RIGHT_FORM]), [LAST]),
        ("sign", STAGES, Expected(check="signed-request"), []),
        ("sign", STAGES, Expected(output={"sign": "other"}), [LAST]),
        ("sign", changed(signature="other"), SIGN.vector.expected, [LAST]),
        ("sign", changed(digest_b64="no"), SIGN.vector.expected, [NOT_BASE64]),
        ("sign", changed(digest_b64=None), SIGN.vector.expected, [ORDER]),
        ("sign", changed(response_content_b64="YQ=="), SIGN.vector.expected, [ORDER]),
        (
            "sign",
            changed(sign_content_text="other"),
            SIGN.vector.expected,
            ["stages.sign_content_text does not repeat sign_content_b64"],
        ),
        ("sign-response", STAGES, SIGN.vector.expected, [ORDER]),
        (
            "sign-response",
            {
                "response_content_b64": base64(CONTENT),
                **changed(sign_content_b64=None, sign_content_text=None),
            },
            SIGN.vector.expected,
            [],
        ),
        ("load-key", STAGES, SIGN.vector.expected, [ORDER]),
    ],
)
def test_the_stages_of_a_vector(
    operation: str, stages: dict[str, str], expected: Expected, faults: list[str]
) -> None:
    vector = msgspec.structs.replace(SIGN.vector, stages=stages, expected=expected)
    assert [*_stage_faults(SCHEME, SCHEME.operations[operation], vector)] == faults


def test_of_two_forms_that_conform_the_one_taken_is_replayed() -> None:
    """A client that leaves empty fields out is wrong in its digest alone."""
    cases = {one.id: one for one in Corpus.open().cases("tiger-rsa")}
    case = cases["tiger-rsa/empty-values/empty-text"]
    assert case.credential is not None
    pairs = [(name, text) for name, text in case.input["params"] if text]
    content = "&".join(f"{name}={text}" for name, text in sorted(pairs)).encode()
    key = load_der_private_key(b64decode(case.credential["private_key"]), None)
    assert isinstance(key, RSAPrivateKey)
    sign = b64encode(key.sign(content, PKCS1v15(), SHA256())).decode()
    scheme = schemes.get("tiger-rsa")
    found = diagnose(scheme, [Seen(case, {"sign": sign})], [])
    assert [cause.id for cause in found.causes[case.id]] == ["digest-sha256"]
    assert scheme.opened is not None
    shown = scheme.opened(
        scheme.operations["sign"].replay, dict(case.credential), case.input, {"sign": sign}
    )
    assert shown == "PKCS#1 v1.5, SHA-256, over the right content"
