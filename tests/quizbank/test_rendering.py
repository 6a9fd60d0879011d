from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizbank.rendering import one_line, render_markdown


def test_tables_and_code_are_rendered() -> None:
    html = render_markdown("| a |\n|---|\n| `x < y` |")
    assert "<table>" in html
    assert "<code>x &lt; y</code>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://example.com/x.png)",
        '<a href="x" onclick="alert(1)">x</a>',
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    html = render_markdown(text)
    for bad in ("<script", "<img", "<a href"):
        assert bad not in html


@given(st.text(alphabet="<>\"'`[]()&;:/ =\nabcdonclickscript", max_size=80))
def test_only_known_tags_come_out(text: str) -> None:
    html = str(render_markdown(text)).lower()
    assert "<script" not in html


def test_a_line_has_no_marks_of_code() -> None:
    text = "These are set:\n\n```sql\nSET x = 1;\n```\n\nWhat does `x` do?"
    assert one_line(text) == "These are set: SET x = 1; What does x do?"
