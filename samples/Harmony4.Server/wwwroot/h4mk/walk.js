// Judges the chunks of a 1.1 file as they come, from TRAK on: writes the file again from its blocks and holds every byte against that. What an INDX that agrees with
// ROOT says of a damaged place is taken from there on, so that one damage is one finding.
import { isSign } from './container.js';
import { hex32 } from './judge.js';
import { matchPage } from './page.js';
import { buildRoot, refusal, SeekTable, TrackState } from './rebuild.js';
import { sha256 } from './sha256.js';
import { readObject, readTrak } from './trak.js';
import { flag, FormatError, isFormatTag, isPlainTag, limits, mostSeekEntries, neighbour, readTail, readToken, same, seekCountLength, seekEntryLength, singletons, tailLength, toknLength, viewOf } from './wire.js';

// The order of the file. A body chunk may stand again and again; so may pages and signatures.
const rank = { TRAK: 0, META: 1, SAFE: 2, body: 3, pages: 4, SEEK: 5, ROOT: 6, SIGN: 7, TAIL: 8 };
const required = { recorded: ['TRAK', 'META', 'SAFE', 'SEEK', 'ROOT'], upgraded: ['TRAK', 'ROOT'] };
const longest = { TRAK: limits.json, META: limits.json, SAFE: limits.json, TOKN: toknLength, INDX: 16 + 64 * 2 ** 14, SEEK: seekCountLength + seekEntryLength * mostSeekEntries, ROOT: limits.root, SIGN: limits.sign, TAIL: 52 };
const mostOutstanding = 1 << 25;

export class Walk {
  // Whether TAIL was reached.
  isAtEnd = false;

  blocks = 0;

  #findings;
  #size;
  #container;
  #part;
  #now = 0;
  #seen = new Set();
  #pageLog2 = 0;
  #tracks = [];

  // Once the file is not built as it should be, only what ROOT says of pages and the CRC-32 of chunks is still held against it.
  #blind = false;

  #token = null;
  #due = null;
  #shortTrack = -1;
  #loose = [];
  #aux = [];
  #seek = new SeekTable();
  #coreBytes = 0n;
  #isSeekKnown = true;
  #outstanding = [];
  #outstandingBytes = 0;
  #root = null;
  #signs = 0;
  #filled = [];

  // container: opened by the tail, or null. part: of an upgraded file, the blocks of its 1.0 part ({ track, aux, filled, isKnown }); else null.
  constructor(findings, size, container, part) {
    this.#findings = findings;
    this.#size = size;
    this.#container = container;
    this.#part = part;
    if (part) {
      this.#seen = new Set(['META', 'SAFE', 'SEEK', 'VERI']);
      this.#aux.push(...part.aux);
      this.#filled = part.filled;
      this.blocks = part.blocks;
    }
  }

