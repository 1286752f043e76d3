"""Run every lesson, solution and test that trains as other machines would, and see what still holds.

    python tools/prove/machines.py               every page in every setting
    python tools/prove/machines.py --settings sse4 --pages 07
    python tools/prove/machines.py --pages tests    the tests of the library that train
    python tools/prove/machines.py --margins     write docs/margins.json from the runs that are kept

A setting makes this machine round as another one does: XLA, oneDNN and OpenBLAS held to older
instructions, other numbers of threads, first weights off by a millionth.  A page is run in a kernel of
its own with its assertions watched: none of them stops it, and how far each was from its bound is kept
in build/machines.
A cell that is marked NBVAL_CHECK_OUTPUT must print what is committed; a check must say "passed".
"""

import argparse
import hashlib
import json
import math
import os
import re
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import trainings
from nbclient import NotebookClient
from watched import assertions, rewritten

ROOT = Path(__file__).resolve().parents[2]
KEPT, MARGINS = ROOT / "build" / "machines", ROOT / "docs" / "margins.json"
TESTS = ROOT / trainings.NAME  # no file: all tests with the mark `trains`, as if they were a page
LEAST = 4  # standard deviations between what is measured and its bound


def _isa(xla, onednn, blas):
    off = {"TF_ENABLE_ONEDNN_OPTS": "0"} if xla == "SSE4_2" else {}
    flags = {"XLA_FLAGS": f"--xla_cpu_max_isa={xla}", "ONEDNN_MAX_CPU_ISA": onednn}
    return {**flags, "OPENBLAS_CORETYPE": blas, **off}


def _threads(count):
    names = (
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
    )
    return dict.fromkeys(names, str(count))


SETTINGS = {
    "plain": {},
    "sse4": _isa("SSE4_2", "SSE41", "Nehalem"),
    "avx": _isa("AVX", "AVX", "Sandybridge"),
    "avx2": _isa("AVX2", "AVX2", "Haswell"),
    "one-thread": _threads(1),
    "three-threads": _threads(3),
    "four-threads": _threads(4),
    **{f"shaken-{seed}": {**_threads(1), "SHAKEN": str(seed)} for seed in range(1, 15)},
}
HELD_OUT = ("avx", "three-threads", "shaken-13", "shaken-14")  # never looked at while bounds are chosen
USUAL = tuple(name for name in SETTINGS if name not in HELD_OUT)


def pages(wanted=()):
    """Return the paths of lessons, solutions and `TESTS`, or of those that are asked for."""
    found = [p for folder in ("notebooks", "solutions") for p in sorted((ROOT / folder).glob("*.ipynb"))]
    return [path for path in (*found, TESTS) if not wanted or number(path) in wanted]


def number(path):
    """Return what a page is asked for by: its lesson's number, or ``"tests"``."""
    return "tests" if path == TESTS else path.name[:2]


def name_of(path):
    """Return a page's name, such as ``"notebooks/07_when_gans_fail"``."""
    return f"{path.parent.name}/{path.stem}"


def code(path):
    """Return the sources of a page's code cells, or those of the tests."""
    if path == TESTS:
        return trainings.code()
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def digest(path):
    """Return a hash of the code of a page: what was measured on other code does not count."""
    return hashlib.sha256("\n".join(code(path)).encode()).hexdigest()[:16]


def run(path, setting):
    """Run one page in one setting and return ``{"failed": [sentences], "seen": [rows], ...}``."""
    if path == TESTS:
        row = trainings.run(SETTINGS[setting])
        for source in code(path):
            row["failed"] += _broken(assertions(source), row["seen"])
        return {**row, "code": digest(path)}
    committed = nbformat.read(path, as_version=4)
    page = nbformat.from_dict(committed)
    first = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'tools' / 'prove')!r}); import watched as _watched\n"
    )
    environment = dict(SETTINGS[setting])
    if seed := environment.pop("SHAKEN", None):
        first += f"_watched.perturb({seed})\n"
    for cell in page.cells:
        if cell.cell_type == "code":
            cell.source = rewritten(cell.source)
    page.cells = [nbformat.v4.new_code_cell(first), *page.cells]
    page.cells.append(nbformat.v4.new_code_cell("_watched.report()"))
    options = {
        "timeout": 600,
        "allow_errors": True,
        "resources": {"metadata": {"path": str(path.parent)}},
    }
    start = time.perf_counter()
    NotebookClient(page, **options).execute(env={**os.environ, **environment})
    seconds = round(time.perf_counter() - start, 1)
    last = _text(page.cells[-1])
    seen = json.loads(last.partition("WATCHED")[2] or "[]")
    failed = []
    for number, (old, new) in enumerate(zip(committed.cells, page.cells[1:-1], strict=True)):
        if old.cell_type == "code":
            sentences = [*_broken(assertions(old.source), seen), *_differences(old, new)]
            failed += [f"cell {number}: {sentence}" for sentence in sentences]
    return {"failed": failed, "seen": seen, "seconds": seconds, "code": digest(path)}


def _text(cell):
    return "".join(
        o.get("text", "") for o in cell.outputs if o.output_type == "stream" and o.name == "stdout"
    )


def _broken(conditions, seen):
    """Yield the assertions of a cell that did not hold, with both sides of the comparison that failed."""
    for condition in dict.fromkeys(conditions):
        rows = [row for row in seen if row["assert"] == condition]
        if not all(row.get("held", True) for row in rows):
            sides = [row for row in rows if "slack" in row]
            worst = min(sides, key=lambda row: row["slack"], default=None)
            yield f"assert {condition}" + (
                f" ({worst['left']:.4g}, {worst['right']:.4g})" if worst else ""
            )


