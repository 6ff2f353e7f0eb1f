"""A hub with one model on this machine: as much of the real one's interface as a download needs."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def serving(name: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder as a model; gives the address and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            path = self.path.partition("?")[0]
            asked.append(path)
            content, etag = _content(name, folder, path)
            self.send_response(200 if content is not None else 404)
            if content is None:
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{etag}"')
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            if body and content:
                self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def _content(name: str, folder: Path, path: str) -> tuple[bytes | None, str]:
    files = sorted(file.name for file in folder.iterdir())
    start = f"/api/models/{name}"
    content: bytes | None = None
    if path in (start, f"{start}/revision/main", f"{start}/revision/{COMMIT}"):
        listed = [{"rfilename": file} for file in files]
        content = json.dumps({"id": name, "sha": COMMIT, "siblings": listed}).encode()
    elif path.startswith(f"{start}/tree/"):
        tree = [
            {"type": "file", "path": f, "size": (folder / f).stat().st_size, "oid": "0" * 40}
            for f in files
        ]
        content = json.dumps(tree).encode()
    elif path.startswith(f"/{name}/resolve/") and path.rpartition("/")[2] in files:
        content = (folder / path.rpartition("/")[2]).read_bytes()
    return content, hashlib.sha1(content or b"").hexdigest()
