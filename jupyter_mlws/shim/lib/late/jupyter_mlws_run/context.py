"""Finds the run that this process belongs to, by its environment."""

import os
import sys

from jupyter_mlws_run.place import Place, new_id
from jupyter_mlws_run.writer import EventFile, EventList


class RunEnvironmentException(RuntimeError):
    """This script is not executed in a run."""


_found: dict = {}


def here(kind, allow_offline: bool = True):  # noqa: ANN001, ANN201
    """As `Run.get_context`. `kind`, the class of runs, makes it the first time."""
    run = _found.get("run")
    if run is None:
        run = _found["run"] = _submitted(kind) or _offline(kind)
    if run.offline and not allow_offline:
        raise RunEnvironmentException(
            "There is no run here: start this script with `mlws run submit`, %submit or %%submit."
        )
    if run.offline and "said" not in _found:
        _found["said"] = True
        sys.stderr.write(
            "mlws: there is no run here, so what is logged stays in memory and ends with this "
            "process; `mlws run submit SCRIPT` records it.\n"
        )
    return run


def _submitted(kind):  # noqa: ANN001, ANN202
    run_id, home = os.environ.get("MLWS_RUN_ID"), os.environ.get("MLWS_RUN_DIR")
    if not run_id or not home:
        return None
    if not os.path.isdir(home):
        raise RunEnvironmentException(f"The directory of run {run_id} is not there: {home}.")
    run = kind(run_id, Place(home), EventFile(os.path.join(home, "events")))
    number = os.environ.get("MLWS_RUN_NUMBER", "")
    run._number = int(number) if number.isdigit() else None
    run._experiment = os.environ.get("MLWS_EXPERIMENT") or "default"
    return run


def _offline(kind):  # noqa: ANN001, ANN202
    return kind(f"offline_{new_id()}", Place(None), EventList())
