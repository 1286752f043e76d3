"""The measured files of lessons 3 to 8 are whole and in step with their tools."""

import base64
import json
import sys
import zlib
from pathlib import Path

import numpy as np

import ganlib

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools" / "measure"))


def runs(name):
    path = ROOT / "notebooks" / "measured" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["runs"]


def test_every_arm_of_the_dense_gan_was_trained_three_times():
    import dense as tool

    rows = runs("dense")
    assert [(row["arm"], row["seed"]) for row in rows] == tool.PLAN
    assert {row["arm"] for row in rows if "images" in row} == set(tool.PICTURED)
    assert {row["arm"] for row in rows if "slopes" in row} == set(tool.SLOPES)


def test_a_speck_is_bright_and_alone():
    import dense as tool

    images = np.zeros((2, 28, 28), np.uint8)
    assert tool.specks(images) == 0
    assert tool.specks(tool.speckled(images)) == 1
    images[0, 0, 0] = images[1, 9, 9:11] = 255  # one in a corner, two side by side
    assert tool.specks(images) == 0.5


def test_every_planned_smoothing_run_is_in_the_file_once():
    import smoothing as tool

    found = [(r["recipe"], r["steps"], r["seed"], r["smoothing"]) for r in runs("smoothing")]
    planned = [
        (recipe, steps, seed, name)
        for recipe, steps, seeds, names in tool.PLAN
        for seed in seeds
        for name in names
    ]
    assert sorted(found) == sorted(planned)
    train, held_out = tool.split(ganlib.load_digits())
    assert len(train) == 4000 and len(held_out) == 1000


def test_the_chain_of_changes_ends_in_the_recipe():
    import zeros as tool

    chain = tool.variants()
    final = ganlib.RECIPES["only-zeros"]
    assert chain["+ leaky D"].but(name=final.name, note=final.note) == final
    assert chain["raw"] == ganlib.RECIPES["only-zeros-raw"]
    found = {(r["data"], r["variant"]) for r in runs("zeros")}
    assert {name for data, name in found if data == "digits"} == set(chain)
    assert {name for data, name in found if data == "mnist"} == {"raw", "+ leaky D"}


def test_every_ingredient_of_modern_was_left_out_at_three_rates():
    import ablation as tool

    rows = runs("ablation")
    assert [tuple(row[name] for name in tool.KEY) for row in rows] == tool.plan(tool.tuned(rows))
    for changes in tool.VARIANTS.values():
        assert tool.MODERN.but(**changes) != tool.MODERN or not changes


def test_modern_had_its_minute_with_three_seeds_each():
    import modern as tool

    found = [(r["set"], r["D"], r["seed"]) for r in runs("modern")]
    assert found == [(*pair, seed) for pair in tool.PLAN for seed in tool.SEEDS]


def test_every_diet_was_fed_five_times_for_each_number_of_digits():
    import fakes as tool

    found = [(r["count"], r["seed"], r["diet"]) for r in runs("fakes")]
    wanted = [(n, seed, diet) for seed in tool.SEEDS for n in tool.COUNTS for diet in tool.DIETS]
    assert found == wanted
    few = tool.chosen(100, seed=0)
    assert np.bincount(few.labels).tolist() == [10] * 10
    assert len({image.tobytes() for image in few.images}) == 100


def test_every_failure_was_produced_once_with_all_its_seeds():
    import failures as tool

    rows = runs("failures")
    assert [(r["game"], r["arm"], r["seed"]) for r in rows] == tool.PLAN
    for row in rows:
        for name, values in row.items():
            if isinstance(values, list):
                count = len(tool.LOOKS) if row["game"] == "digits" else tool.SEEDS
                assert len(values) == count, (row["arm"], name)
    few, others = tool.split(ganlib.load_digits())
    assert len(few) == 500 and len(others) == 1000
    assert not {image.tobytes() for image in few} & {image.tobytes() for image in others}


def test_the_strips_were_drawn_as_long_as_the_table_says():
    import drawings as tool

    rows = runs("drawings")
    assert [(row["recipe"], row["length"]) for row in rows] == tool.plan()
    for row in rows:
        assert row["steps"] == tool.steps()[row["recipe"], row["length"]]
        pixels = zlib.decompress(base64.b64decode(row["images"]))
        assert len(pixels) == tool.DRAWN * 28 * 28


def test_modern_leads_the_table_in_every_training():
    table = json.loads(Path(ganlib.metrics.__file__).with_name("table.json").read_text("utf-8"))
    full = {row["recipe"]: [] for row in table if row["length"] == "full"}
    for row in table:
        if row["length"] == "full":
            full[row["recipe"]].append(row["frechet"])
    for name in ("two-layer", "deep", "smoothed", "batch-norm"):
        assert len(full[name]) == len(full["modern"]) == 3
        assert max(full["modern"]) < min(full[name])


def test_every_game_was_smoothed_and_not():
    import soft as tool

    rows = runs("soft")
    assert [(row["place"], row["game"], row["target"], row["seed"]) for row in rows] == tool.PLAN
    assert all(len(row["modes"]) == len(row["good"]) == 20 for row in rows if row["place"] == "ring")
    train, held_out = tool.split(ganlib.load_digits())
    assert (len(train), len(held_out)) == (200, 1000)
