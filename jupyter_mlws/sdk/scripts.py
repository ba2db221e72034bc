"""A script that a user names: where it is, whether it goes along, and what it may be called."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyter_mlws.errors import Incomplete, Invalid, NotFound


def script_or_notebook(path: str) -> dict[str, Any]:
    """The field of a RunSpec that a path fills: notebooks by their ending."""
    return {"notebook" if path.endswith(".ipynb") else "script": path}


def rooted(script: str, source: Path | None, cwd: Path) -> tuple[Path, str]:
    """The folder that is sent, and the script's path in it.

    Without `source` it is the script's own folder. With it the script is relative to
    `cwd` if it lies inside `source`, else to `source`.

    Raises
    ------
    NotFound
        There is no such script or folder, or it is outside of `source`; names those
        that are nearly called so.
    Invalid
        `script` is empty.
    """
    if not script:
        raise Invalid("Name the script, or the notebook.", "script")
    from_here = cwd / Path(script).expanduser()
    if source is None:
        _must_exist(from_here, script)
        return from_here.parent.resolve(), from_here.name
    root = (cwd / source.expanduser()).resolve()
    if not root.is_dir():
        raise NotFound(f"There is no folder {source}.", "source")
    here = from_here.parent.resolve() / from_here.name
    if here.is_relative_to(root) and here.exists():
        return root, here.relative_to(root).as_posix()
    inside = Path(os.path.normpath(root / script))
    if not inside.is_relative_to(root):
        raise NotFound(f"{script} is not in {root}: --source names a folder around it.", "script")
    _must_exist(inside, script)
    return root, inside.relative_to(root).as_posix()


def left_out(script: str, root: Path, paths: Iterable[str]) -> Incomplete | NotFound:
    """Why a script is not among the `paths` of a snapshot of `root`."""
    if (root / script).is_file():
        return Incomplete(
            f"{script} is left out of the snapshot by the ignore rules of {root}: "
            "add a line that keeps it.",
            "script",
        )
    return NotFound(_missing(script, root, paths), "script")


def _must_exist(path: Path, asked: str) -> None:
    if path.is_file():
        return
    if path.is_dir():
        raise NotFound(f"{asked} is a folder: name the script in it, and the folder by --source.")
    folder = path.parent.resolve()
    names = [one.name for one in folder.iterdir() if one.is_file()] if folder.is_dir() else []
    raise NotFound(_missing(path.name, folder, names), "script")


def _missing(script: str, folder: Path, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(script, names, n=3, cutoff=0.6)
    hint = f"; did you mean {' or '.join(near)}?" if near else "."
    return f"There is no {script} in {folder}{hint}"
