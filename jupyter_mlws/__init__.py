"""jupyter_mlws: the machine learning workspace inside JupyterLab.

Importing it costs nothing: each public name is fetched when it is first asked for.
"""

import os
import sys

TYPE_CHECKING = False  # typing's own costs an import of typing
if TYPE_CHECKING:
    from typing import Any

PUBLIC = {  # name → where it lives
    "Environment": "jupyter_mlws.sdk.environment",
    "Experiment": "jupyter_mlws.sdk.experiment",
    "InferenceConfig": "jupyter_mlws.sdk.inference",
    "LocalWebservice": "jupyter_mlws.sdk.webservice",
    "Model": "jupyter_mlws.sdk.model",
    "RunConfiguration": "jupyter_mlws.sdk.config",
    "ScriptRunConfig": "jupyter_mlws.sdk.config",
    "Webservice": "jupyter_mlws.sdk.webservice",
    "Workspace": "jupyter_mlws.sdk.workspace",
}
INSIDE = ("Run", "RunEnvironmentException")  # of the library that also travels with every run
__all__ = [*PUBLIC, *INSIDE]


def __getattr__(name: str) -> "Any":
    if name in PUBLIC:
        import importlib  # noqa: PLC0415 - a script that only logs does not pay for it

        value = getattr(importlib.import_module(PUBLIC[name]), name)
    elif name in INSIDE:
        value = getattr(_inside(), name)
    elif name == "__version__":
        from jupyter_mlws.records.version import version  # noqa: PLC0415 - see above

        value = version()
    else:
        raise AttributeError(f"module 'jupyter_mlws' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> "list[str]":
    return sorted({*globals(), *__all__, "__version__"})


def _inside() -> "Any":
    """The in-run library: the one that the run brought, else this package's own copy."""
    try:
        return __import__("jupyter_mlws_run")
    except ModuleNotFoundError as error:
        if error.name != "jupyter_mlws_run":
            raise
    from importlib.util import module_from_spec, spec_from_file_location  # noqa: PLC0415 - see above

    folder = os.path.join(os.path.dirname(__file__), "shim", "lib", "late", "jupyter_mlws_run")
    spec = spec_from_file_location(
        "jupyter_mlws_run",
        os.path.join(folder, "__init__.py"),
        submodule_search_locations=[folder],
    )
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module


def _jupyter_server_extension_points() -> "list[dict[str, Any]]":
    from jupyter_mlws.extension import MLWSApp  # noqa: PLC0415 - only the server asks

    return [{"module": "jupyter_mlws", "app": MLWSApp}]


def _jupyter_labextension_paths() -> "list[dict[str, str]]":
    return [{"src": "labextension", "dest": "jupyter-mlws"}]


def load_ipython_extension(ipython: "Any") -> None:
    """`%load_ext jupyter_mlws`."""
    from jupyter_mlws.magics.load import load  # noqa: PLC0415 - only a kernel asks

    load(ipython)
