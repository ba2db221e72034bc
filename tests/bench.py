"""A workspace's parts put together in this process, and what tests do with them again and again."""

import json
import sys
from contextlib import suppress
from dataclasses import replace

from jupyter_mlws.actions.open import open_backend
from jupyter_mlws.actions.submit import submit as submit_action
from jupyter_mlws.backend import Settings
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.runner.loop import Runner
from jupyter_mlws.store import details, runs
from tests.waiting import PATIENCE_S, until_so


class Clock:
    """A time that passes when it is told to; real time until then."""

    def __init__(self):
        self.ahead_s = 0.0

    def __call__(self):
        return Instant.now().after(self.ahead_s)


def settings_of(root, state=None):
    state = state or root / ".mlws" / "state"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Settings(
        root=root,
        state=state,
        workspace_id="w" * 26,
        name="project",
        default_target="local",
        owner="serve",
    )


class Bench:
    """A backend on its own folder, and what tests do with it again and again."""

    def __init__(self, root, clock, state=None):
        self.settings = settings_of(root, state)
        self.told = []
        opened = open_backend(self.settings, lambda *news: self.told.append(news))
        self.backend = replace(opened, now=clock)
        self.runner = None

    def start(self):
        self.runner = Runner(self.backend)
        self.runner.start()

    def stop(self):
        if self.runner is not None:
            self.runner.stop()
            self.runner = None

    def close(self):
        self.stop()
        self.backend.close()

    def submit(self, *command, run_id=None, by="ada", **asked):
        spec = RunSpec(command=tuple(command), **asked)
        return submit_action(self.backend, NewRun(id=run_id, spec=spec), by)

    def python(self, text, **asked):
        return self.submit(sys.executable, "-c", text, **asked)

    def run(self, run_id):
        with self.backend.store.read() as tx:
            return details.get(tx, run_id)

    def moves(self, run_id):
        with self.backend.store.read() as tx:
            return [move.to.value for move in runs.moves(tx, run_id)]

    def ended(self, run_id, within_s=PATIENCE_S):
        def over():
            run = self.run(run_id)
            return run if run.state.over else None

        return until_so(over, within_s)

    def reached(self, run_id, *states, within_s=PATIENCE_S):
        def there():
            run = self.run(run_id)
            return run if run.state.value in states else None

        return until_so(there, within_s)

    def home(self, run_id, attempt=1):
        return self.settings.state / "runs" / run_id / str(attempt)

    def shim(self, run_id):
        """The process ids of a run's shim and command, as soon as both live."""

        def known():
            with suppress(FileNotFoundError, ValueError):
                found = json.loads((self.home(run_id) / "shim.json").read_bytes())
                return found if found["command"] else None
            return None

        found = until_so(known)
        return found["pid"], found["command"]["pid"]

    def log(self, run_id, attempt=1):
        return (self.home(run_id, attempt) / "log").read_bytes()
