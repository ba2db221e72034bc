"""Azure's Workspace and Experiment, as far as they mean something inside a run."""


class Outside:
    """What is beyond a run says so, in one sentence."""

    _what = "The workspace"

    def __getattr__(self, name: str):  # noqa: ANN204
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(
            f"{self._what} cannot be reached from inside a run ({type(self).__name__}.{name}): use "
            "the jupyter_mlws SDK outside, or give the run what it needs with --param and --input."
        )


class Workspace(Outside):
    """The run's workspace; only its name is known here."""

    def __init__(self, *_: object, name: str = "workspace", **__: object) -> None:
        self.name = name

    @staticmethod
    def from_config(*_: object, **__: object) -> "Workspace":
        return Workspace()

    @staticmethod
    def get(name: str, **_: object) -> "Workspace":
        return Workspace(name=name)


class Experiment(Outside):
    """The run's experiment; its name."""

    _what = "An experiment"

    def __init__(self, workspace=None, name: str = "default", **_: object) -> None:  # noqa: ANN001
        self.name = name
        self.workspace = workspace or Workspace()

    def __str__(self) -> str:
        return self.name
