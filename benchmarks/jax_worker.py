"""The peer in JAX: pure functions, optax, and ``lax.scan`` over the steps of an execution."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax


def initial(layers, width, draw):
    """Return the weights of a recipe's layers and their running statistics, as lists."""
    weights, statistics = [], []
    for kind, options in layers:
        if kind == "Dense":
            units = options["units"]
            bound = np.sqrt(6 / (width + units))
            kernel = draw.uniform(-bound, bound, (width, units))
            kernel = draw.normal(0, options["std"], (width, units)) if "std" in options else kernel
            weights.append((jnp.asarray(kernel, "float32"), jnp.zeros(units)))
            width = units
        if kind == "BatchNormalization":
            weights.append((jnp.ones(width), jnp.zeros(width)))
            statistics.append((jnp.zeros(width), jnp.ones(width)))
    return weights, statistics


def forward(layers, weights, statistics, x, key):
    """Return the output in training mode and the new running statistics."""
    weights, statistics, new = iter(weights), iter(statistics), []
    for i, (kind, options) in enumerate(layers):
        if kind == "Dense":
            kernel, bias = next(weights)
            x = x @ kernel + bias
        elif kind == "LeakyReLU":
            x = jax.nn.leaky_relu(x, options["negative_slope"])
        elif kind == "Activation":
            x = {"tanh": jnp.tanh, "relu": jax.nn.relu}[options["activation"]](x)
        elif kind == "BatchNormalization":
            (gain, shift), (mean, variance) = next(weights), next(statistics)
            m, v, keep = x.mean(0), x.var(0), options["momentum"]
            new.append((keep * mean + (1 - keep) * m, keep * variance + (1 - keep) * v))
            x = (x - m) * jax.lax.rsqrt(v + 1e-3) * gain + shift
        elif kind == "Dropout":
            kept = jax.random.bernoulli(jax.random.fold_in(key, i), 1 - options["rate"], x.shape)
            x = jnp.where(kept, x / (1 - options["rate"]), 0.0)
        elif kind not in ("Flatten", "Reshape"):  # images are rows of 784 numbers here
            raise ValueError(kind)
    return x, new


def cross_entropy(logits, target):
    """Return the mean cross-entropy of logits with one target."""
    return (jax.nn.softplus(logits) - target * logits).mean()


def make(recipe, images, chunk=25):
    """Return ``run(steps)``; steps are a multiple of ``chunk``."""
    low, high = recipe.pixels
    pixels = jnp.asarray(images.reshape(len(images), -1))
    draw = np.random.default_rng(0)
    g, g_running = initial(recipe.generator, recipe.latent_dim, draw)
    d, _ = initial(recipe.discriminator, 784, draw)
    g_rule, d_rule = (
        optax.adam(s.learning_rate, s.beta_1, s.beta_2, eps=1e-7)
        for s in (recipe.g_optimizer, recipe.d_optimizer)
    )
    n = recipe.batch_size

    def descend(rule, loss, weights, moments):
        (value, aux), slope = jax.value_and_grad(loss, has_aux=True)(weights)
        change, moments = rule.update(slope, moments, weights)
        return optax.apply_updates(weights, change), moments, value, aux

    def step(state, index):
        g, g_running, g_moments, d, d_moments, key = state
        key, *keys = jax.random.split(key, 6)
        real = pixels[index].astype("float32") * ((high - low) / 255) + low
        real = real[: n // 2] if recipe.d_update == "half" else real
        z = jax.random.normal(keys[0], (len(real), recipe.latent_dim))
        fake, _ = forward(recipe.generator, g, g_running, z, keys[1])

        def one(images, target, key):
            def loss(d):
                logits, _ = forward(recipe.discriminator, d, (), images, key)
                return cross_entropy(logits, target), None

            return loss

        def both(d):
            logits, _ = forward(recipe.discriminator, d, (), jnp.concatenate([real, fake]), keys[2])
            halves = jnp.split(logits, 2)
            return (
                cross_entropy(halves[0], recipe.real_target) + cross_entropy(halves[1], 0.0)
            ) / 2, None

        if recipe.d_update == "separate":
            d, d_moments, _, _ = descend(d_rule, one(real, recipe.real_target, keys[2]), d, d_moments)
            d, d_moments, d_loss, _ = descend(d_rule, one(fake, 0.0, keys[3]), d, d_moments)
        else:
            d, d_moments, d_loss, _ = descend(d_rule, both, d, d_moments)
        z = jax.random.normal(keys[3], (n, recipe.latent_dim))

        def deceive(g):
            fake, running = forward(recipe.generator, g, g_running, z, keys[1])
            logits, _ = forward(recipe.discriminator, d, (), fake, keys[4])
            return cross_entropy(logits, 1.0), running

        g, g_moments, g_loss, g_running = descend(g_rule, deceive, g, g_moments)
        return (g, g_running, g_moments, d, d_moments, key), (d_loss, g_loss)

    @partial(jax.jit, donate_argnums=0)
    def execute(state, indices):
        return jax.lax.scan(step, state, indices)

    state = (g, g_running, g_rule.init(g), d, d_rule.init(d), jax.random.key(0))

    def run(steps):
        nonlocal state
        for _ in range(steps // chunk):
            indices = draw.integers(0, len(pixels), (chunk, n), "int32")
            state, losses = execute(state, indices)
        jax.block_until_ready(losses)

    return run
