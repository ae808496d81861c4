"""Serves the site of the tests over ASGI. The directory of the files is `root`, in the current one."""

import hashlib

FILES = ("/hello", "/large")
PIECE = 64 * 1024


async def application(scope, receive, send):
    async def start(status, length):
        headers = [(b"content-length", str(length).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def finish(body):
        await send({"type": "http.response.body", "body": body})

    path = scope["path"]
    if path in FILES:
        with open("root" + path, "rb") as file:
            await start(200, file.seek(0, 2))
            file.seek(0)
            while piece := file.read(PIECE):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        return await finish(b"")
    if path == "/digest":
        digest, more = hashlib.sha256(), True
        while more:
            message = await receive()
            digest.update(message.get("body", b""))
            more = message.get("more_body", False)
        status, text = 200, digest.hexdigest() + "\n"
    else:
        # The response is sent before the body is read.
        status, text = 413, "too much\n"
    await start(status, len(text))
    await finish(text.encode())
