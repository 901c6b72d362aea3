// The chunks of a file in columns, in its order: a million of them are 18 MB.
const tagCount = 256;

export class ChunkTable {
  length = 0;

  #capacity = 1024;
  #offsets = new Float64Array(this.#capacity);
  #sizes = new Uint32Array(this.#capacity);
  #crcs = new Uint32Array(this.#capacity);
  #tags = new Uint8Array(this.#capacity);
  #goods = new Uint8Array(this.#capacity);
  #names = [];

  add(tag, offset, size, crc, good) {
    if (this.length === this.#capacity) {
      this.#grow();
    }

    const at = this.length++;
    this.#offsets[at] = offset;
    this.#sizes[at] = size;
    this.#crcs[at] = crc;
    this.#tags[at] = this.#tagOf(tag);
    this.#goods[at] = good ? 1 : 0;
  }

  at(index) {
    return { tag: this.#names[this.#tags[index]], offset: this.#offsets[index], size: this.#sizes[index], crc: this.#crcs[index], good: this.#goods[index] === 1 };
  }

  // The chunk that holds a byte, or the last before it; -1 where there is none.
  find(offset) {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = low + high >>> 1;
      if (this.#offsets[middle] <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }

    return low - 1;
  }

  // What is wrong with a chunk may be more than its CRC-32.
  blame(offset) {
    const at = this.find(offset);
    if (at >= 0 && this.#offsets[at] === offset) {
      this.#goods[at] = 0;
    }
  }

  #tagOf(tag) {
    const known = this.#names.indexOf(tag);
    return known >= 0 ? known : this.#names.length < tagCount ? this.#names.push(tag) - 1 : tagCount - 1;
  }

  #grow() {
    this.#capacity *= 2;
    const longer = (Type, from) => {
      const to = new Type(this.#capacity);
      to.set(from);
      return to;
    };
    this.#offsets = longer(Float64Array, this.#offsets);
    this.#sizes = longer(Uint32Array, this.#sizes);
    this.#crcs = longer(Uint32Array, this.#crcs);
    this.#tags = longer(Uint8Array, this.#tags);
    this.#goods = longer(Uint8Array, this.#goods);
  }
}
