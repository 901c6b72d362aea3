// Writes a 1.1 container again from its blocks, in memory of a page per track: every byte of INDX, SEEK and ROOT follows from them.
import { leafHash, rootOf, rootOfRecords } from './merkle.js';
import { indexPayloadLength } from './page.js';
import { sha256 } from './sha256.js';
import {
  auxRecordLength, entryLength, flag, indexHeaderLength, latestPts, mostSeekEntries, none32, none64, offsetLength, pageRecordLength, rootHeaderLength, seekCountLength, seekEntryLength,
  trackRecordLength, viewOf, writeEntry, writeTrackRecord,
} from './wire.js';

// One track as it grows. open: the entries since its last page; a hole is a block that is not known.
export class TrackState {
  open = [];
  count = 0;
  pages = [];
  pageOffsets = [];

  // The latest keyframe's time, open ones included.
  lastKeyPts = -1n;

  #keys = 0;
  #lastKey = none32;
  #bytes = 0n;
  #first = 0n;
  #end = 0n;

  constructor(id, position, pageLog2) {
    this.id = id;
    this.position = position;
    this.pageLength = 2 ** pageLog2;
  }

  get next() {
    return this.count + this.open.length;
  }

  get isFull() {
    return this.open.length === this.pageLength;
  }

  // entry: { pts, duration, length, flags, digest (or a promise of it), offset }.
  add(entry) {
    this.open.push(entry);
    if (entry.flags & flag.key) {
      this.lastKeyPts = entry.pts;
    }
  }

