"""Who a session is of, with their rights, in one query of each request."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User

# Written out, since each request asks it. `granted` is as `has_perm` has rights: "app.codename".
PERSON = """
    SELECT
        u.*,
        CASE WHEN NOT u.is_superuser THEN ARRAY(
            SELECT t.app_label || '.' || p.codename
            FROM (
                SELECT own.permission_id
                FROM public.auth_user_user_permissions AS own WHERE own.user_id = u.id
                UNION
                SELECT g.permission_id
                FROM public.auth_user_groups AS m
                JOIN public.auth_group_permissions AS g USING (group_id)
                WHERE m.user_id = u.id
            ) AS held
            JOIN public.auth_permission AS p ON p.id = held.permission_id
            JOIN public.django_content_type AS t ON t.id = p.content_type_id
        ) END AS granted
    FROM public.auth_user AS u
    WHERE u.id = %s
"""


class StaffBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        """As Django's; the rights stay as they are with the object, which lives for a request."""
        for user in User.objects.raw(PERSON, [user_id]):
            return user if self.user_can_authenticate(user) else None
        return None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> Any:
        granted = getattr(user_obj, "granted", None)
        if granted is None or obj is not None or not user_obj.is_active:
            return super().get_all_permissions(user_obj, obj)
        if not isinstance(granted, frozenset):
            granted = user_obj.granted = frozenset(granted)
        return granted
