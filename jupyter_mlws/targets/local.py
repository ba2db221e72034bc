"""Runs as processes of this machine."""

import errno
import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any, TypeVar

from msgspec import Struct

from jupyter_mlws.errors import DiskFull, HandleLost, Invalid, LaunchRejected, MlwsError
from jupyter_mlws.records import codec
from jupyter_mlws.records.run import Exit, Run
from jupyter_mlws.records.target import Machine
from jupyter_mlws.shim import bundle, files, layout, process
from jupyter_mlws.targets import known
from jupyter_mlws.targets.base import Found, Handle, Launch, Observed, Target, Unpack
from jupyter_mlws.targets.environment import inherited
from jupyter_mlws.targets.known import ShimRecord
from jupyter_mlws.targets.machine import Gauge, cpus
from jupyter_mlws.targets.nursery import Nursery
from jupyter_mlws.targets.words import PYTHON, inputs, words

T = TypeVar("T")


class LocalConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The row of a local target."""

    slots: int | None = None  # None: one a processor
    python: str = PYTHON  # where a run names none
    grace_s: float = 10.0


class LocalTarget(Target):
    """Runs on this machine, apart from this process: they outlive it.

    Parameters
    ----------
    state
        The workspace's state directory (`shim/layout.py` says what is in a run's own).
    environment
        The owner's environment, of which runs inherit what `inherited` lets pass.
    config
        A `LocalConfig`. Raises Invalid.
    """

    kind = "local"
    lost_after_s = 15.0

    def __init__(
        self, state: Path, environment: Mapping[str, str], config: Mapping[str, Any]
    ) -> None:
        settings = codec.convert(dict(config), LocalConfig)
        if settings.slots is not None and settings.slots < 1:
            raise Invalid("A target needs at least one slot.", "slots")
        self._state = state.absolute()
        self._environment = inherited(environment)
        self._python, self._grace_s = settings.python, settings.grace_s
        self._shim = bundle.texts()  # held: the package may be upgraded under us
        self._copy = bundle.home(self._state / "shim", self._shim)
        self._nursery = Nursery()
        self._gauge = Gauge(self._state)
        self.slots = settings.slots or cpus()

    def prepare(self, run: Run) -> Launch:
        home = self._state / "runs" / run.id / str(run.attempt)
        own = {
            "MLWS_RUN_ID": run.id,
            "MLWS_RUN_DIR": str(home),
            "MLWS_ATTEMPT": str(run.attempt),
            "MLWS_EXPERIMENT": run.experiment,
            "MLWS_RUN_NUMBER": str(run.number),
        }
        spec = {
            "layout": layout.VERSION,
            "run_id": run.id,
            "attempt": run.attempt,
            "experiment": run.experiment,
            "number": run.number,
            "kind": run.kind,
            "command": words(run.spec, str(self._copy), self._python),
            "arguments": list(run.spec.arguments),
            "parameters": dict(run.spec.parameters),
            "inputs": inputs(run.spec),
            "environment": {**self._environment, **run.spec.variables, **own},
            "max_duration_s": None if run.kind == "service" else run.spec.max_duration_s,
            "grace_s": self._grace_s,
            "poke": str(self._state / "poke"),
        }
        return Launch(handle={"dir": str(home)}, spec=spec)

    def start(self, launch: Launch, unpack: Unpack | None = None) -> None:
        home = Path(launch.handle["dir"])
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone(home):
                if (home / layout.CLAIM).exists():
                    return
                boot_id = process.boot_id()
                if not _laid(home, boot_id):
                    _lay_out(home, launch.spec["inputs"], unpack)
                text = files.dump({**launch.spec, "boot_id": boot_id})
                # Not for a power cut: after one it is of another boot, and written again
                files.write_whole(str(home / layout.SPEC), text, durable=False)
                copy = bundle.install(self._state / "shim", self._shim)
                secrets = files.dump(launch.secrets)
                if not self._nursery.fork(copy, home, secrets):
                    _spawn_shim(copy / "main.py", home, launch.spec["environment"], secrets)
        except OSError as error:
            raise _refused(error) from error

    def poll(self, handle: Handle) -> Observed:
        home = _home(handle)
        shim = _record(home, layout.SHIM, ShimRecord)
        # Looked at before exit.json, which comes last
        watched, works = shim.living(home) if shim else (True, False)
        end = _record(home, layout.EXIT, Exit)
        there = shim is not None and (watched or works)
        cut = end is None and not there and _of_another_boot(home, shim)
        began = end is not None or (shim is not None and shim.command is not None)
        return Observed(
            alive=end is None and not cut and (watched or works),
            started=began or (cut and (home / layout.CLAIM).exists()),
            exit=end,
            shim_alive=watched,
            beat_at=_record(home, layout.BEAT, float),
        )

    def read(self, handle: Handle, file: str, offset: int, limit: int) -> bytes:
        try:
            with open(_inside(handle, file), "rb") as stream:
                stream.seek(offset)
                return stream.read(limit)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return b""

    def size(self, handle: Handle, file: str) -> int:
        try:
            return _inside(handle, file).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return 0

    def events(self, handle: Handle) -> dict[str, int]:
        try:
            found = list(os.scandir(Path(handle["dir"]) / layout.EVENTS))
        except FileNotFoundError:
            return {}
        written = sorted((f.name, f.stat().st_size) for f in found if f.name.endswith(".jsonl"))
        return {name.removesuffix(".jsonl"): size for name, size in written}

    def files(self, handle: Handle, under: str) -> list[Found]:
        room = _inside(handle, f"{layout.CODE}/{under}")
        found = []
        for folder, _, names in os.walk(room):
            for name in names:
                path = Path(folder) / name
                with suppress(OSError):  # gone since it was listed, or a link to nothing
                    real = path.resolve(strict=True)
                    if real.is_file() and real.is_relative_to(room):
                        facts = real.stat()
                        place = path.relative_to(room).as_posix()
                        found.append(Found(f"{under}/{place}", facts.st_size, facts.st_mtime))
        return sorted(found)

    def reply(self, handle: Handle, request_id: str, body: bytes) -> None:
        folder = _home(handle) / layout.REPLIES
        if not request_id or "/" in request_id or "\0" in request_id or request_id[0] == ".":
            raise Invalid(f"{request_id!r} is not the id of a request.")
        folder.mkdir(mode=0o700, exist_ok=True)
        files.write_whole(str(folder / f"{request_id}.json"), body)

    def stop(self, handle: Handle) -> None:
        home = _home(handle)
        asked_before = _asked_s(home / layout.STOP)
        shim = _record(home, layout.SHIM, ShimRecord)
        if shim is None:
            return  # it will see the file when it looks
        watched, _ = shim.living(home)
        if watched:
            known.wake(shim)
        elif asked_before is None:  # nobody is left to end it but us
            known.end_all(home, shim, SIGTERM)
        elif asked_before >= self._grace_s:
            known.end_all(home, shim, SIGKILL)

    def trim(self, handle: Handle) -> None:
        shutil.rmtree(Path(handle["dir"]) / layout.CODE, ignore_errors=True)

    def forget(self, handle: Handle) -> None:
        home = Path(handle["dir"])
        if not home.is_dir():
            return
        shim = _record(home, layout.SHIM, ShimRecord)
        if shim is not None and _record(home, layout.EXIT, Exit) is None and any(shim.living(home)):
            known.kill(shim)
            known.end_all(home, shim, SIGKILL)
        for _ in range(3):  # what has just been killed may still write
            shutil.rmtree(home, ignore_errors=True)
        with suppress(OSError):  # other attempts are there
            home.parent.rmdir()

    def close(self) -> None:
        self._nursery.close()

    def look(self) -> Machine:
        return self._gauge.look()

    def folder(self, handle: Handle) -> Path | None:
        return Path(handle["dir"])


def _home(handle: Handle) -> Path:
    home = Path(handle["dir"])
    if not home.is_dir():
        raise HandleLost(f"{home} is gone: nothing more can be known of the run.")
    return home


def _record(home: Path, file: str, kind: type[T]) -> T | None:
    """A file as a record; None where it is not there, or torn."""
    try:
        return codec.decode((home / file).read_bytes(), kind)
    except (FileNotFoundError, MlwsError):
        return None


def _inside(handle: Handle, file: str) -> Path:
    """Where a file of the run's really lies. Raises Invalid where that is somewhere else."""
    home = Path(handle["dir"]).resolve()
    path = (home / file).resolve()
    if "\0" in file or not path.is_relative_to(home):
        raise Invalid(f"{file!r} is not inside the run's directory.")
    return path


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold a folder against whoever else would start the same. It falls free when we die."""
    folder = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _laid(home: Path, boot_id: str) -> bool:
    """Whether code/ is there, and whole: what was laid before a power cut need not be."""
    try:
        return files.load(str(home / layout.SPEC)).get("boot_id") == boot_id
    except (OSError, ValueError):
        return False


def _of_another_boot(home: Path, shim: ShimRecord | None) -> bool:
    """Whether the machine has started anew since: nothing will be heard of it any more."""
    boot_id = process.boot_id()
    return not _laid(home, boot_id) if shim is None else shim.boot_id != boot_id


def _lay_out(home: Path, links: Mapping[str, str], unpack: Unpack | None) -> None:
    """Make code/, all of it or none."""
    for old in home.glob(f"{layout.CODE}*"):  # of a start that died halfway
        shutil.rmtree(old, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{layout.CODE}.tmp-", dir=home))
    try:
        if unpack is not None:
            unpack(scratch)
        for name in (layout.OUTPUTS, layout.LOGS):
            (scratch / name).mkdir(exist_ok=True)
        for name, path in links.items():
            _link(scratch, name, path)
        os.rename(scratch, home / layout.CODE)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _link(code: Path, name: str, path: str) -> None:
    place = code / name
    real = place.parent.resolve()
    taken = f"The snapshot has a file at {name!r} already; give the input another name."
    if not real.is_relative_to(code.resolve()):
        raise Invalid(taken, f"spec.inputs.{name}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(path)
    except (FileExistsError, NotADirectoryError) as error:
        raise Invalid(taken, f"spec.inputs.{name}") from error


def _asked_s(stop: Path) -> float | None:
    """How many seconds ago `stop` was made; None where it is made now."""
    try:
        os.close(os.open(stop, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return None
    except FileExistsError:
        return time.time() - stop.stat().st_mtime


def _refused(error: OSError) -> MlwsError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("There is no room on the disk for the run's files; nothing was started.")
    return LaunchRejected(
        f"The run's directory cannot be made: {error.strerror} ({error.filename})."
    )


def _spawn_shim(main: Path, home: Path, environment: Mapping[str, str], secrets: bytes) -> None:
    """Start it in a session of its own. What the run is told, it reads from spec.json."""
    complaints, appending = str(home / layout.SHIM_LOG), os.O_WRONLY | os.O_APPEND | os.O_CREAT
    own_files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, complaints, appending, 0o600),
    ]
    words = [sys.executable, "-I", "-S", str(main), str(home)]
    own = {n: environment[n] for n in ("PATH", "LD_LIBRARY_PATH", "HOME") if n in environment}
    own[layout.SECRETS] = secrets.decode()
    try:
        try:
            os.posix_spawn(sys.executable, words, own, file_actions=own_files, setsid=True)
        except NotImplementedError:  # a Python that was built for a macOS before 10.15
            os.posix_spawn(sys.executable, words, own, file_actions=own_files, setpgroup=0)
    except OSError as error:
        raise LaunchRejected(f"{sys.executable} did not start: {error.strerror}.") from error
