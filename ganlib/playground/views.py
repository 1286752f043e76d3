"""The lab on the page: buttons, sliders and two pictures over a `Controller`. Thin on purpose.

A button's callback only posts a command.  A painter thread waits for looks, draws them and sets the
values of the widgets; it never touches a network.
"""

import html
import threading
import time

from ganlib import losses
from ganlib.errors import refuse
from ganlib.playground import charts, drawing
from ganlib.playground.controller import CLOSED, FAILED, PLAYING, Controller
from ganlib.playground.trainer import Trainer
from ganlib.playground.widgets import Lab, Picture, button, row, w

WIDTH, PICTURE, CHART = "724px", "346px", "366px"  # what JupyterLab leaves of a page 900 px wide


class Playground(Lab):
    """Two networks that play, with the controls in the learner's hands.

    Args:
        examples: ``"ring"``, ``"grid"``, ``"moons"``, ``"line"``, ``"wine"``, ``"digits"``; points
            ``(n, 2)``; `data.Digits`; or ``uint8`` images ``(n, height, width)``, 3 behind for colour.
        recipe: A ``Recipe`` or its name; by default small networks that suit the examples.
        generator: Your own Keras model in the recipe's place: z ``(n, latent_dim)`` to ``(n, *shape)``.
        discriminator: Your own: ``(n, *shape)`` to logits ``(n, 1)``.
        show: Which parts of the map to show at first, of `drawing.PARTS`.
        fps: Pictures a second, at most; by default 10 for points and 5 for digits.
        **settings: First values of `settings.Settings`, such as ``seed=3`` or ``d_steps=5``.

    Raises:
        ValueError, TypeError: Something does not fit; the message says what to do.
    """

    def __init__(
        self,
        examples="ring",
        recipe=None,
        generator=None,
        discriminator=None,
        show=drawing.PARTS[:4],
        fps=None,
        **settings,
    ):
        if set(show) - set(drawing.PARTS):
            raise refuse("show", show, f"some of {drawing.PARTS}", "Name the parts in a tuple.")
        machine = Trainer(examples, recipe, generator, discriminator, **settings)
        self.scene, self.show = machine.scene, tuple(show)
        usual, share = (
            (10.0, 0.5) if self.scene.flat else (5.0, 0.1)
        )  # digits are dear, and change slowly
        controller = Controller(machine, fps or usual, share)
        self._build(controller)
        super().__init__(controller, self._box)
        self._painter = threading.Thread(target=self._paint, name="ganlib-painter", daemon=True)
        self._painter.start()

    def close(self):
        """End both threads and take the widgets off the page."""
        super().close()
        if threading.current_thread() is not self._painter:
            self._painter.join(5)

    def filmstrip(self, iterations=(0, 200, 800, 2000), title=None):
        """Return a figure with the game at some iterations, played from the start with these settings.

        What is on the screen does not change.  Raises what the training raises.
        """
        looks = self.controller.ask(lambda machine: machine.preview(iterations)).result()
        return drawing.film(looks, self.scene, title=title)

    # ---- the page ----

    def _build(self, controller):
        self._picture = Picture(format="jpeg", layout={"width": PICTURE, "height": PICTURE})
        self._chart = Picture(format="jpeg", layout={"width": CHART, "height": "258px"})
        self._status, self._line, self._note = w.HTML(), w.HTML(), w.HTML()
        self._buttons = {
            "play": button("Play", "Play or pause", "play", controller, self._play),
            "d": button("Step D", "Update the discriminator alone", "", controller, "step_d"),
            "g": button("Step G", "Update the generator alone", "", controller, "step_g"),
            "both": button("Step both", "One iteration of both", "step-forward", controller, "step_both"),
            "restart": button("Restart", "Back to the beginning", "refresh", controller, "restart"),
        }
        self._slow = w.Checkbox(False, description="slow", indent=False, layout={"width": "70px"})
        self._slow.observe(lambda change: controller.slow(change["new"]), "value")
        self._moment = w.SelectionSlider(
            options=[0],
            description="moment",
            continuous_update=False,
            tooltip="An iteration to go back to",
            layout={"width": "330px"},
        )
        rewind = button(
            "Rewind to it", "Go back to that moment", "backward", controller, self._rewind, "130px"
        )
        self._controls = _controls(controller)
        rows = [
            row([*self._buttons.values(), self._slow]),
            row([self._moment, rewind, self._status]),
            self._line,
            row([self._picture, self._chart]),
            *([row(self._parts())] if self.scene.flat else []),
            row(self._controls.values()),
            self._note,
        ]
        self._box = w.VBox(rows, layout={"max_width": WIDTH})

    def _parts(self):
        """Return a box to tick for each part of the map."""
        boxes = []
        for part in drawing.PARTS:
            box = w.Checkbox(part in self.show, description=part, indent=False, layout={"width": "110px"})
            box.observe(lambda change, part=part: self._tick(part, change["new"]), "value")
            boxes.append(box)
        return [w.Label("Show:"), *boxes]

    def _tick(self, part, on):
        self.show = tuple(p for p in drawing.PARTS if (on if p == part else p in self.show))
        self.controller.ask(lambda machine: None)  # a command like any other: it ends in a new look

    def _play(self):
        (self.controller.pause if self.controller.state == PLAYING else self.controller.play)()

    def _rewind(self):
        self.controller.rewind(self._moment.value)

    # ---- the painter ----

    def _paint(self):
        serial, charted = -1, 0.0
        controller = self.controller
        while controller.state != CLOSED:
            controller.wait(lambda c, seen=serial: c.serial != seen or c.state == CLOSED, timeout=3600)
            if controller.look is None or controller.state == CLOSED:
                continue
            serial, look, playing = controller.serial, controller.look, controller.state == PLAYING
            try:
                self._picture.value = drawing.encoded(drawing.picture(look, self.scene, self.show))
                self._say(look, playing)
                if not playing or time.monotonic() - charted > 0.5:
                    charted = time.monotonic()
                    self._draw_chart(look)
                self._sync(playing)
            except Exception as error:  # said on the page: a thread's traceback is seen by nobody
                self._note.value = f"The picture failed: {html.escape(repr(error))}"

    def _draw_chart(self, look):
        history, end = self.controller.history, self.controller.equilibrium
        self._chart.value = drawing.encoded(charts.curves(history, end))
        self._chart.tooltip = charts.words(history, end)
        self._picture.tooltip = drawing.describe(look, self.scene)

    def _say(self, look, playing):
        figures, controller = look.figures, self.controller
        facts = [f"iteration <b>{figures['iteration']}</b>", f"D's updates <b>{figures['d_updates']}</b>"]
        if figures["modes"]:
            facts.append(f"modes <b>{figures['modes'][0]} of {figures['modes'][1]}</b>")
        facts.append(f"{controller.speed:.0f} steps/s" if playing else controller.state)
        self._status.value = f'<span class="ganlib-status">{" · ".join(facts)}</span>'
        line = html.escape(figures["line"])
        self._line.value = f'<div role="status" style="font-size:110%"><b>{line}</b></div>'
        self._note.value = html.escape(controller.note)

    def _sync(self, playing):
        play = self._buttons["play"]
        label, icon = ("Pause", "pause") if playing else ("Play", "play")
        if play.description != label:
            play.description, play.icon = label, icon
        failed = self.controller.state == FAILED
        for name in ("play", "d", "g", "both"):
            self._buttons[name].disabled = failed
        self._moment.disabled = playing
        if not playing and self._moment.options != self.controller.moments:
            self._moment.options = self.controller.moments
            self._moment.value = self.controller.moments[-1]


