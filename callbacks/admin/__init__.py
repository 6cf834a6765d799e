"""Callbacks for operators: every authentic one as it came, what it changed, and what was refused."""

from callbacks.admin.event import EventAdmin
from callbacks.admin.quarantine import QuarantinedAdmin, RefusalCountAdmin

__all__ = ["EventAdmin", "QuarantinedAdmin", "RefusalCountAdmin"]
