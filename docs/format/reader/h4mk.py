#!/usr/bin/env python3
"""A reader of H4MK containers, versions 1.0 and 1.1, in one file and with the Python standard library only.

It is the second implementation of docs/format/h4mk-1.0.md and docs/format/h4mk-1.1.md and is written to be read
beside them. It opens paths, bytes and http(s) addresses, lists tracks, seeks, reads verified blocks and streams,
verifies whole files with findings, and makes and checks proofs. It writes no containers.

    import h4mk
    with h4mk.open("clip.h4mk") as container:
        track = container.tracks[0]
        key = track.seek(1_500_000)             # the keyframe at or before 1.5 s, or None
        data = track.read_block(key.ordinal)    # verified against the index
        stream = track.stream()                 # a seekable io.RawIOBase over all blocks
    result = h4mk.verify("clip.h4mk")           # state and findings
    h4mk.check_proof(proof, trusted_identity)   # needs no container

Python 3.10 or later. Bytes that are not what the format says raise FormatError, wrong arguments ValueError, failed reads OSError.
An object serves one thread at a time.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import io
import json
import os
import re
import struct
import sys
import urllib.error
import urllib.request
import zlib
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Callable, Iterable, Iterator, NamedTuple, Sequence, TypeVar

# ---------------------------------------------------------------------------------------------------------------
# Layout. All integers are unsigned and big-endian; nothing is padded.
# ---------------------------------------------------------------------------------------------------------------

FILE_HEADER = b"H4MK\x00\x01\x00\x00"
CHUNK = struct.Struct(">4sII")  # tag, payload length, CRC-32 of the payload
TOKEN = struct.Struct(">QIBBHII")  # pts, ordinal, key, flags, track, duration, length
PAGE_HEAD = struct.Struct(">HHIQ")  # track, zero, first ordinal, stream offset
ENTRY = struct.Struct(">QIIII32s")  # pts, duration, length, link, flags, SHA-256
ROOT_HEADER = struct.Struct(">4sHBBHHIQQ32s32s32s")
TRACK_RECORD = struct.Struct(">HHIIIQQQ32s")
AUX_RECORD = struct.Struct(">4sI32s")
PAGE_RECORD = struct.Struct(">QQ32s")
TAIL = struct.Struct(">QIHH32s4s")
SEEK_ENTRY = struct.Struct(">QQ")
TAIL_CHUNK_SIZE = CHUNK.size + TAIL.size
TAIL_READ = 256 * 1024  # what opening reads from the end

KEY, SEALED, LOST, DISCONTINUITY = 1, 2, 4, 8
NONE32, NONE64 = 2**32 - 1, 2**64 - 1  # "there is none"
MAX_TIME = 2**63 - 1
MAX_TRACKS, MAX_PAGE_LOG2, MAX_OPEN_ENTRIES = 1024, 14, 1 << 20  # limits of the format itself
SEEK_CAP = 65_536  # entries of SEEK in a recorded file
ROOT_MAC_LABEL = b"H4MK 1.1 root"

FORMAT_TAGS = (b"CORE", b"SEEK", b"META", b"SAFE", b"VERI", b"TRAK", b"TOKN", b"INDX", b"ROOT", b"SIGN", b"TAIL", b"SEAL")
SINGLETONS_1_0 = (b"SEEK", b"META", b"SAFE", b"VERI")
SINGLETONS_1_1 = (b"TRAK", b"META", b"SAFE", b"SEEK", b"VERI", b"ROOT", b"TAIL")
LISTED_ONCE = (b"META", b"SAFE", b"TRAK")


@dataclass(frozen=True)
class Limits:
    """Caps of this reader. Crossing one is `limit`: it says nothing against the file, which stays unverified."""

    block: int = 64 << 20
    json: int = 1 << 20  # META, SAFE and TRAK of 1.1
    json_depth: int = 32
    root: int = 64 << 20
    aux: int = 256
    signs: int = 16
    sign: int = 64 << 10
    json_1_0: int = 16 << 20
    json_depth_1_0: int = 512
    seek_1_0: int = 256 << 20
    chunks_1_0: int = 1 << 25
    findings: int = 10_000


class FormatError(Exception):
    """The bytes are not what the format says. `offset` is that of the chunk's header, or of the first bad byte."""

    def __init__(self, code: str, offset: int, chunk: str, message: str) -> None:
        super().__init__(f"{code}: {chunk or 'file'} at {offset}: {message}")
        self.code, self.offset, self.chunk, self.message = code, offset, chunk, message


class ProofError(Exception):
    """A proof does not hold, or is none."""


class Finding(NamedTuple):
    """One thing that verification found, in the terms of FormatError."""

    chunk: str
    offset: int
    code: str
    message: str


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tag_text(tag: bytes) -> str:
    """A tag for people; bytes outside 0x21 to 0x7E as \\xNN."""
    return "".join(chr(b) if 0x21 <= b <= 0x7E else f"\\x{b:02x}" for b in tag)


def is_tag(tag: bytes) -> bool:
    return len(tag) == 4 and min(tag) >= 0x21 and max(tag) <= 0x7E


