"""Oversight's addresses."""

from django.urls import path

from oversight import views

app_name = "oversight"
urlpatterns = [
    path("flags/", views.flags, name="flags"),
    path("flags/<int:pk>/", views.flag, name="flag"),
    path("oversight/standards/", views.local_standards, name="standards"),
    path("oversight/standards/set/", views.set_local_standard, name="set_standard"),
]
