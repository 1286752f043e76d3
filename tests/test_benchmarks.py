"""The table of the benchmarks, from figures that are made up: nothing is trained here."""

import importlib.util
from pathlib import Path

PATH = Path(__file__).parents[1] / "benchmarks" / "run.py"


def table(ms):
    spec = importlib.util.spec_from_file_location("run", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.table({"recipes": [{"recipe": "small", "ms": ms, "floor_ms": 1.5}]}).splitlines()


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
