"""What a run uses of its machine, sampled beside it: loaded once a run has lasted a second."""

import os
import shutil
import subprocess
import threading
import time

from jupyter_mlws.shim import process
from jupyter_mlws.shim.files import Events

EVERY_S = 10.0
QUESTION = ("--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits")


class Sampler:
    """Writes system metrics from a thread: of all that the run started, and of its GPUs.

    ``system/cpu_percent``
        100 is one core, busy all the time.
    ``system/memory_bytes``
        Resident; what processes share is counted in each.
    ``system/gpu_percent``, ``system/gpu_memory_bytes``
        Mean and sum over the GPUs that the run may see, whoever uses them.
    """

    def __init__(self, events: Events, environment: "dict[str, str]") -> None:
        self._events = events
        self._cards = environment.get("CUDA_VISIBLE_DEVICES")
        self._smi = shutil.which("nvidia-smi", path=environment.get("PATH"))
        self._over = threading.Event()
        self._last: tuple[float, int] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No sample is written after this."""
        self._over.set()
        self._thread.join(0.5)

    def _run(self) -> None:
        pause_s = 0.2  # the first percentage needs two looks
        self._own()
        while not self._over.wait(pause_s):
            for name, value in {**self._own(), **self._gpus()}.items():
                if not self._over.is_set():
                    self._events.write("metric", name=f"system/{name}", value=value, step=None)
            pause_s = EVERY_S

    def _own(self) -> "dict[str, float]":
        """Use of processor and memory by all below the shim, since the last look."""
        rows = process.table()
        pids = process.descendants(os.getpid())
        if not pids:
            return {}
        now, ticks = time.monotonic(), sum(process.busy_ticks(pid) for pid in pids)
        before, self._last = self._last, (now, ticks)
        memory = sum(rows[pid][2] for pid in pids if pid in rows) * os.sysconf("SC_PAGE_SIZE")
        found: dict[str, float] = {"memory_bytes": memory}
        if before and now > before[0]:
            busy_s = max(0, ticks - before[1]) / os.sysconf("SC_CLK_TCK")
            found["cpu_percent"] = round(100 * busy_s / (now - before[0]), 1)
        return found

    def _gpus(self) -> "dict[str, float]":
        if self._smi is None or self._cards == "":
            return {}
        which = () if self._cards is None else (f"--id={self._cards}",)
        try:
            said = subprocess.run(
                (self._smi, *QUESTION, *which), stdout=-1, stderr=-3, timeout=5, check=True
            ).stdout.decode()
            cards = [tuple(map(float, row.split(","))) for row in said.splitlines() if row]
        except (OSError, ValueError, subprocess.SubprocessError):
            return {}
        if not cards:
            return {}
        return {
            "gpu_percent": sum(card[0] for card in cards) / len(cards),
            "gpu_memory_bytes": sum(card[1] for card in cards) * 2**20,
        }
