"""What may be typed next, as the workspace knows it: for completion, so it is quick or empty."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_mlws.client import owner, workspace
from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import MlwsError

PATIENCE_S = 0.15  # longer is felt as a hang
FRESH_S = 2.0
Ask = Callable[[Client], list[str]]

_kept: dict[tuple[str, str], tuple[float, list[str]]] = {}  # (kind, folder) → (when, words)
_asked: set[tuple[str, str]] = set()  # questions on their way


def _targets(client: Client) -> list[str]:
    return [target.name for target in client.targets()]


def _experiments(client: Client) -> list[str]:
    return [experiment.name for experiment in client.experiments()]


def _runs(client: Client) -> list[str]:
    return ["latest", *(run.label for run in client.runs(limit=50).items)]


def _models(client: Client) -> list[str]:
    return [model.name for model in client.models()]


def _versions(client: Client) -> list[str]:
    """Names, and each name's newest version."""
    models = client.models()
    newest = [model.latest.label for model in models if model.latest is not None]
    return [*(model.name for model in models), *newest]


def _endpoints(client: Client) -> list[str]:
    return [endpoint.name for endpoint in client.endpoints()]


ASK: dict[str, Ask] = {
    "target": _targets,
    "experiment": _experiments,
    "run": _runs,
    "model": _models,
    "version": _versions,
    "endpoint": _endpoints,
}


def choices(kind: str, start: Path | None = None) -> list[str]:
    """The workspace's words of a kind: one of `ASK`.

    Empty where no owner runs now, or none answers within `PATIENCE_S`; an answer
    that comes later is there the next time. Never starts anything, never raises.
    """
    key = (kind, str(start or Path.cwd()))
    when, words = _kept.get(key, (0.0, []))
    if time.monotonic() - when < FRESH_S and when:
        return words
    if key not in _asked:
        _asked.add(key)
        asking = threading.Thread(target=_fetch, args=key, daemon=True)
        asking.start()
        asking.join(PATIENCE_S)
    return _kept.get(key, (0.0, []))[1]


def _fetch(kind: str, start: str) -> None:
    try:
        client = owner.connect(workspace.find(start), start=False)
        words = ASK[kind](client)
        client.close()
    except (MlwsError, OSError):
        words = []
    finally:
        _asked.discard((kind, start))
    _kept[kind, start] = (time.monotonic(), words)
