// What the player plays: the stream of one track, from the host's word for it (1.0) or block by block, each proven before it is handed on (1.1).
import * as api from './api.js';
import { FormatError } from './h4mk/wire.js';

const largestHead = 1 << 23;
const guessedHead = 1 << 16;
const pieceLength = 1 << 20;

// Of a 1.0 file, over /video/seek and /video/range.
export class HostClip {
  #id;
  #length;

  constructor(id, length, keyframes) {
    this.#id = id;
    this.#length = length;
    this.keyframes = keyframes;
  }

  get note() {
    return '';
  }

  // What comes before the first keyframe, or, where nothing does, the begin of it.
  async head(signal) {
    const length = Math.min(this.keyframes[0]?.offset || guessedHead, this.#length, largestHead);
    return length ? api.range(this.#id, 0, length - 1, signal) : new Uint8Array();
  }

  async seek(microseconds, signal) {
    const keyframe = await api.seek(this.#id, microseconds, signal);
    return { ...keyframe, at: keyframe.offset };
  }

  async* from(at, signal) {
    while (at < this.#length) {
      const piece = await api.range(this.#id, at, Math.min(this.#length, at + pieceLength) - 1, signal);
      at += piece.length;
      yield piece;
    }
  }
}

// Of a 1.1 file, over ranges of the file itself: only what agrees with its root comes out.
export class ProvenClip {
  #container;
  #track;
  #proven = new Set();
  #failed = new Set();

  constructor(container, track, keyframes) {
    this.#container = container;
    this.#track = track;
    this.keyframes = keyframes;
  }

  get note() {
    const proven = `${this.#proven.size} of ${this.#track.count} blocks proven against root ${this.#container.root.slice(0, 16)}… before they were played`;
    return this.#failed.size ? `${proven}; not what the root says, and not played: ${[...this.#failed].join(', ')}` : proven;
  }

  async head(signal) {
    const first = this.keyframes[0]?.block ?? 0;
    const pieces = [];
    let length = 0;
    for (let ordinal = 0; ordinal < Math.max(1, first) && ordinal < this.#track.count && length < largestHead; ordinal++) {
      pieces.push(await this.#container.block(this.#track, ordinal, signal));
      this.#proven.add(ordinal);
      length += pieces.at(-1).length;
    }

    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }

  async seek(microseconds, signal) {
    const found = await this.#container.seek(this.#track, BigInt(Math.max(0, microseconds)), signal);
    if (!found) {
      throw new Error('no keyframe at or before this time');
    }

    return { pts: Number(found.pts), block: found.ordinal, offset: Number(found.streamOffset), at: found.ordinal };
  }

  // One piece for the blocks of a read; what comes before a block that fails is still handed on.
  async* from(at, signal) {
    while (at < this.#track.count) {
      const pieces = [];
      let failure = null;
      try {
        for await (const { entry, bytes } of this.#container.blocks(this.#track, at, pieceLength, signal)) {
          pieces.push(bytes);
          at = entry.ordinal + 1;
          this.#proven.add(entry.ordinal);
        }
      } catch (error) {
        failure = error;
      }

      yield new Uint8Array(await new Blob(pieces).arrayBuffer());
      if (failure) {
        if (failure instanceof FormatError) {
          this.#failed.add(at);
        }

        throw failure;
      }
    }
  }
}

const mostPages = 16;

// Keyframes of a track out of its pages; of very many pages, the first of each, as ROOT has them.
export async function keyframesOf(container, track, signal) {
  const found = [];
  if (track.pages.length > mostPages) {
    for (const [i, page] of track.pages.entries()) {
      if (track.keys && page.firstOrdinal <= track.lastKey && page.firstKey !== track.pages[i - 1]?.firstKey) {
        found.push({ pts: Number(page.firstKey), offset: null, block: null });
      }
    }

    const first = track.keys ? await container.seek(track, track.pages[0].firstKey, signal) : null;
    found.splice(0, first ? 1 : 0, ...first ? [keyframe(first)] : []);
    return found;
  }

  for (let number = 0; number < track.pages.length; number++) {
    const { entries } = await container.page(track, number, signal);
    found.push(...entries.filter(e => e.flags & 1).map(keyframe));
  }

  return found;
}

const keyframe = entry => ({ pts: Number(entry.pts), offset: Number(entry.streamOffset), block: entry.ordinal });
