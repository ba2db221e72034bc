"""The end of a run: the last events, the outputs, the verdict. Nothing is guessed."""

import logging
from collections.abc import Mapping
from pathlib import Path

from jupyter_mlws.actions.read import left_files
from jupyter_mlws.actions.register import note_files
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import DiskFull, HandleLost, Invalid
from jupyter_mlws.records.run import Attempt, Exit, Reason, Run, RunState
from jupyter_mlws.runner import requests
from jupyter_mlws.runner.absorb import absorb, end_children
from jupyter_mlws.runner.blame import TAIL_BYTES, blame
from jupyter_mlws.runner.collect import TURN_BYTES, Gathered, gather
from jupyter_mlws.runner.environments import Environments
from jupyter_mlws.runner.verdict import Verdict, verdict
from jupyter_mlws.store import attempts, runs
from jupyter_mlws.store.placed import Placed
from jupyter_mlws.store.transaction import Transaction
from jupyter_mlws.targets.base import Found, Observed, Target

log = logging.getLogger(__name__)
S = RunState
LARGE_BYTES = 64 << 20  # outputs that take long enough to say so
WAY: dict[RunState, tuple[RunState, ...]] = {  # what lies between a state and the end
    S.STARTING: (S.RUNNING, S.FINALIZING),
    S.RUNNING: (S.FINALIZING,),
    S.CANCEL_REQUESTED: (S.FINALIZING,),
    S.FINALIZING: (),
}


