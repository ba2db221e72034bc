"""Wake, look at the rows and at the targets, move each run one step, sleep."""

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty
from select import select
from uuid import uuid4

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import Conflict, TargetUnreachable
from jupyter_mlws.records.run import Run, RunState
from jupyter_mlws.runner.admit import admit_waiting
from jupyter_mlws.runner.contact import Contact
from jupyter_mlws.runner.endpoints import EndpointWatch
from jupyter_mlws.runner.environments import Environments
from jupyter_mlws.runner.housekeeping import Housekeeping
from jupyter_mlws.runner.step import Step
from jupyter_mlws.store import aside, queue
from jupyter_mlws.store.runs import LEASE_S
from jupyter_mlws.targets.base import Observed

log = logging.getLogger(__name__)
AT_ONCE_S, SOON_S, BUSY_S, IDLE_S = 0.005, 0.1, 0.5, 5.0  # between two looks, where nobody wakes us
MOST_FAILURES = 60  # half a minute of looks
HANDS = 4  # runs that are started or collected at the same time


class Runner:
    """Moves the runs of one workspace, in a thread of its own.

    It remembers nothing that it could not find again: a new one, after a kill -9,
    goes on where the rows and the runs' directories say.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._token = uuid4().hex
        self._contact = Contact()
        self._endpoints = EndpointWatch(backend)
        self._environments = Environments(backend)
        self._step = Step(backend, self._token, self._environments)
        self._housekeeping = Housekeeping(backend)
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="mlws-run")
        self._passed: set[str] = set()  # runs that a turn could not look at for that
        self._failures: dict[str, int] = {}  # run → how often in a row it could not be moved on
        self._busy: set[str] = set()  # runs that a hand works on
        with backend.store.write() as tx:  # we own the store: who held a lease of it is gone
            queue.release(tx)
            for run_id in aside.set_aside(tx, at=backend.now()):
                log.error("run %s cannot be read and was set aside", run_id)
        self._renew_at = backend.now()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="mlws-runner", daemon=True)
        path = str(backend.settings.state / "poke")
        self._poke = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # also to write: never at its end

    def start(self) -> None:
        self._backend.attended.set()
        self._thread.start()

    def stop(self) -> None:
        """End the loop after its present turn. The runs go on."""
        self._stopping = True
        self._backend.attended.clear()
        self._backend.woken()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        self._hands.shutdown(wait=True)
        self._endpoints.close()
        self._environments.close()
        os.close(self._poke)

    def turn(self) -> float:
        """Move every run that can move, one step; after how many seconds to look again."""
        if self._start_admitted():
            return AT_ONCE_S  # the hands need the processor; the rest is looked at then
        now = self._backend.now()
        busy = set(self._busy)  # before the rows are read: what a hand ends meanwhile is old there
        self._passed |= busy
        with self._backend.store.read() as tx:
            runs = queue.under_way(tx, self._token, at=now)
            wanted = queue.targets(tx)
        runs = self._leased(runs)
        admitted, full = admit_waiting(self._backend, self._token, wanted)
        todo = [run for run in runs if run.id not in busy] + admitted
        for run, seen in self._step.look(todo):
            self._contact.note(self._backend, run, seen)
            if self._step.has_work(run, seen):
                self._busy.add(run.id)
                self._hands.submit(self._one, run, seen)
        changing = self._endpoints.look()
        self._housekeeping.look(idle=not runs and not admitted)
        if any(run.state is RunState.STARTING for run in todo):
            return SOON_S
        return BUSY_S if runs or full or changing else IDLE_S

    def _start_admitted(self) -> bool:
        """Those of which we were told: rows are for all others, and for whoever comes after us."""
        some = False
        with suppress(Empty):
            while True:
                run = self._backend.admitted.get_nowait()
                if run.id not in self._busy:
                    self._busy.add(run.id)
                    self._hands.submit(self._one, run, None)
                    some = True
        return some

    def _leased(self, runs: list[Run]) -> list[Run]:
        """Renew the leases when a third of their time is over."""
        now = self._backend.now()
        if runs and now >= self._renew_at:
            with self._backend.store.write() as tx:
                queue.lease(tx, self._token, [run.id for run in runs], at=now, ttl_s=LEASE_S)
            self._renew_at = now.after(LEASE_S / 3)
        return runs

    def _one(self, run: Run, seen: Observed | None) -> None:
        """A hand's work on one run."""
        again = False
        try:
            again = self._step.take(run, seen)
            self._failures.pop(run.id, None)
        except (Conflict, TargetUnreachable) as error:
            log.info("run %s is tried again: %s", run.id, error)
        except Exception as error:  # noqa: BLE001  an edge: one bad run may not stop the others
            log.exception("run %s could not be moved on; it is tried again", run.id)
            self._failed(run, seen, error)
        finally:
            self._busy.discard(run.id)
            if again or run.id in self._passed:  # its news came while we were at it
                self._passed.discard(run.id)
                self._backend.woken()

    def _failed(self, run: Run, seen: Observed | None, error: Exception) -> None:
        """The last net: a run that is over and that we cannot follow is not tried for ever."""
        self._failures[run.id] = self._failures.get(run.id, 0) + 1
        over = seen is None or not seen.alive
        if over and self._failures[run.id] >= MOST_FAILURES:
            self._step.give_up(run, error)

    def _loop(self) -> None:
        while not self._stopping:
            longest_s = IDLE_S
            try:
                longest_s = self.turn()
            except Exception:  # noqa: BLE001  an edge: the loop goes on whatever a turn met
                log.exception("a turn of the runner failed; it is tried again")
            self._wait(longest_s)

    def _wait(self, longest_s: float) -> None:
        if self._stopping:
            return
        if select([self._poke], [], [], longest_s)[0]:
            with suppress(BlockingIOError):
                os.read(self._poke, 65536)
