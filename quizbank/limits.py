"""What one value of a question may hold, in characters, whoever writes it: form, import or SQL."""

from __future__ import annotations

# Beyond these no index of the database can hold it.
CODE_LENGTH = 200
TAG_LENGTH = 100
# More is a mistake, or an attack on the screens that show it.
TEXT_LENGTH = 100_000
