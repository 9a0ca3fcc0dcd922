"""Rules of the tiger-rsa vectors, and every signature recomputed with hashlib and Python's pow.

Nothing here uses a signer or an oracle: the assembly below is a third one. Only the numbers of the
keys are read by a library.
"""

import base64
import hashlib
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
)
from jsonschema import Draft202012Validator
from msgspec import UNSET

from signers.rsa_keys import Repair
from signers.tiger.settings import Trap
from signproof import schemes
from signproof.corpus import Case, Corpus
from signproof.oracles.tiger_rsa.der import numbers_of, rsa_private_key
from signproof.oracles.tiger_rsa.shapes import repairable

pytestmark = pytest.mark.once

SCHEME = "tiger-rsa"
CORPUS = Corpus.open()
CASES = CORPUS.cases(SCHEME)
FIXTURES = CORPUS.root / SCHEME / "fixtures"
PAGE = dict(
    line.split("=", 1)
    for line in (Path(__file__).parents[1] / "signers/keys/page-EXAMPLE.properties")
    .read_text()
    .splitlines()
)
DIGEST_INFO = bytes.fromhex("3021300906052b0e03021a05000414")
NEVER_SHOWN = {
    # Not fatal, so that a file with nothing else is read: `inspect-config` names them.
    "account-shape",
    "byte-order-mark",
    "duplicate-key",
    "host-mismatch",
    "key-form",
    "key-not-well-formed",
    "metadata-comment",
    "overridden",
    "read-differently",
    "secret-key-shape",
    "unknown-key",
}


def of(*operations: str) -> list[Case]:
    return [case for case in CASES if case.vector.operation in operations]


def ids(case: Case) -> str:
    return case.id.partition("/")[2]


@cache
def numbers(line: str) -> tuple[int, int, int]:
    """Return modulus, public and private exponent."""
    key = load_der_private_key(base64.b64decode(line), None)
    assert isinstance(key, RSAPrivateKey)
    private = key.private_numbers()
    return private.public_numbers.n, private.public_numbers.e, private.d


def padded(content: bytes, length: int) -> bytes:
    """Return EMSA-PKCS1-v1_5 (RFC 8017, section 9.2)."""
    end = DIGEST_INFO + hashlib.sha1(content).digest()
    return b"\0\1" + b"\xff" * (length - 3 - len(end)) + b"\0" + end


