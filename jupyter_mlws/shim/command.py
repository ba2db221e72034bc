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


class Bell:
    """Hears of ended children, and of signals that mean the shim itself: from when it is made."""

    def __init__(self) -> None:
        self.told_to_leave = False  # by a shutdown, a container's end, a runner that is in a hurry
        self._hear, ring = os.pipe()
        os.set_blocking(ring, False)
        set_wakeup_fd(ring, warn_on_full_buffer=False)
        signal(SIGCHLD, lambda *_: None)
        for number in (SIGTERM, SIGINT, SIGHUP):
            signal(number, self._leave)

    def wait(self, at_most_s: float, also: "list[int]") -> "list[int]":
        """Wait for it to ring, or for one of the descriptors `also`, which are returned."""
        ready = select([self._hear, *also], [], [], max(0.0, at_most_s))[0]
        if self._hear in ready:
            os.read(self._hear, 4096)
            ready.remove(self._hear)
        return ready

    def _leave(self, *_: object) -> None:
        self.told_to_leave = True


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
        self._home = home
        self._must_end_at: float | None = None
        self._ended: tuple | None = None  # status and resources, where it had to be waited for
        self._adopts = process.adopt_orphans()
        self.pid = _spawn(words, environment, log)

    @property
    def over(self) -> bool:
        """Whether it has ended. Buries, too, what it has orphaned and what has ended since."""
        if self._adopts:
            self._left()
        if hasattr(os, "waitid"):
            how = os.WEXITED | os.WNOWAIT | os.WNOHANG
            return os.waitid(os.P_PID, self.pid, how) is not None
        if self._ended is None:  # macOS, before Python 3.13
            pid, *facts = os.wait4(self.pid, os.WNOHANG)
            self._ended = tuple(facts) if pid else None
        return self._ended is not None

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
        pause_s = 0.001
        while left := self._left():
            late = time.monotonic() >= deadline
            for pid, since in left:
                if late or pid not in asked:
                    process.tell(pid, since, SIGKILL if late else SIGTERM)
                    asked.add(pid)
            time.sleep(pause_s)
            pause_s = min(0.05, pause_s * 2)
        return self._ended or os.wait4(self.pid, 0)[1:]

    def _left(self) -> "list[tuple[int, int]]":
        """Pid and start time of what it has left to us, as far as it can be known."""
        if not self._adopts:
            return process.marked(self._home)
        left = []
        for pid in process.children():
            try:
                if pid != self.pid and os.waitpid(pid, os.WNOHANG)[0] == 0:
                    left.append((pid, process.start_time(pid)))
            except ChildProcessError:
                pass  # the sampler has waited for its own
        return left

    def _signal_all(self, number: int) -> None:
        """Signal its group, and each that has left the group once."""
        for pid, since in process.marked(self._home):
            try:
                if os.getpgid(pid) != self.pid:
                    process.tell(pid, since, number)
            except ProcessLookupError:
                pass
        if self._ended is None:
            process.end_group(self.pid, number)
            process.end_group(self.pid, SIGCONT)  # what is stopped must hear it too


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
