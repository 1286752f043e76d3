"""A game that the learner sets up in the lab: the data, both networks, and all of it as a short text."""

import re
from dataclasses import asdict, dataclass

from ganlib.errors import refuse, unknown, whole
from ganlib.playground import examples
from ganlib.playground.settings import Settings
from ganlib.playground.trainer import Trainer
from ganlib.recipes import dense

NAMES = {
    "ring": "ring",
    "grid": "grid",
    "moons": "moons",
    "heaps": "two heaps",
    "line": "line",
    "wine": "wine",
    "drawn": "your drawing",
}
LAYERS, UNITS = (1, 2, 3, 4), (4, 8, 16, 32, 64, 128, 256)
MOST = 100_000  # turns that a text may ask for: minutes
_TEXT = re.compile(r"ganlib1 (\w+)(?::([\w+/=]+))? G(\d+)x(\d+) D(\d+)x(\d+)((?: \w+=[\w.+-]+)*)$")


@dataclass(frozen=True)
class Choice:
    """Data and two stacks of dense layers.

    Attributes:
        data: Key of ``NAMES``.
        g: Hidden layers of the generator and units in each.
        d: The same for the discriminator.
        cells: The drawing, for ``"drawn"``: see `examples.drawn`.
    """

    data: str
    g: tuple[int, int]
    d: tuple[int, int]
    cells: str = ""

    def __post_init__(self):
        if self.data not in NAMES:
            raise unknown("data", self.data, NAMES)
        for name, (layers, units) in (("G", self.g), ("D", self.d)):
            if layers not in LAYERS or units not in UNITS:
                accepted = f"1 to {LAYERS[-1]} layers of {', '.join(map(str, UNITS))}"
                raise refuse(name, f"{layers} layers of {units}", accepted, "Choose some of these.")

    def machine(self, settings=None):
        """Return a `Trainer` for this game, with a dict of first settings."""
        scene = self.scene()
        hidden = {
            name: tuple(layer for _ in range(layers) for layer in dense(units, "leaky"))
            for name, (layers, units) in (("generator", self.g), ("discriminator", self.d))
        }
        ends = {"generator": dense(2), "discriminator": dense(1)}
        recipe = scene.recipe.but(**{name: (*hidden[name], *ends[name]) for name in ends})
        machine = Trainer(scene, recipe, **(settings or {}))
        machine.choice = self
        return machine

    def scene(self):
        """Return the `examples.Scene` of its data."""
        return examples.drawn(self.cells) if self.data == "drawn" else examples.scene(self.data)


def first(data):
    """Return the `Choice` that stands for a name as `Trainer` takes it; None where there is none."""
    if not isinstance(data, str) or data not in NAMES or data == "drawn":
        return None
    units = 32 if data == "wine" else 64
    return Choice(data, (2, units), (2, units))


def write(choice, runs, settings, rules=None):
    """Return a game as a line of text: what it is made of, and what was played since its beginning.

    Args:
        choice: `Choice`.
        runs: Of `history.Log`.
        settings: Those that are set now.
        rules: Those in force now, where they are others: a new seed waits for the restart.
    """
    data = choice.data + (f":{choice.cells}" if choice.cells else "")
    then = runs[0][1] if runs else rules or settings
    text = "ganlib1 {} G{}x{} D{}x{}{}".format(data, *choice.g, *choice.d, _said(asdict(then)))
    for who, rules, count in runs:
        text += f";{_said(_changed(then, rules))} {who} {count}"
        then = rules
    last = _said(_changed(then, settings))
    return text + (f";{last}" if last else "")


def read(text):
    """Return what `write` wrote: a `Choice`, first settings, and runs ``(changes, who, count)``.

    The last run may have who ``""``: changes after which nothing was played.

    Raises:
        ValueError: No such text.
    """
    head, *parts = " ".join(text.split()).split(";")
    found = _TEXT.match(head)
    if not found:
        raise refuse("text", f"{text[:40]!r}", "a game that the lab wrote", "Copy the whole line.")
    data, cells, *sizes, rules = found.groups()
    g1, g2, d1, d2 = map(int, sizes)
    choice, runs = Choice(data, (g1, g2), (d1, d2), cells or ""), []
    for part in filter(str.strip, parts):
        words = part.split()
        who, count = "", 0
        if len(words) > 1 and words[-2] in ("d", "g", "both") and words[-1].isdigit():
            *words, who, count = words
        if any("=" not in word for word in words):
            raise refuse("text", repr(part.strip()), "turns such as both 200", "Copy the whole line.")
        runs.append((_read(words), who, whole("turns", int(count), 1) if who else 0))
    if sum(count for *_, count in runs) > MOST:
        raise refuse("text", "more turns", f"at most {MOST}", "Open a shorter game.")
    recipe, first = choice.scene().recipe, _read(rules.split())
    now = Settings.of(recipe)
    for changes in (first, *(changes for changes, *_ in runs)):
        now = now.but(**changes)
        recipe.but(**now.rules())
    return choice, first, runs


def _changed(old, new):
    return {name: value for name, value in asdict(new).items() if value != getattr(old, name)}


def _said(settings):
    return "".join(f" {name}={value}" for name, value in settings.items())


def _read(words):
    """Return settings from words such as ``r1=0.5``."""
    settings = {}
    for name, _, value in (word.partition("=") for word in words):
        try:
            settings[name] = int(value) if name in ("d_steps", "batch_size", "seed") else float(value)
        except ValueError:
            settings[name] = value
    return settings


def play(controller, text):
    """Open a written game in a controller and play it again; return whether it came to its end.

    A pause on the way ends it there.  What does not fit is raised, and the game of before stays.
    """
    choice, settings, runs = read(text)
    pauses = controller.pauses
    controller.swap(lambda: choice.machine(settings)).result()
    for changes, who, count in runs:
        if changes:
            controller.set(**changes).result()
        if who == "both":
            start = controller.ask(lambda machine: machine.iteration).result()
            if controller.run(count).result() < start + count:
                return False
        elif who:
            step = getattr(controller, f"step_{who}")
            for done in range(0, count, 10):  # ten in a command, so that a pause comes between
                step(min(10, count - done)).result()
                if controller.pauses > pauses:
                    return False
    return True
