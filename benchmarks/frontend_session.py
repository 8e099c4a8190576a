"""A session with a Streamlit server as a browser has one, without the browser: twenty would be what is measured.

In: a page's URL. Out: questions that are answered. It speaks what Streamlit 1.67 speaks on its socket: protocol
buffers, in which a run of the script is asked for with the state of the widgets, and the elements come back until it
has finished.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_ANSWER_WITHIN_S = 90.0


@dataclass
class Session:
    """`query` and `page` are where the script has led it, as the browser's address bar would show it."""

    socket: ClientConnection
    query: str
    page: str = ""
    composer: str = ""
    received_bytes: int = field(default=0)

    @classmethod
    async def opened(cls, url: str) -> Session:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        address = f"ws://{parts.netloc}/_stcore/stream"
        socket = await connect(address, subprotocols=["streamlit"], origin=origin, max_size=None)  # type: ignore[list-item,arg-type]
        session = cls(socket, parts.query)
        await session._run(ClientState())
        return session

    async def ask(self, question: str) -> None:
        """Send a question through the composer, and wait until the page rests again. Raises TimeoutError."""
        state = ClientState()
        widget = state.widget_states.widgets.add(id=self.composer)
        widget.chat_input_value.data = question
        await self._run(state)

    async def _run(self, state: ClientState) -> None:
        state.query_string, state.page_script_hash = self.query, self.page
        await self.socket.send(BackMsg(rerun_script=state).SerializeToString())
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            while not self._finished_with(await self.socket.recv()):
                pass

    def _finished_with(self, data: str | bytes) -> bool:
        message = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        self.received_bytes += len(data)
        match message.WhichOneof("type"):
            case "new_session":
                self.page = message.new_session.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta" if message.delta.new_element.WhichOneof("type") == "chat_input":
                self.composer = message.delta.new_element.chat_input.id
            case "script_finished":
                return bool(message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY)
        return False
