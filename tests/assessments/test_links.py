"""Addresses in the texts of a profile, and what deserves a second look."""

from __future__ import annotations

import pytest

from assessments.moderation.links import SHOWN, links_in


def found(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(link.text, link.host, link.marks) for link in links_in([("summary", text)])]


@pytest.mark.parametrize(
    ("text", "written", "host"),
    [
        ("See https://example.org/a?b=c.", "https://example.org/a?b=c", "example.org"),
        ("See www.example.org!", "www.example.org", "www.example.org"),
        ("(bit.ly/3xyz)", "bit.ly/3xyz", "bit.ly"),
        ("my site: Example.ORG", "Example.ORG", "example.org"),
        ("https://example.org:8443/x", "https://example.org:8443/x", "example.org"),
        ("ada@example.org", "ada@example.org", "example.org"),
    ],
)
def test_addresses_are_found_as_people_write_them(text: str, written: str, host: str) -> None:
    assert [(link.text, link.host) for link in links_in([("summary", text)])] == [(written, host)]


@pytest.mark.parametrize(
    "text", ["", "I work with teams. They build.", "Version 3.12 of 2024.", "e.g. this, i.e. that"]
)
def test_plain_text_has_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("http://example.org", "Not encrypted"),
        ("javascript://example.org/%0Ahostile()", "javascript: is no web page"),
        ("https://bank.example@evil.example/", "Hides its host behind a name and @"),
        ("https://192.0.2.7/login", "A bare IP address"),
        ("https://xn--pple-43d.com", "Not plain letters: xn--pple-43d.com"),
        ("https://p\u0430ypal.com", "Mixes alphabets: may pose as another host"),
        ("ada@example.org", "E-mail address"),
        ("https://[broken", "Not an address"),
    ],
)
def test_doubtful_ones_are_marked(text: str, mark: str) -> None:
    assert mark in found(text)[0][2]


def test_homograph_is_shown_in_its_letters_and_leads_nowhere_else() -> None:
    (link,) = links_in([("name", "https://xn--pple-43d.com/")])
    assert (link.host, link.address) == ("\u0430pple.com", "https://xn--pple-43d.com/")
    assert "Mixes alphabets: may pose as another host" in link.marks


@pytest.mark.parametrize("text", ["javascript://example.org/x", "ada@example.org", "https://[a"])
def test_what_is_no_web_page_is_not_linked(text: str) -> None:
    assert [link.address for link in links_in([("summary", text)])] == [""]


def test_many_are_cut() -> None:
    text = " ".join(f"https://example.org/{number}" for number in range(SHOWN * 2))
    assert len(links_in([("summary", text)])) == SHOWN
