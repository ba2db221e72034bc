"""What the interpreters of runs hold: asked of each interpreter once, and again when it changed."""

import logging
import subprocess
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import MlwsError
from jupyter_mlws.records import codec
from jupyter_mlws.records.environment import EnvironmentRecord
from jupyter_mlws.records.run import Run
from jupyter_mlws.store import environments, runs
from jupyter_mlws.store.transaction import Transaction

log = logging.getLogger(__name__)
PATIENCE_S = 60.0
ASK = """
import importlib.metadata as m, json, os, platform, site, sys, sysconfig
held = {d.metadata["Name"]: d.version for d in m.distributions() if d.metadata["Name"]}
paths = [p for p in sys.path if p and os.path.isdir(p)]
print(json.dumps({"record": {"python": sys.executable, "version": platform.python_version(),
    "implementation": platform.python_implementation(), "platform": sysconfig.get_platform(),
    "packages": dict(sorted(held.items()))}, "paths": paths}))
"""


class Said(Struct, frozen=True):
    """What an interpreter says of itself."""

    record: EnvironmentRecord
    paths: tuple[str, ...]  # its site folders: when one changes, it is asked again


class Known(Struct, frozen=True):
    """A record that is stored, and what shows that it still holds."""

    digest: str
    times: tuple[tuple[str, int], ...]


class Environments:
    """Remembers records by interpreter; a run waits for none of them."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known: dict[str, Known] = {}
        self._waiting: dict[str, list[str]] = {}  # interpreter → runs that want its record
        self._lock = threading.Lock()
        self._work = ThreadPoolExecutor(1, thread_name_prefix="mlws-environment")

    def note(self, tx: Transaction, run: Run) -> None:
        """Store the record of a run's interpreter: now where it is known, else when it is."""
        python = run.spec.python
        if python is None or run.target not in self._backend.targets or run.kind == "service":
            return
        if self._backend.targets[run.target].kind != "local":
            return
        known = self._known.get(python)
        if known is not None and known.times == _times(path for path, _ in known.times):
            environments.link(tx, run.id, known.digest)
            return
        with self._lock:
            waiting = self._waiting.setdefault(python, [])
            waiting.append(run.id)
            if len(waiting) == 1:
                self._work.submit(self._ask, python)

    def close(self) -> None:
        self._work.shutdown(wait=True, cancel_futures=True)

    def _ask(self, python: str) -> None:
        said = None
        try:
            words = [python, "-c", ASK]
            done = subprocess.run(words, capture_output=True, timeout=PATIENCE_S, check=True)
            said = codec.decode(done.stdout, Said)
        except (OSError, subprocess.SubprocessError, MlwsError) as error:
            log.warning("%s does not say what it holds: %s", python, error)
        with self._lock:
            wanted = self._waiting.pop(python, [])
        if said is not None:
            self._store(python, said, wanted)

    def _store(self, python: str, said: Said, wanted: list[str]) -> None:
        at = self._backend.now()
        with self._backend.store.write() as tx:
            digest = environments.keep(tx, said.record, at=at, by="mlws")
            for run_id in wanted:
                if runs.exists(tx, run_id):  # it may have been deleted meanwhile
                    environments.link(tx, run_id, digest)
                    runs.changed(tx, run_id, at=at)
        self._known[python] = Known(digest, _times(said.paths))


def _times(paths: Iterable[str]) -> tuple[tuple[str, int], ...]:
    found = []
    for path in paths:
        try:
            found.append((path, Path(path).stat().st_mtime_ns))
        except OSError:
            found.append((path, 0))
    return tuple(found)
