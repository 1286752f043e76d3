"""Compiled programs that GANs share: the second GAN of a recipe has nothing to wait for.

To trace and compile a step takes seconds, as long as hundreds of a small network's steps.  What comes out
depends on the networks, the rules and the optimizers, and not on the numbers in them.  So it is traced
on a twin of the GAN, and the state of whoever trains is copied into the twin's variables and back, inside
the program: the bits are those of a program of one's own.
"""

import json
import threading

from ganlib import losses, models
from ganlib.backend import tf
from ganlib.recipe import plain

MOST = 16  # each keeps a GAN and its program
_PROGRAMS = {}
_lock = threading.RLock()  # two trainings at once would write to one twin


def shared(gan, loop):
    """Return ``execute(block, count)``: the compiled ``loop(gan, block, count)`` that trains this GAN.

    GANs share it where their class, recipe, networks and optimizers are the same in all but seeds and
    learning rates.  One with methods or networks of somebody's own gets a program of its own, for what
    that does need not follow from its description.
    """
    making = _making(gan)
    with _lock:
        if making is not None and making not in _PROGRAMS:
            while len(_PROGRAMS) >= MOST:
                del _PROGRAMS[next(iter(_PROGRAMS))]
            twin = type(gan)(gan.recipe)
            twin.compile()
            _PROGRAMS[making] = _on(twin, loop) if _making(twin) == making else None
        program = _PROGRAMS.get(making)
    if program is None:
        return tf.function(
            lambda block, count: loop(gan, block, count), autograph=False, jit_compile=True
        )
    values, seed = [variable.value for variable in _variables(gan)], tf.constant(gan.seed, tf.int64)

    def execute(block, count):
        with _lock:
            return program(block, count, seed, values)

    return execute


def _on(twin, loop):
    """Return the program that trains a GAN whose variables it is given, by way of a twin's."""
    inside = _variables(twin)

    @tf.function(autograph=False, jit_compile=True)
    def program(block, count, seed, variables):
        twin.seed = seed
        for mine, given in zip(inside, variables, strict=True):
            mine.assign(given)
        result = loop(twin, block, count)
        for mine, given in zip(inside, variables, strict=True):
            given.assign(mine.value)
        return result

    return program


def _variables(gan):
    """Return all that a step reads or writes, in an order that twins have in common."""
    means = [*gan.means.values(), *gan.recent.values()]
    return [*gan.state().values(), *(variable for mean in means for variable in mean.variables)]


def _making(gan):
    """Return all that a GAN's program depends on, as a key; None where that cannot be known."""
    own = vars(type(gan))
    plainly = type(gan).__module__ == "ganlib.gan" and not gan.own and own.keys().isdisjoint(vars(gan))
    if not plainly or tf.distribute.has_strategy():
        return None
    networks = (gan.generator, gan.discriminator, gan.average)
    optimizers = (gan.d_optimizer, gan.g_optimizer)
    elsewhere = ("note", "steps", "d_optimizer", "g_optimizer")  # in no step, or in the next part
    parts = [
        {**plain(gan.recipe), **dict.fromkeys(elsewhere)},
        [models.description(part) for part in (*networks, *optimizers)],
        [[list(v.shape), v.dtype, v.trainable, v.value.device] for v in _variables(gan)],
    ]
    rules = (losses.LOSSES[gan.recipe.loss], tuple(losses.PENALTIES))  # which a learner may put others in
    code = (*map(type, optimizers), *filter(callable, own.values()))
    return json.dumps(parts, sort_keys=True), rules, code
