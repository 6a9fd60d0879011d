"""The table of a list."""

from __future__ import annotations

from typing import Any

from django import template
from unfold.templatetags.unfold_list import result_headers, result_list

register = template.Library()
THEMES = "admin/change_list_results.html"
# What only the theme's own table has.
ITS_OWN = ("ordering_field", "list_sections")


@register.inclusion_tag("admin/results.html", takes_context=True)
def results(context: dict[str, Any], changelist: Any) -> dict[str, Any]:
    """Of lists that are edited in place, or whose rows can be sorted, opened or acted on: the
    theme's."""
    # The theme's admin loads the libraries while it is imported.
    from ops.admin.rows import rows_of

    request, admin = context["request"], changelist.model_admin
    is_special = changelist.formset or context.get("actions_row")
    if is_special or any(getattr(admin, name, None) for name in ITS_OWN):
        return {"template": THEMES, **result_list(context, changelist)}
    headers = list(result_headers(changelist))
    return {
        "template": "admin/rows.html",
        "cl": changelist,
        "result_headers": headers,
        "num_sorted_fields": sum(bool(each["sortable"] and each["sorted"]) for each in headers),
        "rows": list(rows_of(changelist)),
        "has_add_permission": admin.has_add_permission(request),
    }
