#!/usr/bin/env python3
"""Makes the malformed containers of this folder, malformed.json, and example.h4mk of the format's text. Standard library only; run it without arguments.

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


def raw(tag: bytes, payload: bytes) -> bytes:
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
        self.at["+" + label] = len(self.out)  # where a chunk put in before it begins
        self.out += self.bend.before.get(label, b"")
        payload = self.bend.payload.get(label, lambda same: same)(payload)
        self.at[label] = len(self.out)
        if label not in self.bend.skip:
            self.out += raw(self.bend.tag.get(label, tag), payload)
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
        self.at["+ROOT"] = len(self.out)
        self.out += self.bend.before.get("ROOT", b"")
        payload = self.bend.payload.get("ROOT", lambda same: same)(self.root())
        offset = self.at["ROOT"] = len(self.out)
        if "ROOT" not in self.bend.skip:
            self.out += raw(self.bend.tag.get("ROOT", b"ROOT"), payload)
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


# ---- cases -----------------------------------------------------------------------------------------------------

CASES: list[dict[str, Any]] = []
FILES: dict[str, bytes] = {}


def case(name: str, about: str, writer: Writer, state: str, code: str | None = None, at: str | int = "", opens: str | None = None, chunk: str | None = None, file: bytes | None = None) -> None:
    """`at` is the label of the chunk that the first finding names, or an offset; `opens` the code that opening throws, None if it does not."""
    content = bytes(writer.out) if file is None else file
    first = None
    if code is not None:
        named = str(at).lstrip("+").split()[0] if chunk is None else chunk
        first = {"chunk": named, "offset": at if isinstance(at, int) else writer.at[at], "code": code}
    FILES[name + ".h4mk"] = content
    CASES.append({"file": name + ".h4mk", "state": state, "first": first, "opens": opens is None, "open_code": opens, "about": about})


def bent(name: str, about: str, state: str, code: str | None, at: str, opens: str | None = None, make: Callable[..., Writer] = plain, chunk: str | None = None, **bends: Any) -> None:
    case(name, about, make(Bend(**bends)), state, code, at, opens, chunk)


def u32(value: int) -> bytes:
    return struct.pack(">I", value)


def u64(value: int) -> bytes:
    return struct.pack(">Q", value)


def cut_and_trailing() -> None:
    sound = plain(Bend())
    whole, at = bytes(sound.out), sound.at
    for name, end, code, where, chunk, about in (
        ("cut-in-header", at["CORE 0/3"] + 7, "trailing", at["CORE 0/3"], "", "Cut inside a chunk header."),
        ("cut-in-core", at["CORE 0/3"] + 20, "overrun", at["CORE 0/3"], "CORE", "Cut inside a payload."),
        ("cut-behind-token", at["CORE 0/3"], "incomplete", at["CORE 0/3"], "TAIL", "Cut between TOKN and CORE."),
        ("cut-before-root", at["ROOT"], "incomplete", at["ROOT"], "TAIL", "Cut before ROOT."),
        ("cut-before-tail", at["TAIL"], "incomplete", at["TAIL"], "TAIL", "Cut before TAIL."),
        ("cut-in-tail", at["TAIL"] + 60, "overrun", at["TAIL"], "TAIL", "Cut inside TAIL."),
        ("cut-in-trak-tag", 11, "trailing", 8, "", "Three bytes of TRAK are left."),
    ):
        case(name, about, sound, "incomplete", code, where, "incomplete", chunk, whole[:end])
    case("trailing-bytes", "Five bytes behind TAIL: the file does not end in a TAIL.", sound, "incomplete", "trailing", len(whole), "incomplete", "", whole + b"12345")
    case("trailing-chunk", "A whole chunk behind TAIL.", sound, "incomplete", "order", len(whole), "incomplete", "MORE", whole + raw(b"MORE", b"x"))
    again = plain(Bend())
    root = bytes(again.out[again.at["ROOT"] : again.at["TAIL"]])
    tail = raw(b"TAIL", TAIL.pack(len(whole), len(root), 1, 0, sha(root[12:]), b"KM4H"))
    case("second-trailer", "A second ROOT and TAIL behind the first. Opening by the tail cannot see it.", sound, "invalid", "duplicate", len(whole), None, "ROOT", whole + root + tail)
    case("no-container", "Neither a file header nor a TAIL.", sound, "none", "bad-magic", 0, "bad-magic", "H4MK", b"RIFF" + whole[4:-1])
    case("bad-version", "The file header says version 2. The file ends in a TAIL, and opening does not read the header.", sound, "invalid", "bad-version", 4, None, "H4MK", whole[:5] + b"\2" + whole[6:])
    case("short", "Seven bytes.", sound, "none", "short", 0, "short", "H4MK", whole[:7])


def tokens_and_blocks() -> None:
    bent("token-pts", "TOKN tells another time than the index.", "invalid", "token", "TOKN 0/1", payload={"TOKN 0/1": change(0, u64(11))})
    bent("token-duration", "TOKN tells another duration than the index.", "invalid", "token", "TOKN 0/1", payload={"TOKN 0/1": change(16, u32(11))})
    bent("token-flags", "TOKN tells of a discontinuity that the index does not know.", "invalid", "token", "TOKN 0/1", payload={"TOKN 0/1": change(13, b"\x08")})
    bent("token-hides-key", "TOKN says that a keyframe is none.", "invalid", "token", "TOKN 0/3", payload={"TOKN 0/3": change(12, b"\0\0")})
    bent("token-key-byte", "The key byte and bit 0 of the flags differ.", "invalid", "token", "TOKN 0/3", payload={"TOKN 0/3": change(12, b"\0")})
    bent("token-undefined-flag", "TOKN has a flag that the format does not define.", "invalid", "token", "TOKN 0/1", payload={"TOKN 0/1": change(13, b"\x10")})
    bent("token-ordinal", "TOKN tells an ordinal that is not the next.", "invalid", "token", "TOKN 0/1", payload={"TOKN 0/1": change(8, u32(2))})
    bent("token-ordinal-bomb", "TOKN tells an ordinal of 2^32 - 2; recovery must not make up the blocks between.", "invalid", "token", "TOKN 0/4", payload={"TOKN 0/4": change(8, u32(NONE32 - 1))})
    bent("token-track", "TOKN names a track that TRAK does not have.", "invalid", "token", "TOKN 0/1", payload={"TOKN 0/1": change(14, b"\0\7")})
    bent("token-length", "TOKN tells another length than its CORE has: the CORE is named.", "invalid", "block", "CORE 0/1", payload={"TOKN 0/1": change(20, u32(8))})
    bent("token-short", "TOKN of 23 bytes.", "invalid", "token", "TOKN 0/1", payload={"TOKN 0/1": lambda payload: payload[:23]})
    bent("token-time-overflow", "pts + duration is above 2^63 - 1.", "invalid", "token", "TOKN 0/4", make=lambda bend: plain(bend, BLOCKS[:4] + [(2**63 - 5, 0, 12)]), opens="root")
    bent("token-missing", "A CORE whose TOKN was left out.", "invalid", "token", "CORE 0/1", skip=("TOKN 0/1",))
    doubled = raw(b"TOKN", TOKN.pack(10, 1, 0, 0, 0, 10, 7))
    bent("token-doubled", "The same TOKN twice: the first has no CORE.", "invalid", "token", "+TOKN 0/1", before={"TOKN 0/1": doubled})
    bent("key-times-equal", "Two keyframes of one track at one time, all else in agreement.", "invalid", "token", "TOKN 0/3", make=lambda bend: plain(bend, [(0, 1, 5), (1, 0, 5), (1, 0, 5), (0, 1, 5)]))
    bent("block-replaced", "A payload was replaced, its CRC computed again.", "invalid", "block", "CORE 0/3", payload={"CORE 0/3": change(3, b"?!")})
    bent("block-crc", "A payload byte was changed and nothing computed again.", "invalid", "crc", "CORE 0/3", make=flip("CORE 0/3", 20))
    bent("block-length-field", "The length in a CORE header is wrong; the TOKN before it is sound.", "invalid", "block", "CORE 0/3", make=flip("CORE 0/3", 7))
    bent("block-unlisted", "TOKN and CORE behind the last block that the index lists.", "invalid", "unlisted", "+INDX 0/2", chunk="TOKN",
         before={"INDX 0/2": raw(b"TOKN", TOKN.pack(50, 5, 0, 0, 0, 10, 4)) + raw(b"CORE", b"more")})
    bent("block-without-token-unlisted", "A CORE that nothing lists, without a TOKN.", "invalid", "token", "+TOKN 0/4", chunk="CORE", before={"TOKN 0/4": raw(b"CORE", b"more")})
    bent("block-doubled", "TOKN and CORE of one block twice.", "invalid", "token", "+TOKN 0/4", chunk="TOKN",
         before={"TOKN 0/4": raw(b"TOKN", TOKN.pack(30, 3, 1, 1, 0, 10, 33)) + raw(b"CORE", data("block 3", 33))})
    same = [(0, KEY, 20), (10, 0, 7), (20, 0, b"same"), (30, 0, b"same"), (40, 0, 12)]
    bent("block-listed-twice", "Two entries of the index point to one CORE; the second block is not there.", "invalid", "page", "INDX 0/1",
         make=lambda bend: plain(bend, same), skip=("TOKN 0/3", "CORE 0/3"), offset={"0/3": lambda writer: writer.at["CORE 0/2"]})
    lost = [(0, KEY, 20), (10, LOST, 0), (20, 0, 5)]
    bent("block-lost", "A lost block, as recovery writes it: noted, and the file is sound.", "unsigned", "lost", "CORE 0/1", make=lambda bend: lost_file(bend, lost))
    bent("block-lost-with-payload", "A lost block that has a payload.", "invalid", "token", "TOKN 0/1", make=lambda bend: lost_file(bend, [(0, KEY, 20), (10, LOST, 3), (20, 0, 5)]))


def lost_file(bend: Bend, blocks: list[Any]) -> Writer:
    writer = Writer(bend).start()
    for at, (pts, flags, length) in enumerate(blocks):
        writer.block(0, pts, flags, data(f"block {at}", length), duration=0)
    writer.finish()
    return writer


def flip(label: str, at: int, base: Callable[[Bend], Writer] | None = None) -> Callable[[Bend], Writer]:
    """A file, a sound one if no other is given, with one bit flipped, counted from a chunk's header."""
    def make(bend: Bend) -> Writer:
        writer = (base or plain)(bend)
        writer.out[writer.at[label] + at] ^= 1
        return writer
    return make


