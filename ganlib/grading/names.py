"""What a file's name and its imports say: whose hand-in it is, and of which lesson.

Names are what learners and platforms make of them: dates, group numbers, marks of a download.  So a
name decides only where nothing better is known.
"""

import pkgutil
import re
from pathlib import Path

from ganlib import checks
from ganlib.errors import refuse

LESSONS = [m.name for m in pkgutil.iter_modules(checks.__path__) if m.name.startswith("lesson_")]
DOWNLOADS = [  # how platforms name what a teacher downloads: a folder, or before the file's own name
    re.compile(pattern)
    for pattern in (
        r"(?P<learner>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)",  # Moodle
        r"(?P<learner>anon(?:_LATE)?_[A-Za-z\d]+)_\d{4,}_(?P<file>.+)",  # Canvas, marked blind
        r"(?P<learner>[^_]+(?:_LATE)?)_(?P<number>\d{3,})_\d{4,}_(?P<file>.+)",  # Canvas
        r".+_(?P<learner>[^_]+)_attempt_\d{4}(?:-\d\d){5}_?(?P<file>.*)",  # Blackboard
        r"\d+-\d+ - (?P<learner>.+?) - .*\d (?:AM|PM)(?P<file>)",  # Brightspace
    )
]
DATE = re.compile(  # with the time behind it
    r"(?<!\d)(\d{4}([-_.]?)\d\d\2\d\d|\d\d([-_.])\d\d\3\d{4})(?!\d)"
    r"([T _-]+\d\d[-_.:h]?\d\d([-_.:]?\d\d)?(?!\d))?"
)
COPY = re.compile(
    r"(-Copy\d+|-checkpoint| ?\(\d+\)| - (Copy|Kopie|Copie))+$"
)  # JupyterLab's and a browser's second one
IMPORT = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+ganlib\.checks\b(?:[^\n(#]*\([^)]{0,2000}\)|[^\n#]*)", re.M
)


def _download(name):
    """Return a learner, the file's own name and the learner's number, if a platform put them together."""
    found = next(filter(None, (pattern.fullmatch(name) for pattern in DOWNLOADS)), None)
    number = found.groupdict().get("number", "") if found else ""
    return found and (found["learner"].replace("_LATE", ""), found["file"], number)


def _stem(name):
    """Return a file's name without its endings, and without the dates in it."""
    return DATE.sub("", COPY.sub("", re.sub(r"(\.ipynb.*|\.[^.]*)$", "", name, flags=re.I)))


def learner_of(path, root):
    """Return whose it is, and whether something says so.

    A platform's mark in a folder's or the file's name; else the folders below root; else what follows
    the file's first dash; else, for want of anything, root's name.
    """
    folders, file = path.relative_to(root).parts[:-1], path.name
    for place, name in enumerate((*folders, file)):
        if marked := _download(name):
            return "/".join((*folders[:place], marked[0])), True
    mine = _stem(file).partition("-")[2].strip()
    if folders or mine:
        return "/".join(folders) or mine, True
    return root.resolve().name, False


def number_of(path, root):
    """Return the number by which a platform knows the learner, as text; "" where it says none."""
    marked = map(_download, path.relative_to(root).parts)
    return next((found[2] for found in marked if found), "")


def told_apart(paths, root):
    """Return whose each is, a dict: people of one name who handed in one lesson have a number, too."""
    numbers = {}
    for path in paths:
        who = learner_of(path, root)[0], *lessons_said(path.name)
        numbers.setdefault(who, set()).add(number_of(path, root))
    shared = {who[0] for who, found in numbers.items() if len(found) > 1}
    whose = {path: (learner_of(path, root)[0], number_of(path, root)) for path in paths}
    return {p: f"{who} ({n})" if n and who in shared else who for p, (who, n) in whose.items()}


def lessons_said(name):
    """Return the lessons that a file's name tells: mostly one, or none."""
    marked = _download(name)
    return _known(re.findall(r"(?<!\d)(\d\d)_", _stem((marked and marked[1]) or name)))


def lesson_of(name, sources):
    """Return the lesson, ``"lesson_03"``, and a sentence where file and imports disagree, else ``""``.

    What it imports decides.  A name is asked where no checks are imported, or those of several lessons.

    Args:
        name: The file's.
        sources: Those of its code cells.

    Raises:
        ValueError: Neither tells, or the name has several numbers.
    """
    said = lessons_said(name)
    imports = " ".join(IMPORT.findall("\n".join(sources)))
    imported = _known(re.findall(r"\blesson_(\d\d)\b", imports))
    choice = [lesson for lesson in imported if lesson in said] or imported or said
    if not choice or (len(choice) > 1 and not imported):
        accepted = f"a name with one of {LESSONS[0][-2:]}_ to {LESSONS[-1][-2:]}_ in it"
        raise refuse("lesson", name, accepted, "Give the file the name of its exercise back.")
    lesson, note = choice[0], ""
    if len(imported) > 1:
        note = f"It imports the checks of lessons {_listed(imported)}: this is {lesson[-2:]}."
    elif said and lesson not in said:
        note = (
            f"Its name says lesson {_listed(said)}, its imports say {lesson[-2:]}: this is {lesson[-2:]}."
        )
    return lesson, note


def _known(numbers):
    return [lesson for n in dict.fromkeys(numbers) if (lesson := f"lesson_{n}") in LESSONS]


def _listed(lessons):
    return " and ".join(lesson[-2:] for lesson in lessons)


def numbers_of(lesson):
    """Return the numbers of a lesson's tasks, read from its source: the grader needs no TensorFlow."""
    source = Path(checks.__file__).with_name(f"{lesson}.py").read_text("utf-8")
    return re.findall(r'^@task\(\s*"([\d.]+)"', source, re.M)
