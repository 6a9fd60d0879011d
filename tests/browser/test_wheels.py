"""A wheel and its table, by keyboard, in Chromium."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import Group, Permission
from playwright.sync_api import Page, expect

from flavors.models import FlavorWheel
from tests.flavors.wheels.tasters import ada, refresh, tree

LOOK = "/admin/flavors/flavorwheel/look/"


def test_a_wheel_is_read_by_keyboard(editor_page: Page) -> None:
    content = Group.objects.get(name="content")
    content.permissions.add(Permission.objects.get(codename="view_member"))
    tree()
    ada()
    refresh()
    page = editor_page
    page.goto(LOOK)
    page.get_by_label("Wheel", exact=True).select_option("Of a member")
    page.keyboard.type("lovelace")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Combined wheel of Ada Lovelace").wait_for()

    says = page.locator("[data-wheel-says]")
    page.get_by_role("link", name="Compare with another").focus()
    page.keyboard.press("Tab")
    expect(says).to_have_text("Fruit: 4 descriptors, 80.0%, intensity 3.5 of 5")
    for key, words in (
        ("ArrowUp", "Fruit / Berries: 4 descriptors"),
        ("ArrowUp", "Fruit / Berries / raspberry: 3 descriptors"),
        ("ArrowRight", "Fruit / Berries / blueberry: 1 descriptor,"),
        ("ArrowRight", "Sweet / Sugars / caramel: 1 descriptor,"),
        ("ArrowDown", "Sweet / Sugars: 1 descriptor,"),
        ("ArrowDown", "Sweet: 1 descriptor,"),
        ("Home", "Fruit: 4 descriptors"),
    ):
        page.keyboard.press(key)
        expect(says).to_contain_text(words)
    ring = page.locator(".wheel-focus").get_attribute("d") or ""
    assert ring.startswith("M")

    page.keyboard.press("Tab")
    expect(page.get_by_role("region", name="Figures")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Enlarge Fruit")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Combined wheel of Ada Lovelace: Fruit").wait_for()
    expect(page.get_by_role("row", name="raspberry")).to_contain_text("75.0%")


def test_a_wheel_is_saved_and_downloaded(editor_page: Page, tmp_path: Path) -> None:
    tree()
    ada()
    refresh()
    page = editor_page
    page.goto(f"{LOOK}?scope=item&of=Old+Mill")
    page.get_by_role("button", name="Save this wheel").click()
    page.get_by_text("The wheel is saved.").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="PNG").click()
    download.value.save_as(tmp_path / "wheel.png")

    assert (tmp_path / "wheel.png").read_bytes().startswith(b"\x89PNG")
    assert FlavorWheel.objects.get().scope_value == "Old Mill"
