#!/usr/bin/env python3
"""Makes the malformed containers of this folder and malformed.json. Standard library only; run it without arguments.

A small writer of H4MK 1.1 lays out a sound file, and each case bends it at one place: a changed payload, a chunk put in,
left out or moved. CRCs, the index and hashes above the lie are computed again wherever an attacker would, since the
lie goes in where the chunk is made. malformed.json says what verification and opening have to answer. The answers are
written by hand beside each case, not taken from a reader.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import struct
import zlib
from typing import Any, Callable

HERE = pathlib.Path(__file__).parent
HEADER = b"H4MK\0\1\0\0"
NONE32, NONE64 = 2**32 - 1, 2**64 - 1
TOKN, PAGE, ENTRY = struct.Struct(">QIBBHII"), struct.Struct(">HHIQ"), struct.Struct(">QIIII32s")
ROOT, TRACK, AUX, RECORD = struct.Struct(">4sHBBHHIQQ32s32s32s"), struct.Struct(">HHIIIQQQ32s"), struct.Struct(">4sI32s"), struct.Struct(">QQ32s")
TAIL = struct.Struct(">QIHH32s4s")
KEY, LOST = 1, 4


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree(records: list[bytes]) -> bytes:
    return combine([sha(b"\0" + record) for record in records])


def combine(level: list[bytes]) -> bytes:
    if not level:
        return sha(b"")
    while len(level) > 1:
        level = [sha(b"\1" + b"".join(level[i : i + 2])) if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0]


def chunk(tag: bytes, payload: bytes) -> bytes:
    return tag + struct.pack(">II", len(payload), zlib.crc32(payload)) + payload


def change(at: int, new: bytes) -> Callable[[bytes], bytes]:
    """Puts bytes over those at a place of a payload."""
    return lambda payload: payload[:at] + new + payload[at + len(new) :]


def data(name: str, length: int) -> bytes:
    return (sha(name.encode()) * (length // 32 + 1))[:length]


class Track:
    def __init__(self) -> None:
        self.count = self.keys = self.bytes = self.first = self.end = self.start = 0
        self.last = NONE32
        self.entries: list[bytes] = []
        self.offsets: list[int] = []
        self.pages: list[list[Any]] = []  # first key or None, stream offset, root, file offset


class Bend:
    """What a case does to a file. Labels: TRAK META SAFE NOTE "TOKN 0/3" "CORE 0/3" "INDX 0/1" SEEK ROOT "SIGN 0" TAIL VERI."""

    def __init__(self, **bends: Any) -> None:
        self.payload: dict[str, Callable[[bytes], bytes]] = bends.get("payload", {})  # before length and CRC are made
        self.tag: dict[str, bytes] = bends.get("tag", {})
        self.before: dict[str, bytes] = bends.get("before", {})  # whole chunks put in
        self.skip: tuple[str, ...] = bends.get("skip", ())
        self.entry: dict[str, Callable[[bytes], bytes]] = bends.get("entry", {})  # "0/3": the entry, before it is hashed
        self.root: Callable[[dict[str, Any]], None] = bends.get("root", lambda parts: None)  # records, before they are hashed
        self.order: tuple[str, ...] = bends.get("order", ("TRAK", "META", "SAFE"))
        self.short: Callable[[list[int]], list[int]] = bends.get("short", lambda ids: ids)  # the order of the last pages
        self.late: str | None = bends.get("late")  # the INDX that comes one block too late
        self.offset: dict[str, Callable[["Writer"], int]] = bends.get("offset", {})  # "0/3": the CORE offset in INDX


class Writer:
    def __init__(self, bend: Bend, tracks: tuple[int, ...] = (0,), page_log2: int = 1, trak: bytes | None = None, meta: bytes = b'{"a":1}', safe: bytes = b"{}") -> None:
        self.bend, self.log2, self.out, self.at = bend, page_log2, bytearray(HEADER), {}
        self.tracks = {number: Track() for number in tracks}
        self.aux: list[tuple[bytes, int, bytes, int]] = []
        self.seek: list[tuple[int, int]] = []
        self.core_bytes, self.waiting = 0, None
        kinds = ("video", "audio", "data")
        listed = [{"id": number, "kind": kinds[at % 3]} for at, number in enumerate(tracks)]
        self.head = {"TRAK": trak or json.dumps({"page_log2": page_log2, "tracks": listed}, separators=(",", ":")).encode(), "META": meta, "SAFE": safe}

    def start(self) -> "Writer":
        for label in self.bend.order:
            self.other(label, label.encode(), self.head[label])
        return self

    def emit(self, label: str, tag: bytes, payload: bytes) -> bytes:
        self.out += self.bend.before.get(label, b"")
        payload = self.bend.payload.get(label, lambda same: same)(payload)
        self.at[label] = len(self.out)
        if label not in self.bend.skip:
            self.out += chunk(self.bend.tag.get(label, tag), payload)
        return payload

    def other(self, label: str, tag: bytes, payload: bytes) -> "Writer":
        stored = self.emit(label, tag, payload)
        if label not in self.bend.skip:
            self.aux.append((self.bend.tag.get(label, tag), len(stored), sha(stored), self.at[label]))
        return self

    def block(self, number: int, pts: int, flags: int, payload: bytes, duration: int = 10) -> "Writer":
        track = self.tracks[number]
        name = f"{number}/{track.count}"
        self.emit("TOKN " + name, b"TOKN", TOKN.pack(pts, track.count, flags & 1, flags, number, duration, len(payload)))
        self.emit("CORE " + name, b"CORE", payload)
        return self.index(number, pts, flags, payload, duration, self.at["CORE " + name], recorded=True)

    def index(self, number: int, pts: int, flags: int, payload: bytes, duration: int, offset: int, recorded: bool) -> "Writer":
        track = self.tracks[number]
        name = f"{number}/{track.count}"
        link = 0 if track.last == NONE32 else track.count - track.last
        entry = ENTRY.pack(pts, duration, len(payload), link, flags, sha(payload))
        track.entries.append(self.bend.entry.get(name, lambda same: same)(entry))
        track.offsets.append(self.bend.offset.get(name, lambda writer: offset)(self))
        if flags & KEY:
            track.last, track.keys = track.count, track.keys + 1
            if recorded and number == min(self.tracks):
                self.seek.append((pts, self.core_bytes))
        track.first = pts if track.count == 0 else min(track.first, pts)
        track.end = max(track.end, pts + duration)
        track.count += 1
        track.bytes += len(payload)
        self.core_bytes += len(payload)
        if self.waiting is not None:
            late, self.waiting = self.waiting, None
            self.page(late)
        if len(track.entries) == 1 << self.log2:
            if self.bend.late == f"INDX {number}/{len(track.pages)}":
                self.waiting = number
            elif recorded:
                self.page(number)
        return self

    def page(self, number: int) -> None:
        track, size = self.tracks[number], 1 << self.log2
        entries, offsets = track.entries[:size], track.offsets[:size]
        track.entries, track.offsets = track.entries[size:], track.offsets[size:]
        first, label = len(track.pages) << self.log2, f"INDX {number}/{len(track.pages)}"
        fields = [ENTRY.unpack(entry) for entry in entries]
        key = next((entry[0] for entry in fields if entry[4] & KEY), None)
        self.emit(label, b"INDX", PAGE.pack(number, 0, first, track.start) + b"".join(entries) + struct.pack(f">{len(offsets)}Q", *offsets))
        track.pages.append([key, track.start, tree(entries), self.at[label]])
        track.start += sum(entry[2] for entry in fields)

    def finish(self, recorded: bool = True, signs: tuple[bytes, ...] = ()) -> bytes:
        for number in self.bend.short([number for number, track in self.tracks.items() if track.entries]):
            self.page(number)
        if recorded:
            self.emit("SEEK", b"SEEK", struct.pack(">I", len(self.seek)) + b"".join(struct.pack(">QQ", *entry) for entry in self.seek))
        self.out += self.bend.before.get("ROOT", b"")
        payload = self.bend.payload.get("ROOT", lambda same: same)(self.root())
        offset = self.at["ROOT"] = len(self.out)
        if "ROOT" not in self.bend.skip:
            self.out += chunk(self.bend.tag.get("ROOT", b"ROOT"), payload)
        for number, sign in enumerate(signs):
            self.emit(f"SIGN {number}", b"SIGN", sign)
        self.emit("TAIL", b"TAIL", TAIL.pack(offset, len(payload) + 12, 1, 0, sha(payload), b"KM4H"))
        self.at["end"] = len(self.out)
        return bytes(self.out)

    def root(self) -> bytes:
        aux = sorted(self.aux, key=lambda record: record[0])
        parts: dict[str, Any] = {
            "minor": 1, "hash": 1, "log2": self.log2,
            "tracks": [[number, 0, t.count, t.keys, t.last, t.bytes, t.first, t.end, combine([page[2] for page in t.pages])] for number, t in self.tracks.items()],
            "aux": [list(record[:3]) for record in aux], "aux_offsets": [record[3] for record in aux],
            "pages": [], "page_offsets": [page[3] for t in self.tracks.values() for page in t.pages]}
        for track in self.tracks.values():
            key, records = NONE64, []
            for page in reversed(track.pages):
                key = key if page[0] is None else page[0]
                records.append([key, page[1], page[2]])
            parts["pages"] += records[::-1]
        parts["blocks"], parts["bytes"] = sum(t[2] for t in parts["tracks"]), sum(t[5] for t in parts["tracks"])
        self.bend.root(parts)
        tracks, records = [TRACK.pack(*t) for t in parts["tracks"]], [AUX.pack(*a) for a in parts["aux"]]
        pages = b"".join(RECORD.pack(*page) for page in parts["pages"])
        header = ROOT.pack(
            b"H4R1", parts["minor"], parts["hash"], parts["log2"], len(tracks), len(records), 0, parts["blocks"], parts["bytes"], tree(tracks), tree(records), sha(pages))
        offsets = parts["aux_offsets"] + parts["page_offsets"]
        return header + b"".join(tracks) + b"".join(records) + pages + struct.pack(f">{len(offsets)}Q", *offsets)


BLOCKS = [(0, KEY, 20), (10, 0, 7), (20, 0, 0), (30, KEY, 33), (40, 0, 12)]


def plain(bend: Bend, blocks: list[Any] = BLOCKS, note: bool = True, signs: tuple[bytes, ...] = (), **options: Any) -> Writer:
    """One track, pages of two blocks, one chunk of a tag of its own."""
    writer = Writer(bend, **options).start()
    for at, (pts, flags, length) in enumerate(blocks):
        if note and at == 1:
            writer.other("NOTE", b"NOTE", b"a note")
        writer.block(0, pts, flags, data(f"block {at}", length) if isinstance(length, int) else length)
    writer.finish(signs=signs)
    return writer


def bundle(bend: Bend, blocks: list[Any] | None = None) -> Writer:
    """Two tracks, interleaved."""
    writer = Writer(bend, tracks=(0, 3)).start()
    for number, pts, flags, length in blocks or [(0, 0, KEY, 9), (3, 0, KEY, 5), (0, 10, 0, 4), (3, 10, KEY, 6), (0, 20, KEY, 8), (3, 20, 0, 3)]:
        writer.block(number, pts, flags, data(f"{number} at {pts}", length))
    writer.finish()
    return writer


def upgraded(bend: Bend, veri: bool = True, flags: int = KEY) -> Writer:
    """A 1.0 file of five blocks with keyframes 0 and 3, and 1.1 behind it. VERI is computed over what stands there."""
    writer = Writer(bend)
    payloads = [data(f"old {at}", length) for at, length in enumerate((11, 0, 8, 16, 5))]
    stored = [writer.emit(f"CORE 0/{at}", b"CORE", payload) for at, payload in enumerate(payloads)]
    starts = [sum(map(len, payloads[:at])) for at in (0, 3)]
    writer.emit("SEEK", b"SEEK", struct.pack(">IQQQQ", 2, 0, starts[0], 3000, starts[1]))
    for label in ("META", "SAFE"):
        writer.other(label, label.encode(), writer.head[label])
    writer.other("NOTE", b"NOTE", b"an old note")
    writer.emit("VERI", b"VERI", sha(bytes(writer.out[8:])))
    writer.other("TRAK", b"TRAK", writer.head["TRAK"])
    for at, payload in enumerate(payloads):
        key = flags if at in (0, 3) else 0
        writer.index(0, 0 if at < 3 else 3000, key, payload, 0, writer.at[f"CORE 0/{at}"], recorded=False)
    while len(writer.tracks[0].entries) >= 1 << writer.log2:
        writer.page(0)
    writer.finish(recorded=False)
    return writer
