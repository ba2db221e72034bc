"""``mlws serve``: own the workspace in the foreground. What it does is in `serve.py`."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from jupyter_mlws.cli.options import Where
from jupyter_mlws.cli.output import say
from jupyter_mlws.client import workspace as places

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    workspace: Where = None,
    idle: Annotated[
        float, typer.Option(min=0, help="Seconds without clients and runs; 0: never end.")
    ] = 600.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 0,
) -> None:
    """Serve the workspace until nobody needs it. Other commands start this by themselves."""
    found = places.find_or_create(Path.cwd(), workspace, say=say)
    import_module("jupyter_mlws.cli.serve").serve(found.root, idle_s=idle, port=port)
