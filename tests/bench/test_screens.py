"""What a screen has to answer before its time counts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.bench.goals import screens


@pytest.mark.parametrize(
    ("name", "answers"), [("index", {200}), ("quizbank_question_delete", {200, 403})]
)
def test_only_a_screen_that_answers_as_it_should_counts(
    monkeypatch: pytest.MonkeyPatch, name: str, answers: set[int]
) -> None:
    def answer(status: int) -> None:
        got = SimpleNamespace(status_code=status)
        monkeypatch.setattr(screens, "staff", lambda: SimpleNamespace(get=lambda _: got))

    for status in answers:
        answer(status)
        screens.page(name, "/x/")()
    for status in {200, 302, 403, 404, 500} - answers:
        answer(status)
        with pytest.raises(LookupError, match=f"answers {status}"):
            screens.page(name, "/x/")()
