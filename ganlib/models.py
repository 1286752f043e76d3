"""From a recipe's layers to two Keras models.  Both end without a sigmoid: D's output is a logit."""

import numpy as np

from ganlib.backend import keras, tf
from ganlib.errors import refuse, unknown
from ganlib.layers import Dropout, SpectralNormalization
from ganlib.recipes import get_recipe

LAYERS = (  # what a recipe may name
    "Activation",
    "BatchNormalization",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "Dropout",
    "Flatten",
    "LayerNormalization",
    "LeakyReLU",
    "Reshape",
)


def generator(recipe, seed=0):
    """Build a recipe's generator: z ``(n, latent_dim + classes)`` to images ``(n, *shape)``.

    Args:
        recipe: A ``Recipe`` or its name.
        seed: Whole number ≥ 0; equal seeds give equal weights.
    """
    recipe = get_recipe(recipe)
    return _network("generator", recipe.generator, (recipe.latent_dim + recipe.classes,), (seed, 0))


def discriminator(recipe, seed=0):
    """Build a recipe's discriminator: images ``(n, *shape)`` to logits ``(n, 1)``.

    With ``pack = m > 1`` it takes m images at a time: ``(n, m, *shape)``; with classes each image as a
    row of pixels with its label at the end: ``(n, pixels + classes)``.
    """
    recipe = get_recipe(recipe)
    return _network("discriminator", recipe.discriminator, shown(recipe), (seed, 1))


def shown(recipe):
    """Return the shape of one row that a recipe's discriminator takes."""
    if recipe.classes:
        return (int(np.prod(recipe.shape)) + recipe.classes,)
    return recipe.shape if recipe.pack == 1 else (recipe.pack, *recipe.shape)


def _network(name, layers, input_shape, seed):
    """Return a built ``keras.Sequential`` whose every random number follows from ``seed``."""
    seeds = np.random.SeedSequence(seed).generate_state(len(layers))
    built = [
        _layer(kind, dict(options), int(s)) for (kind, options), s in zip(layers, seeds, strict=True)
    ]
    return single(name, keras.Sequential([keras.Input(input_shape), *built], name=name))


def twin(generator):
    """Return a copy of a generator, to become its running average."""
    try:
        copy = keras.models.clone_model(generator)
    except Exception as error:  # whatever a learner's own get_config may raise
        todo = "Give it a get_config(); or do without: recipe.but(ema=0.0)."
        raise refuse("generator", error, "a network that Keras can copy", todo, TypeError) from error
    copy.set_weights(generator.get_weights())
    return copy


def single(name, network):
    """Return a network that computes in float32, as the step does; refuse any other."""
    layers = (network, *network.layers)
    kinds = {k for layer in layers for k in (layer.compute_dtype, layer.variable_dtype)}
    if kinds - {"float32"}:
        todo = 'Call keras.config.set_dtype_policy("float32") and build it anew.'
        raise refuse(name, f"layers of {', '.join(sorted(kinds))}", "float32 alone", todo)
    return network


LINKS = ("inbound_nodes", "input_layers", "output_layers")  # where a layer is named by others


def description(part):
    """Return what makes a network or an optimizer: of dicts, lists, text and numbers.

    Two of a description compute the same, but for variables, seeds and what a ``Lambda`` or a class of
    somebody's own does inside.  Names are left out, and a learning rate that is a variable.
    """
    try:
        return _nameless(keras.saving.serialize_keras_object(part), {})
    except Exception:  # whatever a learner's own get_config may raise, if there is one
        return type(part).__name__


def _nameless(part, numbers, linked=False):
    if isinstance(part, dict):
        if part.get("class_name") == "__lambda__":  # its bytes hold the number of its line
            return "lambda"
        left_out = {"name", "seed", "build_config", "compile_config"}
        if isinstance(part.get("learning_rate"), float):
            left_out.add("learning_rate")
        numbers.setdefault(part.get("name"), len(numbers))
        kept = [(name, value) for name, value in part.items() if name not in left_out]
        return {name: _nameless(value, numbers, linked or name in LINKS) for name, value in kept}
    if isinstance(part, list | tuple):
        return [_nameless(each, numbers, linked) for each in part]
    return numbers.setdefault(part, len(numbers)) if linked and isinstance(part, str) else part


def learning(name, network):
    """Refuse a network that is frozen: one whose weights nothing would move."""
    if not network.trainable_variables:
        todo = "Set trainable = True on the network and on its layers."
        raise refuse(name, "a network without trainable weights", "one that can learn", todo)


def _layer(kind, options, seed):
    if kind not in LAYERS:
        raise unknown("layer", kind, LAYERS)
    for name, value in options.items():
        if isinstance(value, dict):  # Keras would make an object of it, and a checkpoint can say anything
            raise refuse(
                f"{kind}: {name}", "a dict", "a number, a name or a tuple", "Name what you mean."
            )
    if kind in ("Conv2D", "Conv2DTranspose", "Flatten"):
        options.setdefault("data_format", "channels_last")  # whatever this machine's keras.json says
    if kind in ("Dense", "Conv2D", "Conv2DTranspose"):
        std, spectral = options.pop("std", None), options.pop("spectral", False)
        options["kernel_initializer"] = (
            keras.initializers.GlorotUniform(seed=seed)
            if std is None
            else keras.initializers.RandomNormal(stddev=std, seed=seed)
        )
        layer = getattr(keras.layers, kind)(**options)
        return SpectralNormalization(layer) if spectral else layer
    if kind == "Dropout":
        options["seed"] = seed
        return Dropout(**options)
    return getattr(keras.layers, kind)(**options)


@keras.saving.register_keras_serializable("ganlib")
class Adam(keras.optimizers.Adam):
    """Keras's Adam with TensorFlow's fused kernel: the same formula in one pass over the memory."""

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].handle,
            v=self._velocities[index].handle,
            beta1_power=tf.pow(self.beta_1, step),
            beta2_power=tf.pow(self.beta_2, step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


def optimizer(settings):
    """Return a new Adam optimizer with these ``recipes.Adam`` settings."""
    rate = settings.learning_rate
    if settings.decay:
        rate = keras.optimizers.schedules.InverseTimeDecay(rate, 1, settings.decay)
    return Adam(rate, beta_1=settings.beta_1, beta_2=settings.beta_2)
