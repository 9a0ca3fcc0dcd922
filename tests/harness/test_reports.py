"""What reports hold: JUnit whole, JSON as its schema says, and never a secret."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signproof import cli, codec
from signproof.corpus import Case, default_root
from signproof.model import (
    Cause,
    Difference,
    Implementation,
    Importance,
    Outcome,
    Report,
    Result,
)
from signproof.reports import junit

pytestmark = pytest.mark.once

Command = Callable[..., list[str]]
Validator = Callable[[Any], None]


@pytest.fixture(scope="session")
def validate() -> Validator:
    schema = json.loads((default_root() / "schemas" / "report.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).validate


def report(*results: Result) -> Report:
    return Report(
        format=1,
        signproof="0.1.0",
        set_version="1.0.0",
        scheme="acme",
        implementation=Implementation(name="n"),
        complete=True,
        counts={},
        exit_code=1,
        results=list(results),
    )


def result(name: str, outcome: Outcome, message: str = "", **members: Any) -> Result:
    members = {"importance": Importance.MUST} | members
    return Result(id=name, operation="sign", outcome=outcome, message=message, **members)


WHOLE = """<?xml version='1.0' encoding='utf-8'?>
<testsuites name="signproof" tests="9" errors="3" failures="2" skipped="3">\
<testsuite name="acme/query" tests="7" errors="3" failures="1" skipped="2">\
<testcase classname="acme.query" name="good" />\
<testcase classname="acme.query" name="bad">\
<failure message="signature is wrong" type="fail (must)">signature is wrong
string_to_sign, octet 7:
  expected &lt;a&gt;
  got      &lt;b&gt; é
