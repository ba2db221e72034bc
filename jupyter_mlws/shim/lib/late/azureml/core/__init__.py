"""Azure ML's names, where azureml is not installed: what has a meaning inside a run."""

from jupyter_mlws_run import Dataset, Experiment, Model, Run, Workspace

VERSION = __version__ = "1.0.0+mlws"
__all__ = ["Dataset", "Experiment", "Model", "Run", "Workspace"]


def __getattr__(name: str):  # noqa: ANN202
    if not name[0].isupper():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    raise ImportError(  # an AttributeError's sentence is not shown by `from … import …`
        f"azureml.core.{name} has no meaning inside a run; Run, Model, Workspace, "
        "Experiment and Dataset are there. Install azureml-core for the rest of it."
    )
