"""Who a session is of, with their rights, in one query of each request."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Value
from django.db.models.functions import Concat


def codes(**of: Any) -> ArraySubquery:
    """As `has_perm` has them: "app.codename"."""
    code = Concat("content_type__app_label", Value("."), "codename")
    return ArraySubquery(Permission.objects.filter(**of).order_by().values_list(code))


def people() -> QuerySet[User]:
    return User.objects.annotate(
        own_rights=codes(user=OuterRef("pk")), group_rights=codes(group__user=OuterRef("pk"))
    )


class StaffBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        """As Django's; the rights stay as they are with the object, which lives for a request."""
        user = people().filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_superuser:
            user.granted = frozenset(user.own_rights + user.group_rights)  # type: ignore[attr-defined]
        return user

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> Any:
        granted = getattr(user_obj, "granted", None)
        if granted is None or obj is not None or not user_obj.is_active:
            return super().get_all_permissions(user_obj, obj)
        return granted
