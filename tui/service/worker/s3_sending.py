"""Sending one file to S3 so that a break costs only the part it happened in.

Which upload a file belongs to is kept on disk; which of its parts have arrived is asked of S3. A part is sent again
unless what arrived has the checksum of what is in the file now.
"""

from __future__ import annotations

import hashlib
import json
import threading
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tui.resources.datasets import DataError
from tui.service.worker.context import Cancelled, TaskContext
from tui.service.worker.s3_checksums import (
    PART_BYTES,
    Stored,
    check_etag,
    etag_of_parts,
    is_stored,
    not_the_same,
    part_bytes_of,
)
from tui.service.worker.s3_errors import code_of
from tui.service.worker.s3_meter import Meter

_THREADS = 4


@dataclass(slots=True)
class _Upload:
    """An upload in parts that may have been begun by an attempt before."""

    id: str
    part_bytes: int
    size: int
    """Bytes of the file when it was begun."""

    modified: int
    """When the file was last changed then, in nanoseconds."""

    etags: dict[str, str] = field(default_factory=dict)
    """What S3 said of each part it took, by number. With encryption by KMS that is no checksum."""


class Sender:
    """Sends files; the state of those that go in parts is kept below a folder."""

    def __init__(self, context: TaskContext, meter: Meter, state: Path) -> None:
        self._context = context
        self._s3 = context.client("s3")
        self._meter = meter
        self._state = state

    def send(self, path: Path, bucket: str, key: str, stored: Stored | None) -> None:
        """Send a file and see that what arrived is what it holds; nothing is sent if that is what is `stored` there.

        A person who cancels takes back what had arrived of it; after any other end the next attempt goes on.

        Raises:
            DataError: The file changed meanwhile, or something else arrived.
        """
        before = path.stat()
        if is_stored(self._context, path, stored):
            self._state_of(path, bucket, key).unlink(missing_ok=True)
            self._meter.keep(before.st_size)
        elif before.st_size <= PART_BYTES:
            body = path.read_bytes()
            digest = hashlib.md5(body, usedforsecurity=False)
            checksum = b64encode(digest.digest()).decode()
            answer = self._s3.put_object(Bucket=bucket, Key=key, Body=body, ContentMD5=checksum)
            check_etag(answer, digest.hexdigest(), key)
            self._meter(len(body))
        else:
            _InParts(
                self._s3, self._meter, self._state_of(path, bucket, key), path, {"Bucket": bucket, "Key": key}
            ).send()
        after = path.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise DataError(f"Cannot upload '{path}'", "it changed while it was sent", "Send it again.")
        self._meter.finish_file()

    def _state_of(self, path: Path, bucket: str, key: str) -> Path:
        # Not by the address of S3: the embedded one has another port each time.
        named = json.dumps([str(path.resolve()), bucket, key, *self._context.identity()])
        return self._state / f"{hashlib.sha256(named.encode()).hexdigest()[:32]}.json"


class _InParts:
    """One file on its way in parts."""

    def __init__(self, s3: Any, meter: Meter, state: Path, path: Path, target: Mapping[str, str]) -> None:
        self._s3 = s3
        self._meter = meter
        self._state = state
        self._path = path
        self._object = target
        self._status = path.stat()
        self._lock = threading.Lock()
        self._sums: dict[int, bytes] = {}

    def send(self) -> None:
        """Send what has not arrived, and make an object of all parts."""
        upload, arrived = self._begun()
        count = -(-self._status.st_size // upload.part_bytes)
        try:
            self._send_all(upload, arrived, count)
        except Cancelled:
            with suppress(ClientError):
                self._s3.abort_multipart_upload(**self._object, UploadId=upload.id)
            self._state.unlink(missing_ok=True)
            raise
        parts = [{"PartNumber": number, "ETag": upload.etags[str(number)]} for number in range(1, count + 1)]
        self._s3.complete_multipart_upload(**self._object, UploadId=upload.id, MultipartUpload={"Parts": parts})
        self._state.unlink(missing_ok=True)
        sums = b"".join(self._sums[number] for number in range(1, count + 1))
        head = self._s3.head_object(**self._object)
        if head["ContentLength"] != self._status.st_size:
            raise not_the_same(self._object["Key"])
        check_etag(head, etag_of_parts(sums), self._object["Key"])

    def _begun(self) -> tuple[_Upload, Mapping[int, str]]:
        """The upload of an attempt before and the ETags of its parts, or a new one."""
        size = self._status.st_size
        with suppress(OSError, ValueError, TypeError):
            upload = _Upload(**json.loads(self._state.read_text(encoding="utf-8")))
            try:
                pages = self._s3.get_paginator("list_parts").paginate(**self._object, UploadId=upload.id)
                arrived = {part["PartNumber"]: part["ETag"] for page in pages for part in page.get("Parts", ())}
            except ClientError as error:
                if code_of(error) not in {"NoSuchUpload", "404"}:
                    raise
            else:
                if upload.size == size:
                    return upload, arrived
                self._s3.abort_multipart_upload(**self._object, UploadId=upload.id)
        answer = self._s3.create_multipart_upload(**self._object)
        upload = _Upload(answer["UploadId"], part_bytes_of(size), size, self._status.st_mtime_ns)
        self._keep(upload)
        return upload, {}

    def _keep(self, upload: _Upload) -> None:
        self._state.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._state.with_suffix(".part")
        values = {name: getattr(upload, name) for name in ("id", "part_bytes", "size", "modified", "etags")}
        part.write_text(json.dumps(values), encoding="utf-8")
        part.replace(self._state)

    def _send_all(self, upload: _Upload, arrived: Mapping[int, str], count: int) -> None:
        with ThreadPoolExecutor(_THREADS) as pool:
            sending = [pool.submit(self._send_part, upload, arrived, number) for number in range(1, count + 1)]
            done, waiting = wait(sending, return_when=FIRST_EXCEPTION)
            for part in waiting:
                part.cancel()
        for part in done:
            part.result()

    def _send_part(self, upload: _Upload, arrived: Mapping[int, str], number: int) -> None:
        with self._path.open("rb") as file:
            file.seek((number - 1) * upload.part_bytes)
            body = file.read(upload.part_bytes)
        digest = hashlib.md5(body, usedforsecurity=False)
        self._sums[number] = digest.digest()
        etag = arrived.get(number, "")
        same = etag.strip('"') == digest.hexdigest()
        ours = bool(etag) and upload.etags.get(str(number)) == etag and upload.modified == self._status.st_mtime_ns
        if same or ours:
            upload.etags[str(number)] = etag
            self._meter.keep(len(body))
            return
        self._meter(0)
        answer = self._s3.upload_part(
            **self._object,
            UploadId=upload.id,
            PartNumber=number,
            Body=body,
            ContentMD5=b64encode(digest.digest()).decode(),
        )
        with self._lock:
            upload.etags[str(number)] = answer["ETag"]
            self._keep(upload)
        self._meter(len(body))
