"""What stands in front of several web processes: connections go to one that listens, as behind any proxy."""

import asyncio
import random
import threading
from collections.abc import Sequence
from contextlib import suppress

Address = tuple[str, int]
CONNECT_SECONDS = 0.5
CHUNK_BYTES = 65536


class Balancer:
    """Takes TCP connections on `port` of loopback and passes each on to one of the addresses."""

    def __init__(self, port: int, addresses: Sequence[Address]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._port, self._addresses = port, addresses
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        listening = asyncio.start_server(self._pass_on, "127.0.0.1", self._port)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()

    def close(self) -> None:
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for address in random.sample(self._addresses, len(self._addresses)):
            with suppress(OSError, TimeoutError):
                upstream = await asyncio.wait_for(asyncio.open_connection(*address), CONNECT_SECONDS)
                await asyncio.gather(_copy(reader, upstream[1]), _copy(upstream[0], writer))
                return
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()