def pages() -> None:
    retimed = ENTRY.pack(11, 10, 7, 1, 0, sha(data("block 1", 7)))
    swapped = ENTRY.pack(10, 10, 7, 1, 0, sha(b"another"))
    bent("index-offset", "INDX tells another file offset of a block. Nothing hashes offsets: opening cannot see it.", "invalid", "page", "INDX 0/0", offset={"0/1": lambda writer: writer.at["CORE 0/0"]})
    bent("index-offset-overflow", "INDX tells a file offset of 2^64 - 1.", "invalid", "page", "INDX 0/0", offset={"0/1": lambda writer: NONE64})
    bent("index-length", "INDX tells another length of a block; ROOT is as before.", "invalid", "page", "INDX 0/0", payload={"INDX 0/0": change(16 + 56 + 12, u32(8))})
    bent("index-pts", "INDX tells another time of a block; ROOT is as before.", "invalid", "page", "INDX 0/0", payload={"INDX 0/0": change(16 + 56, u64(11))})
    bent("index-track", "INDX names another track.", "invalid", "page", "INDX 0/0", payload={"INDX 0/0": change(0, b"\0\1")})
    bent("index-zero", "The zero field of INDX is not zero.", "invalid", "page", "INDX 0/0", payload={"INDX 0/0": change(2, b"\0\1")})
    bent("index-first", "INDX tells another first ordinal.", "invalid", "page", "INDX 0/1", payload={"INDX 0/1": change(4, u32(4))})
    bent("index-stream-offset", "INDX tells another stream offset.", "invalid", "page", "INDX 0/1", payload={"INDX 0/1": change(8, u64(26))})
    bent("index-too-long", "INDX has eight bytes more than its blocks take.", "invalid", "page", "INDX 0/2", payload={"INDX 0/2": lambda payload: payload + bytes(8)})
    bent("retimed-in-index-and-root", "Entry, page root and ROOT tell another time than TOKN: TOKN is named.", "invalid", "token", "TOKN 0/1", entry={"0/1": lambda entry: retimed})
    bent("digest-in-index-and-root", "Entry, page root and ROOT tell another SHA-256 than CORE has: CORE is named.", "invalid", "block", "CORE 0/1", entry={"0/1": lambda entry: swapped})
    bent("link-lies", "A signer who lies in a link: all hashes agree.", "invalid", "page", "INDX 0/1", entry={"0/2": lambda entry: entry[:16] + u32(1) + entry[20:]})
    bent("block-and-index-replaced", "A block was replaced in CORE and INDX, but ROOT is of the old one.", "invalid", "page", "INDX 0/1", make=spliced(3, False))
    bent("index-missing", "The INDX of a full page was left out.", "invalid", "order", "TOKN 0/2", "root", skip=("INDX 0/0",))
    bent("index-late", "The INDX of a full page comes one block too late.", "invalid", "order", "TOKN 0/2", late="INDX 0/0")
    bent("index-unlisted", "An INDX that no page record lists.", "invalid", "unlisted", "+TOKN 0/2", chunk="INDX", before={"TOKN 0/2": raw(b"INDX", PAGE.pack(0, 0, 0, 0) + bytes(64))})
    bent("last-pages-swapped", "The short last pages are not in the order of their tracks.", "invalid", "order", "INDX 3/1", make=bundle, short=lambda ids: ids[::-1])


