"""The router of an endpoint: one process with a public port, parent of its replicas."""

import asyncio
import os
import signal
import sys
from errno import EADDRINUSE
from pathlib import Path
from typing import Any

import uvloop

from jupyter_mlws.scoring import config as configs
from jupyter_mlws.scoring import listen
from jupyter_mlws.scoring.admission import Admission
from jupyter_mlws.scoring.journal import Journal
from jupyter_mlws.scoring.operate import Operate, Reply
from jupyter_mlws.scoring.public import Public
from jupyter_mlws.scoring.revision import Revision, StartFailed
from jupyter_mlws.scoring.traffic import Traffic

PORT_TAKEN, NOT_CONFIGURED = 98, 78  # exit codes: Linux's EADDRINUSE, EX_CONFIG
LISTENER_S, REPLICAS_S = 6, 2  # for requests in flight when it ends; 10 s is the grace
LOOK_S = 0.5  # how often it looks for a run() that does not return


def main(folder: str) -> int:
    """Serve the endpoint of a directory until told to stop; the exit code."""
    home = Path(folder).absolute()
    try:
        config = configs.read(home)
    except (OSError, ValueError) as error:
        return _give_up(NOT_CONFIGURED, str(error))
    try:
        port = listen.public_socket(config.bind, config.port)
    except OSError as error:
        taken = f" It is held by {listen.holder(config.port)}." if error.errno == EADDRINUSE else ""
        return _give_up(PORT_TAKEN, f"{config.bind}:{config.port}: {error.strerror}.{taken}")
    try:
        admin = listen.admin_socket(home)
    except OSError as error:
        return _give_up(NOT_CONFIGURED, str(error))
    return int(uvloop.run(Endpoint(home, config, Journal()).run(port, admin)))


def _give_up(code: int, reason: str) -> int:
    sys.stdout.write(f"mlws: the endpoint cannot start: {reason}\n")
    sys.stdout.flush()
    return code


class Endpoint:
    """Holds the parts, and does what the administrator says."""

    def __init__(self, home: Path, config: configs.Config, journal: Journal) -> None:
        self._home = home
        self._journal = journal
        self._traffic = Traffic()
        self._admission = Admission(config.limits)
        self._public = Public(self._admission, journal, self._traffic)
        self._public.key_hashes = config.key_hashes
        self._current = self._public.revision = Revision(config, self._admission, journal)
        self._past: dict[int, dict[str, Any]] = {}  # revisions that serve no more, or never did
        self._retiring: list[tuple[Revision, asyncio.Task[None]]] = []
        self._changing = asyncio.Lock()
        self._stopping = asyncio.Event()

    async def run(self, port: Any, admin: Any) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        config = self._current.config
        self._current.fill(config, range(1, config.instances + 1))
        self._current.serve()
        public = listen.Listener(self._public, LISTENER_S)
        office = listen.Listener(Operate(self), 1)
        serving = [
            loop.create_task(public.serve(sockets=[port])),
            loop.create_task(office.serve(sockets=[admin])),
        ]
        watch = loop.create_task(self._watch())
        self._journal.say(
            f"endpoint {config.name}: {config.model} on http://{config.bind}:{config.port}/score, "
            f"router {os.getpid()}"
        )
        await self._stopping.wait()
        self._journal.say("ending: finishing the requests in flight")
        public.should_exit = True
        await serving[0]
        watch.cancel()
        every = [self._current, *(revision for revision, _ in self._retiring)]
        await asyncio.gather(*(revision.retire(within_s=REPLICAS_S) for revision in every))
        office.should_exit = True
        await serving[1]
        self._journal.say("ended")
        self._journal.flush()
        return 0

    async def status(self) -> Reply:
        config, condition = self._current.config, self._current.condition()
        replicas = [*self._current.replicas]
        revisions = {**self._past, config.revision: condition}
        for revision, _ in self._retiring:
            replicas += revision.replicas
            revisions[revision.config.revision] = {"state": "Deleting", "reason": "It is draining."}
        return 200, {
            **condition,
            "name": config.name,
            "pid": os.getpid(),
            "revision": config.revision,
            "n_features": self._current.n_features,
            "waiting": len(self._admission.waiting),
            "replicas": [replica.record() for replica in replicas],
            "traffic": self._traffic.record(),
            "revisions": {str(number): revisions[number] for number in sorted(revisions)},
        }

    async def keys(self) -> Reply:
        try:
            self._public.key_hashes = configs.read(self._home).key_hashes
        except (OSError, ValueError) as error:
            return 409, {"reason": str(error)}
        return 200, {}

    async def stop(self) -> Reply:
        self._stopping.set()
        return 200, {}

    async def reload(self) -> Reply:
        """Follow router.json: the new revision serves when this answers 200, else the old.

        Asked while it changes (by another owner, say), it looks again after that.
        """
        async with self._changing:
            try:
                config = configs.read(self._home)
                self._same_address(config)
                await self._change(config)
            except StartFailed as error:
                self._journal.say(f"revision {config.revision} does not start: {error}")
                return 409, {"reason": str(error)}
            except (OSError, ValueError) as error:
                return 409, {"reason": str(error)}
            self._admission.limits = config.limits
            self._public.key_hashes = config.key_hashes
            self._admission.dispatch()
        return 200, {"revision": config.revision}

    def _same_address(self, config: configs.Config) -> None:
        now = self._current.config
        if (config.bind, config.port) != (now.bind, now.port):
            raise ValueError("An endpoint keeps its address; stop it and start it again.")

    async def _change(self, config: configs.Config) -> None:
        if config.same_code(self._current.config):
            await self._scale(config)
            return
        coming = Revision(config, self._admission, self._journal)
        coming.fill(config, range(1, config.instances + 1))
        try:
            await coming.up()
        except StartFailed as error:
            self._past[config.revision] = {"state": "Failed", "reason": str(error)}
            await coming.retire(within_s=REPLICAS_S)
            raise
        leaving = self._current
        coming.serve()
        self._current = self._public.revision = coming
        self._past.pop(config.revision, None)
        self._journal.say(f"revision {config.revision} serves; {leaving.config.revision} drains")
        self._retire(leaving)

    def _retire(self, revision: Revision) -> None:
        config = revision.config
        within_s = config.limits.request_timeout_s + 5

        async def drain() -> None:
            await revision.retire(within_s=within_s)
            self._past[config.revision] = {"state": "Deleting", "reason": "It was replaced."}
            self._retiring.remove(entry)

        entry = (revision, asyncio.get_running_loop().create_task(drain()))
        self._retiring.append(entry)

    async def _scale(self, config: configs.Config) -> None:
        revision = self._current
        old = revision.config
        before, after = old.instances, config.instances
        revision.fill(config, range(before + 1, after + 1))
        try:
            if after > before:
                await revision.up()
        except StartFailed:
            await revision.retire(range(before + 1, after + 1), REPLICAS_S)
            revision.config = old
            raise
        if after < before:
            await revision.retire(range(after + 1, before + 1))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for replica in self._admission.stuck():
                replica.kill("its run() did not return")
