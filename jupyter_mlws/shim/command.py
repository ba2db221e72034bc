"""The user's command: start it, wait for it, and leave nothing of it behind."""

import os
import time
from _signal import (
    SIGCHLD,
    SIGCONT,
    SIGHUP,
    SIGINT,
    SIGKILL,
    SIGPIPE,
    SIGTERM,
    SIGXFSZ,
    set_wakeup_fd,
    signal,
)
from select import select

from jupyter_mlws.shim import process


class Command:
    """A command in a session of its own, writing to `log` with nothing in between.

    It stays a zombie until `sweep` has ended what it left: so long its pid is
    nobody else's, and its group can be signalled without guessing.

    Raises
    ------
    OSError
        It cannot be executed.
    """

    def __init__(
        self, words: "list[str]", environment: "dict[str, str]", log: str, home: str
    ) -> None:
        self.told_to_leave = False  # the shim itself was: a shutdown, a container's end
        self._home = home
        self._must_end_at: float | None = None
        self._bell = _bell()
        for number in (SIGTERM, SIGINT, SIGHUP):
            signal(number, self._leave)
        self._adopts = process.adopt_orphans()
        self.pid = _spawn(words, environment, log)

    def wait(self, at_most_s: float, also: "list[int]") -> "list[int]":
        """Wait for news: a child's end, a signal, or one of the descriptors `also`, returned."""
        ready = select([self._bell, *also], [], [], max(0.0, at_most_s))[0]
        if self._bell in ready:
            os.read(self._bell, 4096)
            ready.remove(self._bell)
        return ready

    @property
    def over(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    def end(self, grace_s: float) -> None:
        """Ask it, and all that it started, to end; called again `grace_s` later, make it."""
        if self._must_end_at is None:
            self._must_end_at = time.monotonic() + grace_s
            self._signal_all(SIGTERM)
        elif time.monotonic() >= self._must_end_at:
            self._signal_all(SIGKILL)

    def sweep(self, grace_s: float) -> "tuple":
        """End what it left running, politely at first; then its status, and what it used.

        Where it was asked to end before, the grace is counted from then.
        """
        deadline = self._must_end_at or time.monotonic() + grace_s
        asked: set[int] = set()
        process.end_group(self.pid, SIGTERM)
        pause_s = 0.001
        while left := self._left():
            late = time.monotonic() >= deadline
            for pid, since in left:
                if late or pid not in asked:
                    process.tell(pid, since, SIGKILL if late else SIGTERM)
                    asked.add(pid)
            time.sleep(pause_s)
            pause_s = min(0.05, pause_s * 2)
        return os.wait4(self.pid, 0)[1:]

    def _left(self) -> "list[tuple[int, int]]":
        """Pid and start time of what it has left, as far as it can be known."""
        if not self._adopts:
            return process.marked(self._home)
        left = []
        for pid in process.children():
            if pid != self.pid and os.waitpid(pid, os.WNOHANG)[0] == 0:
                left.append((pid, process.start_time(pid)))
        return left

    def _signal_all(self, number: int) -> None:
        """Signal its group, and each that has left the group once."""
        for pid, since in process.marked(self._home):
            try:
                if os.getpgid(pid) != self.pid:
                    process.tell(pid, since, number)
            except ProcessLookupError:
                pass
        process.end_group(self.pid, number)
        process.end_group(self.pid, SIGCONT)  # what is stopped must hear it too

    def _leave(self, *_: object) -> None:
        self.told_to_leave = True


def _spawn(words: "list[str]", environment: "dict[str, str]", log: str) -> int:
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    plain: dict = {"setsigmask": [], "setsigdef": [SIGPIPE, SIGXFSZ]}  # Python ignores these two
    try:
        return os.posix_spawnp(
            words[0], words, environment, file_actions=actions, setsid=True, **plain
        )
    except NotImplementedError:  # a C library from before 2018
        return os.posix_spawnp(
            words[0], words, environment, file_actions=actions, setpgroup=0, **plain
        )


def _bell() -> int:
    """A descriptor with something to read when a child has ended or a signal came."""
    hear, ring = os.pipe()
    os.set_blocking(ring, False)
    set_wakeup_fd(ring, warn_on_full_buffer=False)
    signal(SIGCHLD, lambda *_: None)
    return hear
