"""How runs, times and sizes are said in one line: what CLI, magics and SDK print alike."""

from typing import Any

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Run, RunState

MACHINE = "system/"  # begins the names of what is measured beside a run
WORD = {RunState.CANCEL_REQUESTED: "Canceling"}  # where people see another word than records say
GLYPH = {
    RunState.QUEUED: "◷",
    RunState.PREPARING: "◐",
    RunState.STARTING: "◐",
    RunState.RUNNING: "◕",
    RunState.FINALIZING: "⇡",
    RunState.COMPLETED: "✓",
    RunState.FAILED: "✗",
    RunState.CANCEL_REQUESTED: "⊘",
    RunState.CANCELED: "⊘",
}
TONE = {  # good, bad, warn, run, wait, off: the front end's tones
    RunState.QUEUED: "wait",
    RunState.PREPARING: "wait",
    RunState.COMPLETED: "good",
    RunState.FAILED: "bad",
    RunState.CANCEL_REQUESTED: "off",
    RunState.CANCELED: "off",
}


def word(run: Run) -> str:
    """A run's state in the word that people see."""
    if run.not_responding_since is not None and not run.state.over:
        return "Not responding"
    return WORD.get(run.state, run.state.value)


def glyph(run: Run) -> str:
    if run.not_responding_since is not None and not run.state.over:
        return "⚠"
    return GLYPH[run.state]


def tone(run: Run) -> str:
    if run.not_responding_since is not None and not run.state.over:
        return "warn"
    return TONE.get(run.state, "run")


def title(run: Run) -> str:
    """The label, and the name where it has one: ``digits-3 base``."""
    return f"{run.label} {run.name}" if run.name else run.label


def line(run: Run, now: Instant) -> str:
    """A run in one line: glyph, word, name, duration, key metric or reason."""
    facts = [f"{glyph(run)} {word(run)}", title(run)]
    if run.started_at is not None:
        facts.append(duration(run.started_at.until(run.ended_at or now)))
    if (tried := attempt(run)) is not None and run.attempt > 1:
        facts.append(f"attempt {tried}")
    key = key_metric(run)
    if key is not None:
        facts.append(f"{key[0]} {value(key[1])}")
    if run.reason and run.state is not RunState.COMPLETED:
        facts.append(run.reason)
    return " · ".join(facts)


def attempt(run: Run) -> str | None:
    """``2 of 3``, where there may be several, or were."""
    most = run.spec.retries + 1
    if most == 1 and run.attempt == 1:
        return None
    return f"{run.attempt} of {max(most, run.attempt)}"


def logged(run: Run) -> dict[str, Any]:
    """Name → last value, without what the machine measures beside the run."""
    return {name: last for name, last in run.metrics.items() if not name.startswith(MACHINE)}


def key_metric(run: Run) -> tuple[str, Any] | None:
    """The one metric to show: the one that is drawn, else the first one logged.

    What the machine measures beside the run is no result of it.
    """
    if run.curve is not None and not run.curve.name.startswith(MACHINE):
        return run.curve.name, run.curve.last
    return next(iter(logged(run).items()), None)


def value(of: Any) -> str:
    """A metric's value, short: four digits that matter."""
    if isinstance(of, bool) or not isinstance(of, int | float):
        return str(of)
    return str(of) if isinstance(of, int) else f"{of:.4g}"


def duration(seconds: float) -> str:
    """``0.8 s``, ``12 s``, ``4 min 10 s``, ``2 h 5 min``, ``3 d 4 h``."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    for unit, small, size, part in (("d", "h", 86400, 3600), ("h", "min", 3600, 60)):
        if whole >= size:
            return _two(whole // size, unit, whole % size // part, small)
    return _two(whole // 60, "min", whole % 60, "s") if whole >= 60 else f"{whole} s"


def age(since: Instant, now: Instant) -> str:
    """``just now``, ``12 s ago``, ``4 min ago``, ``3 h ago``, ``2 d ago``."""
    seconds = since.until(now)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if seconds >= max(size, 5):
            return f"{int(seconds // size)} {unit} ago"
    return "just now"


def size(n_bytes: int) -> str:
    """``512 B``, ``1.5 kB``, ``12 MB``: powers of 1000."""
    amount = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5:
            return (
                f"{amount:.0f} {unit}" if unit == "B" or amount >= 9.95 else f"{amount:.1f} {unit}"
            )
        amount /= 1000
    return f"{amount:.1f} TB"


def _two(many: int, unit: str, rest: int, small: str) -> str:
    return f"{many} {unit} {rest} {small}" if rest else f"{many} {unit}"
