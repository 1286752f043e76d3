"""The only import of ipywidgets, and what every live view shares."""

try:
    import ipywidgets as w
    from traitlets import Unicode
except ImportError as error:
    raise ImportError(
        "ipywidgets: not installed. The live lab draws its controls with it: in the course's folder  "
        "pip install '.[lab]'.  Everything else of ganlib works without."
    ) from error

from ganlib.playground import drawing, style
from ganlib.playground.controller import CLOSED

_OPEN = {}  # key of a cell -> (its run, the labs that this run opened)


def _here():
    """Return a key of the cell that runs now and a key of this run of it; (None, None) outside one."""
    try:
        from IPython import get_ipython

        parent = get_ipython().kernel.get_parent()
        cell = parent["metadata"].get("cellId") or parent["content"]["code"]
        return cell, parent["header"]["msg_id"]
    except (ImportError, AttributeError, KeyError, LookupError):
        return None, None


def sweep():
    """Close what an earlier run of this cell opened; return the list of what this run has opened."""
    cell, run = _here()
    earlier, opened = _OPEN.get(cell, (run, []))
    if earlier != run:
        for old in opened:
            old.close()
        opened = []
    if cell is not None:
        _OPEN[cell] = run, opened
    return opened


def register(view):
    """Remember which cell opened a view; close those that an earlier run of the same cell opened."""
    sweep().append(view)


def close(widget):
    """Close a widget with all below it: each that is open stays in memory, and what it calls as well."""
    for child in getattr(widget, "children", ()):
        close(child)
    for part in ("layout", "style"):
        if hasattr(widget, part):
            getattr(widget, part).close()
    widget.close()


def bundle(widget, image, alt, words):
    """Return what a notebook keeps of a live view: the widget, and an image for a page without a kernel.

    Args:
        widget: What ipywidgets shows.
        image: PNG bytes.
        alt: The image in words.
        words: For where there are no images at all.
    """
    live = {k: v for k, v in widget._repr_mimebundle_().items() if k.startswith("application")}
    return live | {"image/png": image, "text/plain": words}, {"image/png": {"alt": alt}}


class Lab:
    """What every live view shares: a controller, a box of widgets, a still for pages without a kernel."""

    def __init__(self, controller, box):
        self.controller, self.widget = controller, box
        box._view_count = 0  # asks the page to count the places where the box is shown
        box.observe(self._unseen, "_view_count")
        register(self)

    def _unseen(self, change):
        if change["old"] and change["new"] == 0:
            self.controller.pause()

    def close(self):
        """End the thread and take the widgets off the page."""
        self.controller.close()
        close(self.widget)

    def still(self):
        """Return ``(PNG bytes, words)`` of the first picture, for a page without a kernel."""
        look, scene = self.controller.ask(lambda machine: (machine.look(), machine.scene)).result()
        image = drawing.picture(look, scene, side=420)
        return drawing.encoded(image, "PNG"), drawing.describe(look, scene)

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self.controller.state == CLOSED:
            return {"text/plain": "<playground: closed; run its cell again>"}, {}
        image, alt = self.still()
        return bundle(self.widget, image, alt, f"<playground: {alt}>")


class Picture(w.Image):
    """An image with words: its title, which the page half copies to `alt`."""

    description = Unicode("").tag(sync=True)


def button(label, tooltip, icon, act, *classes):
    """Return a button that calls a function of no arguments."""
    made = w.Button(description=label, tooltip=tooltip, icon=icon)
    made.on_click(lambda _: act())
    for name in classes:
        made.add_class(name)
    return made


def group(children, *classes):
    """Return a box that puts its children side by side and wraps where the page ends."""
    made = w.HBox(list(children))
    for name in classes or ("ganlib-bar",):
        made.add_class(name)
    return made


def page(children):
    """Return the outermost box of a live view, with the style that all below it needs."""
    return w.VBox([w.HTML(style.sheet()), *children]).add_class("ganlib")
