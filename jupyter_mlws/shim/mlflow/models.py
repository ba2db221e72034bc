"""MLflow 3's logged models: their files arrive below outputs/, under the model's name."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from jupyter_mlws.shim.mlflow.exchange import Refused
from jupyter_mlws.shim.mlflow.ledger import Ledger

Json = dict  # of what JSON has
STATUS = {"1": "LOGGED_MODEL_PENDING", "2": "LOGGED_MODEL_READY", "3": "LOGGED_MODEL_UPLOAD_FAILED"}


def respond(ledger: Ledger, method: str, path: list[str], said: Json) -> Json:
    """Answer ``logged-models/…``. Raises Refused."""
    if not path:
        return {"model": _create(ledger, said)}
    if path == ["search"]:
        return {"models": list(ledger.models.values())}
    model = ledger.models.get(path[0])
    if model is None:
        raise Refused("RESOURCE_DOES_NOT_EXIST", f"This run logged no model {path[0]!r}.")
    info, data = model["info"], model["data"]
    if path[1:] == ["params"]:
        data["params"] += said.get("params") or []
    elif path[1:2] == ["tags"]:
        fresh = {t["key"]: t.get("value", "") for t in said.get("tags") or ()}
        kept = [t for t in info["tags"] if t["key"] not in {*fresh, *path[2:]}]
        info["tags"] = kept + [{"key": k, "value": v} for k, v in fresh.items()]
    elif path[1:]:
        raise Refused("ENDPOINT_NOT_FOUND", f"logged-models/{'/'.join(path)} is not in a run.")
    elif method == "PATCH":
        status = str(said.get("status"))
        info["status"] = STATUS.get(status, status)
        info["last_updated_timestamp_ms"] = int(time.time() * 1000)
    elif method == "DELETE":
        return _forget(ledger, path[0])
    return {"model": model}


def _create(ledger: Ledger, said: Json) -> Json:
    model_id = "m-" + secrets.token_hex(16)
    name = str(said.get("name") or "model")
    now = int(time.time() * 1000)
    info = {
        "model_id": model_id,
        "experiment_id": ledger.experiment_id,
        "name": name,
        "creation_timestamp_ms": now,
        "last_updated_timestamp_ms": now,
        "artifact_uri": _folder(ledger, said, name, model_id).as_uri(),
        "status": "LOGGED_MODEL_PENDING",
        "model_type": said.get("model_type") or "",
        "source_run_id": said.get("source_run_id") or ledger.run_id,
        "tags": list(said.get("tags") or ()),
    }
    data = {"params": list(said.get("params") or ()), "metrics": []}
    model = ledger.models[model_id] = {"info": info, "data": data}
    return model


def _folder(ledger: Ledger, said: Json, name: str, model_id: str) -> Path:
    """``outputs/<name>``, where no model is yet; else with a part of its id behind."""
    entry = ledger.entries.get(str(said.get("source_run_id")), ledger.entries[ledger.run_id])
    root = Path(ledger.artifacts(entry))
    wanted = Path(os.path.normpath(root / name))
    if root not in wanted.parents:
        raise Refused("INVALID_PARAMETER_VALUE", f"A model cannot be called {name!r}.")
    taken = {m["info"]["artifact_uri"] for m in ledger.models.values()}
    if wanted.exists() or wanted.as_uri() in taken:
        return wanted.with_name(f"{wanted.name}-{model_id[2:10]}")
    return wanted


def _forget(ledger: Ledger, model_id: str) -> Json:
    del ledger.models[model_id]
    return {}
