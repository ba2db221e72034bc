"""What logging costs a training script: a metric call, the first, the import; what a kill loses.

    python -m benchmarks.metrics_in_script [--rounds 7] [--small]

A call is compared with one `os.write` of a line of the same length to a file on the same disk,
the import with `import http.client, json`, in fresh processes that take turns. Last, scripts that
log for one second and then kill themselves with SIGKILL: calls that had returned, and are lost;
beside ours MLflow's asynchronous logging into an SQLite file of its own.
"""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks import measure, peers
from benchmarks.measure import Figure, Plan, Row

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
run = client.search_runs(["0"], order_by=["attributes.start_time DESC"], max_results=1)[0]
print(len(client.get_metric_history(run.info.run_id, "m")))
"""


def script(home: Path, text: str, python: Path | str = sys.executable) -> str:
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


def kept(home: Path) -> int:
    return sum(p.read_bytes().count(b'"name":"m"') for p in (home / "events").glob("*"))


def costs(work: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of a call, a plain write, the first call, the import, and the standard library's."""
    took: dict[str, list[float]] = {
        name: [] for name in ("call", "write", "first", "import", "standard")
    }
    warm = work / "warm"
    script(warm, OURS + STANDARD)  # compiles what is imported
    for turn in range(rounds):
        told = script(work / str(turn), CALL).split()
        for name, seconds in zip(("call", "write", "first"), told, strict=True):
            took[name].append(float(seconds))
        imports = {"import": OURS, "standard": STANDARD}
        for name in list(imports) if turn % 2 else list(imports)[::-1]:
            took[name].append(float(script(warm, imports[name])))
    return took


def lost(work: Path, rounds: int) -> tuple[Figure, Figure]:
    """Calls that returned before a SIGKILL, and are nowhere: ours, MLflow's."""
    ours, theirs = [], []
    peer = peers.python("mlflow")
    for turn in range(rounds):
        home = work / f"killed-{turn}"
        ours.append(int(script(home, OUR_LOOP)) - kept(home))
        said = int(script(work / "peer", PEER_LOOP, peer).split()[-1])
        there = int(script(work / "peer", PEER_COUNT, peer).split()[-1])
        theirs.append(said - there)
    return (
        Figure("ours", "calls", tuple(map(float, ours))),
        Figure("MLflow, asynchronous", "calls", tuple(map(float, theirs))),
    )


def works(work: Path, plan: Plan) -> list[Row]:
    took = costs(work, plan.count(2 * plan.rounds + 1, 2))
    figures = {
        name: Figure(who, "s", tuple(took[name]))
        for name, who in (
            ("call", "ours"),
            ("write", "one write(2)"),
            ("first", "ours"),
            ("import", "from jupyter_mlws import Run"),
            ("standard", "import http.client, json"),
        )
    }
    ours, theirs = lost(work, plan.count(3, 1))
    return [
        Row(
            work="metric call in the script",
            ours=figures["call"],
            beside=figures["write"],
            times_it=10,
        ),
        Row(work="the first metric call", ours=figures["first"], at_most=0.005),
        Row(
            work="calls lost by kill -9 after a second of logging",
            ours=ours,
            beside=theirs,
            at_most=0,
        ),
        Row(
            work="importing the in-run library",
            ours=figures["import"],
            beside=figures["standard"],
            times_it=0.5,
        ),
    ]


if __name__ == "__main__":
    measure.main("metrics_in_script", __doc__, works, "mlflow")
