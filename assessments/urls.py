from __future__ import annotations

from django.urls import path

from assessments import views

app_name = "profiles"
urlpatterns = [
    path("", views.directory, name="list"),
    # A path, so that every address below answers the same.
    path("<path:slug>/", views.profile, name="profile"),
]
