"""A generator that draws in the page: equal to Keras, and played by touch and by keys, from the disk."""

import json

import numpy as np
import pytest
from conftest import ROOT

import ganlib
from ganlib import export
from tests.test_export import shaken

WEBSITE = ROOT / "tools" / "make" / "website"
SCRIPT = (WEBSITE / "shared.js").read_text() + (WEBSITE / "draw.js").read_text()


@pytest.mark.parametrize("name", ["modern", "conditional", "small"])
def test_the_page_draws_what_keras_draws(chromium, name):
    """A thousand z: every pixel to 1/255 of the range, every verdict to 1/100."""
    gan = shaken(ganlib.build(name, seed=3))
    recipe = gan.recipe
    file = export.document(recipe, [export.moment(gan)])
    z = np.random.default_rng(1).normal(size=(1000, recipe.latent_dim)).astype("float32")
    digits = np.arange(1000) % 10
    rows = gan.named(z, digits).numpy() if recipe.classes else z
    due = np.asarray((gan.average or gan.generator)(rows, training=False)).reshape(1000, -1)
    page = chromium.new_page()
    page.add_script_tag(content=SCRIPT)
    page.evaluate("file => { window.model = opened(file); }", file)
    images = page.evaluate(
        "([z, digits]) => z.map((one, i) => Array.from(drawn(model, 0, one, digits[i])))",
        [z.tolist(), digits.tolist()],
    )
    low, high = recipe.pixels
    assert np.abs(np.array(images) - due).max() < (high - low) / 255
    shown = due.reshape(1000, *recipe.shape).astype("float32")
    shown = gan.named(shown.reshape(1000, -1), digits).numpy() if recipe.classes else shown
    logits = np.asarray(gan.discriminator(shown, training=False))[:, 0]
    said = page.evaluate(
        "([images, digits]) => images.map((one, i) => judged(model, 0, one, digits[i]))",
        [due.tolist(), digits.tolist()],
    )
    np.testing.assert_allclose(said, logits, atol=0.01 * max(1, np.abs(logits).max()))
    page.close()


def test_half_precision_is_read_as_numpy_reads_it(chromium):
    bits = np.arange(2**16, dtype="uint16")
    bits = bits[np.isfinite(bits.view("<f2"))]
    page = chromium.new_page()
    page.add_script_tag(content=SCRIPT)
    read = page.evaluate("bits => bits.map(half)", bits.tolist())
    np.testing.assert_array_equal(read, bits.view("<f2").astype(float))
    page.close()


def test_the_page_from_the_disk_by_touch_and_by_keys(from_disk):
    for page in from_disk("draw"):
        said = page.locator("[data-part=said]")
        assert said.inner_text().startswith("After 12")
        assert page.locator("[data-part=moments] canvas").count() == 4
        look = "document.querySelector('[data-part=big]').toDataURL()"
        seen = [page.evaluate(look)]
        page.get_by_role("button", name="7", exact=True).tap()
        assert "this 7 is a real one" in said.inner_text()
        assert page.get_by_role("button", name="7", exact=True).get_attribute("aria-pressed") == "true"
        seen.append(page.evaluate(look))
        for slider in ("around", "outwards"):
            page.get_by_role("slider", name=slider).focus()
            page.keyboard.press("End")
            seen.append(page.evaluate(look))
        page.get_by_role("button", name="Another circle").tap()
        seen.append(page.evaluate(look))
        page.get_by_role("slider", name="training").focus()
        page.keyboard.press("Home")
        assert said.inner_text().startswith("After 100 steps")
        seen.append(page.evaluate(look))
        assert len(set(seen)) == len(seen)


def test_the_page_by_keys_alone(from_disk):
    for page in from_disk("draw"):
        said = page.locator("[data-part=said]")
        page.get_by_role("button", name="0", exact=True).focus()
        for digit in range(10):
            page.keyboard.press("Space" if digit % 2 else "Enter")
            assert f"this {digit} is" in said.inner_text()
            page.keyboard.press("Tab")
        look, seen = "document.querySelector('[data-part=big]').toDataURL()", []
        for key in ("End", "ArrowLeft", "Tab", "Home", "ArrowRight", "Tab", "Home", "Tab", "Enter"):
            page.keyboard.press(key)
            if key != "Tab":
                seen.append(page.evaluate(look))
        assert len(set(seen)) == len(seen) and said.inner_text().startswith("After 100 steps")


def test_the_files_of_the_page_are_what_export_writes(site):
    files = sorted((site[1] / "draw").glob("*.js"))
    assert len(files) == 4
    steps = []
    for path in files:
        text = path.read_text()
        file = json.loads(text[len("ganlib(") : -3])
        assert file["format"] == export.FORMAT and file["classes"] == 10
        steps.append(file["moments"][0]["steps"])
        assert len(text) < 1_000_000
    assert steps == sorted(steps)
