"""The generator of mutants: it makes every kind of slip, and finds the holes of a check."""

import sys
import threading
import time
from pathlib import Path

import pytest

from ganlib.checks import Wrong, number, task

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools" / "prove"))
import mutants  # noqa: E402
import mutations  # noqa: E402

PRODUCT = """
def product(x, y):
    \"\"\"Return the product.\"\"\"
    ### BEGIN SOLUTION
    return x * y
    ### END SOLUTION
"""


@task("9.1", other="Wrong.")
def blind(answer):
    """A check with a hole: 2 and 2 have one sum and one product."""
    if number(answer(2.0, 2.0), "product") != 4:
        raise Wrong("other")


@task("9.2", other="Wrong.")
def stumbling(answer):
    """A check that stops by itself where a product is 0."""
    if 6 / answer(2.0, 3.0) != 1:
        raise Wrong("other")
    1 / answer(-1.0, -1.0)


@task("9.3", other="Wrong.")
def endless(answer):
    """A check that waits for a right answer for ever."""
    while answer(2.0, 3.0) != 6:
        time.sleep(0.1)


@pytest.fixture(scope="module")
def worker():
    found = mutants.Worker(seconds=20)
    yield found
    found.close()


def fates(name, worker, source=PRODUCT):
    check = globals()[name]
    exercise = mutants.Exercise(check.number, __name__, name, (source,), {"product": source})
    return {o.change.split(" → ")[1]: o.fate for o in mutants.examined(exercise, worker)}


def test_a_hole_of_a_check_is_found(worker):
    found = fates("blind", worker)
    holes = {change for change, fate in found.items() if fate == "survived"}
    assert holes == {"return x + y", "return x * x", "return y * y"}
    assert found["return x / y"] == "general" and found["return -(x * y)"] == "general"
    assert found["pass"] == "specific"


def test_a_check_that_stumbles_is_found(worker):
    source = PRODUCT.replace("x * y", "max(x, 0) * y if x < 0 else x * y")
    exercise = mutants.Exercise("9.2", __name__, "stumbling", (PRODUCT,), {"product": PRODUCT})
    assert worker.judge(exercise, "product", source)[0] == "crashed"
    assert worker.judge(exercise, "product", PRODUCT.replace("x * y", "1 / 0"))[:2] == (
        "specific",
        "error",
    )


def test_every_rule_makes_mutants_and_each_has_one_mistake():
    source = '''
def f(x, y, k=2):
    """Return something."""
    total = 0.0
    for i in range(k):
        if x[i] < 0.5 and y:
            total += np.mean(np.exp(-x[i:]), axis=0) / len(x)
    return np.sqrt(total), tf.reduce_sum(x - y)
'''
    found = mutations.mutants(source)
    assert len({m.source for m in found}) == len(found) > 80
    assert {m.kind for m in found} == {*mutations.RULES, "statement dropped", "frame dropped", "in place"}
    changes = {m.change for m in found}
    for change in (
        "for i in range(k): → for i in range(k - 1):",
        "if x[i] < 0.5 and y: → if x[i] <= 0.5 and y:",
        "return (np.sqrt(total), tf.reduce_sum(x - y)) → return (total, tf.reduce_sum(x - y))",
        "return (np.sqrt(total), tf.reduce_sum(x - y)) → return (tf.reduce_sum(x - y), np.sqrt(total))",
        "nothing → y += 1",
    ):
        assert change in changes
    for mutant in found:
        compile(mutant.source, "mutant", "exec")


def run(worker, monkeypatch, capsys, *tasks):
    monkeypatch.setattr(sys, "argv", ["mutants.py", "--tasks", *tasks])
    monkeypatch.setattr(mutants, "Worker", lambda seconds: worker)
    monkeypatch.setattr(worker, "close", lambda: None)
    code = mutants.main()
    return code, capsys.readouterr().out


def test_tasks_have_no_hole_that_nobody_explains(worker, monkeypatch, capsys):
    code, out = run(worker, monkeypatch, capsys, "2.1", "4.4", "7.4", "8.5")
    assert code == 0, out
    for line in (line.split() for line in out.splitlines() if line[0].isdigit()):
        made, *counts = map(int, line[1:-1])
        assert made == sum(counts) > 15 and counts[2] == 0, line  # none is told generalities alone


def test_a_task_that_is_not_there_does_not_pass():
    with pytest.raises(SystemExit, match=r"no such task: 9\.9"):
        mutants.exercises(("4.6", "9.9"))


@pytest.mark.slow
def test_no_task_has_a_hole_that_nobody_explains(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["mutants.py", "--jobs", "2", "--seconds", "15"])
    code = mutants.main()
    assert code == 0, capsys.readouterr().out


def test_two_tasks_are_judged_side_by_side_and_told_in_order(monkeypatch):
    both, closed = threading.Barrier(2, timeout=30), []

    class Meeting:
        """A worker that judges its first mutant when another worker judges one too."""

        def __init__(self, seconds):
            self.alone = True

        def judge(self, exercise, name, source):
            if self.alone:
                both.wait()
            self.alone = False
            return "survived", exercise.number, "", 0.0

        def close(self):
            closed.append(self)

    monkeypatch.setattr(mutants, "Worker", Meeting)
    named = ("9.1", "9.2", "9.3")
    tasks = [mutants.Exercise(n, __name__, "blind", (), {"product": PRODUCT}) for n in named]
    found = list(mutants.side_by_side(tasks, 5.0, jobs=2))
    assert [{o.task for o in outcomes} for outcomes in found] == [{"9.1"}, {"9.2"}, {"9.3"}]
    assert all(o.hint == o.task for outcomes in found for o in outcomes)
    assert len(closed) == 2


def test_a_survivor_without_a_reason_and_a_reason_without_a_survivor_fail(worker, monkeypatch, capsys):
    monkeypatch.setattr(mutants, "explanations", lambda: {("4.6", "a → b"): "no such mutant"})
    code, out = run(worker, monkeypatch, capsys, "4.6")
    assert code == 1
    assert "4.6 survived: " in out and "explained, but no survivor: 4.6 a → b" in out


def test_every_explanation_belongs_to_a_mutant():
    made = {
        (exercise.number, mutant.change)
        for exercise in mutants.exercises()
        for source in exercise.answers.values()
        for mutant in mutations.mutants(source)
    }
    assert set(mutants.explanations()) <= made
    assert all(len(why) > 10 for why in mutants.explanations().values())


def test_a_check_that_hangs_is_found_and_the_next_mutant_judged(worker, monkeypatch):
    exercise = mutants.Exercise("9.3", __name__, "endless", (PRODUCT,), {"product": PRODUCT})
    monkeypatch.setattr(worker, "seconds", 0.5)
    monkeypatch.setattr(worker, "tries", 1)
    assert worker.judge(exercise, "product", PRODUCT.replace("*", "+"))[0] == "slow"
    monkeypatch.setattr(worker, "seconds", 20)  # the process is a new one
    assert worker.judge(exercise, "product", PRODUCT.replace("x * y", "y * x"))[0] == "survived"
