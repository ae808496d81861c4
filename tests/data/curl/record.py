#!/usr/bin/env python3
"""Records what curl sends, prints and writes for the lines of this directory.

Usage: record.py [--all] [--program PROGRAM] [--into DIRECTORY] [--] [LINE...]

Lines that are recorded already are kept as they are: only those that are new run, and the LINEs named; with --all, all do. By
default, the program is curl, and the directory that of this file.

Each line runs in a directory of its own with a copy of files/, against a server on loopback that answers as
answers.json says and logs what arrives. URL, HOST and PORT in a line are those of the server.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).parent
LINES = {"recorded.json": ["documented.txt", "more.txt"], "outputs.json": ["outputs.txt"]}
# A longer body is recorded as its length and the sum of its bytes.
LONGEST = 4096
STDIN = b"from stdin\nline 2\n"


class Server:
    """Answers each request, and keeps its bytes in the order of arrival."""

    def __init__(self, answers):
        self.answers, self.requests, self.seen = answers, [], {}
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as reader:
            try:
                while self.one(connection, reader):
                    pass
            except OSError:
                pass

    def one(self, connection, reader):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = reader.readline()
            if not line:
                return False
            head += line
        fields = {}
        for line in head.split(b"\r\n")[1:-2]:
            name, _, value = line.partition(b":")
            fields[name.strip().lower()] = value.strip()
        words = head.split(b" ")
        path = words[1].split(b"?")[0].decode("latin-1")
        waits = fields.get(b"expect", b"").lower() == b"100-continue"
        if waits and path != "/417":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = b"" if waits and path == "/417" else self.body(reader, fields)
        with self.lock:
            number = self.seen.get(path, 0)
            self.seen[path] = number + 1
            self.requests.append((head, body))
        answers = self.answers.get(path, self.answers[""])
        answer = answers[min(number, len(answers) - 1)].replace("PORT", str(self.port)).encode("latin-1")
        if words[0] == b"HEAD":
            answer = answer.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
        connection.sendall(answer)
        return bool(answer) and b"\r\nConnection: close" not in answer

    def body(self, reader, fields):
        if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
            body = b""
            while True:
                line = reader.readline()
                size = int(line.split(b";")[0], 16)
                data = reader.read(size + 2)
                body += data[:size]
                if size == 0:
                    return body
        return reader.read(int(fields.get(b"content-length", b"0")))


def text(data, port):
    """Bytes as text, each byte a character, without the server's port."""
    return data.decode("latin-1").replace(str(port), "PORT")


def shown(head, body, port):
    body = text(body, port) if len(body) <= LONGEST else f"({len(body)} bytes, sum {sum(body)})"
    return {"head": text(head, port), "body": body}


def run(program, line, answers):
    server = Server(answers)
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        shutil.copytree(HERE / "files", directory, dirs_exist_ok=True)
        (directory / "BIG").write_bytes(b"0123456789abcdef" * 70000)
        for path in directory.iterdir():
            data = path.read_bytes()
            if b"PORT" in data:
                path.write_bytes(data.replace(b"PORT", str(server.port).encode()))
        before = {path.name: path.read_bytes() for path in directory.iterdir()}
        host = f"127.0.0.1:{server.port}"
        line_here = line.replace("URL", f"http://{host}").replace("HOST", host).replace("PORT", str(server.port))
        environment = {"HOME": str(directory), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        arguments = [program, *shlex.split(line_here)]
        try:
            done = subprocess.run(
                arguments, cwd=directory, env=environment, input=STDIN, capture_output=True, timeout=30,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            sys.exit(f"no end: {line}")
        after = {path.name: path.read_bytes() for path in sorted(directory.iterdir()) if path.is_file()}
    server.socket.close()
    return {
        "line": line,
        "requests": [shown(head, body, server.port) for head, body in server.requests],
        "exit": done.returncode,
        "stdout": text(done.stdout, server.port),
        "files": {name: text(data, server.port) for name, data in after.items() if before.get(name) != data},
    }


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n")[0])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--program", default="curl")
    parser.add_argument("--into", type=pathlib.Path, default=HERE)
    parser.add_argument("lines", nargs="*")
    return parser.parse_args()


def lines_of(names):
    lines = [line for name in names for line in (HERE / name).read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("# ")]


def kept(path, args):
    """What stays recorded, by line."""
    if args.all or not path.exists():
        return {}
    recorded = {entry["line"]: entry for entry in json.loads(path.read_text())}
    return {line: entry for line, entry in recorded.items() if line not in args.lines}


def main():
    args = arguments()
    answers = json.loads((HERE / "answers.json").read_text())
    lines = {output: lines_of(names) for output, names in LINES.items()}
    if unknown := set(args.lines).difference(*lines.values()):
        sys.exit(f"in none of the files: {sorted(unknown)}")
    for output, lines in lines.items():
        recorded = kept(args.into / output, args)
        new = [line for line in dict.fromkeys(lines) if line not in recorded]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            recorded |= zip(new, pool.map(lambda line: run(args.program, line, answers), new))
        entries = [recorded[line] for line in lines]
        (args.into / output).write_text(json.dumps(entries, indent=1) + "\n")
        print(f"{output}: {len(new)} of {len(lines)} lines recorded")


if __name__ == "__main__":
    main()