def spliced(number: int, whole: bool) -> Callable[[Bend], Writer]:
    """A file whose ROOT and TAIL are those of another with the same lengths."""
    def make(bend: Bend) -> Writer:
        blocks = [block if at != number and not whole else (block[0], block[1], data(f"other {at}", block[2])) for at, block in enumerate(BLOCKS)]
        donor, writer = plain(Bend()), plain(bend, blocks)
        writer.out[writer.at["ROOT"] :] = donor.out[donor.at["ROOT"] :]
        return writer
    return make


def roots() -> None:
    def lie(name: str, about: str, bend: Callable[[dict[str, Any]], Any], opens: str | None = "root", code: str = "root", at: str = "ROOT", state: str = "invalid", make: Callable[..., Writer] = plain) -> None:
        bent(name, about, state, code, at, opens, make, root=lambda parts: bend(parts) and None)

    def put(kind: str, number: int, column: int, value: Any) -> Callable[[dict[str, Any]], None]:
        def bend(parts: dict[str, Any]) -> None:
            parts[kind][number][column] = value
        return bend

    lie("root-block-count", "The root header tells 2^39 blocks.", lambda parts: parts.update(blocks=1 << 39))
    lie("root-payload-bytes", "The root header tells other payload bytes than its tracks.", lambda parts: parts.update(bytes=1))
    lie("root-track-count-bomb", "A track record of 2^32 - 1 blocks: the length that follows is not ROOT's.", put("tracks", 0, 2, NONE32))
    lie("root-minor", "The root header tells minor version 2.", lambda parts: parts.update(minor=2))
    lie("root-hash", "The root header tells another hash algorithm.", lambda parts: parts.update(hash=2))
    lie("root-page-log2", "h is 15.", lambda parts: parts.update(log2=15))
    lie("root-track-zero", "The zero field of a track record is not zero.", put("tracks", 0, 1, 1))
    lie("root-key-count-above-blocks", "More keyframes than blocks.", put("tracks", 0, 3, 6))
    lie("root-last-key-beyond", "The last keyframe is beyond the last block.", put("tracks", 0, 4, 5))
    lie("root-last-key-none", "No last keyframe, but a count of keyframes.", put("tracks", 0, 4, NONE32))
    lie("root-first-after-end", "The track begins after its end.", put("tracks", 0, 6, 51))
    lie("root-end-overflow", "The track ends above 2^63 - 1.", put("tracks", 0, 7, 1 << 63))
    lie("root-track-root", "The Merkle root of a track is not what its page roots give.", put("tracks", 0, 8, bytes(32)))
    lie("root-page-key-falls", "First key times of pages fall.", put("pages", 0, 0, 31))
    lie("root-page-key-after-last", "A page behind the last keyframe names one.", put("pages", 2, 0, 60))
    lie("root-stream-offset-first", "The first page does not begin at stream offset 0.", put("pages", 0, 1, 1))
    lie("root-stream-offset-beyond", "A page begins behind the track's bytes.", put("pages", 2, 1, 100))
    lie("root-aux-unsorted", "The aux records are not sorted by tag.", lambda parts: parts["aux"].reverse() or parts["aux_offsets"].reverse())
    lie("root-aux-missing", "SAFE is not listed.", lambda parts: parts["aux"].pop(2) and parts["aux_offsets"].pop(2))
    lie("root-aux-format-tag", "An aux record has the tag CORE.", put("aux", 1, 0, b"CORE"))
    lie("root-aux-offset-overflow", "The offset of an aux chunk is 2^64 - 1.", lambda parts: parts["aux_offsets"].__setitem__(0, NONE64))
    lie("root-index-offset-overflow", "The offset of an INDX is 2^64 - 20.", lambda parts: parts["page_offsets"].__setitem__(2, 2**64 - 20))
    lie("root-index-aliased", "Two page records point to one INDX.", lambda parts: parts["page_offsets"].__setitem__(1, parts["page_offsets"][0]))
    lie("root-more-than-fits", "The listed chunks together take more than there is before ROOT.", lambda parts: parts["tracks"][0].__setitem__(5, 5000) or parts.update(bytes=5000))
    lie("root-aux-offset", "The offset of NOTE in ROOT is one too high. Opening cannot see it.", lambda parts: parts["aux_offsets"].__setitem__(1, parts["aux_offsets"][1] + 1), None)
    lie("root-key-count", "A track record counts one keyframe too few.", put("tracks", 0, 3, 1), None)
    lie("root-last-key", "A track record hides the last keyframe.", put("tracks", 0, 4, 2), None)
    lie("root-first-pts", "A track record tells a later beginning.", put("tracks", 0, 6, 1), None)
    lie("root-end-pts", "A track record tells a later end.", put("tracks", 0, 7, 51), None)
    lie("root-page-key", "A page record tells an earlier first keyframe than its page has.", put("pages", 1, 0, 29), None)
    lie("root-stream-offset", "A page record tells another stream offset than its page.", put("pages", 1, 1, 26), None, "page", "INDX 0/1")
    bent("root-too-long", "ROOT has one byte more than its counts take.", "invalid", "root", "ROOT", "root", payload={"ROOT": lambda payload: payload + b"\0"})
    bent("root-tag", "A bit of ROOT's tag is flipped.", "invalid", "bad-tag", "ROOT", "bad-tag", chunk="SOOT", tag={"ROOT": b"SOOT"})
    bent("root-spliced", "ROOT and TAIL of another container with the same lengths.", "invalid", "page", "INDX 0/0", make=spliced(-1, True))
    bent("tail-hash", "TAIL holds another SHA-256 than ROOT has.", "invalid", "tail", "TAIL", "root", payload={"TAIL": change(16, bytes(32))})
    bent("tail-root-offset", "TAIL points one byte too far.", "invalid", "tail", "TAIL", "root", payload={"TAIL": lambda payload: u64(int.from_bytes(payload[:8], "big") - 1) + payload[8:]})
    bent("tail-root-offset-overflow", "TAIL points to 2^64 - 100.", "invalid", "tail", "TAIL", "tail", payload={"TAIL": change(0, u64(2**64 - 100))})
    bent("tail-root-length-bomb", "TAIL tells a ROOT of 4 GiB.", "invalid", "tail", "TAIL", "tail", payload={"TAIL": change(8, u32(NONE32))})
    bent("tail-minor", "TAIL tells minor version 2.", "invalid", "tail", "TAIL", "tail", payload={"TAIL": change(12, b"\0\2")})
    bent("tail-zero", "The zero field of TAIL is not zero.", "invalid", "tail", "TAIL", "tail", payload={"TAIL": change(14, b"\0\1")})
    bent("tail-magic", "TAIL does not end in KM4H.", "invalid", "tail", "TAIL", "tail", payload={"TAIL": change(48, b"KM4I")})


