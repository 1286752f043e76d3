"""The shop owner's game and the walk through z on the page, over a `Playground` that is open."""

import html
from concurrent.futures import Future

import numpy as np

from ganlib.playground import drawing, games
from ganlib.playground.widgets import Picture, button, row, w

_TABLE = "<table><tr><th>{}</th></tr>{}</table>"
_HEADS = ("iteration", "your score", "D's score", "forged", "caught", "real ones blamed")


class _Guest:
    """What both games share: the lab whose networks they use, a box, and a line for errors."""

    def __init__(self, lab):
        self.lab, self.controller, self.scene = lab, lab.controller, lab.scene
        self._note = w.HTML()

    def _ask(self, question, then):
        """Ask the machine between two steps and hand the answer on; say what went wrong, if it did.

        Returns a Future that is done when the answer is on the page.
        """
        shown = Future()

        def answered(done):
            error = done.exception()
            if error is None:
                try:
                    then(done.result())
                except Exception as caught:  # in the worker's thread, where nobody would see it
                    error = caught
            self._note.value = "" if error is None else html.escape(f"It did not work: {error}")
            shown.set_result(error)

        self.controller.ask(question).add_done_callback(answered)
        return shown

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {k: v for k, v in self.widget._repr_mimebundle_().items() if k.startswith("application")}
        alt = self.alt
        still = drawing.encoded(self._still(), "PNG")
        return data | {"image/png": still, "text/plain": f"<{alt}>"}, {"image/png": {"alt": alt}}


class ShopGame(_Guest):
    """Sixteen bottles or digits, some forged by the networks of a lab: mark the forgeries.

    Args:
        lab: An open `Playground`.
        seed: Whole number ≥ 0, for what comes on the counter.
        iterations: Length of the training between two rounds.
    """

    def __init__(self, lab, seed=0, iterations=100):
        super().__init__(lab)
        self.seed, self.iterations, self.number = seed, iterations, -1
        self.scores, self.round, self.settled = [], None, False
        self.alt = f"Sixteen numbered {'bottles' if lab.scene.flat else 'digits'}: which are forged?"
        self._picture = Picture(format="jpeg", layout={"width": "420px", "height": "420px"})
        marks = {"layout": {"width": "64px"}, "tooltip": "Mark as forged"}
        self._marks = [w.ToggleButton(description=str(i + 1), **marks) for i in range(games.BOTTLES)]
        for mark in self._marks:
            mark.observe(lambda _: self._draw(), "value")
        more = f"Train {iterations}, new round"
        self._buttons = [
            button("Settle", "Show the truth and D's verdicts", "check", None, self.settle),
            button("New round", "Sixteen others", "refresh", None, self.deal, "120px"),
            button(more, "The forger and the owner learn", "play", None, self.train, "210px"),
        ]
        self._table = w.HTML()
        rows = [row(self._marks[i : i + 4]) for i in range(0, games.BOTTLES, 4)]
        side = w.VBox([w.Label("Mark the forged ones:"), *rows, self._table], layout={"width": "296px"})
        self.widget = w.VBox([row([self._picture, side]), row(self._buttons), self._note])
        self.deal().result(60)

    def deal(self):
        """Put sixteen others on the counter."""
        self.number += 1
        return self._ask(lambda machine: games.deal(machine, self.number, self.seed), self._open)

    def train(self):
        """Let both networks learn, then deal."""
        return self.controller.run(self.iterations).add_done_callback(lambda _: self.deal())

    def settle(self):
        """Score the marks and show the truth; once a round."""
        if not self.settled:
            self.settled = True
            self.scores.append(games.score(self.round, self._marked()))
            self._draw()
            lines = [
                (s.iteration, f"{s.learner} of 16", f"{s.owner} of 16", s.forged, s.caught, s.blamed)
                for s in self.scores[-8:]
            ]
            cells = "".join(f"<tr><td>{'</td><td>'.join(map(str, line))}</td></tr>" for line in lines)
            self._table.value = _TABLE.format("</th><th>".join(_HEADS), cells)

    def _open(self, round_):
        self.round, self.settled = round_, False
        for mark in self._marks:
            mark.value = False
        self._draw()

    def _marked(self):
        return np.array([mark.value for mark in self._marks])

    def _still(self, side=420):
        return drawing.counter(self.round, self.scene, self._marked(), self.settled, side)

    def _draw(self):
        self._picture.value = drawing.encoded(self._still(drawing.SIDE))
        self._picture.tooltip = self.alt


