"""Downloads against a local HTTP server."""

from __future__ import annotations

import gzip
import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from dti.errors import LexiconError, MalformedInputError, RequestRefusedError, SourceUnavailableError
from dti.lexicon import LEXICON_SOURCES
from dti.lexicon.download import Remote, download, read_manifest
from dti.settings import PROJECT_ROOT


def archive(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        for name, content in files.items():
            out.writestr(name, content)
    return stream.getvalue()


class Publisher(BaseHTTPRequestHandler):
    files: ClassVar[dict[str, bytes]] = {
        "/table": b"a\tb\n",
        "/one.zip": archive(table="a,b\n"),
        "/two.zip": archive(a="", b=""),
    }
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(503 if self.path == "/busy" else 200 if self.path in self.files else 404)
        self.end_headers()
        self.wfile.write(self.files.get(self.path, b""))

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def publisher():
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def remote(publisher, address="/table", **settings):
    return Remote(path="hgnc/table", url=publisher + address, licence="CC0", **settings)


@pytest.mark.parametrize(
    ("address", "transform", "read"),
    [("/table", "", bytes), ("/table", "gzip", gzip.decompress), ("/one.zip", "unzip", lambda b: b.replace(b",", b"\t"))],
)
def test_files_arrive_in_their_layout(publisher, tmp_path, address, transform, read):
    (fetched,) = download([remote(publisher, address, transform=transform)], tmp_path)
    content = (tmp_path / fetched.path).read_bytes()
    assert read(content) == b"a\tb\n"
    assert (tmp_path / "SHA256SUMS").read_text() == f"{hashlib.sha256(content).hexdigest()}  hgnc/table\n"


def test_what_is_there_is_not_fetched_again(publisher, tmp_path):
    list(download([remote(publisher)], tmp_path))
    asked = len(Publisher.asked)
    assert list(download([remote(publisher)], tmp_path)) == []
    assert len(Publisher.asked) == asked


@pytest.mark.parametrize(
    ("address", "settings", "error"),
    [
        ("/table", {"sha256": "0" * 64}, LexiconError),
        ("/absent", {}, RequestRefusedError),
        ("/busy", {}, SourceUnavailableError),
        ("/two.zip", {"transform": "unzip"}, MalformedInputError),
        ("/table", {"transform": "unzip"}, MalformedInputError),
    ],
)
def test_a_failed_download_leaves_no_file(publisher, tmp_path, address, settings, error):
    with pytest.raises(error):
        list(download([remote(publisher, address, **settings)], tmp_path))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_publisher_that_does_not_answer_is_retryable(tmp_path):
    with pytest.raises(SourceUnavailableError):
        list(download([remote("http://127.0.0.1:1")], tmp_path))


def test_our_manifest_names_files_that_sources_read():
    read = {file for name in LEXICON_SOURCES for file in LEXICON_SOURCES[name].files}
    remotes = read_manifest(PROJECT_ROOT / "data" / "lexicon" / "sources.toml")
    assert {remote.path for remote in remotes} <= read
    assert all(remote.licence and remote.url.startswith("https://") for remote in remotes)


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "[[file]]\npath = 'a'\n",
        "[[file]]\npath='../a'\nurl='u'\nlicence='l'\n",
        "[[file]]\npath='a'\nurl='u'\nlicence='l'\ntransform='rot13'\n",
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(tmp_path, text):
    (tmp_path / "manifest.toml").write_text(text)
    with pytest.raises(LexiconError):
        read_manifest(tmp_path / "manifest.toml")
