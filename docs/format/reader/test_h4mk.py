#!/usr/bin/env python3
"""Tests of h4mk.py against the vectors, every flipped bit, every cut, and malformed files.

    python3 test_h4mk.py            in the folder of this file; some minutes
    H4MK_QUICK=1 python3 test_h4mk.py    every 37th bit only
"""

from __future__ import annotations

import contextlib
import hmac
import http.server
import importlib.util
import io
import json
import os
import pathlib
import sys
import tempfile
import threading
import unittest
from typing import Any, Iterator

sys.dont_write_bytecode = True
FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))
import example  # noqa: E402
import h4mk  # noqa: E402

VECTORS = FOLDER.parents[2] / "tests" / "Vectors" / "h4mk-1.1"
MANIFEST: dict[str, Any] = json.loads((VECTORS / "manifest.json").read_text(encoding="utf-8"))
MALFORMED: list[dict[str, Any]] = json.loads((VECTORS / "malformed.json").read_text(encoding="utf-8"))["cases"]
STEP = 37 if os.environ.get("H4MK_QUICK") else 1


def load(name: str) -> bytes:
    return (VECTORS / name).read_bytes()


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("make_malformed", VECTORS / "make_malformed.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def payload(name: str, number: int, length: int) -> bytes:
    """The payload rule of the manifest."""
    parts = (h4mk.sha256(f"{MANIFEST['seed']}:{name}:{number}:{k}".encode()) for k in range(-(-length // 32)))
    return b"".join(parts)[:length]


def holders(data: bytes) -> list[int]:
    """For each byte the offset at which a finding has to be when a bit of it is flipped."""
    owners, at = [0] * 4 + [4] * 2 + [6] * 2, 8
    while at < len(data):
        size = 12 + int.from_bytes(data[at + 4 : at + 8], "big")
        owners += [at] * size
        at += size
    return owners


class VectorTests(unittest.TestCase):
    def test_state_of_every_file(self) -> None:
        for name, facts in MANIFEST["files"].items():
            with self.subTest(name):
                result = h4mk.verify(str(VECTORS / name))
                self.assertEqual(facts["state"], result.state)
                self.assertEqual(facts.get("identity"), result.identity and result.identity.hex())
                self.assertEqual(facts["size"], result.size)

    def test_tracks_and_root_headers(self) -> None:
        for name, facts in MANIFEST["files"].items():
            if "identity" not in facts:
                continue
            with self.subTest(name), h4mk.open(str(VECTORS / name)) as container:
                self.assertEqual(facts["root_header"], container.root.header.hex())
                found = [
                    {"id": t.id, "blocks": t.blocks, "keys": t.facts.keys, "bytes": t.bytes, "first": t.facts.first_pts, "end": t.facts.end_pts, "root": t.facts.root.hex()}
                    for t in container.tracks]
                self.assertEqual(facts["tracks"], found)
                self.assertEqual([t.id for t in container.tracks], [track["id"] for track in container.trak()])
                if "meta" in facts:
                    self.assertEqual((facts["meta"], facts["safe"]), (container.meta().decode(), container.safe().decode()))

    def test_seeks(self) -> None:
        for name, facts in MANIFEST["files"].items():
            if not facts.get("seeks"):
                continue
            with h4mk.open(str(VECTORS / name)) as container:
                for seek in facts["seeks"]:
                    with self.subTest(name, pts=seek["pts"]):
                        key = container.track(seek["track"]).seek(seek["pts"])
                        self.assertEqual((seek["ordinal"], seek["stream_offset"]), (None, None) if key is None else (key.ordinal, key.stream_offset))

    def test_next_key_is_the_first_one_later(self) -> None:
        for name in ("one-track.h4mk", "bundle.h4mk", "h10.h4mk", "no-keys.h4mk", "empty.h4mk", "upgraded.h4mk"):
            with h4mk.open(load(name)) as container:
                for track in container.tracks:
                    keys = [block.pts for block in track.iterate() if block.flags & h4mk.KEY]
                    for pts in [0, *keys[:40], *(key + 1 for key in keys[:40]), h4mk.MAX_TIME]:
                        key = track.next_key(pts)
                        self.assertEqual(next((k for k in keys if k > pts), None), None if key is None else key.pts, (name, pts))

    def test_blocks_are_those_that_the_manifest_gives(self) -> None:
        for name, facts in MANIFEST["files"].items():
            if not facts.get("blocks") or "of" in facts:
                continue
            with self.subTest(name), h4mk.open(load(name)) as container:
                ordinals = dict.fromkeys((track.id for track in container.tracks), 0)
                for number, given in enumerate(facts["blocks"]):
                    block = container.track(given["track"]).read(ordinals[given["track"]])
                    ordinals[given["track"]] += 1
                    expected = (given["pts"], given["duration"], given["flags"], payload(name.split(".")[0], number, given["length"]))
                    self.assertEqual(expected, block[1:])

    def test_stream_is_a_file(self) -> None:
        for name in ("one-track.h4mk", "bundle.h4mk", "upgraded.h4mk", "v10.h4mk", "empty.h4mk"):
            with h4mk.open(load(name)) as container:
                for track in container.tracks:
                    whole = b"".join(track.read_block(number) for number in range(track.blocks))
                    stream = track.stream()
                    self.assertEqual(whole, stream.read())
                    for at in range(0, len(whole), 41):
                        stream.seek(at)
                        self.assertEqual(whole[at : at + 300], b"".join(iter(lambda: stream.read(min(7, at + 300 - stream.tell())), b"")))
                    self.assertEqual(len(whole), stream.seek(0, os.SEEK_END))
                    self.assertEqual(whole, io.BufferedReader(track.stream()).read())

    def test_many_blocks_come_in_the_order_asked(self) -> None:
        with h4mk.open(load("h10.h4mk")) as container:
            track = container.tracks[0]
            order = [(7 * number) % track.blocks for number in range(track.blocks)]
            expected = [track.read(number) for number in order]
            before = container.source.reads
            self.assertEqual(expected, list(track.read_blocks(order)))
            self.assertLess(container.source.reads - before, track.blocks)

    def test_iteration_from_a_time_begins_at_the_keyframe(self) -> None:
        with h4mk.open(load("one-track.h4mk")) as container:
            track = container.tracks[0]
            self.assertEqual(2, next(track.iterate(pts=100_000)).ordinal)
            self.assertEqual(0, next(track.iterate(pts=0)).ordinal)
            self.assertEqual(5, next(track.iterate(5)).ordinal)

    def test_one_and_two_reads(self) -> None:
        source = h4mk.MemorySource(load("h10.h4mk"))
        with h4mk.open(source) as container:
            self.assertEqual(1, source.reads)
            key = container.tracks[0].seek(1_000_000)
            self.assertIsNotNone(key)
            container.tracks[0].read_block(key.ordinal)
            self.assertEqual(3, source.reads)

    def test_sealed_is_verified_as_stored(self) -> None:
        facts = json.loads(load("sealed.json"))
        with h4mk.open(load("sealed.h4mk")) as container:
            seal = container.read_aux(container.aux(b"SEAL")[0])
        prk = hmac.digest(seal[20:52], bytes.fromhex(facts["content_key_hex"]), "sha256")  # HKDF, one block of output
        self.assertEqual(seal[52:84], hmac.digest(prk, b"H4MK 1.1 commitment" + seal[:20] + b"\1", "sha256"))
        key = hmac.digest(prk, b"H4MK 1.1 root mac" + seal[:20] + b"\1", "sha256")
        result = h4mk.verify(load("sealed.h4mk"), root_mac_key=key)
        self.assertEqual(("valid", facts["identity"]), (result.state, result.identity.hex()))
        self.assertEqual("unsigned", h4mk.verify(load("sealed.h4mk")).state)
        self.assertEqual("sign", h4mk.verify(load("sealed.h4mk"), root_mac_key=bytes(32)).first.code)

    def test_required_key(self) -> None:
        key = bytes.fromhex(MANIFEST["files"]["signed-hmac.h4mk"]["hmac_key_hex"])
        self.assertEqual("valid", h4mk.verify(load("signed-hmac.h4mk"), root_mac_key=key).state)
        for name in ("one-track.h4mk", "v10.h4mk"):
            result = h4mk.verify(load(name), root_mac_key=key)
            self.assertEqual(("invalid", "sign"), (result.state, result.first.code))

    def test_limits_leave_the_state_unverified(self) -> None:
        for limits in (h4mk.Limits(block=100), h4mk.Limits(root=500), h4mk.Limits(json=10), h4mk.Limits(aux=3), h4mk.Limits(signs=0)):
            data = load("bundle.h4mk") if limits.signs else load("signed-hmac.h4mk")
            result = h4mk.verify(data, limits)
            self.assertEqual(("unverified", "limit"), (result.state, result.first.code), limits)


class ProofTests(unittest.TestCase):
    def setUp(self) -> None:
        self.container = h4mk.open(load("one-track.h4mk"))
        self.track = self.container.tracks[0]

    def test_proofs_are_those_of_the_vectors(self) -> None:
        appended = h4mk.open(load("appended.h4mk"))
        for name, made in (
            ("block-7.proof", h4mk.prove_block(self.track, 7)), ("key-at-0.proof", h4mk.prove_key(self.track, 0)),
            ("key-at-100000.proof", h4mk.prove_key(self.track, 100_000)), ("key-at-end.proof", h4mk.prove_key(self.track, h4mk.MAX_TIME)),
            ("append.proof", h4mk.prove_extension(self.container, appended))):
            self.assertEqual(load(name), made, name)

    def test_every_proof_holds_and_says_what_the_container_says(self) -> None:
        for name in ("one-track.h4mk", "bundle.h4mk", "late-track.h4mk", "no-keys.h4mk", "upgraded.h4mk"):
            with h4mk.open(load(name)) as container:
                for track in container.tracks:
                    for number in range(track.blocks):
                        proof = h4mk.check_proof(h4mk.prove_block(track, number), container.identity)
                        self.assertEqual((track.id, number, h4mk.sha256(track.read_block(number))), (proof.track, proof.block.ordinal, proof.block.digest))
                        pts = track.entry(number).pts
                        proof, key = h4mk.check_proof(h4mk.prove_key(track, pts), container.identity), track.seek(pts)
                        self.assertEqual(None if key is None else key.ordinal, proof.block and proof.block.ordinal)

    def test_extension_tells_whether_aux_is_the_same(self) -> None:
        new = h4mk.open(load("appended.h4mk"))
        proof = h4mk.check_proof(load("append.proof"), self.container.identity, new.identity)
        self.assertEqual((3, True), (proof.kind, proof.aux_same))

    def test_keyframe_proof_that_leaves_a_keyframe_out_does_not_hold(self) -> None:
        """The parts are genuine, but another keyframe lies between the two, or none is said to follow."""
        keys = [None, *(number for number in range(self.track.blocks) if self.track.entry(number).is_key), None]
        head = h4mk.PROOF_HEAD.size + h4mk.ROOT_HEADER.size + h4mk.TRACK_RECORD.size  # one track: its path is empty

        def part(ordinal: int | None) -> bytes:
            return h4mk.NONE32.to_bytes(4, "big") if ordinal is None else h4mk.prove_block(self.track, ordinal)[head:]

        start = load("key-at-0.proof")[:head]
        for one in range(len(keys) - 1):
            for other in range(one + 1, len(keys)):
                pts = 0 if keys[one] is None else self.track.entry(keys[one]).pts
                proof = start + pts.to_bytes(8, "big") + part(keys[one]) + part(keys[other])
                if other == one + 1:
                    h4mk.check_proof(proof, self.container.identity)
                else:
                    with self.assertRaises(h4mk.ProofError, msg=f"{keys[one]} to {keys[other]}"):
                        h4mk.check_proof(proof, self.container.identity)

    def test_no_flipped_bit_holds(self) -> None:
        new = h4mk.open(load("appended.h4mk")).identity
        for name in MANIFEST["proofs"]:
            data = load(name)
            for bit in range(len(data) * 8):
                changed = bytearray(data)
                changed[bit // 8] ^= 1 << bit % 8
                try:
                    proof = h4mk.check_proof(bytes(changed), self.container.identity, new)
                except h4mk.ProofError:
                    continue
                # Only T may change, and only to another time with the same answer.
                key = self.track.seek(proof.pts) if proof.kind == 2 else None
                self.assertTrue(proof.kind == 2 and changed[:136] == data[:136], f"{name} bit {bit}")
                self.assertEqual(None if key is None else key.ordinal, proof.block and proof.block.ordinal)
                self.assertNotEqual(h4mk.check_proof(data, self.container.identity).pts, proof.pts)

    def test_no_other_length_holds(self) -> None:
        new = h4mk.open(load("appended.h4mk")).identity
        for name in MANIFEST["proofs"]:
            data = load(name)
            for other in [data[:size] for size in range(len(data))] + [data + b"\0", data + bytes(32)]:
                with self.assertRaises(h4mk.ProofError):
                    h4mk.check_proof(other, self.container.identity, new)

    def test_no_other_identity_holds(self) -> None:
        other = h4mk.open(load("bundle.h4mk")).identity
        for name in MANIFEST["proofs"]:
            with self.assertRaises(h4mk.ProofError):
                h4mk.check_proof(load(name), other, other)

    def test_consistency_of_every_pair_of_sizes(self) -> None:
        leaves = [h4mk.leaf_hash(bytes([number])) for number in range(35)]

        def root(start: int, end: int) -> bytes:
            return h4mk.tree_root(leaves[start:end])

        for new in range(len(leaves) + 1):
            for old in range(new + 1):
                path = h4mk.consistency_path(old, new, root)
                self.assertTrue(h4mk.is_consistent(old, new, root(0, old), root(0, new), path))
                if 0 < old < new:
                    self.assertFalse(h4mk.is_consistent(old, new, root(1, old + 1), root(0, new), path))
                    self.assertFalse(h4mk.is_consistent(old, new, root(0, old), root(0, new), path[:-1]))


class DamageTests(unittest.TestCase):
    def test_every_flipped_bit_is_located(self) -> None:
        for name in ("one-track.h4mk", "bundle.h4mk", "upgraded.h4mk", "example.h4mk"):
            data = load(name)
            owners = holders(data)
            changed = bytearray(data)
            for bit in range(0, len(data) * 8, STEP):
                at = bit // 8
                changed[at] ^= 1 << bit % 8
                result = h4mk.verify(bytes(changed))
                first = result.first
                owner = owners[at]
                has_tail = at < len(data) - 64 and owner + 12 + int.from_bytes(changed[owner + 4 : owner + 8], "big") != len(data)
                if first is None or first.offset != owner or result.state != ("invalid" if has_tail else "incomplete"):
                    self.fail(f"{name} bit {bit}: {result.state} {first}, expected a finding at {owner}")
                changed[at] ^= 1 << bit % 8

    def test_every_cut_is_incomplete(self) -> None:
        for name in ("one-track.h4mk", "bundle.h4mk", "late-track.h4mk", "example.h4mk"):
            data = load(name)
            for size in range(len(data)):
                state = h4mk.verify(data[:size]).state
                self.assertEqual("none" if size < 8 else "incomplete", state, (name, size))
                if size > 8:
                    with self.assertRaises(h4mk.FormatError) as caught:
                        h4mk.open(data[:size])
                    self.assertEqual("incomplete", caught.exception.code, (name, size))

    def test_every_cut_of_an_upgraded_file(self) -> None:
        data, part = load("upgraded.h4mk"), len(load("v10.h4mk"))
        for size in range(8, len(data)):
            expected = {part - 44: "unverified", part: "unsigned"}.get(size, "incomplete")
            self.assertEqual(expected, h4mk.verify(data[:size]).state, size)

    def test_malformed_files(self) -> None:
        for case in MALFORMED:
            with self.subTest(case["file"]):
                data = load("malformed/" + case["file"])
                result = h4mk.verify(data)
                first = result.first and {"chunk": result.first.chunk, "offset": result.first.offset, "code": result.first.code}
                self.assertEqual((case["state"], case["first"]), (result.state, first))
                code = None
                try:
                    h4mk.open(data)
                except h4mk.FormatError as error:
                    code = error.code
                self.assertEqual((case["opens"], case["open_code"]), (code is None, code))
                if "identity" in case:
                    self.assertEqual(case["identity"], result.identity.hex())

    def test_malformed_files_are_those_of_the_generator(self) -> None:
        made = generator()
        made.CASES.clear()
        for group in (made.cut_and_trailing, made.tokens_and_blocks, made.pages, made.roots, made.seek_and_places, made.aux_and_json, made.signs, made.part_of_1_0, made.sound_changes):
            group()
        self.assertEqual(MALFORMED, made.CASES)
        for name, content in made.FILES.items():
            self.assertEqual(load("malformed/" + name), content, name)

    def test_replaced_block_is_not_read(self) -> None:
        with h4mk.open(load("malformed/block-replaced.h4mk")) as container:
            with self.assertRaises(h4mk.FormatError) as caught:
                container.tracks[0].read_block(3)
            self.assertEqual("block", caught.exception.code)
            container.tracks[0].read_block(2)

    def test_page_that_is_not_roots_is_not_used(self) -> None:
        for name in ("index-pts", "index-track", "index-zero", "index-first", "index-length", "link-lies", "root-page-key"):
            with h4mk.open(load(f"malformed/{name}.h4mk")) as container:
                with self.assertRaises(h4mk.FormatError, msg=name) as caught:
                    list(container.tracks[0].iterate())
                self.assertEqual("page", caught.exception.code, name)

    def test_nothing_but_the_documented_exception_leaves_the_reader(self) -> None:
        """Chunks left out, doubled, swapped and shortened, with their CRCs computed again."""
        made = generator()
        for name in ("example.h4mk", "upgraded.h4mk", "malformed/sound-bundle.h4mk"):
            data = load(name)
            chunks, at = [], 8
            while at < len(data):
                size = 12 + int.from_bytes(data[at + 4 : at + 8], "big")
                chunks.append(data[at : at + size])
                at += size
            for one in range(len(chunks)):
                short = made.raw(chunks[one][:4], chunks[one][12:-1])
                variants = [chunks[:one] + chunks[one + 1 :], chunks[:one] + [chunks[one]] + chunks[one:], chunks[:one] + [short] + chunks[one + 1 :]]
                for other in range(one):
                    variants.append([chunks[other] if i == one else chunks[one] if i == other else c for i, c in enumerate(chunks)])
                for variant in variants:
                    bent = data[:8] + b"".join(variant)
                    state = h4mk.verify(bent).state
                    self.assertTrue(bent == data or state != "unsigned" or len(variant) < len(chunks), (name, one))
                    with contextlib.suppress(h4mk.FormatError), h4mk.open(bent) as container:
                        for track in container.tracks:
                            list(track.iterate())


class Server(http.server.BaseHTTPRequestHandler):
    """A file by ranges; `mode` says in which way this server differs from a good one."""

    data, mode, etag, log = b"", "", '"one"', []  # type: ignore[var-annotated]

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        type(self).log.append((asked, self.headers["If-Match"]))
        size = len(self.data)
        first, last = asked.removeprefix("bytes=").split("-")
        suffix = first == ""
        start, end = (max(0, size - int(last)), size) if suffix else (int(first), min(size, int(last) + 1))
        if self.mode == "ignores" or (self.mode == "ignores-suffix" and suffix):
            return self.answer(200, self.data, None)
        if self.mode == "refuses-suffix" and suffix:
            return self.answer(416, b"", f"bytes */{size}")
        if self.mode == "front-for-suffix" and suffix:
            start, end = 0, min(size, int(last))
        if self.headers["If-Match"] not in (None, self.etag) and self.mode != "ignores-conditions":
            return self.answer(412, b"", None)
        if self.mode == "lies-about-range" and not suffix:
            return self.answer(206, self.data[start:end], f"bytes {start + 1}-{end}/{size + 1}")
        return self.answer(206, self.data[start:end], f"bytes {start}-{end - 1}/{size}")

    def answer(self, status: int, body: bytes, content_range: str | None) -> None:
        self.send_response(status)
        self.send_header("ETag", self.etag)
        self.send_header("Content-Length", str(len(body)))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(data: bytes, mode: str = "") -> Iterator[tuple[str, type[Server]]]:
    handler = type("Handler", (Server,), {"data": data, "mode": mode, "etag": '"one"', "log": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/a.h4mk", handler
    finally:
        server.shutdown()
        server.server_close()


class HttpTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        """A file whose first page lies before the last 256 KiB."""
        made = generator()
        cls.data = bytes(made.plain(made.Bend(), [(number * 10, number % 3 == 0, 100_000) for number in range(7)]).out)

    def read(self, url: str) -> int:
        with h4mk.open(url) as container:
            key = container.tracks[0].seek(5)
            block = container.tracks[0].read_block(key.ordinal)
            with h4mk.open(self.data) as local:
                self.assertEqual(local.tracks[0].read_block(key.ordinal), block)
            return container.source.reads

    def test_three_reads(self) -> None:
        with serving(self.data) as (url, handler):
            self.assertEqual(3, self.read(url))
            self.assertEqual([None, '"one"', '"one"'], [condition for _, condition in handler.log])
            self.assertEqual("bytes=-262144", handler.log[0][0])

    def test_five_reads_where_suffix_ranges_fail(self) -> None:
        for mode in ("refuses-suffix", "front-for-suffix", "ignores-suffix"):
            with self.subTest(mode), serving(self.data, mode) as (url, _):
                self.assertEqual(5, self.read(url))

    def test_200_to_a_range_aborts(self) -> None:
        with serving(self.data, "ignores") as (url, handler):
            with self.assertRaises(OSError):
                h4mk.open(url)
            self.assertEqual(2, len(handler.log))

    def test_content_range_is_checked_on_every_part(self) -> None:
        with serving(self.data, "lies-about-range") as (url, _):
            with h4mk.open(url) as container, self.assertRaises(OSError):
                container.tracks[0].read_block(0)

    def test_another_version_is_refused(self) -> None:
        for mode in ("", "ignores-conditions"):
            with self.subTest(mode), serving(self.data, mode) as (url, handler):
                with h4mk.open(url) as container:
                    handler.etag = '"two"'
                    with self.assertRaises(OSError):
                        container.tracks[0].read_block(0)

    def test_full_verification_and_1_0_over_http(self) -> None:
        for name in ("one-track.h4mk", "v10.h4mk", "empty.h4mk"):
            with self.subTest(name), serving(load(name)) as (url, _):
                self.assertEqual("unsigned", h4mk.verify(url).state)
                with h4mk.open(url) as container:
                    self.assertEqual(container.tracks[0].bytes, len(container.tracks[0].stream().read()))


class CommandTests(unittest.TestCase):
    def run_tool(self, *arguments: str, stdin: bytes = b"") -> tuple[int, str]:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        saved = sys.stdout, sys.stderr, sys.stdin
        sys.stdout, sys.stderr, sys.stdin = out, io.StringIO(), io.TextIOWrapper(io.BytesIO(stdin))
        try:
            code = h4mk.main(arguments)
        finally:
            out.flush()
            sys.stdout, sys.stderr, sys.stdin = saved
        return code, out.buffer.getvalue().decode("latin-1")

    def test_verify(self) -> None:
        code, text = self.run_tool("verify", str(VECTORS / "bundle.h4mk"), "--json")
        document = json.loads(text)
        self.assertEqual((0, "unsigned", 41, 11101, []), (code, document["state"], document["blocks"], document["bytes"], document["findings"]))
        code, text = self.run_tool("verify", str(VECTORS / "malformed/block-replaced.h4mk"), "--json")
        self.assertEqual((1, "block"), (code, json.loads(text)["findings"][0]["code"]))
        self.assertEqual(3, self.run_tool("verify", str(VECTORS / "manifest.json"), "--json")[0])

    def test_verify_many_answers_one_line_each(self) -> None:
        names = ["one-track.h4mk", "cut-mid.h4mk", "malformed/token-pts.h4mk", "malformed/short.h4mk"]
        records = b"".join(len(load(name)).to_bytes(4, "big") + load(name) for name in names)
        code, text = self.run_tool("verify-many", stdin=records)
        token = next(case for case in MALFORMED if case["file"] == "token-pts.h4mk")["first"]["offset"]
        self.assertEqual((0, ["unsigned - -", "incomplete overrun 5038", f"invalid token {token}", "none short 0"]), (code, text.splitlines()))
        self.assertEqual(2, self.run_tool("verify-many", stdin=records[:-1])[0])

    def test_seek_extract_and_proofs(self) -> None:
        path, identity = str(VECTORS / "one-track.h4mk"), MANIFEST["files"]["one-track.h4mk"]["identity"]
        with tempfile.TemporaryDirectory() as folder:
            proof, out = os.path.join(folder, "p"), os.path.join(folder, "o")
            code, text = self.run_tool("seek", path, "100000", "--proof", proof)
            self.assertEqual((0, 2, 256), (code, json.loads(text)["block"], json.loads(text)["offset"]))
            code, text = self.run_tool("check-proof", proof, "--root", identity)
            self.assertEqual((0, True, 40002), (code, json.loads(text)["holds"], json.loads(text)["pts"]))
            code, text = self.run_tool("check-proof", proof, "--root", "00" * 32)
            self.assertEqual((1, False), (code, json.loads(text)["holds"]))
            self.assertEqual(0, self.run_tool("extract", path, "-o", out, "--block", "7", "--proof", proof)[0])
            self.assertEqual(load("block-7.proof"), pathlib.Path(proof).read_bytes())
            self.assertEqual(100, os.path.getsize(out))
            self.assertEqual((1, "null\n"), self.run_tool("seek", path, "0"))
            self.assertEqual(2, self.run_tool("extract", path, "--block", "99")[0])

    def test_inspect(self) -> None:
        code, text = self.run_tool("inspect", str(VECTORS / "bundle.h4mk"))
        self.assertEqual((0, [0, 1, 7]), (code, [track["id"] for track in json.loads(text)["tracks"]]))
        self.assertEqual("1.0", json.loads(self.run_tool("inspect", str(VECTORS / "v10.h4mk"))[1])["version"])


class TextTests(unittest.TestCase):
    def test_example_is_what_the_text_shows(self) -> None:
        text = example.TEXT.read_text(encoding="utf-8")
        shown = text.split(example.BEGIN)[1].split(example.END)[0].strip()
        self.assertEqual(example.section(generator().example()).strip(), shown)
        self.assertEqual(generator().example(), load("example.h4mk"))

    def test_text_names_every_code_that_the_reader_gives(self) -> None:
        text = example.TEXT.read_text(encoding="utf-8")
        codes = {case["first"]["code"] for case in MALFORMED if case["first"]} | {case["open_code"] for case in MALFORMED if case["open_code"]}
        words = set(" ".join(text.split("`")[1::2]).split())
        self.assertEqual(set(), codes - words)


if __name__ == "__main__":
    unittest.main()
