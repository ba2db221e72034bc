"""The in-run library, as the shim finds it: what MLflow clients log is written by the same hand."""

import importlib
import os
import sys


def _find() -> str:
    """The folder `late`, in the package or in the copy that travels."""
    shim = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for root in (shim, os.path.dirname(os.path.dirname(shim))):
        late = os.path.join(root, "lib", "late")
        if os.path.isdir(late):
            return late
    raise FileNotFoundError(f"The in-run library is not beside {shim}.")


try:
    library = importlib.import_module("jupyter_mlws_run")
except ModuleNotFoundError:
    sys.path.append(_find())
    library = importlib.import_module("jupyter_mlws_run")

Place = importlib.import_module("jupyter_mlws_run.place").Place
EventFile = importlib.import_module("jupyter_mlws_run.writer").EventFile
Run = library.Run
new_id = importlib.import_module("jupyter_mlws_run.place").new_id
read_events = importlib.import_module("jupyter_mlws_run.history").read
values = importlib.import_module("jupyter_mlws_run.values")
