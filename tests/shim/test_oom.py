"""A run that the kernel ended for want of memory says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlws.shim import bundle, layout

HUNGRY = "x = []\nwhile True: x.append(bytearray(b'x' * 2**22))"


@pytest.fixture
def group():
    """A control group with 64 MB; version 1 or 2, whichever can be made here."""
    rows = [row.split(":", 2) for row in Path("/proc/self/cgroup").read_text().splitlines()]
    ours = {tuple(row[1].split(",")): row[2] for row in rows}
    for root, key, limit in (
        (Path("/sys/fs/cgroup/memory"), ("memory",), "memory.limit_in_bytes"),
        (Path("/sys/fs/cgroup"), ("",), "memory.max"),
    ):
        place = Path(f"{root}{ours.get(key, '/')}") / "mlws-test"
        try:
            place.mkdir()
            (place / limit).write_text(str(64 * 2**20))
        except OSError:
            if place.is_dir():
                place.rmdir()
            continue
        yield place
        place.rmdir()
        return
    pytest.skip("making a control group with a memory limit needs root and a delegated tree")


def test_the_kernels_kill_for_memory_is_told_from_others(group, tmp_path):
    home = tmp_path / "run"
    (home / layout.CODE).mkdir(parents=True)
    spec = {"layout": 1, "command": [sys.executable, "-c", HUNGRY], "environment": dict(os.environ)}
    limits = {"max_duration_s": None, "grace_s": 0.5, "poke": "/nowhere"}
    (home / layout.SPEC).write_text(json.dumps({**spec, **limits}))
    main = bundle.install(tmp_path / "shim") / "main.py"
    enter = 'echo $$ >"$0/cgroup.procs"; exec "$@"'
    words = ["sh", "-c", enter, group, sys.executable, "-I", "-S", main, home]
    subprocess.run(words, check=True, timeout=60)
    end = json.loads((home / layout.EXIT).read_text())
    assert (end["signal"], end["oom"], end["ended_by"]) == (9, True, "command")
