"""The controller: commands from many threads, one thread that obeys; nothing left running."""

import gc
import random
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ganlib.playground import controller as module
from ganlib.playground.controller import CLOSED, FAILED, PAUSED, PLAYING, Controller
from ganlib.playground.trainer import Trainer
from tests.fake_machine import Fake

WAIT = 20


@pytest.fixture
def start():
    opened = []

    def started(machine=None, **options):
        opened.append(Controller(machine or Fake(), **options))
        return opened[-1]

    yield started
    for controller in opened:
        controller.close()
        assert not controller.alive()


def test_it_starts_paused_with_a_look(start):
    controller = start()
    assert controller.wait(lambda c: c.look is not None, WAIT)
    assert (controller.state, controller.look.iteration, controller.speed) == (PAUSED, 0, 0.0)


def test_run_plays_so_many_and_pauses(start):
    controller = start()
    assert controller.run(7).result(WAIT) == 7
    assert (controller.state, controller.look.iteration) == (PAUSED, 7)


def test_numpy_numbers_are_taken(start):
    controller = start()
    assert controller.run(np.int64(3)).result(WAIT) == 3
    controller.step_both(np.int64(2)).result(WAIT)
    assert controller.rewind(np.int64(4)).result(WAIT) == 4


@pytest.mark.parametrize("wrong", [0, -3, 2.5, True, "10"])
def test_steps_refuse_what_is_no_number_of_times_and_nothing_is_lost(start, wrong):
    controller = start()
    for step in (controller.step_d, controller.step_g, controller.step_both):
        with pytest.raises(ValueError, match="times: received"):
            step(wrong)
    assert controller.state == PAUSED


def test_a_refused_rewind_does_not_pause(start):
    controller = start(Fake(cost=0.01))
    controller.play().result(WAIT)
    with pytest.raises(ValueError, match="iteration: received -1"):
        controller.rewind(-1)
    assert controller.ask(lambda _: controller.state).result(WAIT) == PLAYING


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "10"])
def test_run_refuses_what_is_no_number_of_iterations(start, wrong):
    with pytest.raises(ValueError, match="iterations"):
        start().run(wrong)


def test_play_and_pause_in_the_middle_of_a_step(start):
    machine = Fake(cost=0.2)
    controller = start(machine)
    controller.play().result(WAIT)
    assert controller.state == PLAYING
    time.sleep(0.05)
    controller.pause().result(WAIT)
    reached = machine.iteration
    assert (controller.state, controller.look.iteration) == (PAUSED, reached)
    time.sleep(0.3)
    assert machine.iteration == reached
    assert machine.done == ["both"] * reached


def test_a_pause_ends_a_run_early_and_says_where(start):
    machine = Fake(cost=0.05)
    controller = start(machine)
    running = controller.run(10_000)
    assert controller.wait(lambda c: c.look.iteration >= 1, WAIT)
    controller.pause().result(WAIT)
    assert running.result(WAIT) == machine.iteration < 10_000


def test_a_second_run_replaces_the_first(start):
    controller = start(Fake(cost=0.01))
    first, second = controller.run(10_000), controller.run(3)
    assert first.result(WAIT) <= second.result(WAIT) == controller.look.iteration
    assert controller.state == PAUSED


def test_single_steps_pause_first(start):
    machine = Fake()
    controller = start(machine)
    controller.play()
    controller.step_d().result(WAIT)
    controller.step_g().result(WAIT)
    controller.step_both().result(WAIT)
    assert machine.done[-3:] == ["d", "g", "both"]
    assert controller.state == PAUSED


def test_restart_while_running_plays_on_from_zero(start):
    machine = Fake(cost=0.01)
    controller = start(machine)
    controller.play()
    assert controller.wait(lambda c: c.look.iteration > 3, WAIT)
    controller.restart().result(WAIT)
    assert controller.state == PLAYING
    before = machine.done[: machine.done.index("restart")]
    assert controller.wait(lambda c: c.look.iteration > 0, WAIT)
    controller.pause().result(WAIT)
    assert machine.iteration == len(machine.done) - len(before) - 1  # from zero, and none lost


