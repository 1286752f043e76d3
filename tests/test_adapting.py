"""The instructions of docs/adapting.md, carried out to the letter in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "adapting.md").read_text()
WRITE, MAKE, ROW = (
    re.compile(pattern + r":$")
    for pattern in (r"Write\s`([^`]+)`", r"Make\s`([^`]+)`", r"to\s`([^`]+)`, at the end of `(\w+)`")
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """What git tracks, as it is now."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    folder = tmp_path_factory.mktemp("copy")
    for name in filter(lambda name: (ROOT / name).is_file(), done.stdout.splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def typed(cells):
    """Return the notebook that somebody types who reads ``# %%`` as the beginning of a cell."""
    new = nbformat.v4
    notebook = new.new_notebook()
    for part in re.split(r"^# %%", cells, flags=re.M)[1:]:
        kind, source = part.split("\n", 1)
        if "[markdown]" in kind:
            cell = new.new_markdown_cell(re.sub(r"^# ?", "", source, flags=re.M).strip())
        else:
            cell = new.new_code_cell(source.strip())
        notebook.cells.append(cell)
    return notebook


def run(command, folder):
    """Run a command in the copy, and let it use no other ganlib than the copy's."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    mine = {"PATH": path, "PYTHONPATH": str(folder), "PYTEST_ADDOPTS": "-v -p no:cacheprovider"}
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **mine}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stdout[-3000:], done.stderr[-3000:])
    return done.stdout


def follow(section, folder):
    """Do what a section says, block by block; return all that was printed."""
    text = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S).group(1)
    said = ""
    for before, kind, block in re.findall(r"(.*?)^```(\w+)\n(.*?)^```$", text, re.M | re.S):
        asked = re.sub(r"<!--.*?-->", "", before).strip()
        if found := ROW.search(asked):
            path, name = folder / found[1], re.escape(found[2])
            old = path.read_text()
            end = re.search(rf"^{name} = \(\n.*?^(?=\)$)", old, re.M | re.S).end()
            path.write_text(old[:end] + block + old[end:])
        elif found := WRITE.search(asked):
            (folder / found[1]).write_text(block)
        elif found := MAKE.search(asked):
            nbformat.write(typed(block), folder / found[1])
        elif kind == "sh":
            said += run(["sh", "-ec", block], folder)
        else:
            said += run([sys.executable, "-c", block], folder)
    return said


@pytest.mark.slow
def test_a_recipe_is_one_row(copy):
    said = follow("Add a recipe", copy)
    assert re.search(r"^slim +digits +64 +2000 ", said, re.M)
    for rule in ("test_recipe_trains_fifty_steps", "test_each_step_moves_its_own_network"):
        assert re.search(rf"{rule}\w*\[slim\] PASSED", said)
    assert "300/300" in said
    table = dict(re.findall(r"'(\w+)': ([\d.]+)", said))
    assert 0 < float(table["frechet"]) < 2000 and 0 <= float(table["precision"]) <= 1


@pytest.mark.slow
def test_a_lesson_is_four_files(copy):
    said = follow("Add a lesson", copy)
    exercise = (copy / "exercises" / "09_a_shorter_z.ipynb").read_text()
    assert "raise NotImplementedError()" in exercise and "share * z" not in exercise
    solution = nbformat.read(copy / "solutions" / "09_a_shorter_z.ipynb", 4)
    assert solution.cells[-1].outputs[0].text == "9.1 passed.\n"
    passed = re.findall(r"::(\S+) PASSED", said)
    proofs = [name for name in passed if "wrong_answer_gets_its_own_hint[lesson_09-shrink" in name]
    assert len(proofs) == 6
    assert "test_exercise_is_not_started[lesson_09]" in passed
    assert "test_solution_passes_and_nbval_compares[lesson_09]" in passed
    assert "test_notebook_is_executed_in_order_from_the_top[notebooks-09]" in passed
    assert "notebooks/09_a_shorter_z.ipynb" in (copy / "docs" / "lessons.json").read_text()