def _controls(controller):
    """Return a control for each setting; a refused value goes back to what is in force."""
    now = controller.settings
    wide = {"style": {"description_width": "84px"}, "layout": {"width": "350px"}}
    rate = {"base": 10, "min": -5, "max": -1, "step": 0.25, "readout_format": ".1e"}
    made = {
        "loss": w.Dropdown(options=list(losses.LOSSES), value=now.loss),
        "d_rate": w.FloatLogSlider(now.d_rate, **rate),
        "g_rate": w.FloatLogSlider(now.g_rate, **rate),
        "d_steps": w.BoundedIntText(now.d_steps, min=1, max=20),
        "real_target": w.FloatSlider(now.real_target, min=0.5, max=1.0, step=0.05),
        "r1": w.BoundedFloatText(now.r1, min=0.0, max=1000.0, step=0.1),
        "batch_size": w.BoundedIntText(now.batch_size, min=2, max=1024),
        "seed": w.BoundedIntText(now.seed, min=0, max=2**31 - 1),
    }
    names = {
        "loss": ("loss", "How the two play"),
        "d_rate": ("D's rate", "Learning rate of the discriminator"),
        "g_rate": ("G's rate", "Learning rate of the generator"),
        "d_steps": ("D per G", "Updates of D for each update of G"),
        "real_target": ("real target", "D's target for real examples: below 1 smooths the labels"),
        "r1": ("R1", "Weight of the gradient penalty on real examples"),
        "batch_size": ("batch", "Examples in a batch"),
        "seed": ("seed", "Acts at the next restart"),
    }
    for name, control in made.items():
        control.description, control.tooltip = names[name]
        control.style, control.layout = wide["style"], wide["layout"]
        if hasattr(control, "continuous_update"):
            control.continuous_update = False
        control.observe(_setter(controller, name, control), "value")
    return made


def _setter(controller, name, control):
    def changed(change):
        if change["new"] == getattr(controller.settings, name):
            return
        posted = controller.set(**{name: change["new"]})
        posted.add_done_callback(lambda done: done.exception() and _put_back())

    def _put_back():
        control.value = getattr(controller.settings, name)

    return changed