plus: It sends a plus. Send %20.</failure></testcase>\
<testcase classname="acme.query" name="warned">\
<skipped message="warning: hm">hm</skipped></testcase>\
<testcase classname="acme.query" name="broke">\
<error message="gone &quot;&amp;&quot;" type="error (must)">gone "&amp;"</error></testcase>\
<testcase classname="acme.query" name="hung">\
<error message="slow" type="timeout (may)">slow</error></testcase>\
<testcase classname="acme.query" name="once">\
<error message="once" type="flaky (must)">once</error></testcase>\
<testcase classname="acme.query" name="left-out">\
<skipped message="cannot">cannot</skipped></testcase></testsuite>\
<testsuite name="acme/body" tests="2" errors="0" failures="1" skipped="1">\
<testcase classname="acme.body" name="listed">\
<skipped message="known: #12">is wrong</skipped></testcase>\
<testcase classname="acme.body" name="better">\
<failure message="known: #12" type="xpass (must)">take it out</failure></testcase>\
</testsuite></testsuites>
"""


def test_junit_whole() -> None:
    difference = Difference(stage="string_to_sign", offset=7, expected="<a>", got="<b> é")
    cause = Cause(id="plus", text="It sends a plus.", fix="Send %20.", also=["other"])
    known = "known: #12"
    octets = junit.render(
        report(
            result("acme/query/good", Outcome.PASS),
            result(
                "acme/query/bad",
                Outcome.FAIL,
                "signature is wrong",
                difference=difference,
                causes=[cause],
            ),
            result("acme/query/warned", Outcome.FAIL, "hm", importance=Importance.SHOULD),
            result("acme/body/listed", Outcome.XFAIL, "is wrong", known=known),
            result("acme/body/better", Outcome.XPASS, "take it out", known=known),
            result("acme/query/broke", Outcome.ERROR, 'gone "&"'),
            result("acme/query/hung", Outcome.TIMEOUT, "slow", importance=Importance.MAY),
            result("acme/query/once", Outcome.FLAKY, "once"),
            result("acme/query/left-out", Outcome.SKIP, "cannot"),
        )
    )
    assert octets.decode() == WHOLE


@pytest.mark.parametrize(
    ("importance", "strict", "element"),
    [
        (Importance.MUST, False, '<failure message="hm" type="fail (must)">hm</failure>'),
        (Importance.SHOULD, False, '<skipped message="warning: hm">hm</skipped>'),
        (Importance.SHOULD, True, '<failure message="hm" type="fail (should)">hm</failure>'),
        (Importance.MAY, True, '<skipped message="warning: hm">hm</skipped>'),
    ],
)
def test_junit_says_what_the_exit_code_says(
    importance: Importance,
    strict: bool,  # noqa: FBT001 - a row of the table
    element: str,
) -> None:
    failed = result("acme/query/x", Outcome.FAIL, "hm", importance=importance)
    octets = junit.render(msgspec.structs.replace(report(failed), strict=strict))
    counts = f'tests="1" errors="0" failures="{1 - ("skipped" in element)}" '
    counts += f'skipped="{int("skipped" in element)}"'
    assert octets.decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        f'<testsuites name="signproof" {counts}><testsuite name="acme/query" {counts}>'
        f'<testcase classname="acme.query" name="x">{element}</testcase></testsuite></testsuites>\n'
    )


def test_junit_of_nothing() -> None:
    assert junit.render(report()).decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        '<testsuites name="signproof" tests="0" errors="0" failures="0" skipped="0" />\n'
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\0\x1b[31m\x7f", "\ufffd\ufffd[31m\x7f"),
        ("a\ud800b\udfff", "a\ufffdb\ufffd"),
        ("\ufffe\uffff\ufffd", "\ufffd\ufffd\ufffd"),
        ("\t\n \x85\u2028\U0010ffff", "\t\n \x85\u2028\U0010ffff"),
        ("]]><!-- </failure>", "]]><!-- </failure>"),
    ],
)
def test_junit_replaces_what_xml_cannot_hold(text: str, shown: str) -> None:
    octets = junit.render(report(result("acme/a/b", Outcome.FAIL, text)))
    failure = ET.fromstring(octets).find("testsuite/testcase/failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == (shown, shown)


@given(st.text(st.characters()), st.sampled_from(Outcome))
def test_junit_is_well_formed(text: str, outcome: Outcome) -> None:
    cause = Cause(id="a" + text, text=text, fix=text)
    difference = Difference(stage=text, offset=1, expected=text, got=text)
    one = result(
        "acme/a/b", outcome, text, known=text, causes=[cause], difference=difference, note=text
    )
    cases = ET.fromstring(junit.render(report(one))).findall("testsuite/testcase")
    assert [case.get("name") for case in cases] == ["b"]


ADAPTERS = (
    "Good",
    "AlwaysWrong",
    "BareDigest",
    "BareDigestNoStages",
    "HeadersSwapped",
    "Rejects",
    "RejectsBare",
    "Skips",
    "Crash",
    "Babble",
    "Truncated",
    "NoOutput",
    "NoCredential",
)
IDS = [
    f"longbridge-hmac/{name}"
    for name in (
        "timestamp/seconds",
        "timestamp/6-decimals",
        "refuse/bearer-token",
        "refuse/token-leading-space",
        "credential/other-secret",
        "credential/unicode-secret",
        "tampered/method",
        "verify/post-order",
    )
]


@pytest.mark.parametrize("name", ADAPTERS)
def test_reports_are_valid_and_show_no_secret(
    name: str,
    command: Command,
    the_one: str,
    by_name: dict[str, Case],
    validate: Validator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    json_file, junit_file = tmp_path / "report.json", tmp_path / "report.xml"
    words = ["signproof", "verify", *(word for id_ in IDS for word in ("--id", id_)), "--verbose"]
    words += ["--json", str(json_file), "--junit", str(junit_file)]
    monkeypatch.setattr(sys, "argv", [*words, "--", *command(name, the_one)])
    with pytest.raises(SystemExit) as exited:
        cli.signproof()
    written = codec.read(json_file.read_bytes())
    assert written["exit_code"] == exited.value.code
    validate(written)
    xml = ET.fromstring(junit_file.read_bytes())
    assert xml.get("tests") == str(len(written["results"]))
    streams = capsys.readouterr()
    texts = [streams.out + streams.err, json_file.read_text(), junit_file.read_text()]
    secrets, tokens = _secrets(by_name)
    for text in texts:
        assert not [secret for secret in secrets if secret in text]
    # A token may only be seen where the difference of a stage that holds it is shown.
    for one in written["results"]:
        if one.get("difference", {}).get("stage") in {"canonical_headers", "canonical_request"}:
            del one["difference"]
    assert not [token for token in tokens if token in json.dumps(written, ensure_ascii=False)]
    if name in {"Good", "Skips", "Crash", "AlwaysWrong", "Rejects"}:
        assert not [token for token in tokens for text in texts if token in text]


def _secrets(by_name: dict[str, Case]) -> tuple[list[str], list[str]]:
    values = [by_name[id_.removeprefix("longbridge-hmac/")].credential or {} for id_ in IDS]
    return (
        [value["app_secret"] for value in values],
        [value["access_token"].strip() for value in values],
    )


def test_a_report_of_everything_that_can_go_wrong_is_valid(validate: Validator) -> None:
    difference = Difference(stage="s", offset=0, expected="a", got="b")
    cause = Cause(id="c", text="t", fix="f")
    everything = [
        result(f"a/b/{outcome}", outcome, "m", difference=difference, causes=[cause], note="n")
        for outcome in Outcome
    ]
    validate(codec.read(codec.pretty(report(*everything))))
