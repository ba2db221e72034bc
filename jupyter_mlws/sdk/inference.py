"""How a model is scored, under Azure ML's name: InferenceConfig."""

import ast
from pathlib import Path
from typing import Any

from jupyter_mlws.errors import Invalid, NotFound
from jupyter_mlws.sdk.environment import Environment


class InferenceConfig:
    """An entry script, and the folder that is sent with it.

    Parameters
    ----------
    entry_script
        Defines ``init()`` and ``run(data)``; its path in `source_directory`.
    environment
        The interpreter of the replicas. Default: this program's own.
    source_directory
        Sent whole. Default: the script's own folder.

    Raises
    ------
    NotFound
        There is no such script.
    Invalid
        It is no Python, or lacks ``init`` or ``run``.
    """

    def __init__(
        self,
        entry_script: str | Path,
        environment: Environment | None = None,
        source_directory: str | Path | None = None,
        description: str | None = None,
    ) -> None:
        given = Path(entry_script)
        self.source_directory = Path(source_directory) if source_directory else given.parent
        self.entry_script = given.as_posix() if source_directory else given.name
        self.environment = environment
        self.description = description
        path = self.source_directory / self.entry_script
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise NotFound(f"There is no entry script {path}.", "entry_script") from error
        must_score(text, str(path))


def must_score(text: str, name: str) -> None:
    """Raises Invalid where a script does not define both ``init`` and ``run``."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise Invalid(f"{name}, line {error.lineno}: {error.msg}.", "script") from error
    _must_define(tree, name)


def may_score(path: Path) -> None:
    """As `must_score` for a file; what cannot be read here is left to its own interpreter."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, SyntaxError, ValueError):
        return
    _must_define(tree, path.name)


def _must_define(tree: ast.Module, name: str) -> None:
    lacking = [need for need in ("init", "run") if need not in _defined(tree)]
    if lacking:
        raise Invalid(
            f"{name} does not define {' and '.join(f'{one}()' for one in lacking)}.", "script"
        )


def _defined(tree: ast.Module) -> set[str]:
    """Names at the top level, also behind an if or a try; a star may bring anything."""
    found: set[str] = set()
    for node in ast.walk(tree):
        found |= _names(node)
    return found


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.ImportFrom):
        names: list[Any] = [alias.asname or alias.name for alias in node.names]
        return {"init", "run"} if "*" in names else set(names)
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()
