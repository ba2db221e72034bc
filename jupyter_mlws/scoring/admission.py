"""Who may wait, for how long, and which replica is next."""

import asyncio
from collections import deque
from collections.abc import Callable

from jupyter_mlws.scoring.config import Limits
from jupyter_mlws.scoring.process import Answer, Call, Replica, refusal

STUCK_S = 1.0  # a run() that takes so much longer than a request may last does not return

RETRY = (b"retry-after", b"1")
FULL = refusal(429, "busy", "The endpoint is busy; try again in a second.", RETRY)
NOT_READY = refusal(503, "not_ready", "No replica is ready; try again in a second.", RETRY)
LATE = refusal(504, "late", "The model did not answer in time.")
DIED = refusal(502, "replica_died", "The replica died while it worked on this request.")


class Admission:
    """Between the clients and the replicas that serve now.

    A call is refused at once when `concurrency` a replica are in flight and `queue` more
    wait. A replica gets one call at a time, or up to `concurrency` ahead if it answers
    within milliseconds; so a slow or stuck one keeps nobody waiting who could go elsewhere.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.replicas: list[Replica] = []  # ready, of the revision that serves
        self.waiting: deque[Call] = deque()

    def submit(self, call: Call) -> asyncio.Future[Answer]:
        """The answer to come; refusals are answers too."""
        if not self.replicas:
            call.settle(NOT_READY)
            return call.answer
        in_flight = sum(len(replica.pending) for replica in self.replicas)
        capacity = self.limits.concurrency * len(self.replicas) + self.limits.queue
        if in_flight + len(self.waiting) >= capacity:
            call.settle(FULL)
            return call.answer
        replica = None if self.waiting else self._next()
        if replica is None:
            self._wait(call)
        else:
            self._give(replica, call)
        return call.answer

    def dispatch(self) -> None:
        """A replica has room, perhaps: the longest waiting go to it."""
        while self.waiting:
            replica = self._next()
            if replica is None:
                return
            call = self.waiting.popleft()
            if call.answer.done() or call.gone():
                call.settle(Answer(499, b""))
            else:
                self._give(replica, call)

    def add(self, replica: Replica) -> None:
        self.replicas.append(replica)
        self.dispatch()

    def remove(self, replica: Replica) -> None:
        """Give it nothing more."""
        if replica in self.replicas:
            self.replicas.remove(replica)

    def lost(self, replica: Replica) -> None:
        """It is gone. What it worked on fails; what it had not begun goes to another."""
        self.remove(replica)
        if replica.pending:
            replica.pending.popleft().settle(DIED)
        while replica.pending:
            call = replica.pending.pop()
            if not call.answer.done():
                self._wait(call, first=True)
        self.dispatch()

    def stuck(self) -> list[Replica]:
        """Replicas whose run() does not return."""
        before = asyncio.get_running_loop().time() - self.limits.request_timeout_s - STUCK_S
        return [r for r in self.replicas if r.pending and r.began < before]

    def _next(self) -> Replica | None:
        chosen = None
        for replica in self.replicas:
            if replica.room(self.limits.concurrency) and (
                chosen is None or len(replica.pending) < len(chosen.pending)
            ):
                chosen = replica
        return chosen

    def _give(self, replica: Replica, call: Call) -> None:
        _at(call, call.arrived + self.limits.request_timeout_s, lambda: call.settle(LATE))
        replica.ask(call)

    def _wait(self, call: Call, *, first: bool = False) -> None:
        if first:
            self.waiting.appendleft(call)
        else:
            self.waiting.append(call)
        patience_s = min(self.limits.queue_timeout_s, self.limits.request_timeout_s)
        _at(call, call.arrived + patience_s, lambda: self._waited(call))

    def _waited(self, call: Call) -> None:
        self.waiting.remove(call)
        late = self.limits.request_timeout_s <= self.limits.queue_timeout_s
        call.settle(NOT_READY if not self.replicas else LATE if late else FULL)


def _at(call: Call, when: float, act: Callable[[], None]) -> None:
    if call.timer is not None:
        call.timer.cancel()
    call.timer = asyncio.get_running_loop().call_at(when, act)
