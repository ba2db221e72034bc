"""What logging costs a training script: a metric call, the first one, the import.

    python benchmarks/metrics_in_script.py [--rounds 15] [--json] [--peer PYTHON]

A call is compared with one `os.write` of a line of the same length to a file on the same disk,
the import with `import http.client, json`, in processes that take turns. With --peer, an
interpreter that has mlflow, its asynchronous logging stands beside: calls a second, and how
many of the calls that returned are lost when the script is killed with SIGKILL right after.
Printed are medians over the rounds, and their ratios.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

LIB = Path(__file__).parent.parent / "jupyter_mlws" / "shim" / "lib"
CALLS = 20_000
CALL = f"""
import os, time
clock = time.perf_counter
begun = clock()
from jupyter_mlws import Run
imported = clock()
run = Run.get_context()
run.log("loss", 0.5, step=0)
first = clock() - imported
begun = clock()
for step in range({CALLS}):
    run.log("loss", step * 0.123456789, step=step)
call = (clock() - begun) / {CALLS}
path = os.path.join(os.environ["MLWS_RUN_DIR"], "events", os.listdir("../events")[0])
length = os.path.getsize(path) // {CALLS}
line = b"x" * (length - 1) + b"\\n"
fd = os.open("../plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
begun = clock()
for step in range({CALLS}):
    os.write(fd, line)
print(call, (clock() - begun) / {CALLS}, first)
"""
IMPORT = """
import time
begun = time.perf_counter()
{}
print(time.perf_counter() - begun)
"""
OURS = IMPORT.format("from jupyter_mlws import Run")
STANDARD = IMPORT.format("import http.client, json")
KILLED = """
import os, signal, sys, time
{begin}
begun, n = time.perf_counter(), 0
while time.perf_counter() - begun < 1:
    {log}
    n += 1
os.write(1, b"%d" % n)
os.kill(os.getpid(), signal.SIGKILL)
"""
OUR_LOOP = KILLED.format(
    begin="from jupyter_mlws import Run\nrun = Run.get_context()", log="run.log('m', n, step=n)"
)
PEER_LOOP = KILLED.format(
    begin="import mlflow\nmlflow.set_tracking_uri('sqlite:///own.db')\n"
    "mlflow.config.enable_async_logging(True)\nrun = mlflow.start_run()",
    log="mlflow.log_metric('m', n, step=n)",
)
PEER_COUNT = """
import mlflow
mlflow.set_tracking_uri("sqlite:///own.db")
client = mlflow.MlflowClient()
run, = client.search_runs(["0"])
print(len(client.get_metric_history(run.info.run_id, "m")))
"""


def script(home, text, python=sys.executable):
    """What a script printed that was executed inside a run's directory."""
    (home / "code").mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(LIB),
        "MLWS_RUN_ID": "01jz0000000000000000000000",
        "MLWS_RUN_DIR": str(home),
    }
    command = [python, "-c", text]
    return subprocess.run(
        command, cwd=home / "code", env=environment, capture_output=True, text=True
    ).stdout


def kept(home):
    return sum(p.read_bytes().count(b'"name":"m"') for p in (home / "events").glob("*"))


def measure(folder, rounds):
    took = {"call": [], "write": [], "first": [], "import": [], "standard": []}
    script(folder / "warm", OURS + STANDARD)  # compiles what is imported
    for i in range(rounds):
        call, write, first = map(float, script(folder / str(i), CALL).split())
        took["call"].append(call)
        took["write"].append(write)
        took["first"].append(first)
        took["import"].append(float(script(folder / "warm", OURS)))
        took["standard"].append(float(script(folder / "warm", STANDARD)))
    return {name: statistics.median(times) for name, times in took.items()}


def kill(folder, python):
    """Calls that returned within a second, and how many of them were lost by SIGKILL."""
    said = int(script(folder / "killed", OUR_LOOP))
    found = {"ours_calls": said, "ours_lost": said - kept(folder / "killed")}
    if python:
        said = int(script(folder / "peer", PEER_LOOP, python))
        there = int(script(folder / "peer", PEER_COUNT, python).split()[-1])
        found |= {"mlflow_async_calls": said, "mlflow_async_lost": said - there}
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="print JSON only")
    parser.add_argument("--peer", help="an interpreter that has mlflow")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        took = measure(Path(folder), asked.rounds)
        lost = kill(Path(folder), asked.peer)
    ratios = {
        "call_to_write": took["call"] / took["write"],
        "import_to_standard": took["import"] / took["standard"],
    }
    result = {"seconds": took, "ratios": ratios, "killed": lost, "rounds": asked.rounds}
    print(json.dumps(result))
    if asked.json:
        return
    print(f"a metric call   {took['call'] * 1e6:8.2f} us")
    print(f"one write(2)    {took['write'] * 1e6:8.2f} us   {ratios['call_to_write']:.2f} x")
    print(f"the first call  {took['first'] * 1e3:8.2f} ms")
    print(f"the import      {took['import'] * 1e3:8.2f} ms")
    standard = took["standard"] * 1e3
    print(f"http.client, json {standard:6.2f} ms   {ratios['import_to_standard']:.2f} x")
    for name, number in lost.items():
        print(f"{name:18} {number:9}")


if __name__ == "__main__":
    main()
