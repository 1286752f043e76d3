"""The live lab in a real browser: JupyterLab, its kernel and a person's clicks and keys."""

import re
import time

from conftest import notebook


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    page.wait_for_selector(".ganlib-status", timeout=40_000)
    page.wait_for_selector(".widget-image[src^=blob]")


def count(page, what="iteration"):
    text = page.locator(".ganlib-status").first.inner_text()
    return int(re.search(rf"{what} (\d+)", text)[1])


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def button(page, name):
    return page.get_by_role("button", name=re.compile(rf"(^|\W){name}$"))  # an icon may come first


def picture(page):
    return page.locator("img.widget-image").first.screenshot()


def test_play_pause_step_and_control(server, open_page, artefacts):
    notebook(server.folder / "ring.ipynb", "from ganlib.playground import Playground\nPlayground('ring')")
    page = open_page("ring.ipynb")
    run_all(page)
    assert count(page) == 0
    before = picture(page)
    button(page, "Play").click()
    until(lambda: count(page) > 20)
    button(page, "Pause").click()
    button(page, "Play").wait_for()
    time.sleep(0.5)
    still = count(page)
    time.sleep(1)
    assert count(page) == still
    assert picture(page) != before
    updates = count(page, "updates")
    button(page, "Step D").click()
    until(lambda: count(page, "updates") == updates + 1)
    assert count(page) == still
    button(page, "Step G").click()
    until(lambda: count(page) == still + 1)
    assert count(page, "updates") == updates + 1
    page.get_by_label("loss").select_option("saturating")
    button(page, "Play").click()
    until(lambda: count(page) > still + 40)
    button(page, "Pause").click()
    page.screenshot(path=artefacts / "ring.png")
