"""The questions: data that keep their rules, guesses that are kept, pages that do not tell too early."""

import csv
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

from ganlib import questions
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
    """Neither by what the question's own patterns say, nor by an assertion that shows."""
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
    """Each but a sentence says what would give it away; choices differ; nothing is said twice."""
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
    recalled = sum(name.startswith("recall.") for name in bank.lesson(number))
    assert recalled == 3 or number not in range(2, 9)


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_begins_with_recall_and_ends_with_the_guesses(number):
    sources = [cell.source for cell in nbformat.read(LESSONS[number], as_version=4).cells]
    code = [source for source in sources if "lesson." in source]
    assert ("lesson.recall()" in code) == any(n.startswith("recall.") for n in bank.lesson(number))
    asked = next((place for place, source in enumerate(sources) if "lesson.ask(" in source), len(sources))
    assert "lesson.recall()" not in code or sources.index("lesson.recall()") < asked
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


# ---- guesses


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    (tmp_path / kept.MARK).write_text("{}")
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


@pytest.fixture(autouse=True)
def nothing_elsewhere(monkeypatch):
    monkeypatch.setattr(kept, "_elsewhere", [])


def asking(name, number=1):
    from ganlib.questions.widgets import Asking

    return Asking(Lesson(number).ask(name))


def test_a_recalled_question_is_told_at_once_and_answered_once(workspace):
    from ganlib.questions.widgets import Asking

    recall = Lesson(2).recall()
    assert len(recall.asked) == 3 and recall.html().count('class="ganlib-question"') == 3
    ask = recall.asked[0]  # the price of saying one half
    view = Asking(ask, at_once=True)
    view.buttons["nothing"].click()
    assert "A surprise." in view.says.value and "ln 2, whatever the truth is" in view.says.value
    view.buttons["ln2"].click()  # too late
    assert ask.guess() == ("nothing", True)
    assert all(button.disabled for button in view.buttons.values())
    assert "application/vnd.jupyter.widget-view+json" in recall._repr_mimebundle_()


def test_a_click_is_kept_and_can_be_changed_until_it_was_told(workspace):
    lesson, view = Lesson(1), asking("knob")
    view.buttons["straight"].click()
    view.buttons["never"].click()
    assert view.buttons["never"].icon == "check" and not view.buttons["straight"].icon
    told = lesson.reveal("knob")._repr_mimebundle_()["text/html"]
    assert (
        "You guessed D: He gets nowhere" in told
        and "It is B: Past 0 and back, in ever smaller swings." in told
    )
    assert "ganlib-surprise" in told
    view.buttons["past"].click()  # too late
    lines = [json.loads(line) for line in (workspace / kept.FILE).read_text().splitlines()]
    assert [line.get("answer", "shown") for line in lines] == ["straight", "never", "shown"]
    assert {line["lesson"] for line in lines} == {1} and {line["question"] for line in lines} == {"knob"}
    again = asking("knob")  # another kernel
    assert again.buttons["never"].icon == "check" and all(b.disabled for b in again.buttons.values())


def test_a_right_guess_is_no_surprise(workspace):
    asking("knob").buttons["past"].click()
    told = Lesson(1).reveal("knob")
    assert "So it is." in told.html() and "ganlib-surprise" not in told.html()
    assert "So it is." in told.text()


def test_who_has_not_guessed_is_told_nothing_and_can_still_guess(workspace):
    bundle = Lesson(1).reveal("knob")._repr_mimebundle_()
    assert bundle["text/html"].count("<details>") == 4
    assert not (workspace / kept.FILE).exists()
    asking("knob").buttons["past"].click()
    assert Lesson(1).ask("knob").guess() == ("past", False)


def test_a_number_is_judged_by_its_distance(workspace):
    view, lesson = asking("sure"), Lesson(1)
    view.take("lots")
    assert "A number is due" in view.says.value and not (workspace / kept.FILE).exists()
    for typed, kind in (("2", "low"), ("6,64 times", "right"), ("1000", "high")):
        view.take(typed)
        question, (answer, _) = lesson.questions["sure"], lesson.ask("sure").guess()
        assert question.verdict(answer) == kind
        assert question.replies(answer) == {"low": question.low, "high": question.high}.get(
            kind, question.reply
        )


