"""From a folder on the user's side to a queued run: what CLI, SDK and magics share."""

import difflib
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import Incomplete, Invalid, NotFound
from jupyter_mlws.records import packing
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import NewRun, Run, RunSpec, Source
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.sdk import surroundings
from jupyter_mlws.sdk.sending import sent
from jupyter_mlws.sdk.words import size
from jupyter_mlws.snapshot import facts
from jupyter_mlws.snapshot.take import take
from jupyter_mlws.snapshot.taken import Taken

Say = Callable[[str], object]  # a notice: one line
DIFF = "mlws.git.diff"  # property: a snapshot that holds the uncommitted changes as DIFF_FILE
DIFF_FILE = "git.diff"
USUAL = {".git/", ".mlws/", "__pycache__/", ".ipynb_checkpoints/"}  # nobody misses them
TOLD_BYTES = 1_000_000  # what is smaller is not told
IGNORED_AT_MOST = 200  # paths kept on a run, to explain a FileNotFoundError


class Order(Struct, frozen=True, kw_only=True):
    """A run to be submitted."""

    root: Path  # the folder that is sent
    spec: RunSpec  # without snapshot and ignored: they are found here
    extra: Mapping[str, bytes] = {}  # files that are only in the snapshot
    secrets: Mapping[str, str] = {}  # variables whose values are stored nowhere
    allow_large: bool = False


def submit(client: Client, order: Order, say: Say) -> Run:
    """Send what the workspace has not of a folder, and queue a run on it.

    The run's id is made here: where no answer comes, the same is asked again, and
    it is one run.

    Raises
    ------
    NotFound
        The script is not in the folder, or the ignore rules leave it out.
    Invalid
        The server refuses the specification; ``field`` says what of it.
    Incomplete, TooLarge
        The folder cannot be taken as it is.
    """
    return client.submit(_prepared(client, order, say))


def dry_run(client: Client, order: Order, say: Say) -> dict[str, Any]:
    """What would be sent, and what would be started. No run is stored."""
    new = _prepared(client, order, say)
    assert new.spec.snapshot is not None
    held = client.get_snapshot(new.spec.snapshot)
    files = {entry.path: entry.size_bytes for entry in held.entries}
    launch = client.dry_run(new)
    return {"snapshot": held.id, "files": files, "ignored": new.spec.ignored, "launch": launch}


def entry_script(client: Client, folder: Path, script: str, text: str | None, say: Say) -> str:
    """Send a folder with an endpoint's entry script. The snapshot's id.

    Raises
    ------
    NotFound
        The script is not in the folder.
    """
    taken = take(folder, extra={} if text is None else {script: text.encode()})
    _must_hold(taken, script)
    return _sent(client, taken, say)


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


def here(notebook: str | None = None, cell_id: str | None = None, stale: bool = False) -> Source:
    """Who asks for a run, and where."""
    user, host = surroundings.user(), surroundings.host()
    return Source(notebook=notebook, cell_id=cell_id, user=user, host=host, stale=stale)


def _prepared(client: Client, order: Order, say: Say) -> NewRun:
    longest_s = order.spec.max_duration_s
    if longest_s is not None and not math.isfinite(longest_s):  # on the wire it would be none
        raise Invalid(f"A run cannot last {longest_s} s: give a number of seconds.", "timeout")
    git = facts.ask(order.root)  # beside the walk
    taken = take(order.root, extra=order.extra, allow_large=order.allow_large)
    _must_hold(taken, order.spec.script or order.spec.notebook)
    snapshot = _sent(client, taken, say)
    known = git()
    properties = dict(known.properties)
    if known.diff:
        properties[DIFF] = _kept(client, known.diff)
    secrets = dict(order.secrets)
    spec = replace(
        order.spec,
        snapshot=snapshot,
        secrets=tuple(sorted(secrets)),
        ignored=taken.ignored[:IGNORED_AT_MOST],
    )
    return NewRun(id=new_id(Instant.now()), spec=spec, git=properties or None, secrets=secrets)


def _sent(client: Client, taken: Taken, say: Say) -> str:
    """The id of a snapshot whose contents the workspace has."""
    for notice in (*taken.notices, *_left_behind(taken)):
        say(notice)
    return sent(client, taken)


def _kept(client: Client, diff: bytes) -> str:
    """The uncommitted changes as a snapshot of one file, so that every client can read it."""
    digest = packing.digest_of(diff)
    if client.missing([digest]):
        header, packed = packing.small_record(digest, diff)
        client.send([packing.MAGIC, header.encode(), packed, packing.end(1)])
    entry = Entry(path=DIFF_FILE, digest=digest, size_bytes=len(diff))
    return client.snapshot([entry]).id


def _left_behind(taken: Taken) -> list[str]:
    """Which large folders the ignore rules leave behind, in a sentence."""
    if not any(path not in USUAL for path in taken.ignored):
        return []
    left = [one for one in taken.left_behind(0.05) if one.path not in USUAL]
    large = [one for one in left if one.size_bytes >= TOLD_BYTES or one.more][:5]
    if not large:
        return []
    named = (f"{one.path} ({'over ' * one.more}{size(one.size_bytes)})" for one in large)
    return [f"The ignore rules leave behind {', '.join(named)}; --input NAME=PATH links one in."]


def _must_hold(taken: Taken, script: str | None) -> None:
    paths = [entry.path for entry in taken.entries]
    if script is None or script in paths:
        return
    if (taken.root / script).is_file():
        raise Incomplete(
            f"{script} is left out of the snapshot by the ignore rules of {taken.root}: "
            "add a line that keeps it.",
            "script",
        )
    raise NotFound(_missing(script, taken.root, paths), "script")


def _must_exist(path: Path, asked: str) -> None:
    if path.is_file():
        return
    if path.is_dir():
        raise NotFound(f"{asked} is a folder: name the script in it, and the folder by --source.")
    folder = path.parent.resolve()
    names = [one.name for one in folder.iterdir() if one.is_file()] if folder.is_dir() else []
    raise NotFound(_missing(path.name, folder, names), "script")


def _missing(script: str, folder: Path, names: list[str]) -> str:
    near = difflib.get_close_matches(script, names, n=3, cutoff=0.6)
    hint = f"; did you mean {' or '.join(near)}?" if near else "."
    return f"There is no {script} in {folder}{hint}"