  begin(chunk) {
    const { tag, offset, size } = chunk;
    chunk.kind = isFormatTag(tag) ? tag : neighbour(tag) ?? 'other';
    chunk.place = { TOKN: 'body', CORE: 'body', SEAL: 'body', other: 'body', INDX: this.#due || this.#filled.length || this.#loose.length ? 'body' : 'pages' }[chunk.kind] ?? chunk.kind;
    if (chunk.kind !== tag && chunk.kind !== 'other') {
      this.#findings.add('bad-tag', tag, offset, `a tag one bit away from ${chunk.kind}`);
    } else if (!isPlainTag(tag)) {
      this.#findings.add('bad-tag', '', offset, 'a chunk tag of other bytes than 0x21 to 0x7e');
      return false;
    }

    this.#arrive(chunk);
    chunk.keep = size <= (longest[chunk.kind] ?? -1);
    chunk.hash = ['CORE', 'SEAL', 'other', 'TRAK', 'META', 'SAFE', 'ROOT'].includes(chunk.kind);
    return true;
  }

  async end(chunk) {
    const { tag, kind, offset, crc, good, keep, size } = chunk;
    if (!good) {
      const name = kind === 'CORE' && this.#token?.length !== undefined ? `CORE block ${this.#token.ordinal} of track ${this.#token.track}` : tag;
      this.#findings.add('crc', tag, offset, `${name}: CRC-32 stored ${hex32(crc)}, computed ${hex32(chunk.computed)}`);
    }

    if (!keep && longest[kind] !== undefined && kind !== 'TOKN' && kind !== 'TAIL') {
      this.#findings.add('limit', tag, offset, `${tag} of ${size} bytes`);
    }

    switch (kind) {
      case 'TRAK':
        await this.#endTrak(chunk);
        break;
      case 'META':
      case 'SAFE':
        await this.#endDocument(chunk);
        break;
      case 'TOKN':
        this.#endToken(chunk);
        break;
      case 'CORE':
        await this.#endCore(chunk);
        break;
      case 'INDX':
        await this.#endIndex(chunk);
        break;
      case 'SEEK':
        this.#endSeek(chunk);
        break;
      case 'ROOT':
        await this.#endRoot(chunk);
        break;
      case 'SIGN':
        this.#endSign(chunk);
        break;
      case 'TAIL':
        this.#endTail(chunk);
        break;
      case 'VERI':
        break;
      default:
        await this.#list(chunk);
    }
  }

  // Whether the chunk may stand here.
  #arrive(chunk) {
    const { tag, kind, offset, place } = chunk;
    const wrong = (code, message) => {
      this.#findings.add(code, tag, offset, message);
      this.#blind = true;
      chunk.stray = true;
    };
    if (this.#token && kind !== 'CORE') {
      this.#findings.add('token', 'TOKN', this.#token.offset, 'TOKN: no CORE follows');
      this.#token = null;
      this.#blind = true;
    }

    if (this.isAtEnd || kind === 'VERI') {
      wrong('order', kind === 'VERI' ? 'VERI outside of a 1.0 part' : `${tag} behind TAIL`);
    } else if (singletons.includes(kind) && this.#seen.has(kind)) {
      wrong('duplicate', `a second ${kind}`);
    } else if (rank[place] < this.#now && this.#blind) {
      chunk.stray = true;
    } else if (rank[place] < this.#now) {
      wrong('order', `${tag} where it cannot stand`);
    } else if (this.#due && kind !== 'INDX' && !this.#blind) {
      wrong('order', `the page of track ${this.#due.id} expected, ${tag} found`);
    } else {
      const absent = required[this.#part ? 'upgraded' : 'recorded'].find(t => rank[t] < rank[place] && !this.#seen.has(t));
      if (absent && !this.#blind) {
        this.#findings.add('order', tag, offset, `${absent} expected, ${tag} found`);
        this.#blind = true;
      }

      this.#now = rank[place];
    }

    this.#seen.add(kind);
  }

  async #endTrak(chunk) {
    const { offset, good, keep, payload, stray } = chunk;
    if (stray) {
      return;
    }

    const expected = this.#container;
    let read = null;
    if (good && keep) {
      try {
        read = readTrak(payload, offset);
        if (expected && (read.pageLog2 !== expected.pageLog2 || read.tracks.map(t => t.id).join() !== expected.tracks.map(t => t.id).join())) {
          throw new FormatError('track', 'TRAK', offset, 'TRAK: other tracks than those of ROOT');
        }
      } catch (error) {
        this.#take(error);
      }
    }

    const known = expected ?? read;
    this.#blind ||= !known;
    this.#pageLog2 = known?.pageLog2 ?? 0;
    this.#tracks = (known?.tracks ?? []).map((t, i) => new TrackState(t.id, i, known.pageLog2));
    if (this.#part) {
      this.#blind ||= !this.#part.track;
      if (this.#part.track) {
        this.#tracks[0] = this.#part.track;
      }
    }

    await this.#list(chunk);
  }

  #take(error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }

