"""Django's PostgreSQL backend, which starts the embedded server at the first connection."""

from pathlib import Path
from typing import Any

from config.embedded_postgres.server import ensure_running
from config.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL whose server lives in `DATABASES[…]["FOLDER"]`."""

    def get_connection_params(self) -> dict[str, Any]:
        # Not settings_dict["NAME"]: for a test database that is one which Django makes itself.
        self.settings_dict.update(ensure_running(Path(self.settings_dict["FOLDER"]), database="recordings"))
        return super().get_connection_params()
