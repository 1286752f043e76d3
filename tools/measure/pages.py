"""Weigh the pages of the site and time how soon each can be used, from the disk, in chromium.

    python tools/measure/pages.py [--openings 5] [--page notebooks/03_a_dense_gan]

A page can be used when it has loaded and its thread has come to rest: scripts have run, a film's buttons
answer.  The time is from the first request to that, the median and the slowest of some openings.  Times
under load are longer, so the load is printed.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "make"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REST = "new Promise(done => requestIdleCallback(() => done(performance.now())))"


def opened(browser, address):
    """Return the milliseconds that one opening takes until the page rests."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(address, wait_until="load")
    time = page.evaluate(REST)
    context.close()
    return time


def main():
    """Print a line a page and the heaviest and slowest of all."""
    import website
    from playwright import sync_api

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--openings", type=int, default=5)
    parser.add_argument("--page", action="append", help="this one only; may be given more than once")
    options = parser.parse_args()
    files = website.Site().render()
    weights = website.weights(files)
    names = [f"{name}.html" for name in options.page] if options.page else list(weights)
    path = os.environ.get("GANLIB_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)))
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_api.sync_playwright() as tool:
        for name, data in files.items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        browser = tool.chromium.launch(executable_path=path, args=["--no-sandbox"])
        print(f"load before: {os.getloadavg()[0]:.1f}")
        for name in names:
            times = [opened(browser, f"file://{folder}/{name}") for _ in range(options.openings)]
            rows.append((name, weights[name] / 1000, statistics.median(times), max(times)))
            print("{:44} {:5.0f} kB  {:5.0f} ms, slowest {:5.0f} ms".format(*rows[-1]))
        browser.close()
    heaviest, slowest = max(rows, key=lambda row: row[1]), max(rows, key=lambda row: row[2])
    print(f"heaviest: {heaviest[0]}, {heaviest[1]:.0f} kB; slowest: {slowest[0]}, {slowest[2]:.0f} ms")
    print(f"median over pages: {statistics.median(row[2] for row in rows):.0f} ms")
    print(f"load after: {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
