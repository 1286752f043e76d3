"""Measure what each lesson costs: processor, memory, time to run, words to read.

    python tools/measure/lessons.py            measure all, write docs/lessons.json and the tables
    python tools/measure/lessons.py 03 05      measure these anew, keep the rest
    python tools/measure/lessons.py --table    write the tables anew from what is measured

Each lesson and each solution runs from the top in a fresh kernel; nothing of it is kept.  CPU seconds are
summed over the cores and include the kernel's start; the peak is the kernel's largest resident memory.
Wall seconds mean something on a quiet machine only, so the load that other programs make is kept beside
them.  For Linux and macOS.
"""

import argparse
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

from ganlib.questions import bank

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "lessons.json"
PAGE = ROOT / "docs" / "hosting.md"
README = ROOT / "README.md"
WORDS_A_MINUTE, LINES_A_MINUTE, MINUTES_A_QUESTION = 120, 15, 1  # assumed, not measured
ASSUMED = f"{WORDS_A_MINUTE} words or {LINES_A_MINUTE} lines of code a minute, one minute a question"
USAGE = """
import resource, sys
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def reading(notebook):
    """Return the words of prose, the lines of code, the questions and the minutes that they take.

    Code that is folded is not read; of a question one reads the choices and the reply to one of them.
    """
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    shown = [cell for cell in notebook.cells if not cell.metadata.get("jupyter", {}).get("source_hidden")]
    code = "\n".join(cell.source for cell in shown if cell.cell_type == "code")
    number = re.search(r"questions\.lesson\((\d+)\)", code)
    asked = bank.lesson(int(number[1])).values() if number else []
    prose += " ".join(
        f" {q.asks} {' '.join(c.says for c in q.choices.values())} {q.truth()}" for q in asked
    )
    prose += " ".join(q.replies(q.right if q.choices else q.answer or "") for q in asked)
    words, lines = len(prose.split()), len([line for line in code.splitlines() if line.strip()])
    questions = len(asked)
    minutes = words / WORDS_A_MINUTE + lines / LINES_A_MINUTE + questions * MINUTES_A_QUESTION
    minutes = 5 * max(1, round(minutes / 5))
    return {"words": words, "code_lines": lines, "questions": questions, "reading_minutes": minutes}


def measure(path):
    """Run a notebook in a fresh kernel and return its row."""
    notebook = nbformat.read(path, as_version=4)
    title = re.sub(r"^\W*\d\W*|^# Exercise \d\W*", "", notebook.cells[0].source.splitlines()[0])
    row = {"title": title, **reading(notebook)}
    notebook.cells.append(nbformat.v4.new_code_cell(USAGE))
    start, before = time.perf_counter(), os.getloadavg()[0]
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()
    cpu, peak = map(float, notebook.cells[-1].outputs[0].text.split())
    seconds = round(time.perf_counter() - start, 1)
    run = {"cpu_seconds": round(cpu, 1), "peak_mb": round(peak / 1e6), "wall_seconds": seconds}
    return {**row, **run, "load_before": round(before, 1)}


def server():
    """Return the resident megabytes of a JupyterLab server that has answered and runs no kernel."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)  # not an argument: those, other users of the machine can read
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.DEVNULL, env={**os.environ, "JUPYTER_TOKEN": token}
    )
    try:
        for _ in range(60):
            time.sleep(1)
            try:
                address = f"http://127.0.0.1:{port}/lab?token={token}"
                urllib.request.urlopen(address, timeout=5).read()
                break
            except OSError:
                continue
        return round(psutil.Process(process.pid).memory_info().rss / 1e6)
    finally:
        process.terminate()
        process.wait()


def table(rows):
    """Return the lessons as a table in markdown."""
    lines = [
        "| lesson | to read | to run | CPU | its exercise, CPU | peak memory |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in sorted(name for name in rows if name.startswith("notebooks/")):
        lesson, solution = rows[name], rows.get(name.replace("notebooks", "solutions"))
        exercise = f"{max(solution['cpu_seconds'], 1):.0f} s" if solution else "–"
        peak = max(lesson["peak_mb"], solution["peak_mb"] if solution else 0)
        lines.append(
            f"| {int(name.split('/')[1][:2])} · {lesson['title']} | {lesson['reading_minutes']} min "
            f"| {lesson['wall_seconds']:.0f} s | {lesson['cpu_seconds']:.0f} s | {exercise} | {peak} MB |"
        )
    total = {
        folder: sum(row["cpu_seconds"] for name, row in rows.items() if name.startswith(folder))
        for folder in ("notebooks", "solutions")
    }
    lessons = [row for name, row in rows.items() if name.startswith("notebooks")]
    lines.append(
        f"| all | {sum(row['reading_minutes'] for row in lessons)} min "
        f"| {sum(row['wall_seconds'] for row in lessons):.0f} s | {total['notebooks']:.0f} s "
        f"| {total['solutions']:.0f} s | {max(row['peak_mb'] for row in rows.values())} MB |"
    )
    loads = [row["load_before"] for row in rows.values()]
    lines.append(f"\nBefore these runs other programs made a load of {min(loads)} to {max(loads)}.")
    return "\n".join(lines)


def write_table(rows):
    """Put the table where the page has its marks, and the times into the README's own table."""
    marks = r"(?<=<!-- lessons -->\n).*?(?=<!-- end -->)"
    PAGE.write_text(re.sub(marks, lambda _: table(rows) + "\n", PAGE.read_text(), flags=re.S))
    README.write_text(with_times(README.read_text(), rows))


def with_times(text, rows):
    """Return the README with the measured times in the last two columns of its lessons."""
    for name, row in rows.items():
        times = f"{row['reading_minutes']} min | {row['wall_seconds']:.0f} s |"
        text = re.sub(rf"(\({name}\) \|.*\|) [^|]+\|[^|]+\|$", rf"\1 {times}", text, flags=re.M)
    return text


def main(arguments):
    """Measure the notebooks whose numbers are named, all without names; with --table none."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="number", help="such as 03; by default all")
    parser.add_argument("--table", action="store_true", help="measure nothing, write the tables anew")
    options = parser.parse_args(arguments)
    names = options.names
    kept = json.loads(FILE.read_text()) if FILE.exists() else {}
    paths = {
        f"{folder}/{path.name}": path
        for folder in ("notebooks", "solutions")
        for path in sorted((ROOT / folder).glob("*.ipynb"))
    }
    if unknown := set(names) - {path.name[:2] for path in paths.values()}:
        parser.error(f"no such lesson: {', '.join(sorted(unknown))}")
    everything = not (names or options.table)
    rows = {name: row for name, row in kept.get("notebooks", {}).items() if name in paths}
    for name, row in rows.items():
        row.update(reading(nbformat.read(paths[name], as_version=4)))
    about = kept.get("about", {})
    if everything:
        about |= {"command": "python tools/measure/lessons.py", "cores": os.cpu_count()}
        about |= {"server_mb": server(), "assumed": ASSUMED}
    for name, path in paths.items():
        if everything or path.name[:2] in names:
            rows[name] = measure(path)
            print(name, json.dumps(rows[name]), flush=True)
    FILE.write_text(json.dumps({"about": about, "notebooks": rows}, indent=1, sort_keys=True) + "\n")
    write_table(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
