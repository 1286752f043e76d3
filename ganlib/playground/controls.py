"""The settings as widgets, and the panel in which the learner sets up a game of her own."""

import html
import threading
from dataclasses import asdict

import numpy as np

from ganlib import losses
from ganlib.playground import choices, style
from ganlib.playground.settings import LIMITS
from ganlib.playground.widgets import button, group, w

_here = threading.local()  # whether this thread is telling the controls


def settings(controller):
    """Return a control for each setting; a refused value goes back to what is in force."""
    now = controller.settings
    low, high = np.log10(LIMITS["d_rate"][1:])
    rate = {"base": 10, "min": low, "max": high, "step": 0.25, "readout_format": ".1e"}
    least = min(LIMITS["real_target"][1], now.real_target)  # a recipe may have less
    made = {  # the figures are not bounded here: what is out of bounds is refused, and said
        "loss": w.Dropdown(options=list(losses.LOSSES), value=now.loss),
        "d_rate": w.FloatLogSlider(now.d_rate, **rate),
        "g_rate": w.FloatLogSlider(now.g_rate, **rate),
        "d_steps": w.IntText(now.d_steps),
        "real_target": w.FloatSlider(now.real_target, min=least, max=1.0, step=0.05),
        "r1": w.FloatText(now.r1, step=0.1),
        "batch_size": w.IntText(now.batch_size),
        "seed": w.IntText(now.seed),
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
        if hasattr(control, "continuous_update"):
            control.continuous_update = False
        control.observe(_setter(controller, name, control), "value")
    return made


def follow(controls, now):
    """Show the settings in force, where a game was opened that has others."""
    _here.told = True  # what this thread writes is no wish of the learner's
    for name, control in controls.items():
        if control.value != getattr(now, name):
            control.value = getattr(now, name)
    _here.told = False


def _setter(controller, name, control):
    def changed(change):
        if not getattr(_here, "told", False):
            posted = controller.set(**{name: change["new"]})
            posted.add_done_callback(lambda done: done.exception() and _put_back())

    def _put_back():
        follow({name: control}, controller.settings)

    return changed


class Setup:
    """The panel: data and layers to choose, a map to draw on, a game as a short text.

    Args:
        controller: `Controller` whose machine has a ``choice``.
        choice: `choices.Choice` that it began with.
        begin: Called with a `choices.Choice` or the text of a game; returns a Future.
    """

    def __init__(self, controller, choice, begin):
        self.controller, self._begin, self._free = controller, begin, threading.Lock()
        options = [(label, name) for name, label in choices.NAMES.items()]
        self.data = w.Dropdown(options=options, value=choice.data, description="data")
        self.sizes = {}
        for who, (layers, units) in (("G", choice.g), ("D", choice.d)):
            self.sizes[who] = (
                w.Dropdown(options=choices.LAYERS, value=layers, description=f"{who}'s layers"),
                w.Dropdown(options=choices.UNITS, value=units, description=f"{who}'s units"),
            )
            self.sizes[who][1].tooltip = f"Units in each hidden layer of {who}"
        start = button(
            "Start this game", "Build new networks, with the settings of now", "play", self.start
        )
        self.cells = w.Text().add_class("ganlib-wire").add_class("ganlib-hidden")
        self._pane, self._sheets = w.HTML(style.glass("draw")).add_class("ganlib-pad"), 0
        paper = w.Box([self.cells, self._pane]).add_class("ganlib-map").add_class("ganlib-paper")
        words = '<p class="ganlib-quiet">Draw with the pointer (shift wipes), or arrows and space.</p>'
        self._drawing = w.VBox([w.HTML(words), paper]).add_class("ganlib-hidden")
        self.data.observe(self._unfold, "value")
        self.text = w.Textarea(description="game", rows=3, tooltip="A game as text")
        buttons = [
            button(
                "Write this game", "The game of now, as text to copy and hand on", "pencil", self.write
            ),
            button(
                "Open",
                "Build the networks of the text and play its turns again",
                "folder-open",
                self.open,
            ),
        ]
        self.note = w.HTML('<div class="ganlib-note" role="status"></div>')
        chosen = [self.data, *self.sizes["G"], *self.sizes["D"]]
        self.box = w.VBox(
            [
                w.HTML("<h4>Another game</h4>"),
                w.Box(chosen).add_class("ganlib-settings"),
                self._drawing,
                group([start]),
                w.HTML("<h4>This game as text</h4>"),
                self.text,
                group(buttons),
                self.note,
            ]
        ).add_class("ganlib-setup")

    def _unfold(self, change):
        act = self._drawing.remove_class if change["new"] == "drawn" else self._drawing.add_class
        act("ganlib-hidden")

    def chosen(self):
        """Return the `choices.Choice` on the panel."""
        sizes = {who.lower(): tuple(one.value for one in pair) for who, pair in self.sizes.items()}
        cells = self.cells.value if self.data.value == "drawn" else ""
        return choices.Choice(self.data.value, cells=cells, **sizes)

    def start(self):
        """Begin the game on the panel."""
        self._follow(lambda: self._begin(self.chosen()))

    def open(self):
        """Begin the game that the text says."""

        def opened():
            self.show(choices.read(self.text.value)[0])
            return self._begin(self.text.value)

        self._follow(opened)

    def write(self):
        """Write the game of now into the text."""

        def ask(machine):
            return choices.write(machine.choice, machine.log.runs, machine.settings, machine.rules)

        def show(done):
            self.text.value = done.result()
            self.say("Copy the line and hand it on: who opens it sees the game played again.")

        self.controller.ask(ask).add_done_callback(show)

    def say(self, words):
        """Write a sentence under the panel."""
        self.note.value = f'<div class="ganlib-note" role="status">{html.escape(words)}</div>'

    def show(self, choice):
        """Show the choice of a game that was opened."""
        if self.cells.value != choice.cells:
            self.cells.value = choice.cells
            self._sheets += 1  # a pane reads the cells when it is new: so this one is
            self._pane.value = style.glass("draw") + f"<!-- {self._sheets} -->"
        self.data.value = choice.data
        for who, pair in (("G", choice.g), ("D", choice.d)):
            for one, value in zip(self.sizes[who], pair, strict=True):
                one.value = value

    def _follow(self, act):
        """Do it beside the page's thread, one at a time, and say what went wrong, if it did."""
        if not self._free.acquire(blocking=False):
            self.say("One game is being opened: wait for it, or pause it.")
            return

        def work():
            self.say("Building the networks …")
            try:
                done = act()
                self.say("Here it is." if done else "Paused on the way.")
            except Exception as error:  # a thread's traceback is seen by nobody
                self.say(str(error))
            finally:
                self._free.release()

        threading.Thread(target=work, name="ganlib-setup", daemon=True).start()


def begin(controller, what):
    """Begin a `choices.Choice` with the settings of now, or the text of a game, which is played again.

    Returns whether it came to its end.
    """
    if isinstance(what, str):
        return choices.play(controller, what)
    now = asdict(controller.settings)
    controller.swap(lambda: what.machine(now)).result()
    return True
