"""An entry script in Azure's manner: `init()` once, `run(data)` for each request."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import re
import sys
import traceback
from collections.abc import Callable
from typing import Any

from jupyter_mlws.scoring.replica import rows
from jupyter_mlws.scoring.replica.answer import Answer, BadRequest, of_script, refusal

MAIN = "mlws_entry_script"
WRONG_SHAPE = re.compile(  # what scikit-learn and numpy say of rows that are not as they should
    r"^X has \d+ features?, but .* expecting \d+ features?|^Expected 2D array, got|"
    r"^Found array with dim \d|^setting an array element with a sequence.* inhomogeneous shape"
)


class EntryScript:
    """`run` gets the body as a string, whatever its content type.

    With `inference_schema`'s decorators it gets the parsed body's values by name.
    """

    n_features = None

    def __init__(self, setup: dict[str, Any]) -> None:
        module = _import(os.path.join(setup["code_dir"], setup["script"]))
        self._run: Callable[..., Any] = _function(module, "run", setup["script"])
        parameters = inspect.signature(self._run).parameters
        self.wants_headers = "request_headers" in parameters
        self._shape = rows.Shape.of_sample(setup.get("sample"))
        if setup.get("n_features"):
            self._shape = rows.Shape(setup["n_features"])
        self._by_name = _is_decorated(self._run)
        _function(module, "init", setup["script"])()

    def score(self, body: bytes, headers: dict[str, str]) -> Answer:
        found = None
        if self._shape is not None:
            found = rows.find(rows.parse(body))
            self._shape.check(found)
        try:
            return of_script(self._call(body, headers))._replace(rows=len(found or ()))
        except BadRequest:
            raise
        except Exception as error:  # noqa: BLE001  (edge: the user's run() may raise anything)
            return _failed(error, body)

    def _call(self, body: bytes, headers: dict[str, str]) -> Any:
        named = {"request_headers": headers} if self.wants_headers else {}
        if self._by_name:
            document = rows.parse(body)
            if not isinstance(document, dict):
                raise BadRequest("The body is not an object with the parameters of run().")
            try:
                inspect.signature(self._run).bind(**document, **named)
            except TypeError as error:
                raise BadRequest(f"The body does not fit run(): {error}.") from error
            return self._run(**document, **named)
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise BadRequest(f"The body is not text: {error}.") from error
        return self._run(text, **named)


def _failed(error: Exception, body: bytes) -> Answer:
    """Status 500, the traceback in the log alone; 400 where the body was to blame."""
    if isinstance(error, json.JSONDecodeError):
        rows.parse(body)
    if isinstance(error, ValueError) and WRONG_SHAPE.search(str(error)):
        raise BadRequest(str(error).splitlines()[0].rstrip(":.") + ".") from error
    traceback.print_exception(type(error), error, _own(error.__traceback__))
    sentence = "The entry script's run() failed; the endpoint's log has the traceback."
    return refusal(500, "run_failed", sentence, **{"x-ms-run-function-failed": "True"})


def _own(trace: Any) -> Any:
    """A traceback from the script's first frame on."""
    return trace.tb_next.tb_next if trace.tb_next and trace.tb_next.tb_next else trace


def _import(path: str) -> Any:
    spec = importlib.util.spec_from_file_location(MAIN, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"The entry script {path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MAIN] = module
    spec.loader.exec_module(module)
    return module


def _function(module: Any, name: str, script: str) -> Callable[..., Any]:
    found = getattr(module, name, None)
    if not callable(found):
        raise AttributeError(f"The entry script {script} does not define {name}().")
    return found  # type: ignore[no-any-return]


def _is_decorated(run: Callable[..., Any]) -> bool:
    if "inference_schema" not in sys.modules:  # the script did not import it
        return False
    schema = importlib.import_module("inference_schema.schema_util")
    return bool(schema.is_schema_decorated(run))
