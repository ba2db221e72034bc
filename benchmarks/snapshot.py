"""Snapshots beside git and DVC: 2,000 files, 50 MB, text-like, in folders of 50.

    python -m benchmarks.snapshot [--rounds 7] [--small]

again: one file of the tree, another one in each round, has changed 50 ms ago; ``git add -A && git
write-tree`` with a warm index beside a live Python's HTTP client and a live owner, as every submit
does it: from the folder to the id of a snapshot, its contents synced and its rows committed. The
walk alone, to an id, is told too.
first: nothing is stored yet; ``dvc add`` in a new project beside the same way through a new
workspace's owner. Both begin after a ``sync``.
"""

import os
import random
import shutil
import subprocess
import time
from itertools import count
from pathlib import Path

from benchmarks import measure, peers
from benchmarks.measure import Figure, Plan, Row
from benchmarks.owner import serving
from jupyter_mlws.client.client import Client
from jupyter_mlws.sdk.sending import Folder, send
from jupyter_mlws.snapshot.take import take

FILES, FILE_BYTES, A_FOLDER = 2_000, 25_000, 50
LONG_AGO = 1_000_000_000
SETTLED_S = 0.05  # a file that is younger than 20 ms is waited for: it may still be written
GIT = ["git", "-c", "core.autocrlf=false", "-c", "gc.auto=0"]


def plant(root: Path, files: int) -> None:
    """Write the tree. Its times lie in the past, so that nobody doubts them."""
    chance = random.Random(17)
    words = [f"value_{n} = layer({n}, rate=0.{n})" for n in range(500)]
    for n in range(files):
        file = root / f"pkg{n // A_FOLDER}" / f"module{n}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = f"# {n} {chance.random()}\n"
        while len(text) < FILE_BYTES:
            text += f"{chance.choice(words)}  # {chance.random():.6f}\n"
        file.write_text(text[:FILE_BYTES])
        os.utime(file, (LONG_AGO, LONG_AGO))


def ours_of(client: Client, root: Path) -> None:
    send(client, Folder(root=root))


def again(work: Path, root: Path, plan: Plan) -> dict[str, tuple[float, ...]]:
    numbers, files = count(), sorted(root.rglob("*.py"))
    random.Random(5).shuffle(files)
    in_a_round = plan.count(5, 1)

    def change() -> None:
        n = next(numbers)
        with files[n // (3 * in_a_round) % len(files)].open("a") as file:
            file.write(f"# {n}\n")
        time.sleep(SETTLED_S)

    def git() -> None:
        subprocess.run([*GIT, "add", "-A"], cwd=root, check=True)
        subprocess.run([*GIT, "write-tree"], cwd=root, check=True, stdout=subprocess.DEVNULL)

    def walk() -> None:
        assert take(root, cache=work / "trees").id

    subprocess.run([*GIT, "init", "-q"], cwd=root, check=True)
    with serving(work / "workspace") as owned:
        contestants: dict[str, measure.Contestant] = {
            "ours": lambda: ours_of(owned.client, root),
            "the walk alone": walk,
            "git": git,
        }
        for _ in range(2):
            for contestant in contestants.values():
                contestant()  # warm
        each = dict.fromkeys(contestants, in_a_round)
        return measure.alternate(contestants, plan.rounds, each=each, before=change)


def first(work: Path, root: Path, plan: Plan) -> dict[str, tuple[float, ...]]:
    dvc, numbers = peers.script("dvc", "dvc"), count()
    environment = os.environ | {
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(work / "site"),
        "PATH": f"{dvc.parent}:{os.environ['PATH']}",
    }

    def run_dvc(project: Path, *words: str) -> None:
        subprocess.run([dvc, *words], cwd=project, check=True, env=environment)

    def new_project() -> Path:
        shutil.rmtree(work / "site", ignore_errors=True)
        project = work / f"dvc-{next(numbers)}"
        shutil.copytree(root, project / "code", ignore=shutil.ignore_patterns(".git"))
        run_dvc(project, "init", "--no-scm", "-q")
        os.sync()
        return project

    def theirs() -> float:
        project = new_project()
        seconds = measure.timed(lambda: run_dvc(project, "add", "-q", "code"))
        shutil.rmtree(project)
        return seconds

    def ours() -> float:
        place = work / f"first-{next(numbers)}"
        with serving(place) as owned:
            owned.client.health()
            shutil.rmtree(Path(os.environ["XDG_CACHE_HOME"], "mlws"), ignore_errors=True)
            os.sync()
            seconds = measure.timed(lambda: ours_of(owned.client, root))
        shutil.rmtree(place)
        return seconds

    ours(), theirs()  # warm
    return measure.alternate({"ours": ours, "DVC": theirs}, plan.rounds)


def works(work: Path, plan: Plan) -> list[Row]:
    files, root = plan.count(FILES, 100), work / "code"
    plant(root, files)
    once_more, new = again(work, root, plan), first(work, root, plan)
    figure = {name: Figure(name, "s", found) for name, found in once_more.items()}
    git = figure["git"]
    ours, dvc = (Figure(name, "s", found) for name, found in new.items())
    return [
        Row(
            work=f"re-snapshot, one of {files:,} files changed, HTTP included",
            ours=figure["ours"],
            beside=git,
            times_it=1,
        ),
        Row(
            work=f"re-snapshot, one of {files:,} files changed, the walk alone",
            ours=figure["the walk alone"],
            beside=git,
            times_it=1,
        ),
        Row(work="first snapshot, durable", ours=ours, beside=dvc, times_faster=4),
    ]


if __name__ == "__main__":
    measure.main("snapshot", __doc__, works, "dvc")
