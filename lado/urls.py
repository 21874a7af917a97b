"""Every address of this floor."""

from django.urls import path  # noqa: F401

app_name = "lado"

urlpatterns: list = []