def _differences(old, new):
    """Yield what is wrong with a cell that has run."""
    for output in new.outputs:
        if output.output_type == "error":
            yield f"{output.ename}: {output.evalue}"
    if "NBVAL_CHECK_OUTPUT" in old.source and _text(old) != _text(new):
        yield f"printed {_text(new)!r} where {_text(old)!r} is committed"
    yield from re.findall(r"^\d\.\d (?:not started yet|not yet).*", _text(new), re.M)


def kept(path, setting):
    """Return where the run of a page in a setting is kept."""
    return KEPT / setting / f"{name_of(path).replace('/', '-')}.json"


def sweep(paths, settings, jobs):
    """Run pages in settings, say what failed, keep what was seen; return the number of failures."""

    def one(job):
        path, setting = job
        row = run(path, setting)
        file = kept(path, setting)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(row))
        verdict = "failed" if row["failed"] else "held"
        print(f"{setting:13} {name_of(path):32} {row['seconds']:5.0f} s  {verdict}", flush=True)
        for sentence in row["failed"]:
            print(f"    {sentence}", flush=True)
        return [f"{setting}, {name_of(path)}, {sentence}" for sentence in row["failed"]]

    with ThreadPoolExecutor(jobs) as pool:
        found = pool.map(one, [(path, setting) for setting in settings for path in paths])
        failures = [sentence for sentences in found for sentence in sentences]
    print(
        f"{len(paths)} pages, {len(settings)} settings: {len(failures)} failures", *failures, sep="\n  "
    )
    return len(failures)


def margins(paths):
    """Return docs/margins.json: for every assertion what was seen, its spread and its distance.

    A page of which no run is kept here stays as it is in the file.
    """
    table, settings = {}, {}
    before = json.loads(MARGINS.read_text()) if MARGINS.exists() else {"settings": {}, "assertions": {}}
    for path in paths:
        runs = {}
        for setting in SETTINGS:
            file = kept(path, setting)
            if file.exists() and (row := json.loads(file.read_text()))["code"] == digest(path):
                runs[setting] = row["seen"]
        wanted = [condition for source in code(path) for condition in assertions(source)]
        if wanted:
            name = name_of(path)
            rows = {} if runs else {row["assert"]: row for row in before["assertions"].get(name, [])}
            table[name] = [rows.get(each) or margin(each, runs) for each in dict.fromkeys(wanted)]
            settings[name] = list(runs) or before["settings"].get(name, [])
    return {"settings": settings, "assertions": table}


def margin(condition, runs):
    """Return one assertion's row; its margin is that of its tightest comparison."""
    series = {}  # a comparison may be met many times in a page: each time is a quantity of its own
    for seen in runs.values():
        count = {}
        for row in seen:
            if row["assert"] == condition and math.isfinite(row.get("slack", math.inf)):
                key = (row["compare"], row["sign"])
                count[key] = count.get(key, 0) + 1
                series.setdefault((*key, count[key]), []).append(row)
    rows = [_spread(compare, sign, rows) for (compare, sign, _), rows in series.items()]
    rows = [row for row in rows if row]
    if not any(row["assert"] == condition for seen in runs.values() for row in seen):
        return {"assert": condition, "the same in every run": False, "margin": 0, "clear count": False}
    if not rows:
        return {"assert": condition, "the same in every run": True}
    return {"assert": condition, **min(rows, key=lambda row: row["margin"])}


def _spread(compare, sign, rows):
    """Return what one quantity did over the runs; None if it was the same in all of them."""
    slacks = [row["slack"] for row in rows]
    spread = statistics.stdev(slacks) if len(slacks) > 1 else 0.0
    if not spread:
        return None
    worst = min(rows, key=lambda row: row["slack"])
    step = 2 if sign in "<>" else 1  # a count is clear of its bound if the next one would still do
    clear = all(row["whole"] for row in rows) and min(slacks) >= step
    figures = {"worst": worst["left"], "bound": worst["right"], "spread": spread}
    figures = {name: float(f"{value:.4g}") for name, value in figures.items()}
    margin = round(statistics.mean(slacks) / spread, 1)
    return {"of": compare, **figures, "margin": margin, "clear count": clear, "runs": len(rows)}


def main(arguments=None):
    """Run what is asked for; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--settings", nargs="+", default=USUAL, choices=SETTINGS)
    numbers = sorted({number(path) for path in pages()})
    parser.add_argument("--pages", nargs="+", default=(), choices=numbers, help="numbers, or tests")
    parser.add_argument("--jobs", type=int, default=2, help="pages at a time")
    parser.add_argument("--margins", action="store_true", help="write docs/margins.json, run nothing")
    options = parser.parse_args(arguments)
    paths = pages(options.pages)
    if options.margins:
        found = margins(pages())
        MARGINS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        rows = [(p, row) for p, all_of in found["assertions"].items() for row in all_of]
        near = [(p, row) for p, row in rows if not good(row)]
        for page, row in near:
            print(page, json.dumps(row, ensure_ascii=False))
        print(f"{len(rows)} assertions, {len(near)} too near their bound")
        return bool(near)
    return bool(sweep(paths, options.settings, options.jobs))


def good(row):
    """Return whether a row of docs/margins.json keeps its distance."""
    return row.get("the same in every run", False) or row["margin"] >= LEAST or row["clear count"]


if __name__ == "__main__":
    sys.exit(main())
