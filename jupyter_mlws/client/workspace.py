"""A workspace on disk: how everyone finds it, and how one is made."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from jupyter_mlws.client import atomic, known, mounts
from jupyter_mlws.errors import Invalid, NotFound, Unsupported
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant

MARK = Path(".mlws", "workspace.toml")
AZURE = Path(".azureml", "config.json")


class Workspace(Struct, frozen=True, kw_only=True):
    """A folder with ``.mlws/workspace.toml``."""

    root: Path
    id: str
    name: str
    state: Path  # store, blobs, runs; 0700, never on a network file system
    default_target: str = "local"
    targets: dict[str, dict[str, Any]] = {}  # [targets.NAME]: what a new store begins with
    note: str | None = None  # one line for the user, where the state lies elsewhere


def find(start: Path | str, explicit: Path | str | None = None) -> Workspace:
    """The workspace that is meant by someone who works in `start`.

    In this order: `explicit`, ``$MLWS_WORKSPACE``, the nearest folder from `start`
    upwards that is one (or whose ``.azureml/config.json`` names one that is known
    here), ``$MLWS_DEFAULT_WORKSPACE``.

    Raises
    ------
    NotFound
        There is none. Nothing was made.
    Invalid
        Its workspace.toml cannot be read; says why.
    Unsupported
        On Windows; so do all that open or make one.
    """
    _must_run_here()
    if named := explicit or os.environ.get("MLWS_WORKSPACE"):
        return load(named)
    start = Path(os.path.abspath(start))
    for folder in (start, *start.parents):
        if (folder / MARK).is_file():
            return load(folder)
        if root := _named_by_azure(folder / AZURE):
            return load(root)
    if default := os.environ.get("MLWS_DEFAULT_WORKSPACE"):
        return load(default)
    raise NotFound(f"{start} is in no workspace; `mlws workspace create` makes one.")


def find_or_create(
    start: Path | str,
    explicit: Path | str | None = None,
    *,
    say: Callable[[str], object],
) -> Workspace:
    """As `find`; where there is none, one is made, and said in one line.

    It is made where one was named, else at the server's root (in its kernels and
    terminals), else in `start`.
    """
    try:
        return find(start, explicit)
    except NotFound:
        named = explicit or os.environ.get("MLWS_WORKSPACE")
        root = named or os.environ.get("MLWS_DEFAULT_WORKSPACE") or start
    made = create(root)
    say(f"Made a workspace in {made.root}.")
    if made.note:
        say(made.note)
    return made


def create(root: Path | str, name: str | None = None) -> Workspace:
    """Make a workspace of the folder `root`. Where it is one already, that is returned.

    Raises
    ------
    NotFound
        There is no such folder.
    """
    _must_run_here()
    root = Path(os.path.abspath(root))
    if not root.is_dir():
        raise NotFound(f"There is no folder {root}.")
    atomic.folder(root / ".mlws")
    text = (
        f"id = {_quoted(new_id(Instant.now()))}\n"
        f"name = {_quoted(name or root.name or 'workspace')}\n"
        'default_target = "local"\n'
    )
    atomic.write_new(root / ".mlws" / ".gitignore", b"state/\n")
    atomic.write_new(root / MARK, text.encode())
    workspace = load(root)
    open_state(workspace)
    return workspace


def load(root: Path | str) -> Workspace:
    """The workspace in exactly this folder. Raises NotFound, Invalid."""
    _must_run_here()
    root = Path(os.path.abspath(os.path.expanduser(root)))
    try:
        text = (root / MARK).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"{root} is no workspace; `mlws workspace create` makes it one.") from None
    try:
        words = _parsed(text)
        workspace_id, name = _word(words, "id"), _word(words, "name", root.name)
        target, state = _word(words, "default_target", "local"), _word(words, "state", "")
        targets = _tables(words, "targets")
    except (ValueError, TypeError) as error:
        raise Invalid(f"{root / MARK} cannot be read: {error}.") from error
    place, note = _state(root, workspace_id, state)
    return Workspace(
        root=root,
        id=workspace_id,
        name=name,
        state=place,
        default_target=target,
        targets=targets,
        note=note,
    )


def open_state(workspace: Workspace) -> None:
    """Make the state's folder where it is missing, and let nobody else look into it.

    Raises
    ------
    Invalid
        It is another workspace's (``MLWS_STATE`` or ``state`` points there).
    """
    atomic.folder(workspace.state, mode=0o700)
    workspace.state.chmod(0o700)
    whose = workspace.state / "workspace"
    atomic.write_new(whose, workspace.id.encode())
    if (other := whose.read_text()) != workspace.id:
        raise Invalid(
            f"{workspace.state} holds the state of another workspace ({other}); "
            f"give {workspace.root} a state of its own."
        )
    known.remember(
        known.Known(
            id=workspace.id,
            name=workspace.name,
            root=str(workspace.root),
            state=str(workspace.state),
        )
    )


def _parsed(text: str) -> dict[str, Any]:
    """Raises ValueError. A server without a workspace reads no TOML, and loads none."""
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415
    else:
        import tomli as tomllib  # noqa: PLC0415
    return tomllib.loads(text)


def _must_run_here() -> None:
    if sys.platform == "win32":
        raise Unsupported(
            "On Windows a workspace runs inside WSL2: install jupyter_mlws and start JupyterLab "
            "there. `mlws … --workspace URL` looks into one on another machine."
        )


def _state(root: Path, workspace_id: str, configured: str) -> tuple[Path, str | None]:
    chosen = os.environ.get("MLWS_STATE") or configured
    if chosen:
        return Path(os.path.abspath(root / os.path.expanduser(chosen))), None
    kind = mounts.network(root / ".mlws")
    if kind is None:
        return root / ".mlws" / "state", None
    place = known.data_home() / workspace_id
    return place, f"{root} is on a network file system ({kind}); its state is kept in {place}."


def _named_by_azure(config: Path) -> str | None:
    """The root of the known workspace that an Azure config.json names."""
    try:
        name = json.loads(config.read_bytes())["workspace_name"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    roots = [one.root for one in known.known() if one.name == name]
    if len(roots) > 1:
        raise Invalid(
            f"{config} names {name!r}, and there are several: {', '.join(roots)}; "
            "say which by --workspace.",
            "workspace_name",
        )
    return roots[0] if roots else None


def _word(words: dict[str, Any], key: str, default: str | None = None) -> str:
    value = words.get(key, default)
    if not isinstance(value, str):
        raise TypeError(f"{key!r} is missing" if value is None else f"{key!r} is no text")
    return value


def _tables(words: dict[str, Any], key: str) -> dict[str, dict[str, Any]]:
    found = words.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise TypeError(f"{key!r} is no table of tables")
    return found


def _quoted(text: str) -> str:
    return json.dumps(text.replace("\x7f", ""), ensure_ascii=False)
