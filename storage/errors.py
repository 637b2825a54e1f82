"""The errors of storage; the errors of the S3 client never leave this package."""


class StorageError(Exception):
    """Base of every error of this package."""


class StorageUnavailable(StorageError):
    """The service did not answer, or answered that it cannot: trying again later may work."""


class StorageMismatch(StorageError):
    """The service answered, but not with what was promised: other bytes, no version, no object, no lock. Trying again
    will not help; a person has to look."""
