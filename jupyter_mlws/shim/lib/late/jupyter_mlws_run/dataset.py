"""Azure's Dataset: a run's inputs, by name."""

from jupyter_mlws_run.run import Run
from jupyter_mlws_run.workspace import Outside


class Dataset(Outside):
    """Inputs, by name: what was given with ``--input name=path``."""

    @staticmethod
    def get_by_name(workspace, name: str, version="latest") -> str:  # noqa: ANN001
        """The absolute path of an input. Raises KeyError where none was given by that name."""
        return Run.get_context().inputs[name]
