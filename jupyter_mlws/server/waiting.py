"""Waiting for the next change of the workspace, without a thread each."""

import asyncio
from collections.abc import Iterable

Turn = asyncio.Future[None]


class Waiting:
    """Wakes who waits when something changes. Made and awaited on the event loop.

    Take the turn first, look second, wait third: what changes in between is not missed.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._turn: Turn = loop.create_future()

    def changed(self, rev: int, subjects: Iterable[str]) -> None:
        """From any thread; never waits."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def turn(self) -> Turn:
        """What ends at the next change."""
        return self._turn

    async def next(self, turn: Turn, timeout_s: float) -> None:
        """Return when the turn has ended, or when the time is over."""
        if timeout_s > 0:
            await asyncio.wait([turn], timeout=timeout_s)

    def _wake(self) -> None:
        ended, self._turn = self._turn, self._loop.create_future()
        if not ended.done():
            ended.set_result(None)
