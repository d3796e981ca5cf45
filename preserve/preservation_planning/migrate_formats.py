"""Makes the next version of one package under the formats policy that counts now, through the stages of an ingest.

Killed at any moment, the same call goes on: the journal knows each file, as it does for an ingest.
"""

from __future__ import annotations

from preserve.archival_storage.aip_versions import previous_version
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing import attempts
from preserve.data_management import cases
from preserve.data_management.database import Catalogue
from preserve.home import Home
from preserve.ingest.context import Ingest
from preserve.ingest.pipeline import carry_out
from preserve.ingest.working_files import WorkingFiles
from preserve.preservation_planning import resume
from preserve.preservation_planning.later_version import LaterVersion, Represerved
from preserve.preservation_planning.policy import Policy
from preserve.progress import Progress
from preserve.work import claim
from storage_adapters.contract import CopyRef

__all__ = ["Represerved", "represerve"]


def represerve(
    home: Home, catalogue: Catalogue, objid: str, policy: Policy, *, actor: str, jobs: int, watcher: Progress
) -> Represerved:
    """Make the next version of a case's package, where the policy asks for one.

    Raises NotIntact where the old package is damaged (nothing of it is passed on), Refused where another run works on
    the case, MediumProblem and StorageError, ToolMissing, Stopped.
    """
    with catalogue.read() as connection:
        number = cases.read(connection, objid).case_number
    with claim(home.work, number):
        adapter = server_store(home)
        adapter.require()
        with catalogue.read() as connection:
            old = previous_version(home, connection, objid)
            case = cases.read(connection, objid)
        adapter.bring(CopyRef(old.name), progress=watcher)
        began = resume.begin(home, catalogue, old, policy, actor)
        version, row, held = old.version + 1, began.row, catalogue.while_held
        name = f"{objid}_v{version:04}"
        own = attempts.begin(adapter, home.work, name, row.id, held, resumed=began.resumed)
        ingest = Ingest(row.id, objid, home, case.description, own.package, own.scratch, version)
        files = WorkingFiles(catalogue, ingest, jobs, watcher)
        return carry_out(LaterVersion(ingest, files, old, policy, began, actor))
