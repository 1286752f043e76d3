"""Make the README's picture and movie: one minute of the recipe `modern` on the digits of the course."""

import sys
from pathlib import Path

import numpy as np

import ganlib
from ganlib.training import Snapshots

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"


def main():
    """Train for 60 seconds; write digits.png and learning.gif."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    gan = ganlib.build("modern", seed=10)
    film = Snapshots(count=40, every=25, seed=2)
    ganlib.train(gan, ganlib.load_digits(), seconds=60, callbacks=[film])
    grid = ganlib.plots.grid(gan.sample(80, seed=1), columns=16)
    (PICTURES / "digits.png").write_bytes(grid.png())
    moments = np.unique(np.geomspace(1, len(film.frames), 24).astype(int)) - 1
    movie = ganlib.plots.movie([film.frames[i] for i in moments], columns=10, seconds=6, zoom=2)
    movie.save(PICTURES / "learning.gif")
    print(f"{int(gan.step)} steps; {', '.join(p.name for p in sorted(PICTURES.iterdir()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
