"""``mlws``: the commands, loaded when they are asked for, and how errors end them."""

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from jupyter_mlws.cli.output import say
from jupyter_mlws.errors import Invalid, MlwsError, unusable

NOUNS = {  # word → module with an `app`
    "run": "jupyter_mlws.cli.run",
    "model": "jupyter_mlws.cli.model",
    "endpoint": "jupyter_mlws.cli.endpoint",
    "compute": "jupyter_mlws.cli.compute",
    "workspace": "jupyter_mlws.cli.workspace",
    "serve": "jupyter_mlws.cli.owner",
    "doctor": "jupyter_mlws.cli.doctor",
}
WrongUsage: Any = typer.BadParameter.__mro__[1]  # typer's UsageError has no public name


class Door(TyperGroup):
    """Imports only the noun that was typed; says every error in one sentence."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in NOUNS:
            return None
        command = typer.main.get_command(import_module(NOUNS[cmd_name]).app)
        command.name = cmd_name
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return list(super().parse_args(ctx, args))
        except WrongUsage as error:
            raise _told(error, ctx) from error

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except MlwsError as error:
            say(str(error))
            wrong = isinstance(error, Invalid) and error.field is not None  # of the line, or a file
            raise typer.Exit(2 if wrong else 1) from error
        except WrongUsage as error:
            raise _told(error, ctx) from error
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except BrokenPipeError:  # `mlws run list | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(141) from None
        except OSError as error:  # a path that was typed: too long, not ours to read or to write
            say(unusable(error))
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=Door,
    name="mlws",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The machine learning workspace: runs, models, endpoints.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(import_module("jupyter_mlws").__version__)
        raise typer.Exit()


@app.callback()
def mlws(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """The machine learning workspace: runs, models, endpoints."""


def main() -> None:
    """The program. Exit code 0 only for success; 1 failed, 2 wrong usage, 130 interrupted."""
    sys.stdout, sys.stderr = _open(sys.stdout), _open(sys.stderr)
    app(prog_name="mlws")


def _open(stream: Any) -> Any:
    """A stream that takes every sentence: also one that is closed, or cannot say it."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    stream.reconfigure(errors="replace")
    return stream


def _told(error: Any, ctx: Any) -> typer.Exit:
    """Say what is wrong with a line, in one sentence; or help, where nothing was typed."""
    ctx = getattr(error, "ctx", None) or ctx
    message = " ".join(error.format_message().split())
    if not message or type(error).__name__ == "NoArgsIsHelpError":  # a noun without a verb
        error.show()
    else:
        end = "" if message[-1] in ".?!" else "."
        say(f"{message}{end} See `{ctx.command_path} --help`.")
    return typer.Exit(2)


if __name__ == "__main__":
    main()
