"""Checks of lesson 2: D*, V, the Jensen-Shannon divergence, a loss of G, and what D's loss says of q."""

import numpy as np

from ganlib import theory
from ganlib.checks import Wrong, array, number, pieces, recognise, recognise_all, same, task
from ganlib.checks.densities import CURVES, SHOWN, SUM_HINTS, check_zeros, examples, quiet

DX = 0.16  # two densities at five points, each of mass 1
P, Q = np.array([2.8, 0.95, 0.5, 1.5, 0.5]), np.array([0.3, 0.95, 2.5, 1.4, 1.1])
FAR = np.array([0.0, 0.3, 1e-4, 2.0]), np.array([0.4, 0.0, 1.0, 1e-3])  # nearly all fake, nearly all real
ONE, TWO = [2.5, 0.0, 1.875, 1.875, 0.0], [1.25, 3.125, 0.0, 1.875, 0.0]
ALONE = np.array(ONE), np.array(TWO)  # zeros of one, of both
APART = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0, 1.0])


@task(
    "2.1",
    swapped="That is the share of fakes: D is the belief that x is real.",
    ratio="That is a ratio, which can exceed 1: what share of all that is found at x is real?",
    logit="That is the logit log(p / q): a belief lies between 0 and 1.",
    guess="That is a decision, 0 or 1: D* says how sure one can be.",
    p_alone="Only p enters: where fakes are frequent too, D* is lower.",
    zero="Where one of the two densities is 0, one can be sure: yours is no number there.",
    clipped="Your D* stops too early: where nearly all are real, or none, it comes as near to 1 or 0.",
    other="The value is wrong: of all that is found at x, D* is the share that is real.",
)
def optimal_d(answer):
    """``optimal_d(p, q)`` returns D* for densities of one shape ``(n,)``."""
    got = array(answer(P, Q), (5,), "optimal_d(p, q)")
    mistakes = [
        ("swapped", Q / (P + Q)),
        ("ratio", P / Q),
        ("ratio", Q / P),
        ("logit", np.log(P / Q)),
        ("guess", (P > Q).astype(float)),
        ("guess", (P >= Q).astype(float)),
        ("p-alone", P),
        ("p-alone", P / P.sum()),
        ("p-alone", P / P.max()),
    ]
    recognise(got, theory.optimal_d(P, Q), mistakes)
    with np.errstate(all="ignore"):
        far = np.asarray(answer(*FAR), float)
    if not np.isfinite(far).all():
        raise Wrong("zero")
    if not np.allclose(far, FAR[0] / sum(FAR), atol=2e-4):
        raise Wrong("clipped")


@task(
    "2.2",
    **SUM_HINTS,
    sign="The sign is wrong: V is a sum of logarithms of beliefs, so it is never above 0.",
    loss="That is d_loss = -V/2: V itself is asked for.",
    half="That is V/2: V is the sum of both means.",
    swapped="p and q have changed places: log D counts where x is real.",
    log_d="Both terms have log D: a fake earns log(1 - D).",
    unweighted="The densities are missing: log D counts as often as x is found.",
)
def value(answer):
    """``value(p, q, d, dx)`` returns V(D, G) as a sum over cells of width dx."""
    d = np.array([0.7, 0.4, 0.2, 0.9, 0.55])
    got = number(answer(P, Q, d, DX), "value")
    real, fake = np.log(d), np.log(1 - d)
    due = DX * np.sum(P * real + Q * fake)
    mistakes = [
        ("no-dx", due / DX),
        ("mean", due / DX / 5),
        ("mean", due / 5),
        ("bits", due / np.log(2)),
        ("sign", -due),
        ("loss", -due / 2),
        ("half", due / 2),
        ("swapped", DX * np.sum(Q * real + P * fake)),
        ("log-d", DX * np.sum(P * real + Q * real)),
        ("unweighted", DX * np.sum(real + fake)),
        ("trapezoid", np.trapezoid(P * real + Q * fake, dx=DX)),
    ]
    recognise(got, due, mistakes)
    terms = ALONE[0] * real + ALONE[1] * fake
    check_zeros(quiet(answer, *ALONE, d, DX), DX * terms.sum(), DX * terms[[0, 3]].sum())
    check_zeros(quiet(answer, *APART, APART[0], 0.5), 0)


def _kl(p, q):
    return np.sum(p * np.log(p / q))