def seek_and_places() -> None:
    bent("seek-lies", "SEEK tells another time of a keyframe.", "invalid", "order", "SEEK", payload={"SEEK": change(4 + 16, u64(29))})
    bent("seek-offset-lies", "SEEK tells another offset of a keyframe.", "invalid", "order", "SEEK", payload={"SEEK": change(4 + 16 + 8, u64(1))})
    bent("seek-hides-key", "SEEK leaves out a keyframe.", "invalid", "order", "SEEK", payload={"SEEK": lambda payload: u32(1) + payload[4:20]})
    bent("seek-count-bomb", "SEEK counts more entries than it has.", "invalid", "bad-length", "SEEK", payload={"SEEK": change(0, u32(0x0FFFFFFF))})
    bent("seek-missing", "SEEK was left out.", "invalid", "order", "ROOT", skip=("SEEK",))
    bent("smuggled-after-root", "An unknown chunk between ROOT and TAIL.", "invalid", "order", "+TAIL", "order", chunk="MORE", before={"TAIL": raw(b"MORE", b"hidden")})
    bent("chunk-unlisted", "An unknown chunk that ROOT does not list.", "invalid", "unlisted", "+TOKN 0/2", chunk="MORE", before={"TOKN 0/2": raw(b"MORE", b"hidden")})
    bent("chunk-near-tag", "A listed chunk whose tag is one bit away from CORE.", "invalid", "bad-tag", "NOTE", "root", chunk="CORD", tag={"NOTE": b"CORD"})
    bent("chunk-odd-tag", "A listed chunk whose tag has a blank.", "invalid", "bad-tag", "NOTE", "root", chunk="NO\\x20E", tag={"NOTE": b"NO E"})
    bent("veri-outside", "A VERI outside of a 1.0 part.", "invalid", "order", "+SEEK", chunk="VERI", before={"SEEK": raw(b"VERI", bytes(32))})
    bent("trak-second", "A second TRAK.", "invalid", "duplicate", "+TOKN 0/1", chunk="TRAK", before={"TOKN 0/1": raw(b"TRAK", b"{}")})
    bent("meta-second", "A second META.", "invalid", "duplicate", "+TOKN 0/1", chunk="META", before={"TOKN 0/1": raw(b"META", b"{}")})
    bent("seek-second", "A second SEEK.", "invalid", "duplicate", "+ROOT", chunk="SEEK", before={"ROOT": raw(b"SEEK", u32(0))})
    bent("tail-inside", "A TAIL among the blocks.", "invalid", "order", "+TOKN 0/2", chunk="TAIL", before={"TOKN 0/2": raw(b"TAIL", bytes(52))})
    bent("sign-inside", "A SIGN before ROOT.", "invalid", "order", "+SEEK", chunk="SIGN", before={"SEEK": raw(b"SIGN", bytes(4))})
    bent("safe-before-meta", "SAFE stands before META.", "invalid", "order", "SAFE", order=("TRAK", "SAFE", "META"))
    bent("block-before-safe", "SAFE stands behind the first block.", "invalid", "order", "TOKN 0/0", make=late_safe)


