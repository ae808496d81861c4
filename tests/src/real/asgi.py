"""Serves the site of the tests over ASGI. The directory of the files is `root`, in the current one."""

import hashlib

FILES = ("/hello", "/large")
PIECE = 64 * 1024


async def application(scope, receive, send):
    async def start(status, length=None):
        headers = [] if length is None else [(b"content-length", str(length).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(piece):
        await send({"type": "http.response.body", "body": piece, "more_body": True})

    async def finish(body):
        await send({"type": "http.response.body", "body": body})

    async def request():
        more = True
        while more:
            message = await receive()
            yield message.get("body", b"")
            more = message.get("more_body", False)

    path = scope["path"]
    if path in FILES:
        with open("root" + path, "rb") as file:
            await start(200, file.seek(0, 2))
            file.seek(0)
            while piece := file.read(PIECE):
                await write(piece)
        return await finish(b"")
    if path == "/echo":
        # The response begins before the body ends.
        await start(200)
        async for piece in request():
            await write(piece)
        return await finish(b"")
    if path == "/digest":
        digest = hashlib.sha256()
        async for piece in request():
            digest.update(piece)
        status, text = 200, digest.hexdigest() + "\n"
    else:
        # The response is sent before the body is read.
        status, text = 413, "too much\n"
    await start(status, len(text))
    await finish(text.encode())
