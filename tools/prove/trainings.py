"""The tests that assert what a training comes to (mark `trains`), run as a page of `machines.py` is.

As a plugin of pytest it watches the assertions of those tests, shakes the first weights where
``SHAKEN`` says so, and writes what it saw to the file that ``WATCHED`` names.
"""

import ast
import inspect
import json
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest
import watched

ROOT = Path(__file__).resolve().parents[2]
NAME = "tests/trainings"  # what all of them together are called among the pages
failed = []


def code():
    """Return the sources of the tests that have the mark, without their decorators."""
    found = []
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        functions = [node for node in ast.parse(path.read_text("utf-8")).body if hasattr(node, "args")]
        found += [
            _bare(f) for f in functions if "pytest.mark.trains" in map(ast.unparse, f.decorator_list)
        ]
    return found


def _bare(function):
    function.decorator_list = []
    return ast.unparse(function)


def run(environment):
    """Run those tests in a process of their own, and return what `machines.run` does."""
    paths = [str(ROOT / "tools" / "prove"), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-m", "pytest", "-p", "trainings", "-m", "trains and not slow"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "seen.json"
        more = {"PYTHONPATH": os.pathsep.join(paths), "WATCHED": str(file), **environment}
        start = time.perf_counter()
        done = subprocess.run(
            [*command, "-q", "-p", "no:cacheprovider", "tests"],
            cwd=ROOT,
            env={**os.environ, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = round(time.perf_counter() - start, 1)
        row = json.loads(file.read_text()) if file.exists() else {"failed": [], "seen": []}
    if done.returncode and not row["failed"]:  # it did not start, or found nothing that it can run
        row["failed"] = [(done.stdout + done.stderr)[-1000:]]
    return {**row, "seconds": seconds}


def pytest_configure():
    """Shake the first weights, if asked to."""
    if seed := os.environ.get("SHAKEN"):
        watched.perturb(int(seed))


def pytest_collection_modifyitems(items):
    """Put a watched test in the place of each that is to be run."""
    for item in items:
        if item.get_closest_marker("trains"):
            item.obj = _watched(item.function)


def _watched(function):
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    space = {}
    exec(watched.rewritten(_bare(tree.body[0])), {**function.__globals__, "_watched": watched}, space)
    return space[function.__name__]


def pytest_runtest_logreport(report):
    """Keep what broke otherwise than by an assertion."""
    if report.failed:
        failed.append(f"{report.nodeid}: {report.longreprtext.splitlines()[-1]}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    """Write what was seen."""
    Path(os.environ["WATCHED"]).write_text(json.dumps({"failed": failed, "seen": watched.seen}))
