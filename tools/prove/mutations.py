"""Small systematic mistakes in a piece of code: each mutant of a function has exactly one.

A rule is a generator: it is handed a place in the syntax tree and yields what a slip could leave there.
`mutants` puts each in its place, one at a time, and reads the code back.
"""

import ast
import difflib
from dataclasses import dataclass

OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
ONE_WAY = (ast.Sub, ast.Div, ast.Pow, ast.MatMult)  # whose two sides cannot change places
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.GtE),
}
FAMILIES = (  # functions that are taken for one another
    ("mean", "sum", "max", "min", "std", "var"),
    ("reduce_mean", "reduce_sum", "reduce_max", "reduce_min"),
    ("any", "all"),
    ("argmax", "argmin"),
    ("maximum", "minimum"),
    ("log", "log2"),
    ("ones", "zeros"),
    ("eigvals", "eigvalsh"),
    ("float32", "float64", "int32"),
)
WRAPPERS = (  # functions that are forgotten, so that what they were given is left
    *("mean", "sum", "reduce_mean", "reduce_sum", "any", "all", "argmax", "maximum", "where", "unique"),
    *("log", "exp", "sqrt", "abs", "square", "softplus", "sort", "trace", "int", "bool"),
    *("cast", "astype", "reshape", "filter", "map", "shuffle", "batch"),
)
SYMMETRIC = frozenset(("logaddexp", "logical_and", "maximum"))  # in their first two arguments
LONG, AROUND = 110, 24  # letters of a line that is told in part, and how much of it before and after
MODULES = frozenset(("np", "tf", "keras", "layers"))


@dataclass(frozen=True)
class Mutant:
    """A function with one mistake.

    Attributes:
        kind: The rule that made it, such as ``"operator"``.
        change: The line that changed, ``"return p / q → return p * q"``.
        source: The code of the whole function.
    """

    kind: str
    change: str
    source: str


def called(node):
    """Return the name of what a call calls, ``"mean"`` of ``np.mean(x)`` and ``x.mean()``."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def operators(node, _):
    if isinstance(node, ast.BinOp):
        for other in OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)


def sides(node, _):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ONE_WAY):
        yield ast.BinOp(node.right, node.op, node.left)


def terms(node, _):
    """Drop one side of an operation, one condition, one part of a tuple or list, one keyword."""
    if isinstance(node, ast.BinOp):
        yield from (node.left, node.right)
    if isinstance(node, ast.BoolOp):
        yield from node.values
    if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load) and node.elts:
        for i in range(len(node.elts)):
            yield type(node)(node.elts[:i] + node.elts[i + 1 :], ast.Load())
    if isinstance(node, ast.Call):
        for i in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])


def signs(node, _):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif isinstance(node, ast.BinOp) or (isinstance(node, ast.Call) and called(node) in WRAPPERS):
        yield ast.UnaryOp(ast.USub(), node)


def comparisons(node, _):
    if isinstance(node, ast.Compare):
        for other in COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def families(node, _):
    name = getattr(node, "attr", getattr(node, "id", None))
    if not isinstance(node, ast.Attribute) and name not in ("min", "max", "any", "all"):
        return
    for family in FAMILIES:
        for other in family if name in family else ():
            if other != name and isinstance(node, ast.Attribute):
                yield ast.Attribute(node.value, other, ast.Load())
            elif other != name and other in ("min", "max", "any", "all"):
                yield ast.Name(other, ast.Load())


def wrappers(node, _):
    """Drop a function and leave what it was given; drop ``.T`` and ``.real``."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "real"):
        yield node.value
    if isinstance(node, ast.Call) and called(node) in WRAPPERS:
        method = (
            isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") not in MODULES
        )
        if method and not ast.unparse(node.func.value).endswith(("math", "nn", "linalg")):
            yield node.func.value
        else:
            yield from node.args[:3] if called(node) == "where" else node.args[:1]


def order(node, _):
    """Swap neighbours among a call's arguments, or among the parts of a tuple or list."""
    if isinstance(node, ast.Call) and called(node) in SYMMETRIC:
        return
    parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", ())
    for i in range(len(parts) - 1):
        mixed = [*parts[:i], parts[i + 1], parts[i], *parts[i + 2 :]]
        yield (
            ast.Call(node.func, mixed, node.keywords)
            if isinstance(node, ast.Call)
            else type(node)(mixed, node.ctx)
        )


def constants(node, function):
    """Change a number by one, double it, make it 0; another word of the function for a word."""
    if not isinstance(node, ast.Constant) or node.value is None:
        return
    value = node.value
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, str):
        found = (n.value for n in ast.walk(function) if isinstance(n, ast.Constant))
        others = sorted({word for word in found if isinstance(word, str) and word != value})
        others += ["int32"] if value == "float32" else []
    else:
        others = [value + 1, value - 1, 2 * value, 0]
    yield from (ast.Constant(other) for other in others if other != value)


