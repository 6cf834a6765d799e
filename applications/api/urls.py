"""Addresses below /api/v1/."""

from django.urls import path

from applications.api import views

urlpatterns = [
    path("storage-profiles", views.StorageProfileListView.as_view(), name="storage-profiles"),
    path("storage-profiles/<slug:name>", views.StorageProfileView.as_view(), name="storage-profile"),
    path("storage-profiles/<slug:name>/check", views.StorageCheckView.as_view(), name="storage-check"),
]
