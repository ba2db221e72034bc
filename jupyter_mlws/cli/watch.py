"""Staying with a run until it is over: what it prints, how it ended, as an exit code."""

import sys

import typer

from jupyter_mlws.cli.output import document, line, say
from jupyter_mlws.client.client import Client
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Run, RunState
from jupyter_mlws.sdk import words


def watch(client: Client, run: Run, *, wait: bool, follow: bool, json: bool) -> None:
    """After a submit: print its id, or the run; with `wait` or `follow` stay until it is over.

    With `json` stdout holds the run and nothing else: its log, if followed, goes to
    stderr. Ctrl-C leaves the run as it is. Exits 1 where it did not complete.
    """
    if not (wait or follow):
        return document(run) if json else line(run.id)
    if not json:
        line(run.id)
        sys.stdout.flush()
    try:
        if follow:
            _follow(client, run, sys.stderr if json else sys.stdout)
        done = client.wait(run.id)
    except KeyboardInterrupt:
        say(f"{run.label} goes on; `mlws run cancel {run.label}` ends it.")
        raise
    if json:
        document(done)
    return ended(done, quiet=json)


def ended(run: Run, quiet: bool = False) -> None:
    """Say how it ended; Exit 1 where it did not complete."""
    if not quiet or run.state is not RunState.COMPLETED:
        sys.stderr.write(words.line(run, Instant.now()) + "\n")
    if run.state is not RunState.COMPLETED:
        raise typer.Exit(1)


def _follow(client: Client, run: Run, to: object) -> None:
    stream = getattr(to, "buffer")  # noqa: B009  text streams have it, their type does not say so
    for chunk in client.follow_log(run.id):
        stream.write(chunk)
        stream.flush()
