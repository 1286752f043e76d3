"""A question's buttons. One click is a guess; it can be changed until the answer has been shown."""

from html import escape

import ipywidgets as w

from ganlib.questions import kept
from ganlib.questions.page import lettered, told

STYLE = """<style>
.ganlib-choices .jupyter-button { height: auto; min-height: 32px; white-space: normal; text-align: left;
  line-height: 1.4; padding: 6px 10px; width: auto; max-width: 46em; margin: 2px 0; }
.ganlib-asks { font-size: var(--jp-content-font-size1, 14px); line-height: 1.5; max-width: 46em; }
</style>"""


class Asking:
    """A question with its buttons, or with a field to type in.

    Args:
        ask: What `page.Lesson.ask` returned.
        at_once: Tell the reply as soon as there is an answer, as a question on earlier lessons does.
    """

    def __init__(self, ask, at_once=False):
        self.ask, self.question, self.at_once = ask, ask.question, at_once
        self.says = w.HTML()
        self.says.add_class("ganlib-asks")
        words = w.HTML(f"{STYLE}<b>Question.</b> {escape(self.question.asks)}")
        words.add_class("ganlib-asks")
        self.field, self.buttons, self._showing = None, {}, False
        if self.question.kind == "choice":
            keys = zip(self.question.choices, lettered(self.question), strict=True)
            self.buttons = {key: self._button(f"{letter}   {c.says}", key) for key, (letter, c) in keys}
            inside = w.VBox(list(self.buttons.values()))
        else:
            hint = f"a number{self.question.unit and ', ' + self.question.unit}"
            hint = hint if self.question.kind == "number" else "your sentence"
            self.field = w.Text(placeholder=hint, description="Guess", layout={"width": "min(46em, 96%)"})
            self.field.continuous_update = False  # a value comes by Enter, or when the field is left:
            self.field.observe(self._typed, "value")  # on a busy kernel that is after the button's click
            self.buttons = {None: self._button("Keep this guess", None)}
            inside = w.VBox([self.field, *self.buttons.values()])
        inside.add_class("ganlib-choices")
        self.box = w.VBox([words, inside, self.says])
        self.show()

    def _button(self, label, key):
        made = w.Button(description=label)
        made.on_click(lambda _: self.take(self.field.value if key is None else key))
        return made

    def _typed(self, change):
        if change["new"] and not self._showing:
            self.take(change["new"])

    def take(self, given):
        """Keep an answer, if it is one and the page has not told yet."""
        answer, (_, shown) = self.question.read(given), self.ask.guess()
        if shown:
            return self.show()
        if answer is None:
            self.says.value = (
                "A number is due, such as 0.7 or 70 %." if self.question.kind == "number" else ""
            )
            return None
        if answer == self.ask.guess()[0]:
            return self.show()
        trouble = kept.add(self.ask.lesson, self.question.name, answer)
        if self.at_once:
            kept.add(self.ask.lesson, self.question.name, shown=True)
        return self.show(trouble)

    def show(self, trouble=""):
        """Mark the guess and say what comes next."""
        answer, shown = self.ask.guess()
        for key, button in self.buttons.items():
            chosen = answer is not None and key == answer
            button.icon, button.disabled = "check" if chosen else "", shown
        if self.field is not None:
            self._showing = True
            self.field.disabled = shown
            if answer is not None:
                unit = " %" if self.question.unit == "%" else ""  # 0.5 % is not 0.5
                said = answer if self.question.kind == "sentence" else f"{answer:.10g}{unit}"
                self.field.value = said
            self._showing = False
        self.says.value = self._words(answer, shown, trouble)

    def _words(self, answer, shown, trouble):
        if answer is None:
            return ""
        if self.at_once:
            return "".join(f"<p>{escape(part)}</p>" for part in told(self.question, answer) if part)
        if trouble:
            words = f"Your guess: {self.question.says(answer)}. It could not be written ({trouble}):"
            return escape(f"{words} it is kept until the kernel ends.")
        end = "" if shown else " It is kept. Run on; you can change it until you see the answer."
        return escape(f"Your guess: {self.question.says(answer)}.{end}")


class Recalling:
    """Questions on earlier lessons, one below the other."""

    def __init__(self, recall):
        self.box = w.VBox([Asking(ask, at_once=True).box for ask in recall.asked])
