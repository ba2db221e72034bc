"""Models, under Azure ML's name."""

from jupyter_mlws_run import Model

__all__ = ["Model"]
