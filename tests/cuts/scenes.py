"""What is recorded: work on a workspace, acknowledged step by step. ``-m … ROOT SCENE``"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from sqlalchemy import event

from jupyter_mlws.actions import unpack
from jupyter_mlws.actions.deploy import deploy
from jupyter_mlws.actions.edit import edit
from jupyter_mlws.actions.keys import show
from jupyter_mlws.actions.open import open_backend
from jupyter_mlws.actions.register import register
from jupyter_mlws.actions.submit import submit
from jupyter_mlws.backend import Backend, Settings
from jupyter_mlws.client import workspace
from jupyter_mlws.records.endpoint import NewEndpoint
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.model import NewVersion
from jupyter_mlws.records.packing import MAGIC, digest_of, end
from jupyter_mlws.records.run import NewRun, RunDetail, RunPatch, RunSpec
from jupyter_mlws.records.snapshot import Entry, Manifest
from jupyter_mlws.runner.loop import Runner
from jupyter_mlws.shim import process
from jupyter_mlws.snapshot.send import record_of
from jupyter_mlws.store import details
from tests.waiting import until_so

LARGE = 4_300_000  # bytes: a single file of the store
STEPS = 12
SMALL = b"small" * 999
HALF = 6
ESSAY_STEP, ESSAY = 7, b'"' + b"long" * 300_000 + b'"'  # a value that is too long for a line
TRAIN = f"""
import os
from random import Random
from jupyter_mlws import Run
run = Run.get_context()
for step in range({STEPS}):
    run.log("loss", step)
os.makedirs(os.path.abspath("outputs/deep"))
open("outputs/deep/small.txt", "wb").write(b"small" * 999)
open("outputs/model.bin", "wb").write(Random(run.id).randbytes({LARGE}))
print("trained")
"""
FLUSH = f"""
import os
from random import Random
from time import sleep
from jupyter_mlws import Run
run = Run.get_context()
said = os.open(os.environ["SAID"], os.O_WRONLY | os.O_APPEND)
for step in range({STEPS}):
    while step == {HALF} and not os.path.exists(os.environ["SAID"] + ".alone"):
        sleep(0.02)
    run.log("loss", step)
    if step == {ESSAY_STEP}:
        run.log("essay", "long" * 300_000)
        open("here.bin", "wb").write(b"small" * 999)
        run.upload_file("sent.bin", os.path.abspath("here.bin"))
        run.log_image("drawn", path=os.path.abspath("here.bin"))
    if step % 3 == 2:
        run.flush()
        ack = '{{"kind": "flushed", "run": "%s", "step": %d}}' % (run.id, step)
        os.write(said, ack.encode() + b"\\n")
