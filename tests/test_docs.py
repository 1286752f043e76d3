"""The pages for teachers are in step with the lessons, the checks and what was measured."""

import contextlib
import importlib
import io
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools" / "measure"))
TEACHING, HOSTING = ((ROOT / "docs" / f"{name}.md").read_text() for name in ("teaching", "hosting"))
MEASURED = json.loads((ROOT / "docs" / "lessons.json").read_text())
ROWS = MEASURED["notebooks"]


def wrong(lesson):
    return importlib.import_module(f"tests.wrong_answers.lesson_{int(lesson):02}").WRONG


def test_every_page_is_measured_as_it_is_now():
    from lessons import reading

    pages = {f"{path.parent.name}/{path.name}": path for path in ROOT.glob("[ns]o*/*.ipynb")}
    assert set(ROWS) == set(pages)
    for name, path in pages.items():
        now = reading(nbformat.read(path, as_version=4))
        for count in ("words", "code_lines"):
            assert ROWS[name][count] == pytest.approx(now[count], rel=0.15), f"{name}: measure it again"


def test_hosting_has_the_measured_table_and_claims_no_less():
    from lessons import README, table, with_times

    text = README.read_text()
    assert with_times(text, ROWS) == text
    assert text.count(" min | ") == sum(name.startswith("notebooks") for name in ROWS)
    assert f"<!-- lessons -->\n{table(ROWS)}\n<!-- end -->" in HOSTING
    total = {
        folder: sum(row["cpu_seconds"] for name, row in ROWS.items() if name.startswith(folder))
        for folder in ("notebooks", "solutions")
    }
    seat = max(row["peak_mb"] for row in ROWS.values()) + MEASURED["about"]["server_mb"]
    assert 1200 < seat <= 1600  # "1.6 GB for sure"
    assert 5.5 <= sum(total.values()) / 60 <= 8.5  # "7 minutes of one core"
    assert max(row["cpu_seconds"] for row in ROWS.values()) == pytest.approx(75, rel=0.2)
    found = re.search(r"runs \* (\d+) \+ tries \* (\d+)", HOSTING).groups()
    for number, folder in zip(found, total, strict=True):
        assert int(number) == pytest.approx(total[folder], rel=0.2), f"the bill, {folder}"


def test_the_bill_is_worked_out_rightly():
    program, result = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", HOSTING, re.S).groups()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(program, {})
    assert said.getvalue() == result


def test_teaching_names_hints_that_there_are():
    parts = re.findall(r"^\*\*(\d) · (.*?)\n\n", TEACHING, re.M | re.S)
    assert len(parts) >= 7
    for lesson, text in parts:
        hints = {hint for answers in wrong(lesson).values() for hint, _ in answers}
        named = set(re.findall(r"`([\w-]+)`", " ".join(re.findall(r"\((`[^)]*`)\)", text))))
        assert len(named) >= 3 and named <= hints, (lesson, named - hints)


def test_teaching_does_not_boast():
    lessons = [path.name[:2] for path in sorted((ROOT / "solutions").glob("*.ipynb"))]
    (said,) = re.findall(r"more than (\d+) wrong answers", TEACHING)
    assert sum(len(answers) for lesson in lessons for answers in wrong(lesson).values()) > int(said)


def test_teaching_states_the_minutes_that_the_pages_state():
    rows = re.findall(r"^\| (\d) \| [^|]+ \| [^|]+ \| (\d+) \| (\d+|–) \|", TEACHING, re.M)
    assert len(rows) >= 8
    for lesson, read, work in rows:
        (name,) = [name for name in ROWS if name.startswith(f"notebooks/0{lesson}_")]
        assert ROWS[name]["reading_minutes"] == int(read)
        if work != "–":
            (path,) = (ROOT / "solutions").glob(f"0{lesson}_*.ipynb")
            said = nbformat.read(path, 4).cells[0].source.replace("an hour", "60 minutes")
            assert re.search(r"about (\d+) minutes", said)[1] == work


def test_every_report_names_a_test_that_there_is():
    text = (ROOT / "docs" / "reports.md").read_text()
    rows = re.findall(r"^\| ([\w./-]+ #\d+) \|.*\| `(test_\w+)::(test_\w+)` \|$", text, re.M)
    assert len(rows) == len({source for source, *_ in rows}) == text.count("\n| ") - 2
    (said,) = re.findall(r"Here are (\d+) public reports", text)
    assert len(rows) == int(said) >= 24
    for _, file, name in rows:
        assert f"def {name}(" in (ROOT / "tests" / f"{file}.py").read_text(), name
