"""A model without an entry script: found, loaded, asked."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pickle
from typing import Any

from jupyter_mlws.scoring.replica import rows
from jupyter_mlws.scoring.replica.answer import Answer, BadRequest, to_json

METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform")


class PlainModel:
    """A scikit-learn model, or whatever has `predict`, from a pickle.

    The request is ``{"data": [[…], …]}`` or one of the forms of `rows.find`, with
    ``"method": "predict_proba"`` where that is wanted; the answer is Azure's of a
    deployment without code: ``{"predict": […]}``, named by the method.
    """

    wants_headers = False

    def __init__(self, setup: dict[str, Any]) -> None:
        self._model = _load(_find(setup["model_dir"]))
        self.n_features = setup.get("n_features") or _n_features(self._model)
        names = getattr(self._model, "feature_names_in_", None)
        self._names = None if names is None else [str(name) for name in names]
        if self.n_features is not None:
            self._shape: rows.Shape | None = rows.Shape(self.n_features, self._names)
        else:
            self._shape = rows.Shape.of_sample(setup.get("sample"))
        self._numpy = _module("numpy")
        self._pandas = None if self._names is None else _module("pandas")

    def score(self, body: bytes, headers: dict[str, str]) -> Answer:
        document = rows.parse(body)
        method = document.get("method", "predict") if isinstance(document, dict) else "predict"
        if method not in METHODS or not hasattr(self._model, method):
            raise BadRequest(f"This model has no method {method!r}.")
        found = rows.find(document)
        if self._shape is not None or not found:
            (self._shape or rows.Shape(None)).check(found)
        if not found:
            return Answer(200, to_json({method: []}))
        try:
            result = getattr(self._model, method)(self._as_input(found))
        except (ValueError, TypeError, KeyError) as error:
            raise BadRequest(f"The model refused these rows: {error}") from error
        return Answer(200, to_json({method: result}), len(found))

    def _as_input(self, found: list[Any]) -> Any:
        if self._pandas is not None:
            return self._pandas.DataFrame(found, columns=self._names)
        if isinstance(found[0], dict):
            if self._names is None:
                raise BadRequest(f"This model knows no column names; send {rows.SHOWN}.")
            found = [[row[name] for name in self._names] for row in found]
        if self._numpy is None or not isinstance(found[0], list):
            return found
        return self._numpy.asarray(found, dtype=object if _has_text(found) else None)


def _has_text(found: list[Any]) -> bool:
    return any(isinstance(value, str) for value in found[0])


def _find(folder: str) -> str:
    """The one file that holds the model. Raises FileNotFoundError where that is not clear."""
    paths = sorted(
        os.path.join(home, name)
        for home, _, names in os.walk(folder)
        for name in names
        if name.endswith((".pkl", ".joblib", ".pickle"))
    )
    named = [path for path in paths if os.path.basename(path) == "model.pkl"]
    chosen = named if len(named) == 1 else paths
    if len(chosen) != 1:
        there = ", ".join(os.path.relpath(path, folder) for path in paths) or "none"
        raise FileNotFoundError(
            f"Which file is the model is not clear (*.pkl, *.joblib: {there}); "
            "deploy it with an entry script that loads it."
        )
    return chosen[0]


def _load(path: str) -> Any:
    joblib = _module("joblib")
    if joblib is not None:
        model = joblib.load(path)
    else:
        with open(path, "rb") as stream:
            model = pickle.load(stream)
    if not hasattr(model, "predict") and not hasattr(model, "transform"):
        kind = type(model).__name__
        raise TypeError(f"A {kind} has no predict(); deploy it with an entry script.")
    return model


def _n_features(model: Any) -> int | None:
    """None where the model does not say, as a pipeline that begins with text does not."""
    try:
        return int(model.n_features_in_)
    except (AttributeError, TypeError, ValueError):
        return None


def _module(name: str) -> Any:
    """None where the model's interpreter does not have it."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None
