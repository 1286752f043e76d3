"""The thin views without a browser: they build, post commands, show what is there, and end."""

import gc
import io
import re
import threading
import time
import weakref
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ganlib.playground import charts, controls, drawing, pointing, views, widgets
from ganlib.playground.controller import Controller
from ganlib.playground.examples import PLANE
from ganlib.playground.trainer import Trainer
from tests.waiting import until

WAIT = 30


@pytest.fixture(scope="module")
def opened():
    lab = views.Playground("ring", batch_size=32)
    yield lab
    lab.close()
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith("ganlib")]


@pytest.fixture
def lab(opened):
    opened.controller.restart().result(WAIT)
    opened.controller.pause().result(WAIT)
    return opened


def test_the_bundle_has_a_view_a_still_and_words(lab):
    data, metadata = lab._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert Image.open(io.BytesIO(data["image/png"])).size == (420, 420)
    assert "at iteration 0" in metadata["image/png"]["alt"]
    assert metadata["image/png"]["alt"] in data["text/plain"]


def test_buttons_post_commands_and_the_page_follows(lab):
    lab._buttons["both"].click()
    until(lambda: "iteration <b>1</b>" in lab._status.value, WAIT)
    lab._buttons["d"].click()
    until(lambda: "updates <b>2</b>" in lab._status.value, WAIT)
    lab._buttons["play"].click()
    until(lambda: lab._buttons["play"].description == "Pause", WAIT)
    until(lambda: lab.controller.look.figures["iteration"] > 12, WAIT)
    lab._buttons["play"].click()
    until(lambda: lab._buttons["play"].description == "Play", WAIT)
    until(lambda: 10 in lab._moment.options, WAIT)
    lab._moment.value = 10
    lab._rewind()
    until(lambda: "iteration <b>10</b>" in lab._status.value, WAIT)
    lab._buttons["restart"].click()
    until(lambda: "iteration <b>0</b>" in lab._status.value, WAIT)
    until(lambda: "The lab has trained nothing yet" in lab._line.value, WAIT)
    assert Image.open(io.BytesIO(lab._picture.value)).size == (drawing.SIDE, drawing.SIDE)
    until(lambda: "iteration 0" in lab._picture.tooltip, WAIT)


def test_a_control_changes_its_setting_and_a_refused_value_goes_back(lab):
    lab._controls["d_rate"].value = 0.01
    until(lambda: lab.controller.settings.d_rate == 0.01, WAIT)
    lab.controller.ask(lambda machine: setattr(machine, "set", None)).result(WAIT)  # now it refuses
    lab._controls["d_rate"].value = 0.1
    until(lambda: lab._controls["d_rate"].value == 0.01, WAIT)
    lab.controller.ask(lambda machine: delattr(machine, "set")).result(WAIT)
    lab._controls["d_rate"].value = 0.001
    until(lambda: lab.controller.settings.d_rate == 0.001, WAIT)


def test_a_change_and_a_change_back_are_both_obeyed(lab):
    lab.controller.ask(lambda machine: time.sleep(0.5))  # as a step that is traced
    lab._controls["d_steps"].value = 2
    lab._controls["d_steps"].value = 1
    lab.controller.pause().result(WAIT)
    assert lab.controller.settings.d_steps == 1
    until(lambda: lab._controls["d_steps"].value == 1, WAIT)


def test_a_slider_holds_what_a_recipe_has():
    machine = Trainer("ring", PLANE.but(real_target=0.3), d_rate=1.0)
    controller = Controller(machine)
    made = controls.settings(controller)
    assert (made["real_target"].value, made["d_rate"].value) == (0.3, 1.0)
    controller.close()


def test_a_tick_changes_the_picture(lab):
    until(lambda: lab._picture.value, WAIT)
    before = lab._picture.value
    lab._tick("map", False)
    assert "map" not in lab.show
    until(lambda: lab._picture.value != before, WAIT)
    lab._tick("map", True)
    assert set(lab.show) == set(drawing.PARTS[:4])


def test_every_control_has_a_name_and_a_tooltip(lab):
    for control in (*lab._controls.values(), *lab._buttons.values(), lab._moment):
        assert control.description
        assert control.tooltip


