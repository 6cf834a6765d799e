"""What tests of callbacks share: endpoints of every family, and keys read anew for each test."""

from collections.abc import Iterator, Mapping

import pytest

from applications.models import Application, CallbackEndpoint
from applications.services import create_callback_endpoint
from callbacks.keyring import forget_rings
from callbacks.quarantine import forget_refusals
from tests.callbacks.families import KEY, SPEAKERS


@pytest.fixture(autouse=True)
def _fresh_keys() -> Iterator[None]:
    forget_rings()
    forget_refusals()
    yield
    forget_rings()


@pytest.fixture
def endpoints(application: Application) -> Mapping[str, CallbackEndpoint]:
    """Return the endpoints of `school`, by family; all with the key `callback-key`."""
    for speaker in SPEAKERS.values():
        if speaker.family != "trtc":
            fields = {"family": speaker.family, "vendor_app_id": speaker.app_id, "current_key": KEY}
            create_callback_endpoint(application=application, fields=fields)
    found = CallbackEndpoint.objects.select_related("application").filter(application=application)
    return {endpoint.family: endpoint for endpoint in found}
