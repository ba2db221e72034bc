"""Which names a cell uses and does not define: what would be a NameError where it runs alone."""

import ast
import builtins
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

KERNEL_ONLY = frozenset({"get_ipython", "display", "In", "Out", "_", "__", "___"})
ALWAYS = (frozenset(dir(builtins)) - KERNEL_ONLY) | {  # IPython puts some of its own there
    *("__name__", "__file__", "__doc__", "__spec__", "__loader__", "__package__"),
    *("__builtins__", "__annotations__", "__class__"),
}


class Names(Struct, frozen=True, kw_only=True):
    """The names of a piece of code, at its top level."""

    bound: frozenset[str]  # assigned, imported, defined
    free: frozenset[str]  # used before they are bound, or never bound; no builtins
    stars: frozenset[str]  # modules whose names are all imported


class Elsewhere(Struct, frozen=True, kw_only=True):
    """Where the free names of a cell come from."""

    cells: dict[str, int]  # name → number of the cell that defined it last
    kernel: tuple[str, ...]  # held by the kernel, defined in no cell
    nowhere: tuple[str, ...]


def names(code: str) -> Names:
    """The top-level names of Python code. Raises SyntaxError."""
    reader = _Reader()
    reader.read(ast.parse(code))
    module = reader.scopes[0]
    free = reader.now | (reader.later - module)
    return Names(
        bound=frozenset(module), free=frozenset(free - ALWAYS), stars=frozenset(reader.stars)
    )


def elsewhere(
    free: Iterable[str],
    history: Mapping[int, str],
    held: Mapping[str, object],
    python: Callable[[str], str] = str,
) -> Elsewhere:
    """Find out where names come from.

    Parameters
    ----------
    history
        Number of an executed cell → its code, oldest first.
    held
        What the kernel holds.
    python
        Turns IPython's code into Python's.
    """
    wanted = set(free)
    cells: dict[str, int] = {}
    for number, code in reversed(sorted(history.items())):
        try:
            bound = names(python(code)).bound
        except SyntaxError:  # it did not run either
            continue
        cells.update({name: number for name in wanted & bound if name not in cells})
    rest = sorted(wanted - set(cells))
    return Elsewhere(
        cells=dict(sorted(cells.items())),
        kernel=tuple(n for n in rest if n in held or n in KERNEL_ONLY),
        nowhere=tuple(n for n in rest if n not in held and n not in KERNEL_ONLY),
    )


class _Reader(ast.NodeVisitor):
    """Walks in the order of execution; the bodies of functions come last."""

    def __init__(self) -> None:
        self.scopes: list[set[str]] = [set()]
        self.now: set[str] = set()  # read before they were bound
        self.later: set[str] = set()  # read by functions, which run when all is bound
        self.stars: set[str] = set()
        self._deferred: list[tuple[list[set[str]], ast.AST]] = []
        self._missing = self.now

    def read(self, tree: ast.Module) -> None:
        self.visit(tree)
        self._missing = self.later
        while self._deferred:
            self.scopes, body = self._deferred.pop(0)
            self._function(body)
        self.scopes = self.scopes[:1]

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.scopes[-1].add(node.id)
        elif not any(node.id in scope for scope in self.scopes):
            self._missing.add(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._in_order(node.value, *node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.visit(ast.copy_location(ast.Name(node.target.id, ast.Load()), node))
        self._in_order(node.value, node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._in_order(node.annotation, node.value)
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._in_order(node.value, node.target)

    def visit_For(self, node: ast.For) -> None:
        self._in_order(node.iter, node.target, *node.body, *node.orelse)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self._in_order(node.iter, node.target, *node.body, *node.orelse)

    def visit_withitem(self, node: ast.withitem) -> None:
        self._in_order(node.context_expr, node.optional_vars)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._in_order(node.type)
        self._bind(node.name)
        self._in_order(*node.body)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._bind(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.stars.add(node.module or "")
            else:
                self._bind(alias.asname or alias.name)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self._in_order(node.pattern)
        self._bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        self._bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        self._bind(node.rest)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._in_order(*node.decorator_list, *node.bases, *node.keywords)
        self.scopes.append({"__module__", "__qualname__"})
        self._in_order(*node.body)
        self.scopes.pop()
        self._bind(node.name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._in_order(*node.decorator_list, *_defaults(node.args), *_hints(node))
        self._bind(node.name)
        self._defer(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.visit_FunctionDef(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._in_order(*_defaults(node.args))
        self._defer(node)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node.generators, node.elt)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node.generators, node.elt)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node.generators, node.elt)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node.generators, node.key, node.value)

    def _comprehension(self, generators: list[ast.comprehension], *results: ast.AST) -> None:
        self.visit(generators[0].iter)  # in the scope around
        self.scopes.append(set())
        for n, generator in enumerate(generators):
            self._in_order(None if n == 0 else generator.iter, generator.target, *generator.ifs)
        self._in_order(*results)
        inner = self.scopes.pop()
        walrus = (w for r in (*results, *generators) for w in ast.walk(r))
        self.scopes[-1] |= inner & {
            w.target.id for w in walrus if isinstance(w, ast.NamedExpr)
        }  # := binds around the comprehension

    def _in_order(self, *nodes: ast.AST | None) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def _bind(self, name: str | None) -> None:
        if name is not None:
            self.scopes[-1].add(name)

    def _defer(self, node: ast.AST) -> None:
        self._deferred.append((list(self.scopes), node))

    def _function(self, node: ast.AST) -> None:
        """Its body, where all local names are bound from the start."""
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        body = node.body if isinstance(node.body, list) else [node.body]
        given = node.args
        arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        local = {a.arg for a in arguments if a is not None}
        outer = {n for s in _own(body) if isinstance(s, ast.Global | ast.Nonlocal) for n in s.names}
        local |= {n for s in _own(body) for n in _stored(s)} - outer
        self.scopes[0] |= {n for s in _own(body) if isinstance(s, ast.Global) for n in s.names}
        self.scopes = [*self.scopes, local]
        self._in_order(*body)


def _own(body: list[ast.stmt] | list[ast.expr]) -> list[ast.AST]:
    """All nodes of a function's body, without those of functions and classes in it."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return found


def _stored(node: ast.AST) -> list[str]:
    """The names that one node binds."""
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [a.asname or a.name.partition(".")[0] for a in node.names]
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return [node.name] if node.name else []
    return [node.rest] if isinstance(node, ast.MatchMapping) and node.rest else []


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]


def _hints(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    given = node.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    hints = [a.annotation for a in arguments if a is not None and a.annotation is not None]
    return [*hints, *([node.returns] if node.returns is not None else [])]
