"""Asks the workspace for something from inside a run, and waits for the answer."""

import os
from time import monotonic, sleep

from jupyter_mlws_run.place import new_id
from jupyter_mlws_run.recorder import Recorder
from jupyter_mlws_run.values import encode, quote

WAIT_S = 60.0


class RequestRefused(RuntimeError):
    """The workspace read the request and will not do it; says why."""


def ask(recorder: Recorder, verb: str, arguments: dict):  # noqa: ANN201
    """Write a request and wait until it is answered, for at most a minute.

    The request stays when nobody answers: whoever owns the workspace next executes
    it once. `MLWS_REQUEST_WAIT_S` changes the minute.

    Returns
    -------
    dict or None
        The answer; None where there is none yet.

    Raises
    ------
    RequestRefused
        The answer is no.
    """
    request = new_id()
    facts = f',"id":"{request}","verb":{quote(verb)},"arguments":{encode(arguments)}'
    recorder._event("request", facts)
    recorder._events.sync()
    reply = _await(os.path.join(recorder._place.home or "", "replies", f"{request}.json"))
    if reply is None:
        return None
    if "error" in reply:
        error = reply["error"]
        raise RequestRefused(error["message"] if isinstance(error, dict) else str(error))
    return reply.get("result") or {}


def _await(path: str):  # noqa: ANN202
    import json

    until = monotonic() + float(os.environ.get("MLWS_REQUEST_WAIT_S", WAIT_S))
    pause = 0.002
    while True:
        try:
            with open(path, encoding="utf-8") as stream:
                return json.load(stream)
        except (FileNotFoundError, ValueError):  # not yet, or not yet whole
            if monotonic() > until:
                return None
        sleep(pause)
        pause = min(pause * 1.5, 0.25)
