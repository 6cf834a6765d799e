"""One module for each vendor family: verify and parse, pure. To add one: docs/adding-a-provider.md."""

from callbacks.providers import trtc
from callbacks.providers.base import Provider

PROVIDERS: dict[str, Provider] = {provider.family: provider for provider in (trtc.PROVIDER,)}
