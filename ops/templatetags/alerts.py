"""The bell in the header."""

from __future__ import annotations

from typing import Any

from django import template

from ops.models import Alert

register = template.Library()
MOST = 99


@register.inclusion_tag("admin/ops/alert/bell.html", takes_context=True)
def alert_bell(context: dict[str, Any]) -> dict[str, Any]:
    """How many alerts nobody sees to; nothing for those who may not see them."""
    request = context.get("request")
    if request is None or not request.user.has_perm("ops.view_alert"):
        return {}
    count = Alert.objects.unacknowledged()[: MOST + 1].count()
    return {"is_shown": True, "count": f"{MOST}+" if count > MOST else str(count), "any": count > 0}