def test_rewind_pauses(start):
    machine = Fake()
    controller = start(machine)
    controller.run(9).result(WAIT)
    controller.play()
    assert controller.rewind(4).result(WAIT) == 4
    assert (controller.state, controller.look.iteration) == (PAUSED, 4)


def test_a_setting_that_waits_is_said(start):
    controller = start()
    assert controller.set(seed=3).result(WAIT) == ("seed",)
    assert controller.note == "seed: acts at the next restart."
    controller.set(d_rate=1).result(WAIT)
    assert controller.note == ""


def test_a_refused_setting_is_words_and_playing_goes_on(start):
    machine = Fake(cost=0.005)
    controller = start(machine)
    controller.play()
    refused = controller.set(bad=1)
    with pytest.raises(ValueError, match="bad: received something"):
        refused.result(WAIT)
    assert controller.note == "bad: received something"
    reached = machine.iteration
    assert controller.wait(lambda c: c.look.iteration > reached + 2, WAIT)


def test_an_exception_in_the_worker_reaches_the_learner_as_words(start):
    machine = Fake(breaks_at=5)
    controller = start(machine)
    with pytest.raises(ValueError, match="a dropped dimension"):
        controller.run(10).result(WAIT)
    assert controller.state == FAILED
    assert controller.note == "Training stopped: a dropped dimension (ValueError)"
    with pytest.raises(RuntimeError, match=r"a dropped dimension Press restart"):
        controller.play().result(WAIT)
    with pytest.raises(RuntimeError):
        controller.run(3).result(WAIT)
    with pytest.raises(RuntimeError):
        controller.step_d().result(WAIT)
    controller.restart().result(WAIT)
    assert (controller.state, controller.error) == (PAUSED, None)
    assert controller.run(2).result(WAIT) == 2


def test_a_question_does_not_wipe_why_it_stopped(start):
    controller = start(Fake(breaks_at=2))
    with pytest.raises(ValueError, match="a dropped dimension"):
        controller.run(5).result(WAIT)
    controller.ask(lambda machine: None).result(WAIT)
    controller.set(d_rate=1).result(WAIT)
    assert controller.note.startswith("Training stopped")
    controller.rewind(0).result(WAIT)
    assert controller.note == ""
    controller = start(Fake(cost=0.01), patience=0.05)
    controller.play().result(WAIT)
    assert controller.wait(lambda c: c.note, WAIT)
    controller.ask(lambda machine: None).result(WAIT)
    assert controller.note.startswith("Paused by itself")


def test_the_first_failure_is_the_one_that_is_said(start):
    machine = Fake(breaks_at=0)
    controller = start(machine)
    assert controller.wait(lambda c: c.look is not None, WAIT)
    machine.look = lambda: 1 / 0
    with pytest.raises(ValueError, match="a dropped dimension"):
        controller.step_both().result(WAIT)
    assert controller.note == "Training stopped: a dropped dimension (ValueError)"
    assert isinstance(controller.error, ValueError)


def test_an_exception_in_a_single_step_too(start):
    controller = start(Fake(breaks_at=0))
    with pytest.raises(ValueError, match="a dropped dimension"):
        controller.step_both().result(WAIT)
    assert controller.state == FAILED
    assert controller.rewind(0).result(WAIT) == 0
    assert controller.state == PAUSED


def test_a_look_that_fails_is_words_too(start):
    controller = start(Fake(breaks_at="look"))
    assert controller.wait(lambda c: c.state == FAILED, WAIT)
    assert controller.note == "Training stopped: nothing to see (ValueError)"
    assert controller.alive()


