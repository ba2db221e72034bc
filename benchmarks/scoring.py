"""One scikit-learn model on our endpoint and on Azure's own inference server, in turns.

    python -m benchmarks.scoring [--rounds 7] [--small]

Our replica runs in the peer's environment: same interpreter, same scikit-learn, same entry script.
Both servers are up all the time and are loaded one after the other by 1, 8 and 32 connections
that ask again as soon as they are answered, 1.5 s a turn; the loader shares the machine with them.
Told is the time a request takes of the server (the inverse of the requests a second), and the
median time until an answer comes.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import cast

import uvloop

from benchmarks import measure, peers
from benchmarks.measure import Figure, Plan, Row
from benchmarks.web import free_port
from jupyter_mlws.scoring import bundle, config

PEER = "azureml-inference-server-http"
SECONDS, CONNECTIONS = 1.5, (1, 8, 32)
ROW = b'{"data": [[5.1, 3.5, 1.4, 0.2]]}'
KEY = "benchmark"
TRAIN = """
import sys, joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
x, y = load_iris(return_X_y=True)
joblib.dump(LogisticRegression(max_iter=500).fit(x, y), sys.argv[1])
"""
SCRIPT = """
import json, os, joblib, numpy
def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))
def run(data):
    return model.predict(numpy.array(json.loads(data)["data"])).tolist()
"""

Started = tuple["subprocess.Popen[bytes]", int]  # and its port
Turns = dict[str, list[tuple[float, float]]]  # by server: what each turn told


class Client(asyncio.Protocol):
    """One client that asks again as soon as it is answered.

    On the same connection, or on a new one where the server closes it after each answer, as
    the peer's does; the time that takes is the request's.
    """

    def __init__(self, port: int, request: bytes, until: float, took: list[float]) -> None:
        self.port, self.request, self.until, self.took = port, request, until, took
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[int] = self.loop.create_future()
        self.refused = 0

    async def connect(self) -> None:
        self.began = time.perf_counter()
        await self.loop.create_connection(lambda: self, "127.0.0.1", self.port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.ask()

    def ask(self) -> None:
        self.buffer = b""
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        head = head.lower()
        if len(body) < int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]):
            return
        now = time.perf_counter()
        self.took.append(now - self.began)
        self.refused += b" 200 " not in head[:16]
        if now >= self.until:
            self.transport.close()
            self.done.set_result(self.refused)
        elif b"connection: close" in head:
            self.transport.close()
            self.again = self.loop.create_task(self.connect())
        else:
            self.began = now
            self.ask()


async def load(port: int, connections: int, seconds: float) -> tuple[float, list[float], int]:
    """(requests a second, milliseconds each, sorted, refusals)."""
    head = (
        f"POST /score HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(ROW)}\r\n\r\n"
    )
    took: list[float] = []
    began = time.perf_counter()
    request = head.encode() + ROW
    clients = [Client(port, request, began + seconds, took) for _ in range(connections)]
    await asyncio.gather(*(client.connect() for client in clients))
    refused = sum(await asyncio.gather(*(client.done for client in clients)))
    return len(took) / (time.perf_counter() - began), sorted(t * 1e3 for t in took), refused


def start_ours(home: Path, python: str) -> Started:
    endpoint = home / "ours"
    endpoint.mkdir()
    port = free_port()
    settings = config.Config(
        name="iris",
        port=port,
        key_hashes=(hashlib.sha256(KEY.encode()).hexdigest(),),
        revision=1,
        python=python,
        model_dir=str(home / "model"),
        code_dir=str(home),
        script="score.py",
    )
    config.write(endpoint, settings)
    program = bundle.install(home / "copy")
    log = open(endpoint / "log", "wb")  # noqa: SIM115  (the process keeps it)
    return subprocess.Popen([sys.executable, "-I", program, endpoint], stdout=log), port


def start_peer(home: Path, python: str) -> Started:
    port = free_port()
    command = [str(Path(python).parent / "azmlinfsrv"), "--entry_script", str(home / "score.py")]
    log = open(home / "peer.log", "wb")  # noqa: SIM115
    process = subprocess.Popen(
        [*command, "--port", str(port), "--model_dir", home / "model"],
        stdout=log,
        stderr=log,
        env={**os.environ, "AZUREML_MODEL_DIR": str(home / "model")},
    )
    return process, port


def turn(port: int, connections: int, seconds: float) -> tuple[float, float]:
    """Seconds a request, and the median seconds until an answer."""
    rate, took, refused = uvloop.run(load(port, connections, seconds))
    if refused:
        raise SystemExit(f"{refused} requests were not answered with 200")
    return 1 / rate, took[len(took) // 2] / 1e3


def answers(port: int) -> bool:
    try:
        return uvloop.run(load(port, 1, 0))[2] == 0
    except OSError:
        return False


def measured(ports: dict[str, int], plan: Plan) -> Iterator[tuple[int, Turns]]:
    """By connections and server: what each turn told."""
    seconds = plan.count(1, 0) * SECONDS or 0.2
    for connections in CONNECTIONS:
        turns: Turns = {name: [] for name in ports}
        for number in range(-1, plan.rounds):  # the first is to warm
            for name in list(ports) if number % 2 else list(ports)[::-1]:
                told = turn(ports[name], connections, seconds)
                if number >= 0:
                    turns[name].append(told)
        yield connections, turns


def works(work: Path, plan: Plan) -> list[Row]:
    python = str(peers.python("azureml"))
    (work / "model").mkdir()
    (work / "score.py").write_text(SCRIPT)
    subprocess.run([python, "-c", TRAIN, work / "model" / "model.pkl"], check=True)
    started = {"ours": start_ours(work, python), PEER: start_peer(work, python)}
    rows = []
    try:
        ports = {name: port for name, (_, port) in started.items()}
        for port in ports.values():
            measure.until(partial(answers, port), pause_s=0.1)
        for connections, turns in measured(ports, plan):
            for kind, what in enumerate(("time a request", "time until the answer, median")):
                ours, beside = (
                    Figure(name, "s", tuple(told[kind] for told in turns[name])) for name in ports
                )
                name = f"scoring a row, {connections} connection{'s' * (connections > 1)}: {what}"
                rows.append(Row(work=name, ours=ours, beside=beside))
    finally:
        for process, _ in started.values():
            process.terminate()
        for process, _ in started.values():
            process.wait(30)
    return rows


if __name__ == "__main__":
    measure.main("scoring", __doc__, works, "azureml")
