"""Addresses below /api/v1/."""

from django.urls import path

from recordings.api import views
from recordings.api.expected import ExpectedNamesView
from recordings.api.files import FileLinkView, FilesView
from recordings.api.history import RevisionPictureView, RevisionsView, TimelineView
from recordings.api.merge_plan import MergePlanView

urlpatterns = [
    path("recordings", views.RecordingListView.as_view(), name="recordings"),
    path("recordings/validate", views.ValidateView.as_view(), name="validate"),
    path("recordings/<uuid:recording_id>", views.RecordingView.as_view(), name="recording"),
    path("recordings/<uuid:recording_id>/stop", views.StopView.as_view(), name="stop"),
    path("recordings/<uuid:recording_id>/refresh", views.RefreshView.as_view(), name="refresh"),
    path("recordings/<uuid:recording_id>/timeline", TimelineView.as_view(), name="timeline"),
    path("recordings/<uuid:recording_id>/revisions", RevisionsView.as_view(), name="revisions"),
    path(
        "recordings/<uuid:recording_id>/revisions/<int:number>/picture",
        RevisionPictureView.as_view(),
        name="revision-picture",
    ),
    path("recordings/<uuid:recording_id>/merge-plan", MergePlanView.as_view(), name="merge-plan"),
    path("recordings/<uuid:recording_id>/expected-names", ExpectedNamesView.as_view(), name="expected-names"),
    path("recordings/<uuid:recording_id>/files", FilesView.as_view(), name="files"),
    path("recordings/<uuid:recording_id>/files/<int:file_id>/link", FileLinkView.as_view(), name="file-link"),
]
