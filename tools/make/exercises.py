"""Make exercises/ from solutions/: cut every answer out, keep everything else.

What lies between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` becomes a stub that raises
``NotImplementedError``; outputs go, cell ids stay.  The markers, the stub and the metadata of answers and
checks are nbgrader's; the metadata is written into the solutions too, so that nbgrader takes them as they
are.
"""

import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
CHECK = re.compile(r"^checks?\.(\w+)\(", re.M)
ANSWER = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION$", re.M | re.S)
STUB = r"\1# YOUR CODE HERE\n\1raise NotImplementedError()"


def marked(notebook):
    """Return the notebook with nbgrader's metadata: an answer is editable, a check is worth a point."""
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
        cell.source = re.sub(r"\r\n?", "\n", cell.source)  # as editors of Windows may leave it
        if cell.cell_type != "code":
            continue
        answer, check = ANSWER.search(cell.source), CHECK.search(cell.source)
        if answer:
            found = {"grade_id": re.search(r"def (\w+)", cell.source).group(1), "solution": True}
        elif check:
            found = {"grade_id": f"check-{check.group(1)}", "solution": False, "points": 1}
        else:
            continue
        found |= {"grade": not answer, "locked": not answer, "task": False, "schema_version": 3}
        cell.metadata["nbgrader"] = found
    return notebook


def exercise(notebook):
    """Return the notebook without its answers and outputs."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.source = ANSWER.sub(STUB, cell.source)
        if "SOLUTION" in cell.source:
            raise ValueError(f"cell {cell.id}: unpaired solution marker. Write BEGIN, then END.")
        cell.outputs, cell.execution_count = [], None
    return notebook


def main():
    """Mark the solutions, write every exercise anew, delete those that have no solution any more."""
    target = ROOT / "exercises"
    target.mkdir(exist_ok=True)
    made = set()
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        solution = marked(nbformat.read(path, as_version=4))
        nbformat.write(solution, path)
        nbformat.write(exercise(solution), target / path.name)
        made.add(path.name)
    for path in target.glob("*.ipynb"):
        if path.name not in made:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
