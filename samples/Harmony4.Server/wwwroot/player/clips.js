// What the player plays: the stream of one track, from the host's word for it (1.0) or block by block, each proven before it is handed on (1.1).
import * as api from '../api.js';
import { FormatError } from '../h4mk/wire.js';
import { count, plural } from '../quantities.js';

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

  get length() {
    return this.#length;
  }

  // What comes before the first keyframe, or, where nothing does, the begin of it.
  async head(signal) {
    const length = Math.min(this.keyframes.first?.offset || guessedHead, this.#length, largestHead);
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
  #onProven;

  // onProven(entry): a block agrees with the root.
  constructor(container, track, keyframes, onProven = () => { }) {
    this.#container = container;
    this.#track = track;
    this.keyframes = keyframes;
    this.#onProven = onProven;
  }

  get length() {
    return Number(this.#track.bytes);
  }

  // In microseconds.
  get end() {
    return Number(this.#track.end);
  }

  get note() {
    const proven = `${count(this.#proven.size)} of ${plural(this.#track.count, 'block')} proven against root ${this.#container.root.slice(0, 16)}… before they were played`;
    return this.#failed.size ? `${proven}; not what the root says, and not played: ${[...this.#failed].join(', ')}` : proven;
  }

  async head(signal) {
    const first = this.keyframes.first?.block ?? 0;
    const pieces = [];
    let length = 0;
    for (let ordinal = 0; ordinal < Math.max(1, first) && ordinal < this.#track.count && length < largestHead; ordinal++) {
      pieces.push(await this.#container.block(this.#track, ordinal, signal));
      this.#prove(await this.#container.entry(this.#track, ordinal, signal));
      length += pieces.at(-1).length;
    }

    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }

  #prove(entry) {
    this.#proven.add(entry.ordinal);
    this.#onProven(entry);
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
          this.#prove(entry);
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
