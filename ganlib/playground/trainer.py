"""The two networks and all that can be done with them, one step at a time. No thread, no widget.

Everything random follows from (seed, draw): the number ``draw`` goes up by one with every update of
either network and is kept with each remembered moment.  So the same commands at the same iterations give
the same networks, also after a rewind.
"""

from dataclasses import replace

import numpy as np

from ganlib import inputs, models, theory
from ganlib.backend import tf
from ganlib.errors import refuse, whole
from ganlib.gan import GAN, draw_z
from ganlib.playground import frames
from ganlib.playground.examples import scene
from ganlib.playground.history import Curves, Film, Log
from ganlib.playground.settings import Settings
from ganlib.recipes import get_recipe

MEASURED = {"d": [True, True, True, False], "g": [False, False, False, True], "both": [True] * 4}


class Trainer:
    """A generator, a discriminator, their examples and their settings.

    Args:
        examples: What `examples.scene` takes.
        recipe: A ``Recipe`` or its name; by default the scene's own.
        generator: Your own Keras model: z ``(n, latent_dim)`` to ``(n, *shape)``.
        discriminator: Your own: ``(n, *shape)`` to logits ``(n, 1)``.
        **settings: First values of `Settings`.

    Raises:
        ValueError, TypeError: Examples, networks or settings that do not fit; see the message.
    """

    def __init__(self, examples="ring", recipe=None, generator=None, discriminator=None, **settings):
        self.scene = scene(examples)
        recipe = get_recipe(recipe or self.scene.recipe)
        _fits(recipe, self.scene)
        self.settings = Settings.of(recipe).but(**settings)
        self.own = generator is not None, discriminator is not None
        self.gan = GAN(recipe, self.settings.seed, generator, discriminator)
        rates = [replace(a, decay=0.0) for a in (recipe.d_optimizer, recipe.g_optimizer)]
        self.gan.compile(*(models.optimizer(rate) for rate in rates))
        self.variables = self._variables()
        self.examples = tf.constant(inputs.examples(self.scene.examples, recipe))
        self.iteration = self.d_updates = self.draw = 0
        self.last = np.full(4, np.nan)  # the figures of `Curves.NAMES`, as last measured
        self._seed = self.settings.seed  # the one in force
        self.choice = None  # the `choices.Choice` it was made from, if any
        self.turn = ""  # who moved last: "d", "g", "both"
        self._set(self.settings)
        self.curves, self.log = Curves(), Log()
        self._roll()
        self.look = frames.looker(self)

    def _roll(self):
        """Begin a film: what a game just opened remembers."""
        self.film = Film(every=10 if self.scene.flat else 50)
        self.film.take(0, self.state, force=True)

    def _variables(self):
        gan = self.gan
        parts = [gan.discriminator, gan.generator, gan.d_optimizer, gan.g_optimizer]
        parts += [gan.average] if gan.average else []
        return [gan.step, *(variable for part in parts for variable in part.variables)]

    # ---- settings ----

    def set(self, **changes):
        """Change settings; return the names of those that act only at the next restart."""
        self._set(self.settings.but(**changes))
        return tuple(name for name in changes if name == "seed" and self.settings.seed != self._seed)

    def _set(self, settings):
        recipe = self.gan.recipe.but(**settings.rules())  # raises before anything is changed
        if recipe != self.gan.recipe or not hasattr(self, "_functions"):
            self.gan.recipe = recipe
            self._compile()
        self.settings = settings
        self.rules = replace(settings, seed=self._seed)  # those in force
        self.gan.d_optimizer.learning_rate = settings.d_rate
        self.gan.g_optimizer.learning_rate = settings.g_rate

    def _compile(self):
        """Trace anew at the next step, since a graph holds the rules with which it was traced."""
        self._functions = {name: tf.function(getattr(self, f"_{name}")) for name in ("d", "g", "both")}

    def equilibrium(self):
        """Return ``(d_loss, g_loss)`` where the game would end with the settings in force.

        A critic's logits have no zero; its end is drawn as if they came to rest at 0.
        """
        if self.settings.loss == "wasserstein":
            return 0.0, 0.0
        if self.settings.loss == "relativistic":
            return float(np.log(2)), float(np.log(2))
        end = theory.equilibrium(self.settings.real_target, self.gan.recipe.fake_target)
        saturating = self.settings.loss == "saturating"
        return end.d_loss, float(np.log(1 - end.d)) if saturating else end.g_loss

    # ---- steps ----

    def step_d(self):
        """Update D alone, once."""
        self.last[:3] = self._run("d")
        self.draw, self.d_updates = self.draw + 1, self.d_updates + 1
        self._keep("d")

    def step_g(self):
        """Update G alone, once."""
        self.last[3] = self._run("g")
        self.draw += 1
        self.iteration += 1
        self._keep("g")

    def step_both(self):
        """Update D ``d_steps`` times, then G once: one iteration."""
        self._both_and_count()
        self._keep("both")

    def _both_and_count(self):
        self.last[:] = self._run("both")
        self.draw += self.settings.d_steps + 1
        self.d_updates += self.settings.d_steps
        self.iteration += 1

    def _run(self, name):
        draw = tf.constant(np.array(self.draw, "int64"))  # TensorFlow keeps every Python number for ever
        figures = self._functions[name](draw).numpy()
        if not np.isfinite(figures).all():
            raise FloatingPointError(
                f"A loss is not a finite number any more at iteration {self.iteration}. "
                "A learning rate may be too high: lower it, then restart or rewind."
            )
        return figures

    def _keep(self, who):
        """Remember a turn; a step of one player measures only what is hers or his."""
        self.turn = who
        self.log.add(who, self.rules)
        self.curves.add(self.iteration, np.where(MEASURED[who], self.last, np.nan))
        if who != "d":  # a moment is an iteration: a step of D alone begins none
            self.film.take(self.iteration, self.state)

    def _real(self, draw):
        """Return the real batch of a draw."""
        seeds, count = (
            tf.stack([tf.constant(self._seed + 2**32, tf.int64), draw]),
            len(self.scene.examples),
        )
        size = (self.gan.recipe.batch_size,)
        index = tf.random.stateless_uniform(size, seeds, 0, count, tf.int32, alg="philox")
        return self.gan.scale(tf.gather(self.examples, index))

    def _z(self, count, draw):
        return draw_z(count, self.gan.recipe.latent_dim, self._seed, draw)

    def _d(self, draw):
        n = self.gan.recipe.batch_size // (2 if self.gan.recipe.d_update == "half" else 1)
        loss, real, fake = self.gan.update_discriminator(self._real(draw)[:n], self._z(n, draw))
        real, fake = self.gan.judged(real, fake)
        right = [tf.reduce_mean(tf.cast(logits, tf.float32)) for logits in (real > 0, fake < 0)]
        return tf.stack([loss, *right])

    def _g(self, draw):
        loss = self.gan.update_generator(self._real(draw), self._z(self.gan.recipe.batch_size, draw))
        self.gan.step.assign_add(1)  # by it the running average of G knows how old it is
        return loss

    def _both(self, draw):
        k = self.gan.recipe.d_steps
        if k == 1:
            figures = self._d(draw)
        else:  # traced once, not k times: ten updates took eight seconds to trace

            def turn(i, _):
                return i + 1, self._d(draw + i)

            start = tf.constant(0, tf.int64), tf.zeros(3)
            figures = tf.while_loop(lambda i, _: i < k, turn, start, parallel_iterations=1)[1]
        return tf.concat([figures, [self._g(draw + k)]], 0)

    # ---- moments ----

    def state(self):
        """Return everything that a later step depends on, settings apart."""
        counts = (self.iteration, self.d_updates, self.draw)
        arrays = [np.array(variable.numpy()) for variable in self.variables]
        said = {"turn": self.turn, "curves": self.curves.copy(), "runs": self.log.runs}
        return {"arrays": arrays, "counts": counts, "last": self.last.copy(), **said}

    def restore(self, state):
        """Put a state back.  The settings stay as they are now."""
        for variable, array in zip(self.variables, state["arrays"], strict=True):
            variable.assign(array)
        self.iteration, self.d_updates, self.draw = state["counts"]
        self.turn, self.curves = state["turn"], state["curves"].copy()
        self.last, self.log = state["last"].copy(), Log(state["runs"])
        self._set(self.settings)  # a learning rate is one of the optimizer's variables

    def moments(self):
        """Return the iterations that `rewind` can go back to exactly, in order."""
        return tuple(self.film.states)

    def rewind(self, iteration):
        """Go back to the last remembered moment at or before an iteration; return which it was."""
        self.restore(self.film.back_to(whole("iteration", iteration)))
        return self.iteration

    def restart(self):
        """Go back to the beginning, with the seed that is set now.

        A recipe's networks get the first weights of that seed.  Your own networks get back the weights
        with which they came: ganlib does not know how you drew them.
        """
        changed, self._seed = self._seed != self.settings.seed, self.settings.seed
        self.rewind(0)
        if changed:
            self._reseed()
            self._compile()
            self.look = frames.looker(self)
        self._roll()

    def preview(self, iterations):
        """Play from the beginning to each of some iterations; return the looks, and change nothing.

        Args:
            iterations: Whole numbers ≥ 0, rising.
        """
        if list(iterations) != sorted(set(iterations)) or not len(iterations) or iterations[0] < 0:
            raise refuse("iterations", iterations, "whole numbers ≥ 0, rising", "Sort them.")
        kept, seen = self.state(), []
        try:
            self.restore(self.film.states[0])
            for iteration in iterations:
                while self.iteration < iteration:
                    self._both_and_count()
                seen.append(self.look())
        finally:
            self.restore(kept)
        return seen

    def _reseed(self):
        gan, seed = self.gan, self._seed
        gan.seed = seed
        fresh = [(gan.generator, models.generator, self.own[0])]
        fresh += [(gan.average, models.generator, self.own[0])] if gan.average else []
        fresh += [(gan.discriminator, models.discriminator, self.own[1])]
        for network, make, own in fresh:
            if not own:
                for old, new in zip(network.variables, make(gan.recipe, seed).variables, strict=True):
                    old.assign(new)


def _fits(recipe, scene):
    wanted = scene.examples.shape[1:]
    if recipe.shape != wanted:
        todo = "Take a recipe made for such examples, or other examples."
        raise refuse("recipe", f"examples of shape {recipe.shape}", f"{wanted}, as in {scene.name}", todo)
    if recipe.classes:
        todo = "The lab has no control for labels: train this one with ganlib.train."
        raise refuse("recipe", f"{recipe.name!r}, which takes labels", "one without classes", todo)
