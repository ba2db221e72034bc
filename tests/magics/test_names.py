"""Free names of a cell, and where they come from."""

import pytest

from jupyter_mlws.magics.names import elsewhere, names

FREE = [
    ("x = 1\nprint(x)", set()),
    ("print(x)", {"x"}),
    ("x = x + 1", {"x"}),  # read before it is bound
    ("x += 1", {"x"}),
    ("import numpy as np\nnp.zeros(n)", {"n"}),
    ("import os.path\nos.sep", set()),
    ("from a import b, c as d\nb(d)", set()),
    ("[i for i in rows if i > limit]", {"rows", "limit"}),
    ("i\n[i for i in range(3)]", {"i"}),
    ("[y for x in range(3) for y in x]", set()),
    ("{k: v for k, v in pairs}", {"pairs"}),
    ("[z := 3 for _ in range(1)]\nz", set()),
    ("def f(a, *b, c=d, **e):\n    return a, b, c, e, g", {"d", "g"}),
    ("def f():\n    return later\nlater = 1", set()),  # bound when f runs
    ("def f():\n    a = b\n    b = 1", set()),  # f's own mistake, not a free name
    ("def f():\n    def g():\n        return a\n    a = 1\n    return g", set()),
    ("def f():\n    global a\n    a = 1\nf()\nprint(a)", {"a"}),
    ("lambda q: q + w", {"w"}),
    ("class A(B):\n    x = y\n    def f(self):\n        return A, __class__", {"B", "y"}),
    ("@deco\ndef f(a: Hint) -> Other: ...", {"deco", "Hint", "Other"}),
    ("for i in rows:\n    pass\nprint(i)", {"rows"}),
    ("with open(p) as f:\n    f.read()", {"p"}),
    ("try:\n    a()\nexcept E as e:\n    print(e)", {"a", "E"}),
    ("match v:\n    case [a, *b]: print(a, b)\n    case {'k': c, **d}: print(c, d)", {"v"}),
    ("print(f'{x!r:>{w}}')", {"x", "w"}),
    ("x: int\nprint(x)", {"x"}),
    ("x: int = 1\nprint(x)", set()),
    ("print(__name__, len('a'))", set()),
    ("if (n := len(a)) > 1:\n    print(n)", {"a"}),
    ("del x", {"x"}),
    ("import m as a; a.b.c = 1", set()),
    ("d[k] = v", {"d", "k", "v"}),
]


@pytest.mark.parametrize(("code", "free"), FREE)
def test_what_a_cell_uses_and_does_not_define(code, free):
    assert names(code).free == free


def test_stars_are_told_since_nobody_knows_what_they_bring():
    assert names("from math import *\nprint(pi)").stars == {"math"}


def test_a_name_is_traced_to_the_cell_that_defined_it_last():
    history = {1: "import numpy as np", 2: "X = np.zeros(3)", 3: "X = 1", 4: "%time Y = (", 5: ""}
    found = elsewhere(["np", "X", "typo", "held", "display"], history, {"held": 1, "X": 1})
    assert found.cells == {"np": 1, "X": 3}
    assert found.kernel == ("display", "held")
    assert found.nowhere == ("typo",)
