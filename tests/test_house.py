"""The house keeps its own rules: sizes, names, colours, walls."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "jupyter_mlws"
BUILT = HOUSE / "labextension"
FILES = sorted(p for p in HOUSE.rglob("*.py") if BUILT not in p.parents and p.name != "_version.py")
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base_manager"}
ASYNC = {"server", "scoring"}  # the only rooms that may await


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