def test_a_number_that_arrives_after_its_click_is_kept(workspace):
    """On a busy kernel a page sends the click first, then what was typed."""
    view = asking("sure")
    view.buttons[None].click()
    view.field.value = "100"
    assert Lesson(1).ask("sure").guess() == (100, False)
    view.buttons[None].click()
    assert len((workspace / kept.FILE).read_text().splitlines()) == 1


def test_the_summary_stars_what_surprised(workspace):
    assert "No guess of this lesson is kept here." in Lesson(1).summary().html()
    asking("knob").buttons["straight"].click()
    asking("loss").buttons["above"].click()
    rows = Lesson(1).summary().rows()
    assert [row[0] for row in rows] == ["★", ""]
    assert rows[0][2:] == (
        "Straight to 0, more and more slowly, and there it stays",
        "Past 0 and back, in ever smaller swings",
    )
    assert "You guessed 2 of 9 questions. Each ★ was a surprise" in Lesson(1).summary().text()


def test_outside_a_workspace_guesses_live_as_long_as_the_kernel(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asking("knob").buttons["past"].click()
    assert Lesson(1).ask("knob").guess() == ("past", False)
    assert list(tmp_path.iterdir()) == []


def test_a_guess_that_cannot_be_written_is_said_and_kept(workspace):
    (workspace / kept.FILE).mkdir()
    view = asking("knob")
    view.buttons["past"].click()
    assert "could not be written (Is a directory)" in view.says.value
    assert Lesson(1).ask("knob").guess() == ("past", False)


def test_a_torn_line_and_odd_ones_are_passed_over(workspace):
    (workspace / kept.FILE).write_bytes(
        b'{"lesson": 1, "question": "knob", "answer": "straight"}\n'
        b'[1]\n\xff\n{"lesson": "1"}\n{"lesson": 1, "que'
    )
    assert Lesson(1).ask("knob").guess() == ("straight", False)
    asking("loss").buttons["down"].click()
    entries, bad = kept.read(workspace / kept.FILE)
    assert [entry["answer"] for entry in entries] == ["straight", "down"] and bad == 4


def test_an_answer_of_another_edition_is_none(workspace):
    kept.add(1, "knob", "a choice that went away")
    assert Lesson(1).ask("knob").guess() == (None, False)
    assert Lesson(1).summary().rows() == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.7", 0.7), ("0,7", 0.7), (".5", 0.5), ("½", 0.5), ("2/3", 2 / 3), ("70 %", 70), ("-3", -3),
        ("−3", -3), ("1e-3", 1e-3), ("7 nats", 7), ("+2.", 2), ("3/0", None), ("", None), ("ln 2", None),
        ("1.2.3", None), ("two", None), ("1 or 2", None),
    ],
)  # fmt: skip
def test_what_is_a_number(text, number):
    assert bank.number(text) == (None if number is None else pytest.approx(number))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 000", 1000),
        ("1\u202f000 steps", 1000),
        ("1,000", 1000),
        ("12,500", 12500),
        ("1,000,000", 1e6),
        ("0,693", 0.693),
        ("1,386", 1.386),
        ("1,5", 1.5),
        ("2½", 2.5),
        ("-1 ½", -1.5),
        ("½ of it", 0.5),
        ("½ ½", None),
        ("1e999999999", None),
        ("1e2", 100),
        ("2/0", None),
    ],
)
def test_thousands_and_mixed_fractions_are_numbers(text, number):
    assert bank.number(text) == (None if number is None else pytest.approx(number))


@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [("½", 50), ("0.5", 50), ("2/5", 40), ("0.5 %", 0.5), ("50", 50), ("1", 1), ("1 %", 1), (0.5, 0.5)],
)
def test_a_share_may_be_typed_for_per_cent(typed, kept_as):
    question = Lesson(8).questions["rank"]
    assert question.unit == "%"
    assert question.read(typed) == pytest.approx(kept_as)
    assert question.read(question.read(typed)) == pytest.approx(kept_as)  # what is kept is read as it is