@task(
    "2.3",
    **SUM_HINTS,
    half="That is twice the divergence: half of KL(p, m) plus half of KL(q, m).",
    one_kl="That is one KL between p and q, which is not symmetric: compare both with their mixture m.",
    both_kl="That compares p and q with each other: compare each with the mixture m = (p + q) / 2.",
    mixture="The mixture is (p + q) / 2, a density again: p + q sums to 2.",
    root="That is the square root of it, the Jensen-Shannon distance.",
    sign="The sign is wrong: a divergence is never below 0.",
)
def jsd(answer):
    """``jsd(p, q, dx)`` returns the Jensen-Shannon divergence in nats."""
    got = number(answer(P, Q, DX), "jsd")
    m = (P + Q) / 2
    due = DX * (_kl(P, m) + _kl(Q, m)) / 2
    mistakes = [
        ("no-dx", due / DX),
        ("mean", due / DX / 5),
        ("mean", due / 5),
        ("bits", due / np.log(2)),
        ("half", 2 * due),
        ("one-kl", DX * _kl(P, Q)),
        ("one-kl", DX * _kl(Q, P)),
        ("both-kl", DX * (_kl(P, Q) + _kl(Q, P)) / 2),
        ("both-kl", DX * (_kl(P, Q) + _kl(Q, P))),
        *(("both-kl", DX * half / 2) for half in (_kl(P, Q), _kl(Q, P))),
        ("mixture", DX * (_kl(P, 2 * m) + _kl(Q, 2 * m)) / 2),
        ("mixture", DX * (_kl(P, 2 * m) + _kl(Q, 2 * m))),
        ("root", np.sqrt(due)),
        ("sign", -due),
        ("trapezoid", np.trapezoid(P * np.log(P / m) + Q * np.log(Q / m), dx=DX) / 2),
    ]
    recognise(got, due, mistakes)
    p, q = (density[[0, 3]] for density in ALONE)
    both, either = DX * (_kl(p, (p + q) / 2) + _kl(q, (p + q) / 2)) / 2, DX * 5 * np.log(2) / 2
    check_zeros(quiet(answer, *ALONE, DX), both + either, both)
    check_zeros(quiet(answer, *APART, 0.5), np.log(2), 0)


LOGITS = np.array([-3.0, -0.5, 0.0, 1.2])
G_HINTS = {
    "pair": "Return two arrays of the shape of logits: the losses and their slopes.",
    "mean": "A loss and a slope for each logit are asked for, not their mean.",
    "flat": "Logits of shape (2, 2) give something else: work on the whole array, whatever its shape.",
    "loss-sign": "The sign of the loss is wrong: G makes it small, and it must fall as the logit rises.",
    "loss": "The loss is wrong: compute it for the logit 0, where D is one half.",
    "slope-sign": "The slope has the wrong sign: move the logit up a little and see if the loss falls.",
    "by-d": "That is the slope in D: in the logit there is one more factor, D (1 - D).",
    "slope": "The slope is wrong: compare it with (loss(l + h) - loss(l - h)) / (2 h) for a small h.",
    "unstable": "At a logit of ±800 it is not finite, or cut off: np.logaddexp(0, l) is log(1 + e^l).",
}


def _both(answer, logits):
    """Return an answer's (losses, slopes) as arrays that may hold NaN, or say what is wrong."""
    with np.errstate(all="ignore"):
        got = answer(logits)
    if got is None:
        raise Wrong("nothing", "your function")
    got, parts = pieces(got), []
    if got is None or len(got) != 2:
        raise Wrong("pair")
    for part in got:
        try:
            parts.append(np.asarray(part, float))
        except Exception as error:
            raise Wrong("pair") from error
    if all(part.ndim == 0 for part in parts):
        raise Wrong("mean")
    if any(part.shape != logits.shape for part in parts):
        raise Wrong("pair")
    return parts


def _recognise_in(got, due, mistakes, otherwise):
    try:
        recognise(got, due, mistakes)
    except Wrong as wrong:
        raise (Wrong(otherwise) if wrong.hint == "other" else wrong) from None


@task(
    "2.4",
    **G_HINTS,
    other_loss="That is -log D, the non-saturating loss.",
)
def saturating(answer):
    """``saturating(logits)`` returns log(1 - D) and its slope in the logit."""
    loss, slope = _both(answer, LOGITS)
    due, slope_due = theory.saturating_loss(LOGITS), theory.saturating_gradient(LOGITS)
    other = theory.non_saturating_loss(LOGITS)
    _recognise_in(loss, due, [("other-loss", other), ("loss-sign", -due)], "loss")
    d = theory.sigmoid(LOGITS)
    by_d = slope_due / (d * (1 - d))
    mistakes = [("slope-sign", -slope_due), ("by-d", by_d), ("by-d", -by_d)]
    _recognise_in(slope, slope_due, mistakes, "slope")
    square = LOGITS.reshape(2, 2)
    try:
        kept = np.reshape(_both(answer, square), (2, 4))
    except Exception as error:
        raise Wrong("flat") from error
    if not same(kept, np.array([loss, slope])):
        raise Wrong("flat")
    far = np.array([-800.0, 800.0])
    loss, slope = _both(answer, far)
    if not (same(loss, theory.saturating_loss(far)) and same(slope, theory.saturating_gradient(far))):
        raise Wrong("unstable")


