// The table of chunks, of which those in sight are rows, and their map.
import { count } from '../quantities.js';
import { VirtualRows } from '../rows.js';
import { ChunkMap, classOf } from './chunkmap.js';

const rowHeight = 26;
const cells = 5;

export class ChunkView {
  #part;
  #rows;
  #map;
  #chunks = null;
  #marked = -1;

  constructor(part) {
    this.#part = part;
    this.#map = new ChunkMap(part('map'));
    this.#rows = new VirtualRows(part('chunks-view'), part('chunks-rows'), { height: rowHeight, make, fill: (row, index) => this.#fill(row, index) });
  }

  clear() {
    this.#chunks = null;
    this.#marked = -1;
    this.#rows.show(0);
    this.#part('map-text').replaceChildren();
    this.#part('chunks-text').textContent = '';
    this.#map.clear(1);
  }

  begin(size) {
    this.clear();
    this.#map.clear(size);
  }

  // found: as the verifier has it so far.
  follow({ chunks, counts, chunkCount }) {
    this.#chunks = chunks;
    this.#map.follow(chunks);
    if (this.#rows.count !== chunks.length) {
      this.#rows.show(chunks.length);
      this.#part('chunks').setAttribute('aria-rowcount', chunks.length + 1);
    }

    this.#part('chunks-text').textContent = chunkCount > chunks.length ? `and ${count(chunkCount - chunks.length)} more` : '';
    describe(this.#part('map-text'), counts);
  }

  // Chunks at these offsets are not what they should be.
  blame(offsets) {
    for (const offset of offsets) {
      this.#chunks.blame(offset);
      const at = this.#chunks.find(offset);
      if (at >= 0 && this.#chunks.at(at).offset === offset) {
        this.#map.blame(this.#chunks.at(at));
      }
    }

    this.#rows.show(this.#chunks.length);
  }

  // Opens the table at the chunk that holds a byte of the file.
  reveal(offset) {
    const index = this.#chunks ? this.#chunks.find(offset) : -1;
    if (index >= 0) {
      this.#marked = index;
      this.#part('chunks-part').open = true;
      this.#rows.show(this.#chunks.length);
      this.#rows.reveal(index, true);
      this.#part('chunks-view').scrollIntoView({ block: 'nearest' });
    }
  }

  #fill(row, index) {
    const { tag, offset, size, crc, good } = this.#chunks.at(index);
    row.className = `chunk${good ? '' : ' bad'}${index === this.#marked ? ' marked' : ''}`;
    row.setAttribute('aria-rowindex', index + 2);
    [tag, count(offset), count(size), crc.toString(16).padStart(8, '0'), good ? 'matches' : 'differs'].forEach((text, i) => { row.children[i].textContent = text; });
  }
}

function make() {
  const row = document.createElement('div');
  row.setAttribute('role', 'row');
  for (let i = 0; i < cells; i++) {
    const cell = document.createElement('span');
    cell.setAttribute('role', 'cell');
    row.append(cell);
  }

  return row;
}

// Counts by tag, each with its colour on the map.
function describe(element, counts) {
  element.replaceChildren('in file order: ', ...[...counts].flatMap(([tag, number], i) => {
    const swatch = document.createElement('i');
    swatch.className = `swatch ${classOf(tag)}`;
    return [i ? ', ' : '', swatch, `${count(number)} ${tag}`];
  }));
}
