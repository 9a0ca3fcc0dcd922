"""Rules of the shioaji-ca vectors, and values recomputed with `cryptography` and hashlib.

Nothing here uses a signer; the few tables of the oracle that are held against something are named.
"""

import base64
import calendar
import hashlib
import json
from collections import Counter
from functools import cache
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import NameOID
from jsonschema import Draft202012Validator
from msgspec import UNSET

from signproof import schemes
from signproof.corpus import Case, Corpus

pytestmark = pytest.mark.once

SCHEME = "shioaji-ca"
CORPUS = Corpus.open()
CASES = CORPUS.cases(SCHEME)
FIXTURES = CORPUS.root / SCHEME / "fixtures"
# More than half a mebibyte in one text: `test_an_envelope_that_is_too_large`.
NEVER_SHOWN = {"too-large"}


def of(*operations: str) -> list[Case]:
    return [case for case in CASES if case.vector.operation in operations]


def good(*operations: str) -> list[Case]:
    return [case for case in of(*operations) if case.vector.expected.reject is UNSET]


def ids(case: Case) -> str:
    return case.id.partition("/")[2]


@cache
def opened(pfx_b64: str, password: str) -> tuple[Any, x509.Certificate]:
    found = pkcs12.load_pkcs12(base64.b64decode(pfx_b64).rstrip(b"\n"), password.encode())
    assert found.cert is not None
    return found.key, found.cert.certificate


def person_id(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value).split("-")[0] if names else ""


def test_there_are_enough_vectors_and_enough_of_them_negative() -> None:
    negative = [case for case in CASES if case.vector.expected.reject is not UNSET]
    assert len(CASES) >= 600
    assert len(negative) >= 200


def test_there_are_enough_files() -> None:
    assert len([*FIXTURES.glob("*.pfx")]) >= 60


def test_ids_are_unique() -> None:
    assert [id_ for id_, count in Counter(case.id for case in CASES).items() if count > 1] == []


def test_every_operation_occurs_with_a_good_case() -> None:
    operations = schemes.get(SCHEME).operations
    assert {case.vector.operation for case in good(*operations)} == set(operations)


def test_every_operation_that_refuses_occurs_with_a_refusal() -> None:
    refusing = {case.vector.operation for case in CASES if case.vector.expected.reject is not UNSET}
    silent = {"read-env", "inspect-env", "activate"}
    assert refusing == set(schemes.get(SCHEME).operations) - silent


def test_every_reason_that_can_be_shown_is_shown() -> None:
    expected = [case.vector.expected for case in CASES]
    reasons = {one.reject.reason for one in expected if one.reject is not UNSET}
    assert sorted(set(schemes.get(SCHEME).reasons) - reasons) == sorted(NEVER_SHOWN)


def test_an_envelope_that_is_too_large() -> None:
    input_ = {"envelope": "pkcs1." + "A" * 524_288}
    for name in ("verify-pkcs1", "verify-pkcs7"):
        operation = schemes.get(SCHEME).operations[name]
        answer = operation.reference(None, msgspec.convert(input_, operation.input))
        assert answer.reason == "too-large"


def test_every_check_occurs() -> None:
    checks = {case.vector.expected.check for case in CASES} - {UNSET}
    assert checks == set(schemes.get(SCHEME).checks)


def test_every_baseline_is_a_good_vector() -> None:
    known = {case.id: case for case in CASES}
    for case in CASES:
        if case.vector.baseline is not UNSET:
            assert known[case.vector.baseline].vector.expected.reject is UNSET


@pytest.mark.parametrize("case", good("open-ca"), ids=ids)
def test_what_is_in_a_file(case: Case) -> None:
    expected = case.vector.expected.output or {}
    octets = base64.b64decode(case.input["pfx_b64"])
    end = 4 + int.from_bytes(octets[2:4])
    whole = base64.b64encode(octets[:end]).decode()
    _, certificate = opened(whole, case.input["password"])
    whose = {
        "person_id": person_id(certificate),
        "not_after": int(certificate.not_valid_after_utc.timestamp()),
    }
    if case.id.startswith(f"{SCHEME}/legacy/"):
        old = case.id.rpartition("/")[2] not in {"aes-256", "aes-128", "3des", "no-encryption"}
        assert expected == {**whose, "legacy": old}
        return
    begins = int(certificate.not_valid_before_utc.timestamp())
    assert expected == {**whose, "not_before": begins}


