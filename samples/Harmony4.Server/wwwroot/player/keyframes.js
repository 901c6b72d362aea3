// The keyframes of a track in columns: a million of them are three arrays.
import { fileRange } from '../api.js';
import { isDue, pause } from '../pause.js';

const mostListed = 1 << 20;
const mostPages = 16;
const pieceLength = 1 << 22;
const [countLength, entryLength] = [4, 16];

export class Keyframes {
  #pts;
  #offsets;
  #blocks;

  constructor(capacity) {
    this.#pts = new Float64Array(capacity);
    this.#offsets = new Float64Array(capacity);
    this.#blocks = new Float64Array(capacity);
    this.length = 0;
  }

  // pts in microseconds; offset in the stream and block are null where they are not known.
  add(pts, offset, block) {
    const at = this.length++;
    this.#pts[at] = pts;
    this.#offsets[at] = offset ?? NaN;
    this.#blocks[at] = block ?? NaN;
  }

  at(index) {
    const known = value => Number.isNaN(value) ? null : value;
    return index < 0 || index >= this.length ? null : { pts: this.#pts[index], offset: known(this.#offsets[index]), block: known(this.#blocks[index]) };
  }

  pts(index) {
    return this.#pts[index];
  }

  get first() {
    return this.at(0);
  }

  get last() {
    return this.at(this.length - 1);
  }

  // How many are at or before a time.
  countTo(pts) {
    return countWhile(this.length, i => this.#pts[i] <= pts);
  }

  // How many begin at or before a byte of the stream.
  countToOffset(offset) {
    return countWhile(this.length, i => this.#offsets[i] <= offset);
  }
}

function countWhile(length, holds) {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = low + high >>> 1;
    if (holds(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }

  return low;
}

// Of a 1.0 file: the SEEK chunk itself, u32 count, then u64 pts and u64 offset for each keyframe, big-endian.
export async function keyframesOfSeek(id, seek, signal) {
  const count = seek ? Math.min(mostListed, Math.max(0, Math.floor((seek.size - countLength) / entryLength))) : 0;
  const found = new Keyframes(count);
  for (let next = 0; next < count;) {
    const wanted = Math.min(count - next, pieceLength / entryLength);
    const start = seek.offset + countLength + next * entryLength;
    const bytes = await fileRange(id, start, start + wanted * entryLength - 1, signal);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + entryLength <= bytes.length; at += entryLength) {
      found.add(Number(view.getBigUint64(at)), Number(view.getBigUint64(at + 8)), null);
      if (at % (1 << 16) === 0 && isDue()) {
        await pause();
      }
    }

    next += wanted;
  }

  return found;
}

// Of a track of a 1.1 file: those of its pages; of very many pages, the first of each, as ROOT has them.
export async function keyframesOfTrack(container, track, signal) {
  if (track.pages.length <= mostPages) {
    const found = new Keyframes(track.keys);
    for (let number = 0; number < track.pages.length; number++) {
      const { entries } = await container.page(track, number, signal);
      for (const entry of entries) {
        if (entry.flags & 1) {
          found.add(Number(entry.pts), Number(entry.streamOffset), entry.ordinal);
        }
      }

      if (isDue()) {
        await pause();
      }
    }

    return found;
  }

  const found = new Keyframes(track.pages.length);
  const first = track.keys ? await container.seek(track, track.pages[0].firstKey, signal) : null;
  if (first) {
    found.add(Number(first.pts), Number(first.streamOffset), first.ordinal);
  }

  for (const [i, page] of track.pages.entries()) {
    if (i > 0 && track.keys && page.firstOrdinal <= track.lastKey && page.firstKey !== track.pages[i - 1].firstKey) {
      found.add(Number(page.firstKey), null, null);
    }
  }

  return found;
}
