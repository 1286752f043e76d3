"""A game set up in the lab: data, layers, a drawing, and all of it as a text that plays it again."""

import base64

import numpy as np
import pytest

from ganlib.backend import keras
from ganlib.playground import choices, examples, views
from ganlib.playground.choices import Choice
from tests.waiting import until

WAIT = 60


@pytest.fixture(scope="module")
def lab():
    lab = views.Playground("ring", batch_size=32)
    yield lab
    lab.close()


def weights(lab):
    return lab.controller.ask(lambda machine: machine.state()["arrays"]).result(WAIT)


def drawing(*cells):
    bits = np.zeros((32, 32), bool)
    for row, column in cells:
        bits[row, column] = True
    return base64.b64encode(np.packbits(bits).tobytes()).decode()


def test_a_choice_builds_what_it_says():
    machine = Choice("heaps", g=(3, 16), d=(1, 128)).machine({"batch_size": 16, "seed": 4})
    assert machine.scene.name == "two heaps"
    assert [len(w.shape) for w in machine.gan.generator.weights].count(2) == 4
    assert machine.gan.discriminator.weights[0].shape == (2, 128)
    assert machine.settings.seed == 4
    found = machine.look().figures["modes"]
    assert found[1] == 2


@pytest.mark.parametrize("name", ["ring", "grid", "moons", "line", "wine", "heaps"])
def test_the_first_choice_is_the_lab_as_it_comes(name):
    """Else a text would open another game than the one that was played."""
    made = choices.first(name).machine({"batch_size": 32})
    came = views.Trainer(name, batch_size=32)
    for one, other in zip(made.state()["arrays"], came.state()["arrays"], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("rings", (2, 64), (2, 64)), "data: received 'rings'"),
        (("ring", (9, 64), (2, 64)), "G: received 9 layers of 64"),
    ],
)
def test_no_other_choices(wrong, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        Choice(*wrong)


def test_a_drawing_is_a_distribution():
    scene = examples.drawn(drawing((0, 0), (31, 31)))
    upper = scene.examples[:, 1] > 0
    assert (scene.examples[upper][:, 0] < -15 / 16).all()
    assert (scene.examples[~upper][:, 0] > 15 / 16).all()
    assert 0.45 < upper.mean() < 0.55


@pytest.mark.parametrize("wrong", ["", "abc", drawing(), drawing((3, 3)), "?" * 172])
def test_what_is_no_drawing_is_refused(wrong):
    with pytest.raises(ValueError, match="drawing: received"):
        examples.drawn(wrong)


def test_a_text_plays_the_game_again(lab):
    """Steps of one player, changed settings, a rewind: the same networks to the last bit."""
    control = lab.controller
    lab.begin(Choice("heaps", (1, 16), (2, 8)))
    control.step_d(7).result(WAIT)
    control.run(12).result(WAIT)
    control.set(d_rate=0.01, loss="saturating").result(WAIT)
    control.run(25).result(WAIT)
    control.rewind(20).result(WAIT)
    control.set(d_steps=2, r1=0.5).result(WAIT)
    control.step_g(2).result(WAIT)
    control.step_both(3).result(WAIT)
    control.set(g_rate=0.002).result(WAIT)
    lab.setup.write()
    until(lambda: lab.setup.text.value.startswith("ganlib1 heaps G1x16 D2x8"))
    text, played, settings = lab.setup.text.value, weights(lab), control.settings
    lab.begin(Choice("moons", (2, 64), (2, 64)))
    assert lab.scene.name == "moons"
    lab.setup.text.value = text
    lab.setup.open()
    until(lambda: "Here it is" in lab.setup.note.value)
    for one, other in zip(weights(lab), played, strict=True):
        np.testing.assert_array_equal(one, other)
    assert control.settings == settings
    assert lab.setup.data.value == "heaps"
    until(lambda: lab._controls["d_steps"].value == 2)


def test_a_text_holds_a_drawing(lab):
    cells = drawing(*[(5, i) for i in range(32)])
    lab.begin(Choice("drawn", (2, 8), (2, 8), cells))
    lab.setup.write()
    until(lambda: f"drawn:{cells}" in lab.setup.text.value)
    assert choices.read(lab.setup.text.value)[0].cells == cells


def test_a_pause_ends_a_game_that_is_played_again(lab):
    text = choices.write(Choice("line", (1, 4), (1, 4)), (), lab.controller.settings) + "; both 50000"
    lab.setup.text.value = text
    lab.setup.open()
    until(lambda: lab.controller.look.figures["iteration"] > 5)
    lab.controller.pause().result(WAIT)
    until(lambda: "Paused on the way" in lab.setup.note.value)


def test_a_pause_ends_steps_of_one_player_too(lab):
    lab.setup.text.value = "ganlib1 line G1x4 D1x4; d 90000"
    lab.setup.open()

    def begun():
        figures = lab.controller.look.figures
        return figures["iteration"] == 0 and figures["d_updates"] > 5

    until(begun)
    lab.controller.pause().result(WAIT)
    until(lambda: "Paused on the way" in lab.setup.note.value)
    assert lab.controller.look.figures["d_updates"] < 90000


def test_two_presses_on_open_are_one_game(lab):
    lab.setup.text.value = "ganlib1 ring G1x4 D1x4; d 7; both 12"
    lab.setup.open()
    lab.setup.open()
    until(lambda: "Here it is" in lab.setup.note.value)
    runs = lab.controller.ask(lambda machine: machine.log.runs).result(WAIT)
    assert [(who, count) for who, _, count in runs] == [("d", 7), ("both", 12)]


def test_a_seed_that_waits_is_not_written_as_the_first(lab):
    lab.begin(Choice("line", (1, 4), (1, 4)))
    old = lab.controller.settings.seed
    lab.controller.set(seed=old + 7).result(WAIT)
    lab.setup.text.value = ""
    lab.setup.write()
    until(lambda: lab.setup.text.value)
    assert f" seed={old};" in lab.setup.text.value
    assert lab.setup.text.value.endswith(f"; seed={old + 7}")
    lab.controller.set(seed=old).result(WAIT)


def test_a_text_is_played_with_its_own_rates(lab):
    """A slider that cannot hold them would change them."""
    lab.begin("ganlib1 line G1x4 D1x4 d_rate=0.5 g_rate=1e-06; both 3")
    until(lambda: lab._controls["d_rate"].value == 0.5)
    until(lambda: lab._controls["g_rate"].value == 1e-6)
    settings = lab.controller.ask(lambda machine: machine.settings).result(WAIT)
    assert (settings.d_rate, settings.g_rate) == (0.5, 1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "hello",
        "ganlib1 rings G2x64 D2x64",
        "ganlib1 ring G2x63 D2x64",
        "ganlib1 ring G2x64 D2x64; play 3",
        "ganlib1 ring G2x64 D2x64; both 999999999",
        "ganlib1 ring G2x64 D2x64 d_steps=many",
        "ganlib1 ring G2x64 D2x64 colour=1",
        "ganlib1 drawn G2x64 D2x64",
        "ganlib1 ring G2x64 D2x64; both 3; d_rate=99 both 3",
        "ganlib1 ring G2x64 D2x64; both 3; colour=1 both 3",
        "ganlib1 ring G2x64 D2x64; both 3; loss=wasserstein real_target=0.9 both 3",
        "ganlib1 ring G2x64 D2x64; both 0",
    ],
)
def test_what_is_no_game_is_refused_in_words_and_the_game_stays(lab, wrong):
    before = lab.controller.look.scene
    lab.setup.text.value = wrong
    lab.setup.open()
    until(lambda: "received" in lab.setup.note.value or "unknown" in lab.setup.note.value)
    lab.setup.say("")
    assert lab.controller.look.scene is before


def test_the_panel_starts_what_is_chosen(lab):
    lab.setup.data.value = "grid"
    lab.setup.sizes["D"][1].value = 128
    lab.setup.start()
    until(lambda: lab.controller.look.scene.name == "grid")
    until(lambda: "modes <b>" in lab._status.value and "of 25" in lab._status.value)
    shape = lab.controller.ask(lambda m: m.gan.discriminator.weights[0].shape).result(WAIT)
    assert shape == (2, 128)
    lab.setup.data.value = "drawn"
    lab.setup.cells.value = ""
    lab.setup.start()
    until(lambda: "drawing: received" in lab.setup.note.value)


def test_a_lab_of_own_networks_an_own_recipe_or_digits_has_no_panel():
    """Its text would open the usual networks."""
    own = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(4, "leaky_relu"), keras.layers.Dense(1)]
    )
    for options in ({"discriminator": own}, {"recipe": examples.PLANE.but(ema=0.5)}, {}):
        lab = views.Playground("line", batch_size=8, **options)
        assert (lab.setup is None) == bool(options)
        lab.close()
    assert choices.first("digits") is None
