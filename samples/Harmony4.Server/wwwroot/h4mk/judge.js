// Judges the chunks of a 1.0 file, or of the 1.0 part of an upgraded one, as they come, and keeps none of them but META, SAFE, SEEK of a part, and VERI: the structure,
// the CRC-32 of each chunk, and VERI, the SHA-256 over all that comes before it.
import { startDigest } from './sha256.js';
import { hex, isPlainTag, limits, neighbour, seekCountLength, seekEntryLength, veriLength, viewOf } from './wire.js';

const singles = ['SEEK', 'META', 'SAFE', 'VERI'];
const documents = ['META', 'SAFE'];
const newTags = ['TRAK', 'TOKN', 'INDX', 'ROOT', 'SIGN', 'TAIL', 'SEAL'];
const largestDocument = 1 << 26;
const deepestDocument = 512;

export const hex32 = value => value.toString(16).padStart(8, '0');

export class Judge {
  // Where the chunk behind VERI begins, once VERI was there.
  end = -1;

  // Of a part: what ROOT has to list, the payload of SEEK, META and SAFE.
  aux = [];
  kept = new Map();

  #findings;
  #isPart;
  #digest;
  #counts = new Map();
  #cores = 0;
  #veri = null;
  #foreign = false;
  #seek = null;
  #broken = false;
  #cut = false;
  #unread = false;

  // isPart: 1.1 follows, so its chunks have no place here, and what it lists is hashed.
  constructor(findings, size, isPart) {
    this.#findings = findings;
    this.#isPart = isPart;
    this.#digest = startDigest(size);
  }

  // Whether the file is not built as it should be.
  get isBroken() {
    return this.#broken;
  }

  get isWhole() {
    return this.end >= 0 && !this.#findings.isInvalid && singles.every(tag => this.#counts.has(tag));
  }

