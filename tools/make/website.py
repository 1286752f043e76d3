"""Render the course to static pages: README, lessons, exercises and documents; solutions on request.

    python tools/make/website.py [--solutions] [--repository URL] [--branch NAME] [--out site]

The pages show the committed outputs: nothing is run and nothing is fetched.  Formulas become MathML,
which browsers draw by themselves.  A link to a file of the repository leads to its page; a text file
that is linked gets a page of its own; what has no page is named without a link.
Where the repository's public address is known, a lesson has a link that opens it with a kernel.
"""

import argparse
import base64
import hashlib
import io
import json
import posixpath
import re
import shutil
import sys
from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import nbformat
import numpy as np
from bs4 import BeautifulSoup
from jinja2 import pass_context
from math_core import LatexError, LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image, ImageChops
from pygments.lexers import get_lexer_for_filename
from pygments.util import ClassNotFound

ROOT = Path(__file__).resolve().parents[2]
STYLE, FILM = ROOT / "tools" / "make" / "website", ROOT / "ganlib" / "plots"
KINDS = {"notebooks": "Lesson", "exercises": "Exercise", "solutions": "Solution"}
PICTURES = {".gif", ".jpg", ".png", ".svg"}
CALLS = {"Question.": "question", "What it showed.": "answer"}  # bold words that open a paragraph
ASSETS = ("style.css", "icon.svg", "page.js", "search.js")
LIVE = {"play.md": "ring: playRing, knob: playKnob", "draw.md": "draw: play"}  # page: what begins it
IDLE = "The lab has trained nothing yet"  # what the alt text of a lab says that stands still
STILL = "On a page without a kernel the picture above stands still. "
UNIT = re.compile(r"(?<=\d) (?=(?:min|ms|s|h|kB|MB|GB|%|px)\b|/|\d{3}\b)|(?<=\d /) (?=min\b)")
GUESSES = ("## What you guessed", "lesson.summary(")  # a page has no guesses


@dataclass
class Page:
    """A file of the repository and the page that is made of it.

    Attributes:
        source: The file's path, from the root of the repository, with forward slashes.
        body: What the page says, as a tree of HTML.
        sections: Its second headings, as pairs of anchor and words.
    """

    source: str
    body: BeautifulSoup
    sections: list = field(default_factory=list)

    @property
    def url(self):
        """The page's path in the site."""
        stem, suffix = posixpath.splitext(self.source)
        if self.source == "README.md":
            return "index.html"
        return f"{stem if suffix in ('.md', '.ipynb') else self.source}.html"

    @property
    def kind(self):
        """Lesson, Exercise or Solution; nothing for a document."""
        return KINDS.get(posixpath.dirname(self.source), "")

    @property
    def number(self):
        """A lesson's number, as its file's name has it."""
        return int(posixpath.basename(self.source)[:2])

    @property
    def title(self):
        """The page's first heading."""
        return self.body.h1.get_text()

    @property
    def name(self):
        """The title without its number."""
        return re.sub(r"^(\w+ )?\d+\W+", "", self.title)

    def to(self, url):
        """Return the way from this page to a path of the site."""
        return posixpath.relpath(url, posixpath.dirname(self.url) or ".")


class Renderer(IPythonRenderer):
    """Markdown to HTML, with formulas as MathML."""

    mathml = LatexToMathML(annotation=True, fancy_error=False)

    def inline_math(self, body):
        return self.mathml.convert_with_local_state(body, displaystyle=False)

    def block_math(self, body):
        return (
            f'<span class="wide">{self.mathml.convert_with_local_state(body, displaystyle=True)}</span>'
        )


class Exporter(HTMLExporter):
    """Cells and their outputs through ``tools/make/website/index.html.j2``."""

    @pass_context
    def markdown2html(self, context, source):
        return MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(source)


