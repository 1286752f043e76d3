"""The repository itself: notebooks fit for git, exercises free of answers, files in step."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain, pairwise
from pathlib import Path

import nbformat
import pytest

import ganlib

ROOT = Path(__file__).parent.parent
FOLDERS = ("notebooks", "solutions", "exercises")
NOTEBOOKS = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.ipynb"))]
EXECUTED = [path for path in NOTEBOOKS if path.parent.name != "exercises"]
MACHINE_PATH = re.compile(r"/(?:work|root|farm|home/\w+|Users/\w+|tmp/\w+|private/var)/|[A-Z]:\\\\Users")


def name(path):
    return f"{path.parent.name}-{path.stem[:2]}"


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", EXECUTED, ids=name)
def test_notebook_is_executed_in_order_from_the_top(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_notebook_is_valid_small_and_free_of_machine_paths(path):
    nbformat.validate(read(path))
    text = path.read_text()
    assert len(text) <= 1_000_000
    assert not MACHINE_PATH.search(text)
    assert "widgets" not in json.loads(text)["metadata"]
    ids = [cell.id for cell in read(path).cells]
    assert len(ids) == len(set(ids))


def test_all_notebooks_together_are_small():
    assert sum(path.stat().st_size for path in NOTEBOOKS) <= 6_000_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_cells_are_short_and_say_no_errors(path):
    for cell in code_cells(path):
        assert len(cell.source.splitlines()) <= 30, cell.source
        assert not any(out.output_type in ("error",) for out in cell.outputs)
        assert not any(out.get("name") == "stderr" for out in cell.outputs), cell.outputs


def pictures(path):
    for cell in code_cells(path):
        for out in cell.outputs:
            data = out.get("data", {})
            if "image/png" in data:
                yield out.metadata.get("image/png", {}).get("alt", "")
            for tag in re.findall(r"<img[^>]*>", "".join(data.get("text/html", ""))):
                alt = re.search(r'alt="([^"]*)"', tag)
                yield alt.group(1) if alt else ""


@pytest.mark.parametrize("path", EXECUTED, ids=name)
def test_every_picture_has_alternative_text(path):
    assert all(len(alt) > 15 for alt in pictures(path))


def test_the_pictures_of_pages_are_found():
    """Else all of them would have alternative text whatever they have."""
    assert sum(len(list(pictures(path))) for path in EXECUTED) > 90


@pytest.mark.parametrize("path", EXECUTED, ids=name)
def test_headings_are_in_order(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    levels = [
        len(marks) for marks in re.findall(r"^(#+) ", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    ]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def answers(path):
    """Yield the lines of a solution that give something away."""
    for cell in code_cells(path):
        for block in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S):
            yield from (line.strip() for line in block.splitlines() if len(line.strip()) > 12)


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("*.ipynb")), ids=name)
def test_exercise_holds_no_answer(path):
    exercise = (ROOT / "exercises" / path.name).read_text()
    assert "SOLUTION" not in exercise
    assert not any(
        cell.outputs or cell.execution_count for cell in code_cells(ROOT / "exercises" / path.name)
    )
    assert "attachments" not in exercise
    told = "\n".join(cell.source for cell in read(path).cells)
    cut = re.sub(r"### BEGIN SOLUTION\n.*?### END SOLUTION", "", told, flags=re.S)
    for line in answers(path):
        assert json.dumps(line, ensure_ascii=False)[1:-1] not in exercise or line in cut, line


def test_exercises_are_generated_from_solutions(tmp_path, monkeypatch):
    """In a copy: a test that mends what it finds wrong would pass the second time."""
    sys.path.insert(0, str(ROOT / "tools" / "make"))
    import exercises

    folders = ("solutions", "exercises")
    for folder in folders:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*"))
    monkeypatch.setattr(exercises, "ROOT", tmp_path)
    assert exercises.main() == 0
    for folder in folders:
        here, made = (
            {path.name: path.read_bytes() for path in (root / folder).glob("*.ipynb")}
            for root in (ROOT, tmp_path)
        )
        assert here and here == made


def test_line_ends_of_windows_hide_no_answer():
    sys.path.insert(0, str(ROOT / "tools" / "make"))
    from exercises import exercise, marked

    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    made = []
    for end in ("\n", "\r\n", "\r"):
        cell = nbformat.v4.new_code_cell(source.replace("\n", end))
        made.append(exercise(marked(nbformat.v4.new_notebook(cells=[cell]))).cells[0].source)
    assert made == ["def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()"] * 3


def test_an_unpaired_marker_is_refused():
    sys.path.insert(0, str(ROOT / "tools" / "make"))
    from exercises import exercise

    lost = "def f():\n    ### BEGIN SOLUTION\n    return 1"
    with pytest.raises(ValueError, match="unpaired solution marker"):
        exercise(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(lost)]))


def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_environment_and_constraints_are_in_step_with_pyproject():
    project = pyproject()["project"]
    environment = (ROOT / "environment.yml").read_text()
    assert f"python {project['requires-python']}" in environment
    assert "--constraint constraints.txt" in environment
    extras = re.search(r"--editable \.\[([\w,]+)\]", environment).group(1).split(",")
    setup = (ROOT / "tools" / "setup.sh").read_text()
    assert f".[{','.join(extras)}]" in setup
    wanted = project["dependencies"] + list(
        chain.from_iterable(project["optional-dependencies"][extra] for extra in extras)
    )
    pinned = {
        re.split(r"==", line)[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    for requirement in wanted:
        package = re.split(r"[<>=;\[ ]", requirement)[0].lower()
        assert package in pinned, f"{package} has no pin in constraints.txt"
    named = {"tensorflow", "numpy", "matplotlib", "ipywidgets", "nbval", "jupyterlab"}
    assert named <= {re.split(r"[<>=;\[ ]", requirement)[0] for requirement in wanted}


def pythons():
    """The Python versions that pyproject.toml admits."""
    low, high = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", pyproject()["project"]["requires-python"]).groups()
    return [f"3.{minor}" for minor in range(int(low), int(high))]


@pytest.mark.parametrize("name", ["test", "weekly"])
def test_workflows_try_every_python_that_is_admitted(name):
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
    (versions,) = re.findall(r"python: (\[.*\])", text)
    assert json.loads(versions) == pythons()
    assert "os: [ubuntu-latest, macos-latest]" in text
    assert re.search(r"^permissions:\n  contents: read$", text, re.M)  # a job may ask for more, aloud


def test_weekly_run_takes_the_newest_packages_and_tells():
    text = (ROOT / ".github" / "workflows" / "weekly.yml").read_text()
    assert re.search(r'cron: "\d+ \d+ \* \* [0-6]"', text)
    assert "make test NEWEST=1" in text and "${NEWEST:+" in (ROOT / "tools" / "setup.sh").read_text()
    report = text[text.index("  report:") :]
    assert "needs: newest" in report and "if: failure()" in report and "gh issue create" in report


def test_every_test_file_and_every_page_is_in_one_part_of_make_test():
    makefile = (ROOT / "Makefile").read_text()
    for kind, count, due in (
        ("tests", 4, set(ROOT.glob("tests/test_*.py"))),
        ("lessons", 3, set(ROOT.glob("notebooks/*.ipynb")) | {ROOT / "solutions"}),
    ):
        lines = re.findall(rf"^{kind}-\d := (.*)$", makefile, re.M)
        globs = [re.sub(r"\$\(wildcard (.*)\)", r"\1", line).split() for line in lines]
        found = [path for part in globs for glob in part for path in ROOT.glob(glob)]
        assert sorted(found) == sorted(due)
        assert len(lines) == count
    parts = re.search(r"^PARTS := (.*)$", makefile, re.M)[1].split()
    assert sorted(parts) == [f"pages-{i}" for i in (1, 2, 3)] + [f"unit-{i}" for i in (1, 2, 3, 4)]
    slow = " ".join(re.findall(r"-m pytest -m slow (.*)$", makefile, re.M))
    assert sorted(re.findall(r"tests-\d", slow)) == [f"tests-{i}" for i in (1, 2, 3, 4)]


def test_what_decides_runs_the_slow_tests_too():
    makefile, decides = ((ROOT / name).read_text() for name in ("Makefile", ".ci/run"))
    assert "-m pytest -m slow" in makefile and '-m pytest -m "not slow" --cov' in makefile
    assert {"make check", "make test", "make test-slow", "make test-browser"} == {
        *re.findall(r"^time (make \S+)$", decides, re.M)
    }


def test_what_decides_runs_each_page_on_another_machine():
    decides = (ROOT / ".ci" / "run").read_text()
    calls = re.findall(r'^time make test-machines SETTINGS=\S+ WHICH="\$\((.*)\)"$', decides, re.M)
    asked = [subprocess.check_output(["bash", "-c", call], cwd=ROOT, text=True) for call in calls]
    pages = [path.name[:2] for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert sorted(" ".join(asked).split()) == sorted(pages)


def test_set_up_binder_and_devcontainer_take_an_admitted_python():
    setup = (ROOT / "tools" / "setup.sh").read_text()
    assert sorted(re.findall(r"python(3\.\d+)", setup)) == pythons()
    assert f"{', '.join(pythons()[:-1])} or {pythons()[-1]}" in setup
    binder = (ROOT / ".binder" / "environment.yml").read_text()
    assert re.search(r"- python=(\S+)", binder)[1] in pythons()
    image = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())["image"]
    assert re.match(r"python:(\d\.\d+)", image)[1] in pythons()


def test_binder_installs_what_the_lessons_need_with_the_pinned_versions():
    script = ROOT / ".binder" / "postBuild"
    assert os.access(script, os.X_OK)
    (extras,) = re.findall(
        r"--constraint constraints.txt --editable '\.\[([\w,]+)\]'", script.read_text()
    )
    assert (
        {"cpu", "lab"} <= set(extras.split(",")) <= set(pyproject()["project"]["optional-dependencies"])
    )


def test_the_version_is_the_same_everywhere():
    version = pyproject()["project"]["version"]
    cited = (ROOT / "CITATION.cff").read_text()
    date = re.search(r"^date-released: (\S+)$", cited, re.M)[1]
    newest = re.search(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.M)[1]
    assert ganlib.__version__ == re.search(r"^version: (\S+)$", cited, re.M)[1] == version
    assert newest == f"{version}, {date}"


def test_constraints_are_exact_and_carry_no_address():
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.]+( *;.*)?", line), line


def tracked():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in done.stdout.splitlines()]


def test_no_tracked_file_names_a_package_index_or_a_machine_path():
    # the brackets change nothing, except that this line is no match for itself
    index = re.compile(r"(index[-]url|find[-]links|registry *[=]|https?[:]//[^ \"]*[/]simple)")
    for path in tracked():
        if path.suffix in (".png", ".gif", ".npz") or not path.exists():
            continue
        text = path.read_text()
        assert not index.search(text), path
        assert not MACHINE_PATH.search(text), path


def test_text_is_read_and_written_as_utf_8_wherever_it_runs():
    """Windows would take another encoding, and a film's buttons come out as other letters."""
    for path in (ROOT / "ganlib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(node, "func", None), "attr", None)
            if name in ("read_text", "write_text"):
                given = [getattr(value, "value", None) for value in node.args]
                given += [keyword.value.value for keyword in node.keywords if keyword.arg == "encoding"]
                assert "utf-8" in given, f"{path.name}:{node.lineno}"
