"""The questions: data that keep their rules, guesses that are kept, pages that do not tell too early."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from ganlib.questions import bank, counts, kept
from ganlib.questions.page import Lesson
from ganlib.workspace import pages

ROOT = Path(__file__).parents[1]
LESSONS = {int(path.name[:2]): path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
CALL = re.compile(r'lesson\.(ask|reveal)\("([\w.]+)"\)')


def learners(number):
    notebook = json.loads(LESSONS[number].read_text(encoding="utf-8"))
    return nbformat.reads(pages.written(pages.learners(notebook)).decode(), as_version=4)


def folded(cell):
    return cell.metadata.get("jupyter", {}).get("source_hidden", False)


def calls(notebook):
    """Yield ``(cell number, "ask" or "reveal", name)`` in the page's order."""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            for verb, name in CALL.findall(cell.source):
                yield number, verb, name


@pytest.mark.parametrize("number", LESSONS)
def test_every_question_is_asked_then_tested_then_told(number):
    """In the order of the file: ask, something that runs, reveal, what it showed. No two at once."""
    notebook = learners(number)
    found = list(calls(notebook))
    names = [name for name in bank.lesson(number) if not name.startswith("recall.")]
    assert [(verb, name) for _, verb, name in found] == [(v, n) for n in names for v in ("ask", "reveal")]
    for (asked, _, name), (told, _, _) in zip(found[::2], found[1::2], strict=True):
        between = notebook.cells[asked + 1 : told]
        assert any(cell.cell_type == "code" for cell in between), f"{name}: nothing is tried"
        showed = notebook.cells[told + 1]
        assert showed.cell_type == "markdown" and showed.source.startswith(pages.TOLD), name
        assert folded(showed), name


@pytest.mark.parametrize("number", LESSONS)
def test_no_question_is_answered_above_its_reveal(number):
    """Neither by what the question's own patterns say, nor by an assertion, nor in the questions before."""
    notebook, shown = learners(number), []
    asked = None
    for cell in notebook.cells:
        assert not cell.get("outputs")
        call = CALL.search(cell.source) if cell.cell_type == "code" else None
        if call and call[1] == "ask":
            asked = bank.lesson(number)[call[2]]
        if call and call[1] == "reveal":
            for pattern in asked.tells:
                for text in shown:
                    assert not re.search(pattern, text), f"{asked.name}: {pattern!r} is in {text[:200]!r}"
            asked = None
        if folded(cell):
            shown.append(cell.source.partition("\n")[0])
            continue
        shown.append(cell.source)
        if asked and cell.cell_type == "code":
            assert "assert " not in cell.source, f"{asked.name}: a check that tells"
    assert asked is None


@pytest.mark.parametrize("number", LESSONS)
def test_questions_can_be_wrong_in_interesting_ways(number):
    """Every question but a sentence says what would give it away; choices differ; nothing is said twice."""
    for question in bank.lesson(number).values():
        if question.name.startswith("recall."):
            assert question.kind != "sentence", question.name
        elif question.kind != "sentence":
            assert question.tells, question.name
        for pattern in question.tells:
            re.compile(pattern)
        texts = [
            text
            for pair in map(list, ((c.says, c.reply) for c in question.choices.values()))
            for text in pair
        ]
        assert len(set(texts)) == len(texts), question.name
        assert all(len(text) <= 320 for text in [question.asks, *texts]), question.name
    assert len([name for name in bank.lesson(number) if name.startswith("recall.")]) == (
        3 if number > 1 else 0
    )


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_begins_with_recall_and_ends_with_the_guesses(number):
    sources = [cell.source for cell in nbformat.read(LESSONS[number], as_version=4).cells]
    code = [source for source in sources if "lesson." in source]
    assert ("lesson.recall()" in code) == (number > 1)
    assert code[-1] == "lesson.summary()"
    others = "".join(sources)
    if number:
        assert f"(../exercises/{LESSONS[number].name})" in sources[0]
    assert "**Question.**" not in others


@pytest.mark.parametrize("number", [n for n in LESSONS if n])
def test_an_exercise_links_back(number):
    name = LESSONS[number].name
    for folder in ("solutions", "exercises"):
        assert (
            f"(../notebooks/{name})" in nbformat.read(ROOT / folder / name, as_version=4).cells[0].source
        )
