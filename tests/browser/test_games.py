"""Both games of lesson 1 and a film, in a real browser: with the mouse, and by keyboard alone."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import notebook, until
from test_lab import button, choose
from test_lab_design import SEEN, SIZES, TEXT, set_theme

OWNER = (
    "import numpy as np\nfrom ganlib.playground import OwnerGame\nrng = np.random.default_rng(0)\n"
    "known, bottles = rng.normal(size=(162, 2)), rng.normal(size=(16, 2))\n"
    "OwnerGame(known, bottles, np.arange(16) < 8, ('alcohol', 'colour'))"
)
FORGER = (
    "import ganlib\nfrom ganlib.playground import ForgerGame\n"
    "wine = ganlib.load_wine('alcohol', 'color_intensity').points\nForgerGame(wine{}, turns=4)"
)
FILM = (
    "import numpy as np\nfrom ganlib import plots\n"
    "frames = [np.full((4, 9, 9), 25 * i, 'uint8') for i in range(9)]\n"
    "plots.movie(frames, seconds=2, zoom=9, alt='Lighter')"
)


def run_page(page, selector):
    choose(page, "Run", "Run All Cells")
    page.wait_for_selector(selector, timeout=60_000)


@pytest.fixture
def light_after(server):
    yield
    set_theme(server, False)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("name", "code"), [("owner", OWNER), ("one", FORGER), ("two", FORGER)])
def test_a_game_is_whole_at_every_width(server, open_page, light_after, artefacts, name, code, dark):
    set_theme(server, dark)
    name = f"{name}-{dark}"
    notebook(server.folder / f"{name}.ipynb", code.format("[:, :1]" if name.startswith("one") else ""))
    page = open_page(f"{name}.ipynb", width=1366, height=768)
    run_page(page, ".ganlib-map img[alt]")
    assert page.locator("body").get_attribute("data-jp-theme-light") == ("false" if dark else "true")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        time.sleep(0.7)
        assert page.locator(".ganlib").evaluate(TEXT) == []
        page.locator(".ganlib").evaluate("node => node.scrollIntoView()")
        page.screenshot(path=artefacts / f"game-{name}-{width}.png")
    results = Axe().run(page, ".ganlib").response
    assert [(found["id"], found["nodes"][0]["html"]) for found in results["violations"]] == []


def test_the_owner_by_keyboard_alone(server, open_page):
    notebook(server.folder / "owner.ipynb", OWNER)
    page = open_page("owner.ipynb", width=1366, height=768)
    run_page(page, ".ganlib-bottle")
    page.locator(".ganlib-bottle").first.focus()
    for _ in range(8):  # the first eight are forged
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.get_by_text("8 of 16 marked").wait_for()
    for _ in range(8):
        page.keyboard.press("Tab")
    place = page.locator(".ganlib-map").evaluate(SEEN)
    page.keyboard.press("Enter")  # Settle
    page.get_by_text("16 of 16 right").wait_for()
    page.get_by_text("You caught 8 of 8 forged ones and blamed no real one.").wait_for()
    assert page.locator(".ganlib-map").evaluate(SEEN) == place


def test_the_forger_with_one_dial_by_keyboard_alone(server, open_page, artefacts):
    notebook(server.folder / "forger1.ipynb", FORGER.format("[:, :1]"))
    page = open_page("forger1.ipynb", width=1366, height=768)
    run_page(page, ".ganlib-map img[alt]")
    knob = page.get_by_role("slider")
    knob.focus()
    place = page.locator(".ganlib-map").evaluate(SEEN)
    for offered in range(1, 5):
        for _ in range(10):
            page.keyboard.press("ArrowRight")
        until(lambda n=offered: float(knob.get_attribute("aria-valuenow")) == pytest.approx(1 + n))
        for _ in range(2):  # the readout lies between
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        if offered < 4:
            page.get_by_text(re.compile(f"Offer {offered} of 4: she believes")).wait_for()
            assert page.locator("img[title*='the wine']").count() == 0
        knob.focus()
    page.get_by_text("standard deviations from the wine, the slope's").wait_for()
    page.locator("img[title='A map with the wine, 4 of 4 offers made']").wait_for()
    assert button(page, "Offer").is_disabled()
    assert page.locator(".ganlib-map").evaluate(SEEN) == place
    page.screenshot(path=artefacts / "forger-1.png")
    button(page, "New wine").focus()
    page.keyboard.press("Enter")
    page.get_by_text("as near as you can to a hidden wine").wait_for()
    assert page.locator(".ganlib-scores tr").count() == 2  # the score is kept


def test_the_forger_with_two_dials_by_mouse_and_keys(server, open_page, artefacts):
    notebook(server.folder / "forger2.ipynb", FORGER.format(""))
    page = open_page("forger2.ipynb", width=1366, height=768)
    run_page(page, ".ganlib-map img[alt]")
    glass, knobs = page.locator(".ganlib-glass"), page.get_by_role("slider")
    values = lambda: [float(knobs.nth(i).get_attribute("aria-valuenow")) for i in range(2)]  # noqa: E731
    box = glass.bounding_box()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.4 * box["height"])
    time.sleep(0.5)
    assert values() == [1.0, 1.0]  # passing over is not choosing
    page.mouse.down()
    page.mouse.up()
    until(lambda: values() == pytest.approx([7.0, 6.0], abs=0.11))
    button(page, "Offer").click()
    page.get_by_text("Offer 1 of 4: she believes 0.50").wait_for()
    glass.focus()
    before = values()
    page.keyboard.press("Shift+ArrowLeft")
    until(lambda: values() == pytest.approx([before[0] - 1, before[1]], abs=0.11))
    button(page, "Offer").click()
    page.get_by_text("Offer 2 of 4: she believes").wait_for()
    knobs.nth(0).focus()
    page.keyboard.press("Home")  # a slider moves the place of the next offer on the map, too
    until(lambda: values() == pytest.approx([0.0, before[1]], abs=0.11))
    glass.focus()
    time.sleep(0.3)
    assert values() == pytest.approx([0.0, before[1]], abs=0.11)  # coming there is not choosing
    page.keyboard.press("Shift+ArrowRight")
    until(lambda: values() == pytest.approx([1.0, before[1]], abs=0.11))
    rows = page.locator(".ganlib-scores tr")
    assert rows.count() == 3 and rows.nth(2).inner_text().split()[-1] == "0.50"
    page.screenshot(path=artefacts / "forger-2-offers.png")
    for _ in range(2):
        button(page, "Offer").click()
        time.sleep(0.3)
    page.get_by_text("standard deviations from the wine").wait_for()
    page.screenshot(path=artefacts / "forger-2.png")


def test_a_film_is_played_scrubbed_and_stepped(server, open_page, artefacts):
    notebook(server.folder / "film.ipynb", FILM)
    page = open_page("film.ipynb", width=1366, height=768)
    run_page(page, ".ganlib-film-bar")
    label = page.locator(".ganlib-film-bar span")
    assert label.inner_text() == "1 of 9"
    page.get_by_role("button", name="one step on").click()
    assert label.inner_text() == "2 of 9"
    slide = page.get_by_role("slider", name="moment of the film")
    slide.focus()
    page.keyboard.press("End")
    assert label.inner_text() == "9 of 9"
    assert slide.get_attribute("aria-valuetext") == "9 of 9"
    screen = page.locator(".ganlib-screen")
    box = screen.bounding_box()
    assert abs(box["height"] - box["width"]) < 2
    last = screen.screenshot()
    page.get_by_role("button", name="Play").click()
    until(lambda: label.inner_text() == "4 of 9")
    page.get_by_role("button", name="Pause").click()
    stopped = label.inner_text()
    time.sleep(0.6)
    assert label.inner_text() == stopped
    assert screen.screenshot() != last
    page.get_by_role("button", name="Play").click()
    until(lambda: label.inner_text() == "9 of 9")
    until(lambda: page.get_by_role("button", name="Play").count() == 1)
    assert screen.screenshot() == last
    results = Axe().run(page, ".ganlib-film").response
    assert [(found["id"], found["nodes"][0]["html"]) for found in results["violations"]] == []
