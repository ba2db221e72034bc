"""What was measured, as a page of the documentation."""

import os
import platform
import re
import sqlite3
import tempfile
from pathlib import Path

from benchmarks.measure import Figure, Result, Row

HEAD = """# Performance

How fast it is, beside what people would otherwise use, on one machine, in one run. `make bench`
(which is `python -m benchmarks`) makes an environment for each peer from PyPI, measures everything
again and writes this page. The contestants of a work take turns, round by round, in changing order,
so that a busy moment meets all of them; told are the median, the least, the greatest and the number
of rounds, and the ratio of the medians. *≥* is how many times faster ours must be, *≤* how many
times the other's figure ours may be.

"""
NAMES = {
    "submit": "Submit",
    "burst": "Two hundred runs",
    "notebook_run": "A notebook",
    "metrics_in_script": "Metrics in a script",
    "snapshot": "Snapshots",
    "startup": "The start of JupyterLab",
    "load_ext": "%load_ext",
    "listing": "Ten thousand runs",
    "curve": "A long curve",
    "scoring": "Scoring",
}


def written(results: list[Result]) -> str:
    """The whole page."""
    parts = [HEAD, table(results), "\n\n", _machine(results), "\n## How it was measured\n"]
    for result in results:
        parts.append(f"\n### {NAMES.get(result.name, result.name)}\n\n{_method(result)}\n")
        parts.append(
            f"\n`python -m benchmarks --only {result.name} --rounds {result.plan.rounds}`, "
            f"{_moment(result)}, {result.took_s:.0f} s; the machine's load was {result.load:.1f} "
            "when it began.\n"
        )
    return "".join(parts)


def table(results: list[Result]) -> str:
    """All works, one a line."""
    lines = [
        "| work | ours | beside | ratio | must be | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_line(row) for result in results for row in result.rows]
    return "\n".join(lines)


def _line(row: Row) -> str:
    verdict = {None: "", True: "✓", False: "✗"}[row.met]
    ratio = "" if row.ratio is None else f"{_plain(row.ratio)}×"
    beside = "" if row.beside is None else _figure(row.beside)
    cells = (row.work, _figure(row.ours), beside, ratio, row.must_be, verdict)
    return "| " + " | ".join(cells) + " |"


def _figure(figure: Figure) -> str:
    who = "" if figure.who == "ours" else f"{figure.who}: "
    return who + figure.said()


def _plain(ratio: float) -> str:
    if ratio >= 100:
        return f"{ratio:,.0f}"
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2g}" if ratio >= 0.1 else f"{ratio:.3f}"


def _method(result: Result) -> str:
    """The docstring without its command line."""
    return re.sub(r"\n\n    python -m .*?\n\n", "\n\n", result.method, count=1, flags=re.S)


def _moment(result: Result) -> str:
    return result.at.replace("T", " ").replace("+00:00", " UTC")


def _machine(results: list[Result]) -> str:
    versions = {name: told for result in results for name, told in result.versions.items()}
    told = ", ".join(f"{name} {versions[name]}" for name in sorted(versions))
    rounds = sorted({result.plan.rounds for result in results})
    command = "python -m benchmarks" + (f" --rounds {rounds[-1]}" if rounds else "")
    days = sorted({result.at[:10] for result in results})
    return (
        f"Measured {' and '.join(days)} by `{command}` on {os.cpu_count()} processors "
        f"({_processor()}), {_memory_gb():.0f} GB, {_file_system()}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}. Peers: {told}.\n"
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found[1] if found else platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _file_system() -> str:
    """The kind of the one that was worked on."""
    folder = os.path.realpath(tempfile.gettempdir())
    try:
        lines = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return "an unknown file system"
    above = [line for line in lines if f"{folder}/".startswith(line[1].rstrip("/") + "/")]
    return max(above, key=lambda line: len(line[1]))[2]
