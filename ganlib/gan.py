"""The GAN itself: two networks, two optimizers and the step that trains them."""

from functools import partial

import numpy as np

from ganlib import chance, data, execution, inputs, losses, models, streams
from ganlib.backend import keras, tf
from ganlib.errors import whole
from ganlib.keras_model import KerasModel, Optimizers
from ganlib.recipes import get_recipe


def draw_z(count, latent_dim, seed, draw):
    """Return the ``draw``-th batch of z of a seed: float32 ``(count, latent_dim)`` from N(0, I).

    Stateless: the same four numbers give the same z, in any order, now or after a restart.  TensorFlow's
    own normal numbers differ where XLA compiles them; these are made of random bits, which do not.
    """
    shape, seeds = (count, latent_dim), (seed, draw)
    return normal(tf.random.stateless_uniform(shape, seeds, None, None, tf.uint32, alg="philox"))


def normal(bits):
    """Turn uniform ``uint32`` bits into numbers from N(0, 1), all within ±5.3.

    23 bits make the middle of one of 2**23 equal parts of (0, 1), which float32 holds exactly: neither
    end is ever reached, so no number is infinite.
    """
    return tf.math.ndtri((tf.cast(bits // 512, tf.float32) + 0.5) / 2**23)


def build(recipe, seed=0, **changes):
    """Return a compiled ``GAN``, ready to train.

    Args:
        recipe: A ``Recipe`` or its name.
        seed: Whole number ≥ 0; equal seeds give equal first weights.
        **changes: Fields of the recipe to change, such as ``real_target=1.0``.

    Raises:
        ValueError: Unknown recipe or field (the nearest known one is suggested), or a bad value.
    """
    gan = GAN(get_recipe(recipe).but(**changes), seed)
    gan.compile()
    return gan


@keras.saving.register_keras_serializable("ganlib")
class GAN(KerasModel):
    """A generator and a discriminator that train each other, by the rules of a recipe.

    ``fit`` takes batches of real examples: ``uint8`` images ``(n, 28, 28)``, scaled here to the recipe's
    pixel range, or floats that are in that range already.

    Args:
        recipe: A ``Recipe`` or its name.
        seed: Whole number ≥ 0, for the first weights and for every z.
        generator: Your own network in place of the recipe's: z ``(n, latent_dim)`` to ``(n, *shape)``.
        discriminator: Your own network in place of the recipe's: ``(n, *shape)`` to logits ``(n, 1)``.
    """

    def __init__(self, recipe, seed=0, generator=None, discriminator=None):
        super().__init__()
        self.recipe = inputs.networks(get_recipe(recipe), generator, discriminator)
        self.seed = seed = whole("seed", seed)
        self.generator = generator or models.generator(self.recipe, seed)
        self.discriminator = discriminator or models.discriminator(self.recipe, seed)
        given = {"generator": generator, "discriminator": discriminator}
        self.own = tuple(name for name, network in given.items() if network is not None)
        self.average = models.twin(self.generator) if self.recipe.ema else None
        self.step = self.add_weight(
            shape=(), dtype="int64", trainable=False, name="step", aggregation="only_first_replica"
        )
        names = ("d_loss", "g_loss", "real_accuracy", "fake_accuracy")
        mean = partial(keras.metrics.Mean, dtype="float32")
        self.means = {name: mean(name) for name in names}  # of an epoch: Keras resets them
        self.recent = {name: mean(name) for name in names}  # whoever reads them resets them
        self.built = True

    def compile(self, d_optimizer=None, g_optimizer=None, **options):
        """Give each network an optimizer of its own, the recipe's by default.

        Args:
            d_optimizer: Keras optimizer for the discriminator.
            g_optimizer: Another one for the generator.
            **options: Passed to ``keras.Model.compile``.  ``jit_compile`` is as the recipe says, and
                ``steps_per_execution`` is 25: callbacks are called after so many steps, 1 for each.
        """
        alone = self.distribute_strategy.num_replicas_in_sync == 1  # several devices: neither works
        many = {"jit_compile": self.recipe.xla and alone, "steps_per_execution": 25 if alone else 1}
        super().compile(**{**many, **options})
        self.d_optimizer, self.g_optimizer = inputs.optimizers(self.recipe, d_optimizer, g_optimizer)
        self.d_optimizer.build(self.discriminator.trainable_variables)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.optimizer = Optimizers(d_optimizer=self.d_optimizer, g_optimizer=self.g_optimizer)

    def fit(self, x=None, y=None, batch_size=None, *, shuffle=True, **options):
        """Train as any Keras model: ``keras.Model.fit``, with the options that it has.

        Args:
            x: Real examples as `ganlib.train` takes them, or batches of them: a ``tf.data.Dataset``, an
                iterator or a Keras ``PyDataset``.
            y: Labels ``(n,)`` of examples in an array, for a recipe with classes.
            batch_size: Of examples in an array; by default the recipe's, times ``d_steps``.  They are
                taken as `ganlib.train` takes them: whole batches, in the order of the GAN's own seed.
            shuffle: False to take an array in its old order.
            **options: Passed to Keras.
        """
        devices = self.distribute_strategy.num_replicas_in_sync
        if not streams.ready(x):
            y = inputs.labels(x, self.recipe, y)
            rows, x = inputs.rows(batch_size, self.recipe, devices), inputs.examples(x, self.recipe)
            length = options.pop("steps_per_epoch", None)
            x = streams.judged(data.batches(x, rows, self.seed, self.step, y, shuffle, length))
            y, batch_size = None, None
        with streams.watched(x, self.recipe, devices) as x:
            shuffle = shuffle and isinstance(x, keras.utils.PyDataset)  # Keras shuffles no other
            return super().fit(x, y, batch_size, shuffle=shuffle, **options)

    def make_train_function(self, force=False):
        """Hand ``fit`` the compiled loop over steps; Keras's own without XLA."""
        if force or self.train_function is None:
            super().make_train_function(force)
            own_loop = self.jit_compile and not self.run_eagerly
            run = execution.compiled(self) if own_loop else self.train_function
            self.train_function = execution.watched(self, run)

    def train_step(self, data):
        """One round of Goodfellow et al. (2014), Algorithm 1: k updates of D, then one of G."""
        *d_turns, g_turn = self.turns(data)
        for real, z in d_turns:
            d_result = self.update_discriminator(real, z)
        g_loss = self.update_generator(*g_turn)
        with tf.control_dependencies([g_loss]):  # not before its data are drawn: they begin at the step
            self.step.assign_add(1)
        return self.report(*d_result, g_loss)

    def update_discriminator(self, real, z):
        """Move D, and only D, towards its targets; return its loss and logits before the move."""
        with keras.StatelessScope():  # G is used and not moved: its running statistics stay
            fake = self.generator(z, training=True)
        update = self._update_on_each if self.recipe.d_update == "separate" else self._update_on_both
        return update(self.shown(real, z), self.shown(fake, z), z)

    def _update_on_both(self, real, fake, z):
        rules, (d_loss, _) = self.recipe, losses.LOSSES[self.recipe.loss]
        with tf.GradientTape() as tape:
            real_logits, fake_logits, extra = losses.judged(self.discriminator, real, fake, z, rules)
            loss = d_loss(real_logits, fake_logits, rules.real_target, rules.fake_target)
            total = loss + extra
        self.descend(tape, total, self.discriminator, self.d_optimizer)
        return loss, real_logits, fake_logits

    def update_generator(self, real, z):
        """Move G, and only G, towards what D believes real; return its loss before the move."""
        _, g_loss = losses.LOSSES[self.recipe.loss]
        with tf.GradientTape() as tape:
            fake = self.generator(z, training=True)
            with keras.StatelessScope():  # D is asked and not moved
                fake_logits = self.discriminator(self.shown(fake, z), training=True)
                real_logits = self.discriminator(self.shown(real, z), training=True)
            loss = g_loss(real_logits, fake_logits)
        self.descend(tape, loss, self.generator, self.g_optimizer)
        self._follow()
        return loss

    @staticmethod
    def descend(tape, loss, network, optimizer):
        """Move one network's weights, and no others, one optimizer step down the loss."""
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(execution.shared(gradients), network.trainable_variables)

    def sample(self, count, seed=0, labels=None):
        """Draw examples from the generator, or from its running average where the recipe keeps one.

        Args:
            count: How many, ≥ 1.
            seed: Whole number ≥ 0; equal seeds give equal z.
            labels: For a recipe with classes: which to draw, ``(count,)``; by default all in turn.

        Returns:
            NumPy ``uint8`` images ``(count, *shape)``, or float32 where the recipe has no pixels.
        """
        count, seed = whole("count", count, 1), whole("seed", seed)
        labels = inputs.wanted(labels, count, self.recipe)
        z = draw_z(count, self.recipe.latent_dim, seed, 0)
        if labels is not None:
            z = self.named(z, labels)
        return self.draw_images(z)

    def draw_images(self, z):
        """Return what the generator makes of these z, as `sample` does."""
        network = self.average or self.generator
        out = np.concatenate([network(z[i : i + 1000], training=False) for i in range(0, len(z), 1000)])
        if self.recipe.pixels is None:
            return out
        low, high = self.recipe.pixels
        return np.clip(np.rint((out - low) * (255 / (high - low))), 0, 255).astype("uint8")

    # ---- what a recipe may vary

    def turns(self, data):
        """Return ``(real, z)`` for each of the k updates of D, and at the end for G's: a fresh z each."""
        images, labels, _ = keras.utils.unpack_x_y_sample_weight(data)
        k = self.recipe.d_steps
        parts = tf.split(self.scale(images), k)
        labels = [None] * k if labels is None else tf.split(labels, k)
        n = tf.shape(parts[0])[0]
        seen = n // 2 if self.recipe.d_update == "half" else n
        draws = [(part[:seen], self.draw(seen, i, labels[i])) for i, part in enumerate(parts)]
        return [*draws, (parts[-1], self.draw(n, k, labels[-1]))]

    def _update_on_each(self, real, fake, z):
        """Two updates of D in a row, one on the reals and one on the fakes."""
        found = []
        for images, target in ((real, self.recipe.real_target), (fake, self.recipe.fake_target)):
            with tf.GradientTape() as tape:
                logits = self.discriminator(images, training=True)
                loss = losses.binary_cross_entropy(logits, target)
            self.descend(tape, loss, self.discriminator, self.d_optimizer)
            found.append((loss, logits))
        (real_loss, real_logits), (fake_loss, fake_logits) = found
        return (real_loss + fake_loss) / 2, real_logits, fake_logits

    def _follow(self):
        """Let the running average of G's weights follow them, where the recipe keeps one."""
        if self.average:
            step = tf.cast(self.step, tf.float32)  # the first weights are noise: forget them soon
            keep = tf.minimum(self.recipe.ema, (1 + step) / (10 + step))
            for mean, new in zip(self.average.weights, self.generator.weights, strict=True):
                mean.assign(keep * mean + (1 - keep) * new)

    def draw(self, count, which, labels=None):
        """Return z ``(count, latent_dim)`` for this step: a fresh one for each ``which`` in 0..k.

        With classes the labels follow as ones and zeros: ``(count, latent_dim + classes)``.
        """
        number = tf.cast(self.step, tf.int64) * (self.recipe.d_steps + 1) + which
        z = execution.own_rows(count, lambda n: draw_z(n, self.recipe.latent_dim, self.seed, number))
        return self.named(z, labels[:count]) if self.recipe.classes else z

    def named(self, rows, labels):
        """Return rows ``(n, d)`` with their labels appended, a one and zeros: ``(n, d + classes)``."""
        return tf.concat([rows, tf.one_hot(labels, self.recipe.classes)], 1)

    def scale(self, images):
        """Return ``uint8`` images as floats in the recipe's pixel range; floats, points as they are."""
        if images.dtype != "uint8" or self.recipe.pixels is None:
            return tf.cast(images, tf.float32)
        low, high = self.recipe.pixels
        return tf.cast(images, tf.float32) * ((high - low) / 255) + low

    def shown(self, images, z):
        """Return images as D takes them: moved, ``pack`` side by side, or as rows with their labels."""
        rules = self.recipe
        if rules.shift:
            images = chance.shifted(images, z, rules.shift, rules.pixels[0])
        if rules.classes:
            rows = tf.reshape(images, (-1, int(np.prod(rules.shape))))
            return tf.concat([rows, z[:, rules.latent_dim :]], 1)
        return images if rules.pack == 1 else tf.reshape(images, (-1, rules.pack, *rules.shape))

    def report(self, d_loss, real_logits, fake_logits, g_loss):
        """Add one step to the running means and return them."""
        real_logits, fake_logits = self.judged(real_logits, fake_logits)
        values = {
            "d_loss": d_loss,
            "g_loss": g_loss,
            "real_accuracy": tf.cast(real_logits > 0, tf.float32),
            "fake_accuracy": tf.cast(fake_logits < 0, tf.float32),
        }
        for name, value in values.items():
            self.means[name].update_state(value)
            self.recent[name].update_state(value)
        return {name: mean.result() for name, mean in self.means.items()}

    def judged(self, real_logits, fake_logits):
        """Return the logits by whose sign D is right: the lead of each pair, where only leads count.

        A critic's logit has no zero either: it is right where a real stands above the fake beside it.
        """
        if self.recipe.paired:
            return real_logits - fake_logits, fake_logits - real_logits
        return real_logits, fake_logits
