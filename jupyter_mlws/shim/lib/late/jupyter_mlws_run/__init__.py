"""What a script has inside a run, wherever it runs: `from jupyter_mlws import Run`.

Imports nothing that is written in Python but itself: every script pays for it.
"""

from jupyter_mlws_run.context import RunEnvironmentException
from jupyter_mlws_run.dataset import Dataset
from jupyter_mlws_run.model import Model, ModelNotFoundException, ModelPathNotFoundException
from jupyter_mlws_run.requests import RequestRefused
from jupyter_mlws_run.run import Run
from jupyter_mlws_run.workspace import Experiment, Workspace

__all__ = [
    "Dataset",
    "Experiment",
    "Model",
    "ModelNotFoundException",
    "ModelPathNotFoundException",
    "RequestRefused",
    "Run",
    "RunEnvironmentException",
    "Workspace",
]
