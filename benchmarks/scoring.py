"""One scikit-learn model on our endpoint and on Azure's own inference server, in turns.

    python benchmarks/scoring.py [--rounds 5] [--seconds 2] [--connections 1 8 32]

The peer is installed into a throw-away environment, in which our replica runs as well: same
interpreter, same scikit-learn, same entry script. Both servers are up all the time and are
loaded one after the other; the loader shares the machine with them. Printed are medians over
the rounds, and their ratios.
"""

import argparse
import asyncio
import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parent.parent))

from jupyter_mlws.scoring import bundle, config  # noqa: E402

PEER = "azureml-inference-server-http"
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


class Client(asyncio.Protocol):
    """One client that asks again as soon as it is answered.

    On the same connection, or on a new one where the server closes it after each answer, as
    the peer's does; the time that takes is the request's.
    """

    def __init__(self, port, request, until, took):
        self.port, self.request, self.until, self.took = port, request, until, took
        self.loop = asyncio.get_running_loop()
        self.done = self.loop.create_future()
        self.refused = 0

    async def connect(self):
        self.began = time.perf_counter()
        await self.loop.create_connection(lambda: self, "127.0.0.1", self.port)

    def connection_made(self, transport):
        self.transport = transport
        self.ask()

    def ask(self):
        self.buffer = b""
        self.transport.write(self.request)

    def data_received(self, data):
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


async def load(port, connections, seconds):
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


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def start_ours(home, python):
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


def start_peer(home, python):
    port = free_port()
    command = [Path(python).parent / "azmlinfsrv", "--entry_script", home / "score.py"]
    log = open(home / "peer.log", "wb")  # noqa: SIM115
    process = subprocess.Popen(
        [*command, "--port", str(port), "--model_dir", home / "model"],
        stdout=log,
        stderr=log,
        env={**os.environ, "AZUREML_MODEL_DIR": str(home / "model")},
    )
    return process, port


def wait_for(port):
    for _ in range(600):
        try:
            if uvloop.run(load(port, 1, 0))[2] == 0:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def environment(asked):
    """The interpreter that has the peer; made, with pip, unless one is given."""
    if asked:
        return asked
    home = tempfile.mkdtemp(prefix="mlws-bench-")
    venv.create(home, with_pip=True)
    python = f"{home}/bin/python"
    subprocess.run([python, "-m", "pip", "-q", "install", PEER, "scikit-learn"], check=True)
    return python


def measure(ports, options):
    """By connections and server: the medians of the rounds."""
    for connections in options.connections:
        rounds: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ports}
        refusals = dict.fromkeys(ports, 0)
        for port in ports.values():
            uvloop.run(load(port, connections, 1))  # warm
        for _ in range(options.rounds):
            for name, port in ports.items():
                rate, took, refused = uvloop.run(load(port, connections, options.seconds))
                rounds[name].append((rate, took[len(took) // 2], took[len(took) * 99 // 100]))
                refusals[name] += refused
        medians = {
            name: [statistics.median(column) for column in zip(*told, strict=True)]
            for name, told in rounds.items()
        }
        yield connections, medians, refusals


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--python", help="an interpreter that has the peer and scikit-learn")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    python = environment(options.python)
    home = Path(tempfile.mkdtemp(prefix="mlws-scoring-"))
    (home / "model").mkdir()
    (home / "score.py").write_text(SCRIPT)
    subprocess.run([python, "-c", TRAIN, home / "model" / "model.pkl"], check=True)
    started = {"ours": start_ours(home, python), "azureml": start_peer(home, python)}
    try:
        ports = {name: port for name, (_, port) in started.items()}
        for port in ports.values():
            wait_for(port)
        results = list(measure(ports, options))
    finally:
        for process, _ in started.values():
            process.terminate()
        for process, _ in started.values():
            process.wait(30)
    report(results, options.json)


def report(results, as_json):
    if as_json:
        names = ("connections", "medians", "refusals")
        print(json.dumps([dict(zip(names, result, strict=True)) for result in results]))
        return
    print("connections  server   req/s    p50 ms   p99 ms  not 200")
    for connections, medians, refusals in results:
        for name, (rate, p50, p99) in medians.items():
            print(f"{connections:11}  {name:8} {rate:7.0f} {p50:8.2f} {p99:8.2f}  {refusals[name]}")
        ours, peer = medians["ours"], medians["azureml"]
        print(
            f"{'':11}  ours : azureml = {ours[0] / peer[0]:.1f} x the requests a second, ", end=""
        )
        print(f"{ours[1] / peer[1]:.2f} x the median time")


if __name__ == "__main__":
    main()
