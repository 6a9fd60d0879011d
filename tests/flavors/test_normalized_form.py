"""normalize_descriptor_text(): what counts as the same word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flavors.tasting import value

pytestmark = pytest.mark.django_db

SAME = [
    ("  Crème   Brûlée! ", "creme brulee"),
    ("ŚLIWKA", "sliwka"),
    ("Weißbier", "weissbier"),
    ("Øl & Ærø", "oel aeroe"),
    ("Łódź, þorn, đ, œuf", "lodz thorn d oeuf"),
    ("earl-grey's", "earl grey s"),
    ("choco\u00adlate", "chocolate"),
    ("ﬁg", "fig"),
    ("İstanbul", "istanbul"),
]
OTHER_SCRIPTS = ["抹茶", "чай", "μελι", "العسل", "क्रीम", "กาแฟ", "한국어", "ガリガリ"]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
quick = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def form_of(text: str) -> str:
    return value("SELECT normalize_descriptor_text(%s)", text)


@pytest.mark.parametrize(("typed", "form"), SAME)
def test_spellings_of_one_word_have_one_form(typed: str, form: str) -> None:
    assert form_of(typed) == form


@pytest.mark.parametrize("word", OTHER_SCRIPTS)
def test_other_scripts_stay(word: str) -> None:
    assert form_of(f" «{word}» ") == word


@quick
@given(texts)
def test_a_form_is_its_own_form(text: str) -> None:
    assert form_of(form_of(text)) == form_of(text)


@quick
@given(texts)
def test_letters_survive(text: str) -> None:
    """Of what has a letter something stays; space at the ends, or twice, never does."""
    form = form_of(text)

    assert form == " ".join(form.split())
    if any(unicodedata.category(letter) in ("Lu", "Ll", "Lo", "Nd") for letter in text):
        assert form != ""


@quick
@given(texts)
def test_case_and_composition_do_not_matter(text: str) -> None:
    assert form_of(unicodedata.normalize("NFD", text)) == form_of(
        unicodedata.normalize("NFC", text)
    )


def test_no_character_makes_a_form_that_has_another_form() -> None:
    """All of Unicode, each alone and within a word."""
    assert (
        value(
            """
        SELECT count(*) FROM generate_series(1, 1114111) AS code
        CROSS JOIN LATERAL normalize_descriptor_text(
            'a' || chr(CASE WHEN code BETWEEN 55296 AND 57343 THEN 32 ELSE code END) || 'b'
        ) AS form
        WHERE code < 205744 AND normalize_descriptor_text(form) <> form
        """
        )
        == 0
    )


def test_neither_search_path_nor_locale_changes_it() -> None:
    value("SELECT set_config('search_path', '', true)")

    assert value("SELECT public.normalize_descriptor_text('Crème Brûlée')") == "creme brulee"
