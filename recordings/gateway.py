"""The gateway that this process calls the vendor with; one, so that connections are kept alive."""

from functools import lru_cache

from recordings.trtc.gateway import Gateway, TrtcGateway


@lru_cache(maxsize=1)
def get_gateway() -> Gateway:
    """Return the process's gateway."""
    return TrtcGateway()
