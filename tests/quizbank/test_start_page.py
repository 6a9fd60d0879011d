from __future__ import annotations

from django.test import Client


def test_start_page_counts_what_waits_and_links_to_it(editing: Client, bank: None) -> None:
    answer = editing.get("/admin/")
    counts = {row["title"]: row["count"] for row in answer.context["waiting"]}

    assert counts["In review"] == 8
    assert counts["Drafts"] == 6
    assert all(editing.get(row["link"]).status_code == 200 for row in answer.context["waiting"])
