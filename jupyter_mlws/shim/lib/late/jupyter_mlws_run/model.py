"""Models, as far as a script meets them: registering one, and finding one that was given."""

import os

from jupyter_mlws_run.recorder import Recorder
from jupyter_mlws_run.requests import ask

SAMPLE_ROWS = 20


class ModelNotFoundException(FileNotFoundError):
    """There is no such model here."""


class ModelPathNotFoundException(FileNotFoundError):
    """What was to be registered is not there."""


class Model:
    """A registered model.

    Attributes
    ----------
    version : int or None
        None as long as the workspace has not answered.
    """

    def __init__(self, name: str, version=None, **facts: object) -> None:  # noqa: ANN001
        if not isinstance(name, str):
            raise RuntimeError(
                "Inside a run a model is reached by its path: Model.get_model_path(name); "
                "the registry is reached from outside, with the jupyter_mlws SDK."
            )
        self.name = name
        self.version = version
        self.tags = facts.get("tags") or {}
        self.properties = facts.get("properties") or {}
        self.description = facts.get("description")
        self.run_id = facts.get("run_id")

    @property
    def id(self) -> str:
        """``NAME:VERSION``."""
        return self.name if self.version is None else f"{self.name}:{self.version}"

    def __repr__(self) -> str:
        return f"Model({self.id})"

    @staticmethod
    def get_model_path(model_name: str, version=None, _workspace=None) -> str:  # noqa: ANN001
        """The file or folder of a model that this process was given.

        Raises
        ------
        ModelNotFoundException
            ``AZUREML_MODEL_DIR`` is not set, or holds no such model.
        """
        root = os.environ.get("AZUREML_MODEL_DIR")
        if not root or not os.path.isdir(root):
            raise ModelNotFoundException(
                f"No model {model_name!r} here: AZUREML_MODEL_DIR names no folder. Models are "
                "given to entry scripts of endpoints; give a run one with --input."
            )
        return _single(_versioned(root, model_name, version))


def _versioned(root: str, name: str, version) -> str:  # noqa: ANN001
    """``root/name/version`` where several models are below root, else root itself."""
    folder = os.path.join(root, name)
    if os.path.isdir(folder):
        found = sorted((v for v in os.listdir(folder) if v.isdigit()), key=int)
        wanted = str(version) if version is not None else (found[-1] if found else "")
        if wanted and wanted not in found:
            known = ", ".join(found) or "none"
            raise ModelNotFoundException(f"Model {name!r} has no version {wanted} here ({known}).")
        return os.path.join(folder, wanted) if wanted else folder
    if os.path.exists(folder):
        return folder
    above = os.path.basename(os.path.dirname(os.path.abspath(root)))
    if above == name or not _many(root):
        return root
    known = ", ".join(sorted(os.listdir(root)))
    raise ModelNotFoundException(f"There is no model {name!r} in {root}; it holds: {known}.")


def _many(root: str) -> bool:
    """Whether several models are below: folders of numbered folders."""
    return any(
        entry.is_dir() and any(v.isdigit() for v in os.listdir(entry.path))
        for entry in os.scandir(root)
    )


def _single(folder: str) -> str:
    inside = os.listdir(folder) if os.path.isdir(folder) else []
    return os.path.join(folder, inside[0]) if len(inside) == 1 else folder


class Models(Recorder):
    """The part of a run that registers models."""

    def register_model(
        self,
        model_name: str,
        model_path=None,  # noqa: ANN001
        tags=None,  # noqa: ANN001
        properties=None,  # noqa: ANN001
        model_framework=None,  # noqa: ANN001
        model_framework_version=None,  # noqa: ANN001
        description=None,  # noqa: ANN001
        datasets=None,  # noqa: ANN001
        sample_input_dataset=None,  # noqa: ANN001
        sample_output_dataset=None,  # noqa: ANN001
        resource_configuration=None,  # noqa: ANN001
        **_: object,
    ) -> Model:
        """Register one of the run's files, or folders, as the next version of a model.

        Blocks until the workspace answers, at most a minute. If nobody does, the request
        stays and is executed when the workspace is up again; the version is None then.

        Parameters
        ----------
        model_path : str, optional
            Below ``outputs/``, with or without it; by default the model's name.
        sample_input_dataset : array, frame or list of rows, optional
            What scoring requests will look like; its first 20 rows are kept.

        Raises
        ------
        ModelPathNotFoundException
            The run has no such file or folder. Nothing was asked.
        RequestRefused
            The workspace will not do it; says why.
        """
        path = self._model_path(model_path or model_name)
        facts = {
            "tags": {str(k): "" if v is None else str(v) for k, v in (tags or {}).items()},
            "properties": {str(k): str(v) for k, v in (properties or {}).items()},
            "description": _said(description),
        }
        arguments = {
            "name": model_name,
            "path": path,
            "framework": _said(model_framework),
            "framework_version": _said(model_framework_version),
            "sample": _rows(sample_input_dataset),
            "run": self._id,
            **facts,
        }
        if self.offline:
            self._say(f"offline: {path} would be registered as a version of {model_name!r}.")
            return Model(model_name, run_id=self._id, **facts)
        reply = ask(self, "register_model", arguments)
        if reply is None:
            self._say(
                f"nobody answers: is the workspace's server down? The request to register {path} "
                f"as {model_name!r} is kept and will be executed when it is up again."
            )
            reply = {}
        return Model(model_name, reply.get("version"), run_id=self._id, **facts)

    def _model_path(self, path: str) -> str:
        """Relative to `code`, and below outputs/: what is elsewhere is copied there."""
        place = self._place
        for candidate in (path, os.path.join(self._outputs, path)):
            whole = os.path.join(place.code, candidate)
            if os.path.exists(whole):
                break
        else:
            raise ModelPathNotFoundException(
                f"There is no {path!r} to register: save the model below outputs/ first."
            )
        if self.offline:
            return path
        if os.path.realpath(whole).startswith(os.path.realpath(place.outputs) + os.sep):
            return place.within(whole)
        name = os.path.basename(os.path.normpath(path))
        upload = self.upload_folder if os.path.isdir(whole) else self.upload_file  # type: ignore
        upload(name, whole)
        return f"{self._outputs}/{name}"


def _said(value):  # noqa: ANN001, ANN202
    return None if value is None else str(value)


def _rows(sample):  # noqa: ANN001, ANN202
    """The first rows of a sample, as `encode` takes them."""
    if sample is None:
        return None
    if hasattr(sample, "head"):  # a frame, or a series
        sample = sample.head(SAMPLE_ROWS)
        return sample.to_dict("records") if hasattr(sample, "columns") else sample.tolist()
    if isinstance(sample, (list, tuple)) or getattr(sample, "shape", ()):
        return sample[:SAMPLE_ROWS]
    return sample
