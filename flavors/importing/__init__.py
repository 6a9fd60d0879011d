from flavors.importing.batches import (
    choose_columns,
    confirm_import,
    import_file,
    preview_import,
    store_import,
    undo_forecast,
    undo_import,
)
from flavors.importing.reading import FileError, columns_of, refuse_size
from ops.batches import discard_import

__all__ = [
    "FileError",
    "choose_columns",
    "columns_of",
    "confirm_import",
    "discard_import",
    "import_file",
    "preview_import",
    "refuse_size",
    "store_import",
    "undo_forecast",
    "undo_import",
]
