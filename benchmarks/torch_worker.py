"""The peer in PyTorch: plain modules and fused Adam, as they are (``torch``) or compiled."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus


def network(layers, inputs):
    """Return a ``Sequential`` of a recipe's layers."""
    built, width = [], inputs
    for kind, options in layers:
        if kind == "Dense":
            built.append(nn.Linear(width, options["units"]))
            nn.init.normal_(built[-1].weight, std=options["std"]) if "std" in options else (
                nn.init.xavier_uniform_(built[-1].weight)
            )
            nn.init.zeros_(built[-1].bias)
            width = options["units"]
        elif kind == "LeakyReLU":
            built.append(nn.LeakyReLU(options["negative_slope"]))
        elif kind == "Activation":
            built.append({"tanh": nn.Tanh, "relu": nn.ReLU}[options["activation"]]())
        elif kind == "BatchNormalization":
            built.append(nn.BatchNorm1d(width, eps=1e-3, momentum=1 - options["momentum"]))
        elif kind == "Dropout":
            built.append(nn.Dropout(options["rate"]))
        elif kind not in ("Flatten", "Reshape"):  # images are rows of 784 numbers here
            raise ValueError(kind)
    return nn.Sequential(*built)


def make(recipe, images, compiled):
    """Return ``run(steps)``."""
    torch.manual_seed(0)
    pixels = torch.from_numpy(images.reshape(len(images), -1).copy())
    low, high = recipe.pixels
    generator = network(recipe.generator, recipe.latent_dim)
    discriminator = network(recipe.discriminator, 784)

    def adam(model, s):
        options = {"betas": (s.beta_1, s.beta_2), "eps": 1e-7, "fused": True}
        return torch.optim.Adam(model.parameters(), s.learning_rate, **options)

    g_optimizer, d_optimizer = (
        adam(generator, recipe.g_optimizer),
        adam(discriminator, recipe.d_optimizer),
    )

    def cross_entropy(logits, target):
        return (softplus(logits) - target * logits).mean()

    def forge(z):
        with torch.no_grad():
            return generator(z)

    def judge_both(real, fake):
        real_logits, fake_logits = discriminator(torch.cat([real, fake])).chunk(2)
        return (cross_entropy(real_logits, recipe.real_target) + cross_entropy(fake_logits, 0.0)) / 2

    def judge_one(images, target):
        return cross_entropy(discriminator(images), target)

    def deceive(z):
        return cross_entropy(discriminator(generator(z)), 1.0)

    if compiled:
        forge, judge_both, judge_one, deceive = map(
            torch.compile, (forge, judge_both, judge_one, deceive)
        )

    def descend(loss, optimizer):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def train_d(real):
        fake = forge(torch.randn(len(real), recipe.latent_dim))
        if recipe.d_update == "separate":
            descend(judge_one(real, recipe.real_target), d_optimizer)
            descend(judge_one(fake, 0.0), d_optimizer)
        else:
            descend(judge_both(real, fake), d_optimizer)

    def train_g(n):
        for weight in discriminator.parameters():
            weight.requires_grad_(False)
        descend(deceive(torch.randn(n, recipe.latent_dim)), g_optimizer)
        for weight in discriminator.parameters():
            weight.requires_grad_(True)

    order = np.random.default_rng(0)
    n = recipe.batch_size

    def run(steps):
        for _ in range(steps):
            index = torch.from_numpy(order.integers(0, len(pixels), n))
            real = pixels[index].float() * ((high - low) / 255) + low
            train_d(real[: n // 2] if recipe.d_update == "half" else real)
            train_g(n)

    return run
