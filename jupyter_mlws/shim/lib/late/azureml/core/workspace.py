"""The workspace, under Azure ML's name."""

from jupyter_mlws_run import Workspace

__all__ = ["Workspace"]
