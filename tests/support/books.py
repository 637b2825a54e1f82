"""Everything that a filing leaves behind, counted: to show that a refused one left nothing."""

from dataclasses import dataclass

from sqlalchemy import func, select

from oficialia.models import Document, EmailConfirmation, Filing, Job, LedgerHead, StoredObject
from oficialia.runtime import Runtime
from storage.bucket import Bucket, Stored


class NotingBucket(Bucket):
    """A real bucket that notes what it was given."""

    def __init__(self, *arguments: str, **named: str) -> None:
        super().__init__(*arguments, **named)
        self.kept: list[Stored] = []

    def put(self, *arguments: object, **named: object) -> Stored:
        """As any bucket."""
        self.kept.append(super().put(*arguments, **named))  # type: ignore[arg-type]
        return self.kept[-1]


@dataclass(frozen=True)
class Books:
    """How many there are of each; two are compared."""

    rows: dict[str, int]  # by table
    leaves: int
    stored: int  # objects that this process was told are stored
    spool: int  # files left in the working folder


def books(runtime: Runtime) -> Books:
    """What there is now. The bucket must be a noting one."""
    assert isinstance(runtime.bucket, NotingBucket)
    with runtime.database.reading() as session:
        tables = (Filing, Document, StoredObject, Job, EmailConfirmation)
        counted = {table.__name__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        leaves = session.get_one(LedgerHead, 1).size
    return Books(counted, leaves, len(runtime.bucket.kept), len(list(runtime.spool.iterdir())))
