"""The schemas are those of the code, the vectors validate, and broken ones do not."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from signproof import schemas
from signproof.corpus import CONFIRMATIONS, default_root
from signproof.schemes.longbridge_hmac.model import Credential, RefreshResponseOutput

ROOT = default_root()
SCHEME = "longbridge-hmac"
NAMES = [
    "bench",
    "confirmations",
    "longbridge-hmac",
    "manifest",
    "matrix",
    "protocol",
    "report",
    "shioaji-ca",
    "tiger-rsa",
    "vectors",
]
VECTOR_FILES = sorted(
    path.name for path in (ROOT / SCHEME).glob("*.json") if path.name != CONFIRMATIONS
)

Json = Any


def schema(name: str) -> Draft202012Validator:
    path = ROOT / "schemas" / f"{name}.schema.json"
    return Draft202012Validator(json.loads(path.read_text("utf-8")))


def vector_file(name: str) -> Json:
    return json.loads((ROOT / SCHEME / name).read_text("utf-8"))


def messages(validator: Draft202012Validator, value: Json) -> Iterator[str]:
    return (f"{error.json_path}: {error.message}" for error in validator.iter_errors(value))


def test_the_schemas_on_disk_are_those_of_the_code() -> None:
    folder = ROOT / "schemas"
    on_disk = {f"schemas/{path.name}": path.read_bytes() for path in folder.iterdir()}
    assert on_disk == schemas.files()
    assert sorted(on_disk) == [f"schemas/{name}.schema.json" for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name).schema)


@pytest.mark.parametrize("which", ["vectors", SCHEME])
@pytest.mark.parametrize("name", VECTOR_FILES)
def test_every_vector_file_validates(name: str, which: str) -> None:
    assert list(messages(schema(which), vector_file(name))) == []


def test_the_confirmations_validate_and_are_of_vectors() -> None:
    file = vector_file(CONFIRMATIONS)
    assert list(messages(schema("confirmations"), file)) == []
    ids = {vector["id"] for name in VECTOR_FILES for vector in vector_file(name)["vectors"]}
    assert {one["vector"] for one in file["confirmations"]} - ids == set()


def test_the_manifest_validates() -> None:
    manifest = json.loads((ROOT / "manifest.json").read_text("utf-8"))
    assert list(messages(schema("manifest"), manifest)) == []
    del manifest["set_version"]
    manifest["files"][0]["sha256"] = "00"
    assert sorted(messages(schema("manifest"), manifest)) == [
        "$.files[0].sha256: '00' does not match '^[0-9a-f]{64}$'",
        "$: 'set_version' is a required property",
    ]


def _first(file: Json) -> Json:
    return file["vectors"][0]


Change = Callable[[Json], object]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda file: file.pop("format"), "$: 'format' is a required property", id="no-format"
        ),
        pytest.param(
            lambda file: file.update(format="1"),
            "$.format: '1' is not of type 'integer'",
            id="format-as-text",
        ),
        pytest.param(
            lambda file: file.update(topic=""), "$.topic: '' should be non-empty", id="no-topic"
        ),
        pytest.param(
            lambda file: file["notes"].update(x=1),
            "$.notes.x: 1 is not of type 'string'",
            id="note-as-number",
        ),
        pytest.param(
            lambda file: _first(file).update(id="X/x/y"),
            "$.vectors[0].id: 'X/x/y' does not match '^[a-z0-9-]+/[a-z0-9-]+/[a-z0-9.-]+$'",
            id="bad-id",
        ),
        pytest.param(
            lambda file: _first(file).pop("comment"),
            "$.vectors[0]: 'comment' is a required property",
            id="no-comment",
        ),
        pytest.param(
            lambda file: _first(file).pop("source"),
            "$.vectors[0]: 'source' is a required property",
            id="no-source",
        ),
        pytest.param(
            lambda file: _first(file)["source"].update(kind="hearsay"),
            "$.vectors[0].source.kind: 'hearsay' is not one of ['derived', 'document', 'report', "
            "'sdk-recording']",
            id="unknown-kind-of-source",
        ),
        pytest.param(
            lambda file: _first(file).update(importance="perhaps"),
            "$.vectors[0].importance: 'perhaps' is not one of ['may', 'must', 'should']",
            id="unknown-importance",
        ),
        pytest.param(
            lambda file: _first(file).update(stages={"header": None}),
            "$.vectors[0].stages.header: None is not of type 'string'",
            id="stage-null",
        ),
        pytest.param(
            lambda file: _first(file).update(expected={"reject": {}}),
            "$.vectors[0].expected.reject: 'reason' is a required property",
            id="reject-without-reason",
        ),
        pytest.param(
            lambda file: _first(file).update(expected={}),
            "$.vectors[0].expected: {} is not valid under any of the given schemas",
            id="nothing-expected",
        ),
        pytest.param(
            lambda file: _first(file)["expected"].update(check="signed-request"),
            "$.vectors[0].expected: {'output': {'x_api_signature': 'X'}, 'check': "
            "'signed-request'} is valid under each of {'required': ['check']}, {'required': "
            "['output']}",
            id="two-expectations",
        ),
    ],
)
def test_what_the_format_refuses(change: Change, message: str) -> None:
    file = vector_file("query.json")
    _first(file)["expected"] = {"output": {"x_api_signature": "X"}}
    change(file)
    assert list(messages(schema("vectors"), file)) == [message]


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        pytest.param(
            "query.json",
            lambda file: file["credentials"]["main"].pop("app_key"),
            "$.credentials.main: 'app_key' is a required property",
            id="credential-without-key",
        ),
        pytest.param(
            "query.json",
            lambda file: _first(file).update(operation="guess"),
            "$.vectors[0].operation: 'guess' is not one of ['sign', 'request', 'refresh-request', "
            "'verify', 'response', 'refresh-response']",
            id="unknown-operation",
        ),
        pytest.param(
            "query.json",
            lambda file: _first(file)["input"].update(query=1),
            "$.vectors[0].input.query: 1 is not valid under any of the given schemas",
            id="query-as-number",
        ),
        pytest.param(
            "query.json",
            lambda file: _first(file)["input"].pop("timestamp"),
            "$.vectors[0].input: 'timestamp' is a required property",
            id="no-timestamp",
        ),
        pytest.param(
            "query.json",
            lambda file: _first(file)["expected"]["output"].update(x_api_signature=None),
            "$.vectors[0].expected.output.x_api_signature: None is not of type 'string'",
            id="signature-null",
        ),
        pytest.param(
            "request.json",
            lambda file: _first(file)["input"].update(params=[["a"]]),
            "$.vectors[0].input.params[0]: ['a'] is too short",
            id="param-without-value",
        ),
        pytest.param(
            "verify.json",
            lambda file: _first(file)["input"]["request"].update(method=""),
            "$.vectors[0].input.request.method: '' should be non-empty",
            id="no-method",
        ),
        pytest.param(
            "response.json",
            lambda file: _first(file)["input"].update(status="200"),
            "$.vectors[0].input.status: '200' is not of type 'integer'",
            id="status-as-text",
        ),
    ],
)
def test_what_the_scheme_refuses(name: str, change: Change, message: str) -> None:
    file = vector_file(name)
    assert list(messages(schema(SCHEME), file)) == []
    change(file)
    assert list(messages(schema(SCHEME), file)) == [message]


def test_octets_are_given_as_a_member_or_as_a_fixture() -> None:
    file = vector_file("body.json")
    large = next(each for each in file["vectors"] if "body_file" in each["input"])
    neither = copy.deepcopy(large["input"])
    del neither["body_file"]
    large["input"] = neither
    assert [text.partition(": ")[0] for text in messages(schema(SCHEME), file)] == [
        f"$.vectors[{file['vectors'].index(large)}].input"
    ]


@pytest.mark.parametrize("message", ["Start", "StartReply", "Prepare", "PrepareReply", "Run"])
def test_the_protocol_describes_every_message(message: str) -> None:
    path = ROOT / "schemas" / "protocol.schema.json"
    assert message in json.loads(path.read_text("utf-8"))["$defs"]


def test_no_description_has_a_line_break() -> None:
    for path in sorted(Path(ROOT / "schemas").iterdir()):
        for text in _descriptions(json.loads(path.read_text("utf-8"))):
            assert "\n" not in text


def _descriptions(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("description"), str):
            yield value["description"]
        for member in value.values():
            yield from _descriptions(member)
    elif isinstance(value, list):
        for member in value:
            yield from _descriptions(member)


def test_no_model_shows_a_secret() -> None:
    credential = Credential(app_key="key", app_secret="m_Secret", access_token="m_Token")
    refreshed = RefreshResponseOutput(
        token="m_Token",
        issued_at="2026-11-21T01:50:56.859Z",
        expired_at="2027-02-19T01:50:56.859Z",
        member_id="1",
        aaid="2",
        account_channel="3",
    )
    assert [repr(credential), repr(refreshed)] == [
        "Credential(app_key='key')",
        "RefreshResponseOutput(expired_at='2027-02-19T01:50:56.859Z')",
    ]
