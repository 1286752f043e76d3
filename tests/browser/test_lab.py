"""The live lab in a real browser: JupyterLab, its kernel and a person's clicks and keys."""

import re
import shutil
import time

import pytest
from conftest import ROOT, notebook, until

RING = "from ganlib.playground import Playground\nlab = Playground('ring')\nlab"
LESSON = ROOT / "notebooks" / "01_the_wine_forger.ipynb"


def choose(page, menu, item):
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=re.compile(f"^{item}")).click()


def run_all(page, seconds=120):
    choose(page, "Run", "Run All Cells")
    page.wait_for_selector(".ganlib-status", timeout=1000 * seconds)
    page.wait_for_selector(".widget-image[src^=blob]")


def count(page, what="iteration"):
    text = page.locator(".ganlib-status").first.inner_text()
    return int(re.search(rf"{what} (\d+)", text)[1])


def button(page, name):
    return page.get_by_role("button", name=re.compile(rf"(^|\W){name}$"))  # an icon may come first


def picture(page):
    return page.locator("img.widget-image").first.screenshot()


def state(page):
    return page.locator(".ganlib-status").first.inner_text()


def test_play_pause_steps_and_a_control(server, open_page, artefacts):
    notebook(server.folder / "ring.ipynb", RING)
    page = open_page("ring.ipynb")
    run_all(page)
    assert count(page) == 0
    before = picture(page)
    button(page, "Play").click()
    until(lambda: count(page) > 20)
    button(page, "Pause").click()
    until(lambda: "paused" in state(page))
    still = count(page)
    time.sleep(1)
    assert count(page) == still
    assert picture(page) != before

    updates = count(page, "updates")
    button(page, "Step D").click()  # only D moves
    until(lambda: count(page, "updates") == updates + 1)
    assert count(page) == still
    button(page, "Step G").click()  # only G moves
    until(lambda: count(page) == still + 1)
    assert count(page, "updates") == updates + 1

    page.get_by_label("D per G").fill("3")
    page.get_by_label("D per G").press("Enter")
    button(page, "Step both").click()
    until(lambda: count(page) == still + 2)
    assert count(page, "updates") == updates + 4

    button(page, "Restart").click()
    until(lambda: count(page) == 0)
    assert page.get_by_text("The lab has trained nothing yet").is_visible()
    width = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.jp-OutputArea-output .widget-box')]"
        ".map(box => box.getBoundingClientRect().right))"
    )
    assert width <= 900


def test_by_keyboard_alone(server, open_page):
    notebook(server.folder / "keys.ipynb", RING)
    page = open_page("keys.ipynb")
    run_all(page)
    button(page, "Play").focus()
    page.keyboard.press("Tab")  # Step D
    page.keyboard.press("Space")
    until(lambda: count(page, "updates") == 1)
    page.keyboard.press("Tab")  # ten of them
    page.keyboard.press("Tab")  # Step G
    page.keyboard.press("Enter")
    until(lambda: count(page) == 1)
    for _ in range(3):
        page.keyboard.press("Shift+Tab")  # Play
    page.keyboard.press("Space")
    until(lambda: count(page) > 5)
    page.keyboard.press("Space")
    until(lambda: "paused" in state(page))
    words = page.locator("img.widget-image").evaluate_all("all => all.map(one => one.alt)")
    assert words[0].startswith("A map of D's belief over ring")
    assert page.get_by_role("img", name="Curves up to iteration").count() == 1


def test_the_cell_again_and_the_kernel_again_leave_nothing_running(server, open_page):
    names = "[thread.name for thread in threading.enumerate()]"
    count_threads = f"import threading\nprint('threads:', {names}.count('ganlib-playground'))"
    notebook(server.folder / "again.ipynb", RING, count_threads)
    page = open_page("again.ipynb")
    run_all(page)
    page.get_by_text("threads: 1").wait_for(timeout=60_000)
    button(page, "Play").click()
    until(lambda: count(page) > 5)
    choose(page, "Run", "Run All Cells")
    until(lambda: count(page) == 0, 60)
    page.get_by_text("threads: 1").wait_for(timeout=60_000)
    assert len(server.kernels()) == 1
    process = server.kernels()[0]
    choose(page, "Kernel", "Restart Kernel…")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    until(lambda: process not in server.kernels(), 60)
    until(lambda: len(server.kernels()) == 1, 60)


@pytest.mark.skipif("Playground(" not in LESSON.read_text(), reason="lesson 1 has no lab")
def test_lesson_1(server, open_page, artefacts):
    shutil.copy(LESSON, server.folder / "lesson.ipynb")
    page = open_page("lesson.ipynb", zoom=2)
    run_all(page, 300)
    page.locator(".ganlib-status").first.evaluate("line => line.scrollIntoView({block: 'start'})")
    play = page.locator(".ganlib-play")  # films have a Play of their own
    play.click()
    until(lambda: count(page) > 300, 60)
    play.click()
    until(lambda: "paused" in state(page))
    page.screenshot(path=artefacts / "lesson-1.png")


LABS = [("ring", "'ring'", 1500), ("digits", "'digits', 'modern'", 600)]


@pytest.mark.parametrize(("name", "arguments", "most"), LABS)
@pytest.mark.parametrize("zoom", [1, 2])
def test_pictures_to_look_at(server, open_page, artefacts, name, arguments, most, zoom):
    code = RING.replace("'ring'", arguments) + "\n"
    notebook(
        server.folder / f"{name}-{zoom}.ipynb",
        code,
        "from ganlib.playground import ShopGame\nShopGame(lab)",
    )
    page = open_page(f"{name}-{zoom}.ipynb", zoom)
    run_all(page)
    button(page, "Play").click()
    until(lambda: count(page) > most, 120)
    button(page, "Pause").click()
    until(lambda: "paused" in state(page))
    if name == "ring":
        page.get_by_label("arrows").check()
    time.sleep(1)
    page.screenshot(path=artefacts / f"{name}-{zoom}x.png")
