"""A wheel as a file: SVG, PNG, JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse

from flavors.admin.wheel_pages import ShownWheel
from flavors.wheels.figures import Row, rows_of
from flavors.wheels.png import png_of

# Pixels: prints well on a page.
PNG_WIDTH = 1600


def file_of(shown: ShownWheel, kind: str, moment: datetime | None) -> HttpResponse:
    """Raises Http404 for other kinds, NoFont."""
    if kind == "json":
        answer: HttpResponse = JsonResponse(as_json(shown, moment), json_dumps_params={"indent": 2})
    elif kind == "svg":
        answer = HttpResponse(shown.drawing.alone(), content_type="image/svg+xml")
    elif kind == "png":
        image = png_of(shown.drawing.alone(), PNG_WIDTH)
        answer = HttpResponse(image, content_type="image/png")
    else:
        raise Http404(f"There is no wheel as {kind}.")
    name = f"{shown.subject.file_name}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def as_json(shown: ShownWheel, moment: datetime | None) -> dict[str, Any]:
    """The table as a flat list, with what the wheel is of."""
    return {
        "title": shown.title,
        "scope": shown.subject.scope.value,
        "type": shown.subject.wheel_type.value,
        "of": shown.subject.words,
        "generatedAt": moment,
        "descriptors": shown.wheel.count,
        "figures": [row_as_json(row) for row in rows_of(shown.wheel)],
    }


def row_as_json(row: Row) -> dict[str, Any]:
    intensity = row.slice.intensity
    return {
        "path": row.path,
        "count": row.slice.count,
        "share": round(row.share, 6),
        "avgIntensity": None if intensity is None else round(intensity, 2),
    }
