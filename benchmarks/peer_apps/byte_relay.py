"""Carries bytes between sockets and looks at none of them: python byte_relay.py PORT UPSTREAM_PORT.

What a hop through a Python process costs at least.
"""

import asyncio
import sys


class _End(asyncio.Protocol):
    def __init__(self) -> None:
        self.waiting = []
        self.transport = self.other = None

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data) -> None:
        if self.other is None:
            self.waiting.append(data)
        else:
            self.other.write(data)

    def connection_lost(self, _) -> None:
        if self.other is not None:
            self.other.close()


class _Client(_End):
    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self.connecting = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        self.other, upstream = await loop.create_connection(_End, "127.0.0.1", int(sys.argv[2]))
        upstream.other = self.transport
        for data in self.waiting:
            self.other.write(data)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(_Client, "127.0.0.1", int(sys.argv[1]), backlog=512)
    await server.serve_forever()


asyncio.run(main())
