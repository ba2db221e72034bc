"""Reads back what a run wrote: the events of all its writers."""

import os

SAMPLED = "system/"


def read(events):  # noqa: ANN001, ANN201 - an iterator of dicts
    """Every whole record, in order of writing within a writer, by time between them."""
    import json

    records = []
    for blob in _blobs(events):
        for line in blob.split(b"\n"):
            try:
                record = json.loads(line)
                record["k"], record["at"]
            except (ValueError, KeyError, TypeError):
                continue  # empty, torn, or not a record
            records.append(record)
    return iter(sorted(records, key=lambda r: r["at"]))  # stable


def metrics(records: list, run, name=None) -> dict:  # noqa: ANN001
    """Azure's shapes, of one run (`None`: the run itself). What the shim samples is left out."""
    found: dict = {}
    for r in records:
        kind = r["k"]
        if kind not in _ADD or r.get("run") != run or name not in (None, r["name"]):
            continue
        if name is None and r["name"].startswith(SAMPLED):
            continue
        _ADD[kind](found.setdefault(r["name"], (kind, []))[1], r)
    return {key: _shape(kind, values) for key, (kind, values) in found.items()}


def tags(records: list, run) -> dict:  # noqa: ANN001
    """Key → value; a tag that was removed is gone."""
    found: dict = {}
    for r in records:
        if r["k"] == "tag" and r.get("run") == run:
            if r.get("removed"):
                found.pop(r["key"], None)
            else:
                found[r["key"]] = r["value"]
    return found


def properties(records: list, run) -> dict:  # noqa: ANN001
    found: dict = {}
    for r in records:
        if r["k"] == "property" and r.get("run") == run:
            found.setdefault(r["key"], r["value"])
    return found


def children(records: list) -> dict:
    """Id → what is known of it: name, parent, state."""
    found: dict = {}
    for r in records:
        if r["k"] == "child":
            found.setdefault(r["id"], {}).update(r)
    return found


_WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def _heard(value):  # noqa: ANN001, ANN202
    return _WORDS.get(value, value) if isinstance(value, str) else value


_ADD = {
    "metric": lambda values, r: values.append(_heard(r.get("value"))),
    "row": lambda values, r: values.append(r.get("value", {"path": r.get("path")})),
    "table": lambda values, r: values.append(r.get("value", {"path": r.get("path")})),
    "image": lambda values, r: values.append(r["path"]),
}


def _shape(kind: str, values: list):  # noqa: ANN202
    if kind in ("metric", "image"):
        return values[0] if len(values) == 1 else values
    columns: dict = {}
    for row in values:
        for key, value in row.items():
            cell = [_heard(v) for v in value] if isinstance(value, list) else [_heard(value)]
            columns.setdefault(key, []).extend(cell)
    single = all(len(column) == 1 for column in columns.values())
    return {k: v[0] for k, v in columns.items()} if single else columns


def _blobs(events):  # noqa: ANN001, ANN202
    if events.folder is None:
        yield b"".join(events.lines)
        return
    try:
        names = sorted(os.listdir(events.folder))
    except FileNotFoundError:
        return
    for name in names:
        if name.endswith(".jsonl"):
            with open(os.path.join(events.folder, name), "rb") as stream:
                yield stream.read()
