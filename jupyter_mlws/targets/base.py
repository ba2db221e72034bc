"""What a compute target must be able to do: six verbs, all synchronous.

A run is a directory and a process. A target makes the directory, starts the
process, says how it fares, reads from the directory, stops the process, and
clears up. It knows neither the database nor the web server.
`testing/target_contract.py` is the definition; what is written here explains it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from msgspec import Struct

from jupyter_mlws.errors import HandleLost
from jupyter_mlws.records.run import Exit, Run
from jupyter_mlws.records.target import Machine

Handle = dict[str, Any]  # plain JSON: it is stored, and read back by another process
Unpack = Callable[[Path], None]  # puts the snapshot's files into an empty folder


class Launch(Struct, frozen=True, kw_only=True):
    """All that `start` needs, and what a dry run prints. Inert."""

    handle: Handle  # where the run will be found: settled, and stored, before anything starts
    spec: dict[str, Any]  # spec.json, whole: see shim/layout.py
    secrets: dict[str, str] = {}  # variables of the command that may lie on no disk
    details: dict[str, Any] = {}  # the target's own: a manifest, an image, a host


class Observed(Struct, frozen=True, kw_only=True):
    """How a run fares, at one look."""

    alive: bool
    started: bool = True  # False as long as there is no sign of the command
    exit: Exit | None = None  # None while alive, or where there is no evidence (yet)
    shim_alive: bool = True  # False: the command lives, and nobody watches it
    beat_at: float | None = None  # unix seconds by the target's clock, of its last beat


class Found(NamedTuple):
    """A file that a run has written."""

    path: str  # below code/, with "/": "outputs/model.pkl"
    size_bytes: int
    modified_at: float  # unix seconds by the target's clock


class Target(ABC):
    """A place where runs run. Any thread may call any verb.

    Parameters
    ----------
    state
        The workspace's state directory, on this machine.
    environment
        The owner's environment; runs get what `environment.inherited` lets pass.
    config
        The target's row in the store. A wrong one raises Invalid.
    """

    kind: ClassVar[str]  # the entry point's name: "local", "docker" …
    lost_after_s: ClassVar[float] = 3600.0  # gone so long without evidence, a run is lost
    slots: int  # how many runs at once

    @abstractmethod
    def __init__(
        self, state: Path, environment: Mapping[str, str], config: Mapping[str, Any]
    ) -> None: ...

    @abstractmethod
    def prepare(self, run: Run) -> Launch:
        """Translate. Pure: no network, no clock, no files. Raises Invalid."""

    @abstractmethod
    def start(self, launch: Launch, unpack: Unpack | None = None) -> None:
        """Start it, unless it was started before; a start that died halfway is taken up.

        Parameters
        ----------
        unpack
            Fills a folder with the snapshot's files; None where there is no snapshot.
            What it raises is passed on, and nothing was started.

        Raises
        ------
        Invalid
            An input has the name of a file of the snapshot; nothing was started.
        DiskFull
            There was no room for the files; nothing was started.
        LaunchRejected, TargetUnreachable
        """

    @abstractmethod
    def poll(self, handle: Handle) -> Observed:
        """Look once, without waiting. Raises HandleLost or TargetUnreachable."""

    def poll_all(self, handles: Sequence[Handle]) -> list[Observed | HandleLost]:
        """Look at many at once, in their order. Raises TargetUnreachable."""
        seen: list[Observed | HandleLost] = []
        for handle in handles:
            try:
                seen.append(self.poll(handle))
            except HandleLost as lost:
                seen.append(lost)
        return seen

    @abstractmethod
    def read(self, handle: Handle, file: str, offset: int, limit: int) -> bytes:
        """Up to `limit` bytes of `file` in the run's directory, from byte `offset`.

        Empty where there is nothing (yet). Works after the run has ended, until
        `forget`. Raises Invalid where `file` leads out of the directory.
        """

    @abstractmethod
    def size(self, handle: Handle, file: str) -> int:
        """Bytes of `file` in the run's directory now; 0 where there is none."""

    @abstractmethod
    def events(self, handle: Handle) -> dict[str, int]:
        """Bytes written so far, by writer; the file is ``events/<writer>.jsonl``."""

    @abstractmethod
    def files(self, handle: Handle, under: str) -> list[Found]:
        """The files in code/`under` ("outputs" or "logs"), by path; links that leave it are not."""

    @abstractmethod
    def reply(self, handle: Handle, request_id: str, body: bytes) -> None:
        """Answer a request of the run's: replies/<request_id>.json. Raises Invalid, HandleLost."""

    @abstractmethod
    def stop(self, handle: Handle) -> None:
        """Ask it to end; the shim makes it, after its grace. Returns at once. Idempotent.

        Call it again at every look while the run is alive: where the shim is gone,
        the target ends what it has left.
        Raises HandleLost or TargetUnreachable.
        """

    @abstractmethod
    def trim(self, handle: Handle) -> None:
        """Remove code/ with its outputs, once they are collected. Idempotent."""

    @abstractmethod
    def forget(self, handle: Handle) -> None:
        """End it where it runs, and remove every trace. Idempotent."""

    @abstractmethod
    def look(self) -> Machine:
        """How the machine fares now. Raises TargetUnreachable."""

    def close(self) -> None:  # noqa: B027  most hold nothing
        """Let go of what it holds in this process. Its runs go on."""

    def folder(self, handle: Handle) -> Path | None:
        """The run's directory where it lies on this machine: its outputs may be renamed from it."""
        return None