def late_safe(bend: Bend) -> Writer:
    bend.order = ("TRAK", "META")
    writer = Writer(bend).start().block(0, 0, KEY, b"first")
    writer.other("SAFE", b"SAFE", b"{}").block(0, 10, 0, b"second").finish()
    return writer


def aux_and_json() -> None:
    bent("meta-swapped", "META was replaced; ROOT lists the old one.", "invalid", "aux", "META", make=stored("META", b'{"a":2}'))
    bent("note-swapped", "An unknown chunk was replaced; ROOT lists the old one.", "invalid", "aux", "NOTE", make=stored("NOTE", b"A NOTE"))

    def meta(name: str, about: str, payload: bytes, code: str = "json", state: str = "invalid") -> None:
        bent(name, about, state, code, "META", make=lambda bend: plain(bend, meta=payload))

    def trak(name: str, about: str, payload: bytes, state: str = "invalid", code: str = "track") -> None:
        bent(name, about, state, code, "TRAK", make=lambda bend: plain(bend, trak=payload))

    meta("meta-array", "META is an array.", b"[]")
    meta("meta-empty", "META is empty.", b"")
    meta("meta-cut", "META is no JSON.", b'{"a":')
    meta("meta-bom", "META begins with a byte order mark.", b"\xef\xbb\xbf{}")
    meta("meta-not-utf8", "META is not UTF-8.", b'{"a":"\xff"}')
    meta("meta-nan", "META holds NaN, which is not JSON.", b'{"a":NaN}')
    meta("meta-double-name", "A member name occurs twice.", b'{"a":1,"a":2}')
    meta("meta-double-name-escaped", "A member name occurs twice, once escaped.", b'{"a":1,"\\u0061":2}')
    meta("meta-lone-surrogate", "A lone surrogate.", b'{"a":"\\ud800"}')
    meta("meta-deep", "33 levels of nesting: one more than readers have to take.", b'{"a":' * 32 + b"[]" + b"}" * 32, "limit", "unverified")
    bent("meta-long-number", "A number of 5,000 digits is carried and not judged.", "unsigned", None, "META", make=lambda bend: plain(bend, meta=b'{"a":' + b"9" * 5000 + b"}"))
    trak("trak-other-ids", "TRAK lists two tracks, ROOT one.", b'{"page_log2":1,"tracks":[{"id":0,"kind":"video"},{"id":1,"kind":"audio"}]}')
    trak("trak-other-page-log2", "TRAK tells h = 2, ROOT 1.", b'{"page_log2":2,"tracks":[{"id":0,"kind":"video"}]}')
    trak("trak-negative-zero", "The id is -0, which is no plain decimal.", b'{"page_log2":1,"tracks":[{"id":-0,"kind":"video"}]}')
    trak("trak-fraction", "The id is 0.0.", b'{"page_log2":1,"tracks":[{"id":0.0,"kind":"video"}]}')
    trak("trak-kind", "The kind is none of the three.", b'{"page_log2":1,"tracks":[{"id":0,"kind":"text"}]}')
    trak("trak-no-tracks", "There is no track.", b'{"page_log2":1,"tracks":[]}')
    trak("trak-not-json", "TRAK is no JSON.", b"tracks")


