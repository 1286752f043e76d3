"""The command line: ``ganlib start``, ``train``, ``sample``, ``evaluate``, ``check``, ``guesses``, ...

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 stopped by Ctrl-C.  ``train`` and ``check``
save what was done by then, and end so by a plain kill too.
"""

import argparse
import contextlib
import json
import os
import sys
import textwrap
import traceback
import warnings
from pathlib import Path

import ganlib
from ganlib import data
from ganlib.errors import refuse, unknown
from ganlib.recipes import RECIPES, get_recipe

DATA = {  # name -> what it is, how to load it
    "digits": ("5 000 MNIST digits, no network needed", lambda: data.load_digits()),
    "zeros": ("every zero among them", lambda: data.load_digits().only(0)),
    "mnist": ("all 60 000 MNIST digits", lambda: data.load_mnist()),
    "mnist-zeros": ("every zero among those", lambda: data.load_mnist().only(0)),
    "wine": ("two features of 178 wines", lambda: data.load_wine().points),
    "fashion": ("60 000 clothes, Fashion-MNIST", lambda: data.load_fashion_mnist()),
}


def main(arguments=None):
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a name that the console cannot print ends nothing
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options)
        print(end="", flush=True)  # here, where a reader that has left is heard of
        return code
    except BrokenPipeError:  # the reader of the pipe has left: so do we, without a word
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except (ValueError, TypeError, OSError, ImportError, FloatingPointError) as error:
        print(f"ganlib: {error}", file=sys.stderr)
        return 1
    except Exception as error:  # no command ends in a traceback; the place helps who reports it
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = textwrap.shorten(f"{type(error).__name__}: {error}", 300, placeholder=" ...")
        print(f"ganlib: {said} ({Path(place.filename).name}, line {place.lineno})", file=sys.stderr)
        return 1


def _parser():
    parser = argparse.ArgumentParser(prog="ganlib", description="Train GANs and draw from them.")
    parser.add_argument("--version", action="version", version=f"ganlib {ganlib.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name, run, text):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    sub = command("start", start, "Lay out your own copy of the lessons and exercises, or renew it.")
    sub.add_argument("folder", metavar="FOLDER", type=Path, help="yours; what you changed in it stays")
    sub.add_argument("--with-outputs", action="store_true", help="for who only reads")
    sub.add_argument("--beside", action="store_true", help="new versions beside pages you changed or ran")

    sub = command("train", train, "Train a recipe and keep everything in a folder.")
    sub.add_argument("recipe", metavar="RECIPE", help="its name; see: ganlib recipes")
    length = sub.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=float, help="how often every example is seen")
    length.add_argument("--steps", type=int, help="updates of the generator")
    length.add_argument("--seconds", type=float, help="how long to train")
    what = "; ".join(f"{name}: {text}" for name, (text, _) in DATA.items())
    what = f"by default the recipe's own. A folder of PNG and JPEG pictures; or {what}"
    sub.add_argument("--data", metavar="FOLDER|NAME", help=what)
    sub.add_argument("--size", type=int, help="pixels of a side of the folder's pictures (the recipe's)")
    sub.add_argument("--seed", type=int, default=0, help="of weights, z and order (0)")
    sub.add_argument("--out", type=Path, help="the run's folder (runs/RECIPE-SEED)")
    sub.add_argument("--resume", action="store_true", help="go on with the run in that folder")
    sub.add_argument("--save-every", type=float, default=60, metavar="SECONDS", help="(60)")
    sub.add_argument("--quiet", action="store_true", help="no progress bar")

    trained = "a training's folder, or a .keras file of yours"
    sub = command("sample", sample, "Draw images from a trained GAN.")
    sub.add_argument("run_dir", metavar="RUN", type=Path, help=trained)
    sub.add_argument("--count", type=int, default=25, help="how many images (25)")
    sub.add_argument("--seed", type=int, default=0, help="of z (0)")
    sub.add_argument("--out", type=Path, default=Path("samples.png"), help=".png or .npy (samples.png)")

    sub = command("export", export, "Write a GAN of dense layers for a web page to draw with.")
    sub.add_argument("run_dir", metavar="RUN", type=Path, help=trained)
    sub.add_argument("--out", type=Path, help=".js, for a page, or .json (RUN/generator.js, or RUN.js)")

    text = "Measure a GAN against real digits, and say whether it has seen them."
    sub = command("evaluate", evaluate, text)
    sub.add_argument("what", metavar="RUN|RECIPE", help="a training's folder; or a recipe, trained first")
    length = sub.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, help="of a recipe's training (its own length)")
    length.add_argument("--seconds", type=float, help="of a recipe's training")
    sub.add_argument("--seed", type=int, default=0, help="of a recipe's training (0)")
    sub.add_argument("--samples", type=int, default=10_000, help="how many to draw (10000)")
    sub.add_argument("--out", type=Path, help="(RUN/evaluation.json or evaluation-RECIPE.json)")

    sub = command("check", check, "Run the checks over hand-ins and write a table of verdicts.")
    sub.add_argument("folder", metavar="FOLDER", type=Path, help="a notebook, or a folder of them")
    sub.add_argument("--csv", metavar="FILE", type=Path, help="the table (standard output)")
    sub.add_argument("--jobs", type=int, default=1, help="how many run at a time (1)")
    sub.add_argument("--seconds", type=float, default=600, help="for one hand-in (600)")
    sub.add_argument("--cell-seconds", type=float, default=120, help="for one cell or check (120)")
    sub.add_argument("--memory", type=float, default=4, metavar="GB", help="for one hand-in (4)")
    sub.epilog = (
        "Hand-ins are programs. They run with your rights and can read, change and send what you can: "
        "wall off those of strangers, as docs/grading.md says."
    )

    sub = command("guesses", guesses, "Count what the learners of a class guessed.")
    sub.add_argument("folder", metavar="FOLDER", type=Path, help="workspaces, or their guesses.jsonl")
    sub.add_argument("--csv", metavar="FILE", type=Path, help="the table (standard output)")

    command("recipes", recipes, "List the recipes.")
    command("doctor", doctor, "Say what is installed and which data is found.")
    return parser


