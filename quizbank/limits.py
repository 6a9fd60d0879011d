"""What one value of the bank may hold, in characters, whoever writes it: form, import or SQL."""

from __future__ import annotations

# Beyond these no index of the database can hold it.
CODE_LENGTH = 200
TAG_LENGTH = 100
# A title or a name is one line of a list.
NAME_LENGTH = 200
# What is said aloud, and typed in ten seconds.
LIGHTNING_LENGTH, LIGHTNING_ANSWER_LENGTH, LIGHTNING_ANSWERS_LENGTH = 1_000, 200, 5_000
# A stem is sorted by so many: an index holds these in any script.
SORTED_LENGTH = 500
# More is a mistake, or an attack on the screens that show it.
TEXT_LENGTH = 100_000
