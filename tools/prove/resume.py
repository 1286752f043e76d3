"""Kill a training again and again, at random moments; it must end as one that nothing stopped.

    python tools/prove/resume.py [--recipe smoothed] [--steps 400] [--kills 10]

Each start is a real process, ``python -m ganlib train``, which saves after every execution; each end is
SIGKILL at a random moment after its first save.  Prints the step that each kill left behind and both
digests of the checkpoint's content; fails where they differ.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ganlib import checkpoint


def start(folder, options):
    """Return a running training that goes on in this folder and saves as often as it can."""
    words = [options.recipe, "--steps", str(options.steps), "--out", str(folder), "--resume"]
    command = [sys.executable, "-m", "ganlib", "train", *words, "--save-every", "0", "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def reached(folder):
    """Return the step of the newest checkpoint, 0 where there is none."""
    found = checkpoint.find(folder)
    return int(found[0].stem.removeprefix("step-")) if found else 0


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--recipe", default="smoothed")
    options.add_argument("--steps", type=int, default=400)
    options.add_argument("--kills", type=int, default=10)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        whole, killed = Path(place) / "whole", Path(place) / "killed"
        if start(whole, options).wait():
            sys.exit("The training that nothing should stop has failed.")
        draw = random.Random(0)
        for kill in range(options.kills):
            process, before = start(killed, options), reached(killed)
            while reached(killed) == before and process.poll() is None:
                time.sleep(0.005)  # one more save is done ...
            time.sleep(draw.uniform(0, 0.3))  # ... and then, some moment
            process.kill()
            ended = process.wait() != -9
            print(f"kill {kill + 1}: step {reached(killed)}{', had ended' * ended}", flush=True)
        if start(killed, options).wait():
            sys.exit("The last resumption has failed.")
        digests = [checkpoint.digest(checkpoint.newest(f)[0]) for f in (whole, killed)]
        print(f"never stopped  {digests[0]}\nkilled         {digests[1]}")
        sys.exit("They differ." if digests[0] != digests[1] else 0)


if __name__ == "__main__":
    main()
