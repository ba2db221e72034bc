"""Snapshots beside git and DVC: 2,000 files, 50 MB, text-like, in folders of 50.

    python benchmarks/snapshot.py [--rounds 9] [--dvc PATH | --no-dvc] [--json FILE]

again: one file of the tree has changed; ``git add -A && git write-tree`` with a warm index beside
the walk to an id in a live Python, with its memory of earlier walks.
first: nothing is stored yet; ``dvc add`` beside walk, pack, fsync and committed rows.

The contestants take turns in each round, the order changing; what is told is the ratio of medians.
DVC is installed into a temporary environment where no path is given.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from jupyter_mlws.records.instant import Instant  # noqa: E402
from jupyter_mlws.snapshot.take import take  # noqa: E402
from jupyter_mlws.store import blobs, snapshots  # noqa: E402
from jupyter_mlws.store.open import Store  # noqa: E402
from jupyter_mlws.store.packs import Packs  # noqa: E402

FILES, BYTES, A_FOLDER = 2_000, 50_000_000, 50
LONG_AGO = 1_000_000_000
GIT = ["git", "-c", "core.autocrlf=false", "-c", "gc.auto=0"]
Contestants = dict[str, Callable[[], None]]


def plant(root: Path) -> None:
    """Write the tree. Its times lie in the past, so that nobody doubts them."""
    chance = random.Random(17)
    words = [f"value_{n} = layer({n}, rate=0.{n})" for n in range(500)]
    for n in range(FILES):
        file = root / f"pkg{n // A_FOLDER}" / f"module{n}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = f"# {n} {chance.random()}\n"
        while len(text) < BYTES // FILES:
            text += f"{chance.choice(words)}  # {chance.random():.6f}\n"
        file.write_text(text[: BYTES // FILES])
        os.utime(file, (LONG_AGO, LONG_AGO))


def rounds(contestants: Contestants, n: int, before: Callable[[], None]) -> dict[str, list[float]]:
    """Seconds of each contestant in `n` rounds; `before` is called before each, untimed."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(n):
        order = list(contestants) if turn % 2 else list(contestants)[::-1]
        for name in order:
            before()
            start = time.perf_counter()
            contestants[name]()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def again(root: Path, work: Path, n: int) -> dict[str, list[float]]:
    count = iter(range(10**9))

    def change() -> None:
        with (root / "pkg7" / "module371.py").open("a") as file:
            file.write(f"# {next(count)}\n")

    def ours() -> None:
        assert len(take(root, cache=work / "cache").entries) == FILES

    def git() -> None:
        subprocess.run([*GIT, "add", "-A"], cwd=root, check=True)
        subprocess.run([*GIT, "write-tree"], cwd=root, check=True, stdout=subprocess.DEVNULL)

    subprocess.run([*GIT, "init", "-q"], cwd=root, check=True)
    for warm in (ours, git, ours, git):
        warm()
    return rounds({"ours": ours, "git": git}, n, change)


def first(root: Path, work: Path, dvc: Path, n: int) -> dict[str, list[float]]:
    state, project = work / "state", work / "dvc"
    quiet = {"DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(work / "site")}

    def clean() -> None:
        for folder in (state, project, work / "cache", work / "site"):
            shutil.rmtree(folder, ignore_errors=True)
        state.mkdir()
        shutil.copytree(root, project / "code", ignore=shutil.ignore_patterns(".git"))
        run_dvc("init", "--no-scm", "-q")

    def run_dvc(*words: str) -> None:
        subprocess.run([dvc, *words], cwd=project, check=True, env=os.environ | quiet)

    def ours() -> None:
        packs, store = Packs(state / "blobs"), Store(state / "store.db", lambda *_: None)
        taken = take(root, cache=work / "cache")
        with store.read() as tx:
            missing = blobs.missing(tx, taken.digests)
        placed = packs.receive(taken.stream(missing))
        with store.write() as tx:
            blobs.add(tx, placed, Instant.now())
            assert snapshots.create(tx, taken.entries, Instant.now(), "me").id == taken.id
        store.close()

    return rounds({"ours": ours, "dvc": lambda: run_dvc("add", "-q", "code")}, n, clean)


def install_dvc(work: Path) -> Path:
    venv.create(work / "venv", with_pip=True)
    python = work / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "dvc"], check=True)
    return python.with_name("dvc")


def told(name: str, seconds: dict[str, list[float]], wanted: str) -> dict[str, object]:
    """Medians, and how many times slower the peer is."""
    medians = {who: median(found) for who, found in seconds.items()}
    peer = next(who for who in medians if who != "ours")
    ratio = medians[peer] / medians["ours"]
    lines = [
        f"  {who:5} {1000 * medians[who]:8.1f} ms   ({1000 * min(s):.1f}–{1000 * max(s):.1f}, "
        f"n={len(s)})"
        for who, s in seconds.items()
    ]
    print(f"{name}: {peer} / ours = {ratio:.2f}   (wanted: {wanted})", *lines, sep="\n")
    return {"work": name, "seconds": seconds, "median_s": medians, "ratio": ratio}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--dvc", type=Path)
    parser.add_argument("--no-dvc", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        plant(work / "code")
        results = [
            told(
                "re-snapshot, one of 2,000 files changed",
                again(work / "code", work, options.rounds),
                "≥ 1",
            )
        ]
        if not options.no_dvc:
            dvc = options.dvc or install_dvc(work)
            few = max(3, options.rounds // 2)
            results.append(
                told("first snapshot, durable", first(work / "code", work, dvc, few), "≥ 4")
            )
    if options.json:
        document = {"python": sys.version, "cpus": os.cpu_count(), "results": results}
        options.json.write_text(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
