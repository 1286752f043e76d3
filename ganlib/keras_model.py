"""What Keras wants of a model beside its step: a file, both optimizers, an end where it is NaN."""

import hashlib
import json
import os
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ganlib import models
from ganlib.backend import keras
from ganlib.errors import refuse
from ganlib.recipe import plain, restored

NOT_HERE = {  # options of fit that ask for one loss and one output
    "validation_data": "Measure a GAN by what it draws: ganlib.metrics, or a callback of your own.",
    "validation_split": "Measure a GAN by what it draws: ganlib.metrics, or a callback of your own.",
    "class_weight": "Hand over each class as often as it shall count.",
    "sample_weight": "Hand over each example as often as it shall count.",
}
COMPILED = ("optimizer", "loss", "loss_fn", "loss_weights", "metrics", "weighted_metrics")
COMPARE = (keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau)
OPEN = (keras.callbacks.LambdaCallback,)  # Keras's own, with anybody's code in it
MOVE_RATES = (keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau)


class Optimizers:
    """Both optimizers, where Keras's callbacks look for one: they take each in turn, by its name."""

    built = True

    def __init__(self, **optimizers):
        for name, optimizer in optimizers.items():
            optimizer.name = name
        self.optimizers = list(optimizers.values())

    @property
    def iterations(self):
        """Updates of the last one: the generator's, one a step."""
        return self.optimizers[-1].iterations

    @property
    def scheduled(self):
        """Whether one of them follows a schedule, so that nobody can set its learning rate."""
        rates = [optimizer.get_config()["learning_rate"] for optimizer in self.optimizers]
        return any(isinstance(rate, dict) for rate in rates)

    @property
    def variables(self):
        """The variables of both."""
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]


def watchers(given):
    """Return callbacks as a list: one, several, none, or a ``CallbackList``."""
    found = [*getattr(given, "callbacks", keras.tree.flatten(given or []))]
    for callback in found:
        if not isinstance(callback, keras.callbacks.Callback):
            todo = "Make an object: keras.callbacks.CSVLogger(path)."
            raise refuse("callbacks", repr(callback), "Keras callbacks", todo, TypeError)
    return found


def _logged(callbacks):
    """Say whether a callback of somebody's own may have put further values into the logs."""
    homes = {type(c).__module__.split(".")[0] for c in callbacks}
    return homes - {"keras", "ganlib"} or any(isinstance(c, OPEN) for c in callbacks)


