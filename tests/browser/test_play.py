"""The GANs that are trained in the page, step by step beside those of ganlib and of lesson 1."""

import numpy as np
import pytest
from conftest import ROOT, until

import ganlib
from ganlib import theory
from ganlib.backend import tf
from ganlib.data import points
from ganlib.gan import draw_z
from ganlib.playground.examples import PLANE
from ganlib.plots import colours
from ganlib.recipes import dense

STEPS, BATCH = 200, 64
WEBSITE = ROOT / "tools" / "make" / "website"
SMALL = PLANE.but(
    generator=(*dense(32, "leaky"), *dense(32, "leaky"), *dense(2)),
    discriminator=(*dense(32, "leaky"), *dense(32, "leaky"), *dense(1)),
    batch_size=BATCH,
)
RULES = {
    "usual": {"loss": "non-saturating"},
    "saturating": {"loss": "saturating"},
    "R1": {"loss": "non-saturating", "r1": 1.0},
}


@pytest.fixture(scope="module")
def page(chromium):
    made = chromium.new_page()
    made.add_script_tag(content=(WEBSITE / "shared.js").read_text() + (WEBSITE / "play.js").read_text())
    yield made
    made.close()


def paired(values):
    """Return arrays, a kernel and a bias in turn, as the page's layers."""
    values = [v.numpy().astype(float) for v in values]
    pairs = zip(values[::2], values[1::2], strict=True)
    return [{"kernel": k.ravel().tolist(), "bias": b.tolist()} for k, b in pairs]


def layers(network):
    """Return a network as the page has it."""
    shapes = [v.shape for v in network.trainable_variables[::2]]
    sizes = [{"inputs": inputs, "units": units} for inputs, units in shapes]
    return [a | b for a, b in zip(sizes, paired(network.trainable_variables), strict=True)]


def memory(optimizer):
    """Return what Adam remembers, as the page keeps it."""
    m, v = paired(optimizer._momentums), paired(optimizer._velocities)
    return {"step": int(optimizer.iterations), "m": m, "v": v}


def state(gan):
    """Return everything that the page's next step depends on."""
    return {
        "g": layers(gan.generator),
        "d": layers(gan.discriminator),
        "gMemory": memory(gan.g_optimizer),
        "dMemory": memory(gan.d_optimizer),
    }


def flat(network):
    return np.concatenate([np.concatenate([one["kernel"], one["bias"]]) for one in network])


STEP = """([real, [zD, zG], options]) => {  // how near a unit comes to its kink, both losses, all weights
    const near = seen => Math.min(...seen.slice(1, -1).flat().map(row => Math.min(...row.map(Math.abs))));
    let kink = near(forward(game.d, [...real, ...forward(game.g, zD).at(-1)]));
    const dLoss = ringD(game, real, zD, options), made = forward(game.g, zG);
    kink = Math.min(kink, near(made), near(forward(game.d, made.at(-1))));
    const gLoss = ringG(game, zG, options);
    const numbers = net => net.map(one => [...one.kernel, ...one.bias]).flat();
    return [kink, dLoss, gLoss, numbers(game.g), numbers(game.d)];
}"""
OPEN = """state => { window.game = JSON.parse(JSON.stringify(state), (key, value) =>
    ['kernel', 'bias'].includes(key) ? Float64Array.from(value) : value); }"""


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_the_ring_takes_the_steps_of_ganlib(page, rules):
    """Two hundred steps, each from the same weights: all weights and both losses to 1e-5.

    ganlib computes in 32 bits, the page in 64.  Each step begins at ganlib's weights, so that no rounding
    adds up, which it does by another amount on each processor.  Where a unit stands on the kink of its
    leaky ReLU within those bits, the two may take it for different sides: such a step is left out.
    The others were within 2e-7 on an AMD EPYC, with and without AVX and oneDNN.
    """
    gan = ganlib.build(SMALL.but(**rules), seed=4)
    gan.compile()
    step, first = tf.function(gan.train_step), layers(gan.generator)
    reals = points.ring(STEPS * BATCH, seed=5).reshape(STEPS, BATCH, 2)
    rate = SMALL.d_optimizer.learning_rate
    options = {"rate": rate, "loss": rules["loss"], "gamma": rules.get("r1", 0)}
    left_out = 0
    for number, real in enumerate(reals):
        z = [draw_z(BATCH, 2, 4, 2 * number + which).numpy().tolist() for which in (0, 1)]
        page.evaluate(OPEN, state(gan))
        kink, *losses, g, d = page.evaluate(STEP, [real.tolist(), z, options])
        for mean in gan.means.values():
            mean.reset_state()
        result = step(tf.constant(real))
        if kink < 5e-7:
            left_out += 1
            continue
        np.testing.assert_allclose(losses, [float(result[n]) for n in ("d_loss", "g_loss")], atol=1e-5)
        np.testing.assert_allclose(g, flat(layers(gan.generator)), atol=1e-5)
        np.testing.assert_allclose(d, flat(layers(gan.discriminator)), atol=1e-5)
    assert left_out < STEPS / 4
    assert np.abs(flat(layers(gan.generator)) - flat(first)).max() > 0.05  # it was a training


