"""The site in a real browser: axe-core, light and dark, wide and narrow; keyboard, menu and paper."""

import itertools
import os
from functools import partial

import pytest
from conftest import ROOT, until

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
FOLDERS = ("notebooks", "exercises", "solutions", "docs", ".")
PAGES = ["index", "draw", "play"] + [
    path.relative_to(ROOT).with_suffix("").as_posix()
    for folder in FOLDERS
    for path in sorted((ROOT / folder).glob("*.*"))
    if path.suffix in (".ipynb", ".md") and path.name != "README.md"
]
OPTIONS = {"resultTypes": ["violations", "incomplete"], "rules": {"target-size": {"enabled": True}}}
HARMLESS = {
    "nonBmp",
    "elmPartiallyObscured",
}  # signs that are no letters; what has to be scrolled into view


@pytest.fixture
def visit(chromium, site):
    """Return a function that opens a page, and fail on a message or on a request to another machine."""
    address, _ = site
    contexts, wrong = [], []

    def visited(name, width=1280, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda request: request.url.startswith(("data:", address)) or wrong.append(request.url),
        )
        page.goto(f"{address}/{name}.html", wait_until="load")
        return page

    yield visited
    for context in contexts:
        context.close()
    assert not wrong


def findings(page, part=None):
    """Yield what axe objects to, and on a wide page, where all is in view, contrasts it cannot judge."""
    results = axe.Axe().run(page, part, OPTIONS).response
    for rule in results["violations"]:
        for node in rule["nodes"]:
            yield rule["id"], node["html"], node["failureSummary"]
    doubts = results["incomplete"] if page.viewport_size["width"] >= 1280 else ()
    for rule in doubts:
        for node in rule["nodes"] if rule["id"] == "color-contrast" else ():
            if not {check["data"]["messageKey"] for check in node["any"]} <= HARMLESS:
                yield rule["id"], node["html"], node["failureSummary"]


VIEWS = list(itertools.product(("light", "dark"), (1280, 360)))
ALL = [(name, *view) for name in PAGES for view in VIEWS]
SOME = [(name, *VIEWS[place % len(VIEWS)]) for place, name in enumerate(PAGES)]  # each once, in turn


