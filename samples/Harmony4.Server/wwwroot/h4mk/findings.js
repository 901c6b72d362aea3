// What is wrong with a file: { chunk, offset, code, message }, the first of each chunk and what is missing, up to a number.
import { limits } from './wire.js';

// These say something without making a file invalid.
const harmless = ['lost', 'seek-order', 'missing', 'limit', 'incomplete', 'overrun', 'trailing'];

export class Findings {
  list = [];
  #offsets = new Set();
  #invalid = false;
  #codes = new Set();

  // isHarm: whether the file is invalid for it, which its code tells unless said otherwise.
  add(code, chunk, offset, message, isHarm = !harmless.includes(code)) {
    this.count++;
    this.#codes.add(code);
    this.#invalid ||= isHarm;
    if (this.list.length < limits.findings && (code === 'missing' || !this.#offsets.has(offset))) {
      this.#offsets.add(offset);
      this.list.push({ chunk: chunk.replace(/[^!-~]/g, c => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`), offset, code, message });
    }
  }

  addError({ code, chunk, offset, message }) {
    this.add(code, chunk, offset, message);
  }

  has(...codes) {
    return codes.some(code => this.#codes.has(code));
  }

  // In the order of the file.
  get sorted() {
    return this.list.toSorted((a, b) => a.offset - b.offset);
  }

  // How many were added, also of those that are not listed.
  count = 0;

  get isInvalid() {
    return this.#invalid;
  }
}
