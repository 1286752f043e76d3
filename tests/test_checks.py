"""Wrong answers get their own hints, solutions pass, blanks are not started, nothing crashes."""

import contextlib
import functools
import importlib
import io
import pkgutil
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

import ganlib.checks
from ganlib.backend import keras, tf
from ganlib.checks import Task, Wrong, array, number, task
from ganlib.checks.contrast import contrast
from ganlib.checks.handed import altered, copied

ROOT = Path(__file__).parent.parent
LESSONS = sorted(
    m.name for m in pkgutil.iter_modules(ganlib.checks.__path__) if m.name.startswith("lesson")
)


def tasks(lesson):
    module = importlib.import_module(f"ganlib.checks.{lesson}")
    return {name: value for name, value in vars(module).items() if isinstance(value, Task)}


def catalogue(lesson):
    return importlib.import_module(f"tests.wrong_answers.{lesson}").WRONG


TASKS = [(lesson, name) for lesson in LESSONS for name in tasks(lesson)]
WRONG = [
    pytest.param(lesson, name, hint, answer, id=f"{lesson}-{name}-{i}-{hint}")
    for lesson in LESSONS
    for name, answers in catalogue(lesson).items()
    for i, (hint, answer) in enumerate(answers)
]


def as_tuple(answer):
    return answer if isinstance(answer, tuple) else (answer,)


@pytest.mark.parametrize(("lesson", "name", "hint", "answer"), WRONG)
def test_wrong_answer_gets_its_own_hint(lesson, name, hint, answer):
    verdict = tasks(lesson)[name].verdict(*as_tuple(answer))
    assert (verdict.state, verdict.hint) == ("not yet", hint), str(verdict)
    assert verdict.advice.endswith((".", "?")) and "{detail}" not in verdict.advice


@pytest.mark.parametrize(("lesson", "name"), TASKS)
def test_catalogue_is_complete(lesson, name):
    answers = catalogue(lesson).get(name, [])
    assert len(answers) >= 5
    missing = set(tasks(lesson)[name].hints) - {hint for hint, _ in answers}
    assert not missing, f"hints that no wrong answer gets: {missing}"


@pytest.mark.parametrize("lesson", LESSONS)
def test_tasks_are_numbered_in_order(lesson):
    numbers = [task.number for task in tasks(lesson).values()]
    chapter = int(lesson[-2:])
    assert numbers and numbers == [f"{chapter}.{i}" for i in range(1, len(numbers) + 1)]


def stops(*_):
    sys.exit(3)


def endless(*_):
    return endless()


ODD = [
    lambda *_: None,
    lambda *_: "text",
    lambda *_: np.nan,
    lambda *_: np.full((3, 3, 3), np.inf),
    lambda *_: [[1], [2, 3]],
    lambda *_: object(),
    lambda *_: {},
    lambda *_: 1 / 0,
    lambda: 1,
    stops,
    endless,
    None,
    3,
]


@pytest.mark.parametrize(("lesson", "name"), TASKS)
def test_nothing_that_is_typed_crashes_a_check(lesson, name):
    check = tasks(lesson)[name]
    count = len(as_tuple(catalogue(lesson)[name][0][1]))
    for odd in ODD:
        verdict = check.verdict(*[odd] * count)
        assert verdict.state == "not yet", (odd, str(verdict))
        assert verdict.advice


@pytest.mark.parametrize(("lesson", "name"), TASKS)
def test_blank_is_not_started(lesson, name):
    def blank(*_):
        raise NotImplementedError

    count = len(as_tuple(catalogue(lesson)[name][0][1]))
    assert str(tasks(lesson)[name].verdict(*[blank] * count)).endswith("not started yet.")


def test_an_answer_that_calls_an_empty_one_is_started():
    def helper(*_):
        raise NotImplementedError

    def labels(*given):
        return helper(*given)

    found = tasks("lesson_04")["targets"].verdict(labels)
    assert (found.state, found.hint) == ("not yet", "unfinished")
    assert found.advice.startswith("Your code calls helper, ")


def printed(path):
    """Run a notebook's code cells in one namespace and return the lines that they print."""
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    namespace, out = {"display": lambda *_, **__: None}, io.StringIO()
    with contextlib.redirect_stdout(out):
        for cell in cells:
            exec(compile(cell, path.name, "exec"), namespace)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("lesson", LESSONS)
def test_exercise_is_not_started(lesson):
    (path,) = (ROOT / "exercises").glob(f"{lesson[-2:]}_*.ipynb")
    lines = printed(path)
    for check in tasks(lesson).values():
        assert f"{check.number} not started yet." in lines


