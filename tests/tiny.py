"""The smallest GANs that can be tested: linear ones on points, and one that makes images.

A GAN takes a second or two to trace, twice that where an execution has many steps, and four more to
compile by XLA, unless one of its making was there before (`ganlib.programs`).  Where a test asks for one
that is as it was built, and not for a new object, `put_back` saves that, a `Pool` does it for a whole
file, and `plain` traces the least.
"""

from contextlib import contextmanager

import numpy as np

import ganlib
from ganlib import recipes

POINTS = recipes.Recipe(
    "tiny",
    generator=recipes.dense(2),
    discriminator=(recipes.LOGIT,),
    shape=(2,),
    pixels=None,
    latent_dim=3,
    batch_size=16,
    steps=40,
    xla=False,
)
IMAGES = ganlib.get_recipe("small").but(
    name="tiny",
    generator=(*recipes.dense(8, "leaky", batch_norm=0.8), *recipes.dense(784, "tanh"), recipes.IMAGE),
    discriminator=(recipes.FLATTEN, *recipes.dense(8, "leaky", dropout=0.3), recipes.LOGIT),
    xla=False,
)


def values(gan):
    """Return a copy of everything that the GAN's next step depends on, by name."""
    return {name: np.array(variable) for name, variable in gan.state().items()}


def put_back(gan, values):
    """Bring a GAN to what `values` returned."""
    for name, variable in gan.state().items():
        variable.assign(values[name])
    return gan


def plain(gan):
    """Compile a GAN for tests that are not about executions: one step each, without XLA."""
    gan.compile(steps_per_execution=1, jit_compile=False)
    return gan


class Pool:
    """GANs that are built once and lent to one test after the other, each time as they were built.

    Those that are out at the same time are different objects.

    Args:
        build: Builds and compiles one, by the options that `take` is given.
    """

    def __init__(self, build):
        self.build, self.free, self.out = build, {}, []

    def take(self, **options):
        """Return a GAN as ``build(**options)`` would; it is this test's until `back` is called."""
        free = self.free.setdefault(repr(sorted(options.items())), [])
        free.sort(key=lambda each: each[0].train_function is None)  # one that was traced comes first
        if not free:
            gan = self.build(**options)
            free.append((gan, values(gan), _compiled(gan)))
        found = free.pop(0)
        self.out.append((free, found))
        return found[0]

    def back(self):
        """Take back all that are out; one that was compiled anew in the meantime is let go."""
        for free, (gan, start, compiled) in self.out:
            if _compiled(gan) == compiled:
                put_back(gan, start)
                for mean in (*gan.means.values(), *gan.recent.values()):
                    mean.reset_state()
                free.append((gan, start, compiled))
        self.out.clear()

    @contextmanager
    def lent(self, **options):
        """Lend one for a ``with`` block, and put it back at the block's end."""
        kept, self.out = self.out, []
        try:
            yield self.take(**options)
        finally:
            self.back()
            self.out = kept


def _compiled(gan):
    """Return what changes where a GAN is compiled anew."""
    return id(gan.d_optimizer), id(gan.g_optimizer), gan.jit_compile, gan.steps_per_execution
