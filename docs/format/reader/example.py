#!/usr/bin/env python3
"""Writes the worked example of h4mk-1.1.md: the hex dump of a container and a table of its chunks.

    python3 example.py ../../../tests/Vectors/h4mk-1.1/example.h4mk            print both
    python3 example.py ../../../tests/Vectors/h4mk-1.1/example.h4mk --update   put them into ../h4mk-1.1.md
"""

from __future__ import annotations

import pathlib
import sys

sys.dont_write_bytecode = True
import h4mk  # noqa: E402

TEXT = pathlib.Path(__file__).parent.parent / "h4mk-1.1.md"
BEGIN, END = "<!-- example: written by reader/example.py -->\n", "<!-- end of the example -->\n"


def hex_dump(data: bytes) -> str:
    lines = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        left, right = row[:8].hex(" "), row[8:].hex(" ")
        text = "".join(chr(b) if 0x20 <= b <= 0x7E else "." for b in row)
        lines.append(f"{at:04x}  {left:<23}  {right:<23}   {text}".rstrip())
    return "```\n" + "\n".join(lines) + "\n```\n"


def short(digest: bytes) -> str:
    return f"`{digest.hex()[:8]}…{digest.hex()[-4:]}`"


def meaning(tag: bytes, payload: bytes) -> str:
    """One sentence for a payload."""
    if tag in (b"TRAK", b"META", b"SAFE"):
        return f"`{payload.decode()}`"
    if tag == b"TOKN":
        pts, ordinal, key, flags, track, duration, length = h4mk.TOKEN.unpack(payload)
        return f"pts {pts:,}, ordinal {ordinal}, key {key}, flags {flags}, track {track}, duration {duration:,}, length {length}"
    if tag == b"CORE":
        return f"`{payload.decode()}`" if payload else "empty; the CRC of nothing is 0"
    if tag == b"INDX":
        track, _, first, offset = h4mk.PAGE_HEAD.unpack_from(payload)
        entries = h4mk.parse_entries(payload, first, offset)
        said = [f"block {e.ordinal}: link {e.link}, SHA-256 {short(e.digest)}, CORE at {e.file_offset}" for e in entries]
        root = h4mk.tree_root(h4mk.leaf_hash(e.record) for e in entries)
        return f"track {track}, first ordinal {first}, stream offset {offset}; " + "; ".join(said) + f". Page root {short(root)}"
    if tag == b"SEEK":
        return "; ".join(f"pts {pts:,} at {offset}" for pts, offset in h4mk.SEEK_ENTRY.iter_unpack(payload[4:]))
    if tag == b"ROOT":
        header = h4mk.ROOT_HEADER.unpack_from(payload)
        return (f"root header, 1 track record, {header[5]} aux records (META, SAFE, TRAK), 2 page records, 3 + 2 offsets. "
                f"Tracks root {short(header[9])}, aux root {short(header[10])}. **Identity `{h4mk.sha256(payload[:128]).hex()}`**")
    offset, length, *_, digest, _ = h4mk.TAIL.unpack(payload)
    return f"ROOT at {offset}, {length} bytes with its header, SHA-256 {short(digest)}"


def section(data: bytes) -> str:
    rows, at = ["| at | chunk | payload bytes | says |", "|---|---|---|---|"], len(h4mk.FILE_HEADER)
    while at < len(data):
        tag, length, _ = h4mk.CHUNK.unpack_from(data, at)
        rows.append(f"| {at} | {tag.decode()} | {length} | {meaning(tag, data[at + 12 : at + 12 + length])} |")
        at += h4mk.CHUNK.size + length
    return hex_dump(data) + "\n" + "\n".join(rows) + "\n"


def main() -> None:
    example = section(pathlib.Path(sys.argv[1]).read_bytes())
    if sys.argv[2:] != ["--update"]:
        print(example, end="")
        return
    text = TEXT.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    TEXT.write_text(before + BEGIN + "\n" + example + "\n" + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
