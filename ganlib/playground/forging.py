"""The forger's game in figures, without a page: a wine that nobody shows him, and an owner who learns."""

from typing import NamedTuple

import numpy as np

from ganlib.errors import refuse
from ganlib.theory import sigmoid

WIDE = 10.0  # the dials go from 0 to this, in standard deviations of the wine
_STEPS, _RATE = 30, 0.3  # of the owner, after each offer


class Offer(NamedTuple):
    """A batch of bottles brought to the shop.

    Attributes:
        place: The dials it was blended with, ``(d,)``.
        belief: The owner's mean belief that its bottles are real, before she learned from it.
    """

    place: np.ndarray
    belief: float


class Forgery:
    """One wine, hidden at a place of its own, and the offers that were made of it.

    The forger's bottles vary as the wine does; where their mean lies is his to choose.  The owner is a
    logistic function of a bottle, and takes some steps down her loss after every offer.

    Args:
        wine: Real bottles, standardised, ``(n, d)`` with d = 1 or 2.
        seed: Whole number ≥ 0: where the wine is hidden.
        turns: Offers until the truth is shown.

    Attributes:
        hidden: The place of the wine, ``(d,)``.
        offers: A list of `Offer`.
    """

    def __init__(self, wine, seed=0, turns=14):
        wine = np.asarray(wine, float)
        if wine.ndim != 2 or wine.shape[1] not in (1, 2) or len(wine) < 2:
            raise refuse("wine", f"shape {wine.shape}", "(n, 1) or (n, 2)", "One row for each bottle.")
        self._wine, self._seed = wine, seed
        self.spread = wine - wine.mean(0)
        self.hidden = np.random.default_rng(seed).uniform(0.3, 0.7, wine.shape[1]) * WIDE
        self.turns, self.offers = turns, []
        self._weights = np.zeros(wine.shape[1] + 1)  # the last is her bias

    @property
    def over(self):
        """Whether all offers are made."""
        return len(self.offers) >= self.turns

    def offer(self, place):
        """Bring bottles blended at a place ``(d,)``; the owner judges them, then learns."""
        place = np.broadcast_to(np.asarray(place, float), self.hidden.shape).copy()
        fake, real = place + self.spread, self.hidden + self.spread
        self.offers.append(Offer(place, float(self.believe(fake).mean())))
        both, labels = self._seen(np.concatenate([real, fake])), np.repeat([1.0, 0.0], len(real))
        for _ in range(_STEPS):
            self._weights -= _RATE * ((sigmoid(both @ self._weights) - labels) @ both / len(both))
        return self.offers[-1]

    def believe(self, bottles):
        """Return the owner's belief in bottles ``(n, d)``, ``(n,)``, as she is now."""
        return sigmoid(self._seen(bottles) @ self._weights)

    def push(self, place, logarithm=True):
        """Return the gradient of the mean of log D in the place, ``(d,)``; or that of the mean of D."""
        belief = self.believe(place + self.spread)
        return np.mean(1 - belief if logarithm else belief * (1 - belief)) * self._weights[:-1]

    def miss(self):
        """Return how far the last three offers lay from the wine, as a mean in standard deviations."""
        return float(np.mean([np.linalg.norm(one.place - self.hidden) for one in self.offers[-3:]]))

    def again(self):
        """Return the same game before its first offer."""
        return Forgery(self._wine, self._seed, self.turns)

    def _seen(self, bottles):
        counted = bottles - WIDE / 2  # she counts from the middle of the dials
        return np.column_stack([counted, np.ones(len(counted))])


def by_gradient(game, first, follow=0.8, logarithm=True):
    """Play the same game from a first place by `Forgery.push`, times ``follow``; return it."""
    game, place = game.again(), np.asarray(first, float)
    while not game.over:
        # the gradient of the owner who judges this offer, as Algorithm 1 has it: before she learns
        push = game.push(place, logarithm)
        game.offer(place)
        place = np.clip(place + follow * push, 0, WIDE)
    return game


def by_number(game, first, step=1.5):
    """Play the same game from a first place by her number alone; return it.

    Go on while the belief rises; when it falls, turn (in the plane by a right angle), with shorter steps.
    """
    game, place = game.again(), np.asarray(first, float)
    way, turn = np.eye(len(place))[0] * step, len(place)
    while not game.over:
        game.offer(place)
        if len(game.offers) > 1 and game.offers[-1].belief < game.offers[-2].belief:
            way = -0.7 * way if turn == 1 else 0.8 * np.array([-way[1], way[0]])
        place = np.clip(place + way, 0, WIDE)
    return game
