"""Pictures of the games: bottles on a map or a shelf, a forger's offers, and what G makes of some z."""

import numpy as np
from PIL import Image, ImageDraw

from ganlib.playground.drawing import INK, SIDE, cross, fitted, frame, placer
from ganlib.playground.forging import WIDE
from ganlib.plots.colours import BELIEF, G_COLOUR, REAL_COLOUR, depth
from ganlib.plots.figures import font

SIGN = 0.086, 0.074  # of a bottle's sign and the air around it, as shares of the map


def seats(points, extent):
    """Return where the signs of some points stand, ``(n, 2)`` shares from the top left.

    Each stands as near to its point as there is room: no two overlap, all are on the map, and none lies
    on a point or on the line from another sign to its point, unless it would have to go far away.
    """
    spot = np.clip(placer(extent, 1.0)(points).astype(float), 0.01, 0.99)
    size, count = np.array(SIGN), len(spot)
    angle = 2 * np.pi * (np.arange(24) / 24 - 0.25)  # from straight above
    ring = np.stack([np.cos(angle) * 1.1, np.sin(angle)], 1)
    ways = (np.geomspace(0.058, 0.9, 28)[:, None, None] * ring).reshape(-1, 2)
    crowd = np.linalg.norm(spot[:, None] - spot, axis=2)
    seat, taken = np.zeros((count, 2)), []
    for i in np.sort(crowd, 1)[:, 1:5].mean(1).argsort():  # the most crowded choose first
        places = spot[i] + ways
        low, high = places.min(1) >= size.max() / 2, places.max(1) <= 1 - size.max() / 2
        free = low & high & ~_inside(places[:, None] - seat[taken], size).any(1)
        cost = np.linalg.norm(ways, axis=1)
        cost = cost + 0.15 * _inside(places[:, None] - spot, size / 2 + 0.012).sum(1)
        for j in taken:  # lines that would be covered, either way
            along = np.linspace(0, 1, 12)[:, None]
            old = spot[j] + along * (seat[j] - spot[j])
            new = spot[i] + along * ways[:, None]
            cost = cost + 0.06 * _inside(places[:, None] - old, size / 2).any(1)
            cost = cost + 0.06 * _inside(new - seat[j], size / 2).any(1)
        seat[i] = places[np.where(free, cost, np.inf).argmin()]
        taken.append(i)
    return seat


