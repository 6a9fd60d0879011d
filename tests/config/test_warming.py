"""What a web process has made before its first request."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.forms.renderers import get_default_renderer
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Template
from structlog.testing import capture_logs

from config.warming import THRESHOLDS, compile_templates, get_ready
from tests.screens import visit_as


@pytest.fixture
def cold() -> Iterator[None]:
    """Nothing is compiled, as in a process that begins."""
    forms: Any = get_default_renderer()
    ours: Any = engines["django"]
    for backend in (ours, forms.engine):
        for loader in backend.engine.template_loaders:
            loader.reset()
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is compiled from now on."""
    names: list[str] = []
    compile_nodelist = Template.compile_nodelist

    def note(template: Template) -> Any:
        names.append(str(template.name))
        return compile_nodelist(template)

    monkeypatch.setattr(Template, "compile_nodelist", note)
    return names


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/quizbank/question/", "/admin/quizbank/question/add/"]
)
def test_first_visitor_waits_for_no_template(
    db: None, cold: None, compiled: list[str], address: str
) -> None:
    client = visit_as("superuser")
    get_ready()
    assert "admin/index.html" in compiled
    compiled.clear()

    assert client.get(address).status_code == 200

    assert compiled == []


def test_a_broken_template_ends_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"\xff")
    (tmp_path / "b.html").write_text("{% nonsense %}")
    (tmp_path / "c.html").write_text("whole")
    given = {"NAME": "broken", "DIRS": [tmp_path], "APP_DIRS": False, "OPTIONS": {}}
    engine: Any = DjangoTemplates(given)

    with capture_logs() as logged:
        compile_templates(engine, "*.html")

    assert [each["template"] for each in logged] == ["a.html", "b.html"]
    [loader] = engine.engine.template_loaders
    assert str(loader.get_template_cache["c.html"].name) == "c.html"


def test_templates_of_what_is_not_installed_are_not_told(cold: None) -> None:
    with capture_logs() as logged:
        get_ready()

    assert logged == []


def test_what_stays_is_not_collected(cold: None) -> None:
    get_ready()

    assert gc.get_freeze_count() > 100_000
    assert gc.get_threshold() == THRESHOLDS
