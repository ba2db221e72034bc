"""``mlws model``: register, list, show, download and delete versions of models."""

from pathlib import Path
from typing import Annotated

import typer

from jupyter_mlws.cli import complete
from jupyter_mlws.cli.connect import connect, place, reach
from jupyter_mlws.cli.options import Json, ModelRef, Tags, Where, words
from jupyter_mlws.cli.output import document, facts, line, table
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.model import Model, ModelVersion, NewVersion
from jupyter_mlws.sdk import register as registry
from jupyter_mlws.sdk import words as said
from jupyter_mlws.sdk.parameters import as_pairs
from jupyter_mlws.sdk.register import versioned

app = typer.Typer(
    help="Registered models, written NAME:VERSION.", no_args_is_help=True, add_completion=False
)


@app.command()
def register(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="The model's name.", autocompletion=complete.models),
    ],
    path: Annotated[str, typer.Option(help="In the run: outputs/model.pkl. Else a local path.")],
    run: Annotated[
        str | None, typer.Option(help="The run that made it.", autocompletion=complete.runs)
    ] = None,
    framework: Annotated[str | None, typer.Option(help="scikit-learn, onnx, …")] = None,
    framework_version: Annotated[str | None, typer.Option(help="For the record.")] = None,
    description: Annotated[str | None, typer.Option(help="A sentence.")] = None,
    sample: Annotated[
        str | None, typer.Option(help="A request it takes: JSON, or a file of it.")
    ] = None,
    tag: Tags = None,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Make the next version of a model, from a run or from a file or folder here."""
    new = NewVersion(
        run=run,
        path=path if run is not None else None,
        framework=framework,
        framework_version=framework_version,
        description=description,
        tags=as_pairs(words(tag), "tags"),
        sample=None if sample is None else registry.as_sample(sample),
    )
    if run is not None:
        made = connect(workspace).register(name, new)
    else:
        local = registry.local(Path(path))
        made = registry.send(reach(place(workspace)), name, local, new)
    if json:
        return document(made)
    line(made.label)


@app.command("list")
def list_(
    name: Annotated[
        str | None, typer.Argument(help="One model.", autocompletion=complete.models)
    ] = None,
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Models; with a name, its versions, newest first."""
    client = connect(workspace)
    if name is not None:
        versions = client.versions(name)
        if json:
            return document(versions)
        head = ("VERSION", "RUN", "FRAMEWORK", "SIZE", "AGE", "ENDPOINTS", "TAGS")
        return table(head, map(_version, versions), f"{name} has no versions.")
    models = client.models()
    if json:
        return document(models)
    head = ("NAME", "VERSIONS", "LATEST", "FRAMEWORK", "SIZE", "AGE", "ENDPOINTS")
    return table(head, map(_model, models), "No models yet: `mlws model register` makes one.")


@app.command()
def show(model: ModelRef, json: Json = False, workspace: Where = None) -> None:
    """One version: where it came from, what it holds, who uses it."""
    found = connect(workspace).version(*versioned(model))
    if json:
        return document(found)
    made_with = " ".join(filter(None, (found.framework, found.framework_version)))
    line(found.label)
    facts(
        [
            ("run", found.run or found.run_id),
            ("path", found.path),
            ("files", ", ".join(file.path for file in found.files)),
            ("size", said.size(found.size_bytes)),
            ("framework", made_with or None),
            ("tags", ", ".join(f"{k}={v}" for k, v in found.tags.items()) or None),
            ("description", found.description),
            ("endpoints", ", ".join(found.endpoints) or None),
            ("created", f"{found.created_at.rfc3339()} by {found.created_by}"),
        ]
    )


@app.command()
def download(
    model: ModelRef,
    to: Annotated[Path, typer.Argument(metavar="[DIR]", help="Default: here.")] = Path("."),
    json: Json = False,
    workspace: Where = None,
) -> None:
    """Write a version's files below DIR. --json: the paths written."""
    written = connect(workspace).download_version(*versioned(model), to)
    if json:
        return document([str(one) for one in written])
    for one in written:
        line(str(one))


@app.command()
def delete(model: ModelRef, json: Json = False, workspace: Where = None) -> None:
    """Delete a version; its number is never used again. Refused while an endpoint uses it."""
    name, version = versioned(model)
    if version == "latest":
        raise Invalid(f"Say which version is to go: {name}:VERSION.", "version")
    gone = connect(workspace).delete_version(name, version)
    if json:
        return document(gone)
    line(f"Deleted {gone.label}.")


def _version(version: ModelVersion) -> tuple[str, ...]:
    return (
        version.label,
        version.run or "",
        version.framework or "",
        said.size(version.size_bytes),
        said.age(version.created_at, Instant.now()),
        ", ".join(version.endpoints),
        ", ".join(f"{k}={v}" for k, v in version.tags.items()),
    )


def _model(model: Model) -> tuple[str, ...]:
    latest, used = model.latest, ", ".join(model.endpoints)
    if latest is None:
        return model.name, str(model.n_versions), "", "", "", "", used
    size, age = said.size(latest.size_bytes), said.age(latest.created_at, Instant.now())
    framework = latest.framework or ""
    return model.name, str(model.n_versions), latest.label, framework, size, age, used
