"""What an endpoint takes and answers, as an OpenAPI document, and as Swagger 2 for old clients."""

from typing import Any

from jupyter_mlws.scoring.config import Config

SAYS = {
    "200": "The model's answer.",
    "400": "The body is not JSON, or a row has the wrong shape.",
    "401": "The key is missing or wrong.",
    "413": "The body is too large.",
    "429": "The endpoint is busy; try again after Retry-After seconds.",
    "500": "The entry script failed.",
    "502": "The replica died while it worked on the request.",
    "503": "No replica is ready.",
    "504": "The model did not answer in time.",
}


def document(config: Config, n_features: int | None) -> dict[str, Any]:
    """OpenAPI 3.0. The input comes from the sample, else from the number of features."""
    problem = {"$ref": "#/components/schemas/Problem"}
    answers: dict[str, Any] = {
        status: {"description": says, **_content(problem)} for status, says in SAYS.items()
    }
    answers["200"] = {"description": SAYS["200"], **_content(_output(config))}
    return {
        "openapi": "3.0.3",
        "info": _info(config),
        "servers": [{"url": f"http://{config.bind}:{config.port}"}],
        "security": [{"key": []}],
        "paths": {
            "/score": {
                "post": {
                    "operationId": "score",
                    "summary": "Ask the model",
                    "requestBody": {"required": True, **_content(_input(config, n_features))},
                    "responses": answers,
                }
            }
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _problem()},
        },
    }


def swagger(config: Config, n_features: int | None) -> dict[str, Any]:
    """Swagger 2.0, which `/swagger.json` gives unless asked for version 3, as Azure's does."""
    problem = {"$ref": "#/definitions/Problem"}
    answers: dict[str, Any] = {
        status: {"description": says, "schema": problem} for status, says in SAYS.items()
    }
    answers["200"] = {"description": SAYS["200"], "schema": _output(config)}
    body = {"name": "body", "in": "body", "required": True, "schema": _input(config, n_features)}
    return {
        "swagger": "2.0",
        "info": _info(config),
        "host": f"{config.bind}:{config.port}",
        "schemes": ["http"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"key": {"type": "apiKey", "name": "Authorization", "in": "header"}},
        "security": [{"key": []}],
        "paths": {
            "/score": {"post": {"operationId": "score", "parameters": [body], "responses": answers}}
        },
        "definitions": {"Problem": _problem()},
    }


def _info(config: Config) -> dict[str, str]:
    about = f"{config.model}, revision {config.revision}"
    return {"title": config.name, "version": str(config.revision), "description": about}


def _problem() -> dict[str, Any]:
    words = {"code": {"type": "string"}, "message": {"type": "string"}}
    return {"type": "object", "properties": words}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _output(config: Config) -> dict[str, Any]:
    if config.script:
        return {}  # whatever its run() returns
    predictions = {"predict": {"type": "array", "items": {}}}
    return {"type": "object", "properties": predictions}


def _input(config: Config, n_features: int | None) -> dict[str, Any]:
    if config.sample is not None:
        return {**_schema(config.sample), "example": config.sample}
    if config.script and n_features is None:
        return {}
    row: dict[str, Any] = {"type": "array", "items": {}}
    if n_features is not None:
        row |= {"minItems": n_features, "maxItems": n_features}
    rows = {"data": {"type": "array", "items": row}}
    return {"type": "object", "required": ["data"], "properties": rows}


def _schema(value: Any) -> dict[str, Any]:
    """The type of a sample: of a list, that of its first item."""
    if isinstance(value, dict):
        parts = {name: _schema(item) for name, item in value.items()}
        return {"type": "object", "required": list(parts), "properties": parts}
    if isinstance(value, list):
        return {"type": "array", "items": _schema(value[0]) if value else {}}
    kinds = {bool: "boolean", int: "number", float: "number", str: "string"}
    return {"type": kinds[type(value)]} if type(value) in kinds else {}
