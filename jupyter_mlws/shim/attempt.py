"""One attempt of a run: start its command, watch it, say how it ended.

Until the command runs only `os`, `sys`, C modules and this room are imported:
every run waits for them.
"""

import os
import sys
import time

from jupyter_mlws.shim import files, layout, process
from jupyter_mlws.shim.command import Bell, Command
from jupyter_mlws.shim.loopback import Loopback

TICK_S = 1.0
BEAT_S = 10.0
SYNC_S = 2.0
SAMPLER_AFTER_S = 1.0
PATIENCE_S = 600.0  # with a disk too full to write exit.json on
COPY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(home: str, secrets: dict) -> None:
    """Run what spec.json in `home` says, unless another shim did; exit.json is written last.

    `secrets` are variables of the command that spec.json does not hold.
    """
    try:
        os.mkdir(os.path.join(home, layout.CLAIM))
    except FileExistsError:
        return  # started before, by a runner that died before it could say so
    Attempt(home, secrets).run()


class Attempt:
    def __init__(self, home: str, secrets: dict) -> None:
        self._home = home
        self._secrets = secrets
        self._spec: dict = {}
        self._full = False  # whether the disk was, at any time
        self._unnamed = _above(home)  # folders whose name for us a power cut may take away
        self._bell = Bell()  # before anybody can know us by shim.json
        os.makedirs(self._path(layout.EVENTS), exist_ok=True)
        self._events = files.Events(self._path(layout.EVENTS))
        self._loopback: Loopback | None = None
        self._sampler: object = None

    def run(self) -> None:
        ooms = process.oom_kills()
        if os.path.exists(self._path(layout.STOP)):
            self._load()
            self._finish("cancel")
            return
        try:
            child = self._start()
        except (OSError, ValueError, LookupError, TypeError) as error:
            self._explain(error)
            self._finish("shim", code=126 if isinstance(error, PermissionError) else 127)
            return
        self._announce(child)
        ended_by = self._watch(child)
        if self._sampler is not None:
            self._sampler.stop()  # type: ignore[attr-defined]
        status, used = child.sweep(self._spec["grace_s"])
        number = status & 0x7F
        killed = number == 9 or status >> 8 == 128 + 9  # itself, or what a shell ran for it
        self._finish(
            ended_by,
            code=None if number else status >> 8,
            signal=number or None,
            oom=killed and process.oom_kills() > ooms,
            max_rss_bytes=used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        )

    def _load(self) -> None:
        try:
            self._spec = files.load(self._path(layout.SPEC))
        except (OSError, ValueError):
            self._spec = {}

    def _start(self) -> Command:
        self._spec = files.load(self._path(layout.SPEC))
        if self._spec["layout"] != layout.VERSION:
            raise ValueError(f"layout {self._spec['layout']} is not one that this shim knows")
        environment = {"PYTHONUNBUFFERED": "1", **self._spec["environment"], **self._secrets}
        environment[process.MARK] = self._home
        library = os.path.join(COPY, "lib")
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{library}{os.pathsep}{known}" if known else library
        if "MLFLOW_TRACKING_URI" not in environment:  # else the user logs somewhere else
            self._loopback = Loopback(self._home, self._spec)
            environment.update(self._loopback.environment(environment))
        self._identify(None)
        try:
            files.reserve(self._path(layout.EXIT), 8192)  # before the command can fill the disk
        except OSError:
            self._full = True
        os.chdir(self._path(layout.CODE))
        return Command(self._spec["command"], environment, self._path(layout.LOG), self._home)

    def _identify(self, child: "Command | None") -> None:
        """Say by what shim and command will be known again."""
        me = os.getpid()
        who = {"boot_id": process.boot_id(), "pid": me, "start_time": process.start_time(me)}
        known = child and {"pid": child.pid, "start_time": process.start_time(child.pid)}
        try:
            text = files.dump({**who, "command": known})
            files.write_whole(self._path(layout.SHIM), text, durable=child is not None)
        except OSError:
            if child is None:
                raise
            self._full = True  # the command runs: it must be watched, known or not

    def _announce(self, child: Command) -> None:
        self._identify(child)
        self._events.write("state", state="Running")
        self._events.write("note", machine=_machine())
        self._beat()
        self._poke()
        self._try_to_name()  # while the command starts: its end need not wait for it

    def _watch(self, child: Command) -> str:
        """Wait for the command, and end it where it must; who ended it."""
        ended_by = "command"
        started = beaten = synced = time.monotonic()
        longest_s = self._spec.get("max_duration_s")
        pause_s = TICK_S if longest_s is None else min(TICK_S, longest_s)
        while not child.over:
            if self._bell.wait(pause_s, self._loopback.descriptors() if self._loopback else []):
                self._loopback.answer()  # type: ignore[union-attr]
            now = time.monotonic()
            left_s = TICK_S if longest_s is None else started + longest_s - now
            pause_s = max(0.05, min(TICK_S, left_s)) if ended_by == "command" else 0.1
            if ended_by == "command":
                ended_by = self._why_end(child, left_s)
            if ended_by != "command":
                child.end(self._spec["grace_s"])
            if self._sampler is None and now - started >= SAMPLER_AFTER_S:
                self._sample()
            if now - beaten >= BEAT_S:
                self._beat()
                beaten = now
            if now - synced >= SYNC_S:
                self._try_to_sync()
                synced = now
        return ended_by

    def _why_end(self, child: Command, left_s: float) -> str:
        if child.over:
            return "command"  # at the same moment: it was first
        if os.path.exists(self._path(layout.STOP)):
            return "cancel"
        if self._bell.told_to_leave:
            return "shim"
        return "timeout" if left_s <= 0 else "command"

    def _sample(self) -> None:
        from jupyter_mlws.shim import sampler

        self._sampler = sampler.Sampler(self._events, self._spec["environment"])

    def _explain(self, error: Exception) -> None:
        says = str(error)
        if isinstance(error, OSError):
            says = f"{error.strerror}: {error.filename or self._spec['command'][0]}"
        try:
            files.append(self._path(layout.LOG), f"mlws: not started: {says}\n".encode())
        except OSError:
            self._full = True

    def _finish(self, ended_by: str, **facts: object) -> None:
        """Write exit.json, as soon as the disk has room for it."""
        deadline = time.monotonic() + PATIENCE_S
        unknown = {"code": None, "signal": None, "oom": False, "max_rss_bytes": 0}
        end = {**unknown, **facts, "ended_by": ended_by, "at": time.time()}
        home, place = self._home, self._path(layout.EXIT)
        while True:
            try:
                paths, written = self._written()
                full = self._full or self._events.full
                text = files.dump({**end, **written, "disk_full": full})
                scratch = files.write_beside(place, text)
                files.sync_below(self._path(layout.CODE), layout.OUTPUTS, layout.LOGS)
                files.sync_all([*paths, scratch, home])  # the log's name is in `home`
                os.replace(scratch, place)
                break
            except OSError:
                self._full = True
                if time.monotonic() >= deadline or not os.path.isdir(home):
                    raise
                time.sleep(TICK_S / 2)
        self._poke()  # whoever reads it now stores it, and needs it no more
        try:
            files.sync(home)
        except OSError:
            pass  # it is stored, and gone

    def _try_to_sync(self) -> None:
        try:
            for path in self._written()[0]:
                files.sync(path)
            self._unnamed = []
        except OSError:
            self._full = True  # or broken: nothing that the command must suffer for

    def _try_to_name(self) -> None:
        try:
            files.sync_all(self._unnamed)
            self._unnamed = []
        except OSError:
            self._full = True  # tried again with the rest

    def _written(self) -> "tuple[list[str], dict]":
        """Log and events, which must outlast a power cut; how long they are."""
        folder, log = self._path(layout.EVENTS), self._path(layout.LOG)
        sizes = {}
        paths = [folder, *self._unnamed]
        for entry in os.scandir(folder):
            if entry.name.endswith(".jsonl"):
                paths.append(entry.path)
                sizes[entry.name[: -len(".jsonl")]] = entry.stat().st_size
        try:
            log_bytes = os.stat(log).st_size
            paths.append(log)
        except FileNotFoundError:
            log_bytes = 0
        return paths, {"log_bytes": log_bytes, "events": sizes}

    def _beat(self) -> None:
        try:
            beat = files.dump(time.time())
            files.write_whole(self._path(layout.BEAT), beat, durable=False)
        except OSError:
            self._full = True

    def _poke(self) -> None:
        """Tell the runner that there is news, if one listens."""
        try:
            pipe = os.open(self._spec["poke"], os.O_WRONLY | os.O_NONBLOCK)
        except (OSError, KeyError, TypeError):
            return
        try:
            os.write(pipe, b".")
        except OSError:
            pass  # it is full of news, or has just gone
        finally:
            os.close(pipe)

    def _path(self, *names: str) -> str:
        return os.path.join(self._home, *names)


def _above(home: str) -> "list[str]":
    """The run's folder, and that of all runs."""
    run = os.path.dirname(home)
    return [run, os.path.dirname(run)]


def _machine() -> dict:
    """What the command runs on."""
    me = os.uname()
    try:
        cpus = len(os.sched_getaffinity(0))
    except AttributeError:
        cpus = os.cpu_count() or 0
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        memory = None
    return {
        "host": me.nodename,
        "cpus": cpus,
        "memory_bytes": memory,
        "platform": f"{me.sysname.lower()}-{me.machine}",
        "gpus": _gpus(),
    }


def _gpus() -> "list[str]":
    """The names of the NVIDIA GPUs, by the driver's own word."""
    room = "/proc/driver/nvidia/gpus"
    names = []
    for card in sorted(os.listdir(room)) if os.path.isdir(room) else []:
        try:
            with open(f"{room}/{card}/information") as stream:
                names += [row[6:].strip() for row in stream if row.startswith("Model:")]
        except OSError:
            continue
    return names
