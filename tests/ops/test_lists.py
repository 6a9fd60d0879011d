"""Quick lists show what the theme's own would show."""

from __future__ import annotations

import pytest
from django.contrib.admin import site
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.auth.models import User
from django.contrib.messages.storage.base import BaseStorage
from django.test import RequestFactory
from django.urls import resolve, reverse
from unfold.utils import display_for_label
from unfold.views import ChangeList

from ops.admin.lists import QuickChangeList, as_label
from quizbank.models import Question
from tests.quizbank.learning import published


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?o=6&q=item&status__exact=active"])
def test_rows_lead_to_their_pages_and_back(query: str) -> None:
    question = Question.objects.get(pk=published(stem="An item?")[0])
    admin = site.get_model_admin(Question)
    request = RequestFactory().get(reverse("admin:quizbank_question_changelist") + query)
    request.user = User.objects.create_superuser("root")
    request.resolver_match = resolve(request.path)
    request._messages = BaseStorage(request)  # type: ignore[attr-defined]
    quick = admin.get_changelist_instance(request)
    admin.get_changelist = lambda *_, **__: ChangeList  # type: ignore[method-assign]
    try:
        plain = admin.get_changelist_instance(request)
    finally:
        del admin.get_changelist  # type: ignore[method-assign]

    wanted = add_preserved_filters(
        {"preserved_filters": plain.preserved_filters, "opts": plain.opts},
        plain.url_for_result(question),
    )
    assert isinstance(quick, QuickChangeList)
    assert not isinstance(plain, QuickChangeList)
    assert quick.url_for_result(question) == wanted


def test_labels_are_the_themes() -> None:
    assert as_label("<b>", "info") == display_for_label("<b>", "-", {"<b>": "info"})
    assert as_label("Draft") == display_for_label("Draft", "-", {"<b>": "info"})