def test_out_of_sight_is_paused(lab):
    lab.controller.play().result(WAIT)
    lab._unseen({"old": 1, "new": 0})
    until(lambda: lab.controller.state == "paused", WAIT)
    lab._unseen({"old": None, "new": 0})


def test_a_film_leaves_the_screen_as_it_was(lab):
    lab.controller.run(4).result(WAIT)
    film = lab.film(9, moments=4)
    assert [label.split(":")[0] for label in film.labels] == [f"iteration {i}" for i in (0, 1, 4, 9)]
    assert "at iteration 9" in film.alt
    assert len({picture.tobytes() for picture in film.pictures}) == 4
    assert lab.controller.ask(lambda machine: machine.iteration).result(WAIT) == 4


def test_a_failure_of_the_picture_is_said(lab, monkeypatch):
    monkeypatch.setattr(drawing, "picture", lambda *_, **__: 1 / 0)
    lab.controller.pause().result(WAIT)
    until(lambda: "The picture failed: ZeroDivisionError" in lab._note.value, WAIT)


def test_a_failed_training_disables_the_steps(lab):
    lab.controller.ask(lambda m: m.gan.generator.weights[0].assign(np.full((2, 64), np.inf))).result(WAIT)
    lab._buttons["play"].click()
    until(lambda: lab._buttons["d"].disabled and "Training stopped" in lab._note.value, WAIT)
    lab._buttons["restart"].click()
    until(lambda: not lab._buttons["d"].disabled, WAIT)


def test_parts_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="show: received"):
        views.Playground("ring", show=("reals",))


def test_a_cell_that_runs_again_closes_what_it_opened(monkeypatch):
    class Thing:
        closed = False

        def close(self):
            self.closed = True

    runs = iter([("cell", "one"), ("cell", "one"), ("other", "two"), ("cell", "three"), (None, None)])
    monkeypatch.setattr(widgets, "_here", lambda: next(runs))
    monkeypatch.setattr(widgets, "_OPEN", {})
    things = [Thing() for _ in range(5)]
    for thing in things:
        widgets.register(thing)
    assert [thing.closed for thing in things] == [True, True, False, False, False]


def test_the_lab_of_an_earlier_run_ends_before_networks_are_made(monkeypatch):
    class Thing:
        def close(self):
            raise ZeroDivisionError

    monkeypatch.setattr(widgets, "_here", lambda: ("cell", "two"))
    monkeypatch.setattr(widgets, "_OPEN", {"cell": ("one", [Thing()])})
    monkeypatch.setattr(views, "Trainer", None)
    with pytest.raises(ZeroDivisionError):
        views.Playground("ring")


def test_a_closed_lab_leaves_no_widget_and_no_machine():
    before = set(widgets.w.widget._instances)
    lab = views.Playground("line")
    machine = weakref.ref(lab.controller.ask(lambda machine: machine).result(WAIT))
    assert lab.scene.name == "line"
    lab.close()
    assert not set(widgets.w.widget._instances) - before
    gc.collect()
    assert machine() is None


def test_the_scene_is_there_at_once():
    lab = views.Playground("line")
    assert lab.scene.name == "line"
    lab._point("0.5 0.5")
    lab.close()


def test_no_pictures_a_second_is_refused():
    with pytest.raises(ValueError, match="fps"):
        views.Playground("line", fps=0)


def test_play_does_what_it_says_while_a_step_is_under_way(lab):
    """The third press says Play, and it plays, though the first is not obeyed yet."""
    lab.controller.ask(lambda machine: time.sleep(0.5))
    for said in ("Pause", "Play", "Pause"):
        lab._buttons["play"].click()
        assert lab._buttons["play"].description == said
    until(lambda: lab._asked is None, WAIT)
    assert lab.controller.ask(lambda _: lab.controller.state).result(WAIT) == "playing"
    lab.controller.pause().result(WAIT)


def test_a_critics_loss_has_no_unit(lab):
    history = lab.controller.history
    assert "loss (nats);" in charts.curves(history, (0.69, 0.69))
    assert "loss;" in charts.curves(history, (0.0, 0.0), "wasserstein")


def test_outside_a_cell_there_is_no_cell():
    assert widgets._here() == (None, None)


