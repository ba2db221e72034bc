"""Edit: a run's words, and what is learned of it after it was submitted."""

from jupyter_mlws.backend import Backend
from jupyter_mlws.records.environment import EnvironmentRecord
from jupyter_mlws.records.run import Run, RunDetail, RunPatch
from jupyter_mlws.store import details, environments, runs


def edit(backend: Backend, ref: str, change: RunPatch) -> RunDetail:
    """Change a run's name, description, tags, or whether it is archived. Raises NotFound."""
    with backend.store.write() as tx:
        run_id = runs.resolve(tx, ref)
        runs.patch(tx, run_id, change, at=backend.now())
        return details.get(tx, run_id)


def note_environment(backend: Backend, ref: str, record: EnvironmentRecord, by: str) -> Run:
    """Store what the interpreter of a run holds. Raises NotFound."""
    with backend.store.write() as tx:
        run_id = runs.resolve(tx, ref)
        environments.note(tx, run_id, record, at=backend.now(), by=by)
        return runs.changed(tx, run_id, at=backend.now())
