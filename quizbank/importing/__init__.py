"""Imports: what a file would change, done in one transaction, and taken back as one batch."""

from ops.batches import discard_import
from quizbank.importing.batches import (
    confirm_import,
    import_file,
    preview_import,
    read_stored,
    store_import,
)
from quizbank.importing.plan import refuse_size
from quizbank.importing.undo import undo_forecast, undo_import

__all__ = [
    "confirm_import",
    "discard_import",
    "import_file",
    "preview_import",
    "read_stored",
    "refuse_size",
    "store_import",
    "undo_forecast",
    "undo_import",
]
