"""The part of jupyter_mlws that a script needs inside a run, where the package is not installed."""

from jupyter_mlws_run import Run, RunEnvironmentException

__all__ = ["Run", "RunEnvironmentException"]


def __getattr__(name: str):  # noqa: ANN202
    if not name[0].isupper():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    raise ImportError(  # an AttributeError's sentence is not shown by `from … import …`
        f"jupyter_mlws.{name} is not there inside this run: only Run is brought along. Install "
        "jupyter_mlws in the run's interpreter for the rest of it."
    )
