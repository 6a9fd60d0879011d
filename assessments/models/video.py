"""The sites that a profile's video may be on: a trigger on profiles asks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class VideoHost(models.Model):
    """A host with its subdomains. The table follows STEWARD_VIDEO_HOSTS after each migrate."""

    host = models.TextField(primary_key=True)

    class Meta:
        db_table = "video_hosts"
        ordering = ("host",)
        constraints = (
            models.CheckConstraint(
                condition=Q(host__regex=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"),
                name="video_host_is_plain",
                violation_error_message="A host is like example.org, in small letters.",
            ),
        )

    def __str__(self) -> str:
        return self.host
