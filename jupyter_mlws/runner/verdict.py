"""How a run ended, from the evidence. Pure."""

from typing import NamedTuple

from jupyter_mlws.records.run import Exit, Reason, Run, RunState


class Verdict(NamedTuple):
    """The last move of a run, and why."""

    to: RunState
    code: Reason | None = None
    sentence: str | None = None


def verdict(run: Run, end: Exit | None, cause: str | None = None) -> Verdict:
    """The last move of a run.

    Parameters
    ----------
    end
        Its exit record; None where it is gone without one.
    cause
        What its log says of a failure, in a sentence; see `blame`.
    """
    if end is None and run.cancel_requested_at is None:
        told = f"It is gone from {run.target} and left no exit record: nobody knows how it ended."
        return Verdict(RunState.FAILED, Reason.LOST, told)
    if end is None or end.ended_by == "cancel":
        asked = run.reason if run.reason_code is Reason.USER_CANCEL else None
        return Verdict(RunState.CANCELED, Reason.USER_CANCEL, asked or "It was canceled.")
    if end.ended_by == "command" and end.code == 0:
        return Verdict(RunState.COMPLETED)
    return Verdict(RunState.FAILED, *_blame(run, end, cause))


def _blame(run: Run, end: Exit, cause: str | None) -> tuple[Reason, str]:
    if end.ended_by == "timeout":
        return Reason.TIMEOUT, f"Stopped at its limit of {run.spec.max_duration_s:g} s."
    if end.oom:
        return Reason.OOM, "Killed by the system: the memory was full."
    if end.ended_by == "shim" and end.code in (126, 127):
        return Reason.LAUNCH_REJECTED, cause or "It could not be started; its log says why."
    if end.signal is not None:
        return Reason.KILLED, f"Killed by signal {end.signal}, and not by this workspace."
    if end.ended_by == "shim":
        return Reason.KILLED, "It was told to leave by the system it ran on."
    return Reason.EXIT_NONZERO, cause or f"It exited with code {end.code}."
