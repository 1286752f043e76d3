"""What a lesson calls: ask, reveal, recall, summary. Each shows itself, and none waits for an answer."""

from html import escape
from string import ascii_uppercase

from ganlib.errors import unknown
from ganlib.questions import bank, kept

NO_GUESS = "No guess yet: guess above and run this cell again. Or unfold what you would have said:"


class Lesson:
    """The questions of one lesson.

    Args:
        number: The lesson's number.

    Raises:
        ValueError: No such lesson.
    """

    def __init__(self, number):
        self.number, self.questions = number, bank.lesson(number)

    def _find(self, name):
        if name not in self.questions:
            raise unknown("question", name, self.questions)
        return self.questions[name]

    def ask(self, name):
        """Show a question with its choices; what the learner clicks on is kept."""
        return Ask(self.number, self._find(name))

    def reveal(self, name):
        """Show what the learner guessed and what the course replies."""
        return Reveal(self.number, self._find(name))

    def recall(self):
        """Show the questions on earlier lessons; each is answered at once."""
        asked = [q for name, q in self.questions.items() if name.startswith("recall.")]
        return Recall(self.number, asked)

    def summary(self):
        """Show every guess of the lesson beside what happened."""
        asked = [q for name, q in self.questions.items() if not name.startswith("recall.")]
        return Summary(self.number, asked)


class Shown:
    """Something that shows itself: as HTML, or as plain text where there is none."""

    def __init__(self, lesson, question):
        self.lesson, self.question = lesson, question

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html(), "text/plain": self.text()}

    def __repr__(self):
        return self.text()

    def guess(self):
        """Return what was guessed, None for nothing, and whether the answer was shown."""
        found, shown = kept.here()
        answer = valid(found, self.lesson, self.question)
        return answer, answer is not None and (self.lesson, self.question.name) in shown


class Ask(Shown):
    """A question; with ipywidgets it can be answered, without it can be read."""

    def text(self):
        lines = [f"Question. {self.question.asks}"]
        lines += [f"  {letter}  {choice.says}" for letter, choice in lettered(self.question)]
        return "\n".join(lines)

    def html(self):
        choices = "".join(f"<li>{escape(choice.says)}</li>" for _, choice in lettered(self.question))
        choices = choices and f'<ol type="A">{choices}</ol>'
        asks = f"<p><b>Question.</b> {escape(self.question.asks)}</p>"
        return f'<div class="ganlib-question">{asks}{choices}</div>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        return super()._repr_mimebundle_() | view("Asking", self)


