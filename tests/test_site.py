"""The static site: every link leads somewhere, every formula is drawn, no answer slips out."""

import importlib
import json
import posixpath
import re
import sys
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from PIL import Image

from tests.test_repository import MACHINE_PATH, ROOT

pytest.importorskip("math_core", reason="what the site is made with is not installed: '.[site]'")
pytest.importorskip("nbconvert")
sys.path.insert(0, str(ROOT / "tools" / "make"))
website = importlib.import_module("website")

pytestmark = pytest.mark.no_cover  # it runs nothing of ganlib, and being traced doubles its time

FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.S)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)


class Reader(HTMLParser):
    """Collect what the tests ask about; it knows nothing of how the pages are made."""

    def __init__(self, html):
        super().__init__()
        self.links, self.anchors, self.headings, self.pictures = [], [], [], []
        self.formulas, self.text, self.languages, self.inside = [], "", [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        self.links += [names[key] for key in ("href", "src", "srcset") if key in names]
        self.anchors += [names["id"]] if "id" in names else []
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) and "nav" not in self.inside else []
        self.pictures += [names.get("alt", "")] if tag == "img" else []
        self.languages += [names.get("lang")] if tag == "html" else []
        if tag == "math":
            self.formulas.append("")
        if tag not in ("img", "meta", "link", "source", "br", "hr", "input"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if "annotation" in self.inside:
            self.formulas[-1] += data
        elif not {"code", "pre", "script"} & set(self.inside):
            self.text += data


@pytest.fixture(scope="module")
def site():
    return website.Site(solutions=False).render()


@pytest.fixture(scope="module")
def full():
    return website.Site(solutions=True).render()


read = cache(Reader)


def read_all(files):
    return {name: read(data.decode()) for name, data in files.items() if name.endswith(".html")}


@pytest.fixture(scope="module")
def pages(full):
    return read_all(full)


def lost(files):
    """Return the links that lead nowhere."""
    pages = read_all(files)
    found = []
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if parts.scheme != "https" or "." not in parts.netloc or " " in link:
                    found.append((name, link))
                continue
            path = unquote(parts.path)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            if target not in files or (parts.fragment and parts.fragment not in pages[target].anchors):
                found.append((name, link))
    return found


@pytest.mark.parametrize("which", ["site", "full"])
def test_every_link_leads_somewhere(request, which):
    files = request.getfixturevalue(which)
    assert lost(files) == []
    broken = files["index.html"].replace(b'href="notebooks/01', b'href="notebooks/77')
    assert len(lost({**files, "index.html": broken})) >= 1  # the check can see a lost one


def test_links_within_the_repository_lead_to_pages(pages):
    lessons = [f"notebooks/{path.stem}.html" for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    assert set(lessons) <= set(pages["index.html"].links)
    assert "ganlib/gan.py.html" in pages["index.html"].links
    for name, page in pages.items():
        assert not [link for link in page.links if link.endswith(".md")], name
        own = posixpath.basename(name).replace(".html", ".ipynb")  # to download
        assert {link for link in page.links if link.endswith(".ipynb")} <= {own}, name


def test_lessons_follow_each_other(pages):
    assert "../exercises/01_the_wine_forger.html" in pages["notebooks/01_the_wine_forger.html"].links
    assert "../notebooks/02_the_math.html" in pages["solutions/01_the_wine_forger.html"].links


def source_of(name):
    return ROOT / name.replace(".html", ".ipynb")


def test_every_formula_is_converted(pages):
    count = 0
    for name, page in pages.items():
        if source_of(name).exists():
            cells = nbformat.read(source_of(name), as_version=4).cells
            text = "\n\n".join(
                CODE.sub("", cell.source) for cell in cells if cell.cell_type == "markdown"
            )
            wanted = [block or inline for block, inline in FORMULA.findall(text)]
            assert [formula.split() for formula in page.formulas] == [one.split() for one in wanted], name
            count += len(wanted)
        else:  # a price is none
            assert not [formula for formula in page.formulas if re.match(r"\d", formula)], name
        assert "$" not in page.text, name
        assert not re.search(r"\\[a-z]+", page.text), name
    assert count > 250


def test_mathml_says_what_the_formula_says(full):
    html = full["notebooks/02_the_math.html"].decode()
    formula = re.search(
        r"<math[^>]*>(?:(?!</math>).)*D\^\*\(x\) = \\frac\{p\(x\)\}.*?</math>", html, re.S
    )
    drawn = re.sub(r"<annotation.*?</annotation>|<[^>]+>", "", formula[0], flags=re.S)
    assert "".join(drawn.split()) == "D∗(x)=p(x)p(x)+q(x)."


def test_solutions_are_left_out_unless_asked_for(site, full):
    assert not [name for name in site if name.startswith("solutions/")]
    assert len([name for name in full if re.fullmatch(r"solutions/.*\.html", name)]) == 8
    told = ("CONTRIBUTING", "docs/adapting")  # they say how a solution is marked
    shown = [
        name
        for name, data in site.items()
        if b"BEGIN SOLUTION" in data and not name.startswith((*told, "search-index"))
    ]
    assert shown == []
    sections = json.loads(site["search-index.js"].decode()[len("ganlibIndex(") : -3])
    assert all(url.startswith(told) for url, *_, text in sections if "BEGIN SOLUTION" in text)
    assert not [url for url, *_ in sections if url.startswith("solutions/")]
    assert {url.partition("#")[0] for url, *_ in sections} >= {
        "notebooks/07_when_gans_fail.html",
        "play.html",
    }
    assert b"BEGIN SOLUTION" in full["solutions/03_a_dense_gan.ipynb"]
    assert b"Solution 3" in full["solutions/03_a_dense_gan.html"]


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Return a function that makes the site of a repository with a README of some words."""
    monkeypatch.setattr(website, "ROOT", tmp_path)
    for name in ("solutions/one.ipynb", "ganlib/gan.py", "LICENSE", "docs/a.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("# A\n\n## B\n")

    def made(words):
        (tmp_path / "README.md").write_text(f"# The title\n\n{words}\n")
        return website.Site().render()

    return made


def test_links_lead_to_pages_and_what_has_none_keeps_its_words(small):
    files = small(
        "[a](docs/a.md#b) [b](ganlib/gan.py) [c](solutions/one.ipynb) [d](ganlib/) [e](LICENSE)"
    )
    assert {"docs/a.html", "ganlib/gan.py.html", "LICENSE.html"} <= set(files)
    assert not [name for name in files if "solutions" in name]
    links = {"docs/a.html#b", "ganlib/gan.py.html", "LICENSE.html"}
    page = Reader(files["index.html"].decode())
    assert links <= set(page.links) and not [link for link in page.links if "one" in link]
    assert "c d " in page.text and lost(files) == []


@pytest.mark.parametrize("nowhere", ["docs/nothing.md", "../elsewhere.md"])
def test_a_link_to_nothing_is_refused(small, nowhere):
    with pytest.raises(ValueError, match=r"README\.md: received a link to .*Correct the link"):
        small(f"[a]({nowhere})")


def test_a_formula_that_cannot_be_drawn_is_named(small):
    with pytest.raises(ValueError, match=r"README\.md: received a formula .*nosuchcommand"):
        small(r"Here is $\nosuchcommand{x}$.")


def test_headings_tables_and_full_stops(small):
    html = small("## B\n\n| | b |\n|-|-|\n| 1 | 2 |\n\n## B\n\nSo $x$. And $y$ too.")[
        "index.html"
    ].decode()
    assert ['id="b"' in html, 'id="b-1"' in html, html.count("<th>")] == [True, True, 1]
    assert re.search(r"<span class=.together.><math>(?:(?!</math>).)*</math>\.</span> And <math>", html)


def test_pages_name_no_path_of_this_machine_and_fetch_nothing(full):
    for name, data in full.items():
        if name.endswith((".html", ".css", ".svg")):
            text = data.decode()
            assert not MACHINE_PATH.search(text), name
            assert str(ROOT) not in text, name
            assert not re.search(r"""(src|srcset)="https?:|url\(|@import|<link[^>]*"https?:""", text), (
                name
            )


def test_pages_say_their_language_and_describe_their_pictures(pages):
    for name, page in pages.items():
        assert page.languages == ["en"], name
        assert page.headings.count(1) == 1 and page.headings[0] == 1, name
        assert all(b <= a + 1 for a, b in pairwise(page.headings)), name
        assert all(len(alt) > 15 for alt in page.pictures), name
        assert len(page.anchors) == len(set(page.anchors)), name


def test_quotation_marks_are_curly_and_in_pairs_and_code_keeps_its_own(full, pages):
    for name, page in pages.items():
        assert not re.search("[\"']", page.text), name
        assert page.text.count("“") == page.text.count("”"), name
    start = full["notebooks/00_start_here.html"].decode()
    assert "leans to “real”" in start and "discriminator’s opinion" in start
    assert not re.search("[“”]", "".join(re.findall("<pre>.*?</pre>", start, re.S)))


def test_a_folder_with_something_else_in_it_is_refused(tmp_path, capsys):
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(SystemExit):
        website.main(["--out", str(tmp_path)])
    assert "holds something else" in capsys.readouterr().err
    assert (tmp_path / "letter.txt").read_text() == "keep me"
    (tmp_path / "index.html").write_text("a home page of one's own")
    with pytest.raises(SystemExit):
        website.main(["--out", str(tmp_path)])
    assert (tmp_path / "letter.txt").read_text() == "keep me"


def test_an_older_site_goes_and_what_is_hidden_stays(tmp_path, monkeypatch):
    for name, data in {
        "search-index.js": "ganlibIndex([]);",
        "old/page.html": "",
        ".git/HEAD": "x",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(data)
    made = SimpleNamespace(render=lambda: {"index.html": b"new"})
    monkeypatch.setattr(website, "Site", lambda *_: made)
    website.main(["--out", str(tmp_path)])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", "index.html"]


ADDRESS = "https://code.example.org/some/course.git"


def test_a_lesson_is_tried_where_the_address_is_known(site, small, tmp_path):
    """Nothing is invented: no address, no link; and none to a solution."""
    begins = "https://mybinder.org/v2/git/https%3A%2F%2Fcode.example.org%2Fsome%2Fcourse.git/"

    def tried(files):
        pages = read_all(files)
        links = {
            name: [one for one in page.links if "mybinder.org/v2" in one] for name, page in pages.items()
        }
        return {name: found for name, found in links.items() if found}

    assert tried(site) == {}  # the repository of the course names no address
    small("Words.")
    (tmp_path / "solutions/one.ipynb").unlink()
    for folder in website.KINDS:
        (tmp_path / folder).mkdir(exist_ok=True)
        page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 3 A dense GAN")])
        nbformat.write(page, tmp_path / folder / "03_a_dense_gan.ipynb")
    assert website.cited() == ""
    found = tried(website.Site(True, repository=ADDRESS, branch="a/b").render())
    assert found == {
        f"{folder}/03_a_dense_gan.html": [f"{begins}a%2Fb?labpath={folder}%2F03_a_dense_gan.ipynb"]
        for folder in ("notebooks", "exercises")
    }
    (tmp_path / "CITATION.cff").write_text(f'title: "a"\nrepository-code: "{ADDRESS}"\n')
    assert website.cited() == ADDRESS


@pytest.mark.parametrize(
    "address",
    ["http://a.org/b", "https://a.org", "https://me:word@a.org/b", "git@a.org:b", "https://host/b"],
)
def test_an_address_that_nobody_else_can_clone_is_refused(address, capsys):
    with pytest.raises(SystemExit):
        website.main(["--repository", address])
    assert "accepted is the https address of a public repository" in capsys.readouterr().err


def test_a_number_stays_with_its_unit(small):
    html = small("15 min, 5 000 digits in 1 min 20 s, 3 GB, 15 / min; `5 000 a`; 3 sets of 20 ms")[
        "index.html"
    ].decode()
    words = re.search("15.*?ms", html)[0].replace("\N{NO-BREAK SPACE}", "~")
    assert (
        words
        == "15~min, 5~000 digits in 1~min 20~s, 3~GB, 15~/~min; <code>5 000 a</code>; 3 sets of 20~ms"
    )


def test_charts_are_told_from_maps_and_digits():
    def ground(colour, share=0.0, ink=(0, 0, 0)):
        image = Image.new("RGB", (100, 100), colour)
        image.paste(ink, (5, 5, 95, 5 + int(100 * share)))
        return website.ground(image)

    assert ground("white", 0.04) == ground("white", 0.1, (0, 114, 178)) == "chart"
    assert ground("white", 0.5) == ground("white", 0.3, (246, 203, 171)) == ""
    assert ground("black", 0.5, (128, 128, 128)) == "dark"


def test_the_first_page_begins_with_a_game_and_no_lab_stands_still(full):
    first = full["index.html"].decode()
    assert first.index("data-ring") < first.index("Nine notebooks") < first.index("Two commands")
    for name, data in full.items():
        if name.startswith("notebooks/") and name.endswith(".html"):
            assert website.IDLE not in data.decode() and website.STILL not in data.decode(), name
    assert full["notebooks/01_the_wine_forger.html"].decode().count("The lab needs a kernel.") == 1


def test_no_page_weighs_more_than_a_megabyte(full):
    """With its scripts, style and pictures; what *Draw digits* reads beside it is a file a moment."""
    weights = website.weights(full)
    assert set(weights) == {name for name in full if name.endswith(".html")}
    assert max(weights.values()) < 1e6
    assert weights["notebooks/01_the_wine_forger.html"] > len(full["notebooks/01_the_wine_forger.html"])
    assert all(len(data) < 1e6 for name, data in full.items() if name.startswith("draw/"))
