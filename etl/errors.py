"""What can go wrong, sorted by what the operator has to do about it.

DatelineError
├── ConfigError            mend the file that the message names, then start again
├── RetriableFetchError    nothing: Airflow tries again
├── FatalFetchError        look at the source: trying again will not help
├── ArticleError           nothing: one article becomes one quarantine row
├── DataError              nothing was published; the message says which sum or key is off
├── ConflictError          run it again: another process has changed the same days meanwhile
├── ReaderError            give the machine memory or processes; the WARC is read again by the next run
└── StorageError           free space or mend permissions; nothing half-written is left
"""


class DatelineError(Exception):
    """Every error that Dateline raises on purpose."""


class ConfigError(DatelineError):
    """A file of the configuration or an environment variable is wrong; names file, key and value."""


class RetriableFetchError(DatelineError):
    """A whole batch could not be collected for a reason that passes, such as a lost lease.

    `wait_seconds` is how long the other side asked to be left alone; null where it named no time.
    """

    def __init__(self, message: str, wait_seconds: float | None = None):
        super().__init__(message)
        self.wait_seconds = wait_seconds


class FatalFetchError(DatelineError):
    """A whole batch could not be collected and never will be as configured."""


class ArticleError(DatelineError):
    """One article cannot become a row. `reason_code` is one of the closed list in `tables.REASONS`."""

    def __init__(self, reason_code: str, reason_text: str, *, field: str | None = None, value: str | None = None):
        super().__init__(reason_text)
        self.reason_code = reason_code
        self.reason_text = reason_text
        self.field = field
        self.value = value


class DataError(DatelineError):
    """The rows contradict each other or the contract; nothing was published."""


class ConflictError(DatelineError):
    """What was prepared no longer fits what is live; nothing was changed."""


class ReaderError(DatelineError):
    """There is no process to be had in which pages could be read; no page is to blame."""


class StorageError(DatelineError):
    """A store cannot be read or written (disk full, read-only, no permission, damaged file)."""
