// Checks the proofs of a container with nothing but an identity that is trusted: SHA-256 of the root header.
import { consistencyLength, isConsistent, leafHash, pathLength, rootFromPath, rootOfRecords } from './merkle.js';
import { sha256 } from './sha256.js';
import { entryLength, flag, isRootHeader, latestPts, mostTracks, none32, readEntry, readRootHeader, readTrackRecord, rootHeaderLength, same, tagAt, trackRecordLength, viewOf } from './wire.js';

const hashLength = 32;

export class ProofError extends Error { }

function need(holds, message) {
  if (!holds) {
    throw new ProofError(message);
  }
}

// Returns { kind, track, count, ordinal, entry } of a block; the same with `pts` of a keyframe proof, ordinal null where no keyframe is at or before that time; or
// { kind, auxSame } of an extension to the second identity. Throws a ProofError where the proof does not hold.
export function checkProof(bytes, identity, newIdentity = null) {
  const reader = new Reader(bytes);
  need(tagAt(reader.take(4)) === 'H4P1', 'not a proof');
  const [kind, zero, high, low] = reader.take(4);
  const position = high << 8 | low;
  need(zero === 0 && kind >= 1 && kind <= 3, `a proof of kind ${kind}`);
  const header = reader.header(identity);
  const result = kind === 3 ? checkExtension(reader, header, position, newIdentity) : checkTrack(reader, header, position, kind);
  need(reader.isAtEnd, 'bytes after the proof');
  return { kind, ...result };
}

function checkTrack(reader, header, position, kind) {
  need(position < header.trackCount, 'a track that is not there');
  const raw = reader.take(trackRecordLength);
  need(same(reader.root(raw, position, header.trackCount), header.tracksRoot), 'the track is not under the root');
  const record = readTrackRecord(raw);
  const result = { track: record.id, count: record.count };
  if (kind === 1) {
    const block = readBlock(reader, record);
    need(block, 'no block');
    return { ...result, ...block };
  }

  const pts = viewOf(reader.take(8)).getBigUint64(0);
  need(pts <= latestPts, 'a time that cannot be');
  const found = readBlock(reader, record);
  const next = readBlock(reader, record);
  need(!found || (found.entry.flags & flag.key && found.entry.pts <= pts), 'not a keyframe at or before that time');
  if (next) {
    need(next.entry.flags & flag.key && next.entry.pts > pts && next.entry.link === (found ? next.ordinal - found.ordinal : 0), 'not the next keyframe');
  } else {
    need(record.lastKey === (found ? found.ordinal : none32), 'a later keyframe is left out');
  }

  return { ...result, pts, ordinal: found?.ordinal ?? null, entry: found?.entry ?? null };
}

// A block's ordinal, entry and path; null for none.
function readBlock(reader, record) {
  const ordinal = viewOf(reader.take(4)).getUint32(0);
  if (ordinal === none32) {
    return null;
  }

  need(ordinal < record.count, 'a block that is not there');
  const raw = reader.take(entryLength);
  need(same(reader.root(raw, ordinal, record.count), record.root), 'the block is not under the root of its track');
  return { ordinal, entry: readEntry(raw) };
}

function checkExtension(reader, old, count, newIdentity) {
  need(newIdentity, 'the new identity is not given');
  const now = reader.header(newIdentity);
  need(count === old.trackCount && count === now.trackCount && old.pageLog2 === now.pageLog2, 'other tracks, or pages of another length');
  const [before, after] = [reader.take(trackRecordLength * count), reader.take(trackRecordLength * count)];
  need(same(rootOfRecords(before, 0, trackRecordLength, count), old.tracksRoot) && same(rootOfRecords(after, 0, trackRecordLength, count), now.tracksRoot), 'the tracks are not under their roots');
  for (let i = 0; i < count; i++) {
    const [a, b] = [before, after].map(records => readTrackRecord(records, trackRecordLength * i));
    need(a.id === b.id && a.count <= b.count, `track ${a.id} became another, or shorter`);
    need(isConsistent(a.count, b.count, a.root, b.root, reader.hashes(consistencyLength(a.count, b.count))), `track ${a.id} does not begin as before`);
  }

  return { auxSame: same(old.auxRoot, now.auxRoot) };
}

class Reader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get isAtEnd() {
    return this.#at === this.#bytes.length;
  }

  take(length) {
    need(length <= this.#bytes.length - this.#at, 'too short a proof');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  hashes(count) {
    const bytes = this.take(hashLength * count);
    return Array.from({ length: count }, (_, i) => bytes.subarray(hashLength * i, hashLength * (i + 1)));
  }

  root(record, index, count) {
    return rootFromPath(leafHash(record), index, count, this.hashes(pathLength(index, count)));
  }

  header(identity) {
    const bytes = this.take(rootHeaderLength);
    const header = readRootHeader(bytes);
    need(isRootHeader(header) && header.trackCount >= 1 && header.trackCount <= mostTracks, 'not a root header of 1.1');
    need(same(sha256(bytes), identity), 'the root is another one than that which is trusted');
    return header;
  }
}
