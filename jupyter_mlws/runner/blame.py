"""What the end of a log says about why a run failed, in a sentence. Pure."""

import re
from collections.abc import Sequence
from fnmatch import fnmatch

LAST_LINE = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning))(?:: (.*))?$")
USAGE = re.compile(r"^(\S+\.py): error: (.+)$")  # argparse, before it exits with 2
MISSING_FILE = re.compile(r"No such file or directory: '([^']+)'")
NOT_STARTED = re.compile(r"^mlws: (.+)$")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
TAIL_BYTES = 16_384
LONGEST = 300


def blame(log: bytes, ignored: Sequence[str] = ()) -> str | None:
    """A sentence, or None where the log says nothing that we recognize.

    Parameters
    ----------
    log
        The last bytes of it.
    ignored
        Paths and patterns that the ignore rules left out of the snapshot.
    """
    lines = ESCAPES.sub("", log.decode("utf-8", "replace")).splitlines()
    for line in reversed(lines[-200:]):
        if found := NOT_STARTED.match(line):
            return _sentence(found[1])
        if found := LAST_LINE.match(line.strip()):
            return _named(found[1].rpartition(".")[2], found[2] or "", ignored)
        if found := USAGE.match(line):
            return _sentence(f"{found[1]} does not take its arguments: {found[2]}")
    return None


def _named(kind: str, said: str, ignored: Sequence[str]) -> str:
    if kind == "FileNotFoundError" and (path := MISSING_FILE.search(said)):
        return _missing_file(path[1], ignored)
    if kind == "ModuleNotFoundError":
        module = said.partition("'")[2].partition("'")[0]
        return (
            f"The interpreter has no module {module!r}. Install it there, or send the run with "
            "another one: --python PATH."
        )
    if kind in ("MemoryError", "OutOfMemoryError"):
        return f"Ran out of memory: {said[:LONGEST] or 'the machine had no more'}."
    if kind == "KeyboardInterrupt":
        return "It was interrupted."
    return _sentence(f"{kind}: {said}" if said else kind)


def _missing_file(path: str, ignored: Sequence[str]) -> str:
    name = path.removeprefix("./")
    for left_out in ignored:
        folder = left_out.rstrip("/")
        inside = name == folder or name.startswith(f"{folder}/") or f"/{folder}/" in f"/{name}"
        if inside or fnmatch(name, left_out):
            return (
                f"It needs {path}, which the ignore rules left out of the snapshot ({left_out}). "
                f"Hand it over with --input {folder.rpartition('/')[2]}=PATH, or take it out of "
                "the ignore file."
            )
    return f"It needs {path}, which is not in the snapshot. Is the path right for the run's folder?"


def _sentence(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