class Reveal(Shown):
    """What was guessed and the reply to it; without a guess, every choice with its reply, to unfold."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = super()._repr_mimebundle_()  # with what was guessed until now
        answer, shown = self.guess()
        if answer is not None and not shown:  # who has not guessed has been told nothing
            kept.add(self.lesson, self.question.name, shown=True)
        return bundle

    def text(self):
        answer, _ = self.guess()
        if answer is None:
            pairs = [f"  {says}: {reply}" for says, reply in answers(self.question)]
            return "\n".join([NO_GUESS, *pairs])
        return "\n".join(part for part in told(self.question, answer) if part)

    def html(self):
        answer, _ = self.guess()
        if answer is None:
            return f'<div class="ganlib-reveal"><p>{NO_GUESS}</p>{unfolding(self.question)}</div>'
        parts = "".join(f"<p>{escape(part)}</p>" for part in told(self.question, answer) if part)
        star = surprised(self.question, answer)
        style = f"border-left: 4px solid {'#E69F00' if star else '#009E73'}; padding-left: 12px"
        return f'<div class="ganlib-reveal{" ganlib-surprise" * star}" style="{style}">{parts}</div>'


class Recall(Shown):
    """Questions on earlier lessons, one after the other, each with its reply at once."""

    def __init__(self, lesson, questions):
        super().__init__(lesson, None)
        self.asked = [Ask(lesson, question) for question in questions]

    def text(self):
        return "\n\n".join(ask.text() for ask in self.asked)

    def html(self):
        return "".join(ask.html() + unfolding(ask.question) for ask in self.asked)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return super()._repr_mimebundle_() | view("Recalling", self)


class Summary(Shown):
    """Every guess of a lesson beside what happened; a surprise has a star."""

    def __init__(self, lesson, questions):
        super().__init__(lesson, None)
        self.questions = questions

    def rows(self):
        """Return ``(star, question, guess, what happened)`` of each question that was guessed."""
        found, _ = kept.here()
        rows = []
        for question in self.questions:
            answer = valid(found, self.lesson, question)
            if answer is None:
                continue
            star = "★" if surprised(question, answer) else ""
            rows.append((star, question.asks, question.says(answer), question.truth() or question.reply))
        return rows

    def words(self, rows):
        """Return the sentence above the table."""
        if not rows:
            return "No guess of this lesson is kept here."
        stars = sum(bool(row[0]) for row in rows)
        end = "Each ★ was a surprise: that is what to remember." if stars else "Nothing surprised you."
        return f"You guessed {len(rows)} of {len(self.questions)} questions. {end}"

    def text(self):
        rows = self.rows()
        lines = [
            f"{star:1} {asks}\n    you: {guess}\n    it:  {truth}" for star, asks, guess, truth in rows
        ]
        return "\n".join([self.words(rows), *lines])

    def html(self):
        found = self.rows()
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in found
        )
        head = "".join(
            f'<th scope="col">{name}</th>'
            for name in ("surprise", "question", "you guessed", "it showed")
        )
        table = rows and f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f'<div class="ganlib-summary"><p>{self.words(found)}</p>{table}</div>'


def valid(found, lesson, question):
    """Return the answer that is kept, None for none or for one that the question does not know."""
    answer = found.get((lesson, question.name))
    return None if answer is None else question.read(answer)


def lettered(question):
    """Return ``(letter, Choice)`` of each choice."""
    return list(zip(ascii_uppercase, question.choices.values(), strict=False))


def surprised(question, answer):
    """Say whether what happened was not what was guessed."""
    return question.verdict(answer) not in ("right", "said")


def told(question, answer):
    """Return what the page says to a guess, in up to three sentences."""
    letters = {c.says: letter for letter, c in lettered(question)}
    guess = f"You guessed{spaced(letters.get(question.says(answer)))}: {question.says(answer)}."
    if question.kind == "sentence":
        return guess, question.reply, ""
    if not surprised(question, answer):
        near = question.kind == "number" and answer != question.answer
        verdict = f"Near enough: it is {question.truth()}." if near else "So it is."
        return f"{guess} {verdict}", question.replies(answer), ""
    reply = question.replies(question.right) if question.kind == "choice" else ""
    truth = f"It is{spaced(letters.get(question.truth()))}: {question.truth()}. {reply}".strip()
    return f"★ {guess} A surprise.", question.replies(answer), truth


def spaced(letter):
    """Return a letter after a space, nothing for none."""
    return f" {letter}" if letter else ""


def answers(question):
    """Return ``(an answer, its reply)`` for each answer that has one."""
    if question.kind == "choice":
        return [(choice.says, choice.reply) for choice in question.choices.values()]
    if question.kind == "number":
        truth = question.truth()
        return [
            (f"Less than {truth}", question.low),
            (truth, question.reply),
            (f"More than {truth}", question.high),
        ]
    return [("What we saw", question.reply)]


def unfolding(question):
    """Return the answers as HTML that unfolds without a kernel and without JavaScript."""
    pairs = answers(question)
    if question.kind == "number":  # the number itself must not stand in a summary
        pairs = [("The answer", f"{pairs[1][0]}. {pairs[1][1]}")]
    return "".join(
        f"<details><summary>{escape(says)}</summary><p>{escape(reply)}</p></details>"
        for says, reply in pairs
    )


def view(name, shown):
    """Return the widget's part of a bundle; nothing where there are no widgets."""
    try:
        from ganlib.questions import widgets
    except ImportError:
        return {}
    made = getattr(widgets, name)(shown).box._repr_mimebundle_()
    return {kind: data for kind, data in made.items() if kind.startswith("application")}