class KerasModel(keras.Model):
    """A Keras model of a recipe, a seed, two networks and two optimizers.

    A subclass has ``recipe``, ``seed``, both networks, ``own`` (the names of those that are not the
    recipe's), ``average``, both optimizers, ``step`` and ``means``.
    """

    lost = None  # the step by which a loss was no finite number any more
    pace = None  # steps per execution as they were asked for, while an epoch needs others

    def compile(self, **options):
        """Take Keras's options; what a recipe says already is refused."""
        for name in COMPILED:
            if options.get(name) is not None:
                todo = "Give d_optimizer and g_optimizer, one a network; the recipe has the loss."
                raise refuse(name, repr(options[name]), "None", todo)
        super().compile(**{"optimizer": None, **options})

    def fit(self, *data, callbacks=None, **options):
        """Train by ``keras.Model.fit``, and say so where numbers were lost on the way.

        Raises:
            FloatingPointError: A loss or a weight is NaN or infinite.  The callbacks have come to their
                end; with a ``keras.callbacks.TerminateOnNaN`` among them nothing is raised.
            ValueError, TypeError, ImportError: What could only fail after the first epoch.
        """
        given = watchers(callbacks)
        self._refuse(given, options)
        self.lost = None
        with self._paced(options.get("steps_per_epoch")):
            history = super().fit(*data, callbacks=callbacks, **options)
        quiet = any(isinstance(callback, keras.callbacks.TerminateOnNaN) for callback in given)
        if not quiet and (self.lost or not self.finite()):
            found = f"NaN or infinity by step {self.lost or self.steps_done}"
            todo = "The training stopped there. Build the GAN anew, with a lower learning rate."
            raise refuse("training", found, "finite losses and weights", todo, FloatingPointError)
        return history

    @contextmanager
    def _paced(self, steps):
        """Let executions divide an epoch of so many steps: Keras would run over its end."""
        kept = self.steps_per_execution
        fitting = max(n for n in range(1, kept + 1) if (steps or kept) % n == 0)
        if fitting == kept:
            yield
            return
        self.steps_per_execution, self.train_function, self.pace = fitting, None, kept
        try:
            yield
        finally:
            self.steps_per_execution, self.train_function, self.pace = kept, None, None

    def _refuse(self, callbacks, options):
        for name in ("generator", "discriminator"):
            models.learning(name, getattr(self, name))
        for name, todo in NOT_HERE.items():
            if not (options.get(name) is None or np.array_equal(options[name], 0)):
                raise refuse(name, type(options[name]).__name__, "None", todo)
        for callback in callbacks:
            name = type(callback).__name__
            if isinstance(callback, keras.callbacks.TensorBoard) and not find_spec("tensorboard"):
                todo = "Install it:  pip install tensorboard"
                raise refuse("callbacks", f"{name}, which is not installed", "others", todo, ImportError)
            writes = isinstance(callback, keras.callbacks.ModelCheckpoint)
            if writes and not callback.save_weights_only:
                self._storable()
            compares = callback.save_best_only if writes else isinstance(callback, COMPARE)
            if compares and callback.monitor not in self.means and not _logged(callbacks):
                todo = "Watch one of these; or put a measure of your own into the logs before."
                raise refuse(f"{name}: monitor", callback.monitor, ", ".join(self.means), todo)
            if compares and callback.mode == "auto" and callback.monitor in self.means:
                todo = f"Say whether less {callback.monitor} is better: in a game Keras cannot know."
                raise refuse(f"{name}: mode", "'auto'", "'min' or 'max'", todo)
            if isinstance(callback, MOVE_RATES) and self.compiled and self.optimizer.scheduled:
                todo = "Compile with optimizers whose rate is a number: gan.compile(d_optimizer=...)."
                raise refuse(f"{name}: learning rate", "a schedule", "a number", todo)

    def call(self, *anything, **options):
        """Refuse: a game has no one output, so ``predict``, ``evaluate`` and ``export`` have none."""
        todo = "Draw by gan.sample(count), measure by ganlib.metrics, export gan.generator."
        raise refuse("call", "a GAN as a function", "one of its networks", todo, NotImplementedError)

    def finite(self):
        """Say whether every weight of both networks is a finite number."""
        variables = (*self.generator.variables, *self.discriminator.variables)
        return all(np.isfinite(variable).all() for variable in variables)

    def state(self):
        """Return every variable that training changes, by name: all that the next step depends on.

        Both networks with their running statistics and dropout seeds, the averaged weights, both
        optimizers and the step.  (The order of the examples and every z follow from seed and step.)
        """
        names = ("generator", "discriminator", "average", "d_optimizer", "g_optimizer")
        owners = {name: getattr(self, name) for name in names}
        parts = {name: owner.variables for name, owner in owners.items() if owner is not None}
        found = {f"{part}/{i}": v for part, all_of in parts.items() for i, v in enumerate(all_of)}
        return {**found, "step": self.step}

    def making(self):
        """Return how both networks and both optimizers are made, by name: a SHA-256 of each.

        Equal ones differ in weights, seeds and learning rates at most: see `models.description`.
        """
        names = ("generator", "discriminator", "d_optimizer", "g_optimizer")
        made = {name: models.description(getattr(self, name)) for name in names}
        text = {name: json.dumps(part, default=lambda x: type(x).__name__) for name, part in made.items()}
        return {name: hashlib.sha256(each.encode()).hexdigest() for name, each in text.items()}

    @property
    def steps_done(self):
        """How many steps it has been trained, an int; ``step`` is the variable that counts them."""
        return int(np.asarray(self.step))  # which is several, one a device, under a strategy

    @property
    def metrics(self):
        """The running means that ``fit`` shows and resets."""
        return list(self.means.values())

    # ---- the file

    def save(self, filepath, overwrite=True, **options):
        """Write all of it to a ``.keras`` file, whole or not at all: `ganlib.load` goes on from there.

        Raises:
            TypeError: A network of your own that Keras cannot describe; nothing is written.
            ValueError: Another ending, or a file that is there and is to stay.
        """
        path = Path(filepath)
        if path.suffix != ".keras":
            raise refuse("filepath", path, "a name that ends in .keras", "Rename it.")
        if path.exists() and not overwrite:
            raise refuse(
                "filepath", f"{path}, which exists", "a new name, or overwrite=True", "Choose one."
            )
        self._storable()
        aside = path.with_name(f"unfinished-{path.name}")
        try:
            super().save(aside, **options)
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)

    def _storable(self):
        """Refuse networks that Keras could not write, or could not read again."""
        try:
            config = json.loads(json.dumps(keras.saving.serialize_keras_object(self)))["config"]
            for name in self.own:
                keras.saving.deserialize_keras_object(config[name])
        except Exception as error:  # whatever a learner's own get_config may raise
            todo = (
                "Layers of your own: a class with a get_config(), registered by "
                "keras.saving.register_keras_serializable(). Weights alone: gan.save_weights(path)."
            )
            received = f"a network that Keras cannot describe: {error}"
            raise refuse("save", received, "networks that load again", todo, TypeError) from error

    def get_config(self):
        """Return the recipe, the seed and your own networks; the recipe's follow from it."""
        own = {name: keras.saving.serialize_keras_object(getattr(self, name)) for name in self.own}
        return {"recipe": plain(self.recipe), "seed": int(self.seed), **own}

    @classmethod
    def from_config(cls, config):
        """Return the GAN that `get_config` described."""
        recipe, seed, own = config.pop("recipe"), config.pop("seed"), config
        own = {name: keras.saving.deserialize_keras_object(value) for name, value in own.items()}
        return cls(restored(recipe), seed, **own)

    def get_compile_config(self):
        """Return what `compile` was given."""
        if not self.compiled:
            return {}
        optimizers = {name: getattr(self, name) for name in ("d_optimizer", "g_optimizer")}
        pace = self.pace or self.steps_per_execution
        options = {"jit_compile": self.jit_compile, "steps_per_execution": pace}
        return {**keras.saving.serialize_keras_object(optimizers), **options}

    def compile_from_config(self, config):
        """Compile it as it was when it was saved."""
        self.compile(**keras.saving.deserialize_keras_object(config))
