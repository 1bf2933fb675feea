"""Every deliberate error of the system.

::

    DtiError                      .code names the rule, .retryable says whether waiting can heal it
    ├── SettingsError             a setting is missing or makes no sense
    ├── SourceError               literature could not be read
    │   ├── MalformedInputError   the bytes are not what the format promises; says where
    │   ├── UnsupportedFormatError  no reader recognises the input
    │   ├── InputTooLargeError    a limit protects the process; says which
    │   ├── RequestRefusedError   the remote side refuses the request itself; quotes its message
    │   └── SourceUnavailableError  the remote side failed in a way that may heal (retryable)
    │       ├── BadAnswerError    it answered, but not with what was asked for
    │       └── RateLimitedError  the remote side asked us to slow down
    ├── ModelError                a checkpoint cannot be used
    │   ├── CheckpointError       a file is missing or its SHA-256 differs
    │   ├── HubError              a pretrained model is neither on disk nor to be had from the hub
    │   └── TrainingError         a training run cannot start or go on
    ├── LexiconError              a compiled lexicon cannot be used
    ├── VocabularyError           a table of interaction labels contradicts itself
    ├── OptionError               an unknown option name or an invalid option value
    ├── EvaluationError           gold or predictions cannot be scored
    ├── StoreError                the knowledge base refused or lost an operation
    │   ├── NotFoundError         no such row
    │   ├── ConflictError         the row is in a state that forbids the operation
    │   ├── BadCursorError        a paging cursor that no list gave out
    │   └── StoreUnavailableError the database does not answer (retryable)
    ├── JobError                  a batch request cannot be accepted
    │   └── LeaseLostError        another worker took over the items (the write is abandoned)
    ├── ServiceError              the HTTP service answered with a problem; quotes its detail
    │   └── ServiceUnavailableError  it did not answer, or cannot work now (retryable)
    └── StackError                a part of the embedded stack did not start or stop
"""

from __future__ import annotations

from typing import ClassVar


class DtiError(Exception):
    """Base of all deliberate errors; `code` is stable and goes into problem+json and logs."""

    code: ClassVar[str] = "dti-error"
    retryable: ClassVar[bool] = False


class SettingsError(DtiError):
    """A deployment setting is missing or makes no sense."""

    code = "settings"


class SourceError(DtiError):
    """Literature could not be read."""

    code = "source"


class MalformedInputError(SourceError):
    """Bytes that break their format's promise; `place` names file and line or record."""

    code = "malformed-input"

    def __init__(self, reason: str, *, place: str = "") -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.place = place


class UnsupportedFormatError(SourceError):
    """No reader recognises the input."""

    code = "unsupported-format"


class InputTooLargeError(SourceError):
    """A limit that protects the process was exceeded."""

    code = "input-too-large"


class RequestRefusedError(SourceError):
    """The remote side refuses the request itself, so that repeating it cannot help; the message quotes it."""

    code = "request-refused"


class SourceUnavailableError(SourceError):
    """The remote side failed in a way that may heal."""

    code = "source-unavailable"
    retryable = True


class BadAnswerError(SourceUnavailableError):
    """The remote side answered, but truncated, unreadable, too late or with a failure of its own."""

    code = "bad-answer"


class RateLimitedError(SourceUnavailableError):
    """The remote side asked us to slow down; `retry_after` is in seconds where it said so."""

    code = "rate-limited"

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class ModelError(DtiError):
    """A checkpoint cannot be used."""

    code = "model"


class CheckpointError(ModelError):
    """A file of a checkpoint folder is missing or its SHA-256 differs."""

    code = "checkpoint"


class HubError(ModelError):
    """A pretrained model is neither on disk nor to be had from the hub; the message says what to do."""

    code = "hub"


class TrainingError(ModelError):
    """A training run cannot start or go on."""

    code = "training"


class LexiconError(DtiError):
    """A compiled lexicon is damaged, of another format, or there is nothing to compile."""

    code = "lexicon"


class VocabularyError(DtiError):
    """A table of interaction labels has an unknown type or key, or one label under two types."""

    code = "vocabulary"


class OptionError(DtiError):
    """An unknown option name or an invalid option value; the message lists the valid ones."""

    code = "option"


class EvaluationError(DtiError):
    """Gold or predictions cannot be scored."""

    code = "evaluation"


class StoreError(DtiError):
    """The knowledge base refused or lost an operation."""

    code = "store"


class NotFoundError(StoreError):
    """No such row."""

    code = "not-found"


class ConflictError(StoreError):
    """The row is in a state that forbids the operation."""

    code = "conflict"


class BadCursorError(StoreError):
    """A paging cursor that no list gave out."""

    code = "bad-cursor"


class StoreUnavailableError(StoreError):
    """The database does not answer."""

    code = "store-unavailable"
    retryable = True


class JobError(DtiError):
    """A batch request cannot be accepted."""

    code = "job"


class LeaseLostError(JobError):
    """Another worker took over the items, so this worker's write is abandoned."""

    code = "lease-lost"


class ServiceError(DtiError):
    """The HTTP service answered with a problem; the message is the problem's detail."""

    code = "service"


class ServiceUnavailableError(ServiceError):
    """The HTTP service did not answer, or says that it cannot work now."""

    code = "service-unavailable"
    retryable = True


class StackError(DtiError):
    """A part of the embedded stack did not start or stop."""

    code = "stack"