class Ending:
    """Brings runs to their end."""

    def __init__(self, backend: Backend, token: str, environments: Environments) -> None:
        self._backend = backend
        self._token = token
        self._environments = environments

    def end(
        self,
        target: Target,
        run: Run,
        attempt: Attempt,
        seen: Observed | None,
        known: Mapping[str, int],
    ) -> bool:
        """Collect what is left of a run that is not alive, and say how it ended.

        Parameters
        ----------
        known
            Up to where its files were read.
        """
        if seen is None:
            return self.lost(run)
        if seen.exit is None and not self._waited(run, target.lost_after_s):
            if run.state is not S.FINALIZING:
                self._move(run, S.FINALIZING)
            return False  # the evidence may still come
        found = left_files(target, attempt.handle)
        if run.state is S.RUNNING and sum(file.size_bytes for file in found) > LARGE_BYTES:
            run = self._move(run, S.FINALIZING)
        try:
            kept, paths = self._kept(target, attempt, found)
        except DiskFull as error:
            return self._no_room(run, attempt, seen.exit, error)
        if sum(target.events(attempt.handle).values()) > TURN_BYTES:
            known = self._caught_up(target, run, attempt, known)
        outcome = verdict(run, seen.exit, self._cause(target, run, attempt, seen.exit))
        self._close(target, run, attempt, seen.exit, outcome, kept, known)
        self._backend.packs.release(paths)
        if outcome.to is S.COMPLETED:
            target.trim(attempt.handle)
        return True

    def lost(self, run: Run) -> bool:
        """The target no longer knows the run."""
        return self._over(run, verdict(run, None))

    def without_attempt(self, run: Run) -> bool:
        """It was canceled before it had a place."""
        return self._over(run, verdict(run, None))

    def give_up(self, run: Run) -> bool:
        """A canceled run that does not go."""
        told = f"It did not end when it was canceled; see what holds it on {run.target}."
        return self._over(run, Verdict(S.FAILED, Reason.LOST, told))

    def refuse(self, run: Run, code: Reason, sentence: str) -> None:
        """It could not be started."""
        self._over(run, Verdict(S.FAILED, code, sentence))

    def _over(self, run: Run, outcome: Verdict) -> bool:
        at = self._backend.now()
        with self._backend.store.write() as tx:
            attempts.end(tx, run.id, run.attempt, None, at=at)
            through = (S.FINALIZING,) if run.state is S.RUNNING else ()
            self._last(tx, run, outcome, None, through)
        return False

    def _waited(self, run: Run, longest_s: float) -> bool:
        since = run.state_since
        return run.state is S.FINALIZING and self._backend.now() >= since.after(longest_s)

    def _move(self, run: Run, to: RunState) -> Run:
        with self._backend.store.write() as tx:
            return runs.move(tx, run.id, to, at=self._backend.now(), lease=self._token)

    def _kept(
        self, target: Target, attempt: Attempt, found: list[Found]
    ) -> tuple[list[tuple[Found, Placed]], list[Path]]:
        """Outputs as contents of the store, and the names under which they lay."""
        folder = target.folder(attempt.handle)
        if not found or folder is None:
            return [], []
        paths = [folder / "code" / file.path for file in found]
        placed = self._backend.packs.adopt_many(paths)
        return list(zip(found, placed, strict=True)), paths

    def _caught_up(
        self, target: Target, run: Run, attempt: Attempt, known: Mapping[str, int]
    ) -> Mapping[str, int]:
        """Store a long rest of events in parts, until the end can take what is left."""
        while (got := gather(target, attempt.handle, known)).more:
            with self._backend.store.write() as tx:
                absorb(self._backend, tx, run, attempt.n, got)
            known = {**known, **got.read}
        return known

    def _close(
        self,
        target: Target,
        run: Run,
        attempt: Attempt,
        end: Exit | None,
        outcome: Verdict,
        kept: list[tuple[Found, Placed]],
        known: Mapping[str, int],
    ) -> None:
        """All that is left to store of a run, in one transaction."""
        got: Gathered = gather(target, attempt.handle, known, to_the_end=True)
        wishes = requests.prepared(self._backend, target, run, attempt, got.events)
        at = self._backend.now()
        with self._backend.store.write() as tx:
            note_files(tx, run.id, kept, at=at)
            absorb(self._backend, tx, run, attempt.n, got)
            replies = requests.execute(self._backend, tx, run, wishes)
            attempts.end(tx, run.id, attempt.n, end, at=at)
            if run.state is S.STARTING:  # nobody has seen it Running
                self._environments.note(tx, run)
            self._last(tx, run, outcome, end, through=WAY[run.state])
        for request_id, body in replies:
            target.reply(attempt.handle, request_id, body)

    def _last(
        self,
        tx: Transaction,
        run: Run,
        outcome: Verdict,
        end: Exit | None,
        through: tuple[RunState, ...] = (),
    ) -> None:
        """The last move; or back to the queue, where another attempt is allowed."""
        to, code, sentence = outcome
        left = run.spec.retries + 1 - run.attempt
        again = left > 0 and run.cancel_requested_at is None
        if to is S.FAILED and again and code not in (Reason.INVALID_RECORD, None):
            tries = f"Attempt {run.attempt} of {run.spec.retries + 1} failed"
            to, sentence = S.QUEUED, f"{tries}: {sentence} It starts again."
        runs.move(
            tx,
            run.id,
            *through,
            to,
            at=self._backend.now(),
            lease=self._token,
            code=code,
            sentence=sentence,
            exit=end,
        )
        if to.over:
            self._backend.secrets.pop(run.id, None)
            end_children(self._backend, tx, run, to)

    def _cause(self, target: Target, run: Run, attempt: Attempt, end: Exit | None) -> str | None:
        if end is None or (end.code == 0 and end.ended_by == "command"):
            return None
        offset = max(0, end.log_bytes - TAIL_BYTES)
        try:
            tail = target.read(attempt.handle, "log", offset, TAIL_BYTES)
        except (HandleLost, Invalid):  # it is gone, or is no file of the run's any more
            return None
        return blame(tail, run.spec.ignored)

    def _no_room(self, run: Run, attempt: Attempt, end: Exit | None, error: DiskFull) -> bool:
        """Wait for room as long as the state may last; then say where the outputs lie."""
        late = run.deadline_at is not None and self._backend.now() >= run.deadline_at
        if run.state is not S.FINALIZING:
            run = self._move(run, S.FINALIZING)
        with self._backend.store.write() as tx:
            if not late:
                told = f"{error} The outputs are collected then."
                runs.explain(tx, run.id, Reason.DISK_LOW, told, at=self._backend.now())
                return False
            outcome = verdict(run, end)
            told = f"The outputs could not be collected, the disk is full: {attempt.handle}."
            attempts.end(tx, run.id, attempt.n, end, at=self._backend.now())
            self._last(tx, run, outcome._replace(sentence=told), end)
        return False
