"""Questions as data: one file of sentences a lesson, ``lesson_NN.toml``, read and held to its rules.

A table is a question, its name is the key.  Three kinds::

    [knob]                       # choices: one is right, every other one a mistake that people make
    asks = "Will θ walk straight to 0?"
    right = "past"
    tells = ["overshoot"]        # patterns that would give the answer away above its reveal
    [knob.choices.straight]
    says = "Straight to 0, more and more slowly"
    reply = "Her rule still says weaker is better when he gets there."
    [knob.choices.past]
    says = "..."
    reply = "..."

    [price]                      # a number with its unit; within `within` of the answer it is right
    asks = "What does she pay?"
    answer = 0.69
    within = 0.05
    unit = "nats"
    reply = "..."                # to a right guess; low and high to one below or above it
    low = "..."
    high = "..."

    [why]                        # a sentence of the learner's own; nobody judges it
    asks = "What will you see first?"
    reply = "..."

Tables under ``[recall.NAME]`` ask about earlier lessons, at the start of the page.
Sentences are plain text: no Markdown.
"""

import math
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ganlib.errors import refuse, unknown

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Choice:
    """One of the answers offered: what it says, and what the course replies to it."""

    says: str
    reply: str


@dataclass(frozen=True)
class Question:
    """One question of a lesson.

    Attributes:
        name: Its key, ``"knob"``; ``"recall.NAME"`` for one on earlier lessons.
        asks: The question.
        choices: Key to `Choice`, in the order shown; empty for a number or a sentence.
        right: Key of the right choice.
        answer: The right number; None for other kinds.
        within: How far from it a guess still counts as right, > 0.
        unit: Of the number.
        reply: To a right number, or to any sentence.
        low: To a number that is too low.
        high: To a number that is too high.
        tells: Regular expressions that must not be found above the reveal.
    """

    name: str
    asks: str
    choices: dict = field(default_factory=dict)
    right: str = ""
    answer: float | None = None
    within: float = 0.0
    unit: str = ""
    reply: str = ""
    low: str = ""
    high: str = ""
    tells: tuple = ()

    def __post_init__(self):
        for name, text in (
            ("asks", self.asks),
            *((f"choices.{k}", c.says) for k, c in self.choices.items()),
        ):
            if not text.strip():
                raise refuse(f"{self.name}: {name}", "nothing", "a sentence", "Write it.")
        if self.choices:
            if not 2 <= len(self.choices) <= 5:
                raise refuse(f"{self.name}: choices", len(self.choices), "2 to 5", "Drop the dullest.")
            if self.right not in self.choices:
                raise unknown(f"{self.name}: right", self.right, self.choices)
            if "right" in set(self.choices) - {self.right}:
                raise refuse(
                    f"{self.name}: choices", "a wrong one named 'right'", "another name", "Rename it."
                )
            replies = [c.reply for c in self.choices.values()]
        elif self.answer is not None:
            if not self.within > 0:
                raise refuse(
                    f"{self.name}: within", self.within, "a number > 0", "Nobody guesses exactly."
                )
            replies = [self.reply, self.low, self.high]
        else:
            replies = [self.reply]
        if not all(reply.strip() for reply in replies):
            raise refuse(f"{self.name}: reply", "nothing", "a sentence for each answer", "Write it.")
        for text in (self.asks, *(c.says for c in self.choices.values()), *replies):
            if mark := re.search(r"`|\*\w[^*]*\*|\*\*|]\(", text):
                raise refuse(f"{self.name}: {text!r}", mark[0], "plain text", "Leave the mark out.")

    @property
    def kind(self):
        """``"choice"``, ``"number"`` or ``"sentence"``."""
        return "choice" if self.choices else "sentence" if self.answer is None else "number"

    def read(self, given):
        """Return an answer as it is kept, a choice's key, a number or a sentence; None if it is none."""
        if self.kind == "choice":
            return given if given in self.choices else None
        if self.kind == "number":
            value = number(given)
            typed = isinstance(given, str) and "%" not in given
            share = self.unit == "%" and typed and value is not None and 0 < value < 1
            return 100 * value if share else value  # ½ is 50 %, and 0.5 % is what it says
        given = str(given).strip()
        return given or None

    def says(self, answer):
        """Return an answer that was kept in words."""
        if self.kind == "choice":
            return self.choices[answer].says
        return f"{answer:.10g} {self.unit}".strip() if self.kind == "number" else answer

    def truth(self):
        """Return the right answer in words; nothing where there is none."""
        return (
            ""
            if self.kind == "sentence"
            else self.says(self.answer if self.kind == "number" else self.right)
        )

    def verdict(self, answer):
        """Return ``"right"``, or the mistake: a choice's key, ``"low"``, ``"high"``; or ``"said"``."""
        if self.kind == "sentence":
            return "said"
        if self.kind == "choice":
            return "right" if answer == self.right else answer
        if abs(answer - self.answer) <= self.within:
            return "right"
        return "low" if answer < self.answer else "high"

    def replies(self, answer):
        """Return what the course replies to an answer."""
        if self.kind == "choice":
            return self.choices[answer].reply
        return {"low": self.low, "high": self.high}.get(self.verdict(answer), self.reply)


def number(text):
    """Return the number that a person typed, or None.

    ``0.7``, ``0,7``, ``½``, ``2½``, ``2/3``, ``70`` are numbers, and so are ``1 000`` and ``1,000``.  A
    comma before three digits of which the last is 0 parts thousands: ``1,386`` is a little more than 1.
    """
    text = str(text).strip().replace("−", "-")
    text = re.sub(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))", "", text)
    thousands = r"(?<![\d,.])[1-9]\d{0,2}(,\d{3})*,\d\d0(?![\d,])"
    text = re.sub(thousands, lambda one: one[0].replace(",", ""), text).replace(",", ".")
    if mixed := re.fullmatch(r"([-+]?)\s*(\d{0,9})\s*([½⅓¼¾])[^\d.½⅓¼¾]*", text):
        value = int(mixed[2] or 0) + unicodedata.numeric(mixed[3])
        return -value if mixed[1] == "-" else value
    found = re.match(r"[-+]?(\d+\s*/\s*\d+|\d*\.?\d+(e[-+]?\d+)?|\d+\.)(?=[^\d.½⅓¼¾]*$)", text, re.I)
    if not found:
        return None
    over, _, under = found[0].partition("/")
    value = float(over) / float(under or 1) if float(under or 1) else math.inf
    return value if math.isfinite(value) else None


@cache
def lesson(n):
    """Return a lesson's questions: name to `Question`, in the order of the file, recall first.

    Args:
        n: The lesson's number.

    Raises:
        ValueError: No such lesson; a question that breaks a rule, which the message names.
    """
    files = {int(path.stem[-2:]): path for path in FOLDER.glob("lesson_??.toml")}
    if n not in files:
        raise unknown("lesson", n, map(str, files))
    tables = tomllib.loads(files[n].read_text(encoding="utf-8"))
    recall = {f"recall.{name}": table for name, table in tables.pop("recall", {}).items()}
    return {name: _question(name, table) for name, table in (recall | tables).items()}


def _question(name, table):
    table = dict(table)
    choices = {key: Choice(**choice) for key, choice in table.pop("choices", {}).items()}
    try:
        return Question(name, choices=choices, **table | {"tells": tuple(table.get("tells", ()))})
    except TypeError as error:
        raise refuse(
            name, error, "the fields that ganlib.questions.bank lists", "Correct the file."
        ) from error
