"""``ganlib evaluate``: the measures of a GAN, beside what they rest on."""

import json
from functools import cache

import numpy as np
import pytest

import ganlib
from ganlib import data, metrics, recipes
from ganlib.cli import main
from ganlib.metrics import classifier, evaluation
from tests.tiny import IMAGES as TINY
from tests.tiny import put_back, values


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, "tiny", TINY)


@pytest.fixture
def no_mnist(monkeypatch):
    monkeypatch.setattr(data, "found", lambda name, split="train": [])


@pytest.fixture
def mnist(monkeypatch):
    """A stand-in for MNIST, cut from the digits sample."""
    images, labels = data.load_digits()
    parts = {
        "train": data.Digits(images[::2], labels[::2]),
        "test": data.Digits(images[1::5], labels[1::5]),
    }
    monkeypatch.setattr(data, "found", lambda name, split="train": [name] if name == "mnist" else [])
    monkeypatch.setattr(data, "load_mnist", lambda split="train": parts[split])
    return parts


@cache
def built():
    """Return a GAN and what it is at its start."""
    gan = ganlib.build(TINY, seed=3)
    return gan, values(gan)


def run(folder, examples):
    gan = put_back(*built())
    ganlib.train(gan, examples, steps=5, verbose=0, run_dir=folder)
    return gan


@pytest.mark.trains
def test_a_run_is_measured_on_unseen_images_beside_a_floor(mnist, tmp_path, capsys):
    gan = run(tmp_path, data.load_digits())
    assert main(["evaluate", str(tmp_path), "--samples", "300"]) == 0
    found = json.loads((tmp_path / "evaluation.json").read_text())
    assert found["gan"]["fake_count"] == found["floor"]["fake_count"] == 300
    expected = metrics.evaluate(gan.sample(300, seed=found["sample_seed"]), mnist["test"].images)
    for name, value in found["gan"].items():
        assert value == pytest.approx(expected[name]), name
    assert found["floor"]["frechet"] < 100 < found["gan"]["frechet"]  # five steps make no digits
    assert found["floor"]["modes"] == 10
    assert (found["recipe"], found["seed"], found["steps"]) == ("tiny", 3, 5)
    assert (found["trained_on"], found["seen_in_training"]) == ("digits", False)
    assert found["classifier_sha256"] == classifier.SHA256
    said = capsys.readouterr().out
    for word in (
        "300 samples (seed of z 1)",
        "it has not seen these",
        classifier.NAME,
        "the 1000 test images",
    ):
        assert word in said
    assert f"frechet {found['gan']['frechet']:13.4g}" in said


def test_without_mnist_a_run_has_seen_what_it_is_compared_with(no_mnist, tmp_path):
    run(tmp_path, data.load_digits())
    found = evaluation.of_run(tmp_path, 20)
    assert found["seen_in_training"] is True
    assert "2500 odd images of the 5 000 digits" in found["compared_with"]
    assert "it was trained on these" in "\n".join(evaluation.table(found))


def test_the_run_knows_what_it_was_trained_on(mnist, tmp_path):
    digits = data.load_digits()
    own = data.Digits(digits.images[5:900], digits.labels[5:900])
    sets = {"mnist": mnist["train"], "the zeros of digits": digits.only(0), "images of your own": own}
    for name, examples in sets.items():
        run(tmp_path / name, examples)
        found = evaluation.of_run(tmp_path / name, 20)
        assert found["trained_on"] == name
        assert ("zeros" in found["compared_with"]) == ("zeros" in name)
        assert found["seen_in_training"] is (None if "own" in name else False)


def test_a_run_of_two_classes_of_somebodys_own_is_measured(no_mnist, tmp_path):
    digits = data.load_digits()
    two = data.Digits(digits.images[:1000], digits.labels[:1000])
    gan = ganlib.build("conditional", 0, classes=2, batch_size=4, steps=1, xla=False)
    gan.compile(run_eagerly=False)
    ganlib.train(gan, two, steps=1, run_dir=tmp_path, verbose=0)
    assert evaluation.of_run(tmp_path, 20)["trained_on"] == "images of your own"


def test_a_recipe_is_trained_on_the_other_half(no_mnist, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", "tiny", "--steps", "5", "--samples", "5000", "--seed", "4"]) == 0
    found = json.loads((tmp_path / "evaluation-tiny.json").read_text())
    assert found["gan"]["fake_count"] == 2500  # as many as there are real ones for the floor
    assert found["seen_in_training"] is False
    split = evaluation.Split.best()
    assert not {i.tobytes() for i in split.train.images} & {i.tobytes() for i in split.test.images}
    gan = ganlib.build("tiny", 4)
    ganlib.train(gan, split.train, steps=5, verbose=0)
    score = metrics.classifier_score(metrics.classify(gan.sample(2500, 1)))
    assert found["gan"]["score"] == pytest.approx(score)
    assert "Training tiny on the 2500 even images" in capsys.readouterr().out


def test_a_measure_that_is_not_there_is_null(no_mnist):
    split = evaluation.Split.best(zeros=True)
    assert set(split.test.labels) == {0}
    split = split._replace(test=data.load_digits().only(1))
    found = evaluation.measure(ganlib.build("tiny"), split, "nothing", None, 20)
    assert found["floor"]["diversity"] is None  # zeros and ones share no class
    assert np.isfinite(found["floor"]["frechet"])
    assert any(line.split()[::2] == ["diversity", "-"] for line in evaluation.table(found))


def test_clothes_are_refused(tmp_path, monkeypatch):
    clothes = data.Digits(
        np.random.default_rng(9).integers(0, 256, (70, 28, 28), np.uint8), np.zeros(70, np.uint8)
    )
    monkeypatch.setattr(data, "found", lambda name, split="train": ["x"] if "fashion" in name else [])
    monkeypatch.setattr(data, "load_fashion_mnist", lambda: clothes)
    run(tmp_path, clothes)
    with pytest.raises(ValueError, match="received a run on clothes, accepted one on digits"):
        evaluation.of_run(tmp_path, 20)


WRONG = {
    "no such": (["smal"], "Did you mean 'small'?"),
    "points": (["wine"], "'wine', which draws points, accepted one that draws digits"),
    "few": (["tiny", "--samples", "2"], "--samples: received 2, accepted at least 10"),
    "a run is not trained": (["RUN", "--steps", "3"], "accepted a recipe with it"),
    "no run": (["."], "accepted a folder with a checkpoint"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if "RUN" in arguments:
        run("RUN", data.load_digits())
    assert main(["evaluate", *arguments]) == 1
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Training" not in captured.out
