"""The lab on the page: buttons, sliders, a picture and curves over a `Controller`. Thin on purpose.

A button's callback only posts a command.  A painter thread waits for looks, draws them and sets the
values of the widgets; it never touches a network.
"""

import html
import threading
import time

import numpy as np

from ganlib.errors import refuse
from ganlib.playground import charts, choices, controls, drawing, pointing, style
from ganlib.playground.controller import CLOSED, FAILED, PLAYING, Controller
from ganlib.playground.trainer import Trainer
from ganlib.playground.widgets import Lab, Picture, button, group, page, sweep, w

GAME = (
    'z → <b class="g{}">G</b> → fakes → <b class="d{}">D</b> ← real ones',
    {
        "": "Nobody has moved yet.",
        "d": "D moved, G stood still.",
        "g": "G moved, D stood still.",
        "both": "Both moved: D, then G.",
    },
)
SIGNS = {  # what stands on the map, in the page's own type
    "real": '<span><b style="color:var(--real-ink)">●</b> real</span>',
    "fake": '<span><b style="color:var(--g-ink)">✕</b> fake</span>',
    "map": '<span>D says fake <span class="ganlib-shade"></span> real, dark line: ½</span>',
}


class Playground(Lab):
    """Two networks that play, with the controls in the learner's hands.

    Args:
        examples: ``"ring"``, ``"grid"``, ``"moons"``, ``"heaps"``, ``"line"``, ``"wine"``, ``"digits"``;
            points ``(n, 2)``; `data.Digits`; ``uint8`` images ``(n, height, width)``, 3 behind: colour.
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
        sweep()  # before networks are made: it may train the same ones
        machine = Trainer(examples, recipe, generator, discriminator, **settings)
        plain = recipe is None and not any(machine.own)
        machine.choice = choices.first(examples) if plain else None
        self.show, self.guests = tuple(show), set()
        flat = machine.scene.flat
        usual, share = (10.0, 0.5) if flat else (5.0, 0.1)  # digits are dear, and change slowly
        controller = Controller(machine, usual if fps is None else fps, share)
        self._build(controller, machine)
        super().__init__(controller, self._box)
        self._painter = threading.Thread(target=self._paint, name="ganlib-painter", daemon=True)
        self._painter.start()

    def close(self):
        """End both threads and take the widgets off the page."""
        super().close()
        if threading.current_thread() is not self._painter:
            self._painter.join(5)

    def film(self, until=2000, moments=14):
        """Return a film of the game, played from the start with these settings.

        What is on the screen does not change.  Raises what the training raises.

        Args:
            until: Its last iteration.
            moments: How many are shown, close together at the beginning.
        """
        shown = np.unique(np.rint(until * np.linspace(0, 1, moments) ** 2).astype(int)).tolist()
        looks = self.controller.ask(lambda machine: machine.preview(shown)).result()
        return drawing.film(looks, self.scene)

    @property
    def scene(self):
        """The `examples.Scene` of the game that is played now."""
        return self.controller.ask(lambda machine: machine.scene).result()

    # ---- the page ----

    def _build(self, controller, machine):
        self._picture = Picture(format="jpeg")
        self._status, self._line, self._game, self._legend, self._chart, self._under, self._note = (
            w.HTML() for _ in range(7)
        )
        self._wire = w.Text(continuous_update=True).add_class("ganlib-wire").add_class("ganlib-hidden")
        self._wire.observe(lambda change: self._point(change["new"]), "value")
        glass = w.HTML(style.glass("look")).add_class("ganlib-pad")
        screen = w.Box([self._picture, self._wire, glass]).add_class("ganlib-map")
        self._buttons = {
            "play": button("Play", "Play or pause", "play", self._play, "ganlib-play"),
            **_steps("d", "Step D", "Update the discriminator alone", "", controller.step_d),
            **_steps("g", "Step G", "Update the generator alone", "", controller.step_g),
            **_steps("both", "Step both", "One iteration of both", "step-forward", controller.step_both),
            "restart": button("Restart", "Back to the beginning", "refresh", controller.restart),
        }
        self._slow = w.Checkbox(False, description="slow", indent=False)
        self._slow.observe(lambda change: controller.slow(change["new"]), "value")
        self._moment = w.SelectionSlider(
            options=[0],
            description="moment",
            continuous_update=False,
            tooltip="An iteration to go back to",
        )
        rewind = button("Rewind to it", "Go back to that moment", "backward", self._rewind)
        self._asked = None  # whether it was asked to play, until it does
        self._beginning = threading.Lock()
        self._controls, self._shown = controls.settings(controller), controller.settings
        self.setup = machine.choice and controls.Setup(controller, machine.choice, self.begin)
        flat = machine.scene.flat
        left = [screen, self._legend, self._under]
        left += [group(self._parts(), "ganlib-show")] if flat else []
        right = [
            self._game,
            self._chart,
            group([self._moment, rewind], "ganlib-moment"),
            group(self._controls.values(), "ganlib-settings"),
            self._note,
        ]
        self._box = page(
            [
                _bar(self._buttons, self._slow),
                self._status,
                self._line,
                group([w.VBox(left), w.VBox(right)], "ganlib-stage"),
                *([self.setup.box] if self.setup else []),
            ]
        )

    def begin(self, what):
        """Begin another game: a `choices.Choice`, or the text of a game that is then played again.

        Returns whether it came to its end; a pause on the way ends it early.
        """
        with self._beginning:
            return controls.begin(self.controller, what)

    def _parts(self):
        """Return a box to tick for each part of the map."""
        boxes = []
        for part in drawing.PARTS:
            box = w.Checkbox(part in self.show, description=part, indent=False)
            box.observe(lambda change, part=part: self._tick(part, change["new"]), "value")
            boxes.append(box)
        return [w.Label("Show:"), *boxes]

    def _tick(self, part, on):
        self.show = tuple(p for p in drawing.PARTS if (on if p == part else p in self.show))
        self.controller.ask(lambda machine: None)  # a command like any other: it ends in a new look

    def _play(self):
        """Play or pause, and say so at once: the label does not wait for the next picture."""
        playing = self.controller.state == PLAYING if self._asked is None else self._asked
        self._label(not playing)
        self._posted = posted = (self.controller.pause if playing else self.controller.play)()
        self._asked = not playing
        posted.add_done_callback(lambda done: done is self._posted and setattr(self, "_asked", None))

    def _rewind(self):
        self.controller.rewind(self._moment.value)

    def _point(self, sent):
        """Say what is under the pointer, whose place came as two shares."""
        look, (x, y) = self.controller.look, map(float, sent.split())
        if look is not None:
            said = html.escape(pointing.at(look, x, y))
            self._under.value = f'<div class="ganlib-under">{said}</div>'

    # ---- the painter ----

    def _paint(self):
        serial, charted, scene = -1, 0.0, None
        controller = self.controller
        while controller.state != CLOSED:
            controller.wait(lambda c, seen=serial: c.serial != seen or c.state == CLOSED, timeout=3600)
            if controller.look is None or controller.state == CLOSED:
                continue
            serial, look, playing = controller.serial, controller.look, controller.state == PLAYING
            try:
                self._picture.value = drawing.encoded(
                    drawing.picture(look, look.scene, self.show, words=False)
                )
                self._say(look, playing)
                if not playing or time.monotonic() - charted > 0.5:
                    charted = time.monotonic()
                    self._draw_chart(look)
                if scene is not look.scene:
                    scene = look.scene
                    self._begun(look)
                self._sync(playing)
                for guest in list(self.guests):
                    guest.follow(look, playing)
            except Exception as error:  # said on the page: a thread's traceback is seen by nobody
                self._note.value = _noted(f"The picture failed: {error!r}")

    def _begun(self, look):
        """Write what belongs to a game from its first look on."""
        scene = look.scene
        self._under.value = '<div class="ganlib-under ganlib-quiet">{}</div>'.format(
            "Point at the map to read it." if scene.flat else "Point at an image to read it."
        )
        if scene.flat:
            across, up = (
                f"<span>{way} {html.escape(name)}, {span}</span>"
                for way, name, span in zip("→↑", scene.axes, drawing.ranges(scene.extent), strict=True)
            )
            signs = across + up + "".join(SIGNS.values())
        else:
            signs = "<span>Under each image: D's belief that it is real</span>"
        self._legend.value = f'<div class="ganlib-legend">{signs}</div>'

    def _draw_chart(self, look):
        controller = self.controller
        self._chart.value = charts.curves(
            controller.history, controller.equilibrium, controller.settings.loss
        )
        self._picture.tooltip = drawing.describe(look, look.scene)

    def _say(self, look, playing):
        figures, controller = look.figures, self.controller
        facts = [f"iteration <b>{figures['iteration']}</b>", f"D's updates <b>{figures['d_updates']}</b>"]
        if figures["modes"]:
            facts.append(f"modes <b>{figures['modes'][0]} of {figures['modes'][1]}</b>")
        facts.append(f"{controller.speed:.0f} steps/s" if playing else controller.state)
        facts = "".join(f"<span>{fact}</span> " for fact in facts)
        self._status.value = f'<div class="ganlib-status">{facts}</div>'
        live = "off" if playing else "polite"  # ten sentences a second are no help to an ear
        line = f'<div class="ganlib-line" role="status" aria-live="{live}">{{}}</div>'
        self._line.value = line.format(html.escape(figures["line"]))
        turn = "both" if playing else figures["turn"]
        lit = (" on" if turn in ("g", "both") else "", " on" if turn in ("d", "both") else "")
        said = GAME[1]["both" if playing else turn]
        self._game.value = f'<div class="ganlib-game">{GAME[0].format(*lit)}<span>{said}</span></div>'
        self._note.value = _noted(controller.note)

    def _label(self, playing):
        play = self._buttons["play"]
        label, icon = ("Pause", "pause") if playing else ("Play", "play")
        if play.description != label:
            with play.hold_sync():
                play.description, play.icon = label, icon

    def _sync(self, playing):
        self._label(playing if self._asked is None else self._asked)
        failed = self.controller.state == FAILED
        for name, one in self._buttons.items():
            one.disabled = failed and name != "restart"
        self._moment.disabled = playing
        if not playing and self._moment.options != self.controller.moments:
            self._moment.options = self.controller.moments
            self._moment.value = self.controller.moments[-1]
        if self._shown is not self.controller.settings:
            self._shown = self.controller.settings
            controls.follow(self._controls, self._shown)


def _steps(name, label, tooltip, icon, act):
    """Return a button for one step and a narrow one for ten."""
    return {
        name: button(label, tooltip, icon, act),
        f"{name}10": button("×10", f"{label}: ×10", "", lambda: act(10), "ganlib-ten"),
    }


def _bar(buttons, slow):
    """Return the row of buttons; where it wraps, a step and its ten stay together."""
    pairs = [group([buttons[n], buttons[f"{n}10"]], "ganlib-pair") for n in ("d", "g", "both")]
    return group([buttons["play"], *pairs, buttons["restart"], slow])


def _noted(words):
    return f'<div class="ganlib-note" role="status">{html.escape(words)}</div>'