@pytest.mark.parametrize("case", of("person-id"), ids=ids)
def test_whose_certificate_it_is(case: Case) -> None:
    expected = case.vector.expected
    if "cn-empty" in case.id:
        return  # which the library only reads with a warning
    if expected.reject is not UNSET and expected.reject.reason == "malformed-certificate":
        unreadable = "error parsing|for BitString type"  # of the whole, or of the CN
        with pytest.raises((ValueError, TypeError), match=unreadable):
            person_id(
                x509.load_der_x509_certificate(base64.b64decode(case.input["certificate_b64"]))
            )
        return
    found = person_id(
        x509.load_der_x509_certificate(base64.b64decode(case.input["certificate_b64"]))
    )
    assert expected.reject is not UNSET if not found else expected.output == {"person_id": found}


@pytest.mark.parametrize("case", good("expire-time", "read-expire-time"), ids=ids)
def test_expire_times(case: Case) -> None:
    both = {**case.input, **(case.vector.expected.output or {})}
    day, _, hour = both["expire_time"].partition("T")
    numbers = [int(part) for part in (*day.split("-"), *hour.split(":"))]
    assert calendar.timegm((*numbers, 0, 0, 0)) == both["not_after"]


@pytest.mark.parametrize("case", good("sign-pkcs1"), ids=ids)
def test_signatures_of_texts(case: Case) -> None:
    credential, given = dict(case.credential or {}), case.input
    key, certificate = opened(credential["pfx_b64"], credential["password"])
    assert isinstance(key, RSAPrivateKey)
    text = f"{person_id(certificate)}{given['ip']}{given['plain_text']}{given['seconds']}".encode()
    digest = hashlib.sha1(text, usedforsecurity=False).digest()
    signature = key.sign(digest, PKCS1v15(), Prehashed(SHA1()))
    parts = [text, signature, certificate.public_bytes(Encoding.DER)]
    line, sign, der = (base64.b64encode(part).decode() for part in parts)
    assert case.vector.expected.output == {"envelope": f"pkcs1.{sign}.{line}.{der}"}
    stages = {**case.vector.stages}
    readable = stages.pop("signed_text_text", None)
    assert readable in {None, text.decode()}
    assert stages == {
        "signed_text_b64": line,
        "signature_b64": sign,
        "envelope": f"pkcs1.{sign}.{line}.{der}",
    }


@pytest.mark.parametrize("case", good("verify-pkcs1"), ids=ids)
def test_good_envelopes_are_signed(case: Case) -> None:
    _, sign, line, der = case.input["envelope"].split(".")
    certificate = x509.load_der_x509_certificate(base64.b64decode(der))
    key, text = certificate.public_key(), base64.b64decode(line)
    assert isinstance(key, RSAPublicKey)
    key.verify(base64.b64decode(sign), text, PKCS1v15(), SHA1())
    person, seconds = person_id(certificate), int(text[-10:])
    assert case.vector.expected.output == {"person_id": person, "seconds": seconds}
    assert text.decode().startswith(person)


def test_the_signature_of_every_altered_envelope_is_what_is_wrong_or_right() -> None:
    """Where the text is what is refused, the signature over it is right."""
    texts = {"wrong-person", "wrong-ip", "wrong-plain-text", "malformed-time", "text-not-utf-8"}
    for case in of("verify-pkcs1"):
        expected = case.vector.expected
        if expected.reject is not UNSET and expected.reject.reason in texts:
            _, sign, line, der = case.input["envelope"].split(".")
            key = x509.load_der_x509_certificate(base64.b64decode(der)).public_key()
            assert isinstance(key, RSAPublicKey)
            key.verify(base64.b64decode(sign), base64.b64decode(line), PKCS1v15(), SHA1())


def test_a_state_stands_for_each_event() -> None:
    for case in of("activate"):
        states = (case.vector.expected.output or {})["states"]
        assert len(states) == len(case.input["events"])
        assert all(state["accepted"] != bool(state.get("fault")) for state in states)


def test_both_readers_of_every_file_are_shown_or_one_is_unknown() -> None:
    dialects: dict[str, set[str]] = {}
    for case in of("read-env"):
        dialects.setdefault(case.id.rpartition("-")[0], set()).add(case.input["dialect"])
    single = {id_.rpartition("/")[2] for id_, found in dialects.items() if len(found) == 1}
    assert single == {"byte-order-mark"}


@pytest.mark.parametrize("path", [path for path, _ in CORPUS.files(SCHEME)])
def test_every_file_is_as_the_schemas_say(path: str) -> None:
    file = json.loads((CORPUS.root / path).read_text("utf-8"))
    for name in ("vectors", SCHEME):
        text = (CORPUS.root / "schemas" / f"{name}.schema.json").read_text("utf-8")
        assert list(Draft202012Validator(json.loads(text)).iter_errors(file)) == []


def test_the_fixtures_are_all_explained() -> None:
    readme = (FIXTURES / "README.md").read_text("utf-8")
    for path in FIXTURES.iterdir():
        assert path.name == "README.md" or f"`{path.name}`" in readme
