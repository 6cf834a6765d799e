"""Every address of the service."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config.errors import NoSuchAddress

handler500 = "config.errors.answer_error"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("applications.api.urls")),
    path("api/v1/", include("layouts.api.urls")),
    path("api/v1/", include("recordings.api.urls")),
    re_path(r"^api/v1/", NoSuchAddress.as_view()),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("callbacks/", include("callbacks.urls")),
    path("", include("operations.urls")),
]
