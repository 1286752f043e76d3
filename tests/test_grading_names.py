"""Which lesson a hand-in is of, and whose: the import decides, and platforms name files as they like."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganlib.grading.names import LESSONS, learner_of, lesson_of, told_apart

SECOND = "import numpy as np\nfrom ganlib.checks import lesson_02 as check"
NAMED = {  # a file's name -> what its imports say -> the lesson that is graded
    "02_the_math.ipynb": (SECOND, 2),
    "group_03_02_the_math.ipynb": (SECOND, 2),
    "2024_05_02_the_math.ipynb": (SECOND, 2),
    "2024_05_07_the_math.ipynb": (SECOND, 2),
    "20240503_142205_the_math.ipynb": (SECOND, 2),
    "02_the_math-2024-05-03T14_22_05.ipynb": (SECOND, 2),
    "03.05.2024_02_the_math.ipynb": (SECOND, 2),
    "02_the_math (1).ipynb": (SECOND, 2),
    "02_the_math-Copy1.ipynb.txt": (SECOND, 2),
    "Untitled7.ipynb": (SECOND, 2),
    "team 07_a.ipynb": ("import ganlib.checks.lesson_03 as check", 3),
    "x.ipynb": ("from ganlib.checks import (\n    lesson_04 as check,\n)", 4),
    "y.ipynb": ("import ganlib\n  from ganlib.checks.lesson_05 import *", 5),
    "z.ipynb": ("import os\r\nfrom ganlib.checks import lesson_06 as check\r\n", 6),
    "06_old.ipynb": ("# from ganlib.checks import lesson_02\nprint('from ganlib.checks import x')", 6),
    "2024-05-02 08_x.ipynb": ("", 8),
    "Ada_12345_67890_07_x.ipynb": ("", 7),  # Canvas, before the file's own name
    "Ada Lovelace_08_assignsubmission_file_01_x.ipynb": ("", 1),  # Moodle
}


@pytest.mark.parametrize("name", NAMED)
def test_the_import_decides_and_a_name_where_there_is_none(name):
    source, number = NAMED[name]
    assert lesson_of(name, [source])[0] == f"lesson_{number:02}"


DIFFER = {
    ("03_a_dense_gan.ipynb", SECOND): "Its name says lesson 03, its imports say 02: this is 02.",
    ("07_x_03_y.ipynb", SECOND): "Its name says lesson 07 and 03, its imports say 02: this is 02.",
    ("03_x.ipynb", f"{SECOND}\nfrom ganlib.checks import lesson_03"): (
        "It imports the checks of lessons 02 and 03: this is 03."
    ),
    ("x.ipynb", f"{SECOND}, lesson_03"): "It imports the checks of lessons 02 and 03: this is 02.",
    ("02_x.ipynb", SECOND): "",
    ("group_03_02_x.ipynb", SECOND): "",  # the name says 02 as well
    ("02_x.ipynb", ""): "",
}


@pytest.mark.parametrize(("name", "source"), DIFFER)
def test_a_note_says_where_they_differ(name, source):
    assert lesson_of(name, [source])[1] == DIFFER[name, source]


@pytest.mark.parametrize(
    "name",
    ["group_03_02_x.ipynb", "2024_05_02_x.ipynb", "homework.ipynb", "00_start.ipynb", "99_x.ipynb"],
)
def test_where_nothing_tells_or_two_numbers_do_it_is_said(name):
    with pytest.raises(ValueError, match=r"accepted a name with one of 01_ to 08_ in it. Give the file"):
        lesson_of(name, ["import ganlib", "from ganlib import checks"])


WHOSE = {  # below the folder -> the learner
    "Ada Lovelace_123456_assignsubmission_file/02_the_math.ipynb": "Ada Lovelace",  # Moodle, folders
    "Ada Lovelace_123456_assignsubmission_file_/02_the_math.ipynb": "Ada Lovelace",
    "Ada Lovelace_123456_assignsubmission_file_02_the_math.ipynb": "Ada Lovelace",  # Moodle, files
    "Zoë van der Berg-Li_99_assignsubmission_file_02-x.ipynb": "Zoë van der Berg-Li",
    "lovelaceada_12345_678901_02_the_math.ipynb": "lovelaceada",  # Canvas
    "lovelaceada_LATE_12345_678901_02_the_math-1.ipynb": "lovelaceada",
    "anon_X4cD_678901_02_the_math.ipynb": "anon_X4cD",
    "Lesson 2_alovelace_attempt_2024-05-02-13-22-05_02_the_math.ipynb": "alovelace",  # Blackboard
    "12345-67890 - Ada Lovelace - May 2, 2024 1:22 PM/02_the_math.ipynb": "Ada Lovelace",  # Brightspace
    "class b/Ada Lovelace_123456_assignsubmission_file_/mine/02_x.ipynb": "class b/Ada Lovelace",
    "ada/02_the_math.ipynb": "ada",
    "ada/02_the_math-final.ipynb": "ada",
    "class b/ada/02_the_math.ipynb": "class b/ada",
    "02_the_math-Ada-Lovelace.ipynb": "Ada-Lovelace",
    "02_the_math-ada.ipynb.txt": "ada",
    "2024-05-02_02_the_math-ada.ipynb": "ada",
    "02_the_math.ipynb": "hand-ins",
    "02_the_math-Copy1.ipynb": "hand-ins",
    "02_the_math (2).ipynb": "hand-ins",
    "2024-05-02_02_the_math.ipynb": "hand-ins",
    "02_the_math - Copy.ipynb": "hand-ins",  # Explorer, in three languages
    "02_the_math - Kopie (2).ipynb": "hand-ins",
    "02_the_math-ada - Copie.ipynb": "ada",
}


@pytest.mark.parametrize("name", WHOSE)
def test_whose_it_is(name):
    root = Path("hand-ins")
    assert learner_of(root / name, root) == (WHOSE[name], WHOSE[name] != "hand-ins")


def test_one_learner_with_a_number_for_each_lesson_has_one_name():
    """Moodle counts anew in each assignment; Canvas knows a learner by one number."""
    root, moodle = Path("hand-ins"), "Ada_{}_assignsubmission_file_/{}_x.ipynb".format
    canvas = ["ada_123_4567_02_x.ipynb", "ada_123_4568_02_x-1.ipynb"]
    paths = [root / name for name in (moodle(11, "02"), moodle(12, "03"), *canvas)]
    assert list(told_apart(paths, root).values()) == ["Ada", "Ada", "ada", "ada"]


TEXT = st.characters(exclude_categories=("Cs",))  # the same as the codec's, whose table takes seconds
NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1)


@given(NAMES.filter(lambda name: name not in (".", "..")), st.text(TEXT))
def test_no_name_is_too_odd(name, source):
    root = Path("hand-ins")
    assert learner_of(root / name, root)[0]
    try:
        assert lesson_of(name, [source])[0] in LESSONS
    except ValueError as error:
        assert "lesson: received " in str(error)