@task(
    "2.5",
    backwards="That goes the other way: with few real ones in her batches she believes too little, not "
    "too much.",
    scaled="Beliefs do not scale with the share: with D = 1 yours would be no belief any more, or not 1.",
    shifted="A belief cannot simply be moved: at D = 0 and D = 1 she is sure, whatever the share.",
    same="Nothing has changed: a share of one half alone leaves D as it is.",
    odds="Those are odds, p/q: make a belief of them.",
    other="The value is wrong: with share p and (1 - share) q in D*, find p/q, then D* for equal halves.",
)
def corrected(answer):
    """``corrected(d, share)``: D* for equal halves, from D* for batches with that share of reals."""
    cases = []
    for share in (0.2, 0.75, 0.5):
        d = np.array([0.03, 0.3, 0.5, 0.8, 0.95])
        got, odds = array(answer(d, share), d.shape, "corrected"), d / (1 - d)
        times = (1 - share) / share
        mistakes = [
            ("backwards", odds / (odds + times)),
            ("scaled", d / (2 * share)),
            ("scaled", d * times),
            ("scaled", np.minimum(d / (2 * share), 1)),
            ("shifted", d + 0.5 - share),
            ("same", d),
            ("odds", odds * times),
        ]
        cases.append((got, odds * times / (1 + odds * times), mistakes))
    recognise_all(cases)


@task(
    "2.6",
    her_loss="That is her loss as the course counts it: the JSD is ln 2 less that loss.",
    one="Every convention is read as a mean in nats: look at the second argument.",
    sum="A sum of both halves is read wrongly: what is her mean loss then, in size and sign?",
    value="V is read wrongly: d_loss is -V/2, not V and not -V.",
    bits="Bits are read wrongly: what is her loss in nats then, in size and sign? A bit is ln 2 nats.",
    sign="The sign is wrong: the farther apart the two are, the lower her loss.",
    other="The value is wrong: at q = p the JSD is 0 and far apart it is ln 2. What is shown there?",
)
def divergence(answer):
    """``divergence(shown, convention)``: the JSD in nats, from what a program shows for the best D."""
    found = {}
    for convention, show in SHOWN.items():
        for jsd in (0.0782, 0.0, 0.4, np.log(2)):
            loss = np.log(2) - jsd
            got = number(answer(float(show(loss)), convention), "divergence")
            found.setdefault(convention, []).append((got, jsd, loss, show(loss)))
    rows = np.array(list(found.values()))
    got, jsd, loss, shown = np.moveaxis(rows, 2, 0)
    if same(got, jsd):
        return
    mistakes = ("her-loss", loss), ("one", np.log(2) - shown), ("sign", -jsd), ("sign", np.log(4) - jsd)
    for hint, wrong in mistakes:
        if same(got, wrong):
            raise Wrong(hint)
    off = [convention for convention, a, b in zip(found, got, jsd, strict=True) if not same(a, b)]
    raise Wrong("other" if off[0] == "mean" or len(off) == 3 else off[0])


@task(
    "2.7",
    her_loss="That is her loss: the JSD is ln 2 less that loss.",
    straight="Of two bell curves with one centre and two widths yours says {detail}: a logit that is a "
    "straight line in x cannot tell them. What is log p - log q of two bell curves?",
    pooled="With few narrow fakes yours is off: do both halves count alike, is x seen finely enough?",
    twice="That is twice the JSD, 2 JSD = log 4 + V: half of it is asked for.",
    early="Yours is too low, {detail} of what it should be. Do twice the steps help? Then she was not at "
    "her best; if not, look at her logit, her step and what she pays.",
    range="{detail} is no JSD: that lies between 0 and ln 2, and is ln 2 less her mean loss. "
    "Print it before her first step, where 0 is due, and after some: it must rise.",
    halves="You take the sum of both halves from ln 2: her loss is their mean.",
    equal="Of two equal densities yours says {detail}: it should be 0, within a few hundredths.",
    other="The estimate is {detail}: within 0.03 is due.",
)
def estimate(answer):
    """``estimate(real, fake)``: the Jensen-Shannon divergence of two samples, by a classifier."""
    with np.errstate(all="ignore"):
        cases = [examples(case) for case in CURVES]
        got = np.array([number(answer(real, fake), "estimate") for real, fake, _ in cases])
    due = np.array([jsd for _, _, jsd in cases])
    near = np.abs(got - due) < 0.03
    if near.all():
        return
    ln_2 = np.log(2)
    for hint, wrong in (("her-loss", ln_2 - due), ("twice", 2 * due), ("halves", 2 * due - ln_2)):
        if np.allclose(got, wrong, atol=0.05):
            raise Wrong(hint)
    if got.min() < -0.03 or got.max() > np.log(2) + 0.03:
        place = np.argmax(np.abs(got - 0.35))
        counts = "{} real and {} fake".format(*map(len, cases[place][:2]))
        raise Wrong("range", f"{got[place]:.2f}, of {counts} examples,")
    if not near[3]:
        raise Wrong("equal", f"{got[3]:.2f}")
    if near[0] and not near[1] and got[1] < 0.02:
        raise Wrong("straight", f"{got[1]:.2f}")
    if near[[0, 1, 4]].all():
        raise Wrong("pooled")
    if (got < due + 0.02).all():
        raise Wrong("early", f"{got[~near][0] / due[~near][0]:.0%}")
    place = np.argmax(np.abs(got - due))
    raise Wrong("other", f"{got[place]:.2f} where the truth is {due[place]:.2f}")