def test_the_page_says_when_it_is_closed():
    lab = views.Playground("line")
    lab.close()
    assert lab._repr_mimebundle_() == ({"text/plain": "<playground: closed; run its cell again>"}, {})


def test_the_package_has_no_other_name():
    import ganlib.playground

    with pytest.raises(AttributeError, match="no attribute 'Playgrund'"):
        ganlib.playground.Playgrund  # noqa: B018


# ---- drawing ----


@pytest.fixture(scope="module")
def ring():
    machine = Trainer("ring")
    return machine, machine.look()


def colours(image):
    return {colour for _, colour in image.getcolors(1 << 24)}


def test_what_is_not_shown_is_not_drawn(ring):
    machine, look = ring
    orange, green = (0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73)
    assert colours(drawing.picture(look, machine.scene, ("fake",))) & {orange, green} == {orange}
    assert colours(drawing.picture(look, machine.scene, ("real",))) & {orange, green} == {green}
    plain = drawing.picture(look, machine.scene, ())
    assert not colours(plain) & {orange, green}
    for part in ("grid", "arrows", "map"):
        assert drawing.picture(look, machine.scene, (part,)).tobytes() != plain.tobytes()


def test_the_map_is_the_right_way_up_and_the_line_is_where_d_is_one_half(ring):
    machine, look = ring
    rising = np.repeat(np.linspace(0, 1, 48)[:, None], 48, 1)  # D grows with y
    image = drawing.picture(replace(look, map=rising), machine.scene, ("map",), side=480)
    column = np.asarray(image.convert("L"), int)[:, 200]
    top, bottom = np.asarray(image, int)[[20, 460], 200]
    assert top[2] > top[0] and bottom[0] > bottom[2]  # blue above, orange below
    assert abs(int(column[60:420].argmin()) + 60 - 240) <= 4


def test_extreme_looks_are_drawn(ring):
    machine, look = ring
    for arrows in (np.zeros((48, 2)), np.full((48, 2), np.nan)):
        drawing.picture(replace(look, arrows=arrows), machine.scene, drawing.PARTS)
    far = replace(look, fake=look.fake * 1e6, mesh=look.mesh * 1e6)
    drawing.picture(far, machine.scene, drawing.PARTS)
    curve = replace(look, mesh=look.mesh[:, :1])
    drawing.picture(curve, machine.scene, ("grid",))


def test_digits_are_drawn_with_their_belief():
    images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), "uint8")
    machine = Trainer(images, "only-zeros", batch_size=8)
    look = machine.look()
    assert drawing.picture(look, machine.scene).size == (840, 840)
    assert drawing.describe(look, machine.scene).startswith("25 generated images")
    lab = views.Playground(images, "only-zeros", batch_size=8)
    lab.controller.run(2).result(60)
    until(lambda: "iteration <b>2</b>" in lab._status.value, WAIT)
    lab.close()


def test_curves_say_what_they_show():
    names = ("step", "turn", "d_loss", "g_loss", "real_accuracy", "fake_accuracy")
    empty = {name: np.array([]) for name in names}
    assert "no step yet" in charts.curves(empty, (0.69, 0.69))
    assert charts.words(empty, (0.69, 0.69)).endswith("nothing yet.")
    steps = np.arange(1, 200)
    history = {
        "step": steps,
        "turn": steps,
        "d_loss": np.full(199, 0.5),
        "g_loss": 20 * np.cos(steps),
        "real_accuracy": np.linspace(0, 1, 199),
        "fake_accuracy": np.linspace(1, 0.25, 199),
    }
    ways = re.findall(r'<path class="(\w+)" d="M([^"]+)"', charts.curves(history, (0.6881, 0.7985)))
    drawn = [name for name, way in ways if len(way.split()) == 199]
    assert drawn == ["d", "g", "real", "g"]
    said = charts.words(history, (0.6881, 0.7985))
    assert "D's loss 0.50, at equilibrium 0.69" in said
    assert "right about 100% of the real and 25% of the fake" in said


