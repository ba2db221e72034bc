"""The house keeps its own rules: sizes, names, colours, walls."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "jupyter_mlws"
BUILT = HOUSE / "labextension"
FILES = sorted(p for p in HOUSE.rglob("*.py") if BUILT not in p.parents and p.name != "_version.py")
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base_manager"}
ASYNC = {"server", "scoring"}  # the only rooms that may await
BROUGHT = HOUSE / "shim" / "lib" / "late"  # on a run's sys.path: its packages have short names


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_file_is_at_home(path):
    text = path.read_text()
    tree = ast.parse(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert path.stem not in VAGUE, "name it after what it holds"
    assert text.count("\n") <= 400, "two rooms in one"
    assert not text.strip() or ast.get_docstring(tree), "the first line says what lives here"
    for f in functions:
        assert f.end_lineno - f.body[0].lineno < 60, f"{f.name} is long"
        assert room(path) in ASYNC or not isinstance(f, ast.AsyncFunctionDef), f.name
    if room(path) == "shim":  # travels to targets: standard library only
        assert roots(tree) <= sys.stdlib_module_names | {"jupyter_mlws"} | LATE


LATE = {  # what the run's own interpreter may hold, asked for behind a try
    *("numpy", "matplotlib", "PIL", "jupyter_client", "IPython", "azureml", "jupyter_mlws_run"),
    "sitecustomize",
}


def roots(tree: ast.AST) -> set[str]:
    """The top-level names of all that a module imports."""
    nodes = list(ast.walk(tree))
    plain = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    from_ = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module and not n.level}
    return {name.partition(".")[0] for name in plain | from_}


def test_no_file_imports_one_that_leads_back_to_it():
    assert circle(FILES) == ""


@pytest.mark.parametrize(
    "back",
    [
        "import p.a",
        "from p import a",
        "from . import a",
        "from .a import x",
        "import_module('p.a')",
    ],
)
@pytest.mark.parametrize("where", ["{}", "def f():\n    {}", "if TYPE_CHECKING:\n    {}"])
def test_a_circle_is_found_wherever_it_closes(tmp_path, back, where):
    (tmp_path / "p").mkdir()
    files = [tmp_path / "p" / name for name in ("__init__.py", "a.py", "b.py", "c.py")]
    texts = "", "from p import b", "import p.c", where.format(back)
    for path, text in zip(files, texts, strict=True):
        path.write_text(text)
    found = circle(files, tmp_path).split(" imports ")
    assert set(found) == {"p/a.py", "p/b.py", "p/c.py"} and found[0] == found[-1]
    assert circle(files[:3], tmp_path) == ""


def circle(files: list[Path], root: Path = ROOT) -> str:
    """Files of which each imports the next: in functions and for types only, too. Or nothing."""
    whole = {dotted(path, root): path for path in files}
    brought = {dotted(path, BROUGHT): path for path in files if BROUGHT in path.parents}
    beside = whole | brought  # what a run brings finds what came with it by short names
    known = {path: beside if BROUGHT in path.parents else whole for path in files}
    try:
        TopologicalSorter({p: set(imports(p, root, known[p])) for p in files}).prepare()
    except CycleError as error:
        return " imports ".join(str(path.relative_to(root)) for path in reversed(error.args[1]))
    return ""


def imports(path: Path, root: Path, known: dict[str, Path]) -> Iterator[Path]:
    """The files that a file asks for; of ``from package import module`` the module."""
    package = dotted(path.parent, root).split(".")
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (known[a.name] for a in node.names if a.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*above, node.module] if node.module else above)
            found = (known.get(f"{base}.{a.name}", known.get(base)) for a in node.names)
            yield from filter(None, found)
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            yield from (known[a.value] for a in node.args[:1] if _names(a, known))


def _names(word: ast.expr, known: dict[str, Path]) -> bool:
    return isinstance(word, ast.Constant) and word.value in known


def dotted(path: Path, base: Path) -> str:
    return ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=lambda command: command[0] + ("-format" if "format" in command else ""),
)
def test_the_tools_are_content(command):
    script = Path(sys.executable).parent / command[0]
    done = subprocess.run([script, *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
