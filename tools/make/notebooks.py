"""Run notebooks from the top, in place, and keep their outputs fit for git.

    python tools/make/notebooks.py notebooks/03_a_dense_gan.ipynb ...

With no names: every notebook in notebooks/ and solutions/.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

from ganlib.workspace import pages

ROOT = Path(__file__).resolve().parents[2]


def clean(notebook):
    """Return the notebook with progress bars collapsed, without widget state or timings, and folded.

    A cell that begins with ``# Folded:`` hides its source; the metadata are what JupyterLab would add.
    """
    notebook, _ = CoalesceStreamsPreprocessor().preprocess(notebook, {})
    notebook.metadata = {"kernelspec": pages.KERNEL, "language_info": pages.language("3.11.0")}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.source.startswith("# Folded:"):
            cell.metadata["jupyter"] = {"source_hidden": True}
        for output in cell.get("outputs", []):  # a view needs its kernel; the still beside it does not
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return notebook


def main(names):
    """Run each notebook and write it back; stop at the first that fails."""
    paths = [Path(name) for name in names] or [
        path for folder in ("notebooks", "solutions") for path in sorted((ROOT / folder).glob("*.ipynb"))
    ]
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        start = time.perf_counter()
        client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}})
        try:
            client.execute()
        except Exception as error:
            print(f"{path.name}: {error}")
            return 1
        nbformat.write(clean(notebook), path)
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