def test_ask_answers_between_two_steps_and_hands_on_exceptions(start):
    machine = Fake(cost=0.005)
    controller = start(machine)
    controller.play()
    assert controller.ask(lambda m: (m.busy, m is machine)).result(WAIT) == (False, True)
    with pytest.raises(ZeroDivisionError):
        controller.ask(lambda m: 1 / 0).result(WAIT)
    assert controller.state == PLAYING


def test_a_cancelled_command_is_skipped(start):
    machine = Fake(cost=0.2)
    controller = start(machine)
    controller.step_both()  # takes no time to post
    controller.run(1)
    given_up = controller.step_d()
    assert given_up.cancel()
    controller.pause().result(WAIT)
    assert "d" not in machine.done
    with pytest.raises(CancelledError):
        given_up.result(WAIT)


def test_slow_is_two_iterations_a_second(start):
    machine = Fake()
    controller = start(machine)
    controller.slow().result(WAIT)
    began = time.monotonic()
    controller.play().result(WAIT)
    time.sleep(1.2)
    iteration, took = machine.iteration, time.monotonic() - began
    assert 1 <= iteration <= 2 * took + 1
    controller.slow(False)
    assert controller.run(200).result(WAIT) >= 200


def test_slow_obeys_at_once(start, monkeypatch):
    """Here an iteration comes every fifty seconds: who waited for it would come too late."""
    monkeypatch.setattr(module, "SLOW", 0.02)
    controller = start(Fake())
    controller.slow().result(WAIT)
    controller.play().result(WAIT)
    controller.pause().result(WAIT)
    assert controller.state == PAUSED


def test_speed_is_measured_while_playing_alone(start):
    controller = start(Fake(cost=0.01))
    controller.play()
    assert controller.wait(lambda c: c.speed > 0, WAIT)
    assert 5 < controller.speed <= 100
    controller.pause().result(WAIT)
    assert controller.speed == 0.0


def test_looks_come_no_faster_than_asked(start):
    controller = start(Fake(cost=0.001), fps=10)
    controller.play().result(WAIT)
    before, began = controller.serial, time.monotonic()
    time.sleep(1.5)
    looks, took = controller.serial - before, time.monotonic() - began
    assert 3 <= looks <= 10 * took + 1


def test_dear_looks_come_rarer(start):
    machine = Fake(cost=0.001)
    machine.look = lambda: time.sleep(0.1) or SimpleNamespace(iteration=machine.iteration)
    controller = start(machine, fps=10, share=0.2)
    controller.play().result(WAIT)
    before, began = controller.serial, time.monotonic()
    time.sleep(1.5)
    looks, took = controller.serial - before, time.monotonic() - began
    assert 1 <= looks <= took / 0.5 + 1


@pytest.mark.parametrize("share", [0, -1, 1.5])
def test_looking_takes_a_part_of_the_time(share):
    with pytest.raises(ValueError, match="share"):
        Controller(Fake(), share=share)


@pytest.mark.parametrize("fps", [0, -1, 61])
def test_no_rate_of_pictures_out_of_reason(fps):
    with pytest.raises(ValueError, match="fps"):
        Controller(Fake(), fps=fps)


def test_it_pauses_by_itself_when_nobody_is_there(start):
    controller = start(Fake(cost=0.01), patience=0.1)
    controller.play()
    assert controller.wait(lambda c: c.state == PAUSED and c.note, WAIT)
    assert controller.note.startswith("Paused by itself")


def test_idle_when_paused(start):
    controller = start()
    controller.run(3).result(WAIT)
    before, serial = time.process_time(), controller.serial
    time.sleep(0.5)
    assert time.process_time() - before < 0.02
    assert controller.serial == serial


def test_close_ends_the_thread_refuses_what_waits_and_can_be_repeated(start):
    machine = Fake(cost=0.3)
    controller = start(machine)
    running = controller.run(10)
    time.sleep(0.1)
    waiting = [controller.step_d() for _ in range(3)]
    controller.close()
    controller.close()
    assert (controller.alive(), controller.state) == (False, CLOSED)
    for future in (running, *waiting, controller.play(), controller.run(2)):
        with pytest.raises(RuntimeError, match="closed: run its cell again"):
            future.result(WAIT)


