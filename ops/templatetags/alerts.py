"""The bell in the header."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()
MOST = 99


@register.inclusion_tag("admin/ops/alert/bell.html", takes_context=True)
def alert_bell(context: dict[str, Any]) -> dict[str, Any]:
    """How many alerts nobody sees to; nothing for those who may not see them. The site's context
    has `attention`, which tells the number."""
    count = context["attention"]().get("alerts") if "attention" in context else None
    if count is None:
        return {}
    return {"is_shown": True, "count": f"{MOST}+" if count > MOST else str(count), "any": count > 0}
