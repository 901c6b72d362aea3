// A 1.1 container read by ranges: one read opens it, two more give any block, and nothing is used before it agrees with the root.
import { crc32 } from './crc32.js';
import { readPage } from './page.js';
import { readRoot } from './root.js';
import { digestOf, sha256 } from './sha256.js';
import { readObject, readTrak } from './trak.js';
import {
  chunkHeaderLength, fileHeaderLength, flag, FormatError, hex, indexedLength, indexHeaderLength, headerFault, latestPts, limits, neighbour, readTail, rootHeaderLength, same, tagAt, tailLength, trackRecordLength, viewOf,
} from './wire.js';

const firstRead = 1 << 18;
const mostGap = 1 << 16;
const mostPages = 4;
const leastRoot = chunkHeaderLength + rootHeaderLength + trackRecordLength;

// Whether the last 64 bytes of a file are a TAIL chunk, which makes it 1.1.
export function isTail(bytes) {
  if (bytes.length < tailLength) {
    return false;
  }

  const last = bytes.subarray(bytes.length - tailLength);
  const view = viewOf(last);
  return tagAt(last) === 'TAIL' && view.getUint32(4) === tailLength - chunkHeaderLength && view.getUint32(8) === crc32(last.subarray(chunkHeaderLength));
}

// source: { size, read(offset, length), tail(length) } that gives exactly the bytes asked for. Returns null for a file without TAIL that does not begin as one of 1.1: then it is one of 1.0.
export async function openContainer(source) {
  const end = await source.tail(firstRead);
  if (isTail(end)) {
    return new Container(source, await readRootOf(source, end));
  }

  const start = await source.read(0, Math.min(source.size, fileHeaderLength + 4));
  const fault = headerFault(start);
  if (fault) {
    throw fault;
  }

  const begun = String.fromCharCode(...start.subarray(fileHeaderLength));
  if (begun && 'TRAK'.startsWith(begun)) {
    throw new FormatError('incomplete', 'TAIL', source.size, 'the end of the container is missing: it was cut, or still grows');
  }

  return null;
}

async function readRootOf(source, end) {
  const tailOffset = source.size - tailLength;
  const fail = (code, chunk, offset, message) => {
    throw new FormatError(code, chunk, offset, message);
  };
  const tail = readTail(end.subarray(end.length - tailLength));
  const { rootLength } = tail;
  if (tail.minor !== 1 || tail.zero !== 0 || tail.magic !== 'KM4H' || rootLength < leastRoot || tail.rootOffset < fileHeaderLength
    || tail.rootOffset + BigInt(rootLength) > tailOffset) {
    fail('tail', 'TAIL', tailOffset, 'TAIL: not as the format has it, or a ROOT that cannot be there');
  }

  const rootOffset = Number(tail.rootOffset);
  const signs = tailOffset - rootOffset - rootLength;
  if (rootLength - chunkHeaderLength > limits.root || signs > limits.signs * (limits.sign + chunkHeaderLength)) {
    fail('limit', 'ROOT', rootOffset, `ROOT of ${rootLength} bytes, ${signs} bytes of signatures`);
  }

  const held = end.length - tailLength - (tailOffset - rootOffset);
  const bytes = held >= 0 ? end.subarray(held, end.length - tailLength) : await source.read(rootOffset, rootLength + signs);
  const view = viewOf(bytes);
  const payload = bytes.subarray(chunkHeaderLength, rootLength);
  if (tagAt(bytes) !== 'ROOT' || view.getUint32(4) !== payload.length) {
    fail(neighbour(tagAt(bytes)) === 'ROOT' ? 'bad-tag' : 'root', 'ROOT', rootOffset, 'no ROOT where TAIL says');
  }

  if (view.getUint32(8) !== crc32(payload)) {
    fail('crc', 'ROOT', rootOffset, 'ROOT: CRC-32 differs');
  }

  if (!same(sha256(payload), tail.rootHash)) {
    fail('root', 'ROOT', rootOffset, 'ROOT: not the one that TAIL was written for');
  }

  return { ...readRoot(payload, rootOffset), rootOffset, rootLength, signatures: readSigns(bytes.subarray(rootLength), rootOffset + rootLength) };
}

