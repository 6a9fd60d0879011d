"""A web process before its first request: what it would make on the way stands ready.

Nobody waits until templates are compiled, nor while the garbage collector walks what stays for
good: one whole collection took 30 to 50 ms of somebody's page.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from django.forms.renderers import get_default_renderer
from django.template import TemplateSyntaxError, engines
from django.urls import reverse

log = structlog.get_logger(__name__)

# When the garbage collector looks at young, middle and all objects. Python's own would walk all
# that stays every twentieth page; if it waits much longer, the young alone take 10 ms of a page.
THRESHOLDS = (2_000, 10, 20)


def get_ready() -> None:
    reverse("admin:index")
    compile_templates(engines["django"], "**/*.html")
    # Forms have an engine of their own, which would find all the others, too.
    forms: Any = get_default_renderer()
    for pattern in ("django/forms/**/*.html", "**/widgets/*.html"):
        compile_templates(forms.engine, pattern)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def compile_templates(engine: Any, pattern: str) -> None:
    """They stay in the cache of its loader; the second of a name, too: ours may extend it. A broken
    one is for whom needs its page, and keeps no process from starting."""
    first: dict[str, Any] = {}
    ours = [Path(folder) for folder in engine.engine.dirs]
    for folder, name in names_of(engine, pattern):
        try:
            if name in first:
                engine.engine.find_template(name, skip=[first[name].origin])
            else:
                first[name] = engine.get_template(name)
        except Exception as error:
            # A theme has some for libraries that are not installed.
            if folder in ours or not isinstance(error, TemplateSyntaxError):
                log.warning("template cannot be compiled", template=name, error=str(error))


def names_of(engine: Any, pattern: str) -> Iterator[tuple[Path, str]]:
    """(the folder that has it, its name)"""
    for folder in map(Path, engine.template_dirs):
        for each in sorted(folder.glob(pattern)):
            yield folder, str(each.relative_to(folder))