  begin(chunk, head) {
    const { tag, offset, size } = chunk;
    if (!isPlainTag(tag)) {
      this.#break('bad-tag', tag, offset, `a chunk tag of other bytes than 0x21 to 0x7e: 0x${hex(head.subarray(0, 4))}`);
      return false;
    }

    const near = this.#isPart && !['CORE', ...singles, ...newTags].includes(tag) ? neighbour(tag) : null;
    if (near) {
      this.#break('bad-tag', tag, offset, `a tag one bit away from ${near}`);
    }

    if (singles.includes(tag) && this.#counts.has(tag)) {
      this.#break('duplicate', tag, offset, `a second ${tag}`);
    }

    if (this.#veri && !this.#foreign) {
      this.#foreign = true;
      this.#break('after-veri', tag, offset, 'a chunk after VERI');
    } else if (this.#isPart && newTags.includes(tag) && !this.#foreign) {
      this.#foreign = true;
      this.#break('order', tag, offset, `${tag} inside of the 1.0 part`);
    } else if (tag === 'VERI' && size !== veriLength) {
      this.#break('bad-length', tag, offset, `VERI of ${size} bytes, not ${veriLength}`);
    }

    this.#counts.set(tag, (this.#counts.get(tag) ?? 0) + 1);
    chunk.ordinal = tag === 'CORE' ? this.#cores++ : null;
    chunk.keep = (tag === 'VERI' && size === veriLength) || (documents.includes(tag) && size <= largestDocument) || (this.#isPart && tag === 'SEEK' && size <= limits.seek);
    chunk.hash = this.#isPart && tag !== 'SEEK' && tag !== 'VERI';
    this.#seek = tag === 'SEEK' ? new SeekOrder() : null;
    if (tag === 'VERI') {
      this.#veri ??= { offset };
    } else if (!this.#veri) {
      this.#digest.update(head);
    }

    return true;
  }

  data(chunk, piece) {
    this.#seek?.push(piece);
    if (!this.#veri) {
      this.#digest.update(piece);
    }
  }

  async endChunk(chunk) {
    const { tag, offset, size, crc, good, payload, ordinal } = chunk;
    if (tag === 'SEEK') {
      this.#endSeek(chunk);
    }

    if (!good) {
      this.#findings.add('crc', tag, offset, `${ordinal === null ? tag : `${tag} block ${ordinal}`}: CRC-32 stored ${hex32(crc)}, computed ${hex32(chunk.computed)}`);
    }

    if (documents.includes(tag) && good) {
      this.#endDocument(chunk);
    } else if (tag === 'VERI' && this.#veri.offset === offset) {
      this.end = offset + 12 + size;
      await this.#endVeri(chunk);
    }

    if (chunk.hash && tag !== 'CORE') {
      this.aux.push({ tag, length: size, digest: await chunk.digest, offset, good });
    }

    if (this.#isPart && chunk.keep) {
      this.kept.set(tag, { offset, payload: payload.slice(), good });
    }
  }

  overrun({ tag, offset, size }, rest) {
    this.#cut = true;
    this.#findings.add('overrun', tag, offset, `the chunk says ${size} bytes, the file has ${rest}`);
  }

  rest(offset, count) {
    this.#cut = true;
    this.#findings.add('trailing', '', offset, `${count} bytes too many at the end`);
  }

  // Returns { state, lacking }. What is broken or cut is told before damage, damage before what is missing.
  conclude(size) {
    if (this.#broken) {
      return { state: 'invalid', lacking: '' };
    }

    if (this.#cut) {
      return { state: 'incomplete', lacking: '' };
    }

    const missing = this.end < 0 ? singles.filter(tag => !this.#counts.has(tag)) : [];
    for (const tag of missing) {
      this.#findings.add('missing', tag, size, `there is no ${tag}`);
    }

    const lacking = missing.length ? 'there is no SHA-256 over the whole' : this.#unread ? 'META or SAFE is too long to be read here' : '';
    const state = this.#findings.isInvalid ? 'invalid' : missing.length > 1 ? 'incomplete' : lacking ? 'unverified' : 'unsigned';
    return { state, lacking };
  }

  // Of a part: what has to be there.
  requireAll() {
    for (const tag of singles.filter(t => !this.#counts.has(t))) {
      this.#findings.add('missing', tag, this.end, `the 1.0 part has no ${tag}`, true);
    }
  }

  #break(code, tag, offset, message) {
    this.#broken = true;
    this.#findings.add(code, tag, offset, message);
  }

  #endSeek({ offset, size, good, keep }) {
    const { count, decrease, equal } = this.#seek;
    if (this.#isPart && !keep) {
      this.#findings.add('limit', 'SEEK', offset, `SEEK of ${size} bytes is too long to be held against the keyframes here`);
    }

    if (size !== seekCountLength + seekEntryLength * count) {
      this.#break('bad-length', 'SEEK', offset, `SEEK of ${size} bytes, which is not what its count says`);
    } else if (good && (decrease || equal)) {
      this.#findings.add('seek-order', 'SEEK', offset, `SEEK: the times ${decrease ? 'decrease' : 'do not increase'}`);
    }

    this.#seek = null;
  }

  #endDocument({ tag, offset, size, keep, payload }) {
    this.#unread ||= !keep;
    if (!keep) {
      this.#findings.add('limit', tag, offset, `${tag} of ${size} bytes is too long to be read here`);
    } else if (!isObject(payload)) {
      this.#findings.add('json', tag, offset, `${tag} is not a JSON object`);
    }
  }

  // What a damaged VERI says is not judged.
  async #endVeri({ offset, good, keep, payload }) {
    if (good && keep) {
      const stored = hex(payload);
      const found = hex(await this.#digest.finish());
      if (found !== stored) {
        this.#findings.add('veri', 'VERI', offset, `SHA-256 stored ${stored.slice(0, 16)}…, computed ${found.slice(0, 16)}…`);
      }
    }
  }
}

// The order of a seek table that comes in pieces.
class SeekOrder {
  count = -1;
  decrease = false;
  equal = false;
  #entry = new Uint8Array(seekEntryLength);
  #held = seekEntryLength - seekCountLength;
  #last = -1n;

  push(bytes) {
    for (let i = 0; i < bytes.length;) {
      const piece = bytes.subarray(i, i + seekEntryLength - this.#held);
      this.#entry.set(piece, this.#held);
      this.#held += piece.length;
      i += piece.length;
      if (this.#held === seekEntryLength) {
        this.#held = 0;
        this.#take(viewOf(this.#entry));
      }
    }
  }

  #take(view) {
    if (this.count < 0) {
      this.count = view.getUint32(seekEntryLength - seekCountLength);
      return;
    }

    const pts = view.getBigUint64(0);
    this.decrease ||= pts < this.#last;
    this.equal ||= pts === this.#last;
    this.#last = pts;
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
