"""The course's pages as a learner gets them: without outputs, and with nothing that tells too early."""

import json
import platform
import sysconfig
from pathlib import Path

import ganlib
from ganlib.errors import refuse

SHARED = {sysconfig.get_path("data"), sysconfig.get_path("data", sysconfig.get_preferred_scheme("user"))}
PLACES = (Path(ganlib.__file__).parents[1], *(Path(path, "share/ganlib") for path in sorted(SHARED)))
FOLDERS = ("notebooks", "exercises")
CHECK = "# NBVAL_CHECK_OUTPUT\n"
TOLD = "**What it showed.**"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def source():
    """Return the folder that holds the lessons and the exercises: a clone's, or what the package brought.

    Raises:
        FileNotFoundError: There is none beside this ``ganlib``.
    """
    for place in PLACES:
        if all((place / folder).is_dir() for folder in FOLDERS):
            return place
    todo = "Install ganlib with its lessons, or clone the course."
    raise refuse(
        "course", "no lessons beside ganlib", "a clone or a whole package", todo, FileNotFoundError
    )


def pages(with_outputs=False):
    """Return every file of a workspace: its path, with forward slashes, to its bytes.

    Args:
        with_outputs: Keep the pictures and figures of the lessons, for who only reads.
    """
    root, found = source(), {}
    for path in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".ipynb" and ".ipynb_checkpoints" not in path.parts:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            found[name] = written(learners(notebook, with_outputs))
        elif path.suffix == ".json":
            found[name] = path.read_bytes()  # figures measured beforehand
    return found


def learners(notebook, with_outputs=False):
    """Return a lesson as its reader gets it; changes the notebook.

    Outputs go, and the marks of the course's own tests; what it showed is folded until she asks for it.
    What JupyterLab would add on opening is there already, so that looking changes nothing.
    """
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            cell["source"] = text.removeprefix(CHECK).splitlines(keepends=True)
            cell["execution_count"] = None
            if not with_outputs:
                cell["outputs"] = []
        elif text.startswith(TOLD) and not with_outputs:
            cell["metadata"]["jupyter"] = {"source_hidden": True}
            text = f"{TOLD}\n{text.removeprefix(TOLD).lstrip()}"  # a folded cell shows its first line
            cell["source"] = text.splitlines(keepends=True)
    notebook["metadata"] = {"kernelspec": dict(KERNEL), "language_info": language()}
    return notebook


def language(version=None):
    """Return what an ``ipykernel`` says of its language: JupyterLab writes it into what it opens."""
    version = version or platform.python_version()
    return {
        "codemirror_mode": {"name": "ipython", "version": int(version.split(".")[0])},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": version,
    }


def written(notebook):
    """Return a notebook as the bytes that JupyterLab would write."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8", "surrogatepass")
