"""What the learner may change while two networks play."""

from dataclasses import dataclass, fields, replace

import numpy as np

from ganlib import losses
from ganlib.errors import refuse, unknown


@dataclass(frozen=True)
class Settings:
    """What the learner may change while the networks play.

    Attributes:
        loss: Key in ``losses.LOSSES``.
        d_rate: Learning rate of the discriminator, > 0.
        g_rate: Learning rate of the generator, > 0.
        d_steps: Updates of D per update of G, 1 to 20.
        real_target: D's target for real examples, in [0.5, 1]; below 1 smooths the labels.
        r1: Weight of the gradient penalty on real examples, ≥ 0.
        batch_size: Examples in a batch, 2 to 1024.
        seed: Whole number ≥ 0; a new one acts at the next restart, the others act at once.
    """

    loss: str
    d_rate: float
    g_rate: float
    d_steps: int
    real_target: float
    r1: float
    batch_size: int
    seed: int

    @classmethod
    def of(cls, recipe):
        """Return the settings that a recipe begins with."""
        return cls(
            loss=recipe.loss,
            d_rate=recipe.d_optimizer.learning_rate,
            g_rate=recipe.g_optimizer.learning_rate,
            d_steps=recipe.d_steps,
            real_target=recipe.real_target,
            r1=recipe.r1,
            batch_size=recipe.batch_size,
            seed=0,
        )

    def rules(self):
        """Return those that are fields of a recipe."""
        return {name: getattr(self, name) for name in RULES}

    def but(self, **changes):
        """Return a copy with some settings changed; a bad name or value is refused."""
        names = [field.name for field in fields(self)]
        for name, value in changes.items():
            if name not in names:
                raise unknown("setting", name, names)
            if name == "loss":
                if value not in losses.LOSSES:
                    raise unknown("loss", value, losses.LOSSES)
            else:
                _check(name, value, *LIMITS[name])
        return replace(self, **changes)


RULES = ("loss", "d_steps", "real_target", "r1", "batch_size")
LIMITS = {  # name -> type, least, greatest
    "d_rate": (float, 1e-6, 1.0),
    "g_rate": (float, 1e-6, 1.0),
    "d_steps": (int, 1, 20),
    "real_target": (float, 0.5, 1.0),
    "r1": (float, 0.0, 1000.0),
    "batch_size": (int, 2, 1024),
    "seed": (int, 0, 2**31 - 1),
}


def _check(name, value, kind, least, most):
    number = isinstance(value, (int, np.integer) if kind is int else (int, float, np.number))
    if isinstance(value, bool) or not number or not least <= value <= most:
        what = "a whole number" if kind is int else "a number"
        todo = "The setting stays as it was."
        raise refuse(name, repr(value), f"{what} from {least:g} to {most:g}", todo)
