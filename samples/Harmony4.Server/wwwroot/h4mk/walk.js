// Judges the chunks of a 1.1 file as they come, from TRAK on: the file is a function of its blocks, so it is written again from them, and every byte held against that.
import { Body, longestIndex } from './body.js';
import { isSign } from './container.js';
import { hex32 } from './judge.js';
import { Order } from './order.js';
import { buildRoot, TrackState } from './rebuild.js';
import { readObject, readTrak } from './trak.js';
import { chunkHeaderLength, FormatError, limits, mostSeekEntries, readTail, same, seekCountLength, seekEntryLength, tailLength, toknLength, viewOf } from './wire.js';

const tailPayloadLength = tailLength - chunkHeaderLength;
const longest = {
  TRAK: limits.json, META: limits.json, SAFE: limits.json, TOKN: toknLength, INDX: longestIndex, SEEK: seekCountLength + seekEntryLength * mostSeekEntries, ROOT: limits.root, SIGN: limits.sign,
  TAIL: tailPayloadLength,
};
const limited = ['TRAK', 'META', 'SAFE', 'ROOT', 'SIGN'];
const hashed = ['CORE', 'SEAL', 'other', 'TRAK', 'META', 'SAFE', 'ROOT'];

export class Walk {
  // Whether TAIL was reached.
  isAtEnd = false;

  #context;
  #findings;
  #size;
  #container;
  #part;
  #order;
  #body;
  #pageLog2 = 0;
  #aux;
  #listed = new Set();
  #root = null;
  #signs = 0;

  // container: opened by the tail, or null. part: the 1.0 part of an upgraded file, read to its end; else null.
  constructor(findings, size, container, part) {
    this.#context = { findings, container, blind: false, isRootAnother: false };
    this.#findings = findings;
    this.#size = size;
    this.#container = container;
    this.#part = part;
    this.#aux = part ? [...part.aux] : [];
    this.#order = new Order(this.#context, part !== null);
    this.#body = new Body(this.#context, this.#order, part);
  }

  get blocks() {
    return this.#body.blocks;
  }

  begin(chunk) {
    if (!this.#order.name(chunk)) {
      return false;
    }

    this.#body.beforeChunk(chunk.kind);
    this.#order.place(chunk, this.#body);
    this.#measure(chunk);
    chunk.keep = chunk.size <= (longest[chunk.kind] ?? -1);
    chunk.hash = hashed.includes(chunk.kind);
    return true;
  }

