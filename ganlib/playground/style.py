"""The page half of the lab: its style, and the names that a screen reader needs.

ipywidgets sets no `alt`, no `aria-pressed` and no name for a slider's knob; a few lines of JavaScript in
`page.js` put them where a browser lets them.  Without them all works, and pictures keep their titles.
"""

import html
from functools import cache
from pathlib import Path

from matplotlib.colors import to_hex

from ganlib.plots.colours import BELIEF, D_COLOUR, G_COLOUR, REAL_COLOUR

_HERE = Path(__file__).parent


@cache
def sheet():
    """Return the style, as HTML for the page; once it is there, it names what has no name."""
    css = (_HERE / "page.css").read_text(encoding="utf-8")
    for word, colour in (("DBLUE", D_COLOUR), ("GORANGE", G_COLOUR), ("RGREEN", REAL_COLOUR)):
        css = css.replace(word, colour)
    css = css.replace("SHADES", ", ".join(to_hex(BELIEF(share)) for share in (0, 0.25, 0.5, 0.75, 1)))
    script = html.escape((_HERE / "page.js").read_text(encoding="utf-8"))
    return f'<style onload="{script}">{css}</style>'


@cache
def glass(kind):
    """Return a pane over a map that tells its wire where the pointer is, or what it draws.

    Args:
        kind: ``"look"``: sends ``x y`` in [0, 1], from the top left; ``"aim"``: the same, where it is
            pressed.  ``"draw"``: sends painted cells.
    """
    script = html.escape(
        (_HERE / f"{'draw' if kind == 'draw' else 'look'}.js").read_text(encoding="utf-8")
    )
    words = {
        "aim": "Where to offer: click a place, or move there with the arrow keys",
        "look": "What is under the pointer: arrow keys move it, the text below the picture answers",
        "draw": "Draw with the pointer; or arrow keys to move, space to paint or wipe a cell",
    }[kind]
    pane = '<div class="ganlib-glass ganlib-{}" tabindex="0" role="application" aria-label="{}">{}</div>'
    paper = (
        '<canvas width="32" height="32"></canvas><i></i><span class="ganlib-heard" role="status"></span>'
    )
    inside = paper if kind == "draw" else "<i></i>"
    return pane.format(kind, words, inside) + f'<style onload="{script}"></style>'