def counts(node, function):
    """Count one too many or too few: at ``len``, and where a parameter is an index or a range's end."""
    inside = [*ast.walk(function)]
    names = [n for s in inside if isinstance(s, ast.Subscript) for n in ast.walk(s.slice)]
    names += [a for s in inside if isinstance(s, ast.Call) and called(s) == "range" for a in s.args]
    counted = isinstance(node, ast.Call) and called(node) == "len"
    if counted or (isinstance(node, ast.Name) and any(node is name for name in names)):
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))
        yield ast.BinOp(node, ast.Sub(), ast.Constant(1))


def slices(node, _):
    """Leave an index out."""
    if isinstance(node, ast.Subscript):
        yield node.value


def names(node, function):
    """Take a neighbour for a name, among the parameters and what the function calls its own."""
    own = [argument.arg for argument in function.args.args]
    own += [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    own = [name for name in dict.fromkeys(own) if name != "_"]
    if isinstance(node, ast.Name) and node.id in own and isinstance(node.ctx, ast.Load):
        place = own.index(node.id)
        for other in dict.fromkeys((own[place - 1], own[(place + 1) % len(own)])):
            yield ast.Name(other, ast.Load())


RULES = {
    "operator": operators,
    "sides swapped": sides,
    "term dropped": terms,
    "sign": signs,
    "comparison": comparisons,
    "another function": families,
    "function dropped": wrappers,
    "order": order,
    "constant": constants,
    "count": counts,
    "index dropped": slices,
    "another name": names,
}


def places(node):
    """Yield every expression below a node, with the place that holds it: a list or node, and the key."""
    for field, value in ast.iter_fields(node):
        for key, part in enumerate(value) if isinstance(value, list) else [(field, value)]:
            if isinstance(part, ast.AST):
                if isinstance(part, ast.expr):
                    yield part, value if isinstance(value, list) else node, key
                yield from places(part)


def _put(holder, key, part):
    if isinstance(holder, list):
        holder[key] = part
    else:
        setattr(holder, key, part)


def _statements(body):
    """Yield each statement of a body and of those inside it, with its list and place."""
    for i, statement in enumerate(body):
        yield body, i, statement
        yield from _statements(getattr(statement, "body", []))


def _shortened(body):
    """Yield what becomes of a body's statements: one dropped, a block's frame dropped."""
    for lines, i, statement in [*_statements(body)]:
        yield "statement dropped", lines, i, [ast.Pass()]
        if isinstance(statement, ast.With | ast.For | ast.If):
            yield "frame dropped", lines, i, statement.body


def _mistaken(function, body):
    """Yield the kind of each mutant while the tree holds it."""
    for part, holder, key in [*places(ast.Module(body, []))]:
        for kind, rule in RULES.items():
            for other in [*rule(part, function)]:
                _put(holder, key, other)
                yield kind
                _put(holder, key, part)
    for kind, lines, i, new in _shortened(body):
        old = lines[i]
        lines[i : i + 1] = new
        yield kind
        lines[i : i + len(new)] = [old]
    for argument in function.args.args:
        target = ast.Name(argument.arg, ast.Store())
        function.body.insert(0, ast.AugAssign(target, ast.Add(), ast.Constant(1)))
        yield "in place"
        del function.body[0]


def mutants(source):
    """Return the mutants of a function, none of them twice.

    Args:
        source: Its code, a single ``def``; docstring and comments go.
    """
    tree = ast.parse(source)
    function = tree.body[0]
    if ast.get_docstring(function) is not None:
        del function.body[0]
    right = ast.unparse(tree)
    found = {}
    for kind in _mistaken(function, function.body):
        text = ast.unparse(ast.fix_missing_locations(tree))
        if text != right and text not in found:
            found[text] = Mutant(kind, _difference(right, text), text)
    return list(found.values())


def _difference(before, after):
    lines = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    old, new = (" ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    if min(len(old), len(new)) > LONG:
        start, end = _alike(old, new), _alike(old[::-1], new[::-1])
        end = min(end, len(old) - start, len(new) - start)
        old, new = (
            f"… {line[max(0, start - AROUND) : len(line) - end + AROUND]} …" for line in (old, new)
        )
    return f"{old or 'nothing'} → {new or 'nothing'}"


def _alike(one, other):
    """Return how many letters two lines have in common before they part."""
    return next(i for i, (a, b) in enumerate(zip(one + "\n", other + "\r", strict=False)) if a != b)
