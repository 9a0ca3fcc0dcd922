"""Edits run on any text, certificate and file, alone and in pairs, over both pipelines."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from signproof import schemes
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.pipeline import Pipeline
from tests.mistakes.shioaji import cases as own

pytestmark = pytest.mark.heavy

Values = dict[str, Any]

REFERENCE = schemes.get("shioaji-ca").pipeline
STAGES = [stage.name for stage in REFERENCE.stages]
SIGNS = ("common_name", "person_id", "signed_text", "signature", "envelope")
SAFE = 2**53 - 1

CLEAN = st.one_of(
    st.text(max_size=12),
    st.text("aA \u00e9e\u0301香-:\n\r\\\"'|\U0001f600", max_size=12),
)
# No JSON has lone surrogates; certificates might, and callers of Python.
TEXTS = st.one_of(
    CLEAN,
    st.text("a\ud800\udc00\u00e9", max_size=5),
)
NAMES = st.sampled_from(["CN", "CN", "serialNumber", "UID", "OU", "O", "emailAddress", "2.5.4.12"])
SUBJECTS = st.lists(st.tuples(NAMES, TEXTS), max_size=5).map(tuple)
SECONDS = st.one_of(
    st.integers(-SAFE, SAFE), st.sampled_from([0, -1, 1_768_469_400, 253_402_300_799])
)
# The reference writes no end before the year 1 or after 9999.
ENDS = st.one_of(
    st.integers(-62_135_596_800, 253_402_300_799),
    st.sampled_from([-62_135_596_800, 253_402_300_799, 0]),
)
ROWS = st.one_of(
    st.binary(max_size=12),
    st.text("SJ_API_KEY=\"' #$\\\r\n\ufeffx", max_size=24).map(str.encode),
    st.sampled_from(
        [
            b"SJ_API_KEY=a#b # c",
            b"export SJ_API_KEY = 'x y'\r",
            b'SJ_CA_PATH="C:\\temp\\new"',
            b"sj_api_key=$SJ_CA_PATH",
            b"# SJ_PRODUCTION=true",
            b"SJ_SEC_KEY=a=b=",
            b"SJ_CA_PASSWD='",
            b"SJ_HTTP_ADDR",
            b"\xef\xbb\xbfSJ_API_KEY=",
            b"SJ_API_KEY=\xff",
        ]
    ),
)
FILES = st.lists(ROWS, max_size=6).map(b"\n".join)
ENVIRONMENTS = st.dictionaries(
    st.sampled_from(["SJ_API_KEY", "SJ_PRODUCTION", "sj_api_key", "OTHER"]), CLEAN, max_size=3
)


def flow(runs: tuple[str, ...], **values: Any) -> Values:
    """Return a flow's values, as the scheme's replays give them."""
    return {name: None for name in STAGES if name not in runs} | values


def signing(subject: Any, **given_: Any) -> Values:
    fixed = {"key": own.key(), "certificate": own.certificate()}
    return flow(SIGNS, subject=subject, **fixed, **given_)


INPUTS = st.one_of(
    st.builds(signing, subject=SUBJECTS, ip=TEXTS, plain_text=TEXTS, seconds=SECONDS),
    st.builds(lambda subject: flow(("common_name", "person_id"), subject=subject), SUBJECTS),
    st.builds(lambda end: flow(("expire_time",), not_after=end), ENDS),
    st.builds(
        lambda file, dialect, environment: flow(
            ("env", "stopped_at"), file=file, dialect=dialect, environment=environment
        ),
        FILES,
        st.sampled_from(["python-dotenv", "server"]),
        ENVIRONMENTS,
    ),
)
SUBJECT = (("OU", "U1"), ("CN", "z1-01::\u9999"), ("CN", "Y2"), ("serialNumber", "S3"))
NASTY = signing(SUBJECT, ip="\ud800", plain_text=" \ud800\u0301\n\\", seconds=-SAFE)
PLAIN = signing(SUBJECT, ip="192.0.2.7", plain_text=" Abc \u00e9\n", seconds=1_768_469_400)
END = flow(("expire_time",), not_after=253_402_300_799)
ENV = flow(
    ("env", "stopped_at"),
    file=b"\xef\xbb\xbfexport SJ_API_KEY = ' a#b ' \r\nSJ_SEC_KEY=$X # c\n\n"
    b"#SJ_HTTP_ADDR=x\nSJ_=\xff",
    dialect="server",
    environment={"SJ_API_KEY": "\u00e9", "X": ""},
)
EXAMPLES = {"nasty": NASTY, "plain": PLAIN, "end": END, "env": ENV}

EDITS: list[tuple[str, Callable[[Pipeline], Pipeline]]] = [
    (mistake.id, mistake.edit) for mistake in CATALOGUE.values()
]
TYPES = {
    "person_id": str,
    "signed_text": bytes,
    "signature": bytes,
    "envelope": bytes,
    "expire_time": str,
    "env": tuple,
    "stopped_at": int | None,
}


def assert_typed(values: Values, results: Values, id_: str) -> None:
    """Every stage that ran gave what the next one, and the operation, can take."""
    for name, type_ in TYPES.items():
        assert name in values or isinstance(results[name], type_), (id_, name)
    if "env" not in values:
        assert list(results["env"]) == sorted(results["env"]), id_
        assert all(isinstance(text, str) for pair in results["env"] for text in pair), id_


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(values=INPUTS)
@example(values=PLAIN)
@example(values=END)
def test_both_pipelines_make_the_same_mistakes(oracle: Pipeline, values: Values) -> None:
    assert oracle.run(values) == REFERENCE.run(values)
    for id_, edit in EDITS:
        assert edit(oracle).run(values) == edit(REFERENCE).run(values), id_


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(values=INPUTS)
@example(values=NASTY)
@example(values=ENV)
def test_every_mistake_can_be_made_on_any_input(values: Values) -> None:
    for id_, edit in EDITS:
        assert_typed(values, edit(REFERENCE).run(values), id_)


@settings(max_examples=200)
@given(
    values=INPUTS,
    pair=st.sampled_from(list(combinations(EDITS, 2))),
)
def test_any_two_mistakes_can_be_made_on_any_input(values: Values, pair: Any) -> None:
    (first, edit), (second, other) = pair
    for pipeline in (other(edit(REFERENCE)), edit(other(REFERENCE))):
        assert_typed(values, pipeline.run(values), f"{first} + {second}")


@pytest.mark.parametrize("values", EXAMPLES.values(), ids=list(EXAMPLES))
def test_any_two_mistakes_can_be_made_at_once(values: Values) -> None:
    shown = [
        (id_, edit) for id_, edit in EDITS if edit(REFERENCE).run(values) != REFERENCE.run(values)
    ]
    for number, ((first, edit), (second, other)) in enumerate(combinations(shown, 2)):
        if number % 5 == 0:  # each mistake with a fifth of the others
            results = other(edit(REFERENCE)).run(values)
            assert_typed(values, results, f"{first} + {second}")


def test_the_stand_in_signs_as_openssl_does(oracle: Pipeline, tmp_path: Any) -> None:
    text = oracle.run(PLAIN)["signed_text"]
    assert oracle.run(PLAIN)["signature"] == own.signed(text, tmp_path)