@cache
def signed(content: bytes, line: str) -> str:
    modulus, _, exponent = numbers(line)
    length = -(-modulus.bit_length() // 8)
    number = pow(int.from_bytes(padded(content, length)), exponent, modulus)
    return base64.b64encode(number.to_bytes(length)).decode()


def content_of(params: Any, charset: str, *, left_out: bool = False) -> bytes:
    """Assemble what is signed as official SDKs were seen to do it."""
    pairs = {name: value for name, value in params if name != "sign"}
    if left_out:
        pairs = {name: value for name, value in pairs.items() if value}
    text = "&".join(
        f"{name}={'null' if value is None else value}" for name, value in sorted(pairs.items())
    )
    return text.encode("gbk" if charset == "GBK" else "utf-8")


def stages(name: str, content: bytes, line: str) -> dict[str, bytes]:
    length = -(-numbers(line)[0].bit_length() // 8)
    return {
        f"{name}_b64": content,
        "digest_b64": hashlib.sha1(content).digest(),
        "encoded_message_b64": padded(content, length),
        "signature": signed(content, line).encode(),
    }


def shown(case: Case) -> dict[str, bytes]:
    """Return the stages of a vector as octets, and hold readable siblings against them."""
    found: dict[str, bytes] = {}
    for name, text in case.vector.stages.items():
        if name.endswith("_text"):
            assert text.encode() == found[name.replace("_text", "_b64")]
        else:
            found[name] = base64.b64decode(text) if name.endswith("_b64") else text.encode()
    return found


def test_there_are_enough_vectors_and_enough_of_them_negative() -> None:
    negative = [case for case in CASES if case.vector.expected.reject is not UNSET]
    assert len(CASES) >= 250
    assert len(negative) >= 100


def test_ids_are_unique() -> None:
    assert [id_ for id_, count in Counter(case.id for case in CASES).items() if count > 1] == []


def test_every_operation_occurs_with_a_good_case() -> None:
    good = {case.vector.operation for case in CASES if case.vector.expected.reject is UNSET}
    assert good == set(schemes.get(SCHEME).operations)


def test_every_reason_that_can_be_shown_is_shown() -> None:
    expected = [case.vector.expected for case in CASES]
    reasons = {one.reject.reason for one in expected if one.reject is not UNSET}
    assert sorted(set(schemes.get(SCHEME).reasons) - reasons) == sorted(NEVER_SHOWN)


def test_every_feature_and_check_occurs() -> None:
    scheme = schemes.get(SCHEME)
    assert {name for case in CASES for name in case.vector.requires} == set(scheme.features)
    checks = {case.vector.expected.check for case in CASES} - {UNSET}
    # `sent-request` judges what an SDK sends of any vector; no vector asks for it by itself.
    assert checks | {"sent-request"} == set(scheme.checks)


def test_every_trap_of_a_file_occurs() -> None:
    found = {
        finding["trap"]
        for case in of("inspect-config")
        for finding in (case.vector.expected.output or {})["findings"]
    }
    files = {"file-missing", "file-unreadable", "folder", "folder-without-file"}
    assert found == {trap.value for trap in Trap} - files


def test_every_repair_occurs_in_both_forms_and_is_refused_by_the_strict() -> None:
    repairs = {repair.value for repair in Repair}
    for form in ("pkcs1", "pkcs8"):
        shapes = [shape for shape in repairable() if shape.name.startswith(form)]
        assert {shape.repair for shape in shapes} == repairs
        known = {case.id for case in CASES}
        for shape in shapes:
            assert f"{SCHEME}/load-key/{shape.name}" in known
            assert f"{SCHEME}/strict-keys/{shape.name}" in known


def test_enough_calls_can_be_sent_by_clients_that_take_method_and_biz_content() -> None:
    sendable = [
        case
        for case in of("request")
        if case.vector.expected.reject is UNSET
        and not case.input.get("more")
        and case.input["charset"] == "UTF-8"
    ]
    assert len(sendable) >= 30
    for case in sendable:
        if case.input["biz_content"] is not None:
            assert isinstance(json.loads(case.input["biz_content"]), dict)


def test_what_sdks_are_given_has_what_they_need() -> None:
    for case in of("request", "verify"):
        assert case.credential is not None
        assert case.credential["account"]
        assert case.credential["tiger_public_key"]


@pytest.mark.parametrize("case", of("sign"), ids=ids)
def test_signatures_of_requests_are_what_plain_assembly_gives(case: Case) -> None:
    expected, credential = case.vector.expected, case.credential or {}
    if expected.reject is not UNSET:
        assert case.vector.stages == {}
        return
    line = credential["private_key"]
    params, charset = case.input["params"], case.input["charset"]
    content = content_of(params, charset)
    recorded = case.vector.flags == ["recorded"]
    assert shown(case) == ({} if recorded else stages("sign_content", content, line))
    if expected.any_of is UNSET:
        assert content == content_of(params, charset, left_out=True)
        assert expected.output == {"sign": signed(content, line)}
        return
    other = content_of(params, charset, left_out=True)
    if case.vector.flags == ["name-order"]:
        by_units = sorted(params, key=lambda pair: pair[0].encode("utf-16-be"))
        other = "&".join(f"{name}={value}" for name, value in by_units).encode()
    assert [choice.output for choice in expected.any_of] == [
        {"sign": signed(content, line)},
        {"sign": signed(other, line)},
    ]


@pytest.mark.parametrize("case", of("sign-response", "push-login"), ids=ids)
def test_signatures_of_answers_and_logins(case: Case) -> None:
    credential = dict(case.credential or {})
    if case.vector.expected.reject is not UNSET:
        return
    login = case.vector.operation == "push-login"
    name = "push_login_content" if login else "response_content"
    content = (credential["tiger_id"] if login else case.input["request_timestamp"]).encode()
    line = credential["private_key"]
    assert shown(case) == stages(name, content, line)
    assert case.vector.expected.output == {"sign": signed(content, line)}


class Number(str):
    """A number of JSON as it is written."""

    __slots__ = ()


NEEDED = ("method", "version", "timestamp", "tiger_id", "charset", "sign_type", "sign")


def decoded(body: bytes, charset: str) -> dict[str, Any]:
    """Return the fields of a body; raises ValueError for what no request has."""
    text = body.decode(charset)
    pairs = json.loads(text, object_pairs_hook=list, parse_int=Number, parse_float=Number)
    if not isinstance(pairs, list) or len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("no object, or a name twice")
    fields = {name: "true" if value is True else value for name, value in pairs}
    if any(type(fields.get(name)) is not str or not fields[name] for name in NEEDED):
        raise ValueError("a field is missing")
    if any(not isinstance(value, str | None) for value in fields.values()):
        raise ValueError("a field is no text")
    return fields


def is_well_signed(case: Case) -> bool:
    """Verify a request as received, plainly: whatever cannot be read is a no."""
    body = base64.b64decode(case.input["request"]["body_b64"])
    return any(is_well_signed_in(case, body, encoding) for encoding in ("utf-8", "gbk"))


def is_well_signed_in(case: Case, body: bytes, encoding: str) -> bool:
    credential = dict(case.credential or {})
    modulus, exponent, _ = numbers(credential["private_key"])
    length = -(-modulus.bit_length() // 8)
    try:
        fields = decoded(body, encoding)
        charset = fields["charset"].upper()
        octets = base64.b64decode(fields["sign"], validate=True)
        contents = {
            content_of(fields.items(), charset, left_out=left_out) for left_out in (False, True)
        }
    except ValueError:
        return False
    return (
        base64.b64encode(octets).decode() == fields["sign"]
        and len(octets) == length
        and int.from_bytes(octets) < modulus
        and pow(int.from_bytes(octets), exponent, modulus).to_bytes(length)
        in {padded(content, length) for content in contents}
        and fields["tiger_id"] == credential["tiger_id"]
        and fields["sign_type"] == "RSA"
        and charset in ({"UTF-8", "GBK"} if encoding == "utf-8" else {"GBK"})
        and is_timestamp(fields["timestamp"])
    )


def is_timestamp(text: str) -> bool:
    return (
        re.fullmatch(
            r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d", text
        )
        is not None
    )


@pytest.mark.parametrize("case", of("verify"), ids=ids)
def test_what_is_to_be_accepted_is_well_signed_and_nothing_else(case: Case) -> None:
    assert is_well_signed(case) == (case.vector.expected.reject is UNSET)


@pytest.mark.parametrize("case", of("verify-response"), ids=ids)
def test_an_answer_is_accepted_when_its_signature_is_the_timestamps(case: Case) -> None:
    accepted = case.vector.expected.reject is UNSET
    if accepted and case.vector.expected.output == {"signature": "absent"}:
        assert b'"sign"' not in base64.b64decode(case.input["body_b64"])
        return
    try:
        key = load_der_public_key(base64.b64decode((case.credential or {})["tiger_public_key"]))
        assert isinstance(key, RSAPublicKey)
        public = key.public_numbers()
        pairs = json.loads(
            base64.b64decode(case.input["body_b64"]).decode(), object_pairs_hook=list
        )
        members = dict(pairs)
        sign = members["sign"]
        octets = base64.b64decode(sign, validate=True)
        length = -(-public.n.bit_length() // 8)
        opened = pow(int.from_bytes(octets), public.e, public.n).to_bytes(length)
        content = case.input["request_timestamp"].encode()
        good = (
            len(members) == len(pairs)
            and base64.b64encode(octets).decode() == sign
            and len(octets) == length
            and opened == padded(content, length)
            and type(members["code"]) is int
            and isinstance(members.get("message") or "", str)
            and type(members.get("timestamp")) in {int, str, type(None)}
            and b"NaN" not in base64.b64decode(case.input["body_b64"])
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        good = False
    assert good == accepted


def test_every_accepted_shape_of_a_key_signs_alike() -> None:
    signs: dict[str, set[str]] = {}
    for case in of("load-key"):
        if case.vector.expected.output is not UNSET:
            name = case.id.rpartition("/")[2]
            last = name.rpartition("-")[2]
            key = last if last in {"second", "gateway", "1025", "2048", "3072", "4096"} else ""
            if "no-padding" in name:
                continue  # of whichever key has padding
            signs.setdefault(key, set()).add(case.vector.expected.output["sign"])
            assert case.input["content"] == "EXAMPLE content 20990001"
    assert {key: len(found) for key, found in signs.items()} == dict.fromkeys(signs, 1)
    page = signed(b"EXAMPLE content 20990001", PAGE["private_key_pk1"])
    assert signs[""] == {page}
    for key, (sign,) in signs.items():
        if key:
            file = f"EXAMPLE-{key}-1024.pem" if key.isalpha() else f"EXAMPLE-{key}.pem"
            line = "".join((FIXTURES / file).read_text().splitlines()[1:-1])
            assert sign == signed(b"EXAMPLE content 20990001", line)


def test_the_lines_of_the_page_are_those_that_must_load() -> None:
    by_id = {case.id: case for case in CASES}
    for form, name in (("pkcs1", "private_key_pk1"), ("pkcs8", "private_key_pk8")):
        case = by_id[f"{SCHEME}/load-key/{form}-base64"]
        assert base64.b64decode(case.input["key_b64"]).decode() == PAGE[name]
        assert case.vector.importance.value == "must"


def test_the_shapes_in_convert_key_are_the_pages() -> None:
    by_id = {case.id: case for case in CASES}
    for given, wanted, name in (
        ("pkcs8", "pkcs1", "private_key_pk1"),
        ("pkcs1", "pkcs8", "private_key_pk8"),
    ):
        case = by_id[f"{SCHEME}/convert-key/{given}-base64-to-{wanted}-base64"]
        expected = case.vector.expected.output or {}
        assert base64.b64decode(expected["key_b64"]).decode() == PAGE[name]


def test_the_few_lines_of_der_write_what_they_read() -> None:
    der = base64.b64decode(PAGE["private_key_pk1"])
    found = numbers_of(der)
    assert found[1:4] == list(numbers(PAGE["private_key_pk1"]))
    assert rsa_private_key(found) == der


@pytest.mark.parametrize("path", [path for path, _ in CORPUS.files(SCHEME)])
def test_every_file_is_as_the_schemas_say(path: str) -> None:
    file = json.loads((CORPUS.root / path).read_text("utf-8"))
    for name in ("vectors", SCHEME):
        text = (CORPUS.root / "schemas" / f"{name}.schema.json").read_text("utf-8")
        assert list(Draft202012Validator(json.loads(text)).iter_errors(file)) == []


def test_the_fixtures_are_all_explained() -> None:
    readme = (FIXTURES / "README.md").read_text()
    for path in FIXTURES.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in readme
