"""What the table of observed keys says is what the run of the SDKs gave."""

import base64
from pathlib import Path

import pytest

from signers.rsa_keys import Armour, Form, Repair, look
from signers.rsa_keys.sdks import OBSERVED, Answer, Sdk
from signproof.corpus import Corpus

pytestmark = pytest.mark.once

PAGE = Path(__file__).parents[2] / "docs/findings/tiger.md"
BEGIN, END = "<!-- from the run: begin -->", "<!-- from the run: end -->"
TITLE = "### Each vector of `load-key` through each SDK"
COLUMNS = {
    "pypi-tigeropen-3.8": Sdk.PYTHON,
    "pypi-tigeropen-3.0": Sdk.PYTHON_OLD,
    "cargo-tigeropen": Sdk.RUST,
    "maven-tiger": Sdk.JAVA,
}
MARKS = {"✓": Answer.TAKES, "✗": Answer.REFUSES, "-": Answer.UNKNOWN}


def table() -> dict[str, dict[Sdk, Answer]]:
    """Return what the page has for each vector, by the last part of its id."""
    from_run = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    lines = from_run.partition(f"{TITLE}\n\n")[2].partition("\n\n")[0].splitlines()
    head, _, *rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    sdks = [COLUMNS[name] for name in head[1:]]
    assert len(sdks) == len(COLUMNS)
    return {
        name: dict(zip(sdks, [MARKS[mark] for mark in marks], strict=True)) for name, *marks in rows
    }


def shapes() -> dict[str, tuple[Form | None, Armour | None, Repair | None]]:
    """Return what is odd about the key of each vector, by the last part of its id."""
    found = {}
    for case in Corpus.open().cases("tiger-rsa"):
        topic, name = case.id.split("/")[1:]
        if topic == "load-key":
            key = look(base64.b64decode(case.input["key_b64"]))
            repair, *more = key.repairs or (None,)
            assert (key.refusal, more) == (None, []), name
            found[name] = key.form, key.armour, repair
    return found


def test_the_observations_are_those_of_the_run() -> None:
    """Two vectors of one shape that disagree would fail as well: the table has one answer."""
    observed = {
        name: {
            sdk: answers[sdk]
            for shape, answers in OBSERVED.items()
            if shape == wanted
            for sdk in COLUMNS.values()
        }
        for name, wanted in shapes().items()
    }
    assert table() == observed


def test_every_shape_observed_has_a_vector() -> None:
    assert set(shapes().values()) == set(OBSERVED)