@pytest.mark.parametrize("lesson", LESSONS)
def test_solution_passes_and_nbval_compares(lesson):
    """Its check cells say "passed", and carry the mark that makes nbval compare what they say."""
    (path,) = (ROOT / "solutions").glob(f"{lesson[-2:]}_*.ipynb")
    marked = [c for c in nbformat.read(path, 4).cells if c.source.startswith("# NBVAL_CHECK_OUTPUT\n")]
    said = "".join(cell.outputs[0].text for cell in marked)
    assert said.splitlines() == [f"{check.number} passed." for check in tasks(lesson).values()]


def solution(lesson):
    """Run what the learner writes, as the solution has it, and return the namespace."""
    (path,) = (ROOT / "solutions").glob(f"{lesson[-2:]}_*.ipynb")
    first, *cells = [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
    namespace = {}
    for cell in [first] + [c for c in cells if c.metadata.get("nbgrader", {}).get("solution")]:
        exec(compile(cell.source, path.name, "exec"), namespace)
    return namespace


def parts(argument):
    """Return an argument, what it holds, and what that holds."""
    inner = list(argument.values()) if isinstance(argument, dict) else argument
    held = inner if isinstance(inner, list | tuple) else []
    return [argument, *(part for each in held for part in parts(each))]


def spoil(value):
    """Change an array, a dict or a list in place."""
    if isinstance(value, np.ndarray):
        value[...] = np.bitwise_not(value) if value.dtype.kind in "ui" else value + 1
    elif isinstance(value, dict):
        value.clear()
    else:
        value.append(None)


def in_place(answer, place, changeable):
    """Return the answer, but it changes one of the things that it is handed and could change.

    Without a place it changes nothing, and notes in ``changeable`` what it could.
    """

    def changing(*arguments):
        found = answer(*arguments)
        things = [part for part in parts(arguments) if isinstance(part, np.ndarray | dict | list)]
        changeable[:] = things
        if place is not None:
            spoil(things[place])
        return found

    return changing


CHANGEABLE = {  # how many things each task hands out that can be changed: no tensors, no networks
    "1.1": 2, "1.2": 3, "1.3": 3, "1.4": 2, "1.5": 3, "1.6": 2, "1.7": 1,
    "2.1": 2, "2.2": 3, "2.3": 2, "2.4": 1, "2.5": 1, "2.7": 2,
    "3.2": 1,
    "4.2": 2, "4.4": 1, "4.5": 10, "4.6": 2,
    "5.1": 1, "5.2": 2, "5.3": 38, "5.6": 2, "5.8": 3,
    "6.1": 2, "6.2": 1, "6.3": 4, "6.4": 3, "6.5": 1, "6.6": 5, "6.7": 3,
    "7.1": 2, "7.2": 2, "7.4": 4, "7.5": 2, "7.6": 1,
    "8.1": 1, "8.2": 3, "8.5": 6, "8.7": 111,
}  # fmt: skip


@pytest.mark.parametrize(("lesson", "name"), TASKS)
def test_who_changes_what_she_was_given_is_told_so_and_then_passes(lesson, name):
    check, namespace = tasks(lesson)[name], solution(lesson)
    right = [namespace[each] for each in check.answers]
    changed = 0
    for i, answer in enumerate(right):
        things = []
        check.verdict(*right[:i], in_place(answer, None, things), *right[i + 1 :])
        for place in range(len(things)):
            found = check.verdict(*right[:i], in_place(answer, place, []), *right[i + 1 :])
            assert found.hint == "changed", (place, str(found))
        changed += len(things)
    assert check.verdict(*right).state == "passed"
    if int(check.number.split(".")[0]) <= 8:  # a lesson that somebody added is not in the table
        assert changed == CHANGEABLE.get(check.number, 0)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([keras.Input((9,)), keras.layers.Dense(4)], "expected axis -1 of input shape to have value 9"),
        ([keras.Input((2, 9)), keras.layers.Flatten()], "Expected shape (None, 2, 9)"),
        ([keras.layers.Reshape((4,))], "The total size of the tensor must be unchanged"),
    ],
)
def test_an_error_of_keras_is_told_without_colours_and_dumps(layers, said):
    network = keras.Sequential(layers)
    verdict = tasks("lesson_03")["d_step"].verdict(lambda *_: network(np.zeros((2, 5))))
    assert verdict.hint == "error" and said in verdict.advice
    for noise in ("\x1b", "Exception encountered", "Arguments", "…", "[[", "0x"):
        assert noise not in verdict.advice


@pytest.mark.parametrize(
    ("stops", "said"),
    [
        (
            lambda: [1].index(2),
            "It is not there: print the list, or the keys.",
        ),
        (lambda: {}["full"], "It is not there: print the list, or the keys."),
        (lambda: {}["shape"], "It is not there: print the list, or the keys."),
        (lambda: [1].shape, "Print the type of what stands before the dot."),
        (lambda: np.array([]).max(), "Nothing is left there: print what goes into that line."),
        (lambda: max([]), "Nothing is left there: print what goes into that line."),
        (lambda: np.ones(2) + np.ones(3), "Print each part's shape before that line."),
    ],
)
def test_an_error_says_what_to_print(stops, said):
    verdict = tasks("lesson_01")["belief"].verdict(lambda *_: stops())
    assert verdict.hint == "error" and verdict.advice.endswith(said)
    line = stops.__code__.co_firstlineno
    assert re.search(rf", in line ({line}|{line + 1}) of the cell", verdict.advice)


