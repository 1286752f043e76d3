"""Measure the runs that task 7.4 hands out as dashboards, into ``ganlib/checks/dashboards.json``.

    python tools/measure/dashboards.py

Six games of lesson 7, six seeds each.  Kept are eight looks on the way: modes (heaps with at least ten of
1 000 points), the share of good points, D's loss, and how far the middle of the points is from 0.
Two runs are left out, which end between two names.
"""

import json
from pathlib import Path

import numpy as np

from ganlib import sweep
from ganlib.data.points import RING

TARGET = Path(__file__).resolve().parents[2] / "ganlib" / "checks" / "dashboards.json"
STRICT = {"head_start": 800, "d_steps": 4, "steps": 1000}
GAMES = {  # the name of a game, what it shows, and its settings
    "usual game": ("healthy", {"steps": 3000}),
    "four steps only": ("mode dropping", {"steps": 3000, "d_steps": 4}),
    "strict, saturating": ("owner too strong", {**STRICT, "loss": "saturating"}),
    "D's rate a hundredth": ("owner too weak", {"steps": 3000, "d_rate": 1e-5}),
    "β₁ 0.9, rate 0.004": (
        "oscillation",
        {"steps": 3000, "beta_1": 0.9, "g_rate": 4e-3, "d_rate": 4e-3},
    ),
    "strict, R1 0.1": ("circle", {**STRICT, "r1": 0.1}),
}

BETWEEN = {("D's rate a hundredth", 5), ("strict, R1 0.1", 4)}  # a heap at the last look; good at 0.47


def main():
    """Run the games, one after the other, and write what their dashboards showed."""
    runs = []
    for game, (name, settings) in GAMES.items():
        run = sweep(RING, seeds=6, frames=8, **settings)
        swing = np.linalg.norm(run["points"].mean(2), axis=2)
        for seed in range(6):
            if (game, seed) in BETWEEN:
                continue
            row = {"game": game, "seed": seed, "name": name, "modes": run["modes"][1:, seed].tolist()}
            for what, values in (("good", run["good"]), ("d_loss", run["d_loss"]), ("swing", swing)):
                row[what] = [round(float(value), 3) for value in values[1:, seed]]
            runs.append(row)
            print(row, flush=True)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in runs)
    TARGET.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
