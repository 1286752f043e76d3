"""Steps of both networks with one thing wrong, for lesson 3."""

from contextlib import nullcontext

from ganlib.backend import keras, tf


def bce(logits, target):
    return tf.reduce_mean(tf.nn.softplus(logits) - target * logits)


def under_scope(step):
    """The whole step where only the fakes of D's step belong."""

    def scoped(*arguments):
        with keras.StatelessScope():
            return step(*arguments)

    return scoped


def d_step(
    real_target=1.0,
    fake_target=0.0,
    training=True,
    g_training=True,
    scope=True,
    sign=1,
    halves=0.5,
    who="D",
    back="loss",
):
    """D's step with one thing wrong."""

    def step(generator, discriminator, optimizer, real, z):
        if scope:
            with keras.StatelessScope():
                fake = generator(z, training=g_training)
        else:
            fake = generator(z, training=g_training)
        with tf.GradientTape() as tape:
            if who == "both":
                fake = generator(z, training=False)
            real_loss = bce(discriminator(real, training=training), real_target)
            fake_loss = bce(discriminator(fake, training=training), fake_target)
            loss = sign * halves * (real_loss + fake_loss)
        variables = discriminator.trainable_variables
        if who == "both":
            variables = variables + generator.trainable_variables
        slopes = tape.gradient(loss, variables)
        if who != "nobody":
            optimizer.apply(slopes, variables)
        as_in_lesson = loss, real_loss, fake_loss
        return {"loss": loss, "none": None, "after": loss * 0.5, "tuple": as_in_lesson}[back]

    return step


def toggled(step, frozen, left=()):
    """A step around which ``trainable`` is set by place, G 0 and D 1, and for some left at False."""

    def toggling(*arguments):
        networks = arguments[:2]
        for place in frozen:
            networks[place].trainable = False
        loss = step(*arguments)
        for place in (0, 1):
            networks[place].trainable = place not in left
        return loss

    return toggling


def only_real_step(generator, discriminator, optimizer, real, z):
    with tf.GradientTape() as tape:
        loss = bce(discriminator(real, training=True), 1.0)
    optimizer.apply(
        tape.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables
    )
    return loss


def g_step(
    target=1.0,
    training=True,
    d_training=True,
    sign=1,
    scale=1.0,
    who="G",
    cut=None,
    saturating=False,
    back=1.0,
    pixels=False,
    scope=True,
):
    """G's step with one thing wrong."""

    def step(generator, discriminator, optimizer, z):
        early = generator(z, training=training)
        with tf.GradientTape() as tape:
            fake = early if cut == "outside" else generator(z, training=training)
            if cut == "numpy":
                fake = tf.constant(fake.numpy())
            with keras.StatelessScope() if scope else nullcontext():
                logits = discriminator(fake, training=d_training)
            loss = -bce(logits, 0.0) if saturating else bce(logits, target)
            loss = tf.reduce_mean(tf.square(fake)) if pixels else sign * scale * loss
        variables = generator.trainable_variables
        if who == "both":
            variables = variables + discriminator.trainable_variables
        if who != "nobody":
            optimizer.apply(tape.gradient(loss, variables), variables)
        return {"loss": loss} if back == "dict" else back * loss

    return step
