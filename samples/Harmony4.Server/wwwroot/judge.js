// Judges the bytes of a 1.0 container as they come, in pieces of any length, and keeps none of them but META, SAFE and VERI: the structure,
// the CRC-32 of each chunk, and VERI, the SHA-256 over all that comes before it.
import { crc32 } from './crc32.js';
import { startDigest } from './sha256.js';

const headLength = 8;
const chunkHeadLength = 12;
const veriLength = 32;
const singles = ['SEEK', 'META', 'SAFE', 'VERI'];
const documents = ['META', 'SAFE'];
const largestDocument = 1 << 26;
const deepestDocument = 512;
const mostChunks = 1 << 18;
const mostFindings = 1000;

export const hex = bytes => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('');

const hex32 = value => value.toString(16).padStart(8, '0');

export class Judge {
  findings = [];
  chunks = [];
  counts = new Map();
  chunkCount = 0;

  // Why what matches is not verified, if so.
  lacking = '';

  // Nothing behind this point can be told from the rest: reading on is of no use.
  stopped = false;

  #length;
  #digest;
  #at = 0;
  #head = new Uint8Array(headLength);
  #held = 0;
  #chunk = null;
  #left = 0;
  #crc = 0;
  #kept = null;
  #veri = null;
  #unread = false;

  // length: of the file, where it is known.
  constructor(length = Infinity) {
    this.#length = length;
    this.#digest = startDigest(length);
  }

  push(bytes) {
    for (let i = 0; i < bytes.length && !this.stopped;) {
      const wanted = this.#chunk ? this.#left : this.#head.length - this.#held;
      const piece = bytes.subarray(i, i + wanted);
      if (!this.#chunk) {
        this.#head.set(piece, this.#held);
        this.#held += piece.length;
      } else {
        this.#payload(piece);
      }

      i += piece.length;
      this.#at += piece.length;
      if (!this.#chunk && this.#held === this.#head.length) {
        this.#readHead();
      }

      if (this.#chunk && this.#left === 0) {
        this.#endChunk();
      }
    }
  }

  // Returns verified, failed, incomplete (VERI and more are missing) or unverified (VERI is missing).
  async finish() {
    if (!this.stopped && this.#chunk) {
      this.#fail(this.#chunk.tag, this.#chunk.offset, `the chunk says ${this.#chunk.size} bytes, the file has ${this.#chunk.size - this.#left}`);
    } else if (!this.stopped && this.#head.length === headLength) {
      this.#fail('H4MK', 0, 'not the head of a 1.0 container');
    } else if (!this.stopped && this.#held) {
      this.#fail('', this.#at - this.#held, `${this.#held} bytes too many at the end`);
    }

    if (this.#veri && !this.stopped) {
      const found = hex(await this.#digest.finish());
      const stored = hex(this.#veri.bytes);
      if (found !== stored) {
        this.#fail('VERI', this.#veri.offset, `SHA-256 stored ${stored.slice(0, 16)}…, computed ${found.slice(0, 16)}…`);
      }
    }

    if (this.findings.length) {
      return 'failed';
    }

    this.lacking = !this.#veri ? 'there is no SHA-256 over the whole' : this.#unread ? 'META or SAFE is too long to be read here' : '';
    return !this.lacking ? 'verified' : this.#veri || singles.slice(0, 3).every(tag => this.counts.has(tag)) ? 'unverified' : 'incomplete';
  }

  #fail(chunk, offset, message) {
    if (this.findings.length < mostFindings) {
      this.findings.push({ chunk, offset, message });
    }
  }

  #stop(chunk, offset, message) {
    this.#fail(chunk, offset, message);
    this.stopped = true;
  }