// Nothing but sound SIGN chunks stands between ROOT and TAIL. What they sign is not judged here.
export function readSigns(bytes, offset) {
  const signatures = [];
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length;) {
    const fail = (code, message) => {
      throw new FormatError(code, 'SIGN', offset + at, message);
    };
    if (bytes.length - at < chunkHeaderLength || tagAt(bytes, at) !== 'SIGN') {
      throw new FormatError('order', bytes.length - at < 4 ? '' : tagAt(bytes, at), offset + at, 'something else than SIGN between ROOT and TAIL');
    }

    const length = view.getUint32(at + 4);
    const payload = bytes.subarray(at + chunkHeaderLength, at + chunkHeaderLength + length);
    if (length > bytes.length - at - chunkHeaderLength) {
      fail('sign', 'SIGN: longer than the room before TAIL');
    }

    if (length > limits.sign || signatures.length === limits.signs) {
      fail('limit', `SIGN: the ${signatures.length + 1}th, of ${length} bytes`);
    }

    if (view.getUint32(at + 8) !== crc32(payload)) {
      fail('crc', 'SIGN: CRC-32 differs');
    }

    if (!isSign(payload)) {
      fail('sign', 'SIGN: not as the format has it');
    }

    signatures.push({ kind: payload[0] });
    at += chunkHeaderLength + length;
  }

  return signatures;
}

export const isSign = payload => payload.length >= 4 && payload[1] === 0 && 4 + viewOf(payload).getUint16(2) <= payload.length;

export class Container {
  #source;
  #pages = new Map();
  #claimed = null;

  constructor(source, root) {
    this.#source = source;
    Object.assign(this, root);
    this.root = hex(root.identity);
  }

  track(id) {
    return this.tracks.find(t => t.id === id);
  }

  // TRAK is read when it is asked for; its ids and h have to be those of ROOT.
  async trak() {
    const { bytes, offset } = await this.#auxiliary('TRAK');
    const trak = readTrak(bytes, offset);
    if (trak.pageLog2 !== this.pageLog2 || trak.tracks.map(t => t.id).join() !== this.tracks.map(t => t.id).join()) {
      throw new FormatError('track', 'TRAK', offset, 'TRAK: other tracks than those of ROOT');
    }

    return trak;
  }

  // META or SAFE.
  async document(tag) {
    const { bytes, offset } = await this.#auxiliary(tag);
    readObject(bytes, tag, offset);
    return new TextDecoder().decode(bytes);
  }

  async #auxiliary(tag) {
    const { offset, length, digest } = this.aux.find(a => a.tag === tag);
    const chunk = await this.#source.read(offset, chunkHeaderLength + length);
    const bytes = chunk.subarray(chunkHeaderLength);
    if (tagAt(chunk) !== tag || viewOf(chunk).getUint32(4) !== length || !same(await digestOf(bytes), digest)) {
      throw new FormatError('aux', tag, offset, `${tag}: not what ROOT lists`);
    }

