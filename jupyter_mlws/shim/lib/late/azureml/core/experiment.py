"""Experiments, under Azure ML's name."""

from jupyter_mlws_run import Experiment

__all__ = ["Experiment"]
