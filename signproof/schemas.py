"""The JSON Schemas of the contract, generated from the models."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from signproof import codec, schemes
from signproof.measured import BenchReport
from signproof.model import (
    Bench,
    BenchReply,
    Confirmations,
    Expected,
    Manifest,
    Matrix,
    Prepare,
    PrepareReply,
    Report,
    Run,
    RunReply,
    SendInput,
    SendOutput,
    Start,
    StartReply,
    VectorFile,
)
from signproof.scheme import Scheme

__all__ = ["files"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

Json = dict[str, Any]


def files() -> dict[str, bytes]:
    """Return path and octets of every schema, relative to the vectors' folder."""
    written = {
        "vectors": _plain(VectorFile, "A vector file"),
        "manifest": _plain(Manifest, "The manifest of a vector set"),
        "report": _plain(Report, "The report of a run"),
        "bench": _plain(BenchReport, "How fast implementations are"),
        "matrix": _plain(Matrix, "The report on all SDKs of a scheme"),
        "confirmations": _plain(Confirmations, "What SDKs were seen to agree with"),
        "protocol": _protocol(),
    }
    for scheme_id in schemes.ids():
        written[scheme_id] = _scheme(schemes.get(scheme_id))
    return {f"schemas/{name}.schema.json": codec.pretty(text) for name, text in written.items()}


def _plain(model: type[msgspec.Struct], title: str) -> Json:
    schema = _unrolled(msgspec.json.schema(model))
    if Expected.__name__ in schema["$defs"]:
        # What the model checks after it has read the members.
        forms = [{"required": [name]} for name in Expected.__struct_fields__]
        schema["$defs"][Expected.__name__] |= {"oneOf": forms}
    return {"$schema": _DIALECT, "title": title, **schema}


def _protocol() -> Json:
    messages = (
        *(Start, StartReply, Prepare, PrepareReply),
        *(Run, RunReply, Bench, BenchReply),
        *(SendInput, SendOutput),
    )
    _, components = msgspec.json.schema_components(messages, ref_template="#/$defs/{name}")
    return {
        "$schema": _DIALECT,
        "title": "The messages of the stdio protocol, one a line",
        "$defs": _unrolled(components),
    }


def _scheme(scheme: Scheme) -> Json:
    """Return the schema of a scheme's credentials and, by operation, of input and output."""
    models = [scheme.credential]
    for operation in scheme.operations.values():
        models += [operation.input, operation.output]
    _, components = msgspec.json.schema_components(
        list(dict.fromkeys(models)), ref_template="#/$defs/{name}"
    )
    rules = [
        {
            "if": {"properties": {"operation": {"const": operation.name}}},
            "then": {
                "properties": {
                    "input": {"$ref": f"#/$defs/{operation.input.__name__}"},
                    "expected": {
                        "properties": {
                            "output": {"properties": _output(components[operation.output.__name__])}
                        }
                    },
                },
            },
        }
        for operation in scheme.operations.values()
    ]
    definitions = {name: _with_fixtures(schema) for name, schema in _unrolled(components).items()}
    return {
        "$schema": _DIALECT,
        "title": f"The vectors of {scheme.id}",
        "description": scheme.title,
        "properties": {
            "credentials": {
                "additionalProperties": {"$ref": f"#/$defs/{scheme.credential.__name__}"}
            },
            "vectors": {
                "items": {
                    "properties": {"operation": {"enum": list(scheme.operations)}},
                    "allOf": rules,
                }
            },
        },
        "$defs": definitions,
    }


def _output(schema: Mapping[str, Any]) -> Any:
    """Return the members of an output: a vector may expect only some of them."""
    return schema["properties"]


def _with_fixtures(schema: Json) -> Json:
    """Let a vector give a member `x_b64` as the fixture `x_file` instead."""
    required = schema.get("required", [])
    octets = [name for name in required if name.endswith("_b64")]
    if not octets:
        return schema
    choices = [
        {"anyOf": [{"required": [name]}, {"required": [f"{name[:-4]}_file"]}]} for name in octets
    ]
    return schema | {
        "required": [name for name in required if name not in octets],
        "allOf": choices,
    }


def _unrolled(value: Any, name: str = "") -> Any:
    """Even out what the generator's versions write apart.

    A description is one paragraph, without a docstring's line breaks; alternatives are sorted.
    """
    if isinstance(value, dict):
        return {key: _unrolled(member, key) for key, member in value.items()}
    if isinstance(value, list):
        members = [_unrolled(member) for member in value]
        return sorted(members, key=str) if name == "anyOf" else members
    if isinstance(value, str) and name == "description":
        return re.sub(r"\s+", " ", value).strip()
    return value
