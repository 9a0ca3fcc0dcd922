"""JUnit XML, as CI servers read it."""

import re
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from signproof.model import Outcome, Report, Result

__all__ = ["render"]

# What XML 1.0 cannot hold, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS = {
    Outcome.ERROR: "error",
    Outcome.TIMEOUT: "error",
    Outcome.FLAKY: "error",
    Outcome.FAIL: "failure",
    Outcome.XPASS: "failure",
    Outcome.SKIP: "skipped",
    Outcome.XFAIL: "skipped",
}
_COUNTS = {"errors": "error", "failures": "failure", "skipped": "skipped"}


def render(report: Report) -> bytes:
    """Return the report: a suite for each topic, a case for each vector.

    A known failure, and a failure that only warns, is a skipped case with its reason, so that the
    file says the same as the exit code; an unexpected pass is a failure.
    """
    suites = ET.Element("testsuites", name="signproof")
    topics: dict[str, list[Result]] = {}
    for result in report.results:
        topics.setdefault(result.id.rpartition("/")[0], []).append(result)
    for topic, results in topics.items():
        suites.append(_suite(topic, results, strict=report.strict))
    _count(suites, report.results, strict=report.strict)
    octets: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return octets + b"\n"


def _count(element: ET.Element, results: Sequence[Result], *, strict: bool) -> None:
    tags = Counter(_tag(result, strict=strict) for result in results)
    element.set("tests", str(len(results)))
    for name, tag in _COUNTS.items():
        element.set(name, str(tags[tag]))


def _warns(result: Result, *, strict: bool) -> bool:
    return result.outcome is Outcome.FAIL and not result.importance.counts(strict=strict)


def _tag(result: Result, *, strict: bool) -> str | None:
    return "skipped" if _warns(result, strict=strict) else _TAGS.get(result.outcome)


def _suite(topic: str, results: list[Result], *, strict: bool) -> ET.Element:
    suite = ET.Element("testsuite", name=topic)
    _count(suite, results, strict=strict)
    for result in results:
        case = ET.SubElement(
            suite, "testcase", classname=topic.replace("/", "."), name=result.id.rpartition("/")[2]
        )
        tag = _tag(result, strict=strict)
        if tag is None:
            continue
        message = result.known or result.message
        if _warns(result, strict=strict):
            message = f"warning: {message}"
        element = ET.SubElement(case, tag, message=_clean(message))
        if tag != "skipped":
            element.set("type", f"{result.outcome.value} ({result.importance.value})")
        element.text = _clean(_details(result))
    return suite


def _details(result: Result) -> str:
    lines = [result.message]
    if result.difference is not None:
        lines += [
            f"{result.difference.stage}, octet {result.difference.offset}:",
            f"  expected {result.difference.expected}",
            f"  got      {result.difference.got}",
        ]
    lines += [f"{cause.id}: {cause.text} {cause.fix}" for cause in result.causes]
    return "\n".join(lines)


def _clean(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
