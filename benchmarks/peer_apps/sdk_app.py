"""The bare SDK where ours is: OpenAI's client behind Starlette, and nothing else. uvicorn serves it, as it does ours.

It neither checks nor retries, logs nothing, and knows one model: what one would write in ten minutes.
"""

import os

from openai import AsyncOpenAI
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

client = AsyncOpenAI(base_url=os.environ["UPSTREAM_URL"], api_key=os.environ["UPSTREAM_KEY"], max_retries=0)


async def complete(request):
    answer = await client.chat.completions.create(**await request.json())
    if not hasattr(answer, "__aiter__"):
        return Response(answer.model_dump_json(), media_type="application/json")
    return StreamingResponse(events(answer), media_type="text/event-stream")


async def events(chunks):
    async for chunk in chunks:
        yield f"data: {chunk.model_dump_json()}\n\n"
    yield "data: [DONE]\n\n"


async def health(_):
    return Response("ok")


app = Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"]), Route("/health", health)])
