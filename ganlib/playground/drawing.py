"""From a look to a picture, in a few milliseconds: Pillow alone, at twice the size on the page.

The signs are those of `plots.plane`: real examples are green dots, fakes orange crosses, D's belief is
orange for "fake" and blue for "real", white with a dark line at D = 1/2.  Hue is never alone.
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from ganlib.plots.colours import BELIEF, G_COLOUR, REAL_COLOUR, depth
from ganlib.plots.figures import font
from ganlib.plots.films import Movie

SIDE = 840  # pixels of the picture's square; shown at half of that, so sharp on a dense screen
INK = "#222222"
PARTS = ("real", "fake", "map", "grid", "arrows")
_SHADES = np.rint(BELIEF(depth(np.linspace(0, 1, 1024)))[:, :3] * 255).astype("uint8")  # of D from 0 to 1


def picture(look, scene, show=PARTS[:4], side=SIDE, words=True):
    """Draw a look as an RGB image, ``side`` pixels square.

    Args:
        look: `frames.Frame`.
        scene: The `examples.Scene` it belongs to.
        show: Which of ``PARTS`` to draw of a cloud of points.
        side: Pixels along each side.
        words: Whether the axes' names and the legend stand on the picture; the live page has its own.
    """
    return _cloud(look, scene, show, side, words) if scene.flat else _digits(look, side)


def encoded(image, kind="JPEG"):
    """Return an image as bytes: JPEG, five times quicker than PNG, for the live view; PNG to keep."""
    out = io.BytesIO()
    image.save(out, kind, **({"quality": 88, "subsampling": 0} if kind == "JPEG" else {}))
    return out.getvalue()


def describe(look, scene):
    """Return the picture in words, for a reader who cannot see it."""
    figures = look.figures
    if scene.flat:
        what = (
            f"A map of D's belief over {scene.name}, with {len(look.real)} real and as many fake points"
        )
    else:
        what = f"{len(look.fake)} generated images, each with D's belief that it is real"
    what += f", at iteration {figures['iteration']}. Mean belief in fakes {np.mean(look.belief):.2f}"
    return f"{what}. {figures['line']}"


# ---- points ----


def _cloud(look, scene, show, side, words):
    canvas = Image.new("RGB", (side, side), "white")
    if "map" in show:
        canvas = _map(look.map, side)
    draw = ImageDraw.Draw(canvas)
    place = placer(scene.extent, side)
    if "grid" in show:
        _mesh(draw, place(look.mesh), side)
    dot = side / 130
    if "real" in show:
        for x, y in place(look.real):
            draw.ellipse((x - dot, y - dot, x + dot, y + dot), fill=REAL_COLOUR, outline="white")
    if "fake" in show:
        fakes = place(look.fake)
        fakes = fakes[((fakes > -side) & (fakes < 2 * side)).all(1)]
        for x, y in fakes:
            cross(draw, x, y, dot)
    if "arrows" in show:
        _arrows(draw, look, place, side)
    if words:
        frame(draw, scene, side, show)
    else:
        draw.rectangle((0, 0, side - 1, side - 1), outline="#999999", width=2)
    return canvas


def cross(draw, x, y, size):
    """Draw an orange cross, the sign of a fake."""
    width = max(2, round(size / 2))
    draw.line((x - size, y - size, x + size, y + size), fill=G_COLOUR, width=width)
    draw.line((x - size, y + size, x + size, y - size), fill=G_COLOUR, width=width)


def placer(extent, side):
    """Return a function from data coordinates ``(..., 2)`` to pixels; y points up."""
    left, right, bottom, top = extent

    def place(points):
        x = (np.asarray(points)[..., 0] - left) / (right - left)
        y = (top - np.asarray(points)[..., 1]) / (top - bottom)
        return np.stack([x, y], -1) * side

    return place


def _map(belief, side):
    """Colour D's belief, first row at the bottom, and draw the line where it is 1/2."""
    low = Image.fromarray(np.nan_to_num(belief[::-1], nan=0.5).astype("float32"))  # lost networks: white
    fine = np.asarray(low.resize((side // 2, side // 2), Image.Resampling.BICUBIC))
    index = np.clip(np.rint(fine * 1023), 0, 1023).astype("uint16")
    image = Image.fromarray(_SHADES[index]).resize((side, side), Image.Resampling.BILINEAR)
    slope = np.hypot(*np.gradient(fine))  # distance to the line, in pixels, is |D - 1/2| / slope
    near = np.clip(1.3 - np.abs(fine - 0.5) / np.maximum(slope, 1e-9), 0, 1)
    line = Image.fromarray((near * 255).astype("uint8")).resize((side, side), Image.Resampling.BILINEAR)
    image.paste(INK, mask=line)
    return image


def _mesh(draw, lines, side):
    """Draw where G puts a square grid of z: both families of lines."""
    lines = np.clip(lines, -4 * side, 5 * side)
    families = (lines, lines.transpose(1, 0, 2)) if lines.shape[1] > 1 else (lines.transpose(1, 0, 2),)
    for family in families:
        for line in family:
            draw.line([tuple(p) for p in line.tolist()], fill="#B98A6A", width=max(1, side // 420))


def _arrows(draw, look, place, side):
    """Draw where G's gradient pulls some fakes; the longest arrow is a tenth of the map."""
    length = np.linalg.norm(look.arrows, axis=1).max()
    if not np.isfinite(length) or length < 1e-9:
        return
    start = place(look.fake[: len(look.arrows)])
    way = look.arrows * [1, -1] / length * side / 10
    for (x, y), (dx, dy) in zip(start, way, strict=True):
        size = np.hypot(dx, dy)
        if size < 2 or not (-side < x < 2 * side and -side < y < 2 * side):
            continue
        tip, back, aside = (
            np.array([x + dx, y + dy]),
            np.array([dx, dy]) / size,
            np.array([-dy, dx]) / size,
        )
        draw.line((x, y, *tip), fill=INK, width=side // 280)
        head = min(size, side / 60)
        wings = (tip - head * back + 0.5 * head * aside, tip - head * back - 0.5 * head * aside)
        draw.polygon([tuple(tip), *(tuple(w) for w in wings)], fill=INK)


def written(value, width, least=1):
    """Return a coordinate of a map so wide, with as many decimals as tell its places apart."""
    places = max(least, least - int(np.floor(np.log10(width))))
    return f"{round(float(value), places) + 0.0:.{places}f}"  # no minus before a nought


def ranges(extent):
    """Return what a map spans across and upwards, as words."""
    left, right, bottom, top = (written(edge, extent[1] - extent[0]) for edge in extent)
    return f"{left} to {right}", f"{bottom} to {top}"


def fitted(image, size):
    """Return an image array as a square, not stretched; what is left over is white."""
    image, nearest = Image.fromarray(image), Image.Resampling.NEAREST
    return ImageOps.pad(image, (size, size), nearest, "white")


def frame(draw, scene, side, show):
    """Write the axes' names and the legend on the picture's own margin."""
    small = font(side // 32)
    pad, spans = side // 60, ranges(scene.extent)
    on = {"fill": INK, "font": small, "stroke_width": side // 280, "stroke_fill": "white"}
    draw.text((pad, side - pad), f"{scene.axes[0]}: {spans[0]}", anchor="ls", **on)
    draw.text((pad, pad), f"{scene.axes[1]}: {spans[1]}", anchor="lt", **on)
    draw.rectangle((0, 0, side - 1, side - 1), outline="#999999", width=2)
    x, y, dot = side - pad, side - pad, side / 110
    for name in ("fake", "real"):
        if name in show:
            draw.text((x, y), name, anchor="rs", **on)
            x -= draw.textlength(name, small) + 2.2 * dot
            if name == "fake":
                cross(draw, x, y - 1.4 * dot, dot)
            else:
                draw.ellipse((x - dot, y - 2.4 * dot, x + dot, y - 0.4 * dot), fill=REAL_COLOUR)
            x -= 3 * dot


# ---- digits ----


def _digits(look, side):
    """Draw the digits in rows, each over a bar and a figure for D's belief in it."""
    across, cell, gap, label, size = _shelf(len(look.fake), side)
    canvas = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(canvas)
    small = font(int(label * 0.8))
    for i, (image, belief) in enumerate(zip(look.fake, look.belief, strict=True)):
        x, y = (i % across) * cell + (cell - size) // 2, (i // across) * cell + gap
        canvas.paste(fitted(image, size), (x, y))
        bar = y + size + 2
        draw.rectangle((x, bar, x + size, bar + label), fill="#E8E8E8")
        draw.rectangle((x, bar, x + size * float(belief), bar + label), fill="#8CC3E6")
        draw.text((x + size / 2, bar + label / 2), f"{belief:.2f}", INK, small, anchor="mm")
    return canvas


def _shelf(count, side):
    """Return images in a row, and the pixels of a cell, its gap, its bar and its image."""
    across = int(np.ceil(np.sqrt(count)))
    cell, gap, label = side // across, side // 120, side // 24
    return across, cell, gap, label, cell - label - 2 * gap


def digit_place(count, x, y, side=SIDE):
    """Return which image is at a place of the picture, and the place in it, all in shares of 1.

    Args:
        count: Images on the picture.
        x: From the left, in [0, 1].
        y: From the top, in [0, 1].
        side: Pixels along each side.
    """
    across, cell, gap, _, size = _shelf(count, side)
    column, row = (min(int(share * side / cell), across - 1) for share in (x, y))
    inside = x * side - column * cell - (cell - size) // 2, y * side - row * cell - gap
    return (row * across + column, *(pixels / size for pixels in inside))


def film(looks, scene, show=("real", "fake", "map")):
    """Return several looks as a film, for a page without a kernel.

    Args:
        looks: List of `frames.Frame`.
        scene: Their `examples.Scene`.
        show: Which of ``PARTS`` to draw of a cloud of points.
    """
    labels = [
        "iteration {iteration}: d_loss {d_loss:.2f}, g_loss {g_loss:.2f}".format(**look.figures)
        if look.figures["iteration"]
        else "iteration 0"
        for look in looks
    ]
    alt = f"A game from its beginning. {describe(looks[0], scene)} {describe(looks[-1], scene)}"
    return Movie([picture(look, scene, show, 280, False) for look in looks], labels, alt, 5, width=400)