def stored(label: str, payload: bytes) -> Callable[[Bend], Writer]:
    """A sound file with a payload replaced by another of its length, and the CRC computed again."""
    def make(bend: Bend) -> Writer:
        writer = plain(bend)
        at = writer.at[label]
        whole = raw(bytes(writer.out[at : at + 4]), payload)
        writer.out[at : at + len(whole)] = whole
        return writer
    return make


def signs() -> None:
    def signed(*payloads: bytes) -> Callable[[Bend], Writer]:
        return lambda bend: plain(bend, signs=payloads)

    bent("sign-unknown-kind", "A SIGN of an unknown kind is listed and decides nothing.", "unsigned", None, "SIGN 0", make=signed(b"\x09\0\0\0junk"))
    bent("sign-hint", "A key hint is ignored.", "unsigned", None, "SIGN 0", make=signed(b"\x02\0\0\3abc" + bytes(32)))
    bent("sign-receipt-junk", "A receipts key (kind 4) that is no COSE is listed and decides nothing.", "unsigned", None, "SIGN 0", make=signed(b"\x04\0\0\0\0\x63\0\0\xff"))
    bent("sign-short", "A SIGN of two bytes.", "invalid", "sign", "SIGN 0", "sign", make=signed(b"\1\0"))
    bent("sign-zero", "The zero byte of SIGN is not zero.", "invalid", "sign", "SIGN 0", "sign", make=signed(b"\1\1\0\0"))
    bent("sign-hint-too-long", "The hint reaches past the payload.", "invalid", "sign", "SIGN 0", "sign", make=signed(b"\1\0\0\5abcd"))
    bent("sign-seventeen", "17 SIGN: one more than readers have to take.", "unverified", "limit", "SIGN 16", "limit", make=signed(*[b"\x09\0\0\0"] * 17))
    bent("sign-seventeen-index-first", "17 SIGN, and an INDX before TRAK: what a limit hides does not hide the rest.", "invalid", "order", "+TRAK", "limit", chunk="INDX",
         make=signed(*[b"\x09\0\0\0"] * 17), before={"TRAK": raw(b"INDX", bytes(80))})
    bent("sign-seventeen-broken", "17 SIGN, the last with a broken payload: damage is damage, also where a limit is passed.", "invalid", "crc", "SIGN 16", "limit",
         make=flip("SIGN 16", 15, signed(*[b"\x09\0\0\0"] * 17)))
    case("sign-stripped", "The sound file without its SIGN is the unsigned file, byte for byte.", plain(Bend()), "unsigned")


