"""The tables of the benchmarks: from figures that are made up, and those of the page."""

import importlib.util
import json
from pathlib import Path

import pytest

PATH = Path(__file__).parents[1] / "benchmarks" / "run.py"
spec = importlib.util.spec_from_file_location("run", PATH)
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)


def table(ms):
    return benchmark.table({"recipes": [{"recipe": "small", "ms": ms, "floor_ms": 1.5}]}).splitlines()


@pytest.mark.parametrize("path", sorted(benchmark.RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_the_page_has_the_table_of_each_processor(path):
    result = json.loads(path.read_text("utf-8"))
    assert benchmark.table(result) in (PATH.parent / "README.md").read_text("utf-8")
    assert benchmark.file_of(result["machine"]["cpu"]) == path
    assert [row["recipe"] for row in result["recipes"]] == list(benchmark.RECIPE_NAMES)


def test_the_best_peer_is_compared():
    lines = table({"ganlib": 2.0, "tutorial": 30.0, "torch": 5.0, "torch-compile": 3.0, "jax": 4.0})
    assert lines[2] == "| small | 2.00 | 30.0 | 3.00 | 4.00 | 1.50 | 1.50 | 15.0 |"
    assert lines[-1] == "Geometric mean of best peer / ganlib: 1.50."


def test_a_machine_without_jax_has_an_empty_column():
    assert table({"ganlib": 2.0, "tutorial": 30.0, "torch": 5.0})[2].split("|")[5].strip() == "-"


def test_a_machine_without_peers_compares_nothing():
    lines = table({"ganlib": 2.0, "tutorial": 30.0})
    assert [cell.strip() for cell in lines[2].split("|")[4:8]] == ["-", "-", "1.50", "-"]
    assert "Geometric" not in lines[-1]
