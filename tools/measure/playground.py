"""Measure the live lab and print the table of docs/playground.md.

python tools/measure/playground.py [seconds of each measurement]
"""

import resource
import sys
import time

import ganlib
from ganlib.playground import Playground


def playing(lab, seconds):
    """Return iterations a second, pictures a second and CPU milliseconds an iteration while it plays."""
    lab.controller.run(20).result()
    lab.controller.play().result()
    time.sleep(1)
    ask = lab.controller.ask(lambda machine: machine.iteration)
    first, serial, cpu, start = ask.result(), lab.controller.serial, time.process_time(), time.monotonic()
    time.sleep(seconds)
    last = lab.controller.pause() and lab.controller.ask(lambda machine: machine.iteration).result()
    wall, count = time.monotonic() - start, last - first
    pictures = (lab.controller.serial - serial - 2) / wall
    return count / wall, pictures, (time.process_time() - cpu) / count * 1000


def headless(gan, seconds):
    """Return iterations a second and CPU milliseconds an iteration of ``ganlib.train``."""
    ganlib.train(gan, ganlib.load_digits(), steps=50, verbose=0)
    first, cpu, start = int(gan.step), time.process_time(), time.monotonic()
    ganlib.train(gan, ganlib.load_digits(), seconds=seconds, verbose=0)
    count = int(gan.step) - first
    return count / (time.monotonic() - start), (time.process_time() - cpu) / count * 1000


def main(seconds):
    """Print every figure of the table."""
    for name in ("ring", "digits"):
        lab = Playground(name)
        speed, pictures, cost = playing(lab, seconds)
        print(
            f"{name}: {speed:.0f} iterations/s, {pictures:.1f} pictures/s, {cost:.2f} ms CPU an iteration"
        )
        if name == "ring":
            time.sleep(1)
            cpu, start = time.process_time(), time.monotonic()
            time.sleep(seconds)
            share = (time.process_time() - cpu) / (time.monotonic() - start)
            print(f"paused: {share:.2%} of one core")
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            playing(lab, 3 * seconds)
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(f"memory: {before / 1024:.0f} MB, {after / 1024:.0f} MB after {3 * seconds:.0f} s more")
        lab.close()
    speed, cost = headless(ganlib.build("small"), seconds)
    print(f"digits, headless: {speed:.0f} iterations/s, {cost:.2f} ms CPU an iteration")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
