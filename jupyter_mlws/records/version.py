"""Which program this is."""

import importlib.metadata
from importlib import import_module


def version() -> str:
    """The package's version, as its build wrote it or its installer knows it."""
    try:
        return str(import_module("jupyter_mlws._version").__version__)
    except ModuleNotFoundError:  # the build writes it
        pass
    try:
        return importlib.metadata.version("jupyter_mlws")
    except importlib.metadata.PackageNotFoundError:
        return "0+unknown"
