"""A real HTTP server that behaves badly in the way the path says: ``python misbehaving.py [UPSTREAM]``.

Prints its port, then the path of each request as it arrives. ``UPSTREAM`` is the address of a real
server, to which some ways pass requests on.
"""

from __future__ import annotations

import json
import sys
import threading
import urllib.request
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UPSTREAM = sys.argv[1] if len(sys.argv) > 1 else ""
SEEN: Counter[str] = Counter()
TASK = {"text": "put the cup", "predicate": "put", "object": "cup", "destination": "", "states": [], "robot": ""}
INVENTED = {"tasks": [{**TASK, "object": "chainsaw"}], "order": [], "either": [], "together": [], "rules": []}
#: Way -> content of a completion, and why it ended.
CONTENTS = {
    "prose": ("I am sorry, I cannot do that.", "stop"),
    "shape": ('{"steps": ["put the cup"]}', "stop"),
    "cut": ('{"tasks":[{"text":"put the', "length"),
    "halved": ('{"tasks":[{"text":"put the', "stop"),
    "empty": ("", "stop"),
    "nothing": (None, "stop"),
    "invented": (json.dumps(INVENTED), "stop"),
    "obedient": ("pwned", "stop"),
}
CODES = {"busy": 503, "unauthorised": 401, "unknown": 404, "teapot": 418, "refused": 400, "crashed": 500}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self) -> None:
        way = self.path.split("/")[1]
        body = self.rfile.read(int(self.headers["content-length"]))
        SEEN[way] += 1
        print(self.path, flush=True)
        if way in CONTENTS:
            content, end = CONTENTS[way]
            message = {"role": "assistant", "content": content}
            choice = {"index": 0, "finish_reason": end, "message": message}
            self.send({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})
        elif way in CODES:
            self.send({"error": {"message": f"I am {way}."}}, CODES[way])
        elif way == "stumbling" and SEEN[way] == 1:
            self.send({"error": {"message": "just a moment"}}, 503)
        elif way == "formless" and "response_format" in json.loads(body):
            self.send({"error": {"message": "response_format is not supported"}}, 400)
        elif way in ("stumbling", "formless"):
            self.pass_on(body)
        else:
            getattr(self, way)()

    def pass_on(self, body: bytes) -> None:
        request = urllib.request.Request(
            f"{UPSTREAM}/chat/completions", body, {"content-type": "application/json", "authorization": "Bearer none"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.write(answer.read(), answer.status)

    def silent(self) -> None:
        threading.Event().wait()

    def trickling(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "100000")
        self.end_headers()
        pause = threading.Event()
        while not pause.wait(0.05):
            self.wfile.write(b" ")

    def hanging_up(self) -> None:
        self.close_connection = True

    def page(self) -> None:
        self.write(b"<html>It works!</html>", kind="text/html")

    def broken(self) -> None:
        self.write(b'{"choices": [')

    def listing(self) -> None:
        self.write(b"[1, 2]")

    def choiceless(self) -> None:
        self.send({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": []})

    def send(self, answer: object, code: int = 200) -> None:
        self.write(json.dumps(answer).encode(), code)

    def write(self, body: bytes, code: int = 200, kind: str = "application/json") -> None:
        self.send_response(code)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    """Does not complain where a client has gone."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