    return { bytes, offset };
  }

  #readIndex(page, signal) {
    return this.#source.read(page.offset, chunkHeaderLength + indexHeaderLength + indexedLength * page.count, signal);
  }

  // The entries of a page, once its CRC-32, header and root agree with ROOT. The last few stay here.
  async page(track, number, signal) {
    const name = `${track.id}/${number}`;
    let read = this.#pages.get(name);
    if (!read) {
      const page = track.pages[number];
      const { entries } = readPage(await this.#readIndex(page, signal), track, page);
      read = { entries, firstOrdinal: page.firstOrdinal };
    }

    this.#pages.delete(name);
    this.#pages.set(name, read);
    if (this.#pages.size > mostPages) {
      this.#pages.delete(this.#pages.keys().next().value);
    }

    return read;
  }

  // An entry as its page has it, whether what the page says can be true or not.
  async claim(track, ordinal) {
    const number = Math.floor(ordinal / 2 ** this.pageLog2);
    if (this.#claimed?.track !== track || this.#claimed.number !== number) {
      this.#claimed = { track, number, entries: readPage(await this.#readIndex(track.pages[number]), track, track.pages[number], false).entries };
    }

    return this.#claimed.entries[ordinal - track.pages[number].firstOrdinal];
  }

  async entry(track, ordinal, signal) {
    const { entries, firstOrdinal } = await this.page(track, Math.floor(ordinal / 2 ** this.pageLog2), signal);
    return entries[ordinal - firstOrdinal];
  }

  // The keyframe at or before a time in microseconds (BigInt), or null.
  async seek(track, pts, signal) {
    const time = pts > latestPts ? latestPts : pts;
    const number = countWhile(track.pages, page => page.firstKey <= time) - 1;
    if (number < 0) {
      return null;
    }

    const { entries } = await this.page(track, number, signal);
    return entries.findLast(e => e.flags & flag.key && e.pts <= time)
      ?? this.#broken(`no keyframe at or before ${time} on page ${number} of track ${track.id}`);
  }

  // The first keyframe after a time, or null.
  async next(track, pts, signal) {
    const first = Math.max(0, countWhile(track.pages, page => page.firstKey <= pts) - 1);
    for (let number = first; number < track.pages.length && track.pages[number].firstKey <= latestPts; number++) {
      const { entries } = await this.page(track, number, signal);
      const found = entries.find(e => e.flags & flag.key && e.pts > pts);
      if (found) {
        return found;
      }
    }

    return null;
  }

  // The payload of a block, once its chunk header and SHA-256 agree with its entry.
  async block(track, ordinal, signal) {
    const entry = await this.entry(track, ordinal, signal);
    this.#checkExtent(track, entry);
    return this.#prove(track, entry, await this.#source.read(entry.offset, chunkHeaderLength + entry.length, signal));
  }

  // Yields { entry, bytes } of consecutive blocks from an ordinal on, each proven; those that lie close together are read at once.
  async* blocks(track, ordinal, most, signal) {
    const run = [];
    for (let next = ordinal; next < track.count; next++) {
      const entry = await this.entry(track, next, signal);
      const gap = run.length ? entry.offset - endOf(run.at(-1)) : 0;
      if (run.length && (gap < 0 || gap > mostGap || endOf(entry) - run[0].offset > most)) {
        break;
      }

      this.#checkExtent(track, entry);
      run.push(entry);
    }

    if (run.length) {
      const start = run[0].offset;
      const bytes = await this.#source.read(start, endOf(run.at(-1)) - start, signal);
      for (const entry of run) {
        const at = entry.offset - start;
        yield { entry, bytes: await this.#prove(track, entry, bytes.subarray(at, at + chunkHeaderLength + entry.length)) };
      }
    }
  }

  #checkExtent(track, { ordinal, offset, length }) {
    if (offset < fileHeaderLength || endOf({ offset, length }) > this.rootOffset) {
      throw new FormatError('page', 'INDX', track.pages[Math.floor(ordinal / 2 ** this.pageLog2)].offset, `block ${ordinal} of track ${track.id} would lie outside of the file`);
    }

    if (length > limits.block) {
      throw new FormatError('limit', 'CORE', offset, `block ${ordinal} of track ${track.id} has ${length} bytes`);
    }
  }

  async #prove(track, { ordinal, offset, length, digest }, chunk) {
    const payload = chunk.subarray(chunkHeaderLength);
    const name = `block ${ordinal} of track ${track.id} (CORE at offset ${offset})`;
    if (tagAt(chunk) !== 'CORE' || viewOf(chunk).getUint32(4) !== length) {
      throw new FormatError('block', 'CORE', offset, `${name}: no such chunk`);
    }

    const found = await digestOf(payload);
    if (!same(found, digest)) {
      throw new FormatError('block', 'CORE', offset, `${name}: its SHA-256 begins ${hex(found).slice(0, 16)}, that under the root ${hex(digest).slice(0, 16)}`);
    }

    return payload;
  }

  #broken(message) {
    throw new FormatError('page', 'ROOT', this.rootOffset, message);
  }
}

const endOf = ({ offset, length }) => offset + chunkHeaderLength + length;

// How many items from the front on meet a condition that those behind do not.
function countWhile(items, holds) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = low + high >>> 1;
    if (holds(items[middle])) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }

  return low;
}