def test_a_near_number_is_told_the_right_one(workspace):
    asking("obey", 8).take("90")
    assert "You guessed: 90 %. Near enough: it is 92 %." in Lesson(8).reveal("obey").text()
    asking("sure").take("6.6")
    assert "So it is." in Lesson(1).reveal("sure").text()


WRONG = {
    "no question": ('asks = " "\nreply = "r"', "a: asks"),
    "one choice": ('asks = "q"\nright = "x"\n[a.choices.x]\nsays = "s"\nreply = "r"', "2 to 5"),
    "no right one": (
        'asks = "q"\nright = "z"\n[a.choices.x]\nsays = "s"\nreply = "r"\n'
        '[a.choices.y]\nsays = "t"\nreply = "u"',
        "a: right",
    ),
    "no reply": ('asks = "q"\nanswer = 1.0\nwithin = 0.1\nreply = "r"\nlow = "l"', "a: reply"),
    "an exact number": ('asks = "q"\nanswer = 1.0\nreply = "r"\nlow = "l"\nhigh = "h"', "a: within"),
    "code": ('asks = "Where is `deep`?"\nreply = "r"', "plain text"),
    "emphasis": ('asks = "A real *seven*?"\nreply = "r"', "plain text"),
    "an unknown field": ('asks = "q"\nreply = "r"\nrigth = "x"', "rigth"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_question_that_breaks_a_rule_is_named(tmp_path, monkeypatch, text, message):
    (tmp_path / "lesson_77.toml").write_text(f"[a]\n{text}\n")
    monkeypatch.setattr(bank, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=message):
        bank.lesson(77)


def test_unknown_lessons_and_questions_are_refused():
    with pytest.raises(ValueError, match="lesson: received 99"):
        bank.lesson(99)
    with pytest.raises(ValueError, match="Did you mean 'knob'"):
        Lesson(1).ask("knobb")


def test_a_page_needs_no_widgets(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.delitem(sys.modules, "ganlib.questions.widgets", raising=False)
    monkeypatch.delattr(questions, "widgets", raising=False)
    bundle = Lesson(1).ask("knob")._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"].splitlines()[2] == "  B  Past 0 and back, in ever smaller swings"


# ---- a class


def test_who_guessed_what(tmp_path, capsys):
    for learner, answers in {"a": ["straight", "past"], "b": ["past"], "c": ["straight"]}.items():
        folder = tmp_path / learner
        folder.mkdir()
        lines = [{"lesson": 1, "question": "knob", "answer": answer} for answer in answers]
        lines.append({"lesson": 1, "question": "knob", "shown": True})
        lines.append({"lesson": 1, "question": "knob", "answer": "never"})  # after she was told
        lines.append({"lesson": 1, "question": "sure", "answer": 2.0})
        (folder / "guesses.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "d guesses.jsonl").write_bytes(b"\xff\xfe")
    (tmp_path / "e-guesses.jsonl").write_text('{"lesson": 1, "question": "gone", "answer": 1}\n')
    (tmp_path / "f-guesses.jsonl").mkdir()
    assert counts.count(tmp_path, tmp_path / "out.csv") == 5
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
    table = {(r["question"], r["choice"]): (r["right"], r["count"], r["share"]) for r in rows}
    assert table["knob", "past"] == ("yes", "2", "0.67") and table["knob", "straight"] == (
        "",
        "1",
        "0.33",
    )
    assert table["knob", "never"] == ("", "0", "0.00")
    assert table["sure", "low"] == ("", "3", "1.00") and table["sure", "right"] == ("yes", "0", "0.00")
    said = capsys.readouterr().err
    assert "d guesses.jsonl: 1 of its lines are no guesses; passed over" in said
    assert "lesson 1 has no 'gone'" in said and "f-guesses.jsonl: Is a directory; passed over" in said
    first = (tmp_path / "out.csv").read_bytes()
    counts.count(tmp_path, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == first


def test_a_folder_without_guesses_is_refused(tmp_path, capsys):
    from ganlib import cli

    assert cli.main(["guesses", str(tmp_path)]) == 1
    assert "accepted a folder with files *guesses*.jsonl" in capsys.readouterr().err
