"""A learner's own copy in a real browser: she guesses wrong, runs, is told, and her guess stays."""

import json
import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import until

from ganlib.workspace import layout


@pytest.fixture
def course(server, request):
    """Lay out a course of the test's own: its guesses are no other's."""
    folder = server.folder / request.node.name
    layout.lay_out(folder)
    return folder


def lesson(course):
    return f"{course.name}/notebooks/01_the_wine_forger.ipynb"


def run_to(page, number):
    """Press Shift+Enter through the first cells, as a reader does."""
    page.locator(".jp-Cell").first.click()
    page.keyboard.press("Escape")
    for below in range(2, number + 2):
        page.keyboard.press("Shift+Enter")
        page.get_by_text(re.compile(rf"^Cell {below}/")).wait_for()  # as the status line counts
    page.get_by_text("| Idle").wait_for()


def guesses(course):
    path = course / "guesses.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def choice(page, words):
    return page.locator(".ganlib-choices button", has_text=words)


def test_a_wrong_guess_is_kept_and_told(course, server, open_page, artefacts):
    before = {path: path.read_bytes() for path in course.glob("*/*.ipynb")}
    page = open_page(lesson(course), width=1366, height=768)
    time.sleep(3)  # an editor that adds what it misses has done so by now
    assert {
        path: path.read_bytes() for path in course.glob("*/*.ipynb")
    } == before  # looking changes nothing

    run_to(page, 10)
    wrong = choice(page, "Their strength")
    wrong.wait_for()
    page.screenshot(path=artefacts / "guess-asked.png")
    wrong.focus()
    page.keyboard.press("Space")  # by keyboard alone
    page.get_by_text("It is kept. Run on").wait_for()
    page.screenshot(path=artefacts / "guess-made.png")
    assert [entry["answer"] for entry in guesses(course)] == ["strength"]
    shown = page.locator(".jp-RenderedHTMLCommon", has_text="he pairs them the wrong way round")
    assert not any(found.is_visible() for found in shown.all())  # what it showed is folded
    assert "In real wine" not in page.locator(".jp-Notebook").inner_text()

    run_to(page, 13)
    reply = page.locator(".ganlib-surprise")
    reply.wait_for()
    assert "Take the strengths alone" in reply.inner_text()
    assert "How strength and colour go together" in reply.inner_text()
    reply.scroll_into_view_if_needed()
    page.screenshot(path=artefacts / "guess-told.png")
    assert guesses(course)[-1]["shown"] is True

    page.keyboard.press("Control+s")
    server.end_kernels()  # the page comes back with a kernel of its own
    page.reload()
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.get_by_text("| Idle").wait_for()
    run_to(page, 10)
    page.get_by_text("Your guess: Their strength").first.wait_for()
    assert choice(page, "Their strength").is_disabled()
    assert len(guesses(course)) == 2


def test_the_guess_is_accessible(course, open_page):
    page = open_page(lesson(course), width=1366, height=768)
    run_to(page, 18)
    page.locator(".ganlib-choices input").wait_for()
    for box in (".ganlib-choices", ".ganlib-asks"):
        found = Axe().run(page, context=box)
        assert found.violations_count == 0, found.generate_report()


def test_a_number_is_typed(course, open_page):
    page = open_page(lesson(course), width=1366, height=768)
    run_to(page, 18)
    field = page.locator(".ganlib-choices input")
    field.fill("many")
    choice(page, "Keep this guess").click()
    page.get_by_text("A number is due").wait_for()
    field.fill("100")
    choice(page, "Keep this guess").click()
    page.get_by_text("Your guess: 100 times").wait_for()
    until(lambda: guesses(course)[-1]["answer"] == 100, 30)
