"""Endpoints, looked at: what each router says, and a new router where one is gone."""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor

from jupyter_mlws.actions import router
from jupyter_mlws.actions.undeploy import finish
from jupyter_mlws.actions.update import resume
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import TargetUnreachable
from jupyter_mlws.records.endpoint import EndpointState
from jupyter_mlws.records.run import Run, RunState
from jupyter_mlws.store import endpoints, runs
from jupyter_mlws.store.endpoints import Row

log = logging.getLogger(__name__)
S = EndpointState
BACK_OFF_S = (1.0, 5.0, 15.0, 60.0)
STARTING_S = 0.25  # how often an endpoint that changes is looked at
SETTLED_S = 2.0


class EndpointWatch:
    """Keeps the rows of endpoints true, and the routers of those that should be up running."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._work = ThreadPoolExecutor(2, thread_name_prefix="mlws-endpoint")
        self._busy: dict[str, Future[None]] = {}
        self._next: dict[str, float] = {}  # endpoint → when to look again
        self._look_at = 0.0
        self._changing = False
        self._tries: dict[str, int] = {}  # endpoint → routers that died in a row
        self._met: set[str] = set()
        with backend.store.read() as tx:
            self._begun = endpoints.begun(tx)  # by the last owner, and not ended

    def look(self) -> bool:
        """Look at every endpoint whose time has come; whether one is changing."""
        if time.monotonic() < self._look_at:
            return self._changing
        self._look_at = time.monotonic() + STARTING_S
        with self._backend.store.read() as tx:
            rows = endpoints.listed(tx)
        now = time.monotonic()
        for row in rows:
            busy = self._busy.get(row.name)
            if (busy is None or busy.done()) and now >= self._next.get(row.name, 0.0):
                settled = row.state in (S.HEALTHY, S.FAILED)
                self._next[row.name] = now + (SETTLED_S if settled else STARTING_S)
                self._busy[row.name] = self._work.submit(self._one, row)
        self._changing = any(row.state in (S.TRANSITIONING, S.DELETING) for row in rows)
        return self._changing

    def close(self) -> None:
        self._work.shutdown(wait=True)

    def _one(self, row: Row) -> None:
        try:
            if row.desired == "gone":
                finish(self._backend, row.name)
            else:
                self._up(row)
        except Exception:  # noqa: BLE001  an edge: the other endpoints are looked at all the same
            log.exception("endpoint %s could not be looked at", row.name)

    def _up(self, row: Row) -> None:
        run = self._run(row)
        try:
            said = router.admin(self._backend, row.name).status()
        except TargetUnreachable:
            return self._silent(row, run)
        self._tries.pop(row.name, None)
        if row.name not in self._met:
            self._meet(row.name)
        serving = int(said["revision"])
        state = S(said["state"])
        reason = said.get("reason")
        with self._backend.store.write() as tx:
            at = self._backend.now()
            row = endpoints.get(tx, row.name)  # it may have been changed since it was listed
            for revision, fares in said.get("revisions", {}).items():
                told = S(fares["state"]), fares.get("reason")
                endpoints.settle(tx, row.name, int(revision), *told, at=at)
            newest = endpoints.deployments(tx, row.name)[0]
            if newest.revision > serving and newest.state is S.TRANSITIONING:
                return None  # an update is under way: what serves is not how it fares
            if row.state is not S.TRANSITIONING or state is not S.TRANSITIONING:
                if reason is None and state is S.HEALTHY and serving == row.revision:
                    reason = row.reason if row.state is S.HEALTHY else None
                values = {"state": state.value, "reason": reason, "revision": serving}
                endpoints.change(tx, row.name, at=at, **values)
        return None

    def _meet(self, name: str) -> None:
        """A router's first word: what the last owner had stored and not told is told now."""
        self._met.add(name)
        router.tell_keys(self._backend, name)
        if (revision := self._begun.pop(name, None)) is not None:
            resume(self._backend, name, revision)

    def _silent(self, row: Row, run: Run | None) -> None:
        """Nobody answers: it starts, or it is gone and starts again, or it cannot."""
        if run is not None and not run.state.over:
            return
        tried = self._tries.get(row.name, 0)
        if row.state is S.FAILED or (run is not None and _hopeless(run) and tried >= 1):
            return
        if tried >= len(BACK_OFF_S):
            return self._give_up(row, run)
        self._tries[row.name] = tried + 1
        self._next[row.name] = time.monotonic() + BACK_OFF_S[tried]
        if run is not None and _hopeless(run):
            return self._give_up(row, run)
        with self._backend.store.write() as tx:
            told = {"state": S.TRANSITIONING.value, "reason": "Its router is started again."}
            if run is not None:
                endpoints.change(tx, row.name, at=self._backend.now(), **told)
            router.start(self._backend, tx, row)
        self._backend.woken()

    def _give_up(self, row: Row, run: Run | None) -> None:
        reason = None if run is None else run.reason
        told = {"state": S.FAILED.value, "reason": reason or "Its router does not start."}
        with self._backend.store.write() as tx:
            at = self._backend.now()
            endpoints.change(tx, row.name, at=at, **told)
            endpoints.settle(tx, row.name, row.revision, S.FAILED, told["reason"], at=at)

    def _run(self, row: Row) -> Run | None:
        if row.run_id is None:
            return None
        with self._backend.store.read() as tx:
            return runs.get(tx, row.run_id)


def _hopeless(run: Run) -> bool:
    """Whether another start would end the same: its exit codes for port and configuration."""
    return run.state is RunState.FAILED and run.exit_code in (98, 78)
