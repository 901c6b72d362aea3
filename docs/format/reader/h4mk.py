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

Bytes that are not what the format says raise FormatError, wrong arguments ValueError, failed reads OSError.
An object serves one thread at a time.
"""

from __future__ import annotations

import argparse
import base64
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
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Callable, Iterable, Iterator, NamedTuple, Sequence

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
    return len(tag) == 4 and all(0x21 <= b <= 0x7E for b in tag)


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
    return (m.group() for m in re.finditer(r"[][{}]", re.sub(r'"(?:[^"\\]|\\.)*"', '""', text, flags=re.S)))


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
