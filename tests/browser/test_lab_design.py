"""The lab as a page, at three widths and in both themes: nothing jumps or is cut, all has a name."""

import base64
import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import notebook, until
from test_lab import button, count, run_all, state

WINE = "from ganlib.playground import *\nlab = Playground('wine', seed=1)\nlab"
SIZES = [(1366, 768), (1920, 1080), (600, 900)]
TEXT = """(root) => {  // every line of text on the page: its size, and whether it is cut
  const bad = [];
  for (const node of root.querySelectorAll('*')) {
    const own = [...node.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || node.closest('style, canvas, select') || !node.offsetParent) continue;
    const size = parseFloat(getComputedStyle(node).fontSize);
    if (size < 12) bad.push(['small', size, node.textContent.slice(0, 30)]);
    if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== 'visible'
        && node.clientWidth) bad.push(['cut', node.className, node.textContent.slice(0, 30)]);
  }
  const right = root.getBoundingClientRect().right + 1;
  for (const node of root.querySelectorAll('button, input, select, img, table, svg, textarea'))
    if (node.offsetParent && node.getBoundingClientRect().right > right)
      bad.push(['over the edge', node.outerHTML.slice(0, 120), node.parentNode.className]);
  for (const node of root.querySelectorAll('.noUi-target'))  // a finger needs a way to go
    if (node.offsetParent && node.getBoundingClientRect().width < 90)
      bad.push(['short slider', node.closest('.widget-hslider').textContent]);
  return bad;
}"""
SEEN = "(node) => { const r = node.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; }"


def set_theme(server, dark):
    settings = server.folder / ".home/lab/user-settings/@jupyterlab/apputils-extension"
    name = "Dark" if dark else "Light"
    (settings / "themes.jupyterlab-settings").write_text(f'{{"theme": "JupyterLab {name}"}}')


@pytest.fixture
def light_after(server):
    yield
    set_theme(server, False)


def box(page, selector):
    """Return left, top, width, height of the first match, beside the top of the lab."""
    top = page.locator(".ganlib").first.evaluate(SEEN)
    left, y, width, height = page.locator(selector).first.evaluate(SEEN)
    return left - top[0], y - top[1], width, height


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_cut_small_or_without_a_name(server, open_page, light_after, artefacts, dark):
    set_theme(server, dark)
    notebook(server.folder / f"names-{dark}.ipynb", WINE, "ShopGame(lab)", "LatentExplorer(lab)")
    page = open_page(f"names-{dark}.ipynb", width=1366, height=768)
    run_all(page)
    assert page.locator("body").get_attribute("data-jp-theme-light") == ("false" if dark else "true")
    page.locator(".ganlib-walk img[alt]").last.wait_for(state="attached")
    button(page, "Play").first.click()
    until(lambda: count(page) > 50)
    button(page, "Pause").first.click()
    until(lambda: "paused" in state(page))
    button(page, "Settle").click()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        time.sleep(1)
        for part in page.locator(".ganlib").all():
            assert part.evaluate(TEXT) == []
        results = Axe().run(page, ".ganlib").response
        assert [(found["id"], found["nodes"][0]["html"]) for found in results["violations"]] == []
        page.locator(".ganlib").first.evaluate("node => node.scrollIntoView()")
        page.screenshot(path=artefacts / f"lab-{width}-{'dark' if dark else 'light'}.png")
    alts = page.locator(".ganlib img").evaluate_all("all => all.map(one => one.alt)")
    assert all(alts)
    assert alts[0].startswith("A map of D's belief over wine")


def test_nothing_jumps_on_play_and_the_page_is_used(server, open_page):
    notebook(server.folder / "still.ipynb", WINE)
    page = open_page("still.ipynb", width=1366, height=768)
    run_all(page)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        button(page, "Restart").click()
        until(lambda: count(page) == 0)
        time.sleep(0.5)
        parts = (".ganlib-map", ".ganlib-game", ".ganlib-settings", ".ganlib-show", ".ganlib-setup")
        before = [box(page, part) for part in parts]
        button(page, "Play").click()
        until(lambda: count(page) > 5)
        for _ in range(20):
            for part, old in zip(parts, before, strict=True):
                assert box(page, part) == pytest.approx(old, abs=0.6), part
            time.sleep(0.1)
        button(page, "Pause").click()
        until(lambda: "paused" in state(page))
        assert [box(page, part) for part in parts] == [pytest.approx(old, abs=0.6) for old in before]
        wide = box(page, ".ganlib-map")[2]
        assert wide >= {1366: 440, 1920: 680, 600: 440}[width]


def test_ten_steps_of_d_a_figure_out_of_bounds_and_the_pointer(server, open_page):
    notebook(server.folder / "ten.ipynb", WINE)
    page = open_page("ten.ipynb", width=1366, height=768)
    run_all(page)
    ten = page.get_by_role("button", name="Step D: ×10")
    for done in (10, 20, 30):
        ten.focus()
        page.keyboard.press("Enter")
        until(lambda done=done: count(page, "updates") == done)
    page.get_by_text("iteration 0, and 30 steps of D alone").wait_for()
    assert page.locator(".ganlib-plot > svg path.d").first.evaluate("path => path.getTotalLength()") > 100
    assert page.locator(".ganlib-game b.d.on").count() == 1
    assert page.locator(".ganlib-game b.g.on").count() == 0

    batch = page.get_by_label("batch")
    batch.fill("100000")
    batch.press("Enter")
    page.get_by_text("batch_size: received 100000").wait_for()
    until(lambda: batch.input_value() == "64")

    glass = page.locator(".ganlib-glass").first
    glass.hover()
    page.get_by_text(re.compile("alcohol .*: D believes")).wait_for()
    said = page.locator(".ganlib-under").inner_text()
    glass.focus()
    page.keyboard.press("Shift+ArrowLeft")
    until(lambda: page.locator(".ganlib-under").inner_text() != said)


