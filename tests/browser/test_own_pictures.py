"""A folder of someone's own pictures, in the lab of a real browser."""

import numpy as np
from conftest import notebook, until
from PIL import Image
from test_lab import button, count, picture, run_all

LAB = """import ganlib
from ganlib.playground import Playground
lab = Playground(ganlib.load_images("photos", 32))
lab"""


def test_the_lab_plays_with_a_folder_of_pictures(server, open_page, artefacts):
    folder = server.folder / "photos"
    folder.mkdir()
    for i, colour in enumerate(np.random.default_rng(0).integers(0, 256, (200, 3))):
        page = np.full((40, 48, 3), colour, "uint8")
        page[i % 30 : i % 30 + 8] = 255 - colour  # a stripe
        Image.fromarray(page).save(folder / f"{i:03}.png")
    notebook(server.folder / "photos.ipynb", LAB)
    page = open_page("photos.ipynb")
    run_all(page)
    before = picture(page)
    button(page, "Play").click()
    until(lambda: count(page) > 10, 60)
    button(page, "Pause").click()
    assert picture(page) != before
    page.screenshot(path=artefacts / "photos.png")
