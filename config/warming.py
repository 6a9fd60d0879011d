"""A web process before its first request: what it would make on the way stands ready.

Nobody waits until templates are compiled, nor while the garbage collector walks what stays for
good: one whole collection took 30 to 50 ms of somebody's page.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.forms.renderers import get_default_renderer
from django.template import TemplateSyntaxError, engines
from django.urls import reverse

# New objects before the garbage collector looks at them: as many as a large page makes. What has no
# cycle goes at once, without it.
YOUNG = 20_000


def get_ready() -> None:
    reverse("admin:index")
    compile_templates(engines["django"], "**/*.html")
    # Forms have an engine of their own, which would find all the others, too.
    forms: Any = get_default_renderer()
    for pattern in ("django/forms/**/*.html", "**/widgets/*.html"):
        compile_templates(forms.engine, pattern)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)


def compile_templates(engine: Any, pattern: str) -> None:
    """They stay in the cache of its loader."""
    for name in names_of(engine, pattern):
        # A theme has some for libraries that are not installed.
        with suppress(TemplateSyntaxError):
            engine.get_template(name)


def names_of(engine: Any, pattern: str) -> Iterator[str]:
    for folder in map(Path, engine.template_dirs):
        yield from (str(each.relative_to(folder)) for each in sorted(folder.glob(pattern)))
