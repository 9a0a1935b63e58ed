"""A stand-in for HashiCorp Vault: the documented HTTP API of the KV engine, version 2, for one mount.

There is no Vault server that pip could install. Paths, statuses and bodies follow
https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2; `test_secrets_vault.py` lets hvac judge it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, cast
from urllib.parse import parse_qs, urlsplit

Mood = Literal["well", "sealed", "mute", "dripping", "not json", "broken", "elsewhere"]


@dataclass
class Version:
    """One version of a secret; deleted ones keep their metadata."""

    number: int
    data: dict[str, Any] | None
    deleted: str = ""

    def metadata(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "created_time": "2026-01-01T00:00:00.000000000Z",
            "custom_metadata": None,
            "deletion_time": self.deleted,
            "destroyed": False,
            "version": self.number,
        }


@dataclass
class Vault:
    """What the server keeps, how it behaves, and what it was asked."""

    address: str = ""
    mount: str = "secret"
    tokens: set[str] = field(default_factory=lambda: {"a-good-token"})
    secrets: dict[str, list[Version]] = field(default_factory=dict)
    mood: Mood = "well"
    elsewhere: str = ""  # where it sends who asks
    requests: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def put(self, path: str, data: dict[str, Any]) -> Version:
        """Writes a new version."""
        versions = self.secrets.setdefault(path, [])
        versions.append(Version(len(versions) + 1, data))
        return versions[-1]


class Handler(BaseHTTPRequestHandler):
    """Answers for the `vault` of its server."""

    protocol_version = "HTTP/1.1"

    @property
    def vault(self) -> Vault:
        return cast("Server", self.server).vault

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        pass

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        self.vault.requests.append(f"{self.command} {self.path}")
        self.vault.asked.set()
        if self.vault.mood == "mute":
            self.vault.over.wait(60)
            self.close_connection = True
        elif self.vault.mood == "dripping":
            self.drip()
        else:
            self.send(*self.reply(body))

    do_GET = do_POST = do_PUT = do_LIST = do_DELETE = answer

    def reply(self, body: dict[str, Any]) -> tuple[int, Any]:
        url = urlsplit(self.path)
        if url.path == "/v1/sys/seal-status":
            return 200, {"sealed": self.vault.mood == "sealed", "initialized": True, "type": "shamir"}
        if self.vault.mood == "sealed":
            return 503, {"errors": ["Vault is sealed"]}
        if self.vault.mood == "elsewhere":
            return 307, None
        if self.vault.mood == "broken":
            return 500, {"errors": ["internal error"]}
        if self.vault.mood == "not json":
            return 200, "<html>a proxy's page</html>"
        if self.headers.get("X-Vault-Token") not in self.vault.tokens:
            return 403, {"errors": ["permission denied"]}
        kind, _, path = url.path.removeprefix(f"/v1/{self.vault.mount}/").partition("/")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if not url.path.startswith(f"/v1/{self.vault.mount}/") or kind not in ("data", "metadata"):
            return 404, {"errors": [f"no handler for route {url.path!r}"]}
        return getattr(self, f"{kind}_reply")(path, query, body)  # type: ignore[no-any-return]

    def data_reply(self, path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        versions = self.vault.secrets.get(path, [])
        if self.command in ("POST", "PUT"):
            cas = body.get("options", {}).get("cas")
            if cas is not None and cas != len(versions):
                return 400, {"errors": ["check-and-set parameter did not match the current version"]}
            return 200, wrapped(self.vault.put(path, body["data"]).metadata())
        wanted = int(query.get("version", 0)) or len(versions)
        if not 0 < wanted <= len(versions):
            return 404, {"errors": []}
        version = versions[wanted - 1]
        if self.command == "DELETE":
            version.data, version.deleted = None, "2026-01-02T00:00:00.000000000Z"
            return 204, None
        found = {"data": version.data, "metadata": version.metadata()}
        return (404 if version.deleted else 200), wrapped(found)

    def metadata_reply(self, path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
        if self.command == "LIST" or query.get("list") == "true":
            below = f"{path.strip('/')}/" if path.strip("/") else ""
            names = {name[len(below) :] for name in self.vault.secrets if name.startswith(below)}
            keys = sorted({name.partition("/")[0] + ("/" if "/" in name else "") for name in names})
            return (200, wrapped({"keys": keys})) if keys else (404, {"errors": []})
        versions = self.vault.secrets.get(path)
        if not versions:
            return 404, {"errors": []}
        return 200, wrapped(
            {
                "current_version": len(versions),
                "versions": {str(version.number): version.metadata() for version in versions},
            }
        )

    def send(self, status: int, body: Any) -> None:
        raw = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
        self.send_header("Content-Length", str(len(raw)))
        if status == 307:
            self.send_header("Location", self.vault.elsewhere + self.path)
        self.end_headers()
        self.wfile.write(raw)

    def drip(self) -> None:
        """A byte now and then: no time-out between two bytes ever strikes."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.vault.over.wait(0.05):
            try:
                self.wfile.write(b" ")
            except OSError:
                return


def wrapped(data: Any) -> dict[str, Any]:
    """The envelope of every answer."""
    envelope = dict.fromkeys(("wrap_info", "warnings", "auth"))
    return {"request_id": "0", "lease_id": "", "renewable": False, "lease_duration": 0, "data": data, **envelope}


class Server(ThreadingHTTPServer):
    """Knows its vault."""

    daemon_threads = True
    vault: Vault


@contextmanager
def vault_server(**kept: dict[str, Any]) -> Iterator[Vault]:
    """Runs on a free port of the loopback until the `with` ends; `kept` are secrets by their paths."""
    server = Server(("127.0.0.1", 0), Handler)
    server.vault = Vault(address=f"http://127.0.0.1:{server.server_address[1]}")
    for path, data in kept.items():
        server.vault.put(path, data)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="vault-stand-in")
    thread.start()
    try:
        yield server.vault
    finally:
        server.vault.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
