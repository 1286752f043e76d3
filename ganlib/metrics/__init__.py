"""How good is a GAN?  NumPy in, plain numbers out.

Every measure is a function of two arrays, real and fake, in its own short module:

* `classifier`: `features` and `classify`, what a small digit classifier sees in an image;
* `distances`: `frechet`, `kid`, precision and recall, density and coverage, between two clouds of points;
* `digits`: `evaluate`, the whole table for images; classes, diversity, copies;
* `points`: `modes`, for two-dimensional toys;
* `parzen`: the estimate of the original paper, for history only.
"""

from ganlib.metrics.classifier import classify, features
from ganlib.metrics.digits import class_shares, classifier_score, copies, diversity, evaluate, nearest
from ganlib.metrics.distances import frechet, kid, neighbours
from ganlib.metrics.parzen import parzen
from ganlib.metrics.points import modes

__all__ = [
    "class_shares",
    "classifier_score",
    "classify",
    "copies",
    "diversity",
    "evaluate",
    "features",
    "frechet",
    "kid",
    "modes",
    "nearest",
    "neighbours",
    "parzen",
]
