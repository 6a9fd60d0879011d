"""The cards of the start page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

type Card = dict[str, Any]


def card(title: str, count: int, url_name: str, query: str = "") -> Card:
    return {"title": title, "count": count, "link": reverse(f"admin:{url_name}") + query}
