"""One run, one step nearer its end: read, act on its target, write.

No transaction is open while a target is spoken to: a slow one holds up this run,
and nothing else.
"""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import structs

from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import (
    DiskFull,
    HandleLost,
    Invalid,
    LaunchRejected,
    MlwsError,
    TargetUnreachable,
)
from jupyter_mlws.records.run import Attempt, Reason, Run, RunState
from jupyter_mlws.runner import requests
from jupyter_mlws.runner.absorb import absorb
from jupyter_mlws.runner.collect import Gathered, gather
from jupyter_mlws.runner.ending import Ending
from jupyter_mlws.runner.environments import Environments
from jupyter_mlws.store import attempts, news, runs, snapshots, trees
from jupyter_mlws.targets.base import Observed, Target, Unpack

log = logging.getLogger(__name__)
S = RunState
QUIET_S = 0.15  # a run that is over sooner is written once: it never was Running to anybody
PATIENCE_S = 5.0  # for the first sign of a run that was started
STUBBORN_S = 15.0  # a canceled run gets this much beyond its deadline before we give up on it


class Step:
    """What can be done for a run at one look."""

    def __init__(self, backend: Backend, token: str, environments: Environments) -> None:
        self._backend = backend
        self._token = token
        self._environments = environments
        self._ending = Ending(backend, token, environments)
        self._attempts: dict[str, Attempt] = {}
        self._known: dict[str, dict[str, int]] = {}  # run → file → offset
        self._begun: dict[str, float] = {}  # run → when its start was asked for
        self._sizes: dict[str, dict[str, int]] = {}  # run → what its events' sizes were

    def look(self, todo: list[Run]) -> Iterator[tuple[Run, Observed | None]]:
        """Look at runs, one call a target; None where there is nothing of it (yet, or any more)."""
        by_target: dict[str, list[Run]] = {}
        for run in todo:
            by_target.setdefault(run.target, []).append(run)
        for name, some in by_target.items():
            target = self._backend.targets.get(name)
            tried = [self._attempt(run) for run in some]
            if target is None:
                continue  # detached: its runs wait until it is back
            try:
                found = target.poll_all([a.handle for a in tried if a is not None])
            except TargetUnreachable as error:
                log.warning("%s: %s", name, error)
                continue
            answers = iter(found)
            for run, attempt in zip(some, tried, strict=True):
                seen = None if attempt is None else next(answers)
                yield run, seen if isinstance(seen, Observed) else None

    def has_work(self, run: Run, seen: Observed | None) -> bool:
        """Whether a step would do anything that cannot wait a moment."""
        if run.state is S.STARTING and not _ended(seen) and not self._late(run):
            age_s = time.monotonic() - self._begun.get(run.id, -PATIENCE_S)
            if seen is not None and seen.started:
                return age_s >= QUIET_S or not seen.alive
            return age_s >= PATIENCE_S
        if run.state is not S.RUNNING or seen is None or not seen.alive:
            return True
        attempt = self._attempt(run)
        assert attempt is not None
        target = self._backend.targets[run.target]
        return target.events(attempt.handle) != self._sizes.get(run.id)

    def take(self, run: Run, seen: Observed | None) -> bool:
        """Take the step; whether there is more to do at once.

        Raises
        ------
        TargetUnreachable, Conflict
            Nothing was written; try again later.
        """
        target, attempt = self._backend.targets[run.target], self._attempt(run)
        try:
            if attempt is None:
                return self._ending.without_attempt(run)
            if run.state is S.STARTING and (seen is None or not seen.started) and not _ended(seen):
                return self._start(target, run)
            if run.state is S.CANCEL_REQUESTED and seen is not None and seen.alive:
                target.stop(attempt.handle)
                if self._late(run, STUBBORN_S):
                    return self._ending.give_up(run)
            if seen is None or not seen.alive:
                known = self._offsets(run, attempt)
                self._forget(run)
                return self._ending.end(target, run, attempt, seen, known)
            return self._collect(target, run, attempt)
        except HandleLost:
            self._forget(run)
            return self._ending.lost(run)

    def give_up(self, run: Run, error: Exception) -> None:
        """It is over, and what it left cannot be collected."""
        where = self._attempt(run)
        kept = f" What it left stays in {where.handle.get('dir')}." if where else ""
        told = f"It is over, but what it wrote could not be collected: {error}.{kept}"
        self._ending.refuse(run, Reason.INVALID_RECORD, told)

    def _start(self, target: Target, run: Run) -> bool:
        now = time.monotonic()
        if now - self._begun.get(run.id, -PATIENCE_S) < PATIENCE_S and not self._late(run):
            return False  # it is on its way
        self._begun[run.id] = now
        launch = target.prepare(run)
        try:
            if self._late(run):
                raise LaunchRejected("It did not start within 60 s.")
            secrets = self._secrets(run)
            target.start(structs.replace(launch, secrets=secrets), self._unpack(run))
            self._known[run.id] = {}  # nothing is stored of a run that was not yet Running
        except TargetUnreachable:
            raise
        except MlwsError as error:
            wrong = {DiskFull: Reason.DISK_LOW, Invalid: Reason.INVALID_RECORD}
            code = wrong.get(type(error), Reason.LAUNCH_REJECTED)
            self._ending.refuse(run, code, str(error))
        return False

    def _secrets(self, run: Run) -> dict[str, str]:
        """Raises LaunchRejected where they are gone."""
        held = self._backend.secrets.get(run.id, {})
        if held.keys() != set(run.spec.secrets):
            raise LaunchRejected(
                f"The values of {', '.join(run.spec.secrets)} are stored nowhere, and went with "
                "the server that was given them; submit it again."
            )
        return held

    def _unpack(self, run: Run) -> Unpack | None:
        snapshot = run.snapshot
        if snapshot is None:
            return None
        backend = self._backend

        def unpack(folder: Path) -> None:
            with backend.store.read() as tx:
                tree = snapshots.tree(tx, snapshot)
            trees.lay(backend.packs, tree, folder)

        return unpack

    def _collect(self, target: Target, run: Run, attempt: Attempt) -> bool:
        """Store what a live run has written, and that it runs."""
        known = self._offsets(run, attempt)
        sizes = target.events(attempt.handle)
        got = gather(target, attempt.handle, known)
        self._known.pop(run.id, None)  # not known while it is being stored
        self._store(target, run, attempt, got)
        self._known[run.id] = {**known, **got.read}
        self._sizes[run.id] = sizes
        return got.more

    def _store(self, target: Target, run: Run, attempt: Attempt, got: Gathered) -> None:
        starts = run.state is S.STARTING
        if not got.read and not starts:
            return
        wishes = requests.prepared(self._backend, target, run, attempt, got.events)
        at = self._backend.now()
        with self._backend.store.write() as tx:
            absorb(self._backend, tx, run, attempt.n, got)
            replies = requests.execute(self._backend, tx, run, wishes)
            if starts:
                self._environments.note(tx, run)
                runs.move(tx, run.id, S.RUNNING, at=at, lease=self._token)
            else:
                runs.changed(tx, run.id, at=at)
        for request_id, body in replies:
            target.reply(attempt.handle, request_id, body)

    def _forget(self, run: Run) -> None:
        """This attempt is over: another one begins with nothing of it."""
        for of_run in (self._attempts, self._known, self._begun, self._sizes):
            of_run.pop(run.id, None)

    def _offsets(self, run: Run, attempt: Attempt) -> dict[str, int]:
        """Up to where its files were read; asked of the store where we did not read them."""
        known = self._known.get(run.id)
        if known is None:
            with self._backend.store.read() as tx:
                known = news.offsets(tx, run.id, attempt.n)
        return known

    def _attempt(self, run: Run) -> Attempt | None:
        """Where it is found: settled before it starts, so that it is read once."""
        known = self._attempts.get(run.id)
        if known is None or known.n != run.attempt:
            with self._backend.store.read() as tx:
                known = attempts.find(tx, run.id, run.attempt)
            if known is not None:
                self._attempts[run.id] = known
        return known

    def _late(self, run: Run, leeway_s: float = 0.0) -> bool:
        deadline = run.deadline_at
        return deadline is not None and self._backend.now() >= deadline.after(leeway_s)


def _ended(seen: Observed | None) -> bool:
    return seen is not None and seen.exit is not None
