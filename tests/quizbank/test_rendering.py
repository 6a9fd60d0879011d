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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "These are set:\n\n```sql\nSET x = 1;\n```\n\nWhat does `x` do?",
            "These are set: SET x = 1; What does x do?",
        ),
        (
            "# Look\n\nA **bold** one,\nand _a_ [link](https://x.org).",
            "Look A bold one, and a link.",
        ),
        ("~~~\nSET x = 1;\n~~~", "SET x = 1;"),
        ("* first\n* second\n\n1. third\n\n> quoted", "first second third quoted"),
        ("| a | b |\n|---|---|\n| `x < y` | 2 |", "a b x < y 2"),
        (
            "Which is $$E = mc^2$$ &amp; ![a map](x.png) of 5\\*?",
            "Which is E = mc^2 & a map of 5*?",
        ),
        (
            "2 * 3 * 4 - 5 of snake_case_names costs 5 $ <b>",
            "2 * 3 * 4 - 5 of snake_case_names costs 5 $ <b>",
        ),
        ("  Plain,\nbut  wide ", "Plain, but wide"),
    ],
)
def test_a_line_has_the_words_that_a_learner_reads(text: str, words: str) -> None:
    assert one_line(text) == words


@given(st.text(alphabet="*_`~#>[]()&;$\\-+=|1. \nab", max_size=60))
def test_what_is_not_taken_for_marked_has_none(text: str) -> None:
    """The way around the parser leaves nothing that it would have changed."""
    assert one_line(text) == one_line(f"**x**\n\n{text}")[1:].lstrip()


def test_a_line_has_an_end() -> None:
    assert one_line("**ab** " * 50, 14) == "ab ab…"
    assert len(one_line("[" * 100_000)) == 1_001
