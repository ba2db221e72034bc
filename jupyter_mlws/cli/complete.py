"""What the shell offers after a tab."""

from jupyter_mlws.sdk.choices import choices


def targets(incomplete: str) -> list[str]:
    return _that_begin("target", incomplete)


def experiments(incomplete: str) -> list[str]:
    return _that_begin("experiment", incomplete)


def runs(incomplete: str) -> list[str]:
    return _that_begin("run", incomplete)


def models(incomplete: str) -> list[str]:
    return _that_begin("model", incomplete)


def versions(incomplete: str) -> list[str]:
    return _that_begin("version", incomplete)


def endpoints(incomplete: str) -> list[str]:
    return _that_begin("endpoint", incomplete)


def _that_begin(kind: str, incomplete: str) -> list[str]:
    return [word for word in choices(kind) if word.startswith(incomplete)]
