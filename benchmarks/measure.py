"""How all benchmarks measure: contestants that take turns, medians, their ratio, what it must be.

A benchmark is a module with ``works(work, plan)``, which gives its `Row`s; the first lines of its
docstring tell its method. Less is better in every figure.
"""

import argparse
import compileall
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import msgspec

import jupyter_mlws
from benchmarks import peers

Contestant = Callable[[], float | None]  # what it measured itself; None: the time of the call
Works = Callable[[Path, "Plan"], list["Row"]]
LEAST_ROUNDS = 5
OURS = Path(jupyter_mlws.__file__).parent
SCALE = {"s": (("s", 1.0), ("ms", 1e3), ("µs", 1e6))}


class Plan(msgspec.Struct, frozen=True):
    rounds: int = 7
    small: bool = False  # tiny counts: shows that a benchmark works, its figures say nothing

    def count(self, full: int, small: int) -> int:
        return small if self.small else full


class Figure(msgspec.Struct, frozen=True):
    """What one contestant needed, round by round."""

    who: str
    unit: str  # "s", "MB" or a noun
    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    def said(self) -> str:
        """Median, least, most, number of rounds."""
        if self.unit != "s":
            unit, factor = self.unit, 1.0
        else:
            larger = [one for one in SCALE["s"] if abs(self.median) * one[1] >= 1]
            unit, factor = larger[0] if larger else SCALE["s"][-1]
        low, middle, high = (
            f"{value * factor:,.3g}" if abs(value * factor) < 1000 else f"{value * factor:,.0f}"
            for value in (min(self.samples), self.median, max(self.samples))
        )
        return f"{middle} {unit} ({low}–{high}, n={len(self.samples)})"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One work: ours, whoever stands beside, and what must be."""

    work: str
    ours: Figure
    beside: Figure | None = None
    times_faster: float | None = None  # at least so many times less than `beside`
    times_it: float | None = None  # at most so many times `beside`
    at_most: float | None = None  # in the figure's own unit

    @property
    def ratio(self) -> float | None:
        """How often `beside` is ours, where it must be slower; else how often ours is it."""
        if self.beside is None or self.at_most is not None:
            return None
        ours, beside = self.ours.median, self.beside.median
        above, below = (ours, beside) if self.times_it is not None else (beside, ours)
        return above / below if below > 0 else float("inf")

    @property
    def must_be(self) -> str:
        if self.times_faster is not None:
            return f"≥ {self.times_faster:g}×"
        if self.times_it is not None:
            return f"≤ {self.times_it:g}×"
        return "–" if self.at_most is None else f"≤ {spoken(self.at_most, self.ours.unit)}"

    @property
    def met(self) -> bool | None:
        """None where nothing must be."""
        ratio = self.ratio
        if self.times_faster is not None:
            return ratio is not None and ratio >= self.times_faster
        if self.times_it is not None:
            return ratio is not None and ratio <= self.times_it
        return None if self.at_most is None else self.ours.median <= self.at_most


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One benchmark, run once."""

    name: str
    method: str
    rows: tuple[Row, ...]
    versions: dict[str, str]
    plan: Plan
    at: str
    took_s: float
    load: float  # of the machine, one minute's average, when it began


def spoken(value: float, unit: str) -> str:
    """A bound in words: 0.005 s is 5 ms."""
    return f"{value * 1e3:g} ms" if unit == "s" and value < 1 else f"{value:g} {unit}"


def alternate(
    contestants: Mapping[str, Contestant],
    rounds: int,
    *,
    each: Mapping[str, int] | None = None,
    before: Callable[[], None] = lambda: None,
) -> dict[str, tuple[float, ...]]:
    """What each contestant needed in each round; the order changes from round to round.

    Parameters
    ----------
    each
        How often a quick one is asked in a round; the round's sample is the median.
    before
        Called before each contestant's turn, untimed.
    """
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(rounds):
        for name in list(contestants) if turn % 2 else list(contestants)[::-1]:
            took = []
            for _ in range((each or {}).get(name, 1)):
                before()
                took.append(timed(contestants[name]))
            samples[name].append(statistics.median(took))
    return {name: tuple(found) for name, found in samples.items()}


def timed(contestant: Contestant) -> float:
    begun = time.perf_counter()
    told = contestant()
    return time.perf_counter() - begun if told is None else told


def until(question: Callable[[], object], within_s: float = 120.0, pause_s: float = 0.01) -> None:
    """Wait for something to be so; a peer's server, say."""
    end = time.monotonic() + within_s
    while not question():
        if time.monotonic() > end:
            raise SystemExit(f"it did not happen within {within_s:.0f} s: {question}")
        time.sleep(pause_s)


@contextmanager
def apart() -> Iterator[Path]:
    """A folder to work in, and an environment in which nothing of this user's is seen."""
    home = Path(tempfile.mkdtemp(prefix="mlws-bench-"))
    kept = dict(os.environ)
    for name in kept:
        if name.startswith(("MLWS_", "JUPYTER", "JPY_", "MLFLOW_", "METAFLOW_")):
            del os.environ[name]
    for name in ("RUNTIME_DIR", "CONFIG_DIR", "DATA_DIR"):
        os.environ[f"JUPYTER_{name}"] = str(home / name.lower())
    os.environ["XDG_DATA_HOME"] = str(home / "xdg")
    os.environ["XDG_CACHE_HOME"] = str(home / "cache")
    os.environ["MLWS_BENCH_VENVS"] = str(
        peers.folder()
        if "MLWS_BENCH_VENVS" not in kept
        else Path(kept["MLWS_BENCH_VENVS"]).absolute()
    )
    try:
        yield home
    finally:
        os.environ.clear()
        os.environ.update(kept)
        shutil.rmtree(home, ignore_errors=True)


def main(name: str, doc: str, works: Works, *used: str) -> None:
    """The command line of a benchmark.

    Parameters
    ----------
    used
        The peers whose versions are told.
    """
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=Plan().rounds)
    parser.add_argument("--small", action="store_true", help="tiny counts, to see that it works")
    parser.add_argument("--json", type=Path, help="write the result there too")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended, too
    plan = Plan(rounds=max(1, asked.rounds), small=asked.small)
    compileall.compile_dir(OURS, quiet=2)  # as pip leaves us, and has left every peer
    begun, load = time.monotonic(), os.getloadavg()[0]
    with apart() as work:
        rows = works(work, plan)
    result = Result(
        name=name,
        method=doc.strip(),
        rows=tuple(rows),
        versions={k: v for peer in used for k, v in peers.versions(peer).items()},
        plan=plan,
        at=datetime.now(timezone.utc).isoformat(timespec="minutes"),
        took_s=time.monotonic() - begun,
        load=load,
    )
    sys.stdout.write(told(result))
    if asked.json:
        asked.json.write_bytes(msgspec.json.encode(result))


def told(result: Result) -> str:
    """A result, for a terminal."""
    lines = [f"{result.name}  ({result.took_s:.0f} s, load {result.load:.1f})"]
    for row in result.rows:
        verdict = {None: " ", True: "✓", False: "✗"}[row.met]
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}×"
        lines.append(f"{verdict} {row.work:58} {ratio:>8}  must be {row.must_be}")
        lines.append(f"      {row.ours.who}: {row.ours.said()}")
        if row.beside is not None:
            lines.append(f"      {row.beside.who}: {row.beside.said()}")
    return "\n".join(lines) + "\n"
