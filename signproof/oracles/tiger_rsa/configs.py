"""The vectors of `read-config` and `inspect-config`: one file, what is read, what is odd."""

import json

from signproof.codec import encode_octets
from signproof.model import Expected, Importance, Vector
from signproof.oracles.tiger_rsa.common import output, refused, topic_of
from signproof.oracles.tiger_rsa.config_files import GOOD_FILES, Case
from signproof.oracles.tiger_rsa.config_traps import TRAPS
from signproof.oracles.tiger_rsa.keys import TOO_LARGE, reference
from signproof.oracles.writing import Topic

__all__ = ["topics"]

_NOTES = {
    "reading": "What is read is what the Python SDK reads: Java's own properties.",
    "judgement": "That it is refused or named is this project's judgement: no one can have meant "
    "it, or an official SDK stumbles over it. No document asks for it.",
}


def topics() -> list[Topic]:
    """Return the two files."""
    read, inspect = topic_of("read-config", _NOTES), topic_of("inspect-config", _NOTES)
    for case in (*GOOD_FILES, *TRAPS):
        _add(read, case, _read(case), flag="judgement" if isinstance(case.read, str) else "reading")
        findings = [{"trap": trap, "line": line} for trap, line in case.findings]
        _add(inspect, case, output(findings=findings), flag="judgement")
    return [read, inspect]


def _read(case: Case) -> Expected:
    return refused(case.read) if isinstance(case.read, str) else output(**case.read)


def _add(topic: Topic, case: Case, expected: Expected, flag: str) -> None:
    good = not case.findings
    topic.vectors.append(
        Vector(
            id=topic.id(case.name),
            comment=case.comment,
            operation=topic.name,
            credential=None,
            input={
                **_file(case.file),
                **({"environment": [list(pair) for pair in case.environment]}
                   if case.environment else {}),
                **({"institutional": True} if case.institutional else {}),
            },
            expected=expected,
            importance=case.importance or (Importance.MUST if good else Importance.SHOULD),
            flags=[] if good else [flag],
            source=case.source,
        )
    )  # fmt: skip


def _file(octets: bytes) -> dict[str, object]:
    """Return the file: as a fixture where it is large, else with the text that people can read."""
    if octets == TOO_LARGE[1]:
        return {"file_file": reference(*TOO_LARGE)}
    member: dict[str, object] = {"file_b64": encode_octets(octets)}
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return member
    shown = json.dumps(text)
    return member | ({"file_text": text} if text and "\\ufeff" not in shown else {})
