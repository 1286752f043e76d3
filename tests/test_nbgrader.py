"""nbgrader takes solutions/ as they are: its release is ours, and its points are our verdicts."""

import csv
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None, reason="nbgrader is not installed"
)


def nbgrader(folder, *words):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose only assignment is all of solutions/, released."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", folder / "source" / "gan")
    nbgrader(folder, "generate_assignment", "gan")
    return folder


def content(path):
    return [(c.id, c.cell_type, c.source, c.get("outputs"), c.get("execution_count")) for c in read(path)]


def read(path):
    return nbformat.read(path, as_version=4).cells


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem[:2])
def test_its_release_is_ours(course, path):
    ours = content(ROOT / "exercises" / path.name)
    assert content(course / "release" / "gan" / path.name) == ours
    assert any("YOUR CODE HERE" in source for _, _, source, *_ in ours)


def test_its_points_are_our_verdicts(course):
    """Ada has all, Bob nothing; Cy has one wrong answer and printed verdicts for checks."""
    name = "02_the_math.ipynb"
    cells = nbformat.read(ROOT / "solutions" / name, as_version=4)
    for cell in cells.cells:
        if "def jsd" in cell.source:
            cell.source = "def jsd(p, q, dx):\n    return 0.0"
        if "check.jsd" in cell.source:
            cell.source = "print('2.3 passed.')"
    for who in ("ada", "bob", "cy"):
        (course / "submitted" / who / "gan").mkdir(parents=True)
    released = {p.name: p for p in (course / "release" / "gan").glob("*.ipynb")}
    shutil.copy(ROOT / "solutions" / name, course / "submitted" / "ada" / "gan" / name)
    shutil.copy(released[name], course / "submitted" / "bob" / "gan" / name)
    nbformat.write(cells, course / "submitted" / "cy" / "gan" / name)
    nbgrader(course, "autograde", "gan", "--notebook", name.removesuffix(".ipynb"))
    nbgrader(course, "export")
    with open(course / "grades.csv", newline="") as file:
        points = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert points == {"ada": 7, "bob": 0, "cy": 6}
