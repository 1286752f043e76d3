"""Imports run downward only, and ``import ganlib`` is light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ganlib

PACKAGE = Path(ganlib.__file__).parent
LAYER = {  # a room of its own wins over the folder that it stands in
    **dict.fromkeys(("errors", "backend", "sizes", "recipe", "recipes", "theory"), 0),
    **dict.fromkeys(("data", "plots", "metrics", "questions"), 0),
    **dict.fromkeys(
        ("chance", "layers", "losses", "models", "inputs", "streams", "keras_model", "gan"), 1
    ),
    **dict.fromkeys(("execution", "programs", "experiments"), 1),
    **dict.fromkeys(("callbacks", "training", "checkpoints", "export", "metrics.evaluation"), 2),
    **dict.fromkeys(("checks", "playground", "grading", "workspace", "doctor", "cli", "__main__"), 3),
    "": 3,  # `ganlib.build` and the like, which reach everything
}
TOP = {"backend", "callbacks", "chance", "cli", "doctor", "errors", "execution", "export", "gan"}
TOP |= {"inputs", "programs"}
TOP |= {"keras_model", "layers", "losses", "models", "recipe", "recipes", "sizes", "streams"}
TOP |= {"theory", "training"}
TOP |= {"__init__", "__main__"}
# The core and the doors; all else stands in a folder.


def layer(name):
    """Return the layer of a module, such as ``"metrics.evaluation"``."""
    return LAYER[name] if name in LAYER else LAYER[name.split(".")[0]]


def imports(path):
    """Return the modules of ganlib that a file names, without the package's own; "" is what it offers."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        assert not getattr(node, "level", 0), f"{path.name}: a relative import, not followed here"
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ganlib":
            inside = node.module.split(".")[1:]
            names = [".".join([*inside, alias.name]) for alias in node.names]
            found |= {name if is_module(name) else ".".join(inside) for name in names}
        if isinstance(node, ast.Import):
            found |= {a.name.partition(".")[2] for a in node.names if a.name.startswith("ganlib.")}
        offered = isinstance(node, ast.Attribute) and not node.attr.startswith("__")
        if offered and getattr(node.value, "id", "") == "ganlib":
            found.add(node.attr if is_module(node.attr) else "")
    return found


def is_module(name):
    path = PACKAGE.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name:
            yield name, path


def test_the_top_holds_the_core_and_the_doors():
    assert {path.stem for path in PACKAGE.glob("*.py")} == TOP


@pytest.mark.parametrize(
    ("name", "path"), list(modules()), ids=lambda value: getattr(value, "stem", value)
)
def test_imports_run_downward(name, path):
    for other in imports(path):
        assert layer(other) <= layer(name), f"{path.name} imports {other}, which stands above it"


def test_keras_and_tensorflow_are_imported_in_one_place_only():
    for _, path in modules():
        if path.name == "backend.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {n.split(".")[0] for n in names} & {"keras", "tensorflow"}, path.name


@pytest.mark.parametrize("path", [path for _, path in modules()], ids=lambda path: path.stem)
def test_no_module_over_three_hundred_lines(path):
    assert len(path.read_text().splitlines()) <= 300


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


LAB = """
sys.modules['ipywidgets'] = None
from ganlib.playground import Controller
try: from ganlib.playground import Playground
except ImportError as error: print(error)"""


def test_import_is_light_and_tensorflow_starts_in_silence():
    """Under 0.3 s, nothing heavy before it is used, and not a word beside what is printed here."""
    heavy = "{'tensorflow', 'keras', 'matplotlib', 'ipywidgets', 'IPython', 'sklearn', 'pandas'}"
    show = f"print(spent, sorted({heavy} & set(sys.modules)))"
    timed = "start = time.process_time(); import ganlib; spent = time.process_time() - start"
    done = run(f"import sys, time; {timed}; {show}; ganlib.GAN; {show}; ganlib.build('small')" + LAB)
    assert (done.stderr, done.returncode) == ("", 0)
    before, after, said = (line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert float(before[0]) < 0.3
    assert before[1] == "[]"
    assert "tensorflow" in after[1]  # on first use
    assert "ipywidgets" not in after[1]
    assert said[0] == "ipywidgets:" and "not installed" in said[1] and "pip install '.[lab]'" in said[1]


def test_every_public_name_is_there():
    assert set(ganlib.__all__) == set(dir(ganlib))
    for name in ganlib.__all__:
        assert getattr(ganlib, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'smoothd'"):
        ganlib.smoothd  # noqa: B018


def test_a_missing_tensorflow_says_what_to_install():
    block = "import sys; sys.modules['tensorflow'] = None; import ganlib; ganlib.build('small')"
    done = run(block)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("ImportError: tensorflow: not installed")
    assert "pip install '.[cpu]'" in done.stderr


def test_another_backend_is_refused():
    done = run("import os; os.environ['KERAS_BACKEND'] = 'jax'; import ganlib; ganlib.build('small')")
    assert done.returncode == 1
    assert "KERAS_BACKEND: received 'jax', accepted 'tensorflow'" in done.stderr
