"""One module for each vendor family: verify and parse, pure. To add one: docs/adding-a-provider.md."""

from callbacks.providers import css, gme, tiw, trtc
from callbacks.providers.base import Provider

PROVIDERS: dict[str, Provider] = {
    provider.family.name: provider for provider in (trtc.PROVIDER, tiw.PROVIDER, gme.PROVIDER, css.PROVIDER)
}