@pytest.mark.parametrize("kind", ["non-saturating", "saturating"])
def test_the_knob_takes_the_steps_of_lesson_1(page, kind):
    rng = np.random.default_rng(0)
    real = rng.normal(size=60)
    z = rng.normal(size=(STEPS, 2, 60))
    seen = page.evaluate(
        """([real, z, kind]) => {
            let game = {theta: 3, w: 0, b: 0};
            return z.map(([first, second]) => {
                game = knobG(knobD(game, real, first, .1), second, .1, kind);
                return [game.theta, game.w, game.b, game.loss];
            });
        }""",
        [real.tolist(), z.tolist(), kind],
    )
    slope = {
        "non-saturating": theory.non_saturating_gradient,
        "saturating": theory.saturating_gradient,
    }[kind]
    theta, w, b, due = 3.0, 0.0, 0.0, []
    for first, second in z:
        fake = theta + first
        loss = np.mean(-np.log(theory.sigmoid(w * real + b))) / 2
        loss += np.mean(-np.log(1 - theory.sigmoid(w * fake + b))) / 2
        on_real, on_fake = theory.sigmoid(w * real + b) - 1, theory.sigmoid(w * fake + b)
        w, b = (
            w - 0.1 * (np.mean(on_real * real) + np.mean(on_fake * fake)) / 2,
            b - 0.1 * (on_real.mean() + on_fake.mean()) / 2,
        )
        theta -= 0.1 * np.mean(slope(w * (theta + second) + b) * w)
        due.append((theta, w, b, loss))
    np.testing.assert_allclose(seen, due, atol=1e-9)


def test_both_games_from_the_disk_by_touch_and_by_keys(from_disk):
    for page in from_disk("play"):
        ring, knob = page.locator("[data-ring]"), page.locator("[data-knob]")
        said = ring.locator("[data-part=said]")
        ring.get_by_role("button", name="Step D ×10").tap()
        assert "Step 0: d_loss 0." in said.inner_text() and "g_loss –" in said.inner_text()
        ring.get_by_role("button", name="Play").tap()
        until(lambda: int(said.inner_text().split()[1].strip(":")) > 900, 90)  # noqa: B023
        ring.get_by_role("button", name="Pause").tap()
        still = said.inner_text()
        page.wait_for_timeout(300)
        assert said.inner_text() == still
        assert int(still.split("heaps reached: ")[1][0]) >= 3
        ring.get_by_label("data").select_option("two heaps")
        assert said.inner_text().endswith("of 2")

        said, theta = knob.locator("[data-part=said]"), knob.get_by_label("his knob θ")
        knob.get_by_role("button", name="Play").focus()
        page.keyboard.press("Enter")
        until(lambda: int(said.inner_text().split()[1].strip(":")) > 400, 60)  # noqa: B023
        page.keyboard.press("Enter")
        assert abs(float(theta.input_value())) < 0.3  # at rest
        theta.focus()
        page.keyboard.press("End")
        assert knob.get_by_label("you are the forger").is_checked()
        assert "θ = 4.00" in said.inner_text()
        for _ in range(3):
            knob.get_by_role("button", name="Step G").tap()
        assert "θ = 4.00" in said.inner_text()  # he waits for the hand
        for _ in range(20):
            knob.get_by_role("button", name="Step D").tap()
        assert float(knob.get_by_label("her weight w").input_value()) < -0.2


def test_the_ring_by_keys_alone(from_disk):
    for page in from_disk("play"):
        ring = page.locator("[data-ring]")
        said = ring.locator("[data-part=said]")
        ring.get_by_role("button", name="Play").focus()
        page.keyboard.press("Space")
        until(lambda: int(said.inner_text().split()[1].strip(":")) > 20, 60)  # noqa: B023
        page.keyboard.press("Space")
        steps = []
        for _ in range(3):  # Step D, Step G, Restart
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            steps.append(int(said.inner_text().split()[1].strip(":")))
        assert steps[1] == steps[0] + 10 and steps[2] == 0
        page.keyboard.press("Tab")
        page.keyboard.press("t")  # as a choice is made by its first letter
        assert said.inner_text().endswith("of 2")
        page.keyboard.press("Tab")
        page.keyboard.press("l")
        assert ring.get_by_label("G’s loss").input_value() == "saturating"
        page.keyboard.press("Tab")
        page.keyboard.press("End")
        assert ring.get_by_label("rate").get_attribute("aria-valuetext") == "0.03"
        for key in ("Tab", "End", "Tab", "Space"):
            page.keyboard.press(key)
        assert ring.get_by_label("D per G").input_value() == "5"
        assert ring.get_by_label("R1").is_checked()


def test_the_colours_of_the_page_are_those_of_the_lessons(page):
    logits = np.linspace(-4, 4, 33)
    due = colours.BELIEF(colours.depth(theory.sigmoid(logits)))[:, :3] * 255
    np.testing.assert_allclose(page.evaluate("all => all.map(shade)", logits.tolist()), due, atol=1.5)
