"""The curves beside the picture, as SVG: they take the page's width, its colours and its size of type."""

import html

import numpy as np

TOPS = (1.5, 3.0, 6.0)  # nats, the least that holds the curves; what is above is drawn at the edge
WIDE, HIGH = 1000, 100  # the inner units of a plot, stretched to what the page gives
KEY = (
    '<span class="ganlib-key"><svg viewBox="0 0 24 8" aria-hidden="true">'
    '<path class="{}" d="M0 4H24"/></svg>{}</span>'
)


def curves(history, equilibrium, loss="non-saturating"):
    """Draw the losses above and D's accuracies below, over the turns, as HTML.

    Args:
        history: What `history.Curves.history` returned.
        equilibrium: ``(d_loss, g_loss)`` at the end of a perfect game; dotted lines.
        loss: Key in ``losses.LOSSES``; a critic's has no unit.
    """
    unit = "" if loss == "wasserstein" else " (nats)"
    turns = history["turn"]
    both = np.concatenate([history["d_loss"], history["g_loss"], equilibrium])
    both = both[np.isfinite(both)]
    top = next((top for top in TOPS if both.max() <= top), TOPS[-1])
    bottom = max(np.floor(min(both.min(), 0)), -TOPS[-1])
    losses = (("d", "d_loss", history["d_loss"]), ("g", "g_loss", history["g_loss"]))
    right = (("real", "on real", history["real_accuracy"]), ("g", "on fake", history["fake_accuracy"]))
    parts = (
        _plot(turns, losses, equilibrium, (bottom, top), f"loss{unit}; dotted: equilibrium"),
        _plot(turns, right, (0.5,), (0.0, 1.0), "D's accuracy; dotted: guessing"),
    )
    alt = html.escape(words(history, equilibrium), quote=True)
    end = f'<div class="ganlib-end">{last(history)}</div>'
    return f'<div role="img" aria-label="{alt}">{"".join(parts)}{end}</div>'


def last(history):
    """Say how far the curves reach: iterations, and steps of one player alone beside them."""
    if not len(history["turn"]):
        return "no step yet"
    iteration, turns = int(history["step"][-1]), int(history["turn"][-1])
    alone = turns - iteration
    said = f"iteration {iteration}"
    return f"{said}, and {alone} step{'s' * (alone > 1)} of D alone" if alone > 0 else said


def words(history, equilibrium):
    """Return the curves in words, for a reader who cannot see them."""
    if not len(history["turn"]):
        return "Curves of losses and accuracies: nothing yet."
    d_end, g_end = equilibrium
    d_loss, g_loss, real, fake = (
        _latest(history[name]) for name in ("d_loss", "g_loss", "real_accuracy", "fake_accuracy")
    )
    said = [f"Curves up to {last(history)}"]
    if d_loss is not None:
        said.append(f"D's loss {d_loss:.2f}, at equilibrium {d_end:.2f}")
    if g_loss is not None:
        said.append(f"G's loss {g_loss:.2f}, at equilibrium {g_end:.2f}")
    if real is not None:
        said.append(f"D is right about {real:.0%} of the real and {fake:.0%} of the fake")
    return f"{said[0]}: {'; '.join(said[1:])}."


def _latest(values):
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def _plot(turns, series, levels, limits, title):
    """Draw one pair of axes: title, keys, ticks, levels, curves."""
    low, high = limits
    span = max(int(turns[-1]), 1) if len(turns) else 1

    def height(value):
        return HIGH * (1 - (np.clip(value, low, high) - low) / (high - low))

    ticks, paths = [], []
    for tick in np.linspace(low, high, 3):
        y = float(height(tick))
        ticks.append(f'<span style="top:{y:.0f}%">{tick:g}</span>')
        paths.append(f'<path class="rule" d="M0 {y:.1f}H{WIDE}"/>')
    paths += [f'<path class="level" d="M0 {height(level):.1f}H{WIDE}"/>' for level in levels]
    for name, _, values in series:
        known = np.isfinite(values)
        xy = np.stack([turns[known] * WIDE / span, height(values[known])], 1)
        if len(xy) == 1:  # one measurement is a short dash, not nothing
            xy = np.concatenate([xy - [WIDE / 50, 0], xy])
        if len(xy):
            way = " ".join(f"{x:.0f},{y:.1f}" for x, y in xy.tolist())
            paths.append(f'<path class="{name}" d="M{way}"/>')
    keys = " ".join(KEY.format(name, label) for name, label, _ in series)
    return (
        f'<div class="ganlib-plot"><div class="head"><span>{title}</span><span>{keys}</span></div>'
        f'<div class="ticks">{"".join(ticks)}</div>'
        f'<svg viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none" aria-hidden="true">'
        f"{''.join(paths)}</svg></div>"
    )
