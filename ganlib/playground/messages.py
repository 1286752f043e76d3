"""One line that says what is happening, from measured quantities alone."""

import numpy as np

NEARLY_ZERO = 0.05  # mean length of G's gradient, nats for each unit of the data
SURE, UNSURE = 0.97, (0.4, 0.6)


def spread(examples):
    """Return the mean distance of examples ``(n, ...)`` from their own mean."""
    rows = np.asarray(examples, float).reshape(len(examples), -1)
    return float(np.linalg.norm(rows - rows.mean(0), axis=1).mean())


def line(figures):
    """Say in one sentence or two what the figures mean.

    Args:
        figures: A dict with ``iteration``, ``d_updates``, ``real_accuracy``, ``fake_accuracy``, ``slope``
            (mean length of the gradient of G's loss at a fake), ``diversity`` (spread of the fakes over
            that of the reals), and ``modes``: (reached, all, good share) or None.
    """
    real, fake, slope = (figures[name] for name in ("real_accuracy", "fake_accuracy", "slope"))
    if figures["iteration"] == 0 and figures["d_updates"] == 0:
        return "The lab has trained nothing yet: both networks are as they came."
    if figures["diversity"] < 0.1:
        share = f"{figures['diversity']:.0%}"
        return f"G draws nearly the same thing every time: its spread is {share} of the real one."
    if min(real, fake) > SURE:
        least = int(100 * min(real, fake))  # 99.6 % is not yet everything
        if slope < NEARLY_ZERO:
            what = "everything" if least == 100 else f"{least}% or more"
            return f"D is right about {what}: G's gradient is nearly zero ({slope:.3f})."
        return f"D is right about {least}% or more; G still gets a gradient ({slope:.2f})."
    if figures["modes"] and figures["modes"][0] < figures["modes"][1]:
        reached, total, good = figures["modes"]
        return f"G covers {reached} of {total} modes; {good:.0%} of its points lie near one."
    if UNSURE[0] <= (real + fake) / 2 <= UNSURE[1]:
        return f"D can hardly tell: it is right about {(real + fake) / 2:.0%}, and guessing gives 50%."
    return f"D is right about {real:.0%} of the real and {fake:.0%} of the fake ones."
