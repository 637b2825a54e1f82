"""The errors of storage; the errors of the S3 client never leave this package."""


class StorageError(Exception):
    """Base of every error of this package."""


class StorageUnavailable(StorageError):
    """The service did not answer, or answered that it cannot: trying again later may work."""


class StorageSilent(StorageUnavailable):
    """The service could not be reached, or did not answer in time."""


class StorageRefused(StorageUnavailable):
    """The service answered that it will not; `code` is the word of S3 for it."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class BucketMissing(StorageUnavailable):
    """The service answers and has no such bucket."""


class StorageMismatch(StorageError):
    """The service answered, but not with what was promised: other bytes, no version, no object, no lock. Trying again
    will not help; a person has to look."""
