"""Wait in a test for what another thread does."""

import time


def until(condition, seconds=60.0):
    """Wait for a condition, at most so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
