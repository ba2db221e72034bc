"""The room as it travels: a copy named by its content, which no upgrade changes."""

import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from jupyter_mlws.scoring.config import sync

ROOM = Path(__file__).parent
STAYS = {"bundle.py", "admin.py"}  # the server's side
HERE, THERE = b"jupyter_mlws.scoring", b"mlws_scoring"  # so that it shadows nothing of a script's

MAIN = b'''"""An endpoint's router: python -I main.py DIRECTORY."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # -I leaves it out
from mlws_scoring.router import main

sys.exit(main(sys.argv[1]))
'''
REPLICA = b'''"""A replica: started by the router in the model's interpreter."""
import os
import sys

HOME = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [HOME] + [path for path in sys.path if path != HOME]
from mlws_scoring.replica.loop import main

sys.path.remove(HOME)
sys.exit(main(int(sys.argv[1])))
'''


def install(folder: Path) -> Path:
    """Put the copy into a folder, unless it is there; the path of its main.py."""
    texts = {"main.py": MAIN, "replica.py": REPLICA}
    for path in sorted(ROOM.rglob("*.py")):
        name = path.relative_to(ROOM).as_posix()
        if name not in STAYS:
            texts[f"mlws_scoring/{name}"] = path.read_bytes().replace(HERE, THERE)
    digest = sha256(b"".join(name.encode() + text for name, text in sorted(texts.items())))
    home = folder / digest.hexdigest()[:16]
    if not home.is_dir():
        _write(folder, home, texts)
    return home / "main.py"


def _write(folder: Path, home: Path, texts: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder))
    for name, text in texts.items():
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch / name).write_bytes(text)
    for below, _, files in os.walk(scratch):  # a power cut leaves all of it, or nothing
        for path in (*(os.path.join(below, name) for name in files), below):
            sync(path)
    try:
        scratch.rename(home)
    except OSError:  # another was first, with the same content
        shutil.rmtree(scratch)