def part_of_1_0() -> None:
    bent("upgraded-seek-lies", "SEEK of the 1.0 part tells another time; VERI was computed again.", "invalid", "order", "SEEK", make=upgraded, payload={"SEEK": change(4 + 16, u64(2999))})
    bent("upgraded-hides-key", "The index says that a keyframe of SEEK is none.", "invalid", "order", "SEEK", make=lambda bend: upgraded(bend, flags=0))
    bent("upgraded-flags", "A block of the 1.0 part has another flag than key.", "invalid", "page", "INDX 0/0", make=lambda bend: upgraded(bend, flags=9))
    bent("upgraded-block-replaced", "A block was replaced and VERI computed again; the index is of the old one.", "invalid", "block", "CORE 0/2", make=old_block)
    bent("upgraded-veri", "VERI is another SHA-256.", "invalid", "veri", "VERI", make=upgraded, payload={"VERI": lambda payload: bytes(32)})
    bent("upgraded-core-unlisted", "A CORE in the 1.0 part that nothing lists; VERI was computed again.", "invalid", "unlisted", "+CORE 0/3", chunk="CORE", make=upgraded, before={"CORE 0/3": raw(b"CORE", b"more")})
    bent("upgraded-last-core-unlisted", "A CORE behind the listed ones.", "invalid", "unlisted", "+SEEK", chunk="CORE", make=upgraded, before={"SEEK": raw(b"CORE", b"more")})
    bent("upgraded-chunk-unlisted", "An unknown chunk in the 1.0 part that nothing lists.", "invalid", "unlisted", "+SEEK", chunk="MORE", make=upgraded, before={"SEEK": raw(b"MORE", b"hidden")})
    bent("upgraded-token-inside", "A TOKN inside the 1.0 part.", "invalid", "order", "+CORE 0/1", chunk="TOKN", make=upgraded, before={"CORE 0/1": raw(b"TOKN", bytes(24))})
    bent("upgraded-index-inside", "An INDX inside the 1.0 part.", "invalid", "order", "+SEEK", chunk="INDX", make=upgraded, before={"SEEK": raw(b"INDX", bytes(80))})
    bent("upgraded-after-veri", "A chunk between VERI and TRAK.", "invalid", "after-veri", "+TRAK", chunk="MORE", make=upgraded, before={"TRAK": raw(b"MORE", b"x")})
    bent("upgraded-no-seek", "The 1.0 part has no SEEK.", "invalid", "missing", "TRAK", chunk="SEEK", make=upgraded, skip=("SEEK",))
    bent("upgraded-meta-second", "A second META in the 1.0 part.", "invalid", "duplicate", "+SAFE", "root", chunk="META", make=two_metas)
    whole = upgraded(Bend())
    case("upgraded-downgraded", "Cut just behind its 1.0 part: that is the 1.0 file, and unsigned.", whole, "unsigned", file=bytes(whole.out[: whole.at["TRAK"]]))
    case("upgraded-cut-before-veri", "Cut just before its VERI.", whole, "unverified", "missing", whole.at["VERI"], None, "VERI", bytes(whole.out[: whole.at["VERI"]]))
    case("upgraded-cut-in-trak", "Two bytes of TRAK behind VERI.", whole, "incomplete", "trailing", whole.at["TRAK"], "incomplete", "", bytes(whole.out[: whole.at["TRAK"] + 2]))


def old_block(bend: Bend) -> Writer:
    writer = upgraded(bend)
    at, veri = writer.at["CORE 0/2"], writer.at["VERI"]
    writer.out[at : at + 20] = raw(b"CORE", b"another!")
    writer.out[veri : veri + 44] = raw(b"VERI", sha(bytes(writer.out[8:veri])))
    return writer