def start(options):
    """``ganlib start``: a workspace of one's own."""
    from ganlib.workspace import layout

    done = layout.lay_out(options.folder, options.with_outputs, options.beside)
    print(f"{options.folder}: {done.line()}")
    return 0


def guesses(options):
    """``ganlib guesses``: the table of a class."""
    from ganlib.questions import counts

    counted = counts.count(options.folder, options.csv)
    if options.csv:
        print(f"{counted} learners are counted in {options.csv}")
    return 0


def train(options):
    """``ganlib train``: train, then write the grid, the movie and the history."""
    recipe = get_recipe(options.recipe)
    out = options.out or Path("runs") / f"{recipe.name}-{options.seed}"
    from ganlib import callbacks, plots, training

    recipe, examples = _examples(recipe, options)
    gan = ganlib.build(recipe, options.seed)
    shots, stop = training.Snapshots(25, every=100), callbacks.StopOnSignal()
    with stop.listening():
        history = ganlib.train(
            gan,
            examples,
            epochs=options.epochs,
            steps=options.steps,
            seconds=options.seconds,
            callbacks=[stop, shots],
            verbose=0 if options.quiet else 1,
            run_dir=out,
            resume=options.resume,
            save_every=options.save_every,
        )
    _write_results(out, history, shots.frames, plots)
    step = gan.steps_done
    if stop.asked:
        print(f"Stopped at step {step}; everything is saved in {out}. To go on, say the same again with")
        print("  --resume")
        return 130
    print(f"{recipe.name}: {step} steps; pictures, history.jsonl and checkpoints are in {out}")
    return 0


def _examples(recipe, options):
    """Return what to train on, and the recipe for it: derived, where it is a folder of pictures."""
    name = options.data or recipe.data
    if name in DATA:
        if options.size is not None:
            todo = "Leave it out; or name a folder of pictures by --data."
            raise refuse("--size", options.size, "none for data that have one", todo)
        return recipe, DATA[name][1]()
    if not Path(name).is_dir():
        raise unknown("--data (no such folder)", name, DATA)
    with warnings.catch_warnings():
        warnings.showwarning = lambda said, *_, **__: print(f"ganlib: {said}", file=sys.stderr)
        size = options.size or (recipe.shape[:2] if recipe.pixels else 28)
        pictures = data.load_images(name, size)
    return pictures.recipe(recipe), pictures


