"""Addresses that are pasted into the vendors' consoles."""

from django.urls import path

from callbacks.views import receive

urlpatterns = [
    path("<str:family>/<str:token>", receive, name="callback"),
    path("<str:family>/<str:token>/", receive),  # as some consoles complete it
]
