"""JUnit XML, as CI servers read it."""

import re
from xml.etree import ElementTree as ET

from signproof.model import Outcome, Report, Result

__all__ = ["render"]

# What XML 1.0 cannot hold, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ERRORS = {Outcome.ERROR, Outcome.TIMEOUT, Outcome.FLAKY}
_FAILURES = {Outcome.FAIL, Outcome.XPASS}
_SKIPPED = {Outcome.SKIP, Outcome.XFAIL}


def render(report: Report) -> bytes:
    """Return the report: a suite for each topic, a case for each vector.

    A known failure is a skipped case with its reason; an unexpected pass is a failure.
    """
    suites = ET.Element("testsuites", name="signproof")
    topics: dict[str, list[Result]] = {}
    for result in report.results:
        topics.setdefault(result.id.rpartition("/")[0], []).append(result)
    for topic, results in topics.items():
        suites.append(_suite(topic, results))
    for name, outcomes in (("errors", _ERRORS), ("failures", _FAILURES), ("skipped", _SKIPPED)):
        suites.set(name, str(sum(result.outcome in outcomes for result in report.results)))
    suites.set("tests", str(len(report.results)))
    octets: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return octets + b"\n"


def _suite(topic: str, results: list[Result]) -> ET.Element:
    suite = ET.Element("testsuite", name=topic, tests=str(len(results)))
    for name, outcomes in (("errors", _ERRORS), ("failures", _FAILURES), ("skipped", _SKIPPED)):
        suite.set(name, str(sum(result.outcome in outcomes for result in results)))
    for result in results:
        case = ET.SubElement(
            suite, "testcase", classname=topic.replace("/", "."), name=result.id.rpartition("/")[2]
        )
        tag = (
            "error"
            if result.outcome in _ERRORS
            else "failure"
            if result.outcome in _FAILURES
            else "skipped"
            if result.outcome in _SKIPPED
            else None
        )
        if tag is not None:
            message = _clean(result.known or result.message)
            element = ET.SubElement(case, tag, message=message)
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
