"""openapi.json, made from the route table: ``python -m jupyter_mlws.server.openapi``."""

import json
import re
import sys
from typing import Any

import msgspec

from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.problem import Problem
from jupyter_mlws.server.base import RecordHandler
from jupyter_mlws.server.policy import NEEDED
from jupyter_mlws.server.shapes import SHAPES, Shape

REF = "#/components/schemas/{name}"
MADE = ("POST",)  # answer 201 where they make something
ACTIONS = ("cancel", "plan", "invoke", "{which}", "prune")  # POSTs that make nothing


class OpenApiHandler(RecordHandler):
    async def get(self) -> None:
        self.send(json.dumps(await self.act(lambda _: document())).encode())


def document() -> dict[str, Any]:
    """The routes as OpenAPI 3.1. Raises LookupError where a route has no shape."""
    schemas, components = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for (method, path), needed in sorted(NEEDED.items(), key=lambda row: row[0][1]):
        if path == "openapi.json":
            continue
        shape = SHAPES[method, path]
        operation = _operation(method, path, shape, schemas)
        operation["x-permission"] = f"{needed[0]}:{needed[1]}"
        paths.setdefault(f"/{path}", {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "jupyter_mlws", "version": "1"},
        "servers": [{"url": "/mlws/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization"}
            },
        },
    }


def _schemas() -> tuple[dict[Any, Any], dict[str, Any]]:
    kinds: list[Any] = [Problem]
    for shape in SHAPES.values():
        kinds += [
            kind for part in (shape.answer, shape.body) if part is not None for kind in _each(part)
        ]
    unique = list({str(kind): kind for kind in kinds}.values())
    found, components = msgspec.json.schema_components(unique, schema_hook=_hook, ref_template=REF)
    return {str(kind): schema for kind, schema in zip(unique, found, strict=True)}, components


def _hook(kind: type) -> dict[str, Any]:
    if kind is Instant:
        return {"type": "string", "format": "date-time"}
    raise NotImplementedError(kind)


def _operation(method: str, path: str, shape: Shape, schemas: dict[Any, Any]) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", path)
    asked = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    if shape.query is not None:
        asked += [
            {"name": field.encode_name, "in": "query", "schema": _plain(field.type)}
            for field in msgspec.structs.fields(shape.query)
        ]
    makes = method in MADE and not path.endswith(ACTIONS)
    operation: dict[str, Any] = {
        "operationId": _name(method, path),
        "parameters": asked,
        "responses": {
            "201" if makes else "200": _answer(shape.answer, schemas),
            "default": _answer(Problem, schemas),
        },
    }
    if shape.body is not None:
        content = {"application/json": {"schema": schemas[str(shape.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _answer(kind: Any, schemas: dict[Any, Any]) -> dict[str, Any]:
    if kind is None:
        content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    else:
        each = [schemas[str(one)] for one in _each(kind)]
        schema: dict[str, Any] = each[0] if len(each) == 1 else {"oneOf": each}
        content = {"application/json": {"schema": schema}}
    return {"description": "The record." if kind is not None else "The bytes.", "content": content}


def _each(kind: Any) -> tuple[Any, ...]:
    """A route may answer one of several records."""
    return kind if isinstance(kind, tuple) else (kind,)


def _plain(kind: Any) -> dict[str, Any]:
    return dict(msgspec.json.schema(kind))


def _name(method: str, path: str) -> str:
    words = re.sub(r"[{}.]", "", path).split("/")
    return method.lower() + "".join(word[:1].upper() + word[1:] for word in words)


ROUTES: dict[str, type[RecordHandler]] = {"openapi.json": OpenApiHandler}

if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2, sort_keys=True)
    sys.stdout.write("\n")