def two_metas(bend: Bend) -> Writer:
    bend.before = {"SAFE": raw(b"META", b"{}")}
    bend.root = lambda parts: parts["aux"].insert(1, [b"META", 2, sha(b"{}")]) or parts["aux_offsets"].insert(1, parts["aux_offsets"][0] + 20)
    return upgraded(bend)


def sound_changes() -> None:
    """Attacks on content with everything above computed again: sound files, but not under the identity that was signed."""
    base = plain(Bend())
    identity = sha(base.root()[:128]).hex()

    def other(name: str, about: str, writer: Writer) -> None:
        case(name, about + " All is computed again: the file is sound, its identity another.", writer, "unsigned")
        assert sha(writer.root()[:128]).hex() != identity
        CASES[-1]["identity"], CASES[-1]["not_identity"] = sha(writer.root()[:128]).hex(), identity

    case("sound", "The sound file that most cases bend.", base, "unsigned")
    CASES[-1]["identity"] = identity
    named = [(pts, flags, data(f"block {at}", length)) for at, (pts, flags, length) in enumerate(BLOCKS)]
    other("sound-reordered", "Two blocks have changed places.", plain(Bend(), named[:1] + [named[2], named[1]] + named[3:]))
    other("sound-retimed", "A block has another time.", plain(Bend(), named[:1] + [(11, 0, named[1][2])] + named[2:]))
    other("sound-dropped", "A block was left out.", plain(Bend(), named[:1] + named[2:]))
    other("sound-doubled", "A block is there twice.", plain(Bend(), named[:2] + named[1:]))
    other("sound-key-hidden", "A keyframe is none any more.", plain(Bend(), named[:3] + [(30, 0, named[3][2])] + named[4:]))
    other("sound-note-dropped", "The unknown chunk was left out.", plain(Bend(), named, note=False))
    two = [(0, 0, KEY, 9), (3, 0, KEY, 5)]
    case("sound-bundle", "Two tracks.", bundle(Bend(), two), "unsigned")
    swapped = Writer(Bend(), tracks=(0, 3)).start().block(0, 0, KEY, data("3 at 0", 5)).block(3, 0, KEY, data("0 at 0", 9))
    swapped.finish()
    other("sound-tracks-swapped", "The two tracks of sound-bundle have changed places.", swapped)
    inner = bytes(plain(Bend()).out)
    case("sound-payload-is-h4mk", "A block that is a whole container.", plain(Bend(), [(0, KEY, inner), (10, 0, 5)]), "unsigned")
    outer = crafted()
    case("payload-opens-when-cut", "A block made so that the file, cut at the block's end, ends in a ROOT and TAIL that open. Verification sees that they are a payload.",
         outer, "incomplete", "incomplete", outer.at["cut"], None, "TAIL", bytes(outer.out[: outer.at["cut"]]))
    case("payload-opens-when-cut-whole", "The same file whole.", outer, "unsigned")


def crafted() -> Writer:
    """The payload of the only block is a body, ROOT and TAIL with the file offsets that they have in the outer file."""
    start = plain(Bend(), [(0, KEY, b"")], note=False).at["CORE 0/0"] + 12
    inner = Writer(Bend())
    inner.out = bytearray(start)
    inner.start().block(0, 0, KEY, b"what the cutter wants to show").finish()
    writer = plain(Bend(), [(0, KEY, bytes(inner.out[start:]))], note=False)
    writer.at["cut"] = writer.at["CORE 0/0"] + 12 + len(inner.out) - start
    return writer


def example() -> bytes:
    """The worked example of docs/format/h4mk-1.1.md."""
    trak = b'{"page_log2":1,"tracks":[{"id":0,"kind":"video"}]}'
    writer = Writer(Bend(), trak=trak, meta=b"{}", safe=b"{}").start()
    writer.block(0, 0, KEY, b"hello", 40_000).block(0, 40_000, 0, b"you", 40_000).block(0, 80_000, KEY, b"", 40_000).finish()
    return bytes(writer.out)


def main() -> None:
    for group in (cut_and_trailing, tokens_and_blocks, pages, roots, seek_and_places, aux_and_json, signs, part_of_1_0, sound_changes):
        group()
    (HERE / "example.h4mk").write_bytes(example())
    folder = HERE / "malformed"
    folder.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    for stale in folder.glob("*.h4mk"):
        if stale.name not in FILES:
            stale.unlink()
    note = "Made by make_malformed.py. offset: of the chunk's header in the file, or of the first bad byte; opens: whether opening succeeds, open_code: what it throws else."
    (HERE / "malformed.json").write_text(json.dumps({"note": note, "cases": CASES}, indent=1) + "\n")


if __name__ == "__main__":
    main()
