"""An exercise says where in the lessons its task is taught: each heading that it names is there."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "solutions").glob("*.ipynb"))


def words(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_each_heading_that_is_named_is_there(path):
    text = " ".join(words(path).split())
    lessons = [page for page in (ROOT / "notebooks").glob("*.ipynb") if page.name <= path.name]
    headings = {h.rstrip("?.") for page in lessons for h in re.findall(r"^#+ (.+)$", words(page), re.M)}
    places = re.findall(r"\(Lesson: (.+?)\)|[Ll]esson \d, (\*[^*]+\*)", text)
    named = [name for place in places for name in re.findall(r"\*([^*]+)\*", "".join(place))]
    assert len(named) >= 3
    assert [name for name in named if name.rstrip("?.") not in headings] == []
