"""The replicas of one revision: started, warmed, kept alive, drained."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from jupyter_mlws.scoring.admission import DIED, Admission
from jupyter_mlws.scoring.config import Config
from jupyter_mlws.scoring.journal import Journal
from jupyter_mlws.scoring.process import Call, Replica

FIRST_DELAY_S, LAST_DELAY_S = 0.1, 10.0
SETTLED_S = 30.0  # a replica that lived so long starts the back-off anew
START_S = 600.0  # for init()
DRAIN_S = 8.0  # below the grace of the shim
LOOP = 5  # ends in a row that are called a crash loop


class StartFailed(Exception):
    """The first replica of a revision did not come up; says why."""


class Revision:
    """`instances` seats, each with a task that fills it again whenever its replica ends."""

    def __init__(self, config: Config, admission: Admission, journal: Journal) -> None:
        self.config = config
        self.reason: str | None = None  # why a seat is, or was last, empty
        self.crashes = 0  # ends in a row, over all seats
        self.was_ready = False
        self.serving = False
        self._admission = admission
        self._journal = journal
        self._seats: dict[int, asyncio.Task[None]] = {}
        self._replicas: dict[int, Replica] = {}
        self._closing = False
        self._news = asyncio.Event()

    @property
    def replicas(self) -> list[Replica]:
        return [self._replicas[n] for n in sorted(self._replicas)]

    @property
    def ready(self) -> list[Replica]:
        return [replica for replica in self.replicas if replica.state == "ready"]

    @property
    def n_features(self) -> int | None:
        told = (replica.n_features for replica in self.ready)
        return next(told, None) or self.config.n_features

    def fill(self, config: Config, numbers: Iterable[int]) -> None:
        """Start a replica in each of these seats; earlier crashes are forgotten."""
        self.config = config
        self.crashes = 0
        for n in numbers:
            self._seats[n] = asyncio.get_running_loop().create_task(self._keep(n))

    async def up(self) -> None:
        """Wait until all seats are filled. Raises StartFailed at the first that fails."""
        while len(self.ready) < len(self._seats):
            if self.crashes:
                raise StartFailed(self.reason)
            self._news.clear()
            await self._news.wait()

    def serve(self) -> None:
        """From now on the ready replicas take requests."""
        self.serving = True
        for replica in self.ready:
            self._admission.add(replica)

    async def retire(self, numbers: Iterable[int] | None = None, within_s: float = DRAIN_S) -> None:
        """Take no more requests, finish those begun, end. All seats, or some."""
        leaving = list(self._seats if numbers is None else numbers)
        self._closing = self._closing or numbers is None
        tasks = {n: self._seats.pop(n) for n in leaving if n in self._seats}
        gone = [self._replicas[n] for n in leaving if n in self._replicas]
        for replica in gone:
            self._admission.remove(replica)
            if replica.state == "down":
                tasks[replica.n].cancel()  # it waits out its back-off
            replica.stop()
        if tasks:
            _, late = await asyncio.wait(tasks.values(), timeout=within_s)
            for replica in gone:
                replica.kill()
            for task in late:
                task.cancel()
        for n in leaving:
            self._replicas.pop(n, None)

    async def _keep(self, n: int) -> None:
        """Fill a seat for as long as it is there."""
        delay_s, restarts = FIRST_DELAY_S, 0
        loop = asyncio.get_running_loop()
        while self._wanted(n):
            began = loop.time()
            reason = await self._live(n, restarts)
            self._news.set()
            if not self._wanted(n):
                return
            restarts += 1
            self.reason, self.crashes = reason, self.crashes + 1
            if loop.time() - began > SETTLED_S:
                delay_s, self.crashes = FIRST_DELAY_S, 1
            self._journal.say(f"replica {n} ended: {reason}; again in {delay_s:g} s")
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, LAST_DELAY_S)

    def _wanted(self, n: int) -> bool:
        return not self._closing and (n in self._seats)

    async def _live(self, n: int, restarts: int) -> str:
        """One replica from its start to its end; why it ended."""
        revision = self.config.revision
        replica = Replica(n, revision, restarts, self._admission)
        self._replicas[n] = replica
        try:
            end = await replica.start(self.config, self._journal)
        except OSError as error:
            replica.state = "down"
            return f"{self.config.python} could not be started: {error}"
        try:
            await asyncio.wait_for(asyncio.shield(replica.ready), START_S)
            await self._warm(replica, end)
        except (RuntimeError, StartFailed) as error:
            replica.kill()
            await end
            return str(error)
        except asyncio.TimeoutError:
            replica.kill()
            await end
            return f"init() did not return within {START_S:g} s"
        if self._wanted(n):
            self._enter(replica)
        else:
            replica.stop()
        return await asyncio.shield(end)

    def _enter(self, replica: Replica) -> None:
        replica.state = "ready"
        self.was_ready = True
        self._journal.say(f"replica {replica.n} of revision {replica.revision} is ready")
        if self.serving:
            self._admission.add(replica)
        self._news.set()

    async def _warm(self, replica: Replica, end: "asyncio.Task[str]") -> None:
        """Ask it the sample, twice: the first call pays for what loads late."""
        if self.config.sample is None:
            return
        body = json.dumps(self.config.sample).encode()
        limit_s = self.config.limits.request_timeout_s
        for _ in range(2):
            call = Call(body, [], lambda: False)
            replica.ask(call)
            either: tuple[asyncio.Future[Any], ...] = (call.answer, end)
            await asyncio.wait(either, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if not call.answer.done():
                why = end.result() if end.done() else f"no answer within {limit_s:g} s"
                raise StartFailed(f"it failed on the model's sample: {why}")
            answer = call.answer.result()
            if answer is DIED:
                raise StartFailed(f"it failed on the model's sample: {await end}")
            if answer.status >= 500:
                said = json.loads(answer.body)["message"]
                raise StartFailed(f"it failed on the model's sample: {said}")
            if answer.status >= 400:
                self._journal.say(f"the sample was refused: {answer.body.decode()}")

    def condition(self) -> dict[str, Any]:
        """State and reason, in Azure's words."""
        ready, wanted = len(self.ready), len(self._seats)
        if ready == wanted:
            return {"state": "Healthy", "reason": None}
        if not self.crashes:
            reason = f"{ready} of {wanted} replicas are ready; the model is being loaded."
            return {"state": "Transitioning", "reason": reason}
        again = "is in a crash loop" if self.crashes >= LOOP else "failed"
        if ready:
            reason = f"{ready} of {wanted} replicas are ready: {self.reason}"
            return {"state": "Unhealthy", "reason": reason}
        state = "Unhealthy" if self.was_ready else "Failed"
        return {"state": state, "reason": f"The model {again}: {self.reason}"}
