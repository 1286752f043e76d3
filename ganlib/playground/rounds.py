"""A round of the shop owner's game and its score, without networks: light to import."""

from dataclasses import dataclass

import numpy as np

from ganlib.errors import refuse

BOTTLES = 16


@dataclass(frozen=True)
class Round:
    """Sixteen bottles on the counter.

    Attributes:
        iteration: Of the training, when the forger made hers.
        items: Points ``(16, 2)`` or ``uint8`` images ``(16, 28, 28)``.
        forged: ``(16,)`` of bool.
        belief: D's belief that each is real, ``(16,)``; None where no D has looked.
    """

    iteration: int
    items: np.ndarray
    forged: np.ndarray
    belief: np.ndarray | None = None


@dataclass(frozen=True)
class Score:
    """What came of a round: how many of the sixteen each judge got right.

    Attributes:
        iteration: Of the training.
        learner: Bottles that the learner judged rightly.
        owner: Bottles that D judged rightly, who calls forged what she believes in by less than 1/2; None
            where no D has looked.
        forged: How many were forged.
        caught: How many of those the learner marked.
        blamed: Real bottles that the learner marked.
    """

    iteration: int
    learner: int
    owner: int | None
    forged: int
    caught: int
    blamed: int


def score(round_, marked):
    """Compare the learner's marks ``(16,)`` of bool, True for "forged", with the truth and with D."""
    marked = np.asarray(marked, bool)
    if marked.shape != (BOTTLES,):
        raise refuse("marked", f"shape {marked.shape}", f"({BOTTLES},)", "One mark for each bottle.")
    forged = round_.forged
    return Score(
        round_.iteration,
        learner=int((marked == forged).sum()),
        owner=None if round_.belief is None else int(((round_.belief < 0.5) == forged).sum()),
        forged=int(forged.sum()),
        caught=int((marked & forged).sum()),
        blamed=int((marked & ~forged).sum()),
    )
