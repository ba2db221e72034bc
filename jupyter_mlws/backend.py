"""The parts of a workspace, put together once, at start-up. Holds; does nothing."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, Any

from jupyter_mlws.records.instant import Instant

if TYPE_CHECKING:  # a server without a workspace loads neither the database nor the targets
    from jupyter_mlws.records.run import Run
    from jupyter_mlws.store.open import Store
    from jupyter_mlws.store.packs import Packs
    from jupyter_mlws.targets.base import Target


@dataclass(frozen=True)
class Settings:
    """Which workspace, and who owns it."""

    root: Path
    state: Path
    workspace_id: str
    name: str
    default_target: str
    owner: str  # "jupyterlab" or "serve"
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)  # seeds: name → configuration


@dataclass(frozen=True)
class Backend:
    settings: Settings
    store: "Store"
    packs: "Packs"
    targets: "dict[str, Target]"  # by name; actions/attach.py alone changes it
    key: bytes  # the workspace's own, 32 bytes
    work: Executor  # two threads for what needs the processor: more would hold up the event loop
    streams: Executor  # a few for what waits: bodies, files, endpoints
    now: Callable[[], Instant]
    new_id: Callable[[], str]
    woken: Callable[[], None]  # tells the runner that there is work
    attended: Event  # set while a runner lives
    admitted: "SimpleQueue[Run]"  # stored as Starting: the runner need not read them to start them
    secrets: dict[str, dict[str, str]]  # run → variables that are stored nowhere, until it is over
    close: Callable[[], None]
