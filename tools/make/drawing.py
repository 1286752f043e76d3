"""Make the generators with which the page *Draw digits* draws: `conditional`, smaller, at four moments.

    [GANLIB_DATA=folder] python tools/make/drawing.py

With full MNIST, which is fetched where it is not at hand; with the digits of the course where that fails.
"""

import sys
from pathlib import Path

import ganlib
from ganlib import export
from ganlib.recipes import IMAGE, LOGIT, RELU, dense

OUT = Path(__file__).resolve().parent / "website" / "draw"
STEPS = (100, 400, 2000, 12_000)
RECIPE = ganlib.get_recipe("conditional").but(
    name="conditional, smaller",
    generator=(
        *dense(96, batch_norm=0.9),
        RELU,
        *dense(160, batch_norm=0.9),
        RELU,
        *dense(784, "sigmoid"),
        IMAGE,
    ),
    discriminator=(*dense(128, "silu"), *dense(64, "silu"), LOGIT),
)


def main():
    """Train once and write a file a moment."""
    try:
        digits = ganlib.load_mnist("train")
    except OSError:
        digits = ganlib.load_digits()
    OUT.mkdir(exist_ok=True)
    gan = ganlib.build(RECIPE, seed=1)
    for number, steps in enumerate(STEPS):
        ganlib.train(gan, digits, steps=steps - gan.steps_done, verbose=0)
        label = f"{steps:,} steps".replace(",", "\N{NARROW NO-BREAK SPACE}")
        size = export.write(OUT / f"moment-{number}.js", RECIPE, [export.moment(gan, label)])
        print(f"{steps} steps: {size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
