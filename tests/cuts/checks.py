"""What is wrong with a workspace after a power cut: found by opening it and working with it."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from jupyter_mlws.actions import router
from jupyter_mlws.actions.keys import show
from jupyter_mlws.backend import Backend
from jupyter_mlws.client import workspace
from jupyter_mlws.errors import MlwsError
from jupyter_mlws.records.packing import digest_of
from jupyter_mlws.records.run import RunDetail, RunState
from jupyter_mlws.runner.loop import Runner
from jupyter_mlws.scoring import config as configs
from jupyter_mlws.shim import bundle, layout, process
from jupyter_mlws.store import blobs, garbage, metrics, models, snapshots, tables
from jupyter_mlws.targets import registry
from tests.bench import Clock
from tests.cuts.disks import Disk
from tests.cuts.scenes import ESSAY, ESSAY_STEP, LARGE, SMALL, STEPS, TRAIN, Work, opened
from tests.waiting import until_so

TURNS = 9  # of the runner, within which a run has ended
TURN_S = 20.0
TEXTS, LOAD = cache(bundle.texts), cache(registry.load)  # the same each time, and slow to find


def troubles(disk: Disk, root: Path) -> "list[str]":
    """Lay a disk, start the machine again, and look: what is lost, spoilt or in the way."""
    disk.lay(root)
    acks = [json.loads(said) for said in disk.acks]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "boot_id", lambda: "another boot")
        patch.setattr(bundle, "texts", TEXTS)
        patch.setattr(registry, "load", LOAD)
        try:
            workspace.create(root)  # as whoever misses one does; one that is there stays
            backend = opened(root)
        except Exception as error:  # noqa: BLE001  whatever it is, the user sees it
            return [f"it does not open: {error}"]
        look = Look(replace(backend, now=Clock()))
        try:
            look.at_all(acks)
        except Exception as error:  # noqa: BLE001
            look.troubles.append(f"it cannot be worked with: {error!r}")
        finally:
            backend.close()
    return look.troubles


class Look:
    """Gathers what is wrong."""

    def __init__(self, backend: Backend) -> None:
        self.troubles: list[str] = []
        self._backend = backend
        self._work = Work(backend, lambda *_, **__: None)
        self._whole: set[str] = set()  # contents that can be read

    def at_all(self, acks: "list[dict]") -> None:
        self._database()
        self._contents()
        self._end_runs()
        for ack in acks:
            try:
                getattr(self, f"_ack_{ack['kind']}")(ack)
            except MlwsError as error:
                self._say(True, f"{ack['kind']} was acknowledged: {error}")
        for run in self._runs():
            if run.state is RunState.COMPLETED:
                self._all_of(run)
        self._shim()
        self._work.snapshot(b"print()")  # and work goes on

    def _say(self, wrong: bool, what: str) -> None:
        if wrong:
            self.troubles.append(what)

    # What has to be so whatever was acknowledged

    def _database(self) -> None:
        with closing(sqlite3.connect(self._backend.store.path)) as database:
            said = database.execute("PRAGMA integrity_check").fetchall()
        self._say(said != [("ok",)], f"the database is damaged: {said}")

    def _contents(self) -> None:
        with self._backend.store.read() as tx:
            placed = blobs.find_many(tx, tx.scalars(select(tables.blobs.c.digest)).all())
            needed = garbage.live(tx) - set(tx.scalars(select(tables.snapshots.c.id)))
        for digest, one in placed.items():
            try:
                for _ in self._backend.packs.open(one):
                    pass
                self._whole.add(digest)
            except MlwsError as error:
                self._say(True, str(error))
        self._say(bool(needed - self._whole), f"needed and not there: {needed - self._whole}")

    def _end_runs(self) -> None:
        """Those that ran are brought to their end, as they would be by and by."""
        if not any(self._began(run) for run in self._runs()):
            return
        runner = Runner(self._backend)
        for _ in range(TURNS):
            runner.turn()
            until_so(lambda: not runner._busy)
            self._backend.now.ahead_s += TURN_S
            if all(run.state.over for run in self._runs()):
                break
        else:
            self._say(True, "a run does not end")
        runner.stop()

    def _began(self, run: RunDetail) -> bool:
        """Whether it ran: what did not is not started here."""
        home = self._backend.settings.state / "runs" / run.id / str(run.attempt)
        if run.state is RunState.STARTING:
            return (home / layout.CLAIM).exists()
        return run.state is RunState.RUNNING

    def _all_of(self, run: RunDetail) -> None:
        """A run that is Completed has all that it made."""
        held = {file.path: file.digest for file in run.outputs}
        lacks = expected(run.id).items() - held.items()
        self._say(bool(lacks), f"{run.label} is Completed and lacks {lacks}")
        self._logged(run, STEPS - 1)
        handle = run.attempts[-1].handle
        log = self._backend.targets["local"].read(handle, "log", 0, 99)
        self._say(log != b"trained\n", f"{run.label} is Completed and its log is {log!r}")

    def _logged(self, run: RunDetail, upto: int) -> None:
        """Values up to a step are there, each once."""
        with self._backend.store.read() as tx:
            series = {one.name: one for one in metrics.listed(tx, run.id, points=True)}
        values = [point.value for point in series["loss"].points] if "loss" in series else []
        self._say(len(values) != len(set(values)), f"values twice: {values}")
        lost = {float(step) for step in range(upto + 1)} - set(values)
        self._say(bool(lost), f"values lost: {lost} of {upto + 1}")
        if run.name == "run" and upto >= ESSAY_STEP:
            path = series["essay"].points[0].value["path"] if "essay" in series else ""
            drawn = series["drawn"].points[0].value["path"] if "drawn" in series else ""
            small, long = digest_of(SMALL), digest_of(ESSAY)
            wanted = {path: long, drawn: small, "outputs/sent.bin": small}
            held = {file.path: file.digest for file in run.outputs}
            lacks = wanted.items() - held.items()
            self._say(bool(lacks), f"files that were logged are lost: {lacks}")

    def _shim(self) -> None:
        """What runs are started by is there whole, or not at all."""
        place = bundle.home(self._backend.settings.state / "shim")
        spoilt = [
            name
            for name, text in bundle.texts().items()
            if place.is_dir() and not _holds(place / name, digest_of(text))
        ]
        self._say(bool(spoilt), f"no run can be started: {spoilt[:3]}")

    # What was acknowledged, by its kind

    def _ack_workspace(self, ack: dict) -> None:
        self._say(ack["id"] != self._backend.settings.workspace_id, "it is another workspace")

    def _ack_key(self, ack: dict) -> None:
        self._say(ack["key"] != self._backend.key.hex(), "the workspace has another key")

    def _ack_contents(self, ack: dict) -> None:
        lost = set(ack["digests"]) - self._whole
        self._say(bool(lost), f"contents were acknowledged and are lost: {lost}")

    def _ack_snapshot(self, ack: dict) -> None:
        with self._backend.store.read() as tx:
            held = {entry.digest for entry in snapshots.get(tx, ack["id"]).entries}
        self._say(held != set(ack["digests"]), "a snapshot is another one")

    def _ack_submitted(self, ack: dict) -> None:
        self._found(ack)

    def _ack_completed(self, ack: dict) -> None:
        state = self._found(ack).state
        self._say(state is not RunState.COMPLETED, f"a run was Completed and is {state}")

    _ack_exit = _ack_completed

    def _ack_flushed(self, ack: dict) -> None:
        self._logged(self._found(ack), ack["step"])

    _ack_seen = _ack_flushed

    def _ack_model(self, ack: dict) -> None:
        with self._backend.store.read() as tx:
            held = models.resolve(tx, ack["label"])
        same = [[file.path, file.digest] for file in held.files] == ack["files"]
        self._say(not same, f"{held.label} is another model")

    def _ack_deployed(self, ack: dict) -> None:
        """Its router would serve what it was given, and the keys can be shown."""
        keys = show(self._backend, ack["name"])
        self._say([keys.primary, keys.secondary] != ack["keys"], "an endpoint has other keys")
        config = configs.read(router.home(self._backend, ack["name"]))
        with self._backend.store.read() as tx:
            model = models.resolve(tx, config.model).files
        parts = {Path(config.model_dir, file.path): file.digest for file in model}
        parts[Path(str(config.code_dir), str(config.script))] = digest_of(TRAIN.encode())
        spoilt = [path.name for path in parts if not _holds(path, parts[path])]
        self._say(bool(spoilt), f"an endpoint has no whole {spoilt}")

    def _ack_described(self, ack: dict) -> None:
        run = self._found(ack)
        said = run.description, run.tags.get("turn")
        self._say(said != (f"turn {ack['turn']}", str(ack["turn"])), "words about a run are lost")

    def _found(self, ack: dict) -> RunDetail:
        return self._work.found(ack["run"])

    def _runs(self) -> "list[RunDetail]":
        with self._backend.store.read() as tx:
            ids = tx.scalars(select(tables.runs.c.id)).all()
        return [self._work.found(run_id) for run_id in ids]


def _holds(path: Path, digest: "str | None") -> bool:
    return path.is_file() and digest_of(path.read_bytes()) == digest


@cache
def expected(run_id: str) -> "dict[str, str]":
    """What a run of the scenes leaves: path → digest."""
    made = {"deep/small.txt": SMALL, "model.bin": Random(run_id).randbytes(LARGE)}
    return {f"outputs/{path}": digest_of(content) for path, content in made.items()}