def _write_results(out, history, frames, plots):
    if frames[-1].dtype == "uint8":  # images; points have no grid
        (out / "grid.png").write_bytes(plots.grid(frames[-1]).png())
        plots.movie(frames).save(out / "movie.gif")
    rows = zip(*(values.tolist() for values in history.values()), strict=True)
    lines = [json.dumps(dict(zip(history, row, strict=True))) + "\n" for row in rows]
    (out / "history.jsonl").write_text("".join(lines), encoding="utf-8")


def sample(options):
    """``ganlib sample``: a grid as PNG, or the images as a NumPy array."""
    import numpy as np

    from ganlib import plots
    from ganlib.checkpoints import checkpoint

    if options.count < 1:
        raise refuse("--count", options.count, "at least 1", "Ask for an image.")
    if options.out.suffix not in (".png", ".npy"):
        raise refuse("--out", options.out, "a name that ends in .png or .npy", "Rename it.")
    images = checkpoint.load(options.run_dir).sample(options.count, options.seed)
    if options.out.suffix == ".npy":
        np.save(options.out, images)
    else:
        options.out.write_bytes(plots.grid(images).png())
    print(f"{options.count} images of {options.run_dir} are in {options.out}")
    return 0


def export(options):
    """``ganlib export``: both networks as one file that a page computes with."""
    from ganlib import export as files
    from ganlib.checkpoints import checkpoint

    run, gan = options.run_dir, checkpoint.load(options.run_dir)
    beside = run.with_suffix(".js") if run.suffix == ".keras" else run / "generator.js"
    out = options.out or beside
    size = files.write(out, gan.recipe, [files.moment(gan)])
    print(f"{gan.recipe.name} after {gan.steps_done} steps: {size / 1000:.0f} kB in {out}")
    return 0


def evaluate(options):
    """``ganlib evaluate``: a table of measures, and the same as JSON."""
    from ganlib.checkpoints import checkpoint
    from ganlib.metrics import evaluation

    if not Path(options.what).is_dir() and options.what not in RECIPES:
        raise unknown("RUN (no such folder) or RECIPE", options.what, RECIPES)
    run = Path(options.what) if checkpoint.find(options.what) or options.what not in RECIPES else None
    out = options.out or (run / "evaluation.json" if run else Path(f"evaluation-{options.what}.json"))
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        todo = "Name another one by --out; nothing was run."
        raise refuse("--out", out, "a file in a folder that can be written in", todo, OSError)
    if run:
        if given := [n for n in ("steps", "seconds") if getattr(options, n) is not None]:
            todo = "A run is measured as it stands: train it further by ganlib train --resume."
            raise refuse(f"--{given[0]}", options.what, "a recipe with it", todo)
        result = evaluation.of_run(options.what, options.samples)
    else:
        length = {"steps": options.steps, "seconds": options.seconds}
        result = evaluation.of_recipe(options.what, options.samples, options.seed, **length)
    print(*evaluation.table(result), sep="\n")
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\nAll of it is in {out}")
    return 0


def check(options):
    """``ganlib check``: the verdicts on a folder of hand-ins."""
    from ganlib.grading import hand_ins as grading
    from ganlib.grading.kernel import Limits

    limits = Limits(options.seconds, options.cell_seconds, options.memory * 1e9)
    return grading.check(options.folder, options.csv, options.jobs, limits)


def recipes(options):
    """``ganlib recipes``: the table."""
    print(f"{'recipe':16}{'data':8}{'batch':>6}{'steps':>8}  what it shows")
    for row in RECIPES.values():
        print(f"{row.name:16}{row.data:8}{row.batch_size:6}{row.steps:8}  {row.note}")
    return 0


def doctor(options):
    """``ganlib doctor``: versions, cores, data; 1 where something that training needs is missing."""
    from ganlib.doctor import report

    lines, ready = report()
    print(*lines, sep="\n")
    return 0 if ready else 1
