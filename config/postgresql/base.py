"""The backend that `DATABASES` names; see `patience` and `reach`."""

from types import SimpleNamespace
from typing import Any, TypeVar

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout

from config.postgresql.patience import LEAST_SECONDS, spending
from config.postgresql.reach import Unreachable

T = TypeVar("T")

SIGNALS_SECONDS = 0.1  # psycopg's own: how often Ctrl-C is looked for


class PatientConnection(psycopg.Connection[Any]):
    """Waits for an answer as long as its thread has patience."""

    def wait(self, gen: PQGen[T], interval: float = SIGNALS_SECONDS, timeout: float | None = None) -> T:
        """See psycopg; every statement, commit and rollback goes through here.

        Raises:
            OperationalError: No answer came in time; the connection is closed.
        """
        with spending() as seconds:
            if seconds is None or timeout is not None:
                return super().wait(gen, interval, timeout)
            try:
                return super().wait(gen, interval, seconds)
            except _WaitTimeout:
                self.pgconn.finish()  # nobody knows what it is at
                raise psycopg.OperationalError(f"no answer within {seconds:.1f} s") from None


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with connections of ours."""

    _was_reached = False  # by this process, ever

    # Django connects with it, and finds the classes of errors in it.
    Database = SimpleNamespace(**vars(psycopg) | {"connect": PatientConnection.connect})  # type: ignore[assignment]

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, unless this thread has waited long enough.

        Raises:
            Unreachable: Nobody is there, or there is no patience left.
        """
        with spending() as seconds:
            if seconds is not None and seconds <= LEAST_SECONDS:
                raise Unreachable("no patience left to connect", is_first=not self._was_reached)
            try:
                made = super().get_new_connection(conn_params)
            except psycopg.OperationalError as error:
                raise Unreachable(str(error), is_first=not self._was_reached) from error
        type(self)._was_reached = True
        return made