  // The page that the open entries give: { payload, leaves }.
  async build() {
    const payload = new Uint8Array(indexPayloadLength(this.open.length));
    const view = viewOf(payload);
    view.setUint16(0, this.id);
    view.setUint32(4, this.count);
    view.setBigUint64(8, this.#bytes);
    const leaves = [];
    let lastKey = this.#lastKey;
    for (const [i, entry] of this.open.entries()) {
      entry.digest = await entry.digest;
      const at = indexHeaderLength + entryLength * i;
      writeEntry(payload, at, entry, lastKey === none32 ? 0 : this.count + i - lastKey);
      view.setBigUint64(indexHeaderLength + entryLength * this.open.length + offsetLength * i, BigInt(entry.offset));
      leaves.push(leafHash(payload.subarray(at, at + entryLength)));
      lastKey = entry.flags & flag.key ? this.count + i : lastKey;
    }

    return { payload, leaves };
  }

  // Takes a page: entries of which all is known, and the hashes of their leaves.
  commit(entries, leaves, offset) {
    const page = { firstKey: none64, streamOffset: this.#bytes, root: rootOf(leaves) };
    entries.forEach(({ pts, duration, length, flags }, i) => {
      const ordinal = this.count + i;
      const end = pts + BigInt(duration);
      if (flags & flag.key) {
        page.firstKey = page.firstKey === none64 ? pts : page.firstKey;
        this.#keys++;
        [this.#lastKey, this.lastKeyPts] = [ordinal, pts];
      }

      this.#first = ordinal === 0 || pts < this.#first ? pts : this.#first;
      this.#end = end > this.#end ? end : this.#end;
      this.#bytes += BigInt(length);
    });

    // Pages without a keyframe carry the next one's.
    for (let k = this.pages.length - 1; page.firstKey !== none64 && k >= 0 && this.pages[k].firstKey === none64; k--) {
      this.pages[k].firstKey = page.firstKey;
    }

    this.pages.push(page);
    this.pageOffsets.push(offset);
    this.count += entries.length;
    this.open = [];
  }

  get record() {
    return { id: this.id, count: this.count, keys: this.#keys, lastKey: this.#lastKey, bytes: this.#bytes, first: this.#first, end: this.#end, root: rootOf(this.pages.map(p => p.root)) };
  }
}

// The SEEK of a recorded file: every 2^s-th keyframe of its first track, s the least that leaves no more than the format allows.
export class SeekTable {
  #pts = new BigUint64Array(mostSeekEntries);
  #offsets = new BigUint64Array(mostSeekEntries);
  #length = 0;
  #stride = 1;
  #keys = 0;

  add(pts, offset) {
    if (this.#keys % this.#stride === 0) {
      if (this.#length === mostSeekEntries) {
        this.#length /= 2;
        for (let i = 0; i < this.#length; i++) {
          this.#pts[i] = this.#pts[2 * i];
          this.#offsets[i] = this.#offsets[2 * i];
        }

        this.#stride *= 2;
      }

      if (this.#keys % this.#stride === 0) {
        this.#pts[this.#length] = pts;
        this.#offsets[this.#length++] = offset;
      }
    }

    this.#keys++;
  }

  get payload() {
    return writeSeek(this.#length, i => [this.#pts[i], this.#offsets[i]]);
  }
}

export function writeSeek(count, entry) {
  const payload = new Uint8Array(seekCountLength + seekEntryLength * count);
  const view = viewOf(payload);
  view.setUint32(0, count);
  for (let i = 0; i < count; i++) {
    const [pts, offset] = entry(i);
    view.setBigUint64(seekCountLength + seekEntryLength * i, pts);
    view.setBigUint64(seekCountLength + seekEntryLength * i + 8, offset);
  }

  return payload;
}

// tracks by id; aux in file order: { tag, length, digest, offset }.
export function buildRoot(pageLog2, tracks, aux) {
  const pages = tracks.flatMap(t => t.pages);
  const pageOffsets = tracks.flatMap(t => t.pageOffsets);
  const records = tracks.map(t => t.record);
  const sorted = aux.map((a, i) => [a, i]).sort(([a, i], [b, j]) => a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : i - j).map(([a]) => a);
  const auxAt = rootHeaderLength + trackRecordLength * records.length;
  const pagesAt = auxAt + auxRecordLength * sorted.length;
  const offsetsAt = pagesAt + pageRecordLength * pages.length;
  const payload = new Uint8Array(offsetsAt + offsetLength * (sorted.length + pages.length));
  const view = viewOf(payload);
  payload.set([0x48, 0x34, 0x52, 0x31, 0, 1, 1, pageLog2]);
  view.setUint16(8, records.length);
  view.setUint16(10, sorted.length);
  view.setBigUint64(16, records.reduce((sum, r) => sum + BigInt(r.count), 0n));
  view.setBigUint64(24, records.reduce((sum, r) => sum + r.bytes, 0n));
  records.forEach((record, i) => writeTrackRecord(payload, rootHeaderLength + trackRecordLength * i, record));
  sorted.forEach(({ tag, length, digest }, i) => {
    const at = auxAt + auxRecordLength * i;
    payload.set([...tag].map(c => c.charCodeAt(0)), at);
    view.setUint32(at + 4, length);
    payload.set(digest, at + 8);
  });
  pages.forEach(({ firstKey, streamOffset, root }, i) => {
    const at = pagesAt + pageRecordLength * i;
    view.setBigUint64(at, firstKey);
    view.setBigUint64(at + 8, streamOffset);
    payload.set(root, at + 16);
  });
  [...sorted.map(a => a.offset), ...pageOffsets].forEach((offset, i) => view.setBigUint64(offsetsAt + offsetLength * i, BigInt(offset)));
  payload.set(rootOfRecords(payload, rootHeaderLength, trackRecordLength, records.length), 32);
  payload.set(rootOfRecords(payload, auxAt, auxRecordLength, sorted.length), 64);
  payload.set(sha256(payload.subarray(pagesAt, offsetsAt)), 96);
  return payload;
}

// What a writer refuses of a block, in words; empty where it takes it.
export function refusal({ pts, duration, flags, length }, lastKeyPts) {
  return pts + BigInt(duration) > latestPts ? 'a time beyond what the format has'
    : flags > 15 ? 'flags that the format does not have'
      : flags & flag.lost && (flags !== flag.lost || length || duration) ? 'a lost block with more than its time'
        : flags & flag.key && pts <= lastKeyPts ? 'a keyframe not later than the one before'
          : '';
}
