"""Answers that are kept in Redis for a while: `remembered`, for the caches that apps declare.

What holds:
- A value carries the versions of its tags. Invalidating is a new version, never a search for keys.
- Versions are read before the source is asked, and compared again before its answer is kept: what
  was written meanwhile is never hidden by an older answer.
- Inside of a transaction the source is asked and nothing is kept: it may see what is not committed.
- A cache with tags is used only while a listener passes on what the database tells it. Without one,
  and without Redis, the source is asked: slower, never wrong and never an error.
"""

from ops.caching.remembering import remembered, remembered_as

__all__ = ["remembered", "remembered_as"]
