"""Two operators who take one name at the same moment: the second is told so at the field."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import Model
from django.db.models.signals import pre_save
from django.test import Client

from applications.models import Application
from applications.services import create_application
from layouts.models import LayoutTemplate
from layouts.parameters import MixLayoutParams
from layouts.services import create_layout_template
from tests.layouts.test_admin import ADD as NEW_TEMPLATE
from tests.layouts.test_admin import form_of as template_form

pytestmark = pytest.mark.django_db(transaction=True)
NEW_APPLICATION = "/admin/applications/application/add/"


@contextmanager
def somebody_else(model: type[Model], act: Callable[[], object]) -> Iterator[None]:
    """Let *act* be done by somebody else when the form was checked and its row is about to be stored."""

    def act_and_leave() -> None:
        pre_save.disconnect(before_saving, sender=model)
        try:
            act()
        finally:
            connection.close()

    def before_saving(**_signal: Any) -> None:
        other = threading.Thread(target=act_and_leave)
        other.start()
        other.join()

    pre_save.connect(before_saving, sender=model)
    yield
    assert not pre_save.disconnect(before_saving, sender=model), "nothing was saved"


def test_one_name_for_two_templates(admin_client: Client) -> None:
    layout = MixLayoutParams.model_validate({"mix_layout_mode": "screen_share"}).to_json()

    with somebody_else(LayoutTemplate, lambda: create_layout_template(application=None, name="lesson", layout=layout)):
        answer = admin_client.post(NEW_TEMPLATE, template_form(name="lesson"))

    assert answer.status_code == 200
    assert "There is a layout template of this name already." in answer.text
    assert LayoutTemplate.objects.get().current.mix_layout_params["mix_layout_mode"] == "screen_share"
    assert not LogEntry.objects.exists()


def test_one_name_for_two_applications(admin_client: Client) -> None:
    secrets = {"secret_id": "AKID", "secret_key": "k", "sdk_secret_key": "k"}
    theirs = {"name": "school", "sdk_app_id": 1400000001} | secrets
    forms = {
        f"{rows}-{name}_FORMS": 0
        for rows in ("callback_endpoints", "storage_profiles")
        for name in ("TOTAL", "INITIAL")
    }
    ours = {
        "name": "school",
        "sdk_app_id": 1400000002,
        "region": "ap-guangzhou",
        "endpoint": "trtc.tencentcloudapi.com",
        "task_limit": 100,
        "requests_per_second": 20,
    }

    with somebody_else(Application, lambda: create_application(fields=theirs, callback_key="key")):
        answer = admin_client.post(NEW_APPLICATION, ours | secrets | forms)

    assert answer.status_code == 200
    assert "Application with this Name already exists." in answer.text
    assert Application.objects.get().sdk_app_id == 1400000001
