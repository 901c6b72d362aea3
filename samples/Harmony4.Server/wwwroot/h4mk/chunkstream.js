// Cuts the bytes of a file, which come in pieces of any length, into its header and chunks, and computes the CRC-32 of each. A sink says at the begin of a chunk
// what it wants of it: chunk.keep for the payload, chunk.hash for its SHA-256.
import { crc32 } from './crc32.js';
import { digestOf, PiecewiseDigest } from './sha256.js';
import { chunkHeaderLength, fileHeaderLength, limits, tagAt, viewOf } from './wire.js';

export class ChunkStream {
  #size;
  #sink;
  #at = 0;
  #head = new Uint8Array(fileHeaderLength);
  #held = 0;
  #chunk = null;
  #left = 0;
  #crc = 0;
  #digest = null;

  // Nothing behind this point can be told apart.
  stopped = false;

  // sink: header(bytes), begin(chunk, head), data(chunk, piece), end(chunk), overrun(chunk), rest(offset, bytes); header and begin return whether to go on.
  constructor(size, sink) {
    this.#size = size;
    this.#sink = sink;
  }

  async push(bytes) {
    for (let i = 0; i < bytes.length && !this.stopped;) {
      const wanted = this.#chunk ? this.#left : this.#head.length - this.#held;
      const piece = bytes.subarray(i, i + wanted);
      i += piece.length;
      this.#at += piece.length;
      if (this.#chunk) {
        this.#payload(piece);
      } else {
        this.#head.set(piece, this.#held);
        this.#held += piece.length;
        if (this.#held === this.#head.length) {
          await this.#readHead();
        }
      }

      if (this.#chunk && this.#left === 0) {
        await this.#endChunk();
      }
    }
  }

  async finish() {
    if (!this.stopped && this.#chunk) {
      await this.#sink.overrun(this.#chunk);
    } else if (!this.stopped && (this.#held || this.#head.length === fileHeaderLength)) {
      await this.#sink.rest(this.#at - this.#held, this.#head.slice(0, this.#held));
    }
  }

  async #readHead() {
    const head = this.#head;
    this.#head = new Uint8Array(chunkHeaderLength);
    this.#held = 0;
    if (head.length === fileHeaderLength) {
      this.stopped = !this.#sink.header(head);
      return;
    }

    const view = viewOf(head);
    const chunk = { tag: tagAt(head), offset: this.#at - chunkHeaderLength, size: view.getUint32(4), crc: view.getUint32(8), keep: false, hash: false, payload: null, digest: null, good: undefined };
    this.stopped = !await this.#sink.begin(chunk, head);
    if (!this.stopped && chunk.size > this.#size - this.#at) {
      this.stopped = true;
      await this.#sink.overrun(chunk);
    }

    this.#chunk = this.stopped ? null : chunk;
    this.#left = chunk.size;
    this.#crc = 0;
    this.#digest = chunk.hash && chunk.size > limits.block ? new PiecewiseDigest() : null;
  }

  #payload(piece) {
    const chunk = this.#chunk;
    this.#crc = crc32(piece, this.#crc);
    this.#digest?.update(piece);
    if (piece.length === chunk.size) {
      chunk.payload = piece;
    } else if (chunk.keep || (chunk.hash && !this.#digest)) {
      chunk.payload ??= new Uint8Array(chunk.size);
      chunk.payload.set(piece, chunk.size - this.#left);
    }

    this.#left -= piece.length;
    this.#sink.data(chunk, piece);
  }

  async #endChunk() {
    const chunk = this.#chunk;
    this.#chunk = null;
    chunk.good = this.#crc === chunk.crc;
    chunk.computed = this.#crc;
    chunk.payload ??= new Uint8Array();
    if (chunk.hash) {
      chunk.digest = this.#digest?.digest() ?? digestOf(chunk.payload);
    }

    await this.#sink.end(chunk);
    chunk.payload = null;
  }
}
