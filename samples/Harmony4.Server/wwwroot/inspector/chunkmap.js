// The chunks of a file to scale. They are put into bins as they are found, so drawing takes as long for a million as for ten.
import { colors, runs, sheet } from '../paint.js';

const binCount = 2048;
const tags = ['CORE', 'SEEK', 'META', 'SAFE', 'VERI', 'TRAK', 'TOKN', 'INDX', 'ROOT', 'SIGN', 'TAIL', 'SEAL'];
const frequent = ['CORE', 'TOKN', 'INDX'];
const bad = tags.length + 2;
const other = tags.length + 1;

export const classOf = tag => tags.includes(tag) ? tag.toLowerCase() : 'other';

export class ChunkMap {
  #canvas;
  #bins = new Uint8Array(binCount);
  #size = 1;
  #added = 0;

  constructor(canvas) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  clear(size) {
    this.#bins.fill(0);
    this.#size = Math.max(1, size);
    this.#added = 0;
    this.draw();
  }

  // Adds those of a table (h4mk/chunktable.js) that are new in it.
  follow(chunks) {
    for (; this.#added < chunks.length; this.#added++) {
      this.#add(chunks.at(this.#added));
    }

    this.draw();
  }

  blame(chunk) {
    this.#fill(chunk, bad, 3 / 800 * binCount);
    this.draw();
  }

  // What is rare shows among what is not; damage among all.
  #add(chunk) {
    if (!chunk.good) {
      this.#fill(chunk, bad, 3 / 800 * binCount);
    } else {
      this.#fill(chunk, tags.indexOf(chunk.tag) + 1 || other, 1, frequent.includes(chunk.tag));
    }
  }

  #fill({ offset, size }, value, least, isFrequent = false) {
    const first = Math.min(binCount - 1, Math.floor(offset / this.#size * binCount));
    const last = Math.min(binCount, Math.max(first + least, Math.ceil((offset + size + 12) / this.#size * binCount)));
    for (let i = first; i < last; i++) {
      const before = this.#bins[i];
      if (value === bad || (before !== bad && (!isFrequent || !before || value === 1 || frequent.includes(tags[before - 1])))) {
        this.#bins[i] = isFrequent && before && !frequent.includes(tags[before - 1]) ? before : value;
      }
    }
  }

  draw() {
    const { context, width, height } = sheet(this.#canvas);
    const names = [...tags.map(tag => tag.toLowerCase()), 'soft', 'bad'];
    const color = colors(names);
    runs(this.#bins, (from, to, value) => {
      context.fillStyle = color[names[value - 1]];
      context.fillRect(from / binCount * width, 0, Math.max(1, (to - from) / binCount * width), height);
    });
  }
}
