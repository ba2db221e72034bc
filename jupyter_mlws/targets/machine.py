"""How this machine fares: processors, memory, disk, GPUs, within our control group's limits."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from jupyter_mlws.records.target import Gpu, Machine

GPU_FIELDS = "--query-gpu=name,memory.total,memory.used,utilization.gpu"
GPU_EVERY_S = 5.0  # asking takes up to a second
GROUP = Path("/sys/fs/cgroup")


class Gauge:
    """Looks at this machine.

    Parameters
    ----------
    disk
        A folder on the disk that is meant.
    """

    def __init__(self, disk: Path) -> None:
        self._disk = disk
        self._ticks = _ticks()
        self._gpus: tuple[float, tuple[Gpu, ...]] | None = None

    def look(self) -> Machine:
        """Now; the use of the processors is the mean since the last look."""
        total, used = _memory()
        disk = _disk(self._disk)
        return Machine(
            host=socket.gethostname(),
            cpus=cpus(),
            cpu_percent=self._cpu_percent(),
            memory_bytes=total,
            memory_used_bytes=used,
            disk_bytes=disk and disk[0],
            disk_free_bytes=disk and disk[1],
            gpus=self._cards(),
        )

    def _cpu_percent(self) -> float | None:
        before, self._ticks = self._ticks, _ticks()
        if before is None or self._ticks is None:
            return None
        busy, every = (now - then for now, then in zip(self._ticks, before, strict=True))
        return round(100 * busy / every, 1) if every > 0 else None

    def _cards(self) -> tuple[Gpu, ...]:
        now = time.monotonic()
        if self._gpus is None or now - self._gpus[0] >= GPU_EVERY_S:
            self._gpus = now, gpus()
        return self._gpus[1]


def look(disk: Path) -> Machine:
    """One look; `cpu_percent` is None, for it needs two."""
    return Gauge(disk).look()


def cpus() -> int:
    """The processors that we may use, at least 1."""
    try:
        ours = len(os.sched_getaffinity(0))
    except AttributeError:
        ours = os.cpu_count() or 1
    quota = _words(GROUP / "cpu.max")
    if len(quota) == 2 and quota[0].isdigit():
        ours = min(ours, -(-int(quota[0]) // int(quota[1])))
    return max(1, ours)


def gpus() -> tuple[Gpu, ...]:
    """By `nvidia-smi`; empty where there is none, or it does not answer."""
    smi = shutil.which("nvidia-smi")
    if smi is None:
        return ()
    try:
        said = subprocess.run(
            (smi, GPU_FIELDS, "--format=csv,noheader,nounits"),
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(card for row in said.splitlines() if (card := _card(row)))


def _card(row: str) -> Gpu | None:
    name, *numbers = (part.strip() for part in row.split(","))
    try:
        total, used, percent = map(float, numbers)
    except ValueError:  # "[N/A]": a card that does not say
        return None
    return Gpu(
        name=name,
        memory_bytes=int(total * 2**20),
        memory_used_bytes=int(used * 2**20),
        percent=percent,
    )


def _ticks() -> tuple[int, int] | None:
    """Busy, and in all, since boot."""
    row = _words(Path("/proc/stat"))
    if len(row) < 8:
        return None
    user, nice, system, idle, wait, hard, soft, *_ = map(int, row[1:9])
    busy = user + nice + system + hard + soft
    return busy, busy + idle + wait


def _memory() -> tuple[int | None, int | None]:
    """In all, and used, in bytes; of our control group where it has less than the machine."""
    if sys.platform == "darwin":
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), None
    rows = dict(row.split(":", 1) for row in _text(Path("/proc/meminfo")).splitlines())
    if "MemTotal" not in rows:
        return None, None
    total, free = (int(rows[k].split()[0]) * 1024 for k in ("MemTotal", "MemAvailable"))
    for limit, current in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        most, now = _words(GROUP / limit), _words(GROUP / current)
        if most and now and most[0].isdigit() and int(most[0]) < total:
            return int(most[0]), int(now[0])
    return total, total - free


def _disk(folder: Path) -> tuple[int, int] | None:
    """In all, and free for us, in bytes."""
    try:
        found = os.statvfs(next(p for p in (folder, *folder.parents) if p.exists()))
    except (OSError, StopIteration):
        return None
    return found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize


def _words(path: Path) -> list[str]:
    return _text(path).partition("\n")[0].split()


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