def notebook(path):
    """Return a text file as a notebook: Markdown as one cell, other text as a listing under its name."""
    if path.suffix == ".ipynb":
        found = nbformat.read(path, as_version=4)
        found.cells = [cell for cell in found.cells if not cell.source.startswith(GUESSES)]
        return found
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        try:
            language = get_lexer_for_filename(path.name).aliases[0]
        except ClassNotFound:
            language = ""
        text = f"# `{path.relative_to(ROOT).as_posix()}`\n\n~~~~{language}\n{text}\n~~~~\n"
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])


def together(body):
    """Keep a number and its unit on one line, and the digits of a number."""
    for words in body.find_all(string=UNIT):
        if not words.find_parent(["code", "math", "pre", "script", "style"]):
            words.replace_with(UNIT.sub("\N{NO-BREAK SPACE}", words))


def ground(image):
    """Say what a picture is made of: a ``chart`` on white, ``dark`` up to its edge, or neither.

    A chart can be turned to light lines on dark paper.  A map or a digit cannot: its colours
    mean something.
    """
    tones = np.asarray(image.convert("RGB")).astype(int)
    high, low = tones.max(axis=2), tones.min(axis=2)
    white, black = (low >= 250).mean(), (high < 60).mean()
    edge = np.concatenate([high[0], high[-1], high[:, 0], high[:, -1]]).mean()
    return "chart" if white > 0.8 and black < 0.05 else "dark" if edge < 140 else ""


def hosted(repository, branch):
    """Return where one file of a public repository opens with a kernel, up to the file's own path.

    Args:
        repository: The address that ``git clone`` takes, ``https``.
        branch: A branch, a tag or ``HEAD``.

    Raises:
        ValueError: The address is none that another machine could clone.
    """
    parts = urlsplit(repository)
    if parts.scheme != "https" or "." not in parts.netloc or "@" in parts.netloc or not parts.path[1:]:
        raise ValueError(
            f"repository: received {repository!r}, accepted is the https address of a public repository,"
            " without a name or a password. Correct it, or leave it out: then no page has such a link."
        )
    return f"https://mybinder.org/v2/git/{quote(repository, safe='')}/{quote(branch, safe='')}?labpath="


def cited():
    """Return the repository's address as ``CITATION.cff`` has it; nothing where it has none."""
    path = ROOT / "CITATION.cff"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.search(r"""^repository-code:\s*["']?([^\s"'#]+)""", text, re.M)
    return found[1] if found else ""


def curl(body):
    """Turn straight quotation marks of the prose into curly ones."""
    for block in body(re.compile("^(p|li|td|th|summary|label|option|button|h[1-6])$")):
        marks = cycle("“”")
        for words in block.find_all(string=re.compile("[\"']")):
            if not words.find_parent(["code", "math", "pre"]):
                words.replace_with(re.sub('"', lambda _: next(marks), words).replace("'", "’"))  # noqa: B023