def test_a_closed_controller_lets_its_machine_go():
    machine = Fake(breaks_at=0)
    controller, kept = Controller(machine), weakref.ref(machine)
    assert controller.step_both().exception(WAIT)
    controller.close()
    del machine
    gc.collect()
    assert kept() is None


def test_close_from_its_own_thread_does_not_wait_for_itself(start):
    controller = start()
    controller.ask(lambda machine: controller.close()).result(WAIT)
    controller.close()
    assert not controller.alive()


def test_close_all_closes_every_one(start):
    several = [start() for _ in range(3)]
    module.close_all()
    assert not any(controller.alive() for controller in several)


@pytest.mark.parametrize("seed", range(5))
def test_commands_from_many_threads_are_obeyed_one_at_a_time(start, seed):
    machine = Fake(cost=0.0002)
    controller = start(machine)

    def person(number):
        rng = random.Random(100 * seed + number)
        futures = []
        for _ in range(40):
            name, arguments = rng.choice(
                [
                    ("play", ()),
                    ("pause", ()),
                    ("run", (3,)),
                    ("step_d", ()),
                    ("step_g", ()),
                    ("step_both", ()),
                    ("restart", ()),
                    ("rewind", (2,)),
                    ("slow", (False,)),
                    ("ask", (lambda m: m.busy,)),
                ]
            )
            futures.append((name, getattr(controller, name)(*arguments)))
        return futures

    with ThreadPoolExecutor(8) as people:
        everything = [f for futures in people.map(person, range(8)) for f in futures]
    controller.pause().result(WAIT)
    for name, future in everything:
        assert future.result(WAIT) is not True, name  # nobody was let in while a step was under way
    assert machine.clashes == 0
    assert machine.threads == {"ganlib-playground"}
    assert controller.state == PAUSED


def test_each_threads_commands_keep_their_order(start):
    machine = Fake()
    controller = start(machine)

    def person(number):
        return [controller.set(who=number, which=i) for i in range(30)]

    with ThreadPoolExecutor(4) as people:
        for futures in list(people.map(person, range(4))):
            for future in futures:
                future.result(WAIT)
    for number in range(4):
        mine = [done for done in machine.done if f"'who': {number}," in done]
        assert mine == [f"set {{'who': {number}, 'which': {i}}}" for i in range(30)]


def test_close_while_others_command_leaves_no_future_open(start):
    controller = start(Fake(cost=0.001))
    futures = []

    def person():
        for _ in range(300):
            futures.append(controller.run(2))

    people = [threading.Thread(target=person) for _ in range(4)]
    for thread in people:
        thread.start()
    time.sleep(0.01)
    controller.close()
    for thread in people:
        thread.join()
    for future in futures:
        assert future.exception(WAIT) is None or "closed" in str(future.exception())


def test_the_end_of_python_ends_the_thread():
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from fake_machine import Fake\n"
        "from ganlib.playground.controller import Controller\n"
        "Controller(Fake(cost=0.01)).play().result(20); print('bye')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("bye\n", "", 0)


def test_with_real_networks_the_same_commands_give_the_same_networks():
    def script(people):
        controller = Controller(Trainer("moons"))
        try:
            lookers = [
                threading.Thread(target=lambda: [controller.ask(lambda m: m.look()) for _ in range(5)])
                for _ in range(people)
            ]
            for thread in lookers:
                thread.start()
            controller.run(15).result(60)
            controller.set(d_rate=3e-3).result(60)
            controller.run(6).result(60)
            controller.rewind(10).result(60)
            controller.run(5).result(60)
            for thread in lookers:
                thread.join()
            return controller.ask(lambda m: m.state()["arrays"]).result(60)
        finally:
            controller.close()

    for one, other in zip(script(0), script(3), strict=True):
        np.testing.assert_array_equal(one, other)