    this.#findings.addError(error);
  }

  async #endDocument(chunk) {
    if (chunk.good && chunk.keep) {
      try {
        readObject(chunk.payload, chunk.kind, chunk.offset);
      } catch (error) {
        this.#take(error);
      }
    }

    if (!chunk.stray) {
      await this.#list(chunk);
    }
  }

  // What ROOT has to list besides blocks and pages.
  async #list({ tag, kind, offset, size, digest, good, stray }) {
    if (stray) {
      return;
    }

    const listed = this.#container?.aux.find(a => a.offset === offset);
    const record = { tag, length: size, digest: await digest, offset };
    if (this.#container && (!listed || (listed.tag !== tag && listed.tag !== kind))) {
      this.#findings.add('unlisted', tag, offset, `ROOT does not list this ${tag}`);
      this.#blind = true;
    } else if (listed && (listed.length !== size || !same(listed.digest, record.digest))) {
      this.#findings.add('aux', tag, offset, `${tag}: not the one that ROOT lists`);
      this.#blind ||= listed.length !== size;
    }

    this.#blind ||= !good && !listed;
    this.#aux.push(good && (tag === kind || kind === 'other') ? record : listed ?? record);
    if (this.#aux.length > limits.aux) {
      this.#findings.add('limit', tag, offset, `more than ${limits.aux} chunks that ROOT has to list`);
      this.#blind = true;
      this.#aux.pop();
    }
  }

  #endToken({ offset, size, good, payload, stray }) {
    if (stray) {
      return;
    }

    this.#token = { offset };
    if (!good) {
      return;
    }

    if (size !== toknLength) {
      this.#findings.add('token', 'TOKN', offset, `TOKN of ${size} bytes`);
      return;
    }

    const token = readToken(payload);
    const track = this.#tracks.find(t => t.id === token.track);
    Object.assign(this.#token, token, { state: track });
    const wrong = message => {
      this.#findings.add('token', 'TOKN', offset, `TOKN: ${message}`);
      this.#blind = true;
    };
    if (this.#blind) {
      return;
    }

    if (!track) {
      wrong(`track ${token.track}, which is not there`);
    } else if (token.key !== (token.flags & flag.key)) {
      wrong('its key byte is not its flag');
    } else if (token.ordinal < track.next || token.ordinal - track.next > this.#loose.length) {
      wrong(`block ${token.ordinal} of track ${token.track} where ${track.next} is due`);
    } else {
      // Blocks whose TOKN is damaged.
      while (track.next < token.ordinal && !track.isFull) {
        track.open.push(undefined);
      }

      const message = refusal({ ...token, length: token.length }, track.lastKeyPts);
      if (message) {
        wrong(message);
      }
    }
  }

  async #endCore(chunk) {
    const { offset, size, digest, good, stray } = chunk;
    const token = this.#token;
    this.#token = null;
    if (stray) {
      return;
    }

    if (!token) {
      this.#findings.add('token', 'CORE', offset, 'CORE without its TOKN');
      this.#blind = true;
    }

    if (size > limits.block) {
      this.#findings.add('limit', 'CORE', offset, `a block of ${size} bytes`);
    }

    const before = this.#coreBytes;
    this.#coreBytes += BigInt(size);
    this.blocks++;
    if (this.#blind) {
      await digest;
      return;
    }

    if (!token.state) {
      this.#loose.push({ offset, length: size, digest: await digest, damaged: !good, isLoose: true });
      this.#isSeekKnown = false;
      this.#blind = !this.#container;
      return;
    }

    if (size !== token.length && good) {
      this.#findings.add('token', 'TOKN', token.offset, `TOKN: a CORE of ${token.length} bytes, where ${size} follow`);
    }

    if (token.flags & flag.lost) {
      this.#findings.add('lost', 'CORE', offset, `block ${token.ordinal} of track ${token.track} was lost before the file was recovered`);
    }

    const { pts, duration, flags, state: track } = token;
    if (flags & flag.key && track.position === 0 && !this.#part) {
      this.#seek.add(pts, before);
    }

    track.add({ pts, duration, flags, length: size, digest, offset, token: token.offset, damaged: !good });
    this.#due = track.isFull ? track : null;
    await this.#limitOutstanding(digest, size);
  }

  // What is hashed beside is held in memory until it is done.
  async #limitOutstanding(digest, size) {
    this.#outstanding.push(digest);
    this.#outstandingBytes += size;
    if (this.#outstandingBytes > mostOutstanding || this.#outstanding.length > 1024) {
      await Promise.all(this.#outstanding);
      this.#outstanding = [];
      this.#outstandingBytes = 0;
    }
  }

  async #endIndex(chunk) {
    const { offset, good, keep, payload, stray } = chunk;
    if (stray || this.#blind) {
      return;
    }

    if (this.#filled.length) {
      this.#endFilled(chunk);
      return;
    }

    const id = good && keep && payload.length >= 16 ? viewOf(payload).getUint16(0) : -1;
    const named = this.#tracks.find(t => t.id === id);
    const short = this.#tracks.find(t => t.position > this.#shortTrack && t.open.length > 0);
    const track = this.#due ?? (this.#loose.length && named ? named : short);
    const page = this.#container?.tracks[track?.position]?.pages[track?.pages.length];
    if (!this.#due && page?.count !== track?.pageLength) {
      this.#now = rank.pages;
      this.#shortTrack = track?.position ?? Infinity;
    }

    this.#due = null;
    if (!track) {
      this.#findings.add('order', 'INDX', offset, 'a page of no blocks');
      this.#blind = true;
      return;
    }

    const isKnown = !track.open.includes(undefined) && track.open.length > 0;
    const built = isKnown ? await track.build() : null;
    if (built && good && same(built.payload, payload)) {
      track.commit(track.open, built.leaves, offset);
      return;
    }

    const proven = good && keep && page ? matchPage(payload, this.#container.tracks[track.position], page) : null;
    if (proven) {
      await this.#blame(track, proven.entries, offset);
      track.commit(proven.entries, proven.leaves, offset);
    } else {
      this.#findings.add('page', 'INDX', offset, `page at ordinal ${track.count} of track ${track.id}: not what its blocks give`);
      if (built) {
        track.commit(track.open, built.leaves, offset);
      } else {
        this.#blind = true;
      }
    }
  }

  // A page that the 1.0 part filled was built there; what is left is that it stands here.
  #endFilled({ offset, good, keep, payload }) {
    const { hash, track } = this.#filled.shift();
    if (good && keep && !same(sha256(payload), hash)) {
      this.#findings.add('page', 'INDX', offset, `page at ordinal ${track.count} of track ${track.id}: not what its blocks give`);
    }

    track.pageOffsets.push(offset);
  }

  // An INDX that agrees with ROOT is right: then a TOKN or CORE before it is not.
  async #blame(track, entries, offset) {
    for (const entry of track.open.filter(Boolean)) {
      entry.digest = await entry.digest;
    }

    const before = this.#findings.count;
    let isExplained = false;
    entries.forEach((entry, i) => {
      const mine = track.open[i] ?? this.#loose.find(l => l.offset === entry.offset);
      const name = `block ${track.count + i} of track ${track.id}`;
      isExplained ||= !mine || mine.isLoose || mine.damaged;
      if (!mine) {
        this.#findings.add('page', 'INDX', offset, `${name} is not there`);
      } else if (!mine.damaged && (mine.length !== entry.length || !same(mine.digest, entry.digest))) {
        this.#findings.add('block', 'CORE', mine.offset, `${name}: SHA-256 or length is not what the root says`);
      } else if (mine.token && (mine.pts !== entry.pts || mine.duration !== entry.duration || mine.flags !== entry.flags)) {
        this.#findings.add('token', 'TOKN', mine.token, `TOKN of ${name} says otherwise than the root`);
      } else if (mine.offset !== entry.offset) {
        this.#findings.add('page', 'INDX', offset, `${name} is not where the page says`);
      }
    });
    this.#loose = this.#loose.filter(l => !entries.some(e => e.offset === l.offset));
    if (this.#findings.count === before && !(isExplained && this.#findings.isInvalid)) {
      this.#findings.add('page', 'INDX', offset, `page at ordinal ${track.count} of track ${track.id}: links that its blocks do not give`);
    }
  }

  #endSeek({ offset, good, keep, payload, stray }) {
    if (stray || this.#blind) {
      return;
    }

    if (!this.#arePagesThere('SEEK', offset)) {
      return;
    }

    if (good && keep && this.#isSeekKnown && !same(payload, this.#seek.payload)) {
      this.#findings.add('order', 'SEEK', offset, 'SEEK: not the keyframes of the first track');
    }
  }

  #arePagesThere(tag, offset) {
    const open = this.#tracks.find(t => t.open.length);
    if (open || this.#filled.length || this.#loose.length) {
      this.#findings.add('order', tag, offset, `the last page of ${open ? `track ${open.id}` : 'a track'} expected, ${tag} found`);
      this.#blind = true;
    }

    return !this.#blind;
  }

  async #endRoot(chunk) {
    const { offset, size, good, keep, payload, digest, stray } = chunk;
    if (stray) {
      return;
    }

    this.#root = { offset, size, good, digest: await digest };
    if (this.#blind || !this.#arePagesThere('ROOT', offset) || !good || !keep) {
      return;
    }

    const built = buildRoot(this.#pageLog2, this.#tracks, this.#aux);
    if (!same(built, payload)) {
      this.#findings.add('root', 'ROOT', offset, 'ROOT: not what its blocks give');
    }
  }

  #endSign({ offset, size, good, keep, payload }) {
    this.#signs++;
    if (this.#signs > limits.signs) {
      this.#findings.add('limit', 'SIGN', offset, `more than ${limits.signs} signatures`);
    } else if (good && keep && !isSign(payload)) {
      this.#findings.add('sign', 'SIGN', offset, `SIGN of ${size} bytes, which is not as the format has it`);
    }
  }

  #endTail({ offset, size, good, payload, stray }) {
    if (stray) {
      return;
    }

    this.isAtEnd = true;
    if (!good || size !== tailLength - 12 || offset !== this.#size - tailLength) {
      this.#findings.add(good && size === tailLength - 12 ? 'order' : 'tail', 'TAIL', offset, 'TAIL: not the end of the file');
      return;
    }

    const bytes = new Uint8Array(tailLength);
    bytes.set(payload, 12);
    const tail = readTail(bytes);
    const root = this.#root;
    if (tail.minor !== 1 || tail.zero !== 0 || tail.magic !== 'KM4H'
      || (root && (tail.rootOffset !== BigInt(root.offset) || tail.rootLength !== root.size + 12 || (root.good && !same(tail.rootHash, root.digest))))) {
      this.#findings.add('tail', 'TAIL', offset, 'TAIL: not what ROOT gives');
    }
  }
}
