"""What a model or an entry script returned, as bytes for the client."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

NOT_ITS_OWN = {"content-length", "transfer-encoding", "connection"}  # the router says them


class Answer(NamedTuple):
    status: int
    body: bytes
    rows: int = 0
    headers: dict[str, str] = {}


class BadRequest(Exception):
    """The body is not what the model takes; the sentence goes to the client, with status 400."""


def refusal(status: int, code: str, message: str, **headers: str) -> Answer:
    return Answer(status, to_json({"code": code, "message": message}), 0, headers)


def to_json(value: Any) -> bytes:
    """JSON; arrays and frames as lists, NaN and the infinities as strings.

    Raises
    ------
    TypeError
        There is something in it that JSON cannot say.
    """
    try:
        text = json.dumps(value, default=_plain, allow_nan=False)
    except ValueError:  # NaN somewhere
        text = json.dumps(_finite(value))
    return text.encode()


def of_script(value: Any) -> Answer:
    """What `run()` returned.

    A string that is JSON already goes out as it is, so that a client decodes once; an
    object with `status_code` and `get_data` (Azure's AMLResponse) says all by itself.
    """
    if isinstance(value, str):
        return Answer(200, value.encode() if _is_json(value) else to_json(value))
    if isinstance(value, (bytes, bytearray)):
        return Answer(200, bytes(value), 0, {"content-type": "application/octet-stream"})
    if hasattr(value, "status_code") and hasattr(value, "get_data"):
        return _of_response(value)
    return Answer(200, to_json(value))


def _of_response(value: Any) -> Answer:
    status = int(value.status_code)
    if not 200 <= status <= 599:
        raise ValueError(f"{status} is not the status of an answer.")
    headers = {str(name).lower(): str(text) for name, text in dict(value.headers).items()}
    for name, text in list(headers.items()):
        told = name.replace("-", "").isalnum() and text.isprintable() and text.isascii()
        if name in NOT_ITS_OWN or not told or not name.isascii():
            del headers[name]
    body = b"" if status in (204, 304) else bytes(value.get_data())
    return Answer(status, body, 0, headers)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _plain(value: Any) -> Any:
    for method in ("tolist", "to_dict", "isoformat"):  # numpy; pandas; dates
        if hasattr(value, method):
            return value.to_dict("records") if _is_frame(value) else getattr(value, method)()
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"A {type(value).__name__} cannot be written as JSON; return a list or dict.")


def _is_frame(value: Any) -> bool:
    return type(value).__name__ == "DataFrame"


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return _finite(_plain(value))
