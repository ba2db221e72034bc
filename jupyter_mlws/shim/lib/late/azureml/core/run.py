"""The run, under Azure ML's name."""

from jupyter_mlws_run import Run

__all__ = ["Run"]