def _near_tags() -> dict[bytes, bytes]:
    near = {}
    for tag in FORMAT_TAGS:
        for bit in range(32):
            changed = bytearray(tag)
            changed[bit // 8] ^= 1 << bit % 8
            near[bytes(changed)] = tag
    return near


NEAR_TAGS = _near_tags()  # every tag one bit away from one of the twelve, and which one


# ---------------------------------------------------------------------------------------------------------------
# Merkle trees: RFC 9162
# ---------------------------------------------------------------------------------------------------------------


def leaf_hash(record: bytes) -> bytes:
    return sha256(b"\x00" + record)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def tree_root(hashes: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, or over roots of aligned subtrees of one power-of-two size (the last may be smaller)."""
    level = list(hashes)
    if not level:
        return sha256(b"")
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)] + odd
    return level[0]


def _split(count: int) -> int:
    """The largest power of two below count."""
    return 1 << ((count - 1).bit_length() - 1)


Subtree = Callable[[int, int], bytes]  # the root over leaves start … end - 1


def inclusion_path(index: int, count: int, subtree: Subtree) -> list[bytes]:
    """Hashes from the leaf up (RFC 9162 section 2.1.3.1)."""
    start, end, path = 0, count, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def inclusion_length(index: int, count: int) -> int:
    length = 0
    while count > 1:
        half = _split(count)
        length += 1
        index, count = (index, half) if index < half else (index - half, count - half)
    return length


def root_from_path(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes:
    """The root that an inclusion path of exactly the right length leads to."""
    if index >= count or len(path) != inclusion_length(index, count):
        raise ProofError("the path does not have the length that ordinal and count give")
    steps = []  # from the root down: is the leaf in the left part?
    while count > 1:
        half = _split(count)
        steps.append(index < half)
        index, count = (index, half) if index < half else (index - half, count - half)
    for left, other in zip(reversed(steps), path):
        leaf = node_hash(leaf, other) if left else node_hash(other, leaf)
    return leaf


def consistency_path(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Hashes that tie the tree over the first `old` leaves to that over `new` (RFC 9162 section 2.1.4.1)."""
    if old == 0 or old == new:
        return []
    start, end, whole, path = 0, new, True, []
    while old != end - start:
        half = _split(end - start)
        if old <= half:
            path.append(subtree(start + half, end))
            end = start + half
        else:
            path.append(subtree(start, start + half))
            start, old, whole = start + half, old - half, False
    if not whole:
        path.append(subtree(start, end))
    return path[::-1]


def consistency_length(old: int, new: int) -> int:
    if old == 0 or old == new:
        return 0
    length, whole = 0, True
    while old != new:
        half = _split(new)
        length += 1
        if old <= half:
            new = half
        else:
            old, new, whole = old - half, new - half, False
    return length + (not whole)


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the new tree begins with the old one (RFC 9162 section 2.1.4.2)."""
    if old > new or len(path) != consistency_length(old, new):
        return False
    if old == 0:
        return old_root == sha256(b"")
    if old == new:
        return old_root == new_root
    rest = list(path)

    def rebuild(old: int, new: int, whole: bool) -> tuple[bytes, bytes]:
        """Roots of the old and the new tree over one subtree, by the recursion that made the path."""
        if old == new:
            shared = old_root if whole else rest.pop(0)
            return shared, shared
        half = _split(new)
        if old <= half:
            left_old, left_new = rebuild(old, half, whole)
            return left_old, node_hash(left_new, rest.pop(0))
        right_old, right_new = rebuild(old - half, new - half, False)
        left = rest.pop(0)
        return node_hash(left, right_old), node_hash(left, right_new)

    return rebuild(old, new, True) == (old_root, new_root)


# ---------------------------------------------------------------------------------------------------------------
# JSON: the standard library's parser, made strict
# ---------------------------------------------------------------------------------------------------------------


class Number(str):
    """A JSON number as written; numbers of any length are carried and not judged."""


def _brackets(text: str) -> Iterator[str]:
    return (m.group() for m in re.finditer(r"[][{}]", re.sub(r'"[^"\\]*(?:\\.[^"\\]*)*"', '""', text, flags=re.S)))


def json_depth(text: str) -> int:
    depth = deepest = 0
    for bracket in _brackets(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name occurs twice")
    return members


def parse_object(payload: bytes, strict: bool) -> dict[str, Any]:
    """A JSON object in UTF-8 without a byte order mark. Strict (1.1) also refuses double names and lone surrogates.

    The caller has checked the depth.
    """
    value = json.loads(
        payload.decode("utf-8"), parse_int=Number, parse_float=Number, parse_constant=_refuse,
        object_pairs_hook=_unique if strict else None)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    if strict and b"\\u" in payload:
        pending: list[Any] = [value]
        while pending:
            item = pending.pop()
            if isinstance(item, dict):
                pending.extend(item)
                pending.extend(item.values())
            elif isinstance(item, list):
                pending.extend(item)
            elif isinstance(item, str) and any("\ud800" <= c <= "\udfff" for c in item):
                raise ValueError("a lone surrogate")
    return value


def check_object(payload: bytes, tag: str, offset: int, limits: Limits, strict: bool) -> dict[str, Any]:
    """META or SAFE as an object, or FormatError `json` or `limit`."""
    try:
        text = payload.decode("utf-8")
        depth = json_depth(text)
        if strict and depth > limits.json_depth:
            raise FormatError("limit", offset, tag, f"JSON nested {depth} deep, the limit is {limits.json_depth}")
        if depth > limits.json_depth_1_0:
            raise ValueError(f"nested {depth} deep")
        return parse_object(payload, strict)
    except (ValueError, RecursionError) as error:
        raise FormatError("json", offset, tag, f"expected a JSON object, found something else ({error})") from None


def check_tracks(payload: bytes, offset: int, limits: Limits) -> tuple[int, list[dict[str, Any]]]:
    """(page_log2, track objects with `id` as an int) of a TRAK payload, or FormatError `track` or `limit`."""

    def plain(value: Any, low: int, high: int, what: str) -> int:
        if not isinstance(value, Number) or not re.fullmatch(r"0|[1-9][0-9]{0,9}", value) or not low <= int(value) <= high:
            raise FormatError("track", offset, "TRAK", f"expected {what} of {low} to {high}, found {str(value)[:40]}")
        return int(value)

    try:
        found = check_object(payload, "TRAK", offset, limits, strict=True)
    except FormatError as error:
        raise FormatError("track" if error.code == "json" else error.code, offset, "TRAK", error.message) from None
    page_log2 = plain(found.get("page_log2"), 1, MAX_PAGE_LOG2, "page_log2")
    tracks = found.get("tracks")
    if not isinstance(tracks, list) or not 1 <= len(tracks) <= MAX_TRACKS:
        raise FormatError("track", offset, "TRAK", f"expected an array of 1 to {MAX_TRACKS} tracks")
    previous = -1
    for item in tracks:
        if not isinstance(item, dict) or isinstance(item.get("kind"), Number) or item.get("kind") not in ("video", "audio", "data"):
            raise FormatError("track", offset, "TRAK", "expected a track of kind video, audio or data")
        item["id"] = plain(item.get("id"), 0, 65_535, "a track id")
        if item["id"] <= previous:
            raise FormatError("track", offset, "TRAK", f"expected ascending track ids, found {item['id']} after {previous}")
        previous = item["id"]
    if len(tracks) << page_log2 > MAX_OPEN_ENTRIES:
        raise FormatError("track", offset, "TRAK", f"expected tracks × 2^h up to {MAX_OPEN_ENTRIES}")
    return page_log2, tracks


# ---------------------------------------------------------------------------------------------------------------
# Sources
# ---------------------------------------------------------------------------------------------------------------


class Source:
    """Random access to the bytes of a container. `reads` and `bytes_read` count what was asked of the store."""

    size: int

    def __init__(self) -> None:
        self.reads = 0
        self.bytes_read = 0

    def read(self, offset: int, count: int) -> bytes:
        """`count` bytes, fewer only at the end."""
        raise NotImplementedError

    def close(self) -> None:
        pass


class MemorySource(Source):
    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        super().__init__()
        self._data = bytes(data)
        self.size = len(self._data)

    def read(self, offset: int, count: int) -> bytes:
        self.reads += 1
        found = self._data[offset : offset + count]
        self.bytes_read += len(found)
        return found


class FileSource(Source):
    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__()
        self._file = io.open(path, "rb", buffering=0)
        self.size = self._file.seek(0, os.SEEK_END)

    def read(self, offset: int, count: int) -> bytes:
        count = max(0, min(count, self.size - offset))
        self._file.seek(offset)
        parts, left = [], count
        while left:
            part = self._file.read(left)
            self.reads += 1
            if not part:
                raise OSError(f"the file has become shorter than {self.size} bytes")
            parts.append(part)
            left -= len(part)
        self.bytes_read += count
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        self._file.close()


class HttpSource(Source):
    """A container behind http(s), read by byte ranges of one version.

    Opening asks for the last 256 KiB. Where the server refuses that, ignores it, or answers it with another part,
    the size is learnt from bytes=0-0 and bounded ranges do the rest. Every 206 must say in Content-Range that it is
    what was asked for, and every later request carries a strong ETag as If-Match. A 200 to a bounded range aborts
    without its body being read. There are no retries.
    """

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        super().__init__()
        self._url, self._timeout = url, timeout
        self._etag: str | None = None
        self._tail = b""
        self.size = -1
        try:
            first, self._tail = self._request(None, TAIL_READ)
            self._tail_at = first
        except _RangeRefused:
            self._etag, self.size = None, -1
            self._request(0, 1)
            self._tail_at = max(0, self.size - TAIL_READ)
            self._tail = self._request(self._tail_at, self.size - self._tail_at)[1]

    def read(self, offset: int, count: int) -> bytes:
        count = max(0, min(count, self.size - offset))
        if count == 0:
            return b""
        if offset >= self._tail_at:
            return self._tail[offset - self._tail_at : offset - self._tail_at + count]
        from_tail = max(0, offset + count - self._tail_at)
        try:
            head = self._request(offset, count - from_tail)[1]
        except _RangeRefused as error:
            raise OSError(str(error)) from None
        return head + self._tail[:from_tail]

    def _request(self, offset: int | None, count: int) -> tuple[int, bytes]:
        """One range: (its first byte's offset, its bytes). An offset of None asks for the last `count` bytes."""
        asked = f"bytes=-{count}" if offset is None else f"bytes={offset}-{offset + count - 1}"
        headers = {"Range": asked, "Accept-Encoding": "identity"}
        if self._etag is not None and not self._etag.startswith("W/"):
            headers["If-Match"] = self._etag
        self.reads += 1
        try:
            response = urllib.request.urlopen(urllib.request.Request(self._url, headers=headers), timeout=self._timeout)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 412:
                raise OSError("the container has changed on the server (412)") from None
            if error.code in (400, 416, 501):
                raise _RangeRefused(f"the server refuses {asked} ({error.code})") from None
            raise
        with response:
            if response.status != 206:
                raise _RangeRefused(f"the server answers {asked} with {response.status} and not with that part")
            found = re.fullmatch(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})", response.headers.get("Content-Range", "").strip(), re.I)
            if not found:
                raise _RangeRefused(f"the server answers {asked} without a complete Content-Range")
            first, last, size = (int(number) for number in found.groups())
            if offset is None:
                expected = (max(0, size - count), size - 1)
            else:
                expected = (offset, min(offset + count, size) - 1)
            if (first, last) != expected:
                raise _RangeRefused(f"the server answers {asked} with bytes {first} to {last} of {size}")
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise OSError("the server sends a compressed part, whose bytes are not the container's")
            etag = response.headers.get("ETag")
            if self.size >= 0 and (size != self.size or etag != self._etag):
                raise OSError("the container has changed on the server")
            body = response.read(last - first + 2)
            if len(body) != last - first + 1:
                raise OSError(f"the server sends {len(body)} bytes for {asked}, expected {last - first + 1}")
            self.size, self._etag = size, etag
            self.bytes_read += len(body)
            return first, body


class _RangeRefused(OSError):
    """A range request was refused, ignored, or answered with another part."""


class Window:
    """Small reads that move forward over a source, served from one buffer of bounded size."""

    def __init__(self, source: Source, piece: int = 1 << 20) -> None:
        self._source, self._piece = source, piece
        self._start, self._buffer = 0, b""
        self.size = source.size

    def read(self, offset: int, count: int) -> bytes:
        end = self._start + len(self._buffer)
        if not (self._start <= offset and offset + count <= end):
            if count >= self._piece:
                return self._source.read(offset, count)
            self._start, self._buffer = offset, self._source.read(offset, self._piece)
        at = offset - self._start
        return self._buffer[at : at + count]

    def pieces(self, offset: int, count: int) -> Iterator[bytes]:
        while count:
            part = self.read(offset, min(count, self._piece - 1))
            if not part:
                raise OSError(f"the file has become shorter than {self.size} bytes")
            yield part
            offset, count = offset + len(part), count - len(part)


def source_of(container: str | os.PathLike[str] | bytes | bytearray | memoryview | Source) -> Source:
    """The source for a path, an http(s) address, bytes, or a source itself."""
    if isinstance(container, Source):
        return container
    if isinstance(container, (bytes, bytearray, memoryview)):
        return MemorySource(container)
    if isinstance(container, str) and re.match(r"https?://", container, re.I):
        return HttpSource(container)
    return FileSource(container)


# ---------------------------------------------------------------------------------------------------------------
# TAIL and ROOT of 1.1
# ---------------------------------------------------------------------------------------------------------------


class TailFields(NamedTuple):
    root_offset: int
    root_length: int  # of the whole chunk
    minor: int
    zero: int
    root_digest: bytes
    magic: bytes


def parse_tail(last: bytes) -> TailFields | None:
    """The fields of a TAIL chunk with a sound CRC, or None. Such a chunk as the last 64 bytes makes a file 1.1."""
    if len(last) != TAIL_CHUNK_SIZE:
        return None
    tag, length, crc = CHUNK.unpack_from(last)
    if tag != b"TAIL" or length != TAIL.size or zlib.crc32(last[CHUNK.size :]) != crc:
        return None
    return TailFields(*TAIL.unpack_from(last, CHUNK.size))


def check_tail(tail: TailFields, size: int) -> None:
    """The checks of TAIL itself, before anything that it points at is read."""
    at = size - TAIL_CHUNK_SIZE
    if tail.magic != b"KM4H" or tail.minor != 1 or tail.zero != 0:
        raise FormatError("tail", at, "TAIL", "expected minor version 1, a zero and KM4H")
    least = CHUNK.size + ROOT_HEADER.size + TRACK_RECORD.size
    if tail.root_offset < len(FILE_HEADER) or tail.root_length < least or tail.root_offset + tail.root_length > at:
        raise FormatError("tail", at, "TAIL", f"expected ROOT before TAIL, found {tail.root_length} bytes at {tail.root_offset}")


@dataclass
class TrackFacts:
    """A track record of ROOT, with where its pages are among all page records."""

    position: int
    id: int
    blocks: int
    keys: int
    last_key: int | None
    bytes: int
    first_pts: int
    end_pts: int
    root: bytes
    record: bytes
    first_page: int
    pages: int

    @property
    def duration_us(self) -> int | None:
        return self.end_pts - self.first_pts if self.blocks else None


class AuxFacts(NamedTuple):
    """An aux record of ROOT with the file offset of its chunk."""

    tag: bytes
    length: int
    digest: bytes
    offset: int


class PageFacts(NamedTuple):
    first_key: int | None
    stream_offset: int
    root: bytes


class RootTables:
    """A ROOT payload that passed every check of opening. It is the only thing that a reader holds of all blocks."""

    def __init__(self, payload: bytes, offset: int, limits: Limits) -> None:
        self.payload, self.offset, self._limits = payload, offset, limits
        self.header = payload[: ROOT_HEADER.size]
        self._check_counts()
        self._check_hashes()
        self._check_aux()
        self._check_pages()
        self._check_extents()

    def _need(self, condition: bool, message: str, code: str = "root") -> None:
        if not condition:
            raise FormatError(code, self.offset, "ROOT", message)

    def _check_counts(self) -> None:
        self._need(len(self.header) == ROOT_HEADER.size, f"{len(self.payload)} bytes hold no root header")
        (magic, minor, algorithm, self.page_log2, track_count, self.aux_count, zero, self.block_count, self.bytes,
         self.tracks_root, self.aux_root, self.pages_digest) = ROOT_HEADER.unpack(self.header)
        self._need(magic == b"H4R1" and minor == 1 and algorithm == 1 and zero == 0, "expected H4R1, minor version 1, SHA-256 and a zero")
        self._need(1 <= self.page_log2 <= MAX_PAGE_LOG2, f"expected h of 1 to {MAX_PAGE_LOG2}, found {self.page_log2}")
        self._need(1 <= track_count <= MAX_TRACKS, f"expected 1 to {MAX_TRACKS} tracks, found {track_count}")
        self._need(track_count << self.page_log2 <= MAX_OPEN_ENTRIES, f"expected tracks × 2^h up to {MAX_OPEN_ENTRIES}")
        self._need(self.aux_count <= self._limits.aux, f"{self.aux_count} aux records, the limit is {self._limits.aux}", "limit")
        at = ROOT_HEADER.size
        self._need(len(self.payload) >= at + TRACK_RECORD.size * track_count, "the track records do not fit")
        self.tracks: list[TrackFacts] = []
        pages, page_size = 0, 1 << self.page_log2
        for position in range(track_count):
            record = self.payload[at : at + TRACK_RECORD.size]
            at += TRACK_RECORD.size
            number, zero, blocks, keys, last_key, size, first, end, root = TRACK_RECORD.unpack(record)
            self._need(zero == 0 and (not self.tracks or number > self.tracks[-1].id), "expected ascending track ids and zeros")
            self._need(blocks <= NONE32 and keys <= blocks, f"track {number}: more keyframes than blocks")
            self._need((last_key == NONE32) == (keys == 0) and (keys == 0 or last_key < blocks), f"track {number}: the last keyframe cannot be {last_key}")
            self._need(keys == 0 or last_key >= keys - 1, f"track {number}: {keys} keyframes up to block {last_key}")
            self._need(first <= end <= MAX_TIME, f"track {number}: times out of range")
            self._need(blocks > 0 or size == first == end == 0, f"track {number}: no block, but bytes or times")
            count = -(-blocks // page_size)
            self.tracks.append(TrackFacts(position, number, blocks, keys, None if keys == 0 else last_key, size, first, end, root, record, pages, count))
            pages += count
        expected = at + (AUX_RECORD.size + 8) * self.aux_count + (PAGE_RECORD.size + 8) * pages
        self._need(len(self.payload) == expected, f"expected {expected} bytes by its counts, found {len(self.payload)}")
        self._need(sum(t.blocks for t in self.tracks) == self.block_count, "the block count is not the sum of the tracks'")
        self._need(sum(t.bytes for t in self.tracks) == self.bytes, "the payload bytes are not the sum of the tracks'")
        self._aux_at = at
        self._pages_at = at + AUX_RECORD.size * self.aux_count
        self._aux_offsets_at = self._pages_at + PAGE_RECORD.size * pages
        self._page_offsets_at = self._aux_offsets_at + 8 * self.aux_count
        self.page_count = pages

    def _check_hashes(self) -> None:
        records = [self.payload[at : at + AUX_RECORD.size] for at in range(self._aux_at, self._pages_at, AUX_RECORD.size)]
        self._need(tree_root(leaf_hash(t.record) for t in self.tracks) == self.tracks_root, "the track records do not give the tracks root")
        self._need(tree_root(map(leaf_hash, records)) == self.aux_root, "the aux records do not give the aux root")
        self._need(sha256(self.payload[self._pages_at : self._aux_offsets_at]) == self.pages_digest, "the page records do not give their hash")
        offsets = struct.unpack_from(f">{self.aux_count}Q", self.payload, self._aux_offsets_at)
        self.aux: list[AuxFacts] = []
        for record, offset in zip(records, offsets):
            tag, length, digest = AUX_RECORD.unpack(record)
            self.aux.append(AuxFacts(tag, length, digest, offset))

    def _check_aux(self) -> None:
        tags = [record.tag for record in self.aux]
        self._need(tags == sorted(tags), "the aux records are not sorted by tag")
        for tag in tags:
            known = tag in LISTED_ONCE or tag == b"SEAL"
            self._need(known or is_tag(tag) and tag not in FORMAT_TAGS and tag not in NEAR_TAGS, f"an aux record of tag {tag_text(tag)}")
        for tag in LISTED_ONCE:
            self._need(tags.count(tag) == 1, f"expected {tag.decode()} listed once")
        for record in self.aux:
            too_long = record.tag in LISTED_ONCE and record.length > self._limits.json
            self._need(not too_long, f"{tag_text(record.tag)} of {record.length} bytes, the limit is {self._limits.json}", "limit")
        for one, other in zip(self.aux, self.aux[1:]):
            self._need(one.tag != other.tag or one.offset < other.offset, "aux records of one tag are not in file order")

    def _check_pages(self) -> None:
        for track in self.tracks:
            pages = [self.page(track, number) for number in range(track.pages)]
            self._need(tree_root(page.root for page in pages) == track.root, f"track {track.id}: the page roots do not give its root")
            self._need(not pages or pages[0].stream_offset == 0, f"track {track.id}: the first page does not begin at 0")
            previous = PageFacts(0, 0, b"")
            for page in pages:
                falls = (NONE64 if page.first_key is None else page.first_key) < (NONE64 if previous.first_key is None else previous.first_key)
                self._need(not falls and page.stream_offset >= previous.stream_offset, f"track {track.id}: page records fall")
                self._need(page.stream_offset <= track.bytes, f"track {track.id}: a page begins behind the track's bytes")
                self._need(page.first_key is None or page.first_key <= MAX_TIME, f"track {track.id}: a keyframe beyond 2^63 - 1")
                previous = page
            # "all ones exactly without keys": the page of the last keyframe and those before it have one to name.
            for number, page in enumerate(pages):
                keyed = track.last_key is not None and number <= track.last_key >> self.page_log2
                self._need((page.first_key is not None) == keyed, f"track {track.id}: page {number} names a keyframe that is not, or none that is")

    def _check_extents(self) -> None:
        """Nothing lies outside, and all that is listed fits before ROOT at once, which ends aliasing."""
        used = len(FILE_HEADER) + sum(CHUNK.size + record.length for record in self.aux) + self.bytes + CHUNK.size * self.block_count
        for track in self.tracks:
            end = len(FILE_HEADER)
            for number in range(track.pages):
                offset, length = self.page_offset(track, number), self.page_length(track, number)
                self._need(end <= offset and offset + length <= self.offset, f"track {track.id}: page {number} cannot be at {offset}")
                end = offset + length
                used += length
        for record in self.aux:
            inside = len(FILE_HEADER) <= record.offset and record.offset + CHUNK.size + record.length <= self.offset
            self._need(inside, f"{tag_text(record.tag)} of {record.length} bytes cannot be at {record.offset}")
        self._need(used <= self.offset, f"{used} bytes are listed, {self.offset} are there before ROOT")

    @property
    def identity(self) -> bytes:
        """SHA-256 of the root header: the container's identity."""
        return sha256(self.header)

    def page(self, track: TrackFacts, number: int) -> PageFacts:
        key, offset, root = PAGE_RECORD.unpack_from(self.payload, self._pages_at + PAGE_RECORD.size * (track.first_page + number))
        return PageFacts(None if key == NONE64 else key, offset, root)

    def page_offset(self, track: TrackFacts, number: int) -> int:
        """File offset of the INDX chunk: a hint, since nothing hashes it."""
        return struct.unpack_from(">Q", self.payload, self._page_offsets_at + 8 * (track.first_page + number))[0]

    def page_blocks(self, track: TrackFacts, number: int) -> int:
        return min(1 << self.page_log2, track.blocks - (number << self.page_log2))

    def page_length(self, track: TrackFacts, number: int) -> int:
        """Bytes of the whole INDX chunk."""
        return CHUNK.size + PAGE_HEAD.size + (ENTRY.size + 8) * self.page_blocks(track, number)

    def page_bytes(self, track: TrackFacts, number: int) -> int:
        """Payload bytes of the blocks of a page."""
        end = self.page(track, number + 1).stream_offset if number + 1 < track.pages else track.bytes
        return end - self.page(track, number).stream_offset

    def last_page_by_key(self, track: TrackFacts, pts: int) -> int:
        """The last page whose first keyframe is at or before pts; -1 if none. pages never fall, so halving finds it."""
        return bisect_right(range(track.pages), pts, key=lambda number: self._key_or_end(track, number)) - 1

    def last_page_by_offset(self, track: TrackFacts, stream_offset: int) -> int:
        return bisect_right(range(track.pages), stream_offset, key=lambda number: self.page(track, number).stream_offset) - 1

    def _key_or_end(self, track: TrackFacts, number: int) -> int:
        key = self.page(track, number).first_key
        return NONE64 if key is None else key


class Entry(NamedTuple):
    """What the index says of one block."""

    ordinal: int
    pts: int
    duration: int
    length: int
    link: int
    flags: int
    digest: bytes
    stream_offset: int
    file_offset: int  # of the CORE chunk: a hint
    record: bytes  # the 56 bytes

    @property
    def is_key(self) -> bool:
        return bool(self.flags & KEY)


class Page(NamedTuple):
    """A loaded page that agrees with ROOT."""

    number: int
    entries: list[Entry]


def parse_entries(payload: bytes, first: int, stream_offset: int) -> list[Entry]:
    """The entries of an INDX payload whose length has been checked."""
    count = (len(payload) - PAGE_HEAD.size) // (ENTRY.size + 8)
    offsets = struct.unpack_from(f">{count}Q", payload, PAGE_HEAD.size + ENTRY.size * count)
    entries = []
    for number in range(count):
        record = payload[PAGE_HEAD.size + ENTRY.size * number : PAGE_HEAD.size + ENTRY.size * (number + 1)]
        pts, duration, length, link, flags, digest = ENTRY.unpack(record)
        entries.append(Entry(first + number, pts, duration, length, link, flags, digest, stream_offset, offsets[number], record))
        stream_offset += length
    return entries


def check_page(root: RootTables, track: TrackFacts, number: int, entries: list[Entry], offset: int) -> None:
    """The checks of a loaded page whose root agrees: fields in range, links and keyframes true within it."""

    def need(condition: bool, message: str) -> None:
        if not condition:
            raise FormatError("page", offset, "INDX", message)

    key: Entry | None = None
    first_key: int | None = None
    before: int | None = None  # the keyframe before the page, by the first link; 0 there means none
    for at, entry in enumerate(entries):
        need(entry.flags < 16 and entry.pts + entry.duration <= MAX_TIME, f"block {entry.ordinal}: undefined flags or times out of range")
        lost = entry.flags & LOST
        need(not lost or (entry.flags == LOST and entry.length == 0 and entry.duration == 0), f"block {entry.ordinal} is lost and has more than a time")
        if key is not None:
            need(entry.link == entry.ordinal - key.ordinal, f"block {entry.ordinal}: link {entry.link} is not to keyframe {key.ordinal}")
        else:
            need(entry.link <= entry.ordinal and (entry.link == 0 or entry.link > at), f"block {entry.ordinal}: link {entry.link} cannot be")
            previous = None if entry.link == 0 else entry.ordinal - entry.link
            need(at == 0 or previous == before, f"block {entry.ordinal}: link {entry.link} is not to the keyframe of the block before")
            before = previous
        if entry.is_key:
            need(key is None or entry.pts > key.pts, f"keyframe {entry.ordinal} is not later than the one before")
            key = entry
            first_key = entry.pts if first_key is None else first_key
    named = root.page(track, number).first_key
    need(first_key is None or first_key == named, "the first keyframe is not the one that ROOT names")
    if track.last_key is not None:
        last_page = track.last_key >> root.page_log2
        need(number != last_page or key is not None and key.ordinal == track.last_key, "the last keyframe is not the one that ROOT names")
        need(number < last_page or number == last_page or key is None, "a keyframe after the last one that ROOT names")
    else:
        need(key is None, "a keyframe where ROOT has none")
    need(sum(entry.length for entry in entries) == root.page_bytes(track, number), "the lengths are not those that ROOT gives")


# ---------------------------------------------------------------------------------------------------------------
# Containers and tracks
# ---------------------------------------------------------------------------------------------------------------

SIGN_HEAD = struct.Struct(">BBH")  # kind, zero, hint length


class Sign(NamedTuple):
    """A SIGN chunk. The hint is ignored, as it is authenticated by nothing."""

    offset: int
    kind: int
    body: bytes


def parse_sign(payload: bytes, offset: int) -> Sign:
    if len(payload) >= SIGN_HEAD.size:
        kind, zero, hint = SIGN_HEAD.unpack_from(payload)
        if zero == 0 and SIGN_HEAD.size + hint <= len(payload):
            return Sign(offset, kind, payload[SIGN_HEAD.size + hint :])
    raise FormatError("sign", offset, "SIGN", "expected kind, a zero, a hint and a body")


class Keyframe(NamedTuple):
    """A keyframe that a seek found. `ordinal` and `file_offset` (of the CORE chunk) are None where 1.0 names no block."""

    pts: int
    ordinal: int | None
    stream_offset: int
    file_offset: int | None


class Block(NamedTuple):
    """A verified block. In 1.0 only SEEK knows times, so pts, duration and flags are None there."""

    ordinal: int
    pts: int | None
    duration: int | None
    flags: int | None
    data: bytes


class Track:
    """One track. Subclasses differ in where the index comes from."""

    id: int
    blocks: int
    bytes: int
    duration_us: int | None

    def seek(self, pts: int) -> Keyframe | None:
        """The last keyframe at or before pts, or None."""
        raise NotImplementedError

    def next_key(self, pts: int) -> Keyframe | None:
        """The first keyframe after pts, or None."""
        raise NotImplementedError

    def locate(self, stream_offset: int) -> tuple[int, int]:
        """(ordinal, its stream offset) of the block that holds a byte of the track stream."""
        raise NotImplementedError

    def read(self, ordinal: int) -> Block:
        """A block, verified."""
        raise NotImplementedError

    def read_block(self, ordinal: int) -> bytes:
        return self.read(ordinal).data

    def stream(self) -> "TrackStream":
        """All payloads of the track, one after the other, as a seekable file object; each block is verified."""
        return TrackStream(self)

    def iterate(self, ordinal: int = 0, pts: int | None = None) -> Iterator[Block]:
        """Blocks in order from an ordinal, or from the keyframe at or before a time (before the first: from the start)."""
        if pts is not None:
            key = self.seek(pts)
            ordinal = 0 if key is None or key.ordinal is None else key.ordinal
        for number in range(ordinal, self.blocks):
            yield self.read(number)

    def read_blocks(self, ordinals: Iterable[int]) -> Iterator[Block]:
        """Many blocks in the order asked for."""
        return (self.read(ordinal) for ordinal in ordinals)

    def _check_ordinal(self, ordinal: int) -> None:
        if not 0 <= ordinal < self.blocks:
            raise ValueError(f"block {ordinal} of a track of {self.blocks} blocks")


class TrackStream(io.RawIOBase):
    """The track stream. It holds one block at a time."""

    def __init__(self, track: Track) -> None:
        super().__init__()
        self._track, self._position, self._start, self._block, self._next = track, 0, 0, b"", -1

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._track.bytes}[whence]
        if base + offset < 0:
            raise ValueError(f"position {base + offset}")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")
        if not len(target) or self._position >= self._track.bytes:
            return 0
        at = self._position - self._start
        if not 0 <= at < len(self._block):
            follows = self._next >= 0 and at == len(self._block)
            number, start = (self._next, self._position) if follows else self._track.locate(self._position)
            block = self._track.read_block(number)
            while not block:
                number += 1
                block = self._track.read_block(number)
            self._start, self._block, self._next = start, block, number + 1
            at = self._position - start
        count = min(len(target), len(self._block) - at)
        target[:count] = self._block[at : at + count]
        self._position += count
        return count


class PagedTrack(Track):
    """A track of a 1.1 container. It keeps one page."""

    def __init__(self, container: "PagedContainer", facts: TrackFacts) -> None:
        self.facts, self._container, self._page = facts, container, None
        self.id, self.blocks, self.bytes, self.duration_us = facts.id, facts.blocks, facts.bytes, facts.duration_us

    def entry(self, ordinal: int) -> Entry:
        """The index entry of a block, from a page that agrees with ROOT."""
        self._check_ordinal(ordinal)
        root = self._container.root
        return self.page(ordinal >> root.page_log2).entries[ordinal & ((1 << root.page_log2) - 1)]

    def page(self, number: int) -> Page:
        if self._page is None or self._page.number != number:
            self._page = Page(number, self._container.load_page(self.facts, number))
        return self._page

    def seek(self, pts: int) -> Keyframe | None:
        entry = self.key_entry(pts)
        return None if entry is None else _keyframe(entry)

    def next_key(self, pts: int) -> Keyframe | None:
        entry = self.next_key_entry(pts)
        return None if entry is None else _keyframe(entry)

    def key_entry(self, pts: int) -> Entry | None:
        if pts < 0:
            raise ValueError(f"a time of {pts} µs")
        number = self._container.root.last_page_by_key(self.facts, min(pts, MAX_TIME))
        if number < 0:
            return None
        found = [entry for entry in self.page(number).entries if entry.is_key and entry.pts <= pts]
        if not found:
            raise FormatError("page", self._container.root.page_offset(self.facts, number), "INDX", "the keyframe that ROOT names is not in it")
        return found[-1]

    def next_key_entry(self, pts: int) -> Entry | None:
        """The first key entry with a later pts: on the page of the one before it, or on the next page that has one."""
        root, facts = self._container.root, self.facts
        number = root.last_page_by_key(facts, min(pts, MAX_TIME))
        if number >= 0:
            for entry in self.page(number).entries:
                if entry.is_key and entry.pts > pts:
                    return entry
        if number + 1 >= facts.pages:
            return None
        key = root.page(facts, number + 1).first_key
        if key is None:
            return None
        number = root.last_page_by_key(facts, key)  # the pages before it carry its pts and have no key
        return next((entry for entry in self.page(number).entries if entry.is_key and entry.pts == key), None)

    def locate(self, stream_offset: int) -> tuple[int, int]:
        if not 0 <= stream_offset < self.bytes:
            raise ValueError(f"byte {stream_offset} of a track of {self.bytes} bytes")
        number = self._container.root.last_page_by_offset(self.facts, stream_offset)
        for entry in self.page(number).entries:
            if entry.stream_offset <= stream_offset < entry.stream_offset + entry.length:
                return entry.ordinal, entry.stream_offset
        raise FormatError("page", self._container.root.page_offset(self.facts, number), "INDX", "the lengths are not those that ROOT gives")

    def read(self, ordinal: int) -> Block:
        entry = self.entry(ordinal)
        return _block(entry, self._container.read_core(entry))

    def read_blocks(self, ordinals: Iterable[int], gap: int = 64 * 1024, most: int = 8 << 20) -> Iterator[Block]:
        """Many blocks in the order asked for. Reads across gaps below 64 KiB are joined, up to 8 MiB at a time."""
        waiting: list[Entry] = []
        held = 0
        for ordinal in ordinals:
            entry = self.entry(ordinal)
            if waiting and (held + entry.length > most or len(waiting) >= 1024):
                yield from self._read_batch(waiting, gap)
                waiting, held = [], 0
            waiting.append(entry)
            held += entry.length
        yield from self._read_batch(waiting, gap)

    def _read_batch(self, entries: list[Entry], gap: int) -> Iterator[Block]:
        runs: list[tuple[int, int]] = []
        for entry in sorted(entries, key=lambda entry: entry.file_offset):
            self._container.check_core_extent(entry)
            start, end = entry.file_offset, entry.file_offset + CHUNK.size + entry.length
            if runs and start - runs[-1][1] < gap:
                runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
            else:
                runs.append((start, end))
        starts = [start for start, _ in runs]
        parts = [self._container.source.read(start, end - start) for start, end in runs]
        for entry in entries:
            run = bisect_right(starts, entry.file_offset) - 1
            at = entry.file_offset - starts[run]
            yield _block(entry, check_core(entry, parts[run][at : at + CHUNK.size + entry.length]))


def _keyframe(entry: Entry) -> Keyframe:
    return Keyframe(entry.pts, entry.ordinal, entry.stream_offset, entry.file_offset)


def _block(entry: Entry, data: bytes) -> Block:
    return Block(entry.ordinal, entry.pts, entry.duration, entry.flags, data)


def check_core(entry: Entry, chunk: bytes) -> bytes:
    """The payload of a CORE chunk that is the one its entry names: by tag, length and SHA-256."""
    tag, length, _ = CHUNK.unpack_from(chunk.ljust(CHUNK.size, b"\0"))
    if len(chunk) != CHUNK.size + entry.length or tag != b"CORE" or length != entry.length:
        raise FormatError("block", entry.file_offset, "CORE", f"expected block {entry.ordinal} of {entry.length} bytes, found {tag_text(tag)} of {length}")
    if sha256(chunk[CHUNK.size :]) != entry.digest:
        raise FormatError("block", entry.file_offset, "CORE", f"block {entry.ordinal} does not have the SHA-256 of its entry")
    return chunk[CHUNK.size :]


C = TypeVar("C", bound="Container")


class Container:
    """An open container: `version` "1.0" or "1.1", `size`, `tracks`."""

    version: str
    tracks: Any  # a list of Track

    def __init__(self, source: Source, limits: Limits) -> None:
        self.source, self.limits, self.size = source, limits, source.size

    def __enter__(self: C) -> C:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.source.close()

    def track(self, number: int | None = None) -> Track:
        """The track of an id; the first one (of the lowest id) without."""
        for track in self.tracks:
            if number is None or track.id == number:
                return track
        raise ValueError(f"there is no track {number}")

    def meta(self) -> bytes | None:
        """META as stored, or None where a 1.0 file has none."""
        raise NotImplementedError

    def safe(self) -> bytes | None:
        raise NotImplementedError


class PagedContainer(Container):
    """A 1.1 container, opened by the last 256 KiB of the file."""

    version = "1.1"
    tracks: list[PagedTrack]

    def __init__(self, source: Source, limits: Limits, tail_bytes: bytes) -> None:
        super().__init__(source, limits)
        last = len(tail_bytes)
        tail = parse_tail(tail_bytes[-TAIL_CHUNK_SIZE:])
        if tail is None:
            raise FormatError("incomplete", source.size, "TAIL", "the file does not end in a TAIL chunk")
        check_tail(tail, source.size)
        root_end, end = tail.root_offset + tail.root_length, source.size - TAIL_CHUNK_SIZE
        if tail.root_length - CHUNK.size > limits.root:
            raise FormatError("limit", tail.root_offset, "ROOT", f"ROOT of {tail.root_length} bytes, the limit is {limits.root}")
        if end - root_end > limits.signs * (CHUNK.size + limits.sign):
            raise FormatError("limit", root_end, "SIGN", f"{end - root_end} bytes between ROOT and TAIL")
        if tail.root_offset >= source.size - last:
            at = source.size - last
            chunk, signs = tail_bytes[tail.root_offset - at : root_end - at], tail_bytes[root_end - at : end - at]
        else:  # ROOT does not fit into the first read: one more
            both = source.read(tail.root_offset, end - tail.root_offset)
            chunk, signs = both[: tail.root_length], both[tail.root_length :]
        self.root = RootTables(check_root_chunk(chunk, tail), tail.root_offset, limits)
        self.signs = list(self._read_signs(signs, root_end))
        self.tail = tail
        self.etag = sha256(signs + tail_bytes[-TAIL_CHUNK_SIZE:])  # SHA-256 of all that follows ROOT
        self.tracks = [PagedTrack(self, facts) for facts in self.root.tracks]

    def _read_signs(self, data: bytes, offset: int) -> Iterator[Sign]:
        at, count = 0, 0
        while at < len(data):
            here = offset + at
            if len(data) - at < CHUNK.size:
                raise FormatError("order", here, "SIGN", f"expected SIGN or TAIL, found {len(data) - at} bytes")
            tag, length, crc = CHUNK.unpack_from(data, at)
            payload = data[at + CHUNK.size : at + CHUNK.size + length]
            if tag != b"SIGN":
                bad = not is_tag(tag) or tag in NEAR_TAGS
                raise FormatError("bad-tag" if bad else "order", here, tag_text(tag), "expected SIGN or TAIL after ROOT")
            if len(payload) != length:
                raise FormatError("sign", here, "SIGN", f"a payload of {length} bytes reaches past TAIL")
            count += 1
            if count > self.limits.signs or length > self.limits.sign:
                raise FormatError("limit", here, "SIGN", f"SIGN {count} of {length} bytes, the limits are {self.limits.signs} and {self.limits.sign}")
            if zlib.crc32(payload) != crc:
                raise FormatError("crc", here, "SIGN", "the CRC-32 does not match")
            yield parse_sign(payload, here)
            at += CHUNK.size + length

    @property
    def identity(self) -> bytes:
        return self.root.identity

    def load_page(self, track: TrackFacts, number: int) -> list[Entry]:
        """The entries of a page, used only once its CRC, header and root agree with ROOT."""
        return load_page(self.source, self.root, track, number)

    def check_core_extent(self, entry: Entry) -> None:
        if entry.length > self.limits.block:
            raise FormatError("limit", entry.file_offset, "CORE", f"a block of {entry.length} bytes, the limit is {self.limits.block}")
        if entry.file_offset < len(FILE_HEADER) or entry.file_offset + CHUNK.size + entry.length > self.root.offset:
            raise FormatError("block", entry.file_offset, "CORE", f"block {entry.ordinal} of {entry.length} bytes cannot be there")

    def read_core(self, entry: Entry) -> bytes:
        self.check_core_extent(entry)
        return check_core(entry, self.source.read(entry.file_offset, CHUNK.size + entry.length))

    def aux(self, tag: bytes) -> list[AuxFacts]:
        return [record for record in self.root.aux if record.tag == tag]

    def read_aux(self, record: AuxFacts) -> bytes:
        """The payload of a chunk that ROOT lists (META, SAFE, TRAK, SEAL, unknown), checked against its record."""
        chunk = self.source.read(record.offset, CHUNK.size + record.length)
        tag, length, _ = CHUNK.unpack_from(chunk.ljust(CHUNK.size, b"\0"))
        if (tag, length) != (record.tag, record.length) or sha256(chunk[CHUNK.size :]) != record.digest:
            raise FormatError("aux", record.offset, tag_text(record.tag), "not the chunk that ROOT lists")
        return chunk[CHUNK.size :]

    def meta(self) -> bytes:
        return self._json(b"META")

    def safe(self) -> bytes:
        return self._json(b"SAFE")

    def _json(self, tag: bytes) -> bytes:
        record = self.aux(tag)[0]
        payload = self.read_aux(record)
        check_object(payload, tag.decode(), record.offset, self.limits, strict=True)
        return payload

    def trak(self) -> list[dict[str, Any]]:
        """The track objects of TRAK, read on demand; ids and h must be ROOT's."""
        record = self.aux(b"TRAK")[0]
        page_log2, tracks = check_tracks(self.read_aux(record), record.offset, self.limits)
        if page_log2 != self.root.page_log2 or [t["id"] for t in tracks] != [t.id for t in self.root.tracks]:
            raise FormatError("track", record.offset, "TRAK", "the ids or page_log2 are not ROOT's")
        return tracks


def check_root_chunk(chunk: bytes, tail: TailFields) -> bytes:
    """The payload of the ROOT chunk that TAIL names, by header, CRC and SHA-256."""
    tag, length, crc = CHUNK.unpack_from(chunk)
    if tag != b"ROOT" or CHUNK.size + length != tail.root_length:
        near = NEAR_TAGS.get(tag) == b"ROOT"
        raise FormatError("bad-tag" if near else "root", tail.root_offset, "ROOT", f"expected ROOT of {tail.root_length} bytes, found {tag_text(tag)} of {CHUNK.size + length}")
    payload = chunk[CHUNK.size :]
    if zlib.crc32(payload) != crc:
        raise FormatError("crc", tail.root_offset, "ROOT", "the CRC-32 does not match")
    if sha256(payload) != tail.root_digest:
        raise FormatError("root", tail.root_offset, "ROOT", "not the SHA-256 that TAIL names")
    return payload


def load_page(source: Source, root: RootTables, track: TrackFacts, number: int) -> list[Entry]:
    offset, length = root.page_offset(track, number), root.page_length(track, number)
    chunk = source.read(offset, length)
    tag, payload_length, crc = CHUNK.unpack_from(chunk)
    payload = chunk[CHUNK.size :]
    if tag != b"INDX" or payload_length != len(payload):
        raise FormatError("page", offset, "INDX", f"expected INDX of {len(payload)} bytes, found {tag_text(tag)} of {payload_length}")
    if zlib.crc32(payload) != crc:
        raise FormatError("crc", offset, "INDX", "the CRC-32 does not match")
    entries = match_page(payload, root, track, number)
    if entries is None:
        raise FormatError("page", offset, "INDX", f"not page {number} of track {track.id} that ROOT names")
    check_page(root, track, number, entries, offset)
    return entries


def match_page(payload: bytes, root: RootTables, track: TrackFacts, number: int) -> list[Entry] | None:
    """The entries of an INDX payload if header and page root are those of ROOT's page record, else None."""
    facts = root.page(track, number)
    first = number << root.page_log2
    if len(payload) != root.page_length(track, number) - CHUNK.size:
        return None
    if payload[: PAGE_HEAD.size] != PAGE_HEAD.pack(track.id, 0, first, facts.stream_offset):
        return None
    entries = parse_entries(payload, first, facts.stream_offset)
    return entries if tree_root(leaf_hash(entry.record) for entry in entries) == facts.root else None


# ---------------------------------------------------------------------------------------------------------------
# 1.0: rules of structure, and a container that is found by walking
# ---------------------------------------------------------------------------------------------------------------


def check_file_header(source: Source) -> FormatError | None:
    head = source.read(0, len(FILE_HEADER))
    if len(head) < len(FILE_HEADER):
        return FormatError("short", 0, "H4MK", f"expected a header of 8 bytes, found {len(head)}")
    if head[:4] != FILE_HEADER[:4]:
        return FormatError("bad-magic", 0, "H4MK", f"expected H4MK, found {head[:4].hex()}")
    if head[4:6] != FILE_HEADER[4:6]:
        return FormatError("bad-version", 4, "H4MK", f"expected version 1, found {int.from_bytes(head[4:6], 'big')}")
    if head[6:] != FILE_HEADER[6:]:
        return FormatError("bad-reserved", 6, "H4MK", f"expected 0, found {int.from_bytes(head[6:], 'big')}")
    return None


class Structure:
    """The rules of a 1.0 file's chunk headers, in the order in which they apply."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self.is_sound = True

    @property
    def has_veri(self) -> bool:
        return b"VERI" in self._seen

    def missing(self) -> list[bytes]:
        return [tag for tag in SINGLETONS_1_0 if tag not in self._seen]

    def check(self, tag: bytes, length: int, offset: int, size: int) -> FormatError | None:
        """What is wrong with a chunk by its header; it counts as seen either way."""
        error = self._check(tag, length, offset)
        self._seen.add(tag)
        if error is None and offset + CHUNK.size + length > size:
            error = FormatError("overrun", offset, tag_text(tag), f"a payload of {length} bytes, {size - offset - CHUNK.size} are left")
        self.is_sound &= error is None
        return error

    def _check(self, tag: bytes, length: int, offset: int) -> FormatError | None:
        name = tag_text(tag)
        if not is_tag(tag):
            return FormatError("bad-tag", offset, name, "a tag byte outside 0x21 to 0x7E")
        if tag in SINGLETONS_1_0 and tag in self._seen:
            return FormatError("duplicate", offset, name, "expected one such chunk, found a second")
        if self.has_veri:
            return FormatError("after-veri", offset, name, "expected the end of the file or TRAK after VERI")
        if tag == b"VERI" and length != 32:
            return FormatError("bad-length", offset, name, f"expected 32 bytes, found {length}")
        if tag == b"SEEK" and length < 4:
            return FormatError("bad-length", offset, name, f"expected an entry count, found {length} bytes")
        return None


def check_seek_count(count: bytes, length: int, offset: int) -> FormatError | None:
    entries = int.from_bytes(count, "big")
    if length != 4 + SEEK_ENTRY.size * entries:
        return FormatError("bad-length", offset, "SEEK", f"expected {4 + SEEK_ENTRY.size * entries} bytes for {entries} entries, found {length}")
    return None


def begins_1_1(head: bytes, offset: int, structure: Structure) -> bool:
    """Whether TRAK, as far as the bytes go, stands where it makes a file 1.1: at byte 8 or behind a whole part's VERI."""
    there = offset == len(FILE_HEADER) or (structure.has_veri and structure.is_sound)
    return there and len(head) > 0 and head[:4] == b"TRAK"[: len(head)]


class WalkedContainer(Container):
    """A 1.0 container: its chunk headers are walked once on opening; no payload is read but SEEK's count."""

    version = "1.0"

    def __init__(self, source: Source, limits: Limits) -> None:
        super().__init__(source, limits)
        error = check_file_header(source)
        if error is not None:
            raise error
        self._chunks: dict[bytes, tuple[int, int, int]] = {}  # singletons: offset, length, CRC
        self.others: list[tuple[bytes, int, int]] = []  # unknown chunks: tag, offset, length
        track = WalkedTrack(self)
        structure, window, offset = Structure(), Window(source, 64 << 10), len(FILE_HEADER)
        after_veri = False
        count = 0
        while offset < source.size:
            head = window.read(offset, min(CHUNK.size, source.size - offset))
            if (offset == len(FILE_HEADER) or after_veri) and begins_1_1(head[:4], offset, structure):
                raise FormatError("incomplete", source.size, "TAIL", "a 1.1 container that does not end in TAIL")
            if len(head) < CHUNK.size:
                raise FormatError("trailing", offset, "", f"{len(head)} bytes after the last chunk")
            tag, length, crc = CHUNK.unpack(head)
            error = structure.check(tag, length, offset, source.size)
            if error is None and tag == b"SEEK":
                error = check_seek_count(window.read(offset + CHUNK.size, 4), length, offset)
            if error is not None:
                raise error
            count += 1
            if count > limits.chunks_1_0:
                raise FormatError("limit", offset, tag_text(tag), f"more than {limits.chunks_1_0} chunks")
            if tag == b"CORE":
                track.add(offset, length, crc)
            elif tag in SINGLETONS_1_0:
                self._chunks[tag] = (offset, length, crc)
            else:
                self.others.append((tag, offset, length))
            after_veri = tag == b"VERI"
            offset += CHUNK.size + length
        self.tracks = [track]

    def payload(self, tag: bytes) -> bytes | None:
        """The payload of a singleton with its CRC checked, or None."""
        if tag not in self._chunks:
            return None
        offset, length, crc = self._chunks[tag]
        most = self.limits.seek_1_0 if tag == b"SEEK" else self.limits.json_1_0
        if length > most:
            raise FormatError("limit", offset, tag_text(tag), f"{length} bytes, the limit is {most}")
        found = self.source.read(offset + CHUNK.size, length)
        if zlib.crc32(found) != crc:
            raise FormatError("crc", offset, tag_text(tag), "the CRC-32 does not match")
        return found

    def meta(self) -> bytes | None:
        return self._json(b"META")

    def safe(self) -> bytes | None:
        return self._json(b"SAFE")

    def _json(self, tag: bytes) -> bytes | None:
        found = self.payload(tag)
        if found is not None:
            check_object(found, tag.decode(), self._chunks[tag][0], self.limits, strict=False)
        return found

    def chunk_offset(self, tag: bytes) -> int:
        return self._chunks[tag][0]


class WalkedTrack(Track):
    """The one track of a 1.0 container. Blocks are checked against their CRC-32; times are those of SEEK."""

    id = 0
    duration_us = None

    def __init__(self, container: WalkedContainer) -> None:
        self._container = container
        self._offsets, self._starts, self._crcs = array("Q"), array("Q", [0]), array("L")
        self._times: list[int] | None = None
        self._targets: list[int] = []
        self.blocks = self.bytes = 0

    def add(self, offset: int, length: int, crc: int) -> None:
        self._offsets.append(offset)
        self._crcs.append(crc)
        self.bytes += length
        self._starts.append(self.bytes)
        self.blocks += 1

    def load_seek(self, lenient: bool = False) -> None:
        """Decodes SEEK. Times that decrease are an error unless lenient, which sorts and keeps the order of equals."""
        payload = self._container.payload(b"SEEK") or bytes(4)
        entries = list(SEEK_ENTRY.iter_unpack(payload[4:]))
        if any(one[0] > other[0] for one, other in zip(entries, entries[1:])):
            if not lenient:
                raise FormatError("seek-order", self._container.chunk_offset(b"SEEK"), "SEEK", "the times decrease")
            entries.sort(key=lambda entry: entry[0])
        self._times, self._targets = [entry[0] for entry in entries], [entry[1] for entry in entries]

    def seek(self, pts: int) -> Keyframe | None:
        return self._key(pts, -1)

    def next_key(self, pts: int) -> Keyframe | None:
        return self._key(pts, 0)

    def _key(self, pts: int, step: int) -> Keyframe | None:
        if pts < 0:
            raise ValueError(f"a time of {pts} µs")
        if self._times is None:
            self.load_seek()
        assert self._times is not None
        number = bisect_right(self._times, pts) + step
        if not 0 <= number < len(self._times):
            return None
        target = self._targets[number]
        block = bisect_left(self._starts, target, 0, self.blocks)
        named = block < self.blocks and self._starts[block] == target
        return Keyframe(self._times[number], block if named else None, target, self._offsets[block] if named else None)

    def locate(self, stream_offset: int) -> tuple[int, int]:
        if not 0 <= stream_offset < self.bytes:
            raise ValueError(f"byte {stream_offset} of a track of {self.bytes} bytes")
        block = bisect_right(self._starts, stream_offset) - 1
        return block, self._starts[block]

    def read(self, ordinal: int) -> Block:
        self._check_ordinal(ordinal)
        offset, length = self._offsets[ordinal], self._starts[ordinal + 1] - self._starts[ordinal]
        limit = self._container.limits.block
        if length > limit:
            raise FormatError("limit", offset, "CORE", f"a block of {length} bytes, the limit is {limit}")
        data = self._container.source.read(offset + CHUNK.size, length)
        if zlib.crc32(data) != self._crcs[ordinal]:
            raise FormatError("crc", offset, "CORE", f"the CRC-32 of block {ordinal} does not match")
        return Block(ordinal, None, None, None, data)


def open(container: str | os.PathLike[str] | bytes | bytearray | memoryview | Source, limits: Limits = Limits()) -> PagedContainer | WalkedContainer:
    """Opens a container by path, http(s) address, bytes or source.

    A file whose last 64 bytes are a TAIL chunk is 1.1, and the file header is not read; others are walked as 1.0.
    """
    source = source_of(container)
    try:
        last = min(TAIL_READ, source.size)
        tail = source.read(source.size - last, last)
        if parse_tail(tail[-TAIL_CHUNK_SIZE:]) is not None:
            return PagedContainer(source, limits, tail)
        return WalkedContainer(source, limits)
    except BaseException:
        source.close()
        raise


# ---------------------------------------------------------------------------------------------------------------
# Full verification
#
# A 1.1 file is a function of its blocks: from TRAK, META, SAFE, SEAL, unknown chunks, the TOKN and CORE pairs and a
# 1.0 part in their order, every other byte but SIGN follows. The walk below goes through the file once, computes what
# must stand there, and compares. What damage hides (a CORE whose CRC fails, say) is taken from an INDX that agrees with
# ROOT, so that one damage gives one finding.
# ---------------------------------------------------------------------------------------------------------------

HARMLESS = frozenset(["lost", "limit", "seek-order", "missing", "incomplete", "overrun", "trailing"])


@dataclass
class Result:
    """What verification found. `state` is none (no container), unsigned, valid, invalid, incomplete or unverified."""

    state: str
    version: str | None = None
    identity: bytes | None = None
    veri: bytes | None = None
    blocks: int = 0
    size: int = 0
    findings: list[Finding] = field(default_factory=list)
    signatures: list[tuple[int, str]] = field(default_factory=list)  # kind; valid, invalid or unchecked

    @property
    def first(self) -> Finding | None:
        return self.findings[0] if self.findings else None


def verify(
    container: str | os.PathLike[str] | bytes | bytearray | memoryview | Source,
    limits: Limits = Limits(),
    root_mac_key: bytes | None = None,
) -> Result:
    """Checks every byte. Memory stays bounded: pieces of 1 MiB, the open pages, ROOT, and for each block of a 1.0 part
    its digest until its page has come. A given key (of SIGN kind 2) is a required key."""
    source = source_of(container)
    try:
        return _Verifier(source, limits, root_mac_key).run()
    finally:
        if source is not container:
            source.close()


class _TailInPayload(Exception):
    """The file's last chunk holds what looked like its TAIL."""


class _Findings:
    """Findings in the order of the file, up to a number."""

    def __init__(self, most: int) -> None:
        self._list: list[Finding] = []
        self._most = most
        self.codes: set[str] = set()

    def add(self, code: str, offset: int, chunk: bytes | str, message: str) -> None:
        self.codes.add(code)
        if len(self._list) < self._most:
            self._list.append(Finding(chunk if isinstance(chunk, str) else tag_text(chunk), offset, code, message))

    def add_error(self, error: FormatError) -> None:
        self.add(error.code, error.offset, error.chunk, error.message)

    @property
    def is_damaged(self) -> bool:
        return not self.codes <= HARMLESS

    def sorted(self) -> list[Finding]:
        return sorted(self._list, key=lambda finding: finding.offset)


class _Verifier:
    def __init__(self, source: Source, limits: Limits, key: bytes | None) -> None:
        self._source, self._limits, self._key = source, limits, key

    def run(self) -> Result:
        source, size = self._source, self._source.size
        header_error = check_file_header(source)
        tail = parse_tail(source.read(size - TAIL_CHUNK_SIZE, TAIL_CHUNK_SIZE)) if size >= TAIL_CHUNK_SIZE else None
        if tail is not None:
            try:
                return self._judge(header_error, tail)
            except _TailInPayload:
                pass
        if header_error is not None:
            return Result("none", size=size, findings=[Finding(header_error.chunk, header_error.offset, header_error.code, header_error.message)])
        return self._judge(None, None)

    def _judge(self, header_error: FormatError | None, tail: TailFields | None) -> Result:
        findings = _Findings(self._limits.findings)
        if header_error is not None:
            findings.add_error(header_error)
        walk = _Walk(self._source, self._limits, findings, tail)
        walk.run()
        if tail is not None and findings.codes - {"lost", "limit"} and self._is_tail_payload():
            raise _TailInPayload
        result = Result("", size=self._source.size, veri=walk.veri, blocks=walk.block_count)
        result.version = "1.1" if walk.is_1_1 else "1.0"
        signed = False
        if walk.is_1_1 and tail is not None and walk.root is not None:
            result.identity = walk.root.identity
            signed = self._check_signs(walk.root.header, walk.signs, result)
        if self._key is not None and not signed:
            at = walk.root.offset + CHUNK.size + len(walk.root.payload) if walk.root is not None else self._source.size
            findings.add("sign", at, "SIGN", "no signature verifies under the required key")
        codes = findings.codes
        if walk.is_1_1 and tail is None:
            result.state = "incomplete"
        elif tail is not None:
            harmful = codes - {"lost", "limit"}
            result.state = "invalid" if harmful else "unverified" if "limit" in codes else "valid" if signed else "unsigned"
        else:
            result.state = self._state_1_0(codes, walk)
        result.findings = findings.sorted()
        return result

    def _is_tail_payload(self) -> bool:
        """Whether the chain of chunk headers ends the file with a chunk that begins before its last 64 bytes."""
        window, size, offset = Window(self._source, 64 << 10), self._source.size, len(FILE_HEADER)
        while offset + CHUNK.size <= size:
            end = offset + CHUNK.size + int.from_bytes(window.read(offset + 4, 4), "big")
            if end == size:
                return offset < size - TAIL_CHUNK_SIZE
            offset = end
        return False

    @staticmethod
    def _state_1_0(codes: set[str], walk: "_Walk") -> str:
        """Structure outweighs CRCs, damage outweighs what is missing."""
        if codes & {"bad-tag", "duplicate", "bad-length", "after-veri", "sign"}:
            return "invalid"
        if codes & {"overrun", "trailing"}:
            return "incomplete"
        if not codes <= HARMLESS:
            return "invalid"
        if "missing" in codes:
            return "unverified" if walk.missing_only_veri else "incomplete"
        return "unverified" if "limit" in codes else "unsigned"

    def _check_signs(self, header: bytes, signs: list[Sign], result: Result) -> bool:
        good = False
        for sign in signs:
            state = "unchecked"
            if self._key is not None and sign.kind == 2:
                mac = hmac.new(self._key, ROOT_MAC_LABEL + header, "sha256").digest()
                state = "valid" if hmac.compare_digest(mac, sign.body) else "invalid"
                good |= state == "valid"
            result.signatures.append((sign.kind, state))
        return good


@dataclass
class _OpenBlock:
    """A block whose page has not come yet. None is what damage hides."""

    token_offset: int | None  # None in a 1.0 part
    core_offset: int
    core_bytes: int  # payload bytes of all tracks before it in the file
    pts: int | None = None
    duration: int | None = None
    flags: int | None = None
    length: int | None = None
    digest: bytes | None = None


class _TrackModel:
    """What the blocks of one track give: the same sums that a writer keeps."""

    def __init__(self, number: int, position: int) -> None:
        self.id, self.position = number, position
        self.blocks = self.keys = self.bytes = self.first = self.end = 0
        self.last_key: int | None = None
        self.is_last_key_known = True
        self.last_key_pts = -1  # of closed pages
        self.scanned_key_pts = -1  # of TOKN seen
        self.open: list[_OpenBlock] = []
        self.pages: list[tuple[int | None, int, bytes, int]] = []  # first key, stream offset, root, INDX offset

    @property
    def next_ordinal(self) -> int:
        return self.blocks + len(self.open)

    def link(self) -> int:
        return 0 if self.last_key is None else self.blocks - self.last_key

    def add(self, pts: int, duration: int, length: int, flags: int) -> None:
        if flags & KEY:
            self.last_key, self.last_key_pts, self.keys, self.is_last_key_known = self.blocks, pts, self.keys + 1, True
        self.first = pts if self.blocks == 0 else min(self.first, pts)
        self.end = max(self.end, pts + duration)
        self.blocks += 1
        self.bytes += length

    def record(self) -> bytes:
        last = NONE32 if self.last_key is None else self.last_key
        root = tree_root(page[2] for page in self.pages)
        return TRACK_RECORD.pack(self.id, 0, self.blocks, self.keys, last, self.bytes, self.first, min(self.end, NONE64), root)

    def page_records(self) -> list[bytes]:
        """A page without a key carries the next page's; all ones if none follows."""
        records, key = [], NONE64
        for first_key, stream_offset, root, _ in reversed(self.pages):
            key = key if first_key is None else first_key
            records.append(PAGE_RECORD.pack(key, stream_offset, root))
        return records[::-1]


class _SeekModel:
    """SEEK of a recorded file: every 2^s-th keyframe of the first track, s the least that leaves at most 65,536."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, int]] = []
        self._keys = self._log2 = 0

    def add(self, pts: int, core_bytes: int) -> None:
        if self._keys % (1 << self._log2) == 0:
            if len(self._entries) == SEEK_CAP:
                self._entries = self._entries[::2]
                self._log2 += 1
            if self._keys % (1 << self._log2) == 0:
                self._entries.append((pts, core_bytes))
        self._keys += 1

    def payload(self) -> bytes:
        return len(self._entries).to_bytes(4, "big") + b"".join(SEEK_ENTRY.pack(*entry) for entry in self._entries)


class _Chunk(NamedTuple):
    """A chunk header. `kind` is the tag, or the tag of the format that it is one bit away from; None if unreadable."""

    offset: int
    kind: bytes | None
    tag: bytes
    length: int
    crc: int

    @property
    def end(self) -> int:
        return self.offset + CHUNK.size + self.length


class _Walk:
    """One pass over the file. Results: `root`, `veri`, `signs`, `block_count`, `is_1_1`, and the findings."""

    def __init__(self, source: Source, limits: Limits, findings: _Findings, tail: TailFields | None) -> None:
        self._source, self._limits, self._findings, self._tail = source, limits, findings, tail
        self._window = Window(source)
        self._size = source.size
        self.is_1_1 = tail is not None
        self.root: RootTables | None = None
        self._root_error: FormatError | None = None
        self.veri: bytes | None = None
        self.signs: list[Sign] = []
        self.block_count = 0
        self.missing_only_veri = False
        self.is_on_chain = True  # False once damage made the walk leave the chain that the lengths in the headers give
        # What the chunks so far give:
        self._exact = True  # False once damage hides something that ROOT or SEEK depends on
        self._tracks: dict[int, _TrackModel] | None = None  # None while TRAK is not known
        self._page_log2 = 0
        self._aux: list[AuxFacts] = []
        self._seek = _SeekModel()
        self._core_bytes = 0
        self._seen: set[bytes] = set()
        self._recorded = True
        # 1.0 part:
        self._part_blocks: list[_OpenBlock] = []
        self._part_count = 0  # blocks that came from the part
        self._part_keys = hashlib.sha256()  # what its SEEK has to be
        self._part_key_count = 0
        self._part_seek: tuple[int, int, bytes] | None = None  # offset, entries, SHA-256 of them
        # Where in the file we are:
        self._head_left = [b"META", b"SAFE"]
        self._phase = "head"  # head, body, short, root, tail
        self._token: tuple[int, tuple[int, ...]] | None = None  # offset and fields of a TOKN that waits for its CORE
        self._token_lost = False  # a damaged chunk may have been the TOKN of the next CORE
        self._loose: list[_OpenBlock] = []  # blocks whose TOKN is damaged, so that their track is not known yet
        self._listed: dict[int, AuxFacts] = {}  # aux records of ROOT by file offset
        self._unmet: dict[bytes, list[AuxFacts]] = {}  # those whose chunk has not come yet, by tag
        self._root_chunk: tuple[_Chunk, bytes | None] | None = None

    # -- the file as a whole

    def run(self) -> None:
        if self._tail is not None:
            self._load_root(self._tail)
            for record in self.root.aux if self.root is not None else []:
                self._listed[record.offset] = record
                self._unmet.setdefault(record.tag, []).append(record)
        offset: int | None = len(FILE_HEADER)
        first = self._window.read(offset, min(4, self._size - offset)) if self._size > offset else b""
        if self._tail is None:
            self._recorded = begins_1_1(first, offset, Structure())
        else:
            listed = self._listed.get(offset)
            self._recorded = first == b"TRAK" or NEAR_TAGS.get(first) == b"TRAK" or (listed is not None and listed.tag == b"TRAK")
        if self._recorded:
            self.is_1_1 = True
        else:
            self._phase = "part"
            offset = self._walk_part()
            self.is_on_chain &= offset is not None
            if not self.is_1_1 or offset is None:
                return
            self._head_left, self._phase = [], "head"
        while offset is not None and offset < self._size:
            offset = self._step(offset)
        self.is_on_chain &= offset is not None
        if self._tail is None:
            if offset is not None and b"TAIL" not in self._seen:
                self._find("incomplete", self._size, "TAIL", "the file ends before the TAIL that closes a container")
        elif self._phase != "tail" and not self._findings.codes - {"lost", "limit"}:
            self._find("order", self._size - TAIL_CHUNK_SIZE, "TAIL", "the chunks do not lead to TAIL")

    def _find(self, code: str, offset: int, chunk: bytes | str, message: str) -> None:
        self._findings.add(code, offset, chunk, message)

    def _load_root(self, tail: TailFields) -> None:
        """ROOT, where TAIL leads to a sound one: it tells damage from its consequences. Its faults are told in their turn."""
        try:
            check_tail(tail, self._size)
            if tail.root_length - CHUNK.size > self._limits.root:
                raise FormatError("limit", tail.root_offset, "ROOT", f"ROOT of {tail.root_length} bytes, the limit is {self._limits.root}")
            chunk = self._source.read(tail.root_offset, tail.root_length)
            tag, length, crc = CHUNK.unpack_from(chunk)
            payload = chunk[CHUNK.size :]
            if (tag == b"ROOT" or NEAR_TAGS.get(tag) == b"ROOT") and length == len(payload) and zlib.crc32(payload) == crc:
                self.root = RootTables(payload, tail.root_offset, self._limits)
        except FormatError as error:
            self._root_error = error

    def _header(self, offset: int) -> _Chunk | None:
        """The chunk header at an offset, or None where fewer than 12 bytes are left (a finding)."""
        left = self._size - offset
        if left < CHUNK.size:
            self._find("trailing", offset, "", f"{left} bytes after the last chunk")
            return None
        tag, length, crc = CHUNK.unpack(self._window.read(offset, CHUNK.size))
        kind = NEAR_TAGS.get(tag, tag if is_tag(tag) else None)
        return _Chunk(offset, kind, tag, length, crc)

    def _digest(self, chunk: _Chunk, keep: int, also: Any = None) -> tuple[bytes | None, bytes, bool]:
        """(payload if at most `keep` bytes, its SHA-256, whether its CRC is sound); `also` is a hash that is fed as well."""
        if chunk.length <= keep and chunk.length < 1 << 20:
            payload = self._window.read(chunk.offset + CHUNK.size, chunk.length)
            if also is not None:
                also.update(payload)
            return payload, sha256(payload), zlib.crc32(payload) == chunk.crc
        digest, crc, parts = hashlib.sha256(), 0, []
        for part in self._window.pieces(chunk.offset + CHUNK.size, chunk.length):
            digest.update(part)
            crc = zlib.crc32(part, crc)
            if also is not None:
                also.update(part)
            if chunk.length <= keep:
                parts.append(part)
        return b"".join(parts) if chunk.length <= keep else None, digest.digest(), crc == chunk.crc

    def _is_plausible(self, offset: int) -> bool:
        """Whether a chunk may begin there: the end of the file, a tag of the format, or another tag that fits."""
        if offset == self._size:
            return True
        if offset + CHUNK.size > self._size:
            return False
        tag, length, _ = CHUNK.unpack(self._window.read(offset, CHUNK.size))
        return tag in FORMAT_TAGS or tag in NEAR_TAGS or (is_tag(tag) and offset + CHUNK.size + length <= self._size)

    # -- the 1.0 part, or a whole 1.0 file

    def _walk_part(self) -> int | None:
        """Goes through 1.0 chunks. Returns where TRAK begins the 1.1 part, or None at the end."""
        structure, digest, offset = Structure(), hashlib.sha256(), len(FILE_HEADER)
        strict = self._tail is not None
        near: _Chunk | None = None
        after_veri = False
        while offset < self._size:
            head = self._window.read(offset, min(4, self._size - offset))
            if after_veri and begins_1_1(head, offset, structure) and self._tail is None:
                self.is_1_1 = True
                if near is not None:
                    self._find("bad-tag", near.offset, near.tag, f"one bit away from {tag_text(near.kind or b'')}")
                return offset
            chunk = self._header(offset)
            if chunk is None:
                break
            if strict and chunk.kind == b"TRAK":
                self._check_part_end(structure, after_veri, offset)
                return offset
            kind = chunk.kind if strict else chunk.tag
            if strict and chunk.kind is not None and chunk.kind != chunk.tag:
                self._find("bad-tag", offset, chunk.tag, f"one bit away from {tag_text(chunk.kind)}")
            elif chunk.kind is not None and chunk.kind != chunk.tag:
                near = near or chunk
            error = structure.check(kind or chunk.tag, chunk.length, offset, self._size)
            if error is None and kind == b"SEEK":
                error = check_seek_count(self._window.read(offset + CHUNK.size, 4), chunk.length, offset)
            if error is None and strict and kind in FORMAT_TAGS and kind not in SINGLETONS_1_0 and kind != b"CORE":
                error = FormatError("order", offset, tag_text(chunk.tag), "a chunk of 1.1 inside the 1.0 part")
            if error is not None:
                self._findings.add_error(error)
            next_offset: int | None
            if error is None:
                next_offset = self._part_chunk(chunk, kind or chunk.tag, digest, strict)
            elif strict and (chunk.end > self._size or not self._is_plausible(chunk.end)):
                next_offset = self._resume_part(chunk)
            elif chunk.end > self._size:
                next_offset = None
            else:
                self._exact = False
                digest.update(CHUNK.pack(chunk.tag, chunk.length, chunk.crc))
                self._digest(chunk, 0, digest)
                next_offset = chunk.end
            after_veri = kind == b"VERI"
            if next_offset is None:
                return None
            offset = next_offset
        else:
            if self._tail is None:
                self._find_missing(structure)
            elif not self._findings.codes:
                self._find("order", self._size - TAIL_CHUNK_SIZE, "TAIL", "the chunks do not lead to TAIL")
        return None

    def _part_length(self, chunk: _Chunk, ordinal: int) -> int | None:
        """The payload length that a chunk of the part has to have by what is known of it; `ordinal` is a CORE's."""
        if chunk.kind == b"VERI":
            return 32
        if chunk.kind == b"SEEK":
            return 4 + SEEK_ENTRY.size * int.from_bytes(self._window.read(chunk.offset + CHUNK.size, 4), "big")
        if chunk.kind == b"CORE" and self.root is not None:
            entry = self._part_entry(ordinal)
            return entry.length if entry is not None and entry.file_offset == chunk.offset else None
        listed = self._listed.get(chunk.offset)
        return listed.length if listed is not None else None

    def _resume_part(self, chunk: _Chunk) -> int | None:
        """Where to go on behind a chunk whose length cannot be: where the index lists it with another length."""
        self.is_on_chain = False
        length = self._part_length(chunk, len(self._part_blocks))
        if length is None or not self._is_plausible(chunk.offset + CHUNK.size + length):
            return None
        if chunk.kind == b"CORE":
            self._part_blocks.append(_OpenBlock(None, chunk.offset, self._core_bytes))
            self._core_bytes += length
            self.block_count += 1
        elif chunk.offset in self._listed and self._listed[chunk.offset] in self._unmet[self._listed[chunk.offset].tag]:
            self._take_aux(self._listed[chunk.offset].tag, chunk, None)
        return chunk.offset + CHUNK.size + length

    def _part_entry(self, ordinal: int) -> Entry | None:
        """The index entry of a block of the part, if its page can be loaded."""
        assert self.root is not None
        track, number = self.root.tracks[0], ordinal >> self.root.page_log2
        if ordinal >= track.blocks:
            return None
        try:
            return load_page(self._source, self.root, track, number)[ordinal & ((1 << self.root.page_log2) - 1)]
        except FormatError:
            return None

    def _part_chunk(self, chunk: _Chunk, kind: bytes, digest: Any, strict: bool) -> int | None:
        """Judges one sound chunk header's payload; returns the offset behind it."""
        before = digest.digest() if kind == b"VERI" else b""
        digest.update(CHUNK.pack(chunk.tag, chunk.length, chunk.crc))
        limit = self._limits.json if strict else self._limits.json_1_0
        keep = {b"META": limit, b"SAFE": limit, b"VERI": 32}.get(kind, 0)
        if kind == b"SEEK":
            is_sound = self._part_seek_chunk(chunk, digest, strict)
            payload, found = None, b""
        else:
            payload, found, is_sound = self._digest(chunk, keep, digest)
        if not is_sound:
            self._find("crc", chunk.offset, chunk.tag, "the CRC-32 does not match")
        if kind == b"VERI":
            self.veri = payload
            damage = {"crc", "bad-tag", "duplicate", "bad-length", "order", "overrun"}  # VERI differs then, which is no news
            if is_sound and not self._findings.codes & damage and payload != before:
                self._find("veri", chunk.offset, kind, "not the SHA-256 of the chunks before it")
        elif kind == b"CORE":
            self._part_core(chunk, found if is_sound else None, strict)
        elif kind in (b"META", b"SAFE"):
            self._part_json(chunk, kind, payload if is_sound else None, found if is_sound else None, limit, strict)
        elif kind != b"SEEK":
            self._take_aux(kind, chunk, found if is_sound else None)
        if not is_sound and strict:
            length = self._part_length(chunk, len(self._part_blocks) - 1)
            is_other = length not in (None, chunk.length)
            if not self._is_plausible(chunk.end) or (is_other and self._is_plausible(chunk.offset + CHUNK.size + (length or 0))):
                if kind == b"CORE":  # its length is damaged: take the block back and go on by the index
                    self._core_bytes -= self._part_blocks.pop().length or 0
                    self.block_count -= 1
                return self._resume_part(chunk)
        return chunk.end

    def _part_core(self, chunk: _Chunk, digest: bytes | None, strict: bool) -> None:
        if chunk.length > self._limits.block and strict:
            self._find("limit", chunk.offset, b"CORE", f"a block of {chunk.length} bytes, the limit is {self._limits.block}")
        if strict or len(self._part_blocks) < MAX_OPEN_ENTRIES:  # a plain 1.0 file, however long, needs none of them again
            self._part_blocks.append(_OpenBlock(None, chunk.offset, self._core_bytes, length=chunk.length, digest=digest))
        self._core_bytes += chunk.length
        self.block_count += 1

    def _part_json(self, chunk: _Chunk, kind: bytes, payload: bytes | None, digest: bytes | None, limit: int, strict: bool) -> None:
        if chunk.length > limit:
            self._find("limit", chunk.offset, kind, f"{chunk.length} bytes, the limit is {limit}")
        elif payload is not None:
            try:
                check_object(payload, kind.decode(), chunk.offset, self._limits, strict)
            except FormatError as error:
                self._findings.add_error(error)
        self._take_aux(kind, chunk, digest)

    def _part_seek_chunk(self, chunk: _Chunk, digest: Any, strict: bool) -> bool:
        """Reads SEEK in pieces: CRC, the order of its times, and a hash of its entries. Returns whether the CRC is sound."""
        crc, entries, rest, before, equal, falls = 0, hashlib.sha256(), b"", -1, False, False
        too_long = not strict and chunk.length > self._limits.seek_1_0
        for number, part in enumerate(self._window.pieces(chunk.offset + CHUNK.size, chunk.length)):
            digest.update(part)
            crc = zlib.crc32(part, crc)
            body = part[4:] if number == 0 else part
            entries.update(body)
            body = rest + body
            whole = len(body) // SEEK_ENTRY.size * SEEK_ENTRY.size
            rest = body[whole:]
            if not strict and not too_long:
                for pts, _ in SEEK_ENTRY.iter_unpack(body[:whole]):
                    equal |= pts == before
                    falls |= pts < before
                    before = pts
        if crc == chunk.crc:
            self._part_seek = (chunk.offset, (chunk.length - 4) // SEEK_ENTRY.size, entries.digest())
            if too_long:
                self._find("limit", chunk.offset, b"SEEK", f"{chunk.length} bytes, the limit is {self._limits.seek_1_0}")
            elif equal or falls:
                self._find("seek-order", chunk.offset, b"SEEK", "the times decrease" if falls else "equal times")
        return crc == chunk.crc

    def _find_missing(self, structure: Structure) -> None:
        missing = structure.missing()
        self.missing_only_veri = missing == [b"VERI"]
        if b"VERI" in missing:
            for tag in missing:
                self._find("missing", self._size, tag, f"expected a {tag.decode()} chunk, found the end of the file")

    def _check_part_end(self, structure: Structure, after_veri: bool, offset: int) -> None:
        if structure.has_veri and not after_veri:
            return  # the chunk between VERI and TRAK has its finding
        for tag in structure.missing():
            self._find("missing", offset, tag, f"the 1.0 part has no {tag.decode()}")

    # -- 1.1 chunks

    def _step(self, offset: int) -> int | None:
        """Judges the chunk at an offset; returns where the next one begins, or None when that cannot be known."""
        chunk = self._header(offset)
        if chunk is None:
            return None
        if chunk.kind != chunk.tag:
            reason = f"one bit away from {tag_text(chunk.kind)}" if chunk.kind else "a tag byte outside 0x21 to 0x7E"
            self._find("bad-tag", offset, chunk.tag, reason)
            self._findings_here = True
        else:
            self._findings_here = False
        if chunk.kind is None:
            return self._unreadable(chunk)
        expected = self._expected_length(chunk)
        in_head = self._phase == "head"
        error = self._structure_error(chunk, expected)
        self._seen.add(chunk.kind)
        if error is not None and not self._findings_here:
            self._findings.add_error(error)
            self._findings_here = True
        if chunk.end > self._size:
            if not self._findings_here:
                self._find("overrun", offset, chunk.tag, f"a payload of {chunk.length} bytes, {self._size - offset - CHUNK.size} are left")
            return self._resume(chunk, expected)
        if self._tail is not None and chunk.end == self._size and offset < self._size - TAIL_CHUNK_SIZE and self.is_on_chain:
            raise _TailInPayload
        if error is not None and error.code in ("duplicate", "order"):
            self._exact = False
            if error.code == "duplicate" or self._phase in ("root", "tail") or chunk.kind == b"VERI" or (chunk.kind in LISTED_ONCE and not in_head):
                return chunk.end  # it is told and passed over; others are taken as if they stood where they may
        return self._content(chunk, expected)

    _findings_here = False  # the chunk at hand has its finding

    def _find_here(self, code: str, chunk: _Chunk, message: str) -> None:
        """A finding on the chunk at hand, which has one at most."""
        if not self._findings_here:
            self._find(code, chunk.offset, chunk.kind or chunk.tag, message)
            self._findings_here = True

    def _expected_length(self, chunk: _Chunk) -> int | None:
        """The payload length that the chunk has to have by what is known of it."""
        kind = chunk.kind
        if kind == b"TOKN":
            return TOKEN.size
        if kind == b"TAIL":
            return TAIL.size
        if kind == b"CORE" and self._token is not None:
            return self._token[1][6]
        if kind == b"INDX":
            track = self._due_page()
            return None if track is None else PAGE_HEAD.size + (ENTRY.size + 8) * min(len(track.open), 1 << self._page_log2)
        if kind == b"SEEK" and self._recorded and self._exact and self._tracks is not None:
            return len(self._seek.payload())
        if kind == b"ROOT" and self._tail is not None and self._tail.root_offset == chunk.offset:
            return self._tail.root_length - CHUNK.size
        if self._tail is not None:
            listed = self._listed.get(chunk.offset)
            return listed.length if listed is not None else None
        return None

    def _structure_error(self, chunk: _Chunk, expected: int | None) -> FormatError | None:
        """What is wrong with a chunk at its place, by its header alone. Moves the phase on."""
        kind, offset = chunk.kind or b"", chunk.offset

        def error(code: str, message: str) -> FormatError:
            return FormatError(code, offset, tag_text(kind), message)

        if kind in SINGLETONS_1_1 and (kind in self._seen or (not self._recorded and kind in SINGLETONS_1_0)):
            return error("duplicate", "expected one such chunk, found a second")
        if self._phase == "tail":
            return error("order", "expected the end of the file after TAIL")
        if self._token is not None and kind != b"CORE":
            self._find("token", self._token[0], b"TOKN", f"no CORE follows, but {tag_text(kind)}")
            self._token = None
        if self._phase == "head":
            wrong = self._head_error(kind)
            if wrong is not None:
                return error("order", wrong)
        elif kind in (b"TRAK", b"META", b"SAFE"):
            return error("order", "TRAK, META and SAFE stand at the beginning")
        if kind == b"VERI":
            return error("order", "VERI stands in a 1.0 part only")
        if self._phase == "root":
            if kind not in (b"SIGN", b"TAIL"):
                return error("order", "expected SIGN or TAIL after ROOT")
        elif kind in (b"SIGN", b"TAIL"):
            return error("order", f"{kind.decode()} before ROOT")
        if self._phase == "short" and kind not in (b"INDX", b"SEEK", b"ROOT", b"SIGN", b"TAIL"):
            self._phase = "body"
            return error("order", "expected INDX, SEEK or ROOT after the last blocks")
        if kind != b"INDX" and self._phase == "body" and self._full_track() is not None:
            self._skip_page()
            if not self._findings_here:
                return error("order", "expected INDX of the page that is full")
        if kind in (b"SEEK", b"ROOT") and self._tracks is not None and any(track.open for track in self._tracks.values()):
            self._skip_page()
            return error("order", "expected INDX of a last page")
        if kind == b"ROOT" and self._recorded and b"SEEK" not in self._seen:
            return error("order", "expected SEEK before ROOT")
        if kind in (b"TOKN", b"TAIL") and chunk.length != expected:
            return error("token" if kind == b"TOKN" else "tail", f"expected {expected} bytes, found {chunk.length}")
        if kind == b"CORE" and self._token is not None and chunk.length != expected:
            return error("block", f"expected {expected} bytes, as TOKN says, found {chunk.length}")
        if kind == b"SEEK" and chunk.length < 4:
            return error("bad-length", f"expected an entry count, found {chunk.length} bytes")
        if kind == b"SEEK" and chunk.end <= self._size:
            return check_seek_count(self._window.read(offset + CHUNK.size, 4), chunk.length, offset)
        return None

    def _head_error(self, kind: bytes) -> str | None:
        """In the head: TRAK, META, SAFE, each in its place."""
        if kind == b"TRAK" and b"TRAK" not in self._seen:
            self._phase = "head" if self._head_left else "body"
            return None
        if kind in self._head_left:
            expected = self._head_left[0]
            del self._head_left[: self._head_left.index(kind) + 1]
            if not self._head_left:
                self._phase = "body"
            return None if kind == expected else f"expected {expected.decode()}"
        expected, self._head_left = self._head_left[:1], []
        self._phase = "body"
        return f"expected {expected[0].decode()}" if expected else None

    def _resume(self, chunk: _Chunk, expected: int | None) -> int | None:
        """Where to go on behind a chunk whose own length is wrong: by the length that it has to have, if a chunk is there."""
        self.is_on_chain = False
        if expected is None or not self._is_plausible(chunk.offset + CHUNK.size + expected):
            return None
        if chunk.kind == b"CORE":
            self._add_block(chunk, expected, None)
        elif chunk.kind == b"TOKN":
            self._token_lost = True
        elif chunk.kind == b"INDX":
            self._page_chunk(chunk, None)
        elif chunk.kind == b"ROOT":
            self._phase, self._root_chunk = "root", (chunk._replace(length=expected), None)
        elif chunk.kind == b"SEEK":
            self._phase = "short"
        elif chunk.kind in (b"TRAK", b"META", b"SAFE", b"SEAL") or chunk.kind not in FORMAT_TAGS:
            self._other(chunk._replace(length=expected), None, None)
        return chunk.offset + CHUNK.size + expected

    def _unreadable(self, chunk: _Chunk) -> int | None:
        """A tag that is none: the chunk may have been anything that is due here."""
        self._token_lost = True
        if self._token is not None:
            self._add_block(chunk, self._token[1][6], None)
            self._token_lost = False
        elif self._due_page() is not None and self._full_track() is not None:
            self._skip_page()
        elif self._tail is not None and chunk.offset in self._listed:
            tag = self._listed[chunk.offset].tag
            if self._phase == "head":
                self._head_error(tag)
            self._seen.add(tag)
            self._other(chunk._replace(kind=tag), None, None)
        elif self._tail is not None and self._tail.root_offset == chunk.offset:
            self._phase = "root"
        else:
            self._exact = False
        return chunk.end if chunk.end <= self._size and self._is_plausible(chunk.end) else None

    def _content(self, chunk: _Chunk, expected: int | None) -> int | None:
        """Judges the payload of a chunk that stands where it may."""
        kind = chunk.kind or b""
        keep = {
            b"TRAK": self._limits.json, b"META": self._limits.json, b"SAFE": self._limits.json,
            b"TOKN": TOKEN.size, b"INDX": PAGE_HEAD.size + ((ENTRY.size + 8) << MAX_PAGE_LOG2), b"SEEK": 4 + SEEK_ENTRY.size * SEEK_CAP,
            b"ROOT": self._limits.root, b"SIGN": self._limits.sign, b"TAIL": TAIL.size}.get(kind, 0)
        payload, digest, is_sound = self._digest(chunk, keep)
        if not is_sound:
            self._find_here("crc", chunk, "the CRC-32 does not match")
            is_other = expected not in (None, chunk.length)
            if not self._is_plausible(chunk.end) or (is_other and self._is_plausible(chunk.offset + CHUNK.size + (expected or 0))):
                return self._resume(chunk, expected)
            payload = None
        sound_digest = digest if is_sound else None
        if kind == b"TOKN":
            self._token_chunk(chunk, payload)
        elif kind == b"CORE":
            self._core_chunk(chunk, expected, sound_digest)
        elif kind == b"INDX":
            self._page_chunk(chunk, payload if is_sound and not self._findings_here else None)
        elif kind == b"SEEK":
            self._seek_chunk(chunk, payload, is_sound)
        elif kind == b"ROOT":
            self._root(chunk, payload, is_sound)
        elif kind == b"SIGN":
            self._sign(chunk, payload, is_sound)
        elif kind == b"TAIL":
            self._tail_chunk(chunk, payload, is_sound)
        else:
            self._other(chunk, payload, sound_digest)
        return chunk.end

    # -- tracks and blocks

    def _begin_tracks(self, page_log2: int, ids: list[int]) -> None:
        self._page_log2 = page_log2
        self._tracks = {number: _TrackModel(number, position) for position, number in enumerate(ids)}
        if self._recorded or not self._part_blocks:
            return
        if self._tail is None and len(self._part_blocks) < self.block_count:
            self._tracks = None  # a cut file with a 1.0 part too long to hold: what follows is walked without its blocks
            return
        self._first_track().open = self._part_blocks
        self._part_count = len(self._part_blocks)
        self._part_blocks = []

    def _first_track(self) -> _TrackModel:
        assert self._tracks is not None
        return next(iter(self._tracks.values()))

    def _facts(self, track: _TrackModel) -> TrackFacts | None:
        """ROOT's record of a track, where both have the same tracks."""
        if self.root is None or track.position >= len(self.root.tracks) or self.root.page_log2 != self._page_log2:
            return None
        facts = self.root.tracks[track.position]
        return facts if facts.id == track.id else None

    def _token_chunk(self, chunk: _Chunk, payload: bytes | None) -> None:
        if payload is None or len(payload) != TOKEN.size:
            self._token_lost = True
            return
        fields = TOKEN.unpack(payload)
        self._token, self._token_lost = (chunk.offset, fields), False
        if self._tracks is None:
            return
        pts, ordinal, key, flags, number, duration, length = fields
        track = self._tracks.get(number)
        if track is None:
            self._find_here("token", chunk, f"there is no track {number}")
            return
        gap = ordinal - track.next_ordinal
        if 0 < gap <= len(self._loose):
            track.open += self._loose[:gap]
            del self._loose[:gap]
        if key != flags & KEY or flags >= 16 or pts + duration > MAX_TIME:
            self._find_here("token", chunk, "key flag, undefined flags or times that cannot be")
        elif flags & LOST and (flags != LOST or length or duration):
            self._find_here("token", chunk, "a lost block with more than a time")
        elif ordinal != track.next_ordinal:
            self._find_here("token", chunk, f"expected block {track.next_ordinal} of track {number}, found {ordinal}")
        elif flags & KEY and pts <= track.scanned_key_pts:
            self._find_here("token", chunk, f"keyframe at {pts} after one at {track.scanned_key_pts}")
        else:
            facts = self._facts(track)
            if facts is not None and ordinal >= facts.blocks:
                self._find_here("unlisted", chunk, f"block {ordinal} of a track of {facts.blocks} blocks")
        if flags & KEY:
            track.scanned_key_pts = max(track.scanned_key_pts, pts)

    def _core_chunk(self, chunk: _Chunk, expected: int | None, digest: bytes | None) -> None:
        if self._token is None and not self._token_lost and self._tracks is not None:
            self._find_here("token", chunk, "a CORE without its TOKN")
            return
        if chunk.length > self._limits.block:
            self._find_here("limit", chunk, f"a block of {chunk.length} bytes, the limit is {self._limits.block}")
        if expected not in (None, chunk.length):
            self._add_block(chunk, None, None)
        else:
            self._add_block(chunk, chunk.length, digest)

    def _add_block(self, chunk: _Chunk, length: int | None, digest: bytes | None) -> None:
        """Takes TOKN and CORE; what is damaged comes as None."""
        token, self._token, self._token_lost = self._token, None, False
        self.block_count += 1
        block = _OpenBlock(None if token is None else token[0], chunk.offset, self._core_bytes, length=length, digest=digest)
        self._core_bytes += chunk.length if length is None else length
        if self._tracks is None:
            return
        track = None
        if token is not None:
            block.pts, _, _, block.flags, number, block.duration, _ = token[1]
            track = self._tracks.get(number)
            if block.flags & LOST:
                self._find("lost", chunk.offset, b"CORE", f"block {token[1][1]} of track {number} was lost before the file was closed")
            if track is not None and token[1][1] < track.next_ordinal:
                return  # told at its TOKN: a block that is there already
            facts = None if track is None else self._facts(track)
            if facts is not None and token[1][1] >= facts.blocks:
                self._exact = False
                return  # told at its TOKN: nothing lists it
        elif len(self._tracks) == 1:
            track = self._first_track()
        if track is None:
            self._loose.append(block)
        else:
            track.open.append(block)

    # -- pages

    def _full_track(self) -> _TrackModel | None:
        tracks = self._tracks.values() if self._tracks is not None else ()
        return next((track for track in tracks if len(track.open) >= 1 << self._page_log2), None)

    def _due_page(self) -> _TrackModel | None:
        tracks = self._tracks.values() if self._tracks is not None else ()
        return self._full_track() or next((track for track in tracks if track.open), None)

    def _skip_page(self) -> None:
        """Takes a page whose INDX is not there from its blocks."""
        track = self._due_page()
        if track is not None:
            self._exact = False
            self._close_page(track, None, None)

    def _page_chunk(self, chunk: _Chunk, payload: bytes | None) -> None:
        if self._tracks is None:
            return
        if payload is not None and len(payload) < PAGE_HEAD.size:
            self._find_here("page", chunk, f"{len(payload)} bytes are no page")
            payload = None
        named = None
        if payload is not None:
            number, _, first, _ = PAGE_HEAD.unpack_from(payload)
            named = self._tracks.get(number)
            if named is not None and self._loose and first == named.blocks:
                lacking = (len(payload) - PAGE_HEAD.size) // (ENTRY.size + 8) - len(named.open)
                if 0 < lacking <= len(self._loose):
                    named.open += self._loose[:lacking]
                    del self._loose[:lacking]
        due = self._full_track()
        if due is None:
            due = self._due_page()
            if due is not None or payload is None:
                self._phase = "short"
            if due is None or (named is not None and not named.open):
                if payload is not None:
                    self._find_here("order" if self._is_listed_page(chunk.offset) else "unlisted", chunk, "no page is due here")
                self._exact = False
                return
        if named is not None and named is not due and named.open and len(due.open) < 1 << self._page_log2:
            self._find_here("order", chunk, f"expected the last page of track {due.id}, found that of {named.id}")
            due = named
        self._close_page(due, payload, chunk)

    def _is_listed_page(self, offset: int) -> bool:
        root = self.root
        return root is not None and any(root.page_offset(track, number) == offset for track in root.tracks for number in range(track.pages))

    def _close_page(self, track: _TrackModel, payload: bytes | None, chunk: _Chunk | None) -> None:
        """Holds an INDX against its blocks and ROOT, and counts the blocks. Without a payload the blocks alone count."""
        number, size = track.blocks >> self._page_log2, 1 << self._page_log2
        facts = self._facts(track)
        entries: list[Entry] | None = None
        agrees = False
        if payload is not None and self.root is not None and facts is not None and number < facts.pages:
            entries = match_page(payload, self.root, facts, number)
            agrees = entries is not None
        count = min(size, len(track.open))
        if payload is not None and entries is None and len(payload) == PAGE_HEAD.size + (ENTRY.size + 8) * count:
            if payload[: PAGE_HEAD.size] == PAGE_HEAD.pack(track.id, 0, track.blocks, track.bytes):
                entries = parse_entries(payload, track.blocks, track.bytes)
        if agrees and entries is not None:
            self._drop_unlisted(track, entries, facts is not None and number + 1 == facts.pages)
        blocks = track.open[: len(entries) if agrees and entries is not None else size]
        track.open = track.open[len(blocks) :]
        stream_offset, first_key, records, is_known, faults = track.bytes, None, [], True, []
        if agrees and entries is not None and len(blocks) != len(entries):
            faults.append(f"{len(entries)} blocks are listed, {len(blocks)} are there")
            self._exact = False
        for at, block in enumerate(blocks):
            entry = entries[at] if entries is not None else None
            if entry is not None:
                self._match_block(block, entry, agrees)
                if entry.file_offset != block.core_offset:
                    faults.append(f"block {entry.ordinal} is at {block.core_offset}, not at {entry.file_offset}")
                if agrees and not track.is_last_key_known:
                    track.last_key, track.is_last_key_known = track.blocks - entry.link if entry.link else None, True
                if agrees and entry.link != track.link():
                    faults.append(f"block {entry.ordinal}: link {entry.link}, expected {track.link()}")
            if None in (block.pts, block.duration, block.flags, block.length, block.digest):
                is_known = False
                track.is_last_key_known &= block.flags is not None
            pts, duration, flags, length = block.pts or 0, block.duration or 0, block.flags or 0, block.length or 0
            if block.token_offset is None and entry is not None and track is self._first_track() and track.blocks < self._part_count:
                if flags & ~KEY or (flags & KEY and pts <= track.last_key_pts) or pts + duration > MAX_TIME:
                    faults.append(f"block {entry.ordinal} of the 1.0 part: flags or times that cannot be")
            records.append(ENTRY.pack(pts, duration, length, track.link(), flags & 0xFFFFFFFF, block.digest or bytes(32)))
            if flags & KEY:
                first_key = pts if first_key is None else first_key
                self._count_key(track, block, pts)
            track.add(pts, duration, length, flags)
        root = tree_root(map(leaf_hash, records))
        track.pages.append((first_key, stream_offset, root, chunk.offset if chunk is not None else 0))
        self._exact &= is_known
        if chunk is None or payload is None:
            return
        if agrees and facts is not None and self.root is not None:
            if self.root.page(facts, number).stream_offset != stream_offset:
                faults.append(f"stream offset {self.root.page(facts, number).stream_offset}, expected {stream_offset}")
        else:
            offsets = struct.pack(f">{len(blocks)}Q", *(block.core_offset for block in blocks))
            head = PAGE_HEAD.pack(track.id, 0, track.blocks - len(blocks), stream_offset)
            if entries is None or head + b"".join(records) + offsets != payload:
                faults.append(f"page {number} of track {track.id} is not what its blocks give")
            elif facts is not None:
                faults.append(f"page {number} of track {track.id} is not the one that ROOT names")
            if self.root is not None and facts is not None and (number >= facts.pages or self.root.page(facts, number).root != root):
                self._exact = False
        if faults:
            self._find_here("page", chunk, faults[0])

    def _drop_unlisted(self, track: _TrackModel, entries: list[Entry], is_last: bool) -> None:
        """Blocks of a 1.0 part that a page which agrees with ROOT does not list, by offset or by content."""
        if track is not self._first_track() or track.blocks >= self._part_count:
            return
        offsets, at = {entry.file_offset for entry in entries}, 0
        while at < min(len(entries), len(track.open)):
            block = track.open[at]
            differs = block.digest is not None and (block.length, block.digest) != (entries[at].length, entries[at].digest)
            if block.token_offset is None and differs and block.core_offset not in offsets:
                self._find("unlisted", block.core_offset, b"CORE", "a block that no page lists")
                del track.open[at]
                self._part_count -= 1
            else:
                at += 1
        while is_last and len(track.open) > len(entries) and track.open[-1].token_offset is None:
            self._find("unlisted", track.open.pop().core_offset, b"CORE", "a block that no page lists")
            self._part_count -= 1

    def _match_block(self, block: _OpenBlock, entry: Entry, agrees: bool) -> None:
        """Takes from an entry what damage hides. Where an entry that agrees with ROOT differs, TOKN or CORE is wrong."""
        if agrees and block.pts is not None and (block.pts, block.duration, block.flags) != (entry.pts, entry.duration, entry.flags):
            self._find("token", block.token_offset or 0, b"TOKN", f"block {entry.ordinal}: time, duration or flags are not those of the index")
        elif agrees and block.digest is not None and (block.length, block.digest) != (entry.length, entry.digest):
            self._find("block", block.core_offset, b"CORE", f"block {entry.ordinal} does not have the length and SHA-256 of the index")
        if agrees:
            block.pts, block.duration, block.flags, block.length, block.digest = entry.pts, entry.duration, entry.flags, entry.length, entry.digest
            return
        if block.pts is None:
            block.pts, block.duration, block.flags = entry.pts, entry.duration, entry.flags
        if block.digest is None:
            block.length, block.digest = entry.length, entry.digest

    def _count_key(self, track: _TrackModel, block: _OpenBlock, pts: int) -> None:
        if track is not self._first_track():
            return
        if self._recorded:
            self._seek.add(pts, block.core_bytes)
        elif track.blocks < self._part_count:
            self._part_keys.update(SEEK_ENTRY.pack(pts, block.core_bytes))
            self._part_key_count += 1

    # -- META and its like, and the end of the file

    def _other(self, chunk: _Chunk, payload: bytes | None, digest: bytes | None) -> None:
        """TRAK, META, SAFE, SEAL or an unknown chunk. A digest of None is damage, a payload of None too much or damage."""
        kind = chunk.kind or chunk.tag
        if kind in LISTED_ONCE and digest is not None and payload is None:
            self._find_here("limit", chunk, f"{chunk.length} bytes, the limit is {self._limits.json}")
        self._take_aux(kind, chunk, digest)
        if kind == b"TRAK":
            self._trak(chunk, payload)
        elif kind in LISTED_ONCE and payload is not None and not self._findings_here:
            try:
                check_object(payload, kind.decode(), chunk.offset, self._limits, strict=True)
            except FormatError as error:
                self._find_here(error.code, chunk, error.message)
        elif kind == b"SEAL" and digest is not None and chunk.length and not 84 <= chunk.length <= 65_536:
            self._find_here("aux", chunk, f"a SEAL of {chunk.length} bytes")

    def _trak(self, chunk: _Chunk, payload: bytes | None) -> None:
        listed = None if self.root is None else (self.root.page_log2, [track.id for track in self.root.tracks])
        if payload is not None:
            try:
                page_log2, tracks = check_tracks(payload, chunk.offset, self._limits)
                found = (page_log2, [track["id"] for track in tracks])
                if listed is not None and found != listed:
                    raise FormatError("track", chunk.offset, "TRAK", "the ids or page_log2 are not ROOT's")
                self._begin_tracks(*found)
                return
            except FormatError as error:
                self._find_here(error.code, chunk, error.message)
        if listed is not None:
            self._begin_tracks(*listed)
        else:
            self._exact = False

    def _take_aux(self, tag: bytes, chunk: _Chunk, digest: bytes | None) -> None:
        """Holds a chunk against the aux records: the next of its tag by content, else the one listed at its offset."""
        if self.root is None:
            if self._tail is not None or digest is None:
                self._exact &= digest is not None
            if len(self._aux) == self._limits.aux:
                self._find("limit", chunk.offset, tag, f"more than {self._limits.aux} chunks that ROOT would have to list")
            if len(self._aux) <= self._limits.aux:
                self._aux.append(AuxFacts(tag, chunk.length, digest or bytes(32), chunk.offset))
            return
        unmet = self._unmet.get(tag, [])
        if unmet and digest is not None and (unmet[0].length, unmet[0].digest) == (chunk.length, digest):
            record = unmet.pop(0)
        else:
            record = self._listed.get(chunk.offset)
            if record is not None and record in self._unmet[record.tag]:
                self._unmet[record.tag].remove(record)
            elif unmet and (digest is None or tag in LISTED_ONCE):
                record = unmet.pop(0)
            else:
                record = None
            if record is not None and digest is not None:
                self._find_here("aux", chunk, "not the chunk that ROOT lists")
        if record is not None:
            self._aux.append(record._replace(offset=chunk.offset))
        elif digest is not None:
            self._find_here("unlisted", chunk, "ROOT does not list it")

    def _seek_chunk(self, chunk: _Chunk, payload: bytes | None, is_sound: bool) -> None:
        self._phase = "short"
        if is_sound and self._exact and self._tracks is not None and payload != self._seek.payload():
            self._find_here("order", chunk, "not the keyframes of the first track")

    def _root(self, chunk: _Chunk, payload: bytes | None, is_sound: bool) -> None:
        self._phase = "root"
        self._root_chunk = (chunk, payload)
        self._check_part_seek()
        if not is_sound:
            return
        if payload is None:
            self._find_here("limit", chunk, f"ROOT of {chunk.length} bytes, the limit is {self._limits.root}")
            return
        try:
            if self._root_error is not None and self._root_error.offset == chunk.offset:
                raise self._root_error
            if self.root is None or self.root.offset != chunk.offset:
                RootTables(payload, chunk.offset, self._limits)
        except FormatError as error:
            self._find_here(error.code, chunk, error.message)
            return
        if self._exact and self._tracks is not None and payload != self._root_payload():
            self._find_here("root", chunk, "not what the blocks and chunks before it give")

    def _check_part_seek(self) -> None:
        """SEEK of a 1.0 part is every keyframe of that part."""
        if not self._recorded and self._exact and self._part_seek is not None and self._tracks is not None:
            offset, entries, digest = self._part_seek
            if (entries, digest) != (self._part_key_count, self._part_keys.digest()):
                self._find("order", offset, b"SEEK", "not the keyframes of the 1.0 part")

    def _root_payload(self) -> bytes:
        assert self._tracks is not None
        tracks = list(self._tracks.values())
        aux = sorted(self._aux, key=lambda record: record.tag)  # stable: file order within a tag
        track_records = [track.record() for track in tracks]
        aux_records = [AUX_RECORD.pack(record.tag, record.length, record.digest) for record in aux]
        pages = b"".join(record for track in tracks for record in track.page_records())
        header = ROOT_HEADER.pack(
            b"H4R1", 1, 1, self._page_log2, len(tracks), len(aux) & 0xFFFF, 0,
            sum(track.blocks for track in tracks), sum(track.bytes for track in tracks),
            tree_root(map(leaf_hash, track_records)), tree_root(map(leaf_hash, aux_records)), sha256(pages))
        offsets = [record.offset for record in aux] + [page[3] for track in tracks for page in track.pages]
        return header + b"".join(track_records + aux_records) + pages + struct.pack(f">{len(offsets)}Q", *offsets)

    def _sign(self, chunk: _Chunk, payload: bytes | None, is_sound: bool) -> None:
        if not is_sound:
            return
        if payload is None or len(self.signs) >= self._limits.signs:
            self._find_here("limit", chunk, f"SIGN {len(self.signs) + 1} of {chunk.length} bytes, the limits are {self._limits.signs} and {self._limits.sign}")
            return
        try:
            self.signs.append(parse_sign(payload, chunk.offset))
        except FormatError as error:
            self._find_here(error.code, chunk, error.message)

    def _tail_chunk(self, chunk: _Chunk, payload: bytes | None, is_sound: bool) -> None:
        self._phase = "tail"
        if payload is None or len(payload) != TAIL.size or not is_sound or self._root_chunk is None:
            return
        root, root_payload = self._root_chunk
        stored = TailFields(*TAIL.unpack(payload))
        digest = stored.root_digest if root_payload is None or "root" in self._findings.codes else sha256(root_payload)
        if stored != TailFields(root.offset, CHUNK.size + root.length, 1, 0, digest, b"KM4H"):
            self._find_here("tail", chunk, "not what ROOT gives")


# ---------------------------------------------------------------------------------------------------------------
# Proofs
#
# 'H4P1', kind u8, zero u8, u16. Kinds 1 (a block) and 2 (the keyframe at or before T) hold the root header, a track
# record with its path, and blocks with theirs; kind 3 ties an extended container to the one that it extends. Nothing
# in a proof gives a length: all follow from ordinals and counts.
# ---------------------------------------------------------------------------------------------------------------

PROOF_HEAD = struct.Struct(">4sBBH")


@dataclass(frozen=True)
class ProvenBlock:
    ordinal: int
    pts: int
    duration: int
    length: int
    flags: int
    digest: bytes


@dataclass(frozen=True)
class Proof:
    """What a proof that holds says. Kind 1: `block`; kind 2: `block` (None: nothing at or before `pts`); kind 3: `aux_same`."""

    kind: int
    track: int | None = None
    pts: int | None = None
    block: ProvenBlock | None = None
    next_key: ProvenBlock | None = None
    new_identity: bytes | None = None
    aux_same: bool | None = None


def _track_subtree(track: PagedTrack) -> Subtree:
    """Roots over parts of a track's tree: of whole pages from ROOT, below that from a page."""
    container, facts = track._container, track.facts
    log2 = container.root.page_log2

    def subtree(start: int, end: int) -> bytes:
        first, last = start >> log2, (end - 1) >> log2
        if first < last or (start == first << log2 and end == min((first + 1) << log2, facts.blocks)):
            return tree_root(container.root.page(facts, number).root for number in range(first, last + 1))
        entries = track.page(first).entries[start - (first << log2) : end - (first << log2)]
        return tree_root(leaf_hash(entry.record) for entry in entries)

    return subtree


def _proof_head(track: PagedTrack, kind: int) -> bytes:
    root, facts = track._container.root, track.facts
    leaves = [leaf_hash(other.record) for other in root.tracks]
    path = inclusion_path(facts.position, len(leaves), lambda start, end: tree_root(leaves[start:end]))
    return PROOF_HEAD.pack(b"H4P1", kind, 0, facts.position) + root.header + facts.record + b"".join(path)


def _proof_block(track: PagedTrack, entry: Entry | None) -> bytes:
    if entry is None:
        return NONE32.to_bytes(4, "big")
    path = inclusion_path(entry.ordinal, track.blocks, _track_subtree(track))
    return entry.ordinal.to_bytes(4, "big") + entry.record + b"".join(path)


def prove_block(track: PagedTrack, ordinal: int) -> bytes:
    """A proof (kind 1) that a block with this time, length and SHA-256 is the one of this ordinal."""
    return _proof_head(track, 1) + _proof_block(track, track.entry(ordinal))


def prove_key(track: PagedTrack, pts: int) -> bytes:
    """A proof (kind 2) of the last keyframe at or before a time, or that there is none."""
    if not 0 <= pts <= MAX_TIME:
        raise ValueError(f"a time of {pts} µs; a proof takes 0 to 2^63 - 1")
    blocks = _proof_block(track, track.key_entry(pts)) + _proof_block(track, track.next_key_entry(pts))
    return _proof_head(track, 2) + pts.to_bytes(8, "big") + blocks


def prove_extension(old: PagedContainer, new: PagedContainer) -> bytes:
    """A proof (kind 3) that every track of `new` begins with that of `old`."""
    if [(t.id) for t in old.tracks] != [(t.id) for t in new.tracks] or old.root.page_log2 != new.root.page_log2:
        raise ValueError("the containers have different tracks or pages")
    paths = []
    for one, other in zip(old.tracks, new.tracks):
        if other.blocks < one.blocks:
            raise ValueError(f"track {one.id} has become shorter")
        paths += consistency_path(one.blocks, other.blocks, _track_subtree(other))
    records = [track.facts.record for container in (old, new) for track in container.tracks]
    return PROOF_HEAD.pack(b"H4P1", 3, 0, len(old.tracks)) + old.root.header + new.root.header + b"".join(records + paths)


class _ProofReader:
    def __init__(self, proof: bytes) -> None:
        self._proof, self._at = proof, 0

    def take(self, count: int) -> bytes:
        found = self._proof[self._at : self._at + count]
        _hold(len(found) == count, "it is too short")
        self._at += count
        return found

    def hashes(self, count: int) -> list[bytes]:
        return [self.take(32) for _ in range(count)]

    def header(self, identity: bytes, what: str) -> tuple[Any, ...]:
        header = self.take(ROOT_HEADER.size)
        fields = ROOT_HEADER.unpack(header)
        _hold(sha256(header) == identity, f"its {what} is not the trusted one")
        _hold(fields[0] == b"H4R1" and fields[1] == 1 and fields[2] == 1 and fields[6] == 0, "its root header is none")
        _hold(1 <= fields[4] <= MAX_TRACKS, "its root header has no possible track count")
        return fields

    def track(self) -> tuple[bytes, tuple[Any, ...]]:
        record = self.take(TRACK_RECORD.size)
        fields = TRACK_RECORD.unpack(record)
        _hold(fields[1] == 0, "its track record is none")
        return record, fields

    def block(self, blocks: int, root: bytes) -> tuple[int, ProvenBlock] | None:
        """(link, block) with the path verified, or None for "there is none"."""
        ordinal = int.from_bytes(self.take(4), "big")
        if ordinal == NONE32:
            return None
        _hold(ordinal < blocks, f"block {ordinal} of {blocks}")
        record = self.take(ENTRY.size)
        path = self.hashes(inclusion_length(ordinal, blocks))
        _hold(root_from_path(leaf_hash(record), ordinal, blocks, path) == root, f"the path of block {ordinal} does not lead to the track's root")
        pts, duration, length, link, flags, digest = ENTRY.unpack(record)
        return link, ProvenBlock(ordinal, pts, duration, length, flags, digest)

    def end(self) -> None:
        _hold(self._at == len(self._proof), "it is too long")


def _hold(condition: bool, reason: str) -> None:
    if not condition:
        raise ProofError(f"the proof does not hold: {reason}")


def check_proof(proof: bytes, identity: bytes, new_identity: bytes | None = None) -> Proof:
    """Checks a proof against a trusted identity of 32 bytes; kind 3 also takes the identity that claims to extend it.

    Returns what the proof says, or raises ProofError. It says what the signer of the identity says: that links and
    page records are true to the blocks, only full verification says.
    """
    reader = _ProofReader(proof)
    magic, kind, zero, position = PROOF_HEAD.unpack(reader.take(PROOF_HEAD.size))
    _hold(magic == b"H4P1" and zero == 0 and kind in (1, 2, 3), "it is none of a known kind")
    header = reader.header(identity, "root header")
    if kind == 3:
        _hold(new_identity is not None, "an extension needs the new identity too")
        return _check_extension(reader, header, position, new_identity or b"")
    tracks_root = header[9]
    _hold(position < header[4], f"track {position} of {header[4]}")
    record, track = reader.track()
    path = reader.hashes(inclusion_length(position, header[4]))
    _hold(root_from_path(leaf_hash(record), position, header[4], path) == tracks_root, "the track record is not under the root")
    number, blocks, last_key, root = track[0], track[2], track[4], track[8]
    if kind == 1:
        found = reader.block(blocks, root)
        reader.end()
        if found is None:
            raise ProofError("the proof does not hold: it names no block")
        return Proof(1, track=number, block=found[1])
    pts = int.from_bytes(reader.take(8), "big")
    _hold(pts <= MAX_TIME, "its time is above 2^63 - 1")
    key, following = reader.block(blocks, root), reader.block(blocks, root)
    reader.end()
    if key is not None:
        _hold(bool(key[1].flags & KEY) and key[1].pts <= pts, "its block is no keyframe at or before the time")
    if following is None:
        _hold(last_key == (NONE32 if key is None else key[1].ordinal), "a later keyframe is left out")
    else:
        _hold(bool(following[1].flags & KEY) and following[1].pts > pts, "its next keyframe is none after the time")
        distance = 0 if key is None else following[1].ordinal - key[1].ordinal
        _hold(distance >= 0 and following[0] == distance and (key is None or distance > 0), "a keyframe between the two is left out")
    return Proof(2, track=number, pts=pts, block=key and key[1], next_key=following and following[1])


def _check_extension(reader: _ProofReader, old: tuple[Any, ...], count: int, new_identity: bytes) -> Proof:
    new = reader.header(new_identity, "new root header")
    _hold(old[4] == new[4] == count and old[3] == new[3], "the track counts or page sizes differ")
    before, after = [reader.track() for _ in range(count)], [reader.track() for _ in range(count)]
    _hold(tree_root(leaf_hash(record) for record, _ in before) == old[9], "the old track records are not under the old root")
    _hold(tree_root(leaf_hash(record) for record, _ in after) == new[9], "the new track records are not under the new root")
    for (_, one), (_, other) in zip(before, after):
        _hold(one[0] == other[0] and one[2] <= other[2], f"track {one[0]} is another or shorter")
        path = reader.hashes(consistency_length(one[2], other[2]))
        _hold(is_consistent(one[2], other[2], one[8], other[8], path), f"track {one[0]} does not begin with the old one")
    reader.end()
    return Proof(3, new_identity=new_identity, aux_same=old[10] == new[10])


# ---------------------------------------------------------------------------------------------------------------
# Command line
# ---------------------------------------------------------------------------------------------------------------


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _verify_command(options: argparse.Namespace) -> int:
    key = bytes.fromhex(options.root_mac_key) if options.root_mac_key else None
    result = verify(options.container, root_mac_key=key)
    if result.state == "none":
        raise FormatError(result.findings[0].code, result.findings[0].offset, result.findings[0].chunk, result.findings[0].message)
    if options.json:
        _print_json({
            "state": result.state, "root": _hex(result.identity), "veri": _hex(result.veri), "blocks": result.blocks, "bytes": result.size,
            "findings": [finding._asdict() for finding in result.findings],
            "signatures": [{"kind": kind, "state": state} for kind, state in result.signatures]})
    else:
        print(result.state)
        for finding in result.findings:
            print(f"{finding.offset}: {finding.chunk or 'file'}: {finding.code}: {finding.message}")
    return 0 if result.state in ("valid", "unsigned") else 1


def _verify_many_command(options: argparse.Namespace) -> int:
    """Each record on standard input is a length, u32 big-endian, and a file. One line each: state, first code, its offset."""
    stream: BinaryIO = sys.stdin.buffer
    while True:
        head = stream.read(4)
        if len(head) < 4:
            return 0 if not head else 2
        length = int.from_bytes(head, "big")
        data = stream.read(length)
        if len(data) < length:
            return 2
        result = verify(data)
        first = result.first
        print(result.state, "-" if first is None else first.code, "-" if first is None else first.offset)
        if not options.buffered:
            sys.stdout.flush()


def _inspect_command(options: argparse.Namespace) -> int:
    with open(options.container) as container:
        document: dict[str, Any] = {"version": container.version, "size": container.size, "blocks": sum(t.blocks for t in container.tracks)}
        if isinstance(container, PagedContainer):
            kinds = {track["id"]: track for track in container.trak()}
            document["tracks"] = [
                {**kinds[t.id], "blocks": t.blocks, "bytes": t.bytes, "duration_us": t.duration_us, "root": t.facts.root.hex()} for t in container.tracks]
            document["signatures"] = [{"kind": sign.kind, "state": "unchecked"} for sign in container.signs]
            document["root"] = container.identity.hex()
        else:
            document["tracks"] = [{"id": 0, "kind": "video", "blocks": t.blocks, "bytes": t.bytes, "duration_us": None} for t in container.tracks]
        for name, read in (("meta", container.meta), ("safe", container.safe)):
            stored = read()
            document[name] = None if stored is None else json.loads(stored)
        _print_json(document)
    return 0


def _seek_command(options: argparse.Namespace) -> int:
    with open(options.container) as container:
        track = container.track(options.track)
        key = track.seek(options.pts)
        if options.proof:
            if not isinstance(track, PagedTrack):
                raise ValueError("only 1.1 containers give proofs")
            with io.open(options.proof, "wb") as out:
                out.write(prove_key(track, options.pts))
        if key is None:
            print("null")
            return 1
        payload = None if key.file_offset is None else key.file_offset + CHUNK.size
        _print_json({
            "pts": key.pts, "offset": key.stream_offset, "block": key.ordinal, "file_offset": payload,
            "reads": container.source.reads, "bytes_read": container.source.bytes_read})
    return 0


def _extract_command(options: argparse.Namespace) -> int:
    with open(options.container) as container:
        track = container.track(options.track)
        if options.proof and (options.block is None or not isinstance(track, PagedTrack)):
            raise ValueError("--proof needs --block and a 1.1 container")
        out = io.open(options.output, "wb") if options.output else sys.stdout.buffer
        try:
            for block in [track.read(options.block)] if options.block is not None else track.iterate():
                out.write(block.data)
        finally:
            out.flush()
            if options.output:
                out.close()
        if options.proof and options.block is not None and isinstance(track, PagedTrack):
            with io.open(options.proof, "wb") as proof:
                proof.write(prove_block(track, options.block))
    return 0


def _check_proof_command(options: argparse.Namespace) -> int:
    with io.open(options.proof, "rb") as file:
        data = file.read(64 << 20)
    document: dict[str, Any] = dict.fromkeys(("holds", "kind", "track", "ordinal", "pts", "new_root", "aux_same"))
    try:
        proof = check_proof(data, bytes.fromhex(options.root), bytes.fromhex(options.new_root) if options.new_root else None)
    except ProofError as error:
        document["holds"] = False
        print(error, file=sys.stderr)
    else:
        document.update(
            holds=True, kind=proof.kind, track=proof.track, ordinal=proof.block and proof.block.ordinal,
            pts=proof.block and proof.block.pts, new_root=_hex(proof.new_identity), aux_same=proof.aux_same)
    _print_json(document)
    return 0 if document["holds"] else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, 1 the answer is no, 2 bad usage, 3 no container or a failed read."""
    parser = argparse.ArgumentParser(prog="h4mk.py", description="Reads H4MK containers, versions 1.0 and 1.1.")
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name: str, run: Callable[[argparse.Namespace], int], text: str, container: bool = True) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        if container:
            added.add_argument("container", help="a path or an http(s) address")
        return added

    one = verb("verify", _verify_command, "check every byte and print the state with its findings")
    one.add_argument("--json", action="store_true")
    one.add_argument("--root-mac-key", metavar="HEX", help="a key that a SIGN of kind 2 has to verify under")
    one = verb("verify-many", _verify_many_command, "verify files from standard input, each behind its length as u32", container=False)
    one.add_argument("--buffered", action="store_true", help="do not flush after each line")
    one = verb("inspect", _inspect_command, "print tracks, META and SAFE as JSON")
    one.add_argument("--json", action="store_true", help="accepted; the output is always JSON")
    one = verb("seek", _seek_command, "find the keyframe at or before a time in µs")
    one.add_argument("pts", type=int)
    one.add_argument("--track", type=int)
    one.add_argument("--proof", metavar="FILE", help="write a proof of the answer")
    one.add_argument("--json", action="store_true", help="accepted; the output is always JSON")
    one = verb("extract", _extract_command, "write a track's stream, or one block, every block verified")
    one.add_argument("-o", "--output")
    one.add_argument("--track", type=int)
    one.add_argument("--block", type=int)
    one.add_argument("--proof", metavar="FILE", help="write a proof of the block")
    one = verb("check-proof", _check_proof_command, "check a proof against a trusted identity", container=False)
    one.add_argument("proof")
    one.add_argument("--root", required=True, metavar="HEX")
    one.add_argument("--new-root", metavar="HEX")
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except ValueError as error:
        print(f"h4mk.py: {error}", file=sys.stderr)
        return 2
    except (FormatError, OSError) as error:
        print(f"h4mk.py: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
