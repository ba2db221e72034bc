"""MLflow's model registry, as far as a run meets it: registering what it logged."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import unquote, urlsplit

from jupyter_mlws.shim.mlflow.exchange import Refused
from jupyter_mlws.shim.mlflow.inside import library
from jupyter_mlws.shim.mlflow.ledger import Ledger

Json = dict  # of what JSON has
SAID = ("name", "source", "run_id", "description", "tags", "model_id")


def respond(ledger: Ledger, verb: str, said: Json) -> Json:
    """Answer ``registered-models/…`` and ``model-versions/…``. Raises Refused.

    A model is there as soon as it has a version, so creating one is nothing. Creating a
    version waits for the workspace's answer, and holds no lock meanwhile.
    """
    name = str(said.get("name") or "")
    if verb in ("registered-models/create", "registered-models/get"):
        now = int(time.time() * 1000)
        model = {"name": name, "creation_timestamp": now, "last_updated_timestamp": now}
        return {"registered_model": model}
    if verb == "model-versions/create":
        return {"model_version": _create(ledger, name, said)}
    if verb == "model-versions/get":
        key = (name, str(said.get("version")))
        if key not in ledger.versions:
            raise Refused("RESOURCE_DOES_NOT_EXIST", f"This run registered no {name} {key[1]}.")
        return {"model_version": ledger.versions[key]}
    raise Refused(
        "ENDPOINT_NOT_FOUND",
        f"mlflow/{verb} does not exist inside a run; use the workspace's own address.",
    )


def _create(ledger: Ledger, name: str, said: Json) -> Json:
    source = str(said.get("source") or "")
    run_id = said.get("run_id") or ledger.run_id
    with ledger.lock:
        entry = ledger.entry({"run_id": run_id})
        path = _path(ledger, source)
    tags = {str(t["key"]): str(t.get("value", "")) for t in said.get("tags") or ()}
    try:
        model = entry.run.register_model(
            name, path, tags=tags, description=said.get("description"), model_framework="mlflow"
        )
    except (library.RequestRefused, library.ModelPathNotFoundException) as refusal:
        raise Refused("INVALID_PARAMETER_VALUE", str(refusal)) from refusal
    now = int(time.time() * 1000)
    version: dict[str, Any] = {key: said[key] for key in SAID if said.get(key)}
    version.update(
        version=str(model.version or 0),  # 0: the workspace is down, and will do it later
        run_id=run_id,
        creation_timestamp=now,
        last_updated_timestamp=now,
        current_stage="None",
        status="READY",
    )
    ledger.versions[name, version["version"]] = version
    return version


def _path(ledger: Ledger, source: str) -> str:
    """Where a source is, relative to the run's files. Raises Refused."""
    if source.startswith("models:/"):
        logged = ledger.models.get(source[len("models:/") :])
        source = logged["info"]["artifact_uri"] if logged else source
    if source.startswith("runs:/"):
        run_id, _, below = source[len("runs:/") :].partition("/")
        source = f"{ledger.artifacts(ledger.entry({'run_id': run_id}))}/{below}"
    path = unquote(urlsplit(source).path) if source.startswith("file:") else source
    if not path.startswith(f"{ledger.code}/"):
        raise Refused("INVALID_PARAMETER_VALUE", f"{source!r} is not one of this run's files.")
    return path[len(ledger.code) + 1 :]
