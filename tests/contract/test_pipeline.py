"""The pipeline: running it, and the edits that mistakes are made of."""

from signproof.pipeline import Pipeline, Stage

PIPELINE = Pipeline(
    (
        Stage("sum", ("a", "b"), lambda a, b: a + b),
        Stage("double", ("sum",), lambda total: 2 * total),
        Stage("both", ("sum", "double"), lambda total, double: (total, double)),
    )
)
VALUES = {"a": 1, "b": 2}


def results(pipeline: Pipeline, **values: int) -> tuple[object, object, object]:
    run = pipeline.run(VALUES | values)
    return run["sum"], run["double"], run["both"]


def test_each_stage_takes_its_inputs_in_order() -> None:
    assert PIPELINE.run(VALUES) == {"a": 1, "b": 2, "sum": 3, "double": 6, "both": (3, 6)}
    assert VALUES == {"a": 1, "b": 2}


def test_a_given_value_takes_the_stages_place() -> None:
    assert results(PIPELINE, sum=10) == (10, 20, (10, 20))
    # Its inputs need not even be there.
    assert PIPELINE.run({"sum": 1})["both"] == (1, 2)


def test_an_edit_leaves_the_original_alone() -> None:
    PIPELINE.replace("sum", lambda *_: 0)
    PIPELINE.change_output("sum", lambda _: 0)
    PIPELINE.change_input("double", "sum", lambda _: 0)
    assert results(PIPELINE) == (3, 6, (3, 6))


def test_a_stage_is_replaced() -> None:
    assert results(PIPELINE.replace("sum", lambda a, b: a - b)) == (-1, -2, (-1, -2))


def test_a_stage_is_replaced_with_other_inputs() -> None:
    edited = PIPELINE.replace("double", lambda b: b * 100, ("b",))
    assert results(edited) == (3, 200, (3, 200))


def test_a_second_replacement_takes_the_schemes_own_inputs() -> None:
    other = PIPELINE.replace("sum", lambda b: b, ("b",))
    assert results(other) == (2, 4, (2, 4))
    assert results(other.replace("sum", lambda a, b: 10 * a + b)) == (12, 24, (12, 24))
    twice = other.replace("sum", lambda a: a, ("a",))
    assert results(twice.replace("sum", lambda a, b: 10 * a + b)) == (12, 24, (12, 24))


def test_an_output_is_changed_for_all_that_take_it() -> None:
    edited = PIPELINE.change_output("sum", lambda total: total + 10)
    assert results(edited) == (13, 26, (13, 26))
    assert results(edited.change_output("sum", lambda total: total * 2)) == (26, 52, (26, 52))


def test_an_input_is_changed_for_one_stage_alone() -> None:
    edited = PIPELINE.change_input("double", "sum", lambda total: total + 10)
    assert results(edited) == (3, 26, (3, 26))
    edited = PIPELINE.change_input("both", "double", lambda double: -double)
    assert results(edited) == (3, 6, (3, -6))


def test_changes_of_one_stage_add_up() -> None:
    edited = PIPELINE.change_input("double", "sum", lambda total: total + 1)
    edited = edited.change_input("double", "sum", lambda total: total * 10)
    # The later edit sees the input first.
    assert results(edited) == (3, 62, (3, 62))


def test_an_input_that_the_stage_no_longer_takes_is_let_be() -> None:
    edited = PIPELINE.replace("double", lambda b: b, ("b",))
    assert edited.change_input("double", "sum", lambda _: 0) is edited
    assert results(edited.change_input("double", "b", lambda b: b + 1)) == (3, 3, (3, 3))
