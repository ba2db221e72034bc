"""What git knows about a folder, under Azure's names, and the changes that were not committed."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from jupyter_mlws.snapshot.secrets import looks_secret

WITHIN_S = 2.0
MOST_DIFF_BYTES = 10_000_000
MLFLOW = {"repository_uri": "repoURL", "branch": "branch", "commit": "commit"}
OF_BUILD = {"build_id": "BUILD_BUILDID", "build_uri": "BUILD_BUILDURI"}
OURS = ("repository_uri", "branch", "commit", "dirty", "build_id", "build_uri")


class GitFacts(Struct, frozen=True):
    """Facts about a source folder.

    Attributes
    ----------
    properties
        ``azureml.git.*`` and ``mlflow.source.git.*``; empty outside a work tree;
        ``{"incomplete": why}`` where git did not answer.
    diff
        What ``git diff HEAD`` says of the folder, without files that look like secrets; empty
        where nothing was changed, or where it is larger than 10 MB.
    """

    properties: dict[str, str] = {}
    diff: bytes = b""


def ask(root: Path, within_s: float = WITHIN_S) -> Callable[[], GitFacts]:
    """Begin to ask git in a thread; what is returned waits for the answer, at most `within_s`.

    Variables ``AZUREML_GIT_COMMIT`` and so on stand before what git says.
    """
    told = _told(os.environ)
    if not _in_work_tree(root) or shutil.which("git") is None:
        return lambda: GitFacts(_named(told))
    answers: list[GitFacts] = []
    until = time.monotonic() + within_s
    thread = threading.Thread(
        target=lambda: answers.append(_answer(root, told, within_s)), daemon=True, name="git-facts"
    )
    thread.start()

    def wait() -> GitFacts:
        thread.join(max(0.0, until - time.monotonic()))
        return answers[0] if answers else GitFacts(_named(told) | {"incomplete": "timeout"})

    return wait


def facts(root: Path) -> GitFacts:
    """Ask, and wait."""
    return ask(root)()


def without_credentials(url: str) -> str:
    """A remote's address as it may be shown: ``https://user:token@host/x`` loses all before @."""
    parts = urlsplit(url)
    if not parts.scheme or not parts.netloc:
        return url  # git@host:path, or a path
    user, at, host = parts.netloc.rpartition("@")
    if parts.scheme in ("ssh", "git+ssh") and at:
        host = f"{user.partition(':')[0]}@{host}"
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _answer(root: Path, told: dict[str, str], within_s: float) -> GitFacts:
    import git  # noqa: PLC0415 - 0.1 s, needed inside a work tree only

    try:
        with git.Repo(root, search_parent_directories=True) as repo:
            return _of(repo, root.resolve(), told, within_s)
    except (git.GitError, OSError, ValueError) as error:
        why = str(error).strip().splitlines() or [type(error).__name__]
        return GitFacts(_named(told) | {"incomplete": why[-1].strip()[:300]})


def _of(repo: Any, root: Path, told: dict[str, str], within_s: float) -> GitFacts:
    def run(*words: str) -> bytes:
        with repo.git.custom_environment(GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0"):
            return bytes(
                repo.git.execute(
                    ["git", "-c", "core.fsmonitor=false", "-c", "core.quotepath=false", *words],
                    stdout_as_string=False,
                    strip_newline_in_stdout=False,
                    kill_after_timeout=within_s,
                )
            )

    if repo.bare:
        return GitFacts(_named(told))
    inside = root.relative_to(Path(repo.working_tree_dir).resolve())
    where = f":(top,literal){inside}" if inside.parts else ":(top)"
    status = run("status", "--porcelain", "--", where)
    found = {"dirty": str(bool(status.strip()))}
    if not repo.head.is_detached:
        found["branch"] = repo.active_branch.name
    if repo.remotes:
        address = run("ls-remote", "--get-url").decode(errors="replace").strip()
        found["repository_uri"] = without_credentials(address)
    diff = b""
    if repo.head.is_valid():
        found["commit"] = repo.head.commit.hexsha
        diff = _diff(run, where) if status.strip() else b""
    return GitFacts(_named(found | told), diff if len(diff) <= MOST_DIFF_BYTES else b"")


def _diff(run: Callable[..., bytes], where: str) -> bytes:
    names = run("diff", "HEAD", "--name-only", "-z", "--no-renames", "--", where).split(b"\0")
    secret = [name for name in map(os.fsdecode, names) if name and _secret(name)]
    if len(secret) == sum(1 for name in names if name):
        return b""
    plain = ("--binary", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
    return run("diff", "HEAD", *plain, "--", where, *(f":(top,literal,exclude){s}" for s in secret))


def _secret(path: str) -> bool:
    *folders, _ = path.split("/")
    return looks_secret(path, False) or any(looks_secret(folder, True) for folder in folders)


def _told(variables: Mapping[str, str]) -> dict[str, str]:
    """What the environment says: the build, and what stands before git's own answers."""
    found = {name: variables[key] for name, key in OF_BUILD.items() if variables.get(key)}
    for name in OURS:
        if value := variables.get(f"AZUREML_GIT_{name.upper()}"):
            found[name] = without_credentials(value) if name == "repository_uri" else value
    return found


def _named(found: dict[str, str]) -> dict[str, str]:
    azure = {f"azureml.git.{name}": found[name] for name in OURS if name in found}
    mlflow = {f"mlflow.source.git.{m}": found[a] for a, m in MLFLOW.items() if a in found}
    return azure | mlflow


def _in_work_tree(root: Path) -> bool:
    folder = root.resolve()
    return any((above / ".git").exists() for above in (folder, *folder.parents))
