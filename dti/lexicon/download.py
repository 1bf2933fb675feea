"""Fetch the publishers' files that a manifest names into a lexicon folder."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import httpx

from dti.errors import LexiconError, MalformedInputError, RequestRefusedError, SourceUnavailableError
from dti.sums import SUMS, sha256

_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file of a manifest: where it goes in the folder, whence, under which licence.

    `sha256` is of the answer as sent, "" for an address whose content changes with each release; `transform` turns the answer
    into the file ("gzip", "unzip" for the archive's only file, "" for as it is).
    """

    path: str
    url: str
    licence: str
    sha256: str = ""
    transform: str = ""


def read_manifest(path: Path) -> tuple[Remote, ...]:
    """The files of a TOML manifest; raises LexiconError if it is none, or a path leads out of the folder."""
    try:
        remotes = tuple(Remote(**row) for row in tomllib.loads(path.read_text(encoding="utf-8"))["file"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise LexiconError(f"{path}: not a manifest of lexicon files: {error}") from error
    for remote in remotes:
        if remote.transform not in _TRANSFORMS:
            raise LexiconError(f"{path}: {remote.path}: unknown transform {remote.transform!r}")
        if PurePosixPath(remote.path).is_absolute() or ".." in PurePosixPath(remote.path).parts:
            raise LexiconError(f"{path}: {remote.path} leads out of the folder")
    return remotes


def download(remotes: Sequence[Remote], folder: Path, timeout: float = 60.0) -> Iterator[Remote]:
    """Fetch what the folder lacks, yielding each file when it is there under its name, whole; writes SHA256SUMS at the end.

    Raises RequestRefusedError or a retryable SourceUnavailableError if a server does not give a file, LexiconError if it gives
    another one than the manifest's sum promises. What came before stays, so that a second call goes on.
    """
    with httpx.Client(follow_redirects=True, timeout=timeout) as client:
        for remote in remotes:
            if not (folder / remote.path).exists():
                _write(folder / remote.path, _TRANSFORMS[remote.transform](_fetch(client, remote)))
                yield remote
    sums = "".join(f"{sha256(folder / r.path)}  {r.path}\n" for r in remotes)
    _write(folder / SUMS, sums.encode())


def _fetch(client: httpx.Client, remote: Remote) -> bytes:
    try:
        with client.stream("GET", remote.url) as answer:
            if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                raise SourceUnavailableError(f"{remote.url}: {answer.status_code}")
            if not answer.is_success:
                raise RequestRefusedError(f"{remote.url}: {answer.status_code} {answer.reason_phrase}")
            content = _body(answer)
    except httpx.HTTPError as error:
        raise SourceUnavailableError(f"{remote.url}: {error!r}") from error
    if remote.sha256 and hashlib.sha256(content).hexdigest() != remote.sha256:
        raise LexiconError(f"{remote.url}: SHA-256 differs from the manifest's")
    return content


def _body(answer: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > _LARGEST:
            raise RequestRefusedError(f"{answer.url}: more than {_LARGEST} bytes")
    return bytes(content)


def _as_sent(content: bytes) -> bytes:
    return content


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _unzipped(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (only,) = archive.infolist()
            if only.file_size > _LARGEST:
                raise MalformedInputError("more than 1 GiB", place=only.filename)
            return archive.read(only)
    except (zipfile.BadZipFile, ValueError) as error:
        raise MalformedInputError(f"not a zip archive of one file: {error}") from error


_TRANSFORMS: Mapping[str, Callable[[bytes], bytes]] = {"": _as_sent, "gzip": _gzipped, "unzip": _unzipped}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