@pytest.mark.parametrize(
    ("name", "scheme", "width"), SOME if os.environ.get("GANLIB_SOME_VIEWS") else ALL
)
def test_axe_finds_nothing(visit, name, scheme, width):
    page = visit(name, width, scheme)
    assert list(findings(page)) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if name.startswith("notebooks"):  # once more with all that is folded in view
        page.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
        assert list(findings(page)) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_came_out_is_folded_until_asked_for(chromium, site):
    """By keyboard, and without JavaScript: the browser's own unfolding."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site[0]}/notebooks/01_the_wine_forger.html")
    told = page.locator("details.told", has_text="He walks past 0")
    assert not told.get_by_text("He walks past 0").first.is_visible()
    told.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert told.get_by_text("He walks past 0").first.is_visible()
    said = told.locator("details", has_text="To and fro around 0 for ever")
    said.locator("summary").focus()
    page.keyboard.press("Enter")
    assert said.get_by_text("Here the swings die out").is_visible()
    context.close()


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("notebooks/")])
def test_there_is_one_question_a_screen(visit, name):
    """No screen of a laptop, 768 pixels high, holds two whole questions; the three of recall are one."""
    page = visit(name, 1366)
    page.evaluate("document.querySelectorAll('details.told').forEach((part) => (part.open = true))")
    boxes = page.locator(".ganlib-question").evaluate_all(
        "all => all.map(one => [one.getBoundingClientRect().top, one.getBoundingClientRect().bottom])"
    )
    boxes = boxes if name.endswith(("00_start_here", "01_the_wine_forger")) else boxes[3:]
    assert len(boxes) >= 2
    assert all(bottom - top > 768 for (top, _), (_, bottom) in itertools.pairwise(boxes))


def test_axe_finds_nothing_in_files_that_are_linked(visit, site):
    _, folder = site
    others = {path.relative_to(folder).as_posix()[:-5] for path in folder.rglob("*.html")} - set(PAGES)
    assert "ganlib/gan.py" in others
    for name in sorted(others):
        for scheme in ("light", "dark"):
            assert list(findings(visit(name, scheme=scheme))) == []


FOREIGN = """what => new Promise(done => {
    document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective));
    setTimeout(() => done('nothing refused it'), 3000);
    const made = document.createElement(what === 'inline' ? 'script' : what);
    if (what === 'inline') made.textContent = 'window.came = 1';
    else made[what === 'link' ? 'href' : 'src'] = 'http://127.0.0.1:9/foreign';
    if (what === 'link') made.rel = 'stylesheet';
    document.body.append(made);
})"""


@pytest.mark.parametrize("name", ["index", "play", "draw", "notebooks/01_the_wine_forger"])
def test_the_policy_of_a_page_refuses_what_is_foreign(chromium, site, name):
    for what, rule in (
        ("img", "img-src"),
        ("script", "script-src-elem"),
        ("link", "style-src-elem"),
        ("iframe", "frame-src"),
        ("inline", "script-src-elem"),
    ):
        page = chromium.new_page()
        page.goto(f"{site[0]}/{name}.html")
        assert page.evaluate(FOREIGN, what) == rule
        assert page.evaluate("window.came === undefined")
        page.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1366, "dark")])
def test_search_finds_a_section_without_a_server(chromium, site, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"file://{site[1]}/notebooks/02_the_math.html")
    if width < 600:
        page.get_by_role("button", name="Contents").click()
    box = page.get_by_role("searchbox", name="Search")
    box.fill("label smoothing")
    first = page.locator("[data-found] a").first
    first.wait_for()
    assert "smoothing" in first.inner_text()
    box.fill("mode collapse")
    until(lambda: page.evaluate("document.querySelector('[data-found]').innerText.includes('fail')"))
    assert "When GANs fail" in page.locator("[data-found]").inner_text()
    box.fill("zzzz")
    page.get_by_text("No section has all these words.").wait_for()
    box.fill("finished game dashboard")
    page.locator("[data-found] a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/*.html*")
    assert page.locator("h1").count() == 1
    context.close()


def test_axe_sees_what_is_wrong(visit):
    """The tests above could pass because axe looks at nothing."""
    page = visit("index")
    page.add_style_tag(content="p { color: #999 } .c1 { color: #ccc !important }")
    page.evaluate("document.querySelector('article img').removeAttribute('alt')")
    found = list(findings(page))
    assert {"color-contrast", "image-alt"} <= {rule for rule, _, _ in found}
    assert any('class="c1"' in html for _, html, _ in found)


def test_every_picture_is_drawn_and_no_formula_is_cut(visit):
    for name in ("index", "notebooks/00_start_here", "notebooks/02_the_math"):
        page = visit(name)
        page.evaluate("document.querySelectorAll('img').forEach(one => one.loading = 'eager')")
        until(partial(page.evaluate, "[...document.images].every(one => one.complete)"))
        assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
        sizes = page.locator("math").evaluate_all("all => all.map(one => one.getBoundingClientRect())")
        assert all(box["width"] > 3 and box["height"] > 3 for box in sizes)


def test_by_keyboard_alone(visit):
    page = visit("notebooks/01_the_wine_forger", 360)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    assert skip.evaluate(
        "link => link === document.activeElement && link.getBoundingClientRect().top >= 0"
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # Contents
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) != "none"
    lesson = page.get_by_role("link", name="The maths", exact=True)
    assert not lesson.is_visible()
    page.keyboard.press("Enter")
    assert lesson.is_visible()
    assert list(findings(page, "#contents")) == []
    page.keyboard.press("Escape")
    assert not lesson.is_visible()
    page.keyboard.press("Enter")
    lesson.press("Enter")
    page.wait_for_url("**/02_the_math.html")


def test_what_must_scroll_can_be_reached(visit):
    page = visit("notebooks/03_a_dense_gan", 360)
    wide = "[...document.querySelectorAll('pre, .wide')].filter(box => box.scrollWidth > box.clientWidth)"
    assert page.evaluate(f"{wide}.length") > 10
    assert page.evaluate(f"{wide}.every(box => box.tabIndex === 0)")


LOOK = """which => { const picture = document.querySelector(which), look = getComputedStyle(picture);
    return [look.filter.includes('invert(1)'), look.backgroundColor]; }"""


def test_charts_turn_dark_and_maps_stay_light_in_the_dark(visit):
    """White means something on a map, and nothing on a chart."""
    chart, map_ = "figure img.chart", ".ganlib-film:not(.chart) .ganlib-screen"
    for scheme, turned in (("dark", True), ("light", False)):
        page = visit("notebooks/01_the_wine_forger", scheme=scheme)
        assert page.evaluate(LOOK, chart)[0] == turned
        assert not page.evaluate(LOOK, map_)[0]
        assert (page.evaluate(LOOK, "html")[1] == "rgb(255, 254, 251)") != turned
    page = visit("notebooks/01_the_wine_forger", scheme="dark")
    page.emulate_media(media="print")
    assert not page.evaluate(LOOK, chart)[0]


def test_what_is_cut_fades_at_the_side_where_more_is_hidden(visit):
    page = visit("notebooks/03_a_dense_gan", 360)
    box = page.locator("pre[data-more]").first
    masked = "box => getComputedStyle(box).maskImage.includes('gradient')"
    assert box.get_attribute("data-more") == "right" and box.evaluate(masked)
    box = box.element_handle()
    for left, due in (("20", "left right"), ("99999", "left "), ("0", "right")):
        box.evaluate(f"box => {{ box.scrollLeft = {left}; }}")
        until(lambda: box.get_attribute("data-more") == due)  # noqa: B023
    box.focus()
    page.keyboard.press("ArrowRight")  # from here on the keyboard has it: no mask cuts its outline
    until(lambda: not box.evaluate(masked))
    assert (
        not visit("docs/hosting", 1366)
        .locator("table")
        .first.evaluate("table => 'more' in table.parentNode.dataset")
    )


def test_a_number_is_not_parted_from_its_unit(visit):
    page = visit("index", 360)
    cell = page.get_by_role("cell", name="55 min").first
    lines = "cell => { const range = document.createRange(); range.selectNodeContents(cell);"
    assert cell.evaluate(lines + " return range.getClientRects().length; }") == 1


def test_a_stranger_plays_on_the_first_page(from_disk):
    """By touch and by keys: Play, the map beside it, the rules; without scrolling first."""
    for page in from_disk("index"):
        said, play = page.locator("[data-part=said]"), page.get_by_role("button", name="Play", exact=True)
        place, square = play.bounding_box(), page.locator("[data-part=map]").bounding_box()
        assert max(place["y"] + place["height"], square["y"] + square["height"] / 2) < 800
        play.tap()
        until(lambda: int(said.inner_text().split()[1].strip(":")) > 300, 90)  # noqa: B023
        page.get_by_role("button", name="Pause").press("Enter")
        still = said.inner_text()
        page.wait_for_timeout(300)
        assert said.inner_text() == still
        page.get_by_role("button", name="Step D ×10").press("Space")
        page.get_by_role("button", name="Restart").tap()
        assert said.inner_text().startswith("Step 0:")
        page.get_by_text("Change the rules").press("Enter")
        page.get_by_label("D per G").press("End")
        page.get_by_label("data").select_option("two heaps")
        assert said.inner_text().endswith("of 2")


def test_a_film_is_played_by_keys_alone(visit):
    """Tab leads from its button over the steps to the slider; arrows, Home and End move it."""
    page = visit("notebooks/01_the_wine_forger")
    film = page.locator(".ganlib-film").first
    label = film.locator(".ganlib-film-bar span")
    film.get_by_role("button", name="Play").focus()
    page.keyboard.press("Enter")
    until(lambda: label.inner_text() != "step 0")
    page.keyboard.press("Space")
    still = label.inner_text()
    page.wait_for_timeout(600)
    assert label.inner_text() == still
    for _ in range(2):  # one step back, the slider
        page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert label.inner_text() == "step 0"
    page.keyboard.press("ArrowRight")
    assert label.inner_text() == "step 8"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    moved = label.inner_text()
    assert moved not in ("step 0", "step 8")
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert label.inner_text() == "step 8"


def test_a_movie_keeps_still_on_request(chromium, site):
    for motion, suffix in (("no-preference", ".gif"), ("reduce", ".gif.png")):
        context = chromium.new_context(reduced_motion=motion)
        page = context.new_page()
        page.goto(f"{site[0]}/index.html")
        movie = page.locator("picture img")
        movie.scroll_into_view_if_needed()
        until(partial(page.evaluate, "document.querySelector('picture img').currentSrc"))
        assert movie.evaluate("one => one.currentSrc").endswith(suffix)
        context.close()


def test_a_film_is_scrubbed_on_a_page_from_the_disk(chromium, site):
    """No server, no kernel: play, a step, the slider by keys and by touch; all moments on paper."""
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(f"file://{site[1]}/notebooks/01_the_wine_forger.html")
    film = page.locator(".ganlib-film").first
    film.scroll_into_view_if_needed()
    label, slide = film.locator(".ganlib-film-bar span"), film.get_by_role("slider")
    assert label.inner_text() == "step 0"
    box = film.locator(".ganlib-screen").bounding_box()
    assert box["width"] <= 390 and 2.5 < box["width"] / box["height"] < 3.5
    film.get_by_role("button", name="one step on").tap()
    assert label.inner_text() == "step 8"
    place = slide.bounding_box()
    page.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    assert label.inner_text() not in ("step 0", "step 8")
    slide.focus()
    page.keyboard.press("End")
    assert label.inner_text() == "step 299"
    film.get_by_role("button", name="Play").tap()
    until(
        lambda: page.evaluate("document.querySelector('.ganlib-film-bar span').innerText === 'step 40'")
    )
    film.get_by_role("button", name="Pause").tap()
    page.emulate_media(media="print")
    assert not film.locator(".ganlib-film-bar").is_visible()
    assert film.locator("img").bounding_box()["height"] > box["height"]  # the whole sheet
    context.close()


def test_without_javascript_a_film_is_all_its_moments(chromium, site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site[0]}/notebooks/01_the_wine_forger.html")
    image = page.locator(".ganlib-film > img").first
    assert image.is_visible() and not page.locator(".ganlib-film-bar").count()
    context.close()


def test_paper_has_no_navigation(visit):
    page = visit("notebooks/02_the_math", scheme="dark")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('html')).color") == "rgb(0, 0, 0)"
    assert page.pdf()[:4] == b"%PDF"