def test_the_shop_by_click_and_by_key(server, open_page):
    notebook(server.folder / "shop.ipynb", WINE, "ShopGame(lab)")
    page = open_page("shop.ipynb", width=1366, height=768)
    run_all(page)
    page.get_by_text("Forged at iteration 0.").wait_for()
    page.get_by_role("button", name="Step both: ×10").click()
    page.get_by_text("Forged at iteration 10.").wait_for()  # untouched: the forger of now

    third = page.get_by_role("button", name=re.compile("^Bottle 3:"))
    third.click()
    page.get_by_text("1 of 16 marked").wait_for()
    until(lambda: third.get_attribute("aria-pressed") == "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text("2 of 16 marked").wait_for()

    boxes = page.locator(".ganlib-bottle").evaluate_all(f"all => all.map({SEEN})")
    for i, (x, y, w, h) in enumerate(boxes):
        for a, b, c, d in boxes[:i]:
            assert x + w <= a + 0.5 or a + c <= x + 0.5 or y + h <= b + 0.5 or b + d <= y + 0.5
    parts = [
        page.locator(".ganlib-map:has(.ganlib-bottle)"),
        page.get_by_role("button", name="New round").first,
    ]
    before = [part.bounding_box()["y"] for part in parts]
    for done in (1, 2, 3):
        button(page, "Settle").click()
        until(lambda done=done: page.locator(".ganlib-scores tr").count() == done + 5)
        assert [part.bounding_box()["y"] for part in parts] == pytest.approx(before, abs=0.6)
        parts[1].click()
        page.get_by_text("0 of 16 marked").wait_for()
    assert page.get_by_text("real ones blamed").is_visible()


def painted(line):
    """Return the painted cells of a game's text, numbered row by row."""
    cells = base64.b64decode(re.search(r"drawn:(\S+)", line)[1])
    return {i for i in range(1024) if cells[i >> 3] >> (7 - i % 8) & 1}


def test_data_layers_a_drawing_and_a_text(server, open_page):
    notebook(server.folder / "own.ipynb", WINE)
    page = open_page("own.ipynb", width=1366, height=1600)
    run_all(page)
    page.get_by_label("data").select_option("two heaps")
    page.get_by_label("G's layers").select_option("1")
    page.get_by_label("D's units").select_option("16")
    page.get_by_role("button", name="Start this game").click()
    page.get_by_text("of 2").wait_for()
    page.get_by_role("button", name="Step both: ×10").click()
    until(lambda: count(page) == 10)
    page.get_by_role("button", name="Write this game").click()
    text = page.get_by_label("game", exact=True)
    until(lambda: text.input_value().startswith("ganlib1 heaps G1x32 D2x16"))
    assert text.input_value().endswith("both 10")
    written = text.input_value()

    page.get_by_label("data").select_option("your drawing")
    paper = page.locator(".ganlib-paper .ganlib-glass")
    paper.scroll_into_view_if_needed()
    place = paper.bounding_box()
    page.mouse.move(place["x"] + 50, place["y"] + 50)
    page.mouse.down()
    page.mouse.move(place["x"] + 350, place["y"] + 50, steps=10)
    page.mouse.up()
    paper.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    time.sleep(0.5)
    page.get_by_role("button", name="Start this game").click()
    until(lambda: count(page) == 0)
    page.locator("img[title*='your drawing']").wait_for()
    page.get_by_role("button", name="Write this game").click()
    until(lambda: text.input_value().startswith("ganlib1 drawn:"))
    drawn = text.input_value()

    text.fill(written)
    text.blur()
    page.get_by_role("button", name="Open").click()
    until(lambda: count(page) == 10)
    page.locator("img[title*='two heaps']").wait_for()

    text.fill(drawn)  # what is opened from a text stands on the paper, and can be drawn upon
    text.blur()
    page.get_by_role("button", name="Open").click()
    page.locator("img[title*='your drawing']").wait_for()
    paper.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert page.locator(".ganlib-heard").inner_text() == "row 16, column 17, painted"
    time.sleep(0.5)
    page.get_by_role("button", name="Start this game").click()
    time.sleep(1)
    page.get_by_role("button", name="Write this game").click()
    until(lambda: text.input_value().startswith("ganlib1 drawn:") and text.input_value() != drawn)
    before, after = (painted(line) for line in (drawn, text.input_value()))
    assert after - before == {16 + 32 * 15} and before < after


def test_a_click_while_it_plays_is_echoed_at_once(server, open_page):
    """Of the click, not of the picture: the label of the button turns before the status does."""
    notebook(server.folder / "echo.ipynb", WINE)
    page = open_page("echo.ipynb", width=1366, height=768)
    run_all(page)
    echoes = []
    for _ in range(5):
        button(page, "Play").click()
        until(lambda: "steps/s" in state(page))
        time.sleep(0.7)
        echoes.append(
            page.evaluate("""() => new Promise(done => {
                const play = document.querySelector('.ganlib-play'), came = [];
                const status = document.querySelector('.ganlib-status').parentNode.parentNode;
                const note = (name, said) => {
                    if (said && !came.includes(name)) came.push(name);
                    if (came.length === 2) done(came);
                };
                const look = () => {
                    note('label', play.textContent.includes('Play'));
                    note('status', status.textContent.includes('paused'));
                };
                new MutationObserver(look).observe(document.querySelector('.ganlib'),
                    {childList: true, subtree: true, characterData: true});
                setTimeout(() => done(['not both within 20 s', ...came]), 20000);
                play.click(); })""")
        )
        until(lambda: "paused" in state(page))
    assert echoes == [["label", "status"]] * 5