def test_the_line_of_an_error_is_the_last_in_the_answers_cell():
    def belief(x, w, b):
        z = x @ w[:1]
        return 1 / (1 + np.exp(-z))

    said, line = tasks("lesson_01")["belief"].verdict(belief).advice, belief.__code__.co_firstlineno + 1
    assert f", in line {line} of the cell, `z = x @ w[:1]`. Print each" in said
    said = tasks("lesson_01")["belief"].verdict(lambda *_: rankz).advice  # noqa: F821
    assert "rankz" in said and "Print" not in said  # of a name, nothing is said on ranks
    elsewhere = functools.partial(np.linalg.inv)
    assert "of the cell" not in tasks("lesson_01")["belief"].verdict(elsewhere).advice


def test_tensorflows_own_not_implemented_is_no_empty_cell():
    def halves(images, labels, one, other, size):
        dataset = tf.data.Dataset.from_tensor_slices(images)
        return dataset.map(lambda image: np.float32(image) / 127.5 - 1).batch(size)

    found = tasks("lesson_05")["halves"].verdict(halves)
    assert found.hint == "error" and "NotImplementedError: Cannot convert a symbolic" in found.advice

    def blank(*_):
        raise NotImplementedError

    assert tasks("lesson_01")["belief"].verdict(functools.partial(blank)).state == "not started yet"


@pytest.mark.parametrize("name", ["d_step", "g_step"])
def test_a_right_answer_passes_whatever_keras_takes_for_all_layers(name):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        verdict = tasks("lesson_03")[name].verdict(solution("lesson_03")[name])
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert verdict.state == "passed", str(verdict)


def test_text_is_no_number():
    assert tasks("lesson_08")["left"].verdict(lambda keep, steps: "0.4").hint == "not-numbers"


def test_a_small_case_names_every_part_that_is_off():
    said = contrast(lambda x: (x + 1, x, x + 2), lambda x: {"w": x, "v": x, "b": x}, "1")
    assert said == "At x = 1 w is 2 where 1 is due and b is 3 where 1 is due."


def test_an_argument_that_was_changed_is_named_as_the_learner_named_it():
    check, hint = tasks("lesson_01")["forger_step"], "You changed what you were given ({}): make"

    def forger_step(z, theta, w, b, rate):
        z += theta
        return theta - rate * np.mean(-1 / (1 + np.exp(z @ w + b))) * w

    def anything(*arguments):
        arguments[1][0] = 7

    assert check.verdict(forger_step).advice.startswith(hint.format("z"))
    assert check.verdict(anything).advice.startswith(hint.format("argument 2"))


def test_networks_and_tensors_are_handed_on_as_they_are():
    given = [object(), 3, (np.zeros(2), {"x": [np.ones(1)]}), None]
    handed = copied(given)
    assert handed is not given and handed[0] is given[0] and handed[2][1]["x"] is not given[2][1]["x"]
    assert altered(len, (handed,), {"x": 1}, ((given,), {"x": 1})) is None
    handed[2][1]["x"][0][0] = np.nan
    assert altered(lambda all_of_it: 0, (handed,), {}, ((given,), {})) == "all_of_it"
    assert altered(len, (), {"x": [1]}, ((), {"x": [2]})) == "x"


def test_a_check_prints_its_verdict_and_takes_functions_only(capsys, monkeypatch):
    @task("9.1", low_value="Too low.")
    def check(answer):
        if answer() < 1:
            raise Wrong("low-value")

    check(lambda: 2)
    check(lambda: 0)
    check(2)
    lines = [
        "9.1 passed.",
        "9.1 not yet: Too low.",
        "9.1 not yet: Hand over the function itself, without brackets.",
    ]
    assert capsys.readouterr().out.splitlines() == lines
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check(lambda: 2)
    with pytest.raises(AssertionError, match="Too low"):
        check(lambda: 0)


def test_array_and_number_say_what_is_wrong():
    assert array([[1, 2]], (None, 2), "x").dtype == np.float64
    assert number([[3]], "x") == 3.0
    for value, hint in (
        (None, "nothing"),
        ("a", "not-numbers"),
        ([1, 2], "shape"),
        ([[np.nan]], "not-finite"),
    ):
        with pytest.raises(Wrong) as caught:
            array(value, (1, 1), "x")
        assert caught.value.hint == hint
    for value, hint in (
        (None, "nothing"),
        ("a", "not-numbers"),
        ([1, 2], "shape"),
        (np.inf, "not-finite"),
    ):
        with pytest.raises(Wrong) as caught:
            number(value, "x")
        assert caught.value.hint == hint
