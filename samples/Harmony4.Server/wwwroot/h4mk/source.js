// Where the bytes of a container come from. read() and tail() give exactly what is asked for, or throw; pieces() gives all of it, forward.
const pieceLength = 1 << 20;

export class MemorySource {
  #bytes;
  #step;

  constructor(bytes, step = pieceLength) {
    this.#bytes = bytes;
    this.#step = step;
    this.size = bytes.length;
  }

  async read(offset, length) {
    if (offset < 0 || offset + length > this.size) {
      throw new RangeError(`bytes ${offset} to ${offset + length} of ${this.size}`);
    }

    return this.#bytes.subarray(offset, offset + length);
  }

  async tail(length) {
    return this.#bytes.subarray(Math.max(0, this.size - length));
  }

  async* pieces() {
    for (let at = 0; at < this.size; at += this.#step) {
      yield this.#bytes.subarray(at, at + this.#step);
    }
  }
}
