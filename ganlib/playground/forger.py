"""You are the forger, on the page: a wine that stays hidden, one dial or two, and the owner's number."""

import html

import numpy as np

from ganlib.errors import whole
from ganlib.playground import drawing, forging, game_drawing, style
from ganlib.playground.widgets import Picture, bundle, button, close, group, page, register, w

_SEEN = "Orange: you. Dark: who is told the slope of log D, from your first place. Green: the wine."


class ForgerGame:
    """Find a wine that nobody shows you: blend, offer, and hear how far the owner believes you.

    Args:
        wine: Real bottles, standardised, ``(n, 1)`` for one dial or ``(n, 2)`` for a place in the plane.
        turns: Offers until the wine is shown.
        seed: Whole number ≥ 0: where the first wine is hidden.

    Attributes:
        game: The `forging.Forgery` that is played.
        rival: The same one as the gradient played it; None before the last offer.
        scores: ``(you, gradient)`` for each game that came to its end: how far the last three offers lay.
        widget: The whole, for the page.
    """

    alt = "The forger's game: his offers, the owner's belief in each, and at the end the wine"

    def __init__(self, wine, turns=14, seed=0):
        turns, seed = whole("turns", turns, 1), whole("seed", seed)
        forging.Forgery(wine, seed, turns)  # refuses what is no wine
        self._wine, self._turns, self._seed = np.asarray(wine, float), turns, seed
        self.scores, self.rival, self.game, self._led = [], None, None, False
        self._last = "last three" if turns > 3 else "offers"
        self._dials = [
            w.FloatSlider(1.0, min=0.0, max=forging.WIDE, step=0.1, description=name)
            for name in ("dial", "second dial")[: self._wine.shape[1]]
        ]
        for dial in self._dials:
            dial.observe(self._moved, "value")
        self._picture = Picture(format="jpeg")
        over = [self._picture]
        if self.flat:
            self._wire = w.Text(_sent(1.0, 1.0)).add_class("ganlib-wire").add_class("ganlib-hidden")
            self._wire.observe(lambda change: self._aim(change["new"]), "value")
            over += [self._wire, w.HTML(style.glass("aim")).add_class("ganlib-pad")]
        self._said, self._table = w.HTML(), w.HTML().add_class("ganlib-scores")
        self._offer = button("Offer", "Bring bottles blended so", "check", self.offer)
        new = button("New wine", "Hide another wine and begin anew", "refresh", self.begin)
        side = w.VBox([self._said, *self._dials, group([self._offer, new]), self._table])
        screen = w.Box(over).add_class("ganlib-map")
        self.widget = page([group([screen, side], "ganlib-stage")])
        self._seed -= 1
        self.begin()
        register(self)

    def close(self):
        """Take the widgets off the page."""
        close(self.widget)

    @property
    def flat(self):
        """Whether there are two dials, a place in the plane."""
        return self._wine.shape[1] == 2

    def begin(self):
        """Hide another wine, with an owner who knows nothing yet."""
        self._seed += 1
        self.game, self.rival = forging.Forgery(self._wine, self._seed, self._turns), None
        self._offer.disabled = False
        self._show()

    def offer(self):
        """Bring bottles blended as the dials say; after the last ones the wine is shown."""
        if self.game.over:
            return
        self.game.offer([dial.value for dial in self._dials])
        if self.game.over:
            self.rival = forging.by_gradient(self.game, self.game.offers[0].place)
            self.scores.append((self.game.miss(), self.rival.miss()))
            self._offer.disabled = True
        self._show()

    def still(self):
        """Return an image for a page without a kernel: a game by the number alone, at four moments."""
        game = forging.Forgery(self._wine, self._seed, self._turns)
        first = np.full(self._wine.shape[1], 1.0)
        played = forging.by_number(game, first)
        rival = forging.by_gradient(game, first)
        shown = [*np.linspace(4, self._turns, 3).astype(int), None]
        parts = [game_drawing.offers(played, count, rival, 420) for count in shown]
        return game_drawing.row(parts)

    def _aim(self, sent):
        self._led = True
        for dial, value in zip(self._dials, _read(sent), strict=True):
            dial.value = value
        self._led = False

    def _moved(self, _):
        """Tell the pane over the map where the dials are, unless it moved them itself; draw."""
        aim = [dial.value for dial in self._dials]
        if self.flat and not self._led and _read(self._wire.value) != aim:
            self._wire.value = _sent(*aim)
        self._draw()

    def _draw(self):
        count, aim = len(self.game.offers), [dial.value for dial in self._dials]
        told = (None, self.rival) if self.rival else (count, None)
        image = game_drawing.offers(self.game, *told, aim=None if self.rival else aim)
        self._picture.value = drawing.encoded(image)

    def _show(self):
        self._draw()
        made, place = len(self.game.offers), "the wine" if self.rival else "your offers"
        self._picture.tooltip = f"A map with {place}, {made} of {self._turns} offers made"
        said, quiet = self._words()
        self._said.value = (
            f'<div class="ganlib-task" role="status"><p>{said}</p>'
            f'<p class="ganlib-quiet">{html.escape(quiet)}</p></div>'
        )
        tables = [_table(("game", "you", "slope"), enumerate(self.scores, 1))] if self.scores else []
        if made and not self.rival:
            offers = ((n, (*one.place, one.belief)) for n, one in enumerate(self.game.offers, 1))
            dials = [dial.description for dial in self._dials]
            tables.insert(0, _table(("offer", *dials, "belief"), offers))
        self._table.value = "".join(tables)

    def _words(self):
        """Return a sentence on what came of the last offer, and a quieter one."""
        offers, count = self.game.offers, len(self.game.offers)
        if not offers:
            how = "Click a place, or move the dials" if self.flat else "Move the dial"
            goal = f"{self._turns} offers. Get your {self._last} as near as you can to a hidden wine."
            return f"<b>{how}, then offer.</b>", goal
        now = f"she believes <b>{offers[-1].belief:.2f}</b>"
        if self.rival:
            you, it = self.scores[-1]
            said = f"Your {self._last} lay <b>{you:.2f}</b> standard deviations from the wine, "
            return said + f"the slope's <b>{it:.2f}</b>.", _SEEN
        last = f", {offers[-2].belief:.2f} before" if count > 1 else ""
        return f"Offer {count} of {self._turns}: {now}{last}.", "She has learned from it. Another one?"

    def _repr_mimebundle_(self, include=None, exclude=None):
        still = drawing.encoded(self.still(), "PNG")
        return bundle(self.widget, still, self.alt, f"<{self.alt}>")


def _sent(x, y):
    """Return the places of two dials as the pane over the map sends them: shares from the top left."""
    return f"{x / forging.WIDE:.4f} {1 - y / forging.WIDE:.4f}"


def _read(sent):
    """Return what `_sent` was made of."""
    x, y = map(float, sent.split())
    return [round(share * forging.WIDE, 1) for share in (x, 1 - y)]


def _table(names, rows):
    """Return HTML of pairs of a number and figures, the last ones on top."""
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    lines = [(str(n), *(f"{figure:.2f}" for figure in figures)) for n, figures in rows]
    body = "".join(f"<tr><td>{'</td><td>'.join(line)}</td></tr>" for line in reversed(lines[-14:]))
    return f"<table><tr>{head}</tr>{body}</table>"