  #readHead() {
    const view = new DataView(this.#head.buffer);
    this.#held = 0;
    if (this.#head.length === headLength) {
      this.#head = new Uint8Array(chunkHeadLength);
      if (view.getUint32(0) !== 0x48344D4B || view.getUint16(4) !== 1 || view.getUint16(6) !== 0) {
        this.#stop('H4MK', 0, 'not the head of a 1.0 container');
      }

      return;
    }

    const offset = this.#at - chunkHeadLength;
    const tag = String.fromCharCode(...this.#head.subarray(0, 4));
    const size = view.getUint32(4);
    if (!/^[!-~]{4}$/.test(tag)) {
      this.#stop('', offset, `a chunk tag of other bytes than 0x21 to 0x7e: 0x${hex32(view.getUint32(0))}`);
    } else if (size > this.#length - this.#at) {
      this.#stop(tag, offset, `the chunk says ${size} bytes, the file has ${this.#length - this.#at}`);
    } else if (this.#veri) {
      this.#stop(tag, offset, 'a chunk after VERI');
    } else if (singles.includes(tag) && this.counts.has(tag)) {
      this.#stop(tag, offset, `a second ${tag}`);
    } else if (tag === 'VERI' && size !== veriLength) {
      this.#stop(tag, offset, `VERI of ${size} bytes, not ${veriLength}`);
    } else {
      this.#begin({ tag, offset, size, crc: view.getUint32(8), ordinal: tag === 'CORE' ? this.counts.get(tag) ?? 0 : null, good: undefined });
    }
  }

  #begin(chunk) {
    this.#chunk = chunk;
    this.#left = chunk.size;
    this.#crc = 0;
    const whole = chunk.tag === 'VERI' || (documents.includes(chunk.tag) && chunk.size <= largestDocument);
    this.#unread ||= documents.includes(chunk.tag) && !whole;
    this.#kept = new Uint8Array(whole ? chunk.size : chunk.tag === 'SEEK' ? Math.min(4, chunk.size) : 0);
    this.counts.set(chunk.tag, (this.counts.get(chunk.tag) ?? 0) + 1);
    this.chunkCount++;
    if (chunk.tag !== 'VERI') {
      this.#digest.update(this.#head);
    }
  }

  #payload(piece) {
    const { tag, size } = this.#chunk;
    const done = size - this.#left;
    this.#crc = crc32(piece, this.#crc);
    if (done < this.#kept.length) {
      this.#kept.set(piece.subarray(0, this.#kept.length - done), done);
    }

    this.#left -= piece.length;
    if (tag !== 'VERI') {
      this.#digest.update(piece);
    }
  }

  #endChunk() {
    const chunk = this.#chunk;
    const { tag, offset, size, crc } = chunk;
    chunk.good = this.#crc === crc;
    if (this.chunks.length < mostChunks || (!chunk.good && this.findings.length < mostFindings)) {
      this.chunks.push(chunk);
    }

    if (!chunk.good) {
      this.#fail(tag, offset, `${chunk.ordinal === null ? tag : `${tag} block ${chunk.ordinal}`}: CRC-32 stored ${hex32(crc)}, computed ${hex32(this.#crc)}`);
    }

    if (tag === 'SEEK' && (size < 4 || size !== 4 + 16 * new DataView(this.#kept.buffer).getUint32(0))) {
      this.#stop(tag, offset, `SEEK of ${size} bytes, which is not what its count says`);
    } else if (documents.includes(tag) && this.#kept.length === size && !isObject(this.#kept)) {
      this.#fail(tag, offset, `${tag} is not a JSON object`);
    }

    if (tag === 'VERI') {
      this.#veri = { offset, bytes: this.#kept };
    }

    this.#chunk = null;
  }
}

function isObject(bytes) {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) && depth(bytes) <= deepestDocument;
  } catch {
    return false;
  }
}

// Of well-formed JSON: the most brackets that are open at once, outside of strings.
function depth(bytes) {
  const [quote, backslash, open, close] = [0x22, 0x5C, new Set([0x5B, 0x7B]), new Set([0x5D, 0x7D])];
  let [deepest, now, inside] = [0, 0, false];
  for (let i = 0; i < bytes.length; i++) {
    if (inside && bytes[i] === backslash) {
      i++;
    } else if (inside) {
      inside = bytes[i] !== quote;
    } else if (bytes[i] === quote) {
      inside = true;
    } else if (open.has(bytes[i])) {
      deepest = Math.max(deepest, ++now);
    } else if (close.has(bytes[i])) {
      now--;
    }
  }

  return deepest;
}