os.makedirs(os.path.abspath("outputs/deep"))
open("outputs/deep/small.txt", "wb").write(b"small" * 999)
open("outputs/model.bin", "wb").write(Random(run.id).randbytes({LARGE}))
print("trained")
"""


def ack(kind: str, **facts: object) -> None:
    """Say to the world that something is done: from now on it may not be lost."""
    line = json.dumps({"kind": kind, **facts}) + "\n"
    handle = os.open(os.environ["ACKS"], os.O_WRONLY | os.O_APPEND)
    os.write(handle, line.encode())
    os.close(handle)


def opened(root: Path) -> Backend:
    place = workspace.load(root)
    settings = Settings(
        root=root,
        state=place.state,
        workspace_id=place.id,
        name=place.name,
        default_target=place.default_target,
        owner="serve",
    )
    return open_backend(settings, lambda *_: None)


class Work:
    """What is done to a workspace again and again, with its acknowledgements."""

    def __init__(self, backend: Backend, ack: Callable[..., None]) -> None:
        self.backend = backend
        self.ack = ack

    def snapshot(self, *contents: bytes) -> str:
        digests = [digest_of(content) for content in contents]
        records = [
            part for pair in zip(digests, contents, strict=True) for part in record_of(*pair)
        ]
        unpack.take_in(self.backend, [MAGIC, *records, end(len(contents))])
        self.ack("contents", digests=digests)
        paths = ["train.py", *(f"data/{i}" for i in range(1, len(contents)))]
        entries = tuple(
            Entry(path=path, digest=digest, size_bytes=len(content))
            for path, digest, content in zip(paths, digests, contents, strict=True)
        )
        made = unpack.keep(self.backend, Manifest(entries=entries), "ada")
        self.ack("snapshot", id=made.id, digests=digests)
        return made.id

    def submit(self, snapshot: str, **variables: str) -> str:
        spec = RunSpec(
            command=(sys.executable, "train.py"),
            snapshot=snapshot,
            variables=variables,
            name=sys.argv[2],
        )
        run = submit(self.backend, NewRun(spec=spec), "ada")
        self.ack("submitted", run=run.id)
        return run.id

    def found(self, run_id: str) -> RunDetail:
        with self.backend.store.read() as tx:
            return details.get(tx, run_id)

    def ended(self, run_id: str) -> None:
        run = until_so(lambda: run if (run := self.found(run_id)).state.over else None)
        assert run.state.value == "Completed", run.reason
        self.ack("completed", run=run_id)

    def register(self, new: NewVersion) -> None:
        made = register(self.backend, "model", new, "ada")
        self.ack("model", label=made.label, files=[[f.path, f.digest] for f in made.files])

    def deploy(self, name: str, snapshot: str) -> None:
        new = NewEndpoint(name=name, model="model:1", script="train.py", snapshot=snapshot)
        deploy(self.backend, new, "ada")
        keys = show(self.backend, name)
        self.ack("deployed", name=name, keys=[keys.primary, keys.secondary])


def owner(root: Path) -> None:
    """A workspace is made; twice its owner comes, works, and goes."""
    ack("workspace", id=workspace.create(root).id)
    for turn in range(2):
        backend = opened(root)
        ack("key", key=backend.key.hex())
        work, rng = Work(backend, ack), Random(turn)
        runner = Runner(backend)
        runner.start()
        for n in range(3):
            parts = [rng.randbytes(rng.randrange(20_000)) for _ in range(8)]
            large = [b"large" * (LARGE // 5)] if n == turn else []
            snapshot = work.snapshot(TRAIN.encode(), *parts, *large)
        run_id = work.submit(snapshot)
        work.ended(run_id)
        work.register(NewVersion(run=run_id, path="outputs"))
        edit(backend, run_id, RunPatch(description=f"turn {turn}", tags={"turn": str(turn)}))
        ack("described", run=run_id, turn=turn)
        sent = tuple(
            FileEntry(path=f"{i}.bin", size_bytes=len(part), digest=digest_of(part))
            for i, part in enumerate(parts)
        )
        work.register(NewVersion(files=sent))
        runner.stop()
        if turn == 1:  # its router waits in the queue for the next owner
            work.deploy("svc", snapshot)
        backend.close()


def careless(root: Path) -> None:
    """As many a program keeps SQLite: a commit waits for no disk."""
    workspace.create(root)
    backend = opened(root)
    event.listen(
        backend.store._writer,
        "checkout",
        lambda connection, *_: connection.execute("PRAGMA synchronous=NORMAL"),
    )
    for n in range(9):
        Work(backend, ack).snapshot(str(n).encode())
    backend.close()


def run(root: Path) -> None:
    """A run is followed; it goes on alone, and ends, while the workspace has no owner."""
    workspace.create(root)
    backend = opened(root)
    work = Work(backend, ack)
    runner = Runner(backend)
    runner.start()
    run_id = work.submit(work.snapshot(FLUSH.encode()), SAID=os.environ["ACKS"])
    until_so(lambda: work.found(run_id).metrics.get("loss") == HALF - 1)
    ack("seen", run=run_id, step=HALF - 1)
    runner.stop()
    home = backend.settings.state / "runs" / run_id / "1"
    backend.close()
    Path(os.environ["ACKS"] + ".alone").touch()
    until_so(lambda: (home / "exit.json").exists())
    shim = json.loads((home / "shim.json").read_bytes())
    until_so(lambda: not process.lives(shim["pid"], shim["start_time"]))
    ack("exit", run=run_id)


if __name__ == "__main__":
    {"owner": owner, "run": run, "careless": careless}[sys.argv[2]](Path(sys.argv[1]))
