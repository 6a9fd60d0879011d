"""What a screen has to answer before its time counts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.bench.goals import screens


@pytest.mark.parametrize(
    ("name", "wanted", "other"), [("index", 200, 403), ("quizbank_question_delete", 403, 200)]
)
def test_a_screen_gives_the_one_answer_that_is_wanted(
    monkeypatch: pytest.MonkeyPatch, name: str, wanted: int, other: int
) -> None:
    def answer(status: int) -> None:
        got = SimpleNamespace(status_code=status)
        monkeypatch.setattr(screens, "staff", lambda: SimpleNamespace(get=lambda _: got))

    answer(wanted)
    screens.page(name, "/x/")()

    answer(other)
    with pytest.raises(LookupError, match=f"answers {other}, not {wanted}"):
        screens.page(name, "/x/")()