class Site:
    """The pages and files of the site, all in memory.

    Args:
        solutions: Whether the solutions are rendered.
        repository: Its public address; by default that of ``CITATION.cff``, if it has one.
        branch: The branch that opens.

    Raises:
        ValueError: A formula that cannot be converted; a link to nothing; an address that is not public.
    """

    def __init__(self, solutions=False, repository=None, branch="HEAD"):
        repository = cited() if repository is None else repository
        self.hosted = hosted(repository, branch) if repository else ""
        self.exporter = Exporter(template_name="website", extra_template_basedirs=[str(STYLE.parent)])
        self.files = {name: (STYLE / name).read_bytes() for name in ASSETS}
        self.files["style.css"] += (FILM / "film.css").read_bytes()
        film = (FILM / "film.js").read_text(encoding="utf-8").strip()
        self.files["film.js"] = f"document.querySelectorAll('.ganlib-film').forEach({film});\n".encode()
        self.pages = {}
        folders = list(KINDS)[: 3 if solutions else 2]
        course = [path for folder in folders for path in (ROOT / folder).glob("*.ipynb")]
        course.sort(key=lambda path: (path.name[:2], folders.index(path.parent.name)))
        documents = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
        for path in dict.fromkeys([ROOT / "README.md", *course, *documents]):
            self.add(path.relative_to(ROOT).as_posix())
        self.live()
        self.invite()
        self.order = list(self.pages.values())
        for page in self.order:
            self.finish(page)

    def live(self):
        """Add the pages that compute, with their scripts, and with weights, the last moment first."""
        weights = sorted((STYLE / "draw").glob("*.js"), reverse=True)
        self.files |= {f"draw/{path.name}": path.read_bytes() for path in weights}
        shared = (STYLE / "shared.js").read_bytes()
        for source, begun in LIVE.items():
            name = source.removesuffix(".md")
            body = (STYLE / f"{name}.html").read_text(encoding="utf-8")
            body += f'<script src="{name}.js"></script>'
            if name == "draw":
                body += "".join(f'<script src="draw/{path.name}" defer></script>' for path in weights)
            self.pages[source] = Page(source, BeautifulSoup(body, "html.parser"))
            begin = (
                f"Object.entries({{{begun}}}).forEach(([name, begin]) =>"
                " document.querySelectorAll(`[data-${name}]`).forEach(begin));\n"
            )
            self.files[f"{name}.js"] = shared + (STYLE / f"{name}.js").read_bytes() + begin.encode()

    def invite(self):
        """Begin the first page with a game: who opens it has played before she has read."""
        body, play = self.pages["README.md"].body, self.pages["play.md"].body
        first = BeautifulSoup((STYLE / "first.html").read_text(encoding="utf-8"), "html.parser")
        game = copy(play.select_one("[data-ring]"))
        knobs, rules, more = game.select_one(".knobs"), first.new_tag("details"), first.new_tag("summary")
        more.string = "Change the rules"
        rules.extend([more, *game.find_all("label")])
        knobs.append(rules)
        head = first.select_one(".head")  # on a phone above the map, on a desktop beside it
        head.insert(0, body.h1)
        head.append(game.select_one("[data-part=play]"))
        game.insert(0, head)
        first.select_one("[data-game]").replace_with(game)
        first.select_one(".ways").insert_before(body.find("p"))
        first.select_one(".ways").find_previous_sibling("p")["class"] = "lead"
        for link in first.select(".ways a"):
            if link["href"] not in self.pages:  # a course without this lesson
                link.find_parent("li").decompose()
        body.insert(0, first)
        body.append(body.new_tag("script", src="play.js"))

    def add(self, source):
        """Render one file and return its page, whose links still lead into the repository."""
        try:
            html, _ = self.exporter.from_notebook_node(notebook(ROOT / source))
        except LatexError as error:
            raise ValueError(
                f"{source}: received a formula that MathML cannot be made of ({error}), accepted is what"
                " math-core knows. Write the formula with simpler commands."
            ) from error
        page = self.pages[source] = Page(source, BeautifulSoup(html, "html.parser"))
        if source.endswith(".ipynb"):
            self.files[source] = (ROOT / source).read_bytes()
        return page

    def finish(self, page):
        """Give a page its anchors, links, pictures and tables."""
        if page.kind == "Solution":  # its heading is the exercise's
            page.body.h1.string = page.title.replace("Exercise", "Solution", 1)
        curl(page.body)
        together(page.body)
        used = Counter()
        for heading in page.body(re.compile("^h[1-6]$")):
            anchor = re.sub(r"[^\w\- ]", "", heading.get_text().strip().lower()).replace(" ", "-")
            heading["id"] = f"{anchor}-{used[anchor]}" if used[anchor] else anchor
            used[anchor] += 1
            if heading.name == "h2":
                page.sections.append((heading["id"], heading.get_text()))
        for bar in page.body("mo", string="\N{COMBINING LOW LINE}"):  # no font stretches it: CSS draws it
            bar.parent.name, bar.parent.attrs = "mrow", {"class": "over"}
            bar.decompose()
        for formula in page.body("math", display=False):  # its full stop stays on its line
            stop = re.match(r"[.,;:!?)]+", formula.next_sibling or "")
            if stop:
                formula.next_sibling.replace_with(formula.next_sibling[stop.end() :])
                formula.wrap(page.body.new_tag("span", attrs={"class": "together"})).append(stop[0])
        for link in page.body("a", href=True):
            target = self.target(page, link["href"])
            if target:
                link["href"] = target
            else:
                link.unwrap()
        for picture in page.body("img"):
            self.show(page, picture)
        for film in page.body.select(".ganlib-film"):  # the page's own script and style start it
            film.style.decompose()
        for table in page.body("table"):
            table.wrap(page.body.new_tag("div", attrs={"class": "wide"}))
            for head in table("th"):
                if not head.get_text(strip=True):
                    head.name = "td"  # a heading without words is none
        for bold in page.body.select("p > :is(b, strong):first-child"):
            if not bold.previous_sibling and bold.get_text() in CALLS:
                bold.name, bold.parent["class"] = "strong", CALLS[bold.get_text()]
        self.wake(page)
        if self.hosted and page.kind in ("Lesson", "Exercise"):
            link = f'<a href="{self.hosted}{quote(page.source, safe="")}">Try it</a>'
            words = "this page with a kernel, on mybinder.org. It starts slowly and keeps nothing."
            words = f'<p class="try">{link}: {words}</p>'
            page.body.h1.insert_after(BeautifulSoup(words, "html.parser"))
        for told in page.body.select(".ganlib-reveal > p"):  # there is no cell to run again
            told.string = "And what did you say?"

    def wake(self, page):
        """Put a way to play where a lab stands still that has trained nothing: its film follows."""
        for picture in page.body("img", alt=re.compile(IDLE)):
            if picture.find_parent(
                class_="ganlib-film"
            ):  # it does move; its words are of its first moment
                picture["alt"] = re.sub(f" ?{IDLE}[^.]*\\.", "", picture["alt"])
                continue
            way = page.to(self.pages["play.md"].url)
            words = f'<a href="{way}">Play a GAN</a> trains one of this kind in your browser'
            words = (
                f'<p class="live">The lab needs a kernel. {words}; the film shows what the lab shows.</p>'
            )
            picture.find_parent("figure").replace_with(BeautifulSoup(words, "html.parser"))
        for words in page.body.find_all(string=re.compile(re.escape(STILL))):
            words.replace_with(words.replace(STILL, ""))

    def target(self, page, address):
        """Return where a link of this page leads in the site; None if what it names has no page."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            return address
        source = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), unquote(parts.path)))
        path = ROOT / source
        if source in LIVE:
            return page.to(self.pages[source].url)
        if page.source in LIVE and not path.exists():
            return None  # a course without this lesson
        if source.startswith("..") or not path.exists():
            raise ValueError(
                f"{page.source}: received a link to {address!r}, accepted are files and folders of the"
                " repository. Correct the link."
            )
        if path.suffix in PICTURES:
            self.files[source] = path.read_bytes()
            return page.to(source)
        if source not in self.pages:
            if path.is_dir() or path.suffix == ".ipynb":
                return None
            self.finish(self.add(source))
        return page.to(self.pages[source].url) + (f"#{parts.fragment}" if parts.fragment else "")

    def show(self, page, picture):
        """Put a picture into a file, with its size; a GIF gets a still for who wants no motion."""
        if picture["src"].startswith("data:"):
            kind, _, code = picture["src"].removeprefix("data:image/").partition(";base64,")
            data = base64.b64decode(code)
            name = f"pictures/{hashlib.sha256(data).hexdigest()[:12]}.{kind}"
            self.files[name] = data
        else:
            name = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), picture["src"]))
            self.target(page, picture["src"])
        image = Image.open(io.BytesIO(self.files[name]))
        picture["src"] = page.to(name)
        box = ImageChops.invert(image.convert("L")).getbbox()
        if getattr(image, "n_frames", 1) == 1 and box and ground(image.crop(box)) == "dark":
            image, out = image.crop(box), io.BytesIO()  # no white frame around what is dark
            image.save(out, "PNG", optimize=True)
            self.files[name] = out.getvalue()
        made_of = ground(image)
        if made_of:
            picture["class"] = made_of
            if "ganlib-film" in picture.parent.get("class", ()):
                picture.parent["class"] = ["ganlib-film", made_of]
        picture["width"], picture["height"], picture["loading"] = *image.size, "lazy"
        if getattr(image, "n_frames", 1) > 1:
            still = io.BytesIO()  # a film's file begins with its last picture
            image.convert("RGB").save(still, "PNG", optimize=True)
            self.files[f"{name}.png"] = still.getvalue()
            picture.wrap(page.body.new_tag("picture")).insert(
                0,
                page.body.new_tag(
                    "source",
                    srcset=page.to(f"{name}.png"),
                    media="print, (prefers-reduced-motion: reduce)",
                ),
            )

    def render(self):
        """Return every file of the site: a dict of paths to bytes."""
        template = self.exporter.environment.get_template("page.html.j2")
        course = {kind: [page for page in self.order if page.kind == kind] for kind in KINDS.values()}
        live = [self.pages[source] for source in LIVE]
        documents = [page for page in self.order[1:] if not page.kind and page not in live]
        row = [None, *self.order, None]
        around = {page.source: (row[i], row[i + 2]) for i, page in enumerate(self.order)}
        pages = {
            page.url: template.render(
                page=page,
                around=around.get(page.source),
                home=self.order[0],
                course=course,
                documents=documents,
                live=live,
            ).encode()
            for page in self.pages.values()
        }
        return self.files | pages | {"search-index.js": self.index()}

    def index(self):
        """Return every section's words as a script: ``[page, title, heading, text]`` each."""
        sections = []
        for page in self.pages.values():
            anchor, heading, words = "", "", []
            for node in page.body.find_all(["h1", "h2", "p", "li", "td", "figcaption", "summary"]):
                if node.name == "h2":
                    sections.append([page.url + anchor, page.title, heading, " ".join(words)])
                    anchor, heading, words = f"#{node['id']}", node.get_text(), []
                elif node.name != "h1":
                    words.append(" ".join(node.get_text(" ", strip=True).split()))
            sections.append([page.url + anchor, page.title, heading, " ".join(words)])
        text = json.dumps(sections, ensure_ascii=False, separators=(",", ":"))
        return f"ganlibIndex({text});\n".encode()


