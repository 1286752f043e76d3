"""Make exercises/ from solutions/: cut every answer out, keep everything else.

What lies between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` becomes a stub that raises
``NotImplementedError``; cells tagged ``solution`` and outputs go, cell ids stay.  The markers and the
stub are nbgrader's.
"""

import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
ANSWER = re.compile(r"^([ \t]*)### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION$", re.M | re.S)
STUB = r"\1# YOUR CODE HERE\n\1raise NotImplementedError()"


def exercise(notebook):
    """Return the notebook without its answers and outputs."""
    notebook.cells = [c for c in notebook.cells if "solution" not in c.metadata.get("tags", ())]
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.source = ANSWER.sub(STUB, cell.source)
        if "SOLUTION" in cell.source:
            raise ValueError(f"cell {cell.id}: unpaired solution marker. Write BEGIN, then END.")
        cell.outputs, cell.execution_count = [], None
    return notebook


def main():
    """Write every exercise anew and delete those that have no solution any more."""
    target = ROOT / "exercises"
    target.mkdir(exist_ok=True)
    made = set()
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        nbformat.write(exercise(nbformat.read(path, as_version=4)), target / path.name)
        made.add(path.name)
    for path in target.glob("*.ipynb"):
        if path.name not in made:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
