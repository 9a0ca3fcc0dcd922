"""The vectors of `read-env` and `inspect-env`."""

from typing import Any

from signproof.model import Importance
from signproof.oracles.shioaji_ca.common import (
    SHIOAJI,
    add,
    derived,
    octets_member,
    output,
    recorded,
    topic_of,
)
from signproof.oracles.shioaji_ca.env_case import Case
from signproof.oracles.shioaji_ca.env_files import CASES
from signproof.oracles.shioaji_ca.pipeline import flow
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_SOURCES = {
    "python-dotenv": recorded("python-dotenv, the library of the page's Python route", "its rules"),
    "server": recorded(
        "shioaji-cli 1.7.9 (PyPI), seen offline", "what it hands on to the server that it starts"
    ),
}
_NOTES = {
    "judgement": "That it is named is this project's judgement; no document asks for it.",
}


def topics() -> list[Topic]:
    """Return the two files."""
    read, inspect = topic_of("read-env", _NOTES), topic_of("inspect-env", _NOTES)
    for case in CASES:
        for dialect in ("python-dotenv", "server"):
            _read(read, case, dialect)
        found = [{"trap": trap, "line": line, "key": key} for trap, line, key in case.findings]
        add(inspect, case.name, case.comment, "inspect-env", _input(case),
            output(findings=found), derived("the two readings, compared", SHIOAJI.where),
            importance=Importance.SHOULD, flags=("judgement",))  # fmt: skip
    return [read, inspect]


def _input(case: Case) -> dict[str, Any]:
    environment = {"environment": [list(pair) for pair in case.environment]}
    return {**octets_member("file", case.file), **(environment if case.environment else {})}


def _read(topic: Topic, case: Case, dialect: str) -> None:
    python = dialect == "python-dotenv"
    if python and case.python is None:
        return  # it depends on the version
    input_ = _input(case)
    found = flow(
        *("env", "stopped_at"),
        file=case.file,
        dialect=dialect,
        environment=dict(case.environment),
    )
    add(topic, f"{case.name}-{'python' if python else 'server'}", case.comment, "read-env",
        {**input_, "dialect": dialect},
        output(values=[list(pair) for pair in found["env"]], stopped_at=found["stopped_at"]),
        _SOURCES[dialect])  # fmt: skip
