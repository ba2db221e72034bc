"""`Run`: what a script has in its hand."""

from jupyter_mlws_run.artifacts import Artifacts
from jupyter_mlws_run.children import Children
from jupyter_mlws_run.context import here
from jupyter_mlws_run.labels import Labels
from jupyter_mlws_run.metrics import Metrics
from jupyter_mlws_run.model import Models
from jupyter_mlws_run.workspace import Experiment


class Run(Metrics, Labels, Artifacts, Models, Children):
    """The run that this script is, a child of it, or, offline, one that is kept in memory only.

    `Run.get_context()` gives it. Every call that writes is one line appended to a file:
    it needs no server, and waits for none.
    """

    _name = None
    _experiment = "offline"
    _number = None

    @staticmethod
    def get_context(allow_offline: bool = True, **_: object) -> "Run":
        """The run that this script is executed in; always the same object.

        Parameters
        ----------
        allow_offline
            Where there is no run, give one that keeps all values in memory.

        Raises
        ------
        RunEnvironmentException
            There is no run, and `allow_offline` is False.
        """
        return here(Run, allow_offline)

    @property
    def id(self) -> str:
        """26 characters, unique everywhere."""
        return self._id

    @property
    def number(self):  # noqa: ANN201
        """Its number in its experiment; None for a child and offline."""
        return self._number

    @property
    def name(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """Its name where it has one, else its label (``digits-7``), else its id."""
        name = self._name or (None if self._parent else self._place.spec.get("name"))
        if name:
            return name
        return self._id if self._number is None else f"{self._experiment}-{self._number}"

    @property
    def experiment(self) -> Experiment:
        return Experiment(None, self._experiment)

    @property
    def parent(self):  # noqa: ANN201
        """The run that this is a child of, or None."""
        return self._parent

    @property
    def type(self) -> str:
        return "mlws.child" if self._parent else "mlws.offline" if self.offline else "mlws.script"

    @property
    def parameters(self) -> dict:
        """What was submitted with ``--param name=value``: bool, int, float or str."""
        return dict(self._place.spec.get("parameters") or {})

    @property
    def inputs(self) -> dict:
        """Name → absolute path, of what was submitted with ``--input name=path``."""
        return self._place.inputs()

    input_datasets = inputs
    output_datasets = property(lambda self: {})

    def flush(self, timeout_seconds: float = 300) -> None:
        """Make all that was logged outlast a power cut, not only a kill.

        Raises
        ------
        OSError
            The disk does not take it.
        """
        self._events.sync()

    def get_details(self) -> dict:
        """Azure's keys, as far as a run knows them from inside."""
        spec = self._place.spec
        return {
            "runId": self._id,
            "target": "offline" if self.offline else spec.get("target", "local"),
            "status": self.get_status(),
            "properties": self.get_properties(),
            "inputDatasets": dict(self.inputs),
            "outputDatasets": {},
            "runDefinition": {
                "script": spec.get("script") or spec.get("notebook"),
                "arguments": list(spec.get("arguments") or ()),
                "parameters": self.parameters,
            },
            "logFiles": {},
        }

    def __getattr__(self, name: str):  # noqa: ANN204
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"Run.{name} is not there inside a run; from outside, the jupyter_mlws SDK or `mlws "
            "run` may have it."
        )

    def __repr__(self) -> str:
        return f"Run({self.display_name!r}, id={self._id!r})"
