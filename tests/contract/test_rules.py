"""Rules of the whole set, and every expected value recomputed plainly with hashlib and hmac.

Nothing here uses a signer or an oracle: the assembly below is a third one.
"""

import hashlib
import hmac
from base64 import b64decode
from collections import Counter
from typing import Any

import pytest
from msgspec import UNSET

from signproof import schemes
from signproof.corpus import Case, Corpus

SCHEME = "longbridge-hmac"
CASES = Corpus.open().cases(SCHEME)
SIGNED = [case for case in CASES if case.vector.operation == "sign"]
NAMES = "authorization;x-api-key;x-timestamp"


def assembled(credential: Any, **request: Any) -> dict[str, str]:
    """Assemble a signature as the broker's page describes it."""
    block = (
        f"authorization:{credential['access_token']}\n"
        f"x-api-key:{credential['app_key']}\n"
        f"x-timestamp:{request['timestamp']}\n"
    )
    body = request["body"]
    digest = hashlib.sha1(body).hexdigest() if body else ""
    query = request["query"] or ""
    canonical = f"{request['method'].upper()}|{request['path']}|{query}|{block}|{NAMES}|{digest}"
    canonical_digest = hashlib.sha1(canonical.encode()).hexdigest()
    to_sign = f"HMAC-SHA256|{canonical_digest}"
    mac = hmac.new(credential["app_secret"].encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return {
        "canonical_headers": block,
        "body_digest": digest,
        "canonical_request": canonical,
        "canonical_digest": canonical_digest,
        "string_to_sign": to_sign,
        "signature": mac,
        "header": f"HMAC-SHA256 SignedHeaders={NAMES}, Signature={mac}",
    }


def chain(case: Case, path: str | None = None) -> dict[str, str]:
    given = case.input
    return assembled(
        case.credential,
        method=given["method"],
        path=given["path"] if path is None else path,
        query=given["query"],
        body=b64decode(given["body_b64"]),
        timestamp=given["timestamp"],
    )


def test_there_are_enough_vectors_and_enough_of_them_negative() -> None:
    negative = [case for case in CASES if case.vector.expected.reject is not UNSET]
    assert len(CASES) >= 150
    assert len(negative) >= 60


def test_ids_are_unique() -> None:
    assert [id_ for id_, count in Counter(case.id for case in CASES).items() if count > 1] == []


def test_every_operation_occurs() -> None:
    occurring = {case.vector.operation for case in CASES}
    assert occurring == set(schemes.get(SCHEME).operations)


def test_every_reason_occurs_as_a_refusal_or_as_a_meaning() -> None:
    expected = [case.vector.expected for case in CASES]
    reasons = {one.reject.reason for one in expected if one.reject is not UNSET}
    # What a code means is read by `response`, which does not refuse it.
    meanings = {one.output.get("meaning") for one in expected if one.output is not UNSET}
    assert sorted(set(schemes.get(SCHEME).reasons) - reasons - meanings) == []
    assert sorted(reasons - set(schemes.get(SCHEME).reasons)) == []


def test_every_feature_and_check_occurs() -> None:
    scheme = schemes.get(SCHEME)
    assert {name for case in CASES for name in case.vector.requires} == set(scheme.features)
    checks = {case.vector.expected.check for case in CASES} - {UNSET}
    # `sent-request` judges what an SDK sends of any vector; no vector asks for it by itself.
    assert checks | {"sent-request"} == set(scheme.checks)


@pytest.mark.parametrize("case", SIGNED, ids=lambda case: case.id.partition("/")[2])
def test_every_stage_is_what_plain_assembly_gives(case: Case) -> None:
    expected = case.vector.expected
    if expected.reject is not UNSET:
        assert case.vector.stages == {}
    elif expected.any_of is not UNSET:
        decoded = _percent_decoded(case.input["path"])
        assert [choice.output["x_api_signature"] for choice in expected.any_of] == [
            chain(case)["header"],
            chain(case, decoded)["header"],
        ]
    else:
        # An SDK shows its signature and no stages: what was recorded of it agrees all the same.
        recorded = "recorded" in case.vector.flags
        assert case.vector.stages == ({} if recorded else chain(case))
        assert expected.output == {"x_api_signature": chain(case)["header"]}


def _percent_decoded(path: str) -> str:
    octets = bytearray()
    rest = path
    while rest:
        if rest[0] == "%":
            octets.append(int(rest[1:3], 16))
            rest = rest[3:]
        else:
            octets += rest[0].encode()
            rest = rest[1:]
    return octets.decode()


def _headers(case: Case) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in case.input["request"]["headers"]:
        values.setdefault(name.lower(), []).append(value.strip(" \t"))
    return values


def _is_well_signed(case: Case) -> bool:
    """Verify a request as received, plainly: any header missing, doubled or other is a no."""
    headers, request = _headers(case), case.input["request"]
    needed = ("x-api-key", "authorization", "x-timestamp", "x-api-signature")
    if any(len(headers.get(name, [])) != 1 or not headers[name][0] for name in needed):
        return False
    credential = dict(case.credential or {})
    if headers["x-api-key"][0] != credential["app_key"]:
        return False
    credential["access_token"] = headers["authorization"][0]
    forms = {request["path"]}
    if "%" in request["path"]:
        forms.add(_percent_decoded(request["path"]))
    right = [
        assembled(
            credential,
            method=request["method"],
            path=path,
            query=request["query"],
            body=b64decode(request["body_b64"]),
            timestamp=headers["x-timestamp"][0],
        )["header"]
        for path in forms
    ]
    return headers["x-api-signature"][0] in right


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.vector.operation == "verify"],
    ids=lambda case: case.id.partition("/")[2],
)
def test_what_is_to_be_accepted_is_well_signed_and_nothing_else(case: Case) -> None:
    assert _is_well_signed(case) == (case.vector.expected.reject is UNSET)