  // Where the length of a chunk is known otherwise, a wrong one does not hide what follows.
  #measure(chunk) {
    const { tag, kind, offset, size, stray } = chunk;
    const known = stray ? null : this.#body.lengthOf(kind);
    if (known !== null && known !== size) {
      this.#findings.add({ TOKN: 'token', CORE: 'block', INDX: 'page' }[kind], tag, offset, `${tag} of ${size} bytes, where ${known} have to follow`);
      chunk.size = known;
    }
  }

  async end(chunk) {
    const { tag, kind, offset, crc, good, keep, size } = chunk;
    if (!good) {
      this.#findings.add('crc', tag, offset, `${kind === 'CORE' ? this.#body.expected : tag}: CRC-32 stored ${hex32(crc)}, computed ${hex32(chunk.computed)}`);
    }

    if (!keep && limited.includes(kind)) {
      this.#findings.add('limit', tag, offset, `${tag} of ${size} bytes`);
    }

    if (!chunk.stray) {
      await this.#judge(chunk);
    }
  }

  #judge(chunk) {
    switch (chunk.kind) {
      case 'TRAK':
        return this.#trak(chunk);
      case 'META':
      case 'SAFE':
        return this.#document(chunk);
      case 'TOKN':
        return this.#body.token(chunk);
      case 'CORE':
        return this.#body.core(chunk);
      case 'INDX':
        return this.#body.index(chunk);
      case 'SEEK':
        return this.#seek(chunk);
      case 'ROOT':
        return this.#endRoot(chunk);
      case 'SIGN':
        return this.#sign(chunk);
      case 'TAIL':
        return this.#tail(chunk);
      default:
        return this.#list(chunk);
    }
  }

  // Runs a check that throws what it finds.
  #try(check) {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof FormatError)) {
        throw error;
      }

      this.#findings.addError(error);
      return null;
    }
  }

  async #trak(chunk) {
    const { offset, good, keep, payload } = chunk;
    const expected = this.#container;
    await this.#list(chunk);
    const read = good && keep ? this.#try(() => readTrak(payload, offset)) : null;
    if (read && expected && (read.pageLog2 !== expected.pageLog2 || read.tracks.map(t => t.id).join() !== expected.tracks.map(t => t.id).join())) {
      this.#findings.add('track', 'TRAK', offset, 'TRAK: other tracks than those of ROOT');
    }

    const known = expected ?? read;
    this.#pageLog2 = known?.pageLog2 ?? 0;
    this.#body.tracks = (known?.tracks ?? []).map((t, i) => i === 0 && this.#part?.track ? this.#part.track : new TrackState(t.id, i, known.pageLog2));
    this.#context.blind ||= !known || (this.#part !== null && !this.#part.track);
  }

  async #document(chunk) {
    await this.#list(chunk);
    if (chunk.good && chunk.keep) {
      this.#try(() => readObject(chunk.payload, chunk.kind, chunk.offset));
    }
  }

  // What ROOT has to list besides blocks and pages.
  async #list({ tag, kind, offset, size, digest, good }) {
    const record = { tag, length: size, digest: await digest, offset };
    const isOne = a => (a.tag === tag || a.tag === kind) && !this.#listed.has(a);

    // Where only the offset is wrong, that is ROOT's fault.
    const listed = this.#container?.aux.find(a => isOne(a) && a.offset === offset) ?? this.#container?.aux.find(a => isOne(a) && a.length === size && same(a.digest, record.digest));
    this.#listed.add(listed);
    if (this.#container && !listed) {
      this.#findings.add('unlisted', tag, offset, `ROOT does not list this ${tag}`);
      this.#context.blind = true;
    } else if (listed && (listed.length !== size || !same(listed.digest, record.digest))) {
      this.#findings.add('aux', tag, offset, `${tag}: not the one that ROOT lists`);
      this.#context.blind ||= listed.length !== size;
    }

    // Where a chunk is damaged or another, ROOT is what counts.
    this.#context.blind ||= !good && !listed;
    if (this.#aux.length < limits.aux) {
      this.#aux.push(listed ? { ...listed, offset } : record);
    } else {
      this.#findings.add('limit', tag, offset, `more than ${limits.aux} chunks that ROOT has to list`);
      this.#context.blind = true;
    }
  }

  #seek({ offset, size, good, keep, payload }) {
    const body = this.#body;
    if (!good || !body.isComplete('SEEK', offset)) {
      return;
    }

    if (!keep || size < seekCountLength || size !== seekCountLength + seekEntryLength * viewOf(payload).getUint32(0)) {
      this.#findings.add('bad-length', 'SEEK', offset, `SEEK of ${size} bytes, which is not what its count says`);
    } else if (body.isSeekKnown && !same(payload, body.seek.payload)) {
      this.#findings.add('order', 'SEEK', offset, 'SEEK: not the keyframes of the first track');
    }
  }

  async #endRoot({ offset, size, good, keep, payload, digest }) {
    this.#root = { offset, size, good, digest: await digest };
    if (this.#body.isComplete('ROOT', offset) && good && keep && !this.#context.isRootAnother && !same(payload, buildRoot(this.#pageLog2, this.#body.tracks, this.#aux))) {
      this.#findings.add('root', 'ROOT', offset, 'ROOT: not what its blocks give');
    }
  }

  #sign({ offset, size, good, keep, payload }) {
    this.#signs++;
    if (this.#signs > limits.signs) {
      this.#findings.add('limit', 'SIGN', offset, `more than ${limits.signs} signatures`);
    } else if (good && keep && !isSign(payload)) {
      this.#findings.add('sign', 'SIGN', offset, `SIGN of ${size} bytes, which is not as the format has it`);
    }
  }

  #tail({ offset, size, good, payload }) {
    this.isAtEnd = true;
    if (!good) {
      return;
    }

    // What stands behind it is named itself.
    if (size !== tailPayloadLength || offset !== this.#size - tailLength) {
      if (size !== tailPayloadLength) {
        this.#findings.add('tail', 'TAIL', offset, `TAIL of ${size} bytes`);
      }

      return;
    }

    const tail = readTail(Uint8Array.of(...new Uint8Array(chunkHeaderLength), ...payload));
    const root = this.#root;
    if (tail.minor !== 1 || tail.zero !== 0 || tail.magic !== 'KM4H'
      || (root && (tail.rootOffset !== BigInt(root.offset) || tail.rootLength !== root.size + chunkHeaderLength || (root.good && !same(tail.rootHash, root.digest))))) {
      this.#findings.add('tail', 'TAIL', offset, 'TAIL: not what ROOT gives');
    }
  }
}
