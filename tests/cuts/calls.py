"""A program's system calls that change files, by strace, in the order in which they began."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.disk import left_out

TRACED = (
    "?open,openat,write,pwrite64,?writev,?pwritev,ftruncate,?truncate,fsync,fdatasync,"
    "?rename,renameat,?renameat2,?link,linkat,?unlink,unlinkat,?rmdir,?mkdir,mkdirat,"
    "?sendfile,?copy_file_range"
)
LONGEST = 1 << 24  # bytes of one write
PATIENCE_S = 150
LINE = re.compile(r"(\d+) +(?:<\.\.\. \w+ resumed>)?(.*)")
CALL = re.compile(r"(\w+)\((.*)\) += (\d+)(?:<([^>]*)>)?.*")
UNFINISHED = " <unfinished ...>"
SYNCS = ("fsync", "fdatasync")


class Call(NamedTuple):
    """A call that came back well. Who saw its effect began later: so they are ordered."""

    name: str
    words: "list[str]"  # its arguments, as strace writes them
    returned: int
    path: str  # of the descriptor that it returned
    begun: int  # a sync covers the calls before this one, and stands where it came back


def record(module: str, *words: str, **environment: str) -> "list[Call]":
    """Run a module under strace; AssertionError where it fails."""
    log = Path(environment["ACKS"]).with_suffix(".strace")
    tracing = ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", str(LONGEST)]
    tracing += ["-e", "signal=none", "-e", f"trace={TRACED}", "-o", str(log)]
    done = subprocess.run(
        [*tracing, sys.executable, "-m", module, *words],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with log.open(encoding="ascii") as lines:
        found = _in_order(lines)
    log.unlink()
    return found


def may_trace() -> None:
    """Where there is no strace, or it may not trace, the test is left out, but not in CI."""
    if shutil.which("strace") is None:
        left_out("strace is missing, and without it no power cut can be simulated")
    tried = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "true"]
    if subprocess.run(tried, capture_output=True).returncode != 0:
        left_out("strace may not trace (no ptrace), and without it no power cut can be simulated")


def text(word: str) -> str:
    return content(word).decode()


def content(word: str) -> bytes:
    """What a quoted argument holds."""
    return bytes.fromhex(word.strip('"').replace("\\x", ""))


def path_of(word: str) -> str:
    """The path of a descriptor; empty where the file has no name any more."""
    _, _, rest = word.partition("<")
    path, _, after = rest.partition(">")
    return "" if after else text(path)


def beside(folder: str, word: str) -> str:
    """The path that is meant by a descriptor of a folder and a path."""
    return os.path.join(path_of(folder), text(word))


def _in_order(lines: "Iterable[str]") -> "list[Call]":
    found: list[Call | None] = []
    open_: dict[str, tuple[str, int]] = {}  # thread → what it has begun, and its place
    for line in lines:
        if (parts := LINE.fullmatch(line.rstrip("\n"))) is None:
            continue
        thread, said = parts.groups()
        if said.endswith(UNFINISHED):
            open_[thread] = said.removesuffix(UNFINISHED), len(found)
            if not said.startswith(SYNCS):
                found.append(None)
            continue
        front, place = open_.pop(thread, ("", -1))
        call = _call(front + said, len(found) if place < 0 else place)
        if place >= 0 and not front.startswith(SYNCS):
            found[place] = call
        else:
            found.append(call)
    nothing = Call("nothing", [], 0, "", 0)
    return [call or nothing for call in found]


def _call(said: str, begun: int) -> "Call | None":
    """None where it failed, or is none."""
    if (parts := CALL.fullmatch(said)) is None:
        return None
    name, words, returned, path = parts.groups()
    return Call(name, words.split(", "), int(returned), text(path or ""), begun)
