"""All benchmarks, one after another, each in a process of its own; then docs/performance.md.

python -m benchmarks                            everything, and the page
python -m benchmarks --only submit              one; the page stays as it is
python -m benchmarks --only submit --write      one; the page with the others' kept results
python -m benchmarks --rounds 3 --small         does everything work? The page stays
"""

import argparse
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from benchmarks import page, peers
from benchmarks.measure import LEAST_ROUNDS, Plan, Result

WORKS = (
    *("submit", "burst", "notebook_run", "metrics_in_script", "snapshot", "startup", "load_ext"),
    *("listing", "curve", "scoring"),
)
ROOT = Path(__file__).parent.parent
LONGEST_S = 900


def kept(name: str) -> Path:
    """Where the last full result of a benchmark lies."""
    return peers.folder() / "results" / f"{name}.json"


def run(name: str, plan: Plan, into: Path) -> bool:
    """Run one. Did it end well?"""
    words = [sys.executable, "-m", f"benchmarks.{name}", "--rounds", str(plan.rounds)]
    if plan.small:
        words.append("--small")
    into.unlink(missing_ok=True)
    process = subprocess.Popen([*words, "--json", str(into)], cwd=ROOT)
    try:
        return process.wait(LONGEST_S) == 0 and into.exists()
    except subprocess.TimeoutExpired:
        print(f"{name} took more than {LONGEST_S} s and was ended.", file=sys.stderr)
        return False
    finally:
        if process.poll() is None:  # interrupted, it ends the servers that it started
            process.send_signal(signal.SIGINT)
            process.wait(60)


def main() -> int:
    """0 where everything ran and is as it must be."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=WORKS, action="append", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=Plan().rounds, help="of each; 5 or more")
    parser.add_argument("--small", action="store_true", help="tiny counts; the figures say nothing")
    parser.add_argument("--write", action="store_true", help="write the page with --only, too")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended, too
    plan = Plan(rounds=asked.rounds, small=asked.small)
    for peer in peers.PEERS if not asked.only else ():
        peers.python(peer)  # nothing is installed while something is measured
    full = not plan.small and plan.rounds >= LEAST_ROUNDS
    ended_well = []
    for name in asked.only or WORKS:
        into = kept(name) if full else kept(f"tried-{name}")
        into.parent.mkdir(parents=True, exist_ok=True)
        ended_well.append(run(name, plan, into))
        sys.stdout.flush()
    files = [kept(name) if full else kept(f"tried-{name}") for name in asked.only or WORKS]
    results = [read(file) for file in files if file.exists()]
    if full and (asked.write or not asked.only):
        whole = [read(kept(name)) for name in WORKS if kept(name).exists()]
        (ROOT / "docs" / "performance.md").write_text(page.written(whole))
        print("docs/performance.md is written.")
    print(page.table(results))
    missed = [
        row.work if row.beside is None else f"{row.work}, beside {row.beside.who}"
        for result in results
        for row in result.rows
        if row.met is False
    ]
    if missed:
        print("Not as it must be:", *missed, sep="\n  ")
    return 0 if all(ended_well) and not missed else 1


def read(file: Path) -> Result:
    return msgspec.json.decode(file.read_bytes(), type=Result)


if __name__ == "__main__":
    sys.exit(main())
