"""Where a request really comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's address, trusting exactly STEWARD_PROXY_COUNT proxies of X-Forwarded-For."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    count = settings.STEWARD_PROXY_COUNT
    if count and len(hops) >= count and hops[-count]:
        return hops[-count]
    return str(request.META.get("REMOTE_ADDR", ""))