def every(known, most=200):
    """Return the step by which known examples are thinned to some hundreds."""
    return max(1, len(known) // most)


def _inside(away, size):
    """Return whether distances ``(..., 2)`` lie within a box of a half size."""
    return (np.abs(away) < size).all(-1)


def counter(round_, scene, settled=False, seat=None, marked=None, side=SIDE):
    """Draw the bottles of a round: a dot at its place, a thin line to its sign, the truth when settled.

    Args:
        round_: `games.Round`.
        scene: Its `examples.Scene`.
        settled: Whether to show which were forged.
        seat: What `seats` returned; where it is given, signs are left to the page.
        marked: ``(n,)`` of bool: what the learner calls forged, for a still picture.
        side: Pixels along each side.
    """
    canvas = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(canvas)
    if not scene.flat:
        return _shelf(canvas, draw, round_, settled, marked, side)
    place = placer(scene.extent, side)
    for x, y in place(scene.examples[:: every(scene.examples)]):
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill="#7FCEB9")
    spots = seats(round_.items, scene.extent) if seat is None else seat
    for at, to in zip(place(round_.items), spots * side, strict=True):
        draw.line((*at, *to), fill="#888888", width=2)
    for (x, y), forged in zip(place(round_.items), round_.forged, strict=True):
        if settled and forged:
            cross(draw, x, y, side / 80)
        else:
            fill = REAL_COLOUR if settled else INK
            draw.ellipse((x - 6, y - 6, x + 6, y + 6), fill=fill, outline="white")
    if seat is None:
        for i, (x, y) in enumerate(spots * side):
            called = marked is not None and marked[i]
            box = (x - 0.037 * side, y - 0.031 * side, x + 0.037 * side, y + 0.031 * side)
            draw.rounded_rectangle(box, 13, "#A84A00" if called else "white", INK, 2)
            draw.text((x, y), str(i + 1), "white" if called else INK, font(side // 32), "mm")
    frame(draw, scene, side, ())
    return canvas


def _shelf(canvas, draw, round_, settled, marked, side):
    """Put images on a shelf of four by four; what was forged has an orange cross in its corner."""
    cell = side // 4
    size = cell - side // 16  # below each image there is room for its number
    for i, (item, forged) in enumerate(zip(round_.items, round_.forged, strict=True)):
        x, y = (i % 4) * cell + (cell - size) // 2, (i // 4) * cell + 6
        canvas.paste(fitted(item, size), (x, y))
        if settled and forged:
            cross(draw, x + size - side / 40, y + side / 40, side / 50)
        elif settled:
            r = side / 60
            cx, cy = x + size - side / 40, y + side / 40
            draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=REAL_COLOUR, outline="white")
        if marked is not None:
            draw.text((x + size / 2, y + size + 4), str(i + 1), INK, font(side // 32), "mt")
        if marked is not None and marked[i]:
            draw.rectangle((x - 5, y - 5, x + size + 5, y + size + 5), outline=G_COLOUR, width=5)
    return canvas


def walked(points, scene, side=SIDE):
    """Draw what G makes of some z: points on the map, numbered along the way, or images in a row."""
    if scene.flat:
        canvas = Image.new("RGB", (side, side), "white")
        draw, place = ImageDraw.Draw(canvas), placer(scene.extent, side)
        for x, y in place(scene.examples[:: every(scene.examples, 400)]):
            draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=REAL_COLOUR)
        way = np.clip(place(points), -side, 2 * side)
        if len(way) > 1:
            draw.line([tuple(p) for p in way.tolist()], fill="#B98A6A", width=3)
        for x, y in way:
            cross(draw, x, y, side / 70)
        frame(draw, scene, side, ("real", "fake"))
        return canvas
    size = min(side // len(points), side // 3)
    canvas = Image.new("RGB", (size * len(points), size), "white")
    for i, image in enumerate(points):
        canvas.paste(fitted(image, size - 4), (i * size + 2, 2))
    return canvas


def offers(game, count, rival, side=SIDE, aim=None):
    """Draw the first offers of a forger's game; with ``count`` None all, the wine and the rival's.

    With one dial the height is the owner's belief; in the plane a belief is the colour of the sign.
    ``aim`` is the place of the next offer.
    """
    canvas = Image.new("RGB", (side, side), "white")
    draw, flat, small = ImageDraw.Draw(canvas), len(game.hidden) == 2, font(side // 32)
    place = placer((0, WIDE, 0, WIDE) if flat else (0, WIDE, 0, 1), side)
    told = count is None

    def spots(of):
        if flat:
            return place(np.array([one.place for one in of]))
        return place(np.array([(one.place[0], 0.04 + 0.92 * one.belief) for one in of]))

    if not flat:
        half = place(np.array([0, 0.5]))[1]
        draw.line((0, half, side, half), fill="#BBBBBB", width=2)
        draw.text((side - side // 60, half - 4), "belief ½", "#666666", small, "rs")
    if told:
        wine = game.hidden + game.spread
        wine = wine if flat else np.concatenate([wine, 0.02 + 0 * wine], 1)
        for x, y in place(wine):
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=REAL_COLOUR, outline="white")
        _path(draw, spots(rival.offers), side, INK, 2)
    shown = game.offers if told else game.offers[:count]
    if aim is not None:
        x, y = place(np.array([aim[0], aim[-1] if flat else 0]))
        if flat:
            draw.ellipse((x - 20, y - 20, x + 20, y + 20), outline=INK, width=3)
        else:
            draw.line((x, 0, x, side), fill="#BBBBBB", width=3)
    if shown:
        where = spots(shown)
        _path(draw, where, side, G_COLOUR, 3)
        r = side / 44
        for i, ((x, y), one) in enumerate(zip(where, shown, strict=True)):
            fill = tuple(int(255 * c) for c in BELIEF(depth(one.belief))[:3])
            width = 5 if i == len(shown) - 1 and not told else 2
            draw.ellipse((x - r, y - r, x + r, y + r), fill, G_COLOUR, width)
            draw.text((x, y), str(i + 1), INK, font(side // 36), "mm")
            if i == len(shown) - 1 and not told:
                below = y + 2.2 * r < side
                draw.text((x, y + (1.7 if below else -1.7) * r), f"{one.belief:.2f}", INK, small, "mm")
    draw.rectangle((0, 0, side - 1, side - 1), outline="#999999", width=2)
    words = "the wine, and both paths" if told else f"after {len(shown)} offers"
    draw.text((side // 60, side // 60), words, INK, small, "lt")
    ways = "→ first dial   ↑ second dial" if flat else "→ dial   ↑ her belief"
    draw.text((side - side // 60, side // 60), ways, "#666666", small, "rt")
    return canvas


def _path(draw, spots, side, colour, width):
    """Draw a way from place to place, a small square at each."""
    draw.line([tuple(p) for p in spots.tolist()], fill=colour, width=width)
    r = side / 130
    for x, y in spots:
        draw.rectangle((x - r, y - r, x + r, y + r), fill=colour)


def row(images, gap=12):
    """Return images of one size side by side."""
    wide, high = images[0].size
    canvas = Image.new("RGB", (len(images) * (wide + gap) - gap, high), "white")
    for i, image in enumerate(images):
        canvas.paste(image, (i * (wide + gap), 0))
    return canvas
