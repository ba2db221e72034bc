"""What can go wrong inside a run, under Azure ML's names."""

from jupyter_mlws_run import (
    ModelNotFoundException,
    ModelPathNotFoundException,
    RunEnvironmentException,
)

__all__ = ["ModelNotFoundException", "ModelPathNotFoundException", "RunEnvironmentException"]
