"""Who guessed what: a class's guesses, counted."""

import csv
import sys
from collections import Counter
from pathlib import Path

from ganlib.errors import refuse
from ganlib.questions import bank, kept

COLUMNS = ("lesson", "question", "asks", "choice", "says", "right", "count", "share")


def count(folder, out=None):
    """Write the table of a folder of workspaces, or of guess files, at any depth.

    A file is a learner; of each question her last answer before she saw what happened is counted.  What
    cannot be read is named on standard error and passed over.

    Args:
        folder: Where they lie; files are found by their name, ``*guesses*.jsonl``.
        out: A CSV file; standard output for None.

    Returns:
        How many files were counted.

    Raises:
        ValueError: No folder, or no file of guesses in it.
        OSError: The table cannot be written.
    """
    folder = Path(folder)
    files = sorted(folder.rglob("*guesses*.jsonl")) if folder.is_dir() else []
    files = [path for path in files if not any(p.startswith(".") for p in path.relative_to(folder).parts)]
    if not files:
        todo = "Collect the learners' workspaces, or their guesses.jsonl, in one folder."
        raise refuse("FOLDER", folder, "a folder with files *guesses*.jsonl", todo)
    counted, tables = Counter(), 0
    for path in files:
        try:
            entries, bad = kept.read(path)
        except OSError as error:
            print(f"{path}: {error.strerror}; passed over", file=sys.stderr)
            continue
        if bad:
            print(f"{path}: {bad} of its lines are no guesses; passed over", file=sys.stderr)
        tables += 1
        for key, answer in kept.guesses(entries)[0].items():
            question = _known(*key)
            if question is None or question.read(answer) is None:
                print(
                    f"{path}: lesson {key[0]} has no {key[1]!r} with answer {answer!r}; passed over",
                    file=sys.stderr,
                )
                continue
            counted[*key, question.verdict(question.read(answer))] += 1
    rows = list(_rows(counted))
    if out is None:
        _write(sys.stdout, rows)
    else:
        with open(out, "w", encoding="utf-8-sig", newline="") as file:  # the mark tells spreadsheets
            _write(file, rows)
    return tables


def _known(lesson, name):
    try:
        return bank.lesson(lesson).get(name)
    except ValueError:
        return None


def _rows(counted):
    """Every choice of every question that somebody answered, in the order of the course."""
    for lesson in sorted({key[0] for key in counted}):
        for name, question in bank.lesson(lesson).items():
            whole = sum(n for key, n in counted.items() if key[:2] == (lesson, name))
            if not whole:
                continue
            for choice, says, right in _choices(question):
                n = counted[lesson, name, "right" if right else choice]
                yield (
                    lesson,
                    name,
                    question.asks,
                    choice,
                    says,
                    "yes" if right else "",
                    n,
                    f"{n / whole:.2f}",
                )


def _choices(question):
    if question.kind == "choice":
        return [(key, c.says, key == question.right) for key, c in question.choices.items()]
    if question.kind == "sentence":
        return [("said", "a sentence of her own", False)]
    truth = question.truth()
    return [
        ("low", f"less than {truth}", False),
        ("right", truth, True),
        ("high", f"more than {truth}", False),
    ]


def _write(file, rows):
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
