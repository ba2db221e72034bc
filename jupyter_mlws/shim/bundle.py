"""The shim as it travels: a copy named by its content, which no upgrade changes under a run.

In the copy lie ``main.py``, ``nursery.py``, ``notebook_driver.py``, ``lib/`` (first on the
PYTHONPATH of a run) and ``jupyter_mlws/shim/``: all of this room.
"""

import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from jupyter_mlws.shim import files

ROOM = Path(__file__).parent
ENTRIES = ("main.py", "nursery.py", "notebook_driver.py")  # run by their path


def texts() -> "dict[str, bytes]":
    """What the copy holds: path in it → content."""
    found = {"jupyter_mlws/__init__.py": b""}
    for path in ROOM.rglob("*.py"):
        name = path.relative_to(ROOM).as_posix()
        inside = name.startswith("lib/") or name in ENTRIES
        found[name if inside else f"jupyter_mlws/shim/{name}"] = path.read_bytes()
    return found


def home(folder: Path, held: "dict[str, bytes] | None" = None) -> Path:
    """Where in `folder` the copy lies, or will; `held` are `texts`, as they were read before."""
    digest = sha256()
    for name, text in sorted((held or texts()).items()):
        digest.update(f"{name}\0{len(text)}\0".encode() + text)
    return folder / digest.hexdigest()[:16]


def install(folder: Path, held: "dict[str, bytes] | None" = None) -> Path:
    """Put the copy into a folder, unless it is there; its path. Safe to call at once by many."""
    content = held or texts()
    place = home(folder, content)
    if not place.is_dir():
        _write(folder, place, content)
    return place


def _write(folder: Path, place: Path, content: "dict[str, bytes]") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    for name, text in content.items():
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(str(scratch / name), text)
    for below, *_ in os.walk(scratch):  # a power cut leaves all of it, or nothing
        files.sync(below)
    try:
        os.rename(scratch, place)
    except OSError:  # another was first, with the same content
        shutil.rmtree(scratch)
        if not place.is_dir():
            raise
