"""Serves the site of the tests over WSGI. The directory of the files is `root`, in the current one."""

import hashlib

FILES = ("/hello", "/large")
PIECE = 64 * 1024


def pieces_of(file):
    return iter(lambda: file.read(PIECE), b"")


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path in FILES:
        file = open("root" + path, "rb")
        length = file.seek(0, 2)
        file.seek(0)
        start_response("200 OK", [("Content-Length", str(length))])
        return pieces_of(file)
    if path == "/echo":
        # The response begins before the body ends.
        start_response("200 OK", [])
        return pieces_of(environ["wsgi.input"])
    if path == "/digest":
        digest = hashlib.sha256()
        for piece in pieces_of(environ["wsgi.input"]):
            digest.update(piece)
        status, text = "200 OK", digest.hexdigest() + "\n"
    else:
        # The response is sent before the body is read.
        status, text = "413 Content Too Large", "too much\n"
    start_response(status, [("Content-Length", str(len(text)))])
    return [text.encode()]
