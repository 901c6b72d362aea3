// The places of chunks in a 1.1 file.
import { isFormatTag, isPlainTag, neighbour, singletons } from './wire.js';

// A body chunk may stand again and again; so may the last pages and signatures.
const rank = { TRAK: 0, META: 1, SAFE: 2, body: 3, pages: 4, SEEK: 5, ROOT: 6, SIGN: 7, TAIL: 8 };
const bodyTags = ['TOKN', 'CORE', 'SEAL', 'other'];
const required = { recorded: ['TRAK', 'META', 'SAFE', 'SEEK', 'ROOT'], upgraded: ['TRAK', 'ROOT'] };

export class Order {
  #context;
  #required;
  #seen = new Set();
  #now = 0;

  // context: { findings, blind }; blind is set once the file is not built as it should be: then only the CRC-32 of chunks is still held against it.
  constructor(context, isUpgraded) {
    this.#context = context;
    this.#required = required[isUpgraded ? 'upgraded' : 'recorded'];
    this.#seen = new Set(isUpgraded ? ['META', 'SAFE', 'SEEK', 'VERI'] : []);
  }

  // Finds out what a chunk is meant to be: a tag of the format, or other. Returns whether its extent can be trusted.
  name(chunk) {
    const { tag, offset } = chunk;
    chunk.kind = isFormatTag(tag) ? tag : neighbour(tag) ?? 'other';
    if (chunk.kind !== tag && chunk.kind !== 'other') {
      this.#context.findings.add('bad-tag', tag, offset, `a tag one bit away from ${chunk.kind}`);
    } else if (!isPlainTag(tag)) {
      this.#context.findings.add('bad-tag', tag, offset, 'a chunk tag of other bytes than 0x21 to 0x7e');
      return false;
    }

    return true;
  }

  // body: { due, isPageDue }, what the blocks before demand. A chunk that has no place here is a stray one.
  place(chunk, body) {
    const { tag, kind, offset } = chunk;
    const { findings, blind } = this.#context;
    const place = rank[bodyTags.includes(kind) || (kind === 'INDX' && body.isPageDue) ? 'body' : kind === 'INDX' ? 'pages' : kind];
    const stray = (code, message) => {
      findings.add(code, tag, offset, message);
      this.#context.blind = true;
      chunk.stray = true;
    };
    const absent = this.#required.find(t => rank[t] < place && !this.#seen.has(t));
    if (singletons.includes(kind) && this.#seen.has(kind)) {
      stray('duplicate', `a second ${kind}`);
    } else if (this.#now === rank.TAIL || kind === 'VERI') {
      stray('order', kind === 'VERI' ? 'VERI outside of a 1.0 part' : `${tag} behind TAIL`);
    } else if (place < this.#now && blind) {
      chunk.stray = true;
    } else if (place < this.#now) {
      stray('order', `${tag} where it cannot stand`);
    } else if (body.due && kind !== 'INDX' && !blind) {
      stray('order', `the page of track ${body.due.id} expected, ${tag} found`);
    } else {
      this.#now = place;
      if (absent && !blind) {
        findings.add('order', tag, offset, `${absent} expected, ${tag} found`);
        this.#context.blind = true;
      }
    }

    this.#seen.add(kind);
  }

  // Pages of fewer blocks end the body.
  endBody() {
    this.#now = rank.pages;
  }
}
