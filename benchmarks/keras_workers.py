"""ganlib itself, and the loop of the tutorials: ``predict`` and ``train_on_batch`` on three models."""

import time

import numpy as np


def make_ganlib(recipe, images):
    """Return ``run(steps)``.

    Its times are taken from the end of the first execution on: a call of ``train`` lays the data out and
    starts ``fit``, 0.1 to 0.2 s that the peers' loops, once running, do not pay again.
    """
    import ganlib
    from ganlib.backend import keras

    gan = ganlib.build(recipe, seed=0)

    def run(steps):
        ends = []
        watch = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: ends.append((time.perf_counter(), time.process_time()))
        )
        ganlib.train(gan, images, steps=steps + 25, callbacks=[watch], verbose=0)
        return [last - first for first, last in zip(ends[0], ends[-1], strict=True)]

    return run


def make_tutorial(recipe, images):
    """Return ``run(steps)``: the loop of 2018, with no more changes than Keras 3 needs.

    Each network is compiled before ``trainable`` is switched off for the combined model, each has an
    optimizer of its own, and the progress bars of ``predict`` are off.
    """
    from ganlib.backend import keras

    def network(layers, shape):
        built = []
        for kind, options in layers:
            options = dict(options)
            if "std" in options:
                options["kernel_initializer"] = keras.initializers.RandomNormal(stddev=options.pop("std"))
            built.append(getattr(keras.layers, kind)(**options))
        return keras.Sequential([keras.Input(shape), *built])

    def compiled(model, s):
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile(loss=loss, optimizer=keras.optimizers.Adam(s.learning_rate, s.beta_1, s.beta_2))
        return model

    low, high = recipe.pixels
    scaled = images.astype("float32") * ((high - low) / 255) + low
    generator = network(recipe.generator, (recipe.latent_dim,))
    discriminator = compiled(network(recipe.discriminator, (28, 28)), recipe.d_optimizer)
    discriminator.train_on_batch(
        scaled[:2], np.zeros((2, 1))
    )  # Keras 3 reads trainable at the first call
    discriminator.trainable = False
    combined = compiled(keras.Sequential([generator, discriminator]), recipe.g_optimizer)
    n = recipe.batch_size
    m = n // 2 if recipe.d_update == "half" else n
    real_labels, fake_labels = np.full((m, 1), recipe.real_target), np.zeros((m, 1))

    def run(steps):
        for _ in range(steps):
            real = scaled[np.random.randint(0, len(scaled), m)]  # noqa: NPY002
            fake = generator.predict(np.random.normal(size=(m, recipe.latent_dim)), verbose=0)  # noqa: NPY002
            if recipe.d_update == "separate":
                discriminator.train_on_batch(real, real_labels)
                discriminator.train_on_batch(fake, fake_labels)
            else:
                labels = np.concatenate([real_labels, fake_labels])
                discriminator.train_on_batch(np.concatenate([real, fake]), labels)
            z = np.random.normal(size=(n, recipe.latent_dim))  # noqa: NPY002
            combined.train_on_batch(z, np.ones((n, 1)))

    return run
