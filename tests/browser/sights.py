"""Looking at a page in every combination of light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

type Sight = Callable[[Page], object]

SCRIPTS = (
    Path(axe_playwright_python.__file__).parent / "axe.min.js",
    Path(__file__).parent / "axe.js",
)
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Each differs from the next by one thing. Every second page goes through them backwards, so that
# pages are loaded both wide and narrow.
LOOKS = ((WIDE, "light"), (WIDE, "dark"), (NARROW, "dark"), (NARROW, "light"))
SEND = """([address, fields]) => {
    const made = (kind, having) => Object.assign(document.createElement(kind), having);
    const form = made("form", { method: "post", action: address });
    for (const [name, value] of fields) form.append(made("input", { name, value, type: "hidden" }));
    document.body.append(form);
    form.submit();
}"""


def prepare(page: Page) -> None:
    for script in SCRIPTS:
        page.context.add_init_script(path=script)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def complaints(page: Page) -> list[str]:
    """What keeps anybody out of the page as it stands; one line each."""
    found: list[str] = []
    # Nothing is pointed at by chance.
    page.mouse.move(0, 0)
    for size, scheme in LOOKS if page.viewport_size == WIDE else LOOKS[::-1]:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        said = page.evaluate("scheme => axeComplaints(scheme)", scheme)
        found += [f"{size['width']} {scheme}: {each}" for each in said]
    return found


def walk(page: Page, sights: dict[str, Sight]) -> list[str]:
    wrong = []
    for name, see in sights.items():
        see(page)
        wrong += [f"{name}, {each}" for each in complaints(page)]
    return wrong


def opens(address: str) -> Sight:
    return lambda page: page.goto(address)


def post(page: Page, address: str, pairs: list[tuple[str, str]]) -> None:
    with page.expect_navigation():
        page.evaluate(SEND, [address, pairs])


def sends(address: str, **fields: Any) -> Sight:
    """As a form of the page would, which need not be looked at again."""

    def see(page: Page) -> None:
        (token,) = [each["value"] for each in page.context.cookies() if each["name"] == "csrftoken"]
        pairs = [
            (name, str(value))
            for name, values in fields.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        post(page, address, [("csrfmiddlewaretoken", token), *pairs])

    return see


def presses(address: str, button: str) -> Sight:
    """The first of that name, on the page of the address."""

    def see(page: Page) -> None:
        page.goto(address)
        page.get_by_role("button", name=button).first.click()

    return see


def both(first: Sight, second: Sight) -> Sight:
    return lambda page: (first(page), second(page))
