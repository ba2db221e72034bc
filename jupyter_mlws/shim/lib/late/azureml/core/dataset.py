"""Datasets, under Azure ML's name."""

from jupyter_mlws_run import Dataset

__all__ = ["Dataset"]
