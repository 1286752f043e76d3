"""A folder of pictures as examples: PNG and JPEG, cut to one size, sub-folders as labels."""

import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ganlib.data.digits import Digits
from ganlib.errors import refuse

FORMATS = ("PNG", "JPEG")
LARGEST = 100_000_000  # pixels of one picture: a small file can claim any number
SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation"}  # no classes
NAMED = 5  # files that a warning names


class Pictures(Digits):
    """`Digits` of a folder: images and labels, and where they come from.

    Attributes:
        images: ``uint8`` ``(n, height, width)``, or ``(n, height, width, 3)`` in colour.
        labels: ``(n,)`` whole numbers: places in ``names``.
        names: The sub-folders, sorted; one name where there are none.
        left_out: Pairs of a path and the reason.
    """

    names = ()
    left_out = ()

    def recipe(self, recipe):
        """Return a `Recipe` for these: with their shape and classes, and a batch that they can fill.

        Raises:
            ValueError: Classes are asked for, and the sub-folders are none.
        """
        if recipe.classes and (len(self.names) < 2 or set(map(str.lower, self.names)) <= SPLITS):
            found = f"{'sub-folders' if len(self.names) > 1 else 'one folder'}: {', '.join(self.names)}"
            todo = "Name the folder right above those of the classes; or take a recipe without classes."
            raise refuse("folder", found, "a sub-folder for each class", todo)
        recipe = recipe.but(shape=self.images.shape[1:], classes=recipe.classes and len(self.names))
        part = recipe.pack * (2 if recipe.d_update == "half" else 1)
        most = max(part, len(self.images) // recipe.d_steps // part * part)
        return recipe.but(batch_size=min(most, recipe.batch_size))


def load_images(folder, size=28, colour=None):
    """Return the pictures in a folder and below it as examples to train on, in order of their paths.

    The middle of each is cut to the shape that is asked for and made that small (or large).  Pictures
    that a camera turned stand upright; of a moving one the first frame is taken; what is transparent
    becomes white.  Each folder directly below is a class; deeper ones are part of it.

    Args:
        folder: Path.
        size: Pixels of a side, or ``(height, width)``.
        colour: True for three colours, False for grey; None for grey where all pictures are grey.

    Returns:
        `Pictures`.  What could not be read is named in a warning and in ``left_out``; the rest is there.

    Raises:
        FileNotFoundError: No such folder.
        ValueError: No picture in it, or a size that is none.
    """
    folder, (height, width) = Path(folder).expanduser(), _sides(size)
    if not folder.is_dir():
        todo = "Name the folder that the pictures are in."
        raise refuse("folder", folder, "a folder", todo, FileNotFoundError)
    found, left_out = [], []
    for path in _files(folder):
        try:
            found.append((path, _read(path, height, width)))
        except Exception as error:  # whatever a broken file makes the decoder say
            left_out.append((path, _why(error)))
    if not found:
        here = f"{folder}, where none of {len(left_out)} files is one" if left_out else f"{folder}, empty"
        raise refuse("folder", here, "a folder with PNG or JPEG pictures", _told(left_out, folder))
    if left_out:
        count = f"{len(left_out)} of {len(left_out) + len(found)} files are left out"
        warnings.warn(f"{count}: {_told(left_out, folder)}", stacklevel=2)
    if colour is None:
        colour = any((image != image[..., :1]).any() for _, image in found)
    images = np.stack([image if colour else _grey(image) for _, image in found])
    places = [path.relative_to(folder).parts for path, _ in found]
    places = [parts[0] if len(parts) > 1 else folder.resolve().name for parts in places]
    names, labels = np.unique(places, return_inverse=True)
    for array in (images, labels):
        array.flags.writeable = False
    pictures = Pictures(images, labels)
    pictures.names, pictures.left_out = tuple(names.tolist()), tuple(left_out)
    return pictures


def _sides(size):
    sides = (size, size) if np.ndim(size) == 0 else tuple(size)
    whole = all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in sides)
    if len(sides) != 2 or not whole or not all(0 < n <= 4096 for n in sides):
        accepted = "pixels of a side, 1 to 4096, or (height, width)"
        raise refuse("size", size, accepted, "Take 28 or 32: small images train in minutes.")
    return tuple(int(n) for n in sides)


def _files(folder):
    """Return all files that are not hidden, at any depth, sorted; links to folders are not followed."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__MACOSX"]
        found += [Path(place, name) for name in names if not name.startswith(".")]
    return sorted(found)


def _read(path, height, width):
    """Return a picture as ``uint8`` ``(height, width, 3)``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a file that is odd and can be read
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > LARGEST:
                raise ValueError(f"{image.width} by {image.height} pixels, more than {LARGEST:,}")
            image.draft("RGB", (2 * width, 2 * height))  # JPEG: decode no more than is used
            upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16 bits
        upright = Image.fromarray((np.asarray(upright, "uint32") >> 8).astype("uint8"))
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
    return np.asarray(ImageOps.fit(upright.convert("RGB"), (width, height), Image.Resampling.LANCZOS))


def _grey(image):
    """Return grey of ``(height, width, 3)``: what is grey stays as it is, to the bit."""
    return np.asarray(Image.fromarray(image).convert("L"))


def _why(error):
    if isinstance(error, Image.UnidentifiedImageError):
        return "no PNG or JPEG"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split())[:80] or type(error).__name__


def _told(left_out, folder):
    """Return the first files that were left out, each with its reason, as a sentence."""
    told = [f"{path.relative_to(folder).as_posix()} ({why})" for path, why in left_out[:NAMED]]
    more = [f"{len(left_out) - NAMED} more"] if len(left_out) > NAMED else []
    return ", ".join([*told, *more]) + "." if told else "Put pictures there."
