"""The workspaces of this user on this machine, so that one server can reach the others."""

import hashlib
import os
from pathlib import Path

from msgspec import Struct

from jupyter_mlws.client import atomic
from jupyter_mlws.errors import Invalid, Malformed
from jupyter_mlws.records import codec


class Known(Struct, frozen=True, kw_only=True):
    """A workspace that was made or opened here once. It may be gone by now."""

    id: str
    name: str
    root: str
    state: str


def data_home() -> Path:
    """Where this user's programs keep their data: $XDG_DATA_HOME, else ~/.local/share."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mlws"


def remember(known: Known) -> None:
    """Note a workspace. Its clones share its id, hence its root is in the name too."""
    folder = data_home() / "workspaces"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = hashlib.sha256(os.fsencode(known.root)).hexdigest()[:12]
    path = folder / f"{known.id}-{mark}.json"
    content = codec.encode(known)
    if not path.exists() or path.read_bytes() != content:
        atomic.write(path, content, mode=0o600)


def known() -> tuple[Known, ...]:
    """All that are still there."""
    found = []
    for path in sorted((data_home() / "workspaces").glob("*.json")):
        try:
            one = codec.decode(path.read_bytes(), Known)
        except (FileNotFoundError, Malformed, Invalid):
            continue  # removed meanwhile, or written by another version
        if (Path(one.root) / ".mlws" / "workspace.toml").is_file():
            found.append(one)
    return tuple(found)
