"""Experiments with many GANs at once: `sweep` trains one a seed, all in one program."""
