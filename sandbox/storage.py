"""Where recorded files go."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# CloudStorage of a Create: Region, Bucket, AccessKey, SecretKey.
Account = Mapping[str, Any]


class Refused(Exception):
    """The storage did not take or give a file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Storage(ABC):
    """Keeps files under bucket and key. Blocks, so it is for worker threads."""

    @abstractmethod
    def put(self, account: Account, key: str, data: bytes) -> None:
        """Write a file, over one of that name.

        Raises:
            Refused: It was not written.
        """

    @abstractmethod
    def check_read(self, account: Account, key: str) -> None:
        """See that a file can be read.

        Raises:
            Refused: It cannot.
        """


class Folder(Storage):
    """`<folder>/<bucket>/<key>`; every account may do everything."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()

    def put(self, account: Account, key: str, data: bytes) -> None:
        path = self._find(account, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            raise Refused("InternalError", str(error)) from error

    def check_read(self, account: Account, key: str) -> None:
        if not self._find(account, key).is_file():
            raise Refused("NoSuchKey", "The specified key does not exist.")

    def _find(self, account: Account, key: str) -> Path:
        path = (self._path / str(account["Bucket"]) / key).resolve()
        if self._path not in path.parents:
            raise Refused("InvalidBucketName", "The bucket's name leaves the folder.")
        return path
