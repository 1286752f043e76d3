"""The questions of the course: a learner guesses, runs the experiment, and is told what it says to that.

A lesson's questions, their choices and the answer to each choice are sentences in one file,
``lesson_NN.toml``, which `bank` reads; `kept` writes what a learner guessed into the workspace; `page` is
what a lesson calls; `widgets` draws the buttons; `counts` makes the table for a teacher.

Example:
    >>> from ganlib import questions
    >>> lesson = questions.lesson(1)
    >>> lesson.ask("knob")
    >>> lesson.reveal("knob")
"""

from ganlib.questions.page import Lesson as lesson

__all__ = ["lesson"]
