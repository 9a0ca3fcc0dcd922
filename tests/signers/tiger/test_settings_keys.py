"""The private keys that stand in settings, whatever is wrong with them."""

import pickle
from pathlib import Path

import pytest

from signers.tiger.settings import FoundKey, inspect, judge, with_key

LINES = (Path(__file__).parents[1] / "keys/page-EXAMPLE.properties").read_text().splitlines()
PK1, PK8 = (line.split("=", 1)[1] for line in LINES)
REST = "tiger_id=20150001\naccount=12345678\n"
VARIABLE = "TIGEROPEN_PRIVATE_KEY"

Row = tuple[str, int | None, str, bool]


@pytest.mark.parametrize(
    ("text", "environment", "expected"),
    [
        (REST, {}, []),
        (f"{REST}private_key=\n", {}, []),
        (f"{REST}private_key_pk8={PK8}\n", {}, [("private_key_pk8", 3, PK8, True)]),
        (f"{REST}private_key_pk1={PK1} # mine\n", {}, [("private_key_pk1", 3, PK1, True)]),
        (f"private_key= cut \n{REST}", {}, [("private_key", 1, "cut", True)]),
        (
            f"private_key_pk1={PK1}\nprivate_key_pk8={PK8}\n",
            {},
            [("private_key_pk8", 2, PK8, True), ("private_key_pk1", 1, PK1, False)],
        ),
        (
            f"private_key_pk1={PK1}\nprivate_key_pk1={PK8}\n",
            {},
            [("private_key_pk1", 2, PK8, True)],
        ),
        (
            f"private_key={PK1}\n",
            {VARIABLE: PK8},
            [(VARIABLE, None, PK8, True), ("private_key", 1, PK1, False)],
        ),
        (f"private_key=#{PK1}\n", {}, []),
    ],
    ids=range(9),
)
def test_every_key_the_one_that_counts_first(
    text: str, environment: dict[str, str], expected: list[Row]
) -> None:
    judged = judge(text, environment)
    found = [(key.name, key.line, key.text.reveal().decode(), key.used) for key in judged.keys]
    assert found == expected
    assert list(judged.findings) == inspect(text, environment)


@pytest.mark.parametrize(
    "octets", [b"\xff\xfe" + PK8.encode("utf-16-le"), b"private_key=A\n" * 1000]
)
def test_what_is_not_read_has_no_keys(octets: bytes) -> None:
    assert judge(octets).keys == ()


def test_a_key_that_was_found_is_not_shown() -> None:
    judged = judge(f"private_key={PK8}\n{REST}")
    (key,) = judged.keys
    assert repr(key) == (
        "FoundKey(name='private_key', line=1, text=Secret('***'), used=True)"
    )  # fmt: skip
    assert PK8[:20] not in repr(judged)
    assert isinstance(key, FoundKey)
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_a_variable_may_name_the_key_s_file(tmp_path: Path) -> None:
    path = tmp_path / "key.txt"
    path.write_text(PK8)
    assert with_key({VARIABLE: str(path), "other": "1"}) == {VARIABLE: PK8, "other": "1"}
    assert with_key({VARIABLE: PK8}) == {VARIABLE: PK8}
    assert with_key({}) == {}