def test_steps_of_d_alone_leave_a_trace(lab):
    lab._buttons["d10"].click()
    lab._buttons["d10"].click()
    lab._buttons["d10"].click()
    until(lambda: "updates <b>30</b>" in lab._status.value, WAIT)
    until(lambda: "iteration 0, and 30 steps of D alone" in lab._chart.value, WAIT)
    assert "D's loss" in charts.words(lab.controller.history, (0.69, 0.69))
    assert "G's loss" not in charts.words(lab.controller.history, (0.69, 0.69))
    assert "D moved, G stood still" in lab._game.value


def test_a_figure_out_of_bounds_is_refused_in_words_and_goes_back(lab):
    for name, wrong in (("batch_size", 100_000), ("d_steps", -3), ("r1", -1.0), ("seed", -1)):
        right = getattr(lab.controller.settings, name)
        lab._controls[name].value = wrong
        until(lambda name=name, right=right: lab._controls[name].value == right, WAIT)
        until(lambda name=name: f"{name}: received" in lab._note.value, WAIT)


def test_what_is_under_the_pointer(lab):
    x, y = 0.5, 0.5
    lab._wire.value = f"{x} {y}"
    until(lambda: "D believes" in lab._under.value, WAIT)
    look = lab.controller.look
    left, right, bottom, top = look.scene.extent
    for kind, said in (("real", "Here is a real example"), ("fake", "Here is a fake")):
        px, py = getattr(look, kind)[0]
        at = pointing.at(look, (px - left) / (right - left), (top - py) / (top - bottom))
        assert said in at
    assert "No example is near" in pointing.at(look, 0.0, 0.0)
    near = pointing.at(look, 0.0, 1.0)
    assert f"D believes {look.map[0, 0]:.2f}" in near


def test_small_units_are_told_apart(ring):
    look = ring[1]
    small = np.array([[0.0, 0.0], [0.01, 0.01], [0.004, 0.008]], "float32")
    scene = look.scene._replace(examples=small)
    look = replace(look, scene=scene, real=small, fake=small + 1, belief=look.belief[:3])
    left, right, bottom, top = scene.extent
    said = pointing.at(look, (0.004 - left) / (right - left), (top - 0.008) / (top - bottom))
    assert "x 0.0040, y 0.0080" in said and "Here is a real example" in said
    assert drawing.ranges(scene.extent) == ("-0.002 to 0.012", "-0.002 to 0.012")
    assert drawing.ranges((-4.0, 4.0, -4.0, 4.0))[0] == "-4.0 to 4.0"


def test_a_picture_keeps_its_shape():
    images = np.random.default_rng(0).integers(0, 200, (64, 20, 30), "uint8")
    machine = Trainer(images, batch_size=8)
    fitted = np.array(drawing.fitted(images[0], 60))
    assert (fitted[:10] == 255).all() and (fitted[50:] == 255).all()
    np.testing.assert_array_equal(fitted[10:50:2, ::2], images[0])
    look = machine.look()
    _, cell, gap, _, size = drawing._shelf(25, drawing.SIDE)
    left = (cell - size) // 2
    x, y = (left + size * 5.5 / 30) / drawing.SIDE, (gap + size * (5 + 9.5) / 30) / drawing.SIDE
    assert f"row 10, column 6: {look.fake[0][9, 5]} of 255" in pointing.at(look, x, y)
    assert "Pixel" not in pointing.at(look, x, (gap + size * 2 / 30) / drawing.SIDE)


def test_a_pixel_under_the_pointer():
    images = np.random.default_rng(0).integers(0, 256, (64, 28, 28), "uint8")
    machine = Trainer(images, "only-zeros", batch_size=8)
    look = machine.look()
    _, cell, gap, _, size = drawing._shelf(25, drawing.SIDE)
    x = (2 * cell + (cell - size) // 2 + (5.5 / 28) * size) / drawing.SIDE
    y = (cell + gap + (9.5 / 28) * size) / drawing.SIDE
    said = pointing.at(look, x, y)
    assert said.startswith(f"Image 8: D believes in it by {look.belief[7]:.2f}.")
    assert f"row 10, column 6: {look.fake[7][9, 5]} of 255" in said


def test_the_page_half_names_what_has_no_name(lab):
    sheet = lab._box.children[0].value
    assert "aria-pressed" in sheet
    assert "--d: #0072B2" in sheet
    assert "DBLUE" not in sheet
