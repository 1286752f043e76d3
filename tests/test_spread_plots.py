"""Plots of beliefs and of spreads over seeds: what is drawn is what was given."""

import numpy as np
import pytest

from ganlib import plots


def test_beliefs_draws_real_up_and_fake_down_as_shares():
    real, fake = np.full(30, 0.99), np.full(20, 0.01)
    figure = plots.beliefs({"sure": (real, fake), "unsure": (real / 2, fake + 0.5)}, title="T")
    assert len(figure.axes) == 2
    up, down = (patch.get_data().values for patch in figure.axes[0].patches)
    assert up[-1] == 1 and up.sum() == pytest.approx(1)
    assert down[0] == -1 and down.sum() == pytest.approx(-1)
    assert "sure" in figure.alt and figure.alt.endswith("T")
    assert figure.axes[0].yaxis.get_major_formatter()(-0.5) == "50%"
    assert figure.png().startswith(b"\x89PNG")


def test_beliefs_and_dots_do_without_a_title():
    figure = plots.beliefs({"one": ([0.2], [0.3])}, alt="as said")
    assert figure.alt == "as said" and figure.get_suptitle() == ""
    assert plots.dots({"a": [1.0, 2.0]}, "x").axes[0].get_title(loc="left") == ""


def test_dots_puts_the_first_row_on_top_and_marks_the_mean():
    figure = plots.dots({"a": [1.0, 2.0, 6.0], "b": [4.0]}, xlabel="recall", title="T")
    (axes,) = figure.axes
    lines = axes.get_lines()
    assert list(lines[0].get_xdata()) == [1, 2, 6] and set(lines[0].get_ydata()) == {0}
    assert list(lines[1].get_xdata()) == [3, 3]
    bottom, top = axes.get_ylim()
    assert bottom > 1 > 0 > top
    assert axes.get_xlabel() == "recall" and "a, b" in figure.alt


def test_dots_draws_spans_beside_a_line_at_nothing():
    figure = plots.dots({"a": [1.0, 3.0], "b": [2.0]}, "difference", spans={"a": (-1.0, 5.0)})
    drawn = [list(line.get_xdata()) for line in figure.axes[0].get_lines()]
    assert [-1.0, 5.0] in drawn and [0, 0] in drawn and len(drawn) == 6
