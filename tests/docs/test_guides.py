"""What the guides name stands on the pages that they name, for whom they are written."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.docs.guides import READERS, find_pairs, load_bank, parts_of, reader_of, rows, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def content(kept_rows: None) -> None:
    load_bank()
    find_pairs()


@pytest.mark.parametrize("guide", READERS)
def test_labels_stand_on_their_pages(guide: str, content: None) -> None:
    reader = reader_of(guide)
    client = Client()
    client.force_login(reader)
    places = rows(reader)
    wrong = []
    for part in parts_of(guide):
        answer = client.get(part.address.format(**places))
        said = words_of(answer.content.decode())
        if answer.status_code != 200:
            wrong.append(f"{part.address}: {answer.status_code}")
        wrong += [f"{part.address}: {each}" for each in part.labels if each.casefold() not in said]

    assert wrong == [], "\n".join(wrong)
