"""The state of the service in words, and the list of workers."""

from operations.admin.worker import WorkerAdmin

__all__ = ["WorkerAdmin"]
