"""The walk through z on the page, over a `Playground` that is open."""

import html

import numpy as np

from ganlib.playground import drawing, game_drawing, games
from ganlib.playground.game_views import ask
from ganlib.playground.widgets import Picture, bundle, button, close, group, page, register, w


class LatentExplorer:
    """Walk through z: a pad of two sliders, the way between two samples, and sums of digits.

    Args:
        lab: An open `Playground`.
        seed: Whole number ≥ 0, for the directions and the ends.
    """

    def __init__(self, lab, seed=0):
        self.lab, self.controller, self.scene, self._due = lab, lab.controller, lab.scene, False
        self._note = w.HTML('<div class="ganlib-note"></div>')
        size = self.controller.ask(lambda m: m.gan.recipe.latent_dim).result(60)
        self.walk = games.Walk(size, seed)
        self.alt = "What the generator makes of z along a way between two samples"
        slide = {"min": -2.5, "max": 2.5, "step": 0.1}
        few = size <= 2
        names = ("first number of z", "second number of z") if few else ("along u", "along v")
        self._x = w.FloatSlider(1.0, description=names[0], **slide)
        self._y = w.FloatSlider(0.0, description=names[1], **slide)
        for slider in (self._x, self._y):
            slider.observe(lambda _: self.show(), "value")
        self._seed = w.IntText(
            seed, description="two ends", tooltip="Which two samples: any whole number"
        )
        self._seed.observe(lambda change: self._turn(change["new"]), "value")
        self._pad, self._way = Picture(format="jpeg"), Picture(format="jpeg")
        where = (
            "z has two numbers: walk through all of it."
            if few
            else f"z = x u + y v, where u and v are two random directions among the {size} of z."
        )
        here = [w.HTML(f"<h4>One z</h4><p class='ganlib-quiet'>{where}</p>"), self._x, self._y]
        ends = "The ends of the line" if self.scene.flat else "Left and right"
        there = (
            "<h4>From one z to another</h4><p class='ganlib-quiet'>"
            f"{ends}: two samples. Between them: equal steps through z.</p>"
        )
        way = [w.HTML(there), self._seed]
        shape = "ganlib-square" if self.scene.flat else "ganlib-strip"
        here, way = (w.VBox(part).add_class("ganlib-over") for part in (here, way))
        columns = [
            w.VBox([here, self._pad.add_class("ganlib-square")]),
            w.VBox([way, self._way.add_class(shape)]),
        ]
        if self.scene.labels is not None and len(np.unique(self.scene.labels)) > 1:
            columns[1].children = (*columns[1].children, *self._arithmetic())
        self.widget = page([group(columns, "ganlib-stage"), self._note]).add_class("ganlib-walk")
        self._way_image, self._reached = None, None
        register(self)
        if error := self.show().result(60):
            raise error
        lab.guests.add(self)

    def close(self):
        """Leave the lab and take the widgets off the page."""
        self.lab.guests.discard(self)
        close(self.widget)

    def follow(self, look, playing):
        """Draw anew when the lab pauses at another iteration."""
        reached = look.figures["iteration"], id(look.scene)
        if not playing and reached != self._reached:
            self._reached = reached
            self.show()

    def say_error(self, words):
        """Write a sentence below the pictures."""
        self._note.value = f'<div class="ganlib-note" role="status">{html.escape(words)}</div>'

    def _turn(self, seed):
        self.walk = games.Walk(self.walk.ends.shape[1], abs(seed))
        return self.show()

    def show(self):
        """Draw what G makes of the pad's z and of the way between the two ends, as it is now."""

        def question(machine):
            self._due = False
            here, way = self.walk.pad(self._x.value, self._y.value), self.walk.way()
            return machine.scene, [machine.gan.draw_images(z) for z in (here, way)]

        if not self._due:  # else one is waiting, and takes the z of its time
            self._due = True
            self._asked = ask(self, question, self._show)
        return self._asked

    def _show(self, answer):
        self.scene, images = answer
        here, way = (game_drawing.walked(points, self.scene) for points in images)
        self._way_image = way
        self._pad.value, self._way.value = drawing.encoded(here), drawing.encoded(way)
        at = f"{self._x.value:.1f} and {self._y.value:.1f}"
        self._pad.tooltip, self._way.tooltip = f"What the generator makes of z at {at}", self.alt

    def _arithmetic(self):
        names, here = self.scene.names, np.unique(self.scene.labels).tolist()
        self._what = "class" if names else "digit"
        self._names = {label: names[label] if names else str(label) for label in here}
        options = [(name, label) for label, name in self._names.items()]
        self._less = w.Dropdown(options=options, description="minus")
        self._more = w.Dropdown(options=options, value=here[1], description="plus")
        go = button(
            "Add up", f"z of the first end, minus one {self._what}'s mean z, plus another's", "", self.add
        )
        self._sum = Picture(format="jpeg").add_class("ganlib-strip").add_class("ganlib-hidden")
        self._caption = w.HTML(
            _caption(f"The left image, with one {self._what}'s mean z taken away and another's added.")
        )
        return [
            w.HTML(f"<h4>Sums of {'classes' if names else 'digits'}</h4>"),
            group([self._less, self._more, go], "ganlib-bar"),
            self._sum,
            self._caption,
        ]

    def add(self):
        """Draw the first end before and after one digit's mean z is taken away and another's added."""
        less, more, z = self._less.value, self._more.value, self.walk.ends[0]

        def question(machine):
            means = games.digit_means(machine)
            for digit in (less, more):
                if digit not in means:
                    said = f"G draws no {self._names[digit]} yet: train on"
                    raise ValueError(f"{said}, or take another {self._what}.")
            moved = [z, z - means[less], z - means[less] + means[more]]
            return machine.gan.draw_images(np.array(moved, "float32"))

        def show(images):
            self._sum.value = drawing.encoded(game_drawing.walked(images, self.scene))
            gone, come = self._names[less], self._names[more]
            words = f"The first end; without a {gone}; with a {come} instead"
            self._sum.tooltip = words
            self._sum.remove_class("ganlib-hidden")
            self._caption.value = _caption(words + ".")

        return ask(self, question, show)

    def _repr_mimebundle_(self, include=None, exclude=None):
        still = drawing.encoded(self._way_image, "PNG")
        return bundle(self.widget, still, self.alt, f"<{self.alt}>")


def _caption(words):
    return f"<p class='ganlib-quiet'>{html.escape(words)}</p>"
