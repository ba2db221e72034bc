"""Options and arguments that many commands share."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from jupyter_mlws.cli import complete

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Where = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="FOLDER|URL",
        help="Its folder, or its Jupyter server with $MLWS_TOKEN. Default: the nearest upwards.",
    ),
]
RunRef = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="An id, its unique beginning, a label such as digits-3, or latest.",
        autocompletion=complete.runs,
    ),
]
ModelRef = Annotated[
    str,
    typer.Argument(
        metavar="NAME:VERSION",
        help="NAME alone is its newest version.",
        autocompletion=complete.versions,
    ),
]
EndpointRef = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The endpoint's name.", autocompletion=complete.endpoints),
]
Experiment = typer.Option(
    "--experiment",
    "-e",
    autocompletion=complete.experiments,
    help="Under which name its runs are counted.",
)
Params = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; may be given again."),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="NAME=VALUE", help="A tag; may be given again."),
]
Target = Annotated[
    str | None,
    typer.Option("--target", "-t", autocompletion=complete.targets, help="Where it runs."),
]
Wait = Annotated[bool, typer.Option("--wait", help="Return when it is over; 0 only if completed.")]
Follow = Annotated[bool, typer.Option("--follow", help="As --wait, and print its log meanwhile.")]
Instances = Annotated[int | None, typer.Option("--instances", min=1, help="How many replicas.")]
Concurrency = Annotated[
    int | None, typer.Option("--concurrency", min=1, help="Requests in flight, of each replica.")
]
Queue = Annotated[int | None, typer.Option("--queue", min=0, help="Requests that wait, in all.")]
Patience = Annotated[
    float | None,
    typer.Option("--timeout", min=0.001, help="Seconds until a request is answered with 504."),
]
Script = Annotated[
    str | None, typer.Option("--script", help="The entry script, with init() and run(data).")
]
Source = Annotated[
    Path | None, typer.Option("--source", help="The folder to send. Default: the script's.")
]
Python = Annotated[
    str | None, typer.Option("--python", help="The interpreter. Default: the active environment's.")
]


def words(given: Iterable[str] | None) -> list[str]:
    """The values of an option that may be given again."""
    return list(given or ())