class LatentExplorer(_Guest):
    """Walk through z: a pad of two sliders, the way between two samples, and sums of digits.

    Args:
        lab: An open `Playground`.
        seed: Whole number ≥ 0, for the directions and the ends.
    """

    def __init__(self, lab, seed=0):
        super().__init__(lab)
        self.walk = games.Walk(self.controller.ask(lambda m: m.gan.recipe.latent_dim).result(60), seed)
        self.alt = "What the generator makes of z along a way between two samples"
        slide = {"min": -2.5, "max": 2.5, "step": 0.1, "layout": {"width": "330px"}}
        self._x = w.FloatSlider(1.0, description="z along u", **slide)
        self._y = w.FloatSlider(0.0, description="z along v", **slide)
        for slider in (self._x, self._y):
            slider.observe(lambda _: self.show(), "value")
        self._seed = w.BoundedIntText(seed, min=0, max=9999, description="two ends")
        self._seed.observe(lambda change: self._turn(change["new"]), "value")
        size = {"width": "210px", "height": "210px"} if not self.scene.flat else {"width": "346px"}
        self._pad = Picture(format="jpeg", layout=size)
        self._way = Picture(format="jpeg", layout={"width": "346px" if self.scene.flat else "700px"})
        rows = [row([self._x, self._y]), row([self._pad]), row([self._seed]), row([self._way])]
        if self.scene.flat:
            rows = [row([self._x, self._y, self._seed]), row([self._pad, self._way])]
        if self.scene.labels is not None:
            rows += self._arithmetic()
        self.widget = w.VBox([*rows, self._note], layout={"max_width": "724px"})
        self._way_image = None
        self.show().result(60)

    def _turn(self, seed):
        self.walk = games.Walk(self.walk.ends.shape[1], seed)
        return self.show()

    def show(self):
        """Draw what G makes of the pad's z and of the way between the two ends, as it is now."""
        here, way = self.walk.pad(self._x.value, self._y.value), self.walk.way()
        return self._ask(
            lambda machine: (machine.gan.draw_images(here), machine.gan.draw_images(way)), self._show
        )

    def _show(self, images):
        here, way = (drawing.walked(points, self.scene) for points in images)
        self._way_image = way
        self._pad.value, self._way.value = drawing.encoded(here), drawing.encoded(way)
        self._pad.tooltip, self._way.tooltip = "What the generator makes of this z", self.alt

    def _still(self):
        return self._way_image

    def _arithmetic(self):
        digits = {"options": list(range(10)), "layout": {"width": "150px"}}
        self._less, self._more = (
            w.Dropdown(description="minus", **digits),
            w.Dropdown(description="plus", value=1, **digits),
        )
        go = button(
            "Add up", "z of the first end, minus one digit's mean z, plus another's", "", None, self.add
        )
        self._sum = Picture(format="jpeg", layout={"width": "420px"})
        return [row([w.Label("First end"), self._less, self._more, go]), row([self._sum])]

    def add(self):
        """Draw the first end before and after one digit's mean z is taken away and another's added."""
        less, more, z = self._less.value, self._more.value, self.walk.ends[0]

        def question(machine):
            means = games.digit_means(machine)
            for digit in (less, more):
                if digit not in means:
                    raise ValueError(f"G draws no {digit} yet: train on, or take another digit.")
            moved = [z, z - means[less], z - means[less] + means[more]]
            return machine.gan.draw_images(np.array(moved, "float32"))

        def show(images):
            self._sum.value = drawing.encoded(drawing.walked(images, self.scene))
            self._sum.tooltip = f"The first end; without a {less}; with a {more} instead"

        return self._ask(question, show)
