"""The shop owner's game on the page, over an open `Playground`, and how a guest asks its lab."""

from concurrent.futures import Future

from ganlib.errors import whole
from ganlib.playground import games
from ganlib.playground.counter import Stand
from ganlib.playground.widgets import button


def ask(guest, question, then):
    """Ask the machine of a guest's lab between two steps and hand the answer on; say what went wrong.

    Args:
        guest: Has a ``controller`` and a method ``say_error(words)``.
        question: Called with the machine, in its thread.
        then: Called with the answer.

    Returns:
        A Future that is done when the answer is on the page; its result is the error, or None.
    """
    shown = Future()

    def answered(done):
        error = done.exception()
        if error is None:
            try:
                then(done.result())
            except Exception as caught:  # in the worker's thread, where nobody would see it
                error = caught
        guest.say_error("" if error is None else f"It did not work: {error}")
        shown.set_result(error)

    guest.controller.ask(question).add_done_callback(answered)
    return shown


class ShopGame(Stand):
    """Sixteen bottles or digits, some forged by the networks of a lab: mark the forgeries.

    The forger is the lab's G of now: as long as nothing is marked, a pause of the lab puts her newest
    bottles on the counter.

    Args:
        lab: An open `Playground`.
        seed: Whole number ≥ 0, for what comes on the counter.
        iterations: Length of the training between two rounds.
    """

    def __init__(self, lab, seed=0, iterations=100):
        self.lab, self.controller = lab, lab.controller
        iterations = whole("iterations", iterations, 1)
        self.seed, self.iterations, self.number, self._reached = seed, iterations, -1, None
        more = f"Train {iterations}, new round"
        super().__init__(
            [
                button("New round", "Sixteen others", "refresh", self.deal),
                button(more, "The forger and the owner learn", "play", self.train),
            ]
        )
        if error := self.deal().result(60):
            raise error
        lab.guests.add(self)

    def deal(self):
        """Put sixteen others on the counter."""
        self.number += 1
        return self._deal()

    def train(self):
        """Let both networks learn, then deal; or say why they did not."""

        def learned(done):
            error = done.exception()
            self.say_error(f"It did not work: {error}") if error else self.deal()

        self.controller.run(self.iterations).add_done_callback(learned)

    def close(self):
        """Leave the lab and take the widgets off the page."""
        self.lab.guests.discard(self)
        super().close()

    def follow(self, look, playing):
        """Keep up with the lab: fresh bottles for an untouched round, else a word about it."""
        reached = look.figures["iteration"], id(look.scene)  # by ==, a scene asks its arrays
        if playing or reached == self._reached:
            return
        self._reached = reached
        if look.scene is not self.counter.scene:
            self.deal()
        elif not self.settled and not self.counter.marked().any() and reached[0] != self.round.iteration:
            self._deal()
        else:
            self._count()

    def where(self):
        """Return when the forged bottles were made, as a sentence."""
        made, now = self.round.iteration, self._reached[0] if self._reached else self.round.iteration
        said = f"Forged at iteration {made}"
        return said + ("." if made == now else f"; the lab is at {now}: a new round takes its forger.")

    def _deal(self):
        def question(machine):
            return games.deal(machine, self.number, self.seed), machine.scene

        def show(answer):
            self._reached = answer[0].iteration, id(answer[1])
            self.put(*answer)

        return ask(self, question, show)
