"""Every assertion about a training, on a page or in a test, keeps a measured distance from its bound."""

import json
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools" / "prove"))
import machines  # noqa: E402
import trainings  # noqa: E402
import watched  # noqa: E402

MEASURED = json.loads(machines.MARGINS.read_text("utf-8"))
PAGES = machines.pages()


def asserted(path):
    return [condition for source in machines.code(path) for condition in watched.assertions(source)]


@pytest.mark.parametrize("path", PAGES, ids=machines.name_of)
def test_every_assertion_has_a_margin(path):
    """To measure anew: tools/prove/machines.py --pages NN, then tools/prove/machines.py --margins."""
    rows = {row["assert"]: row for row in MEASURED["assertions"].get(machines.name_of(path), [])}
    assert set(rows) == set(asserted(path))
    for row in rows.values():
        assert machines.good(row), row


@pytest.mark.parametrize("name", MEASURED["settings"])
def test_a_margin_is_measured_in_enough_settings(name):
    settings = MEASURED["settings"][name]
    assert {"plain", "sse4", "avx2", "one-thread", "four-threads"} <= set(settings)
    assert sum(setting.startswith("shaken") for setting in settings) >= 12


def test_a_page_without_runs_keeps_its_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(machines, "KEPT", tmp_path)
    found = machines.margins(PAGES[:2])
    for path in PAGES[:2]:
        name = machines.name_of(path)
        assert len(found["assertions"][name]) == len(MEASURED["assertions"][name]) > 0
        assert all(row in MEASURED["assertions"][name] for row in found["assertions"][name])
        assert found["settings"][name] == MEASURED["settings"][name]


def test_no_two_tests_that_train_assert_the_same_words():
    """Their margins are kept by these words."""
    found = asserted(machines.TESTS)
    assert len(found) == len(set(found)) > 20


def test_a_watched_test_notes_what_failed_and_goes_on():
    def test_it(low):
        assert low > 7
        assert abs(low - 3) < 1

    watched.seen.clear()
    trainings._watched(test_it)(2.5)
    assert [row["held"] for row in watched.seen if "held" in row] == [False, True]
    assert [row["slack"] for row in watched.seen if "slack" in row] == [-4.5, 0.5]
    watched.seen.clear()


def test_tests_that_could_not_be_run_have_not_held(tmp_path, monkeypatch):
    """An error while they are collected breaks no assertion."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_broken.py").write_text("import nothing_of_this_name")
    for name in ("watched.py", "trainings.py"):
        path = tmp_path / "tools" / "prove" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((ROOT / "tools" / "prove" / name).read_text("utf-8"), "utf-8")
    monkeypatch.setattr(trainings, "ROOT", tmp_path)
    assert "nothing_of_this_name" in trainings.run({})["failed"][0]


CODE = """
import numpy as np
def inner(x):
    assert x < 3 and x != 7, "small"
inner(2.5)
inner(4)
assert (np.array([1, 5, 3]) > 0).all()
assert 0 <= 2 <= 2
assert not 1 > 2
assert abs(-4) == 5
assert "a" == "a"
assert 2.5 < 7.5
"""


def test_watched_code_notes_both_sides_and_goes_on():
    watched.seen.clear()
    exec(watched.rewritten(CODE), {"_watched": watched})
    verdicts = [row["held"] for row in watched.seen if "held" in row]
    assert verdicts == [True, False, True, True, True, False, True, True]
    rows = {(row["compare"], row["sign"]): row for row in watched.seen if "slack" in row}
    assert rows["x < 3", "<"]["slack"] == -1  # the second call
    assert rows["x < 3", "<"]["whole"] and rows["x < 3", "<"]["left"] == 4
    assert not rows["2.5 < 7.5", "<"]["whole"]
    tightest = rows["np.array([1, 5, 3]) > 0", ">"]
    assert (tightest["left"], tightest["right"], tightest["slack"]) == (1, 0, 1)
    assert tightest["whole"]
    assert {sign for text, sign in rows if text == "0 <= 2 <= 2"} == {"<="}
    assert rows["abs(-4) == 5", "=="]["slack"] == -1
    watched.seen.clear()


def runs(*values, sign="<=", bound=6.0, whole=False):
    rows = [
        {"assert": "a", "compare": "a", "sign": sign, "whole": whole, "left": v, "right": bound}
        | {"slack": bound - v}
        for v in values
    ]
    return {f"shaken-{i}": [row] for i, row in enumerate(rows)}


def test_a_margin_is_counted_in_standard_deviations():
    near = machines.margin("a", runs(1.0, 2.0, 3.0, bound=5.0))
    assert (near["worst"], near["bound"], near["margin"]) == (3, 5, 3) and not machines.good(near)
    assert machines.good(machines.margin("a", runs(1.0, 2.0, 3.0, bound=6.0)))
    assert machines.good(machines.margin("a", runs(2.0, 2.0, 2.0, bound=2.1)))  # always the same
    assert machines.good(machines.margin("a", runs(3, 4, 5, whole=True)))  # 6 would still do
    assert not machines.good(machines.margin("a", runs(3, 4, 5, bound=6, whole=True, sign="<")))
    assert not machines.good(machines.margin("a", runs(3, 6, whole=True)))


def test_pages_that_are_not_there_do_not_pass():
    with pytest.raises(SystemExit) as stopped:
        machines.main(["--settings", "sse4", "--pages", "notebooks/00"])
    assert stopped.value.code == 2


def test_a_page_that_fails_elsewhere_is_named_with_cell_and_bound(tmp_path, monkeypatch):
    cells = [
        "x = 3",
        "assert x <= 2",
        "# NBVAL_CHECK_OUTPUT\nprint('here')",
        "print('7.1 not yet: look')\nraise KeyError('gone')",
    ]
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(page, tmp_path / "01_page.ipynb")
    row = machines.run(tmp_path / "01_page.ipynb", "sse4")
    assert row["failed"] == [
        "cell 1: assert x <= 2 (3, 2)",
        "cell 2: printed 'here\\n' where '' is committed",
        "cell 3: KeyError: 'gone'",
        "cell 3: 7.1 not yet: look",
    ]
