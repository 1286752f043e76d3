"""Inside a page's kernel: note by how much each assertion holds, and shake the first weights.

`rewritten` turns ``assert a < b`` into a call that notes both sides and goes on whether it holds or not;
`perturb` multiplies every first weight by 1 + 1e-6 times a normal number, as another machine's rounding
would in a few steps.  `tools/prove/machines.py` puts both into the pages that it runs; nothing else does.
"""

import ast
import json
import operator
import zlib

import numpy as np

OPERATORS = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
}
BY_SIGN = dict(OPERATORS.values())
seen = []


class _Rewriter(ast.NodeTransformer):
    """Replace each assertion by a call of `held`, and each comparison inside it by one of `compared`."""

    def __init__(self):
        self.inside = None

    def visit_Assert(self, node):
        self.inside = ast.unparse(node.test)
        call = _call("held", ast.Constant(self.inside), self.visit(node.test))
        self.inside = None
        return ast.copy_location(ast.Expr(call), node)

    def visit_Compare(self, node):
        self.generic_visit(node)
        if self.inside is None or any(type(op) not in OPERATORS for op in node.ops):
            return node
        sides = [node.left, *node.comparators]
        calls = [
            _call("compared", *map(ast.Constant, (self.inside, ast.unparse(node), sign)), left, right)
            for left, right, sign in zip(
                sides, sides[1:], (OPERATORS[type(op)][0] for op in node.ops), strict=False
            )
        ]
        return calls[0] if len(calls) == 1 else ast.BoolOp(ast.And(), calls)


def _call(name, *arguments):
    function = ast.Attribute(ast.Name("_watched", ast.Load()), name, ast.Load())
    return ast.Call(function, list(arguments), [])


def assertions(source):
    """Return the conditions that a piece of code asserts, as text, in order."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with a magic
        return []
    return [ast.unparse(node.test) for node in ast.walk(tree) if isinstance(node, ast.Assert)]


def rewritten(source):
    """Return the code with its assertions watched; code without any as it is."""
    if not assertions(source):
        return source
    return ast.unparse(ast.fix_missing_locations(_Rewriter().visit(ast.parse(source))))


def held(condition, value):
    """Note whether an assertion held."""
    seen.append({"assert": condition, "held": bool(value)})


def compared(condition, comparison, sign, left, right):
    """Return the comparison's value, and note both sides where they come closest."""
    answer = BY_SIGN[sign](left, right)
    try:
        a, b = np.broadcast_arrays(np.asarray(left, float), np.asarray(right, float))
        slack = {"<": b - a, "<=": b - a, ">": a - b, ">=": a - b, "==": -np.abs(a - b)}[sign]
        at = np.unravel_index(np.argmin(slack), slack.shape)
        whole = all(np.asarray(side).dtype.kind in "iub" for side in (left, right))
        row = {"assert": condition, "compare": comparison, "sign": sign, "whole": whole}
        seen.append(row | {"left": float(a[at]), "right": float(b[at]), "slack": float(slack[at])})
    except (TypeError, ValueError):  # texts, tuples of unequal length, nothing at all
        pass
    return answer


def report():
    """Print what was noted, for the last cell of a page."""
    print("WATCHED" + json.dumps(seen))


def perturb(seed):
    """Shake every trained weight as it is made; equal weights are shaken alike."""
    import importlib

    from ganlib.backend import keras, tf

    def shaken(value):
        value = np.asarray(value)
        random = np.random.default_rng((seed, zlib.crc32(value.tobytes())))
        return (value * (1 + 1e-6 * random.normal(size=value.shape))).astype(value.dtype)

    add = keras.layers.Layer.add_weight

    def add_weight(layer, *arguments, **options):
        variable = add(layer, *arguments, **options)
        if variable.trainable and variable.dtype.startswith("float"):
            variable.assign(shaken(variable))
        return variable

    keras.layers.Layer.add_weight = add_weight
    sweep = importlib.import_module("ganlib.experiments.sweep")
    networks = sweep._networks
    sweep._networks = lambda *sizes: tf.nest.map_structure(
        lambda weight: tf.constant(shaken(weight)), networks(*sizes)
    )
