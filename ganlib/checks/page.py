"""What the repaired page of task 3.6 is asked: how D ends, and what its rounds do."""

import numpy as np

from ganlib.checks import Wrong
from ganlib.checks.networks import SIZE, pair, recorded, spies

__all__ = ["check_end", "check_rounds"]


def check_end(discriminator, images):
    """Raise, where D's last bias does not lift every logit by as much as it rises itself."""
    last = discriminator.trainable_variables[-1:]
    if not last or tuple(last[0].shape) != (1,):
        return
    before = np.asarray(discriminator(images))
    last[0].assign_add([1.0])
    lifted = np.asarray(discriminator(images)) - before
    last[0].assign_sub([1.0])
    if not np.allclose(lifted, 1, atol=0.05):
        raise Wrong("end")


def check_rounds(train):
    """Let ``train`` run on images of black, white and one grey; see who moves, when, and from what."""
    generator, discriminator = pair(seed=3, latent_dim=100)
    generator.layers[-2].set_weights([np.zeros((6, 4)), np.zeros(4)])  # every fake is 0: mid-grey
    moves = []
    of_g, of_d = spies(generator, discriminator)
    images = np.repeat(np.uint8([0, 51, 255]), (8, 4, 4))[:, None, None] * np.ones((1, *SIZE), np.uint8)
    optimizers = recorded("D", moves), recorded("G", moves)
    train(generator, discriminator, *optimizers, images, 3)
    made = [int(optimizer.iterations) for optimizer in optimizers]
    if 0 in made:
        raise Wrong("still", "DG"[made.index(0)])
    judged = of_d.seen.numpy()
    least, most = judged[:, 1].min(), judged[:, 2].max()
    if not np.allclose((least, most), (-1, 1), atol=0.02):
        raise Wrong("scale", f"{least.round(1) + 0:g} to {most.round(1) + 0:g}")
    tone = judged[judged[:, 2] > 0.9, 3:].sum(0)  # grey fakes in the same batch change no ratio
    if not np.isclose(tone[0] / tone[1], -0.4 / 0.84, atol=0.015):
        raise Wrong("tones")
    if made != [3, 3]:
        raise Wrong("rounds", "{} and {}".format(*made))
    if moves[0] == "G":
        raise Wrong("order")
    _check_noise(of_g.seen.numpy())


def _check_noise(drawn):
    drawn = drawn[drawn[:, 0] > 0]
    rows, mean, square = drawn[:, 0], drawn[:, 3].mean(), drawn[:, 4].mean()
    if (rows != 16).any():
        raise Wrong("count", f"{rows[rows != 16][0]:.0f}")
    spread = np.sqrt(square - mean**2)
    if abs(mean) > 0.1 or abs(spread - 1) > 0.1:
        raise Wrong("noise", f"mean {mean:.2f} and standard deviation {spread:.2f}")
    if len(np.unique(drawn[:, 3:].round(6), axis=0)) < 6:
        raise Wrong("again")
