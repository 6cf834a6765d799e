"""Addresses below /api/v1/."""

from django.urls import path

from layouts.api import preview, templates

urlpatterns = [
    path("layouts/preview", preview.PreviewView.as_view(), name="layout-preview"),
    path("layout-templates", templates.LayoutTemplateListView.as_view(), name="layout-templates"),
    path("layout-templates/<slug:name>", templates.LayoutTemplateView.as_view(), name="layout-template"),
    path("layout-templates/<slug:name>/versions", templates.LayoutVersionsView.as_view(), name="layout-versions"),
]
