"""Sixteen bottles that can be marked where they stand, by click or by key, and the sixteen scored."""

import html

import numpy as np

from ganlib.errors import refuse
from ganlib.playground import drawing, game_drawing, rounds
from ganlib.playground.examples import PLANE, Scene
from ganlib.playground.widgets import Picture, bundle, button, close, group, page, register, w

_HEADS = ("round", "iteration", "you", "D", "forged", "caught", "real ones blamed")
_SIGNS = (
    '<b style="color:var(--g-ink)">{}: forged</b> &nbsp; <b style="color:var(--real-ink)">{}: real</b>'
    " &nbsp; orange: your marks"
)


class Counter:
    """A map, or a shelf of images, on which each bottle is a button to mark it as forged.

    Attributes:
        round: The `rounds.Round` on the counter, or None.
        settled: Whether its truth is shown.
        box: The widget.
        changed: Called without arguments when a mark has changed.
    """

    def __init__(self):
        self.round, self.scene, self.settled, self._seat = None, None, False, None
        self.changed = lambda: None
        self._picture = Picture(format="jpeg")
        self.marks = [w.ToggleButton(description=str(i + 1)) for i in range(rounds.BOTTLES)]
        for mark in self.marks:
            mark.add_class("ganlib-bottle")
            mark.observe(lambda _: self.changed(), "value")
        self.box = w.Box([self._picture, *self.marks]).add_class("ganlib-map")

    def put(self, round_, scene):
        """Put other bottles on the counter, none of them marked."""
        self.round, self.scene, self.settled = round_, scene, False
        self._seat = game_drawing.seats(round_.items, scene.extent) if scene.flat else None
        act, changed, self.changed = (
            "remove_class" if scene.flat else "add_class",
            self.changed,
            lambda: None,
        )
        for i, mark in enumerate(self.marks):
            x, y = self._seat[i] if scene.flat else ((i % 4 + 0.5) / 4, (i // 4 + 0.5) / 4)
            mark.layout.left, mark.layout.top = f"{100 * x:.2f}%", f"{100 * y:.2f}%"
            getattr(mark, act)("ganlib-digit")
            mark.remove_class("ganlib-forged").remove_class("ganlib-true")
            mark.value, mark.disabled, mark.description = False, False, str(i + 1)
            mark.tooltip = (
                f"Bottle {i + 1}: mark as forged" if scene.flat else f"Image {i + 1}: mark as forged"
            )
        self.changed = changed
        self._draw()

    def settle(self):
        """Show the truth, and how much D believed in each."""
        self.settled = True
        for i, mark in enumerate(self.marks):
            truth = "forged" if self.round.forged[i] else "real"
            mark.add_class("ganlib-forged" if self.round.forged[i] else "ganlib-true")
            mark.disabled, mark.tooltip = True, f"{i + 1}: {truth}"
            if self.round.belief is not None:
                mark.tooltip += f", D believed {self.round.belief[i]:.2f}"
        self._draw()

    def marked(self):
        """Return which are marked as forged, ``(16,)`` of bool."""
        return np.array([mark.value for mark in self.marks])

    def still(self, side=420):
        """Return an image for a page without a kernel."""
        return game_drawing.counter(self.round, self.scene, self.settled, None, self.marked(), side)

    def _draw(self):
        image = game_drawing.counter(self.round, self.scene, self.settled, self._seat)
        self._picture.value = drawing.encoded(image)
        state = "settled" if self.settled else "some of them forged"
        self._picture.tooltip = f"Sixteen numbered {'bottles' if self.scene.flat else 'images'}, {state}"


class Stand:
    """A counter with a button to settle, a sentence, and the table of scores.

    Attributes:
        scores: A `rounds.Score` for each round that was settled.
        widget: The whole, for the page.
    """

    def __init__(self, buttons=(), judge=True):
        self.scores, self._judge = [], judge
        self.counter = Counter()
        self.counter.changed = self._count
        self._said, self._table, self._note = w.HTML(), w.HTML().add_class("ganlib-scores"), w.HTML()
        self._settle = button("Settle", "Show the truth and the score", "check", self.settle)
        self._buttons = [self._settle, *buttons]
        side = w.VBox([self._said, group(self._buttons), self._note, self._table])
        self.widget = page([group([self.counter.box, side], "ganlib-stage")])
        self.say_error("")
        register(self)

    def close(self):
        """Take the widgets off the page."""
        close(self.widget)

    @property
    def alt(self):
        """The counter in words."""
        what = "bottles" if self.counter.scene.flat else "images"
        return f"Sixteen numbered {what}: which are forged?"

    @property
    def settled(self):
        """Whether the truth of this round is shown."""
        return self.counter.settled

    @property
    def round(self):
        """The `rounds.Round` on the counter."""
        return self.counter.round

    def put(self, round_, scene):
        """Put a round on the counter."""
        self.counter.put(round_, scene)
        self._settle.disabled = False
        self._count()
        self._show_scores()

    def settle(self):
        """Score the marks and show the truth; once a round."""
        if self.settled:
            return
        self.scores.append(rounds.score(self.round, self.counter.marked()))
        self.counter.settle()
        self._settle.disabled = True
        self._count()
        self._show_scores()

    def say_error(self, words):
        """Write a sentence below the buttons."""
        self._note.value = f'<div class="ganlib-note" role="status">{html.escape(words)}</div>'

    def where(self):
        """Return where the bottles come from, as a sentence."""
        return ""

    def _count(self):
        """Say what is to do, or what came out."""
        if self.settled:
            score = self.scores[-1]
            said = f"<b>{score.learner} of 16 right.</b> "
            said += f"You caught {score.caught} of {score.forged} forged ones"
            said += f" and blamed {score.blamed} real." if score.blamed else " and blamed no real one."
            if score.owner is not None:
                said += f" D got {score.owner}."
            truth = (
                "square" if self.counter.scene.flat else "✕",
                "round" if self.counter.scene.flat else "●",
            )
            quiet = _SIGNS.format(*truth)
        else:
            count = int(self.counter.marked().sum())
            said = f"<b>Mark the forged ones</b>: {count} of 16 marked."
            quiet = "A click marks; so do Tab and space."
        where = html.escape(self.where())
        self._said.value = (
            f'<div class="ganlib-task" role="status"><p>{said}</p><p class="ganlib-quiet">{quiet}</p>'
            f'<p class="ganlib-quiet">{where}</p></div>'
        )

    def _show_scores(self):
        """Write the table of the last rounds; without a D her columns are left out."""
        lines = [
            (n + 1, s.iteration, s.learner, s.owner, s.forged, s.caught, s.blamed)
            for n, s in enumerate(self.scores)
        ][-6:]
        keep = [i for i in range(len(_HEADS)) if self._judge or i not in (1, 3)]
        cells = [[str(line[i]) for i in keep] for line in lines]
        head = "".join(f'<th scope="col">{_HEADS[i]}</th>' for i in keep)
        rows = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
        table = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
        self._table.value = table + (_beliefs(self.round) if self.settled and self._judge else "")

    def _repr_mimebundle_(self, include=None, exclude=None):
        still = drawing.encoded(self.counter.still(), "PNG")
        return bundle(self.widget, still, self.alt, f"<{self.alt}>")


class OwnerGame(Stand):
    """Sixteen bottles among those that you know, without a network: mark the forged ones.

    Args:
        known: Points ``(n, 2)``: your experience.
        bottles: Points ``(16, 2)``.
        forged: ``(16,)`` of bool.
        axes: Names of the two axes.
    """

    def __init__(self, known, bottles, forged, axes=("x", "y")):
        known, bottles = np.asarray(known, "float32"), np.asarray(bottles, "float32")
        forged, count = np.asarray(forged, bool), rounds.BOTTLES
        if known.ndim != 2 or known.shape[1] != 2 or not len(known):
            raise refuse("known", f"shape {known.shape}", "(n, 2)", "One row for each bottle.")
        for name, given, due in (("bottles", bottles, (count, 2)), ("forged", forged, (count,))):
            if given.shape != due:
                raise refuse(
                    name, f"shape {given.shape}", f"{due}", "One for each bottle on the counter."
                )
        super().__init__(judge=False)
        self._known = known
        scene = Scene("your bottles", known, PLANE, axes=tuple(axes), within=bottles)
        self.put(rounds.Round(0, bottles, forged), scene)

    def where(self):
        """Return what the small dots are, as a sentence."""
        count, shown = len(self._known), len(self._known[:: game_drawing.every(self._known)])
        which = count if shown == count else f"{shown} of the {count}"
        return f"The small green dots are {which} real ones that you know."


def _beliefs(round_):
    """Return what D believed of each bottle, four to a line, as HTML."""
    cells = [
        f"<td>{i + 1}</td><td>{'✕' if forged else '●'} {belief:.2f}</td>"
        for i, (forged, belief) in enumerate(zip(round_.forged, round_.belief, strict=True))
    ]
    rows = "".join(f"<tr>{''.join(cells[i : i + 4])}</tr>" for i in range(0, len(cells), 4))
    words = "<p class='ganlib-quiet'>D's belief that each is real; ✕ forged, ● real:</p>"
    return f"{words}<table>{rows}</table>"