def weights(files):
    """Return the bytes of each page with what it opens: scripts, style, pictures; not a generator's."""
    found = {}
    for name, data in files.items():
        if name.endswith(".html"):
            page, folder = BeautifulSoup(data, "html.parser"), posixpath.dirname(name)
            used = {one["src"] for one in page(["img", "script"], src=True)}
            used |= {one["href"] for one in page("link", href=True)}
            paths = {posixpath.normpath(posixpath.join(folder, one)) for one in used}
            found[name] = len(data) + sum(
                len(files[path]) for path in paths if not path.startswith("draw/")
            )
    return found


def main(arguments=None):
    """Write the site."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--solutions", action="store_true", help="render the solutions too")
    parser.add_argument(
        "--repository", help="public https address for *try it* links; else that of CITATION.cff, if any"
    )
    parser.add_argument("--branch", default="HEAD", help="what such a link opens")
    parser.add_argument("--out", type=Path, default=ROOT / "site", help="a folder; an older site goes")
    options = parser.parse_args(arguments)
    mine = options.out / "search-index.js"  # in every older site, and in no other's
    older = mine.is_file() and mine.read_text(encoding="utf-8").startswith("ganlibIndex(")
    if options.out.exists() and not older and any(options.out.iterdir()):
        parser.error(
            f"--out: received {options.out}, which holds something else, accepted is a new folder or an"
            " older site. Name another folder."
        )
    try:
        site = Site(options.solutions, options.repository, options.branch)
    except ValueError as error:
        parser.error(str(error))
    files = site.render()
    for path in options.out.iterdir() if older else ():
        if not path.name.startswith("."):  # such as .git, where the folder is a branch of its own
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, data in files.items():
        path = options.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    pages = sum(name.endswith(".html") for name in files)
    size = sum(map(len, files.values())) / 1e6
    print(f"{pages} pages, {size:.1f} MB: open {options.out / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
