"""Two layers that Keras has as well, and why they are here again."""

from ganlib.backend import keras, tf
from ganlib.errors import refuse


@keras.saving.register_keras_serializable("ganlib")
class Dropout(keras.layers.Dropout):
    """Keras's dropout with a named random generator.

    Keras leaves the choice to TensorFlow, whose choice under XLA is a hundred times slower on a CPU than
    Threefry, which exists only there.  Sixteen bits decide on a unit: the rate holds within 1/65536.
    """

    algorithm = "philox"  # `execution` changes it while it traces for XLA

    def __init__(self, rate, noise_shape=None, **options):
        if noise_shape is not None:
            raise refuse("Dropout: noise_shape", noise_shape, "none", "Leave it out.")
        super().__init__(rate, **options)

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        seed, size = self.seed_generator.next(), tf.size(inputs)
        words = tf.random.stateless_uniform(
            [(size + 1) // 2], seed, None, None, tf.uint32, alg=Dropout.algorithm
        )
        bits = tf.reshape(tf.reshape(tf.bitcast(words, tf.uint16), [-1])[:size], tf.shape(inputs))
        kept = tf.cast(bits, tf.int32) >= round(self.rate * 65536)
        return tf.where(kept, inputs / (1 - self.rate), tf.zeros_like(inputs))

    def save_own_variables(self, store):
        """Write how far the masks have come; Keras's own dropout forgets it."""
        if self.rate:
            store["seed"] = self.seed_generator.state

    def load_own_variables(self, store):
        """Draw the next mask where the saved one would have been drawn."""
        if "seed" in store.keys():  # noqa: SIM118  Keras's store has no __contains__
            self.seed_generator.state.assign(store["seed"])


@keras.saving.register_keras_serializable("ganlib")
class SpectralNormalization(keras.layers.SpectralNormalization):
    """A layer, its kernel divided by its greatest singular value σ: Miyato et al. (2018), Algorithm 1.

    Keras's wrapper overwrites the kernel with the divided one before each pass.  Here, as in the paper,
    the kernel stays and the descent goes through the division, also where D is only asked.  The first
    guess of the singular vector follows from the layer's seed.
    """

    def build(self, input_shape):
        super().build(input_shape)
        draw = keras.initializers.RandomNormal(seed=self.layer.kernel_initializer.seed)
        self.vector_u.assign(draw(self.vector_u.shape))

    def call(self, inputs, training=False):
        kernel = tf.reshape(self.kernel, (-1, self.kernel.shape[-1]))
        v = tf.stop_gradient(tf.nn.l2_normalize(self.vector_u @ tf.transpose(kernel)))
        u = tf.stop_gradient(tf.nn.l2_normalize(v @ kernel))
        if training:
            self.vector_u.assign(u)
        return self.layer(inputs / (v @ kernel @ tf.transpose(u))[0, 0])  # (W / σ) x = W (x / σ)
