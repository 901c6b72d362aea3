// The blocks of a 1.1 file and their pages: writes each INDX again from TOKN and CORE and holds it against that. What an INDX that agrees with ROOT says of a damaged
// place is taken from there on, so that one damage is one finding.
import { indexPayloadLength, matchPage } from './page.js';
import { refusal, SeekTable } from './rebuild.js';
import { sha256 } from './sha256.js';
import { flag, indexHeaderLength, limits, readToken, same, toknLength, viewOf } from './wire.js';

const mostOutstanding = 1 << 25;
const mostDigests = 1024;

export const longestIndex = indexPayloadLength(2 ** 14);

export class Body {
  tracks = [];
  blocks = 0;

  // The track whose page has to follow.
  due = null;

  // Of a recorded file. Not known where a TOKN is damaged.
  seek = new SeekTable();
  isSeekKnown = true;

  #context;
  #order;
  #isUpgraded;
  #filled;
  #token = null;
  #coreBytes = 0n;
  #outstanding = [];
  #outstandingBytes = 0;

  // Blocks whose TOKN is damaged: whose they are, their page tells.
  #loose = [];

  // filled: the pages that a 1.0 part filled, { hash, track }.
  constructor(context, order, part) {
    this.#context = context;
    this.#order = order;
    this.#isUpgraded = part !== null;
    this.#filled = part?.filled ?? [];
    this.blocks = part?.blocks ?? 0;
  }

  get isPageDue() {
    return this.due !== null || this.#filled.length > 0 || this.#loose.length > 0;
  }

  // The name of the block that TOKN announced, or CORE.
  get expected() {
    return this.#token?.length === undefined ? 'CORE' : `CORE block ${this.#token.ordinal} of track ${this.#token.track}`;
  }

  // How long the payload of the next chunk of a kind has to be, or null.
  lengthOf(kind) {
    const inPage = this.due ?? this.#filled[0]?.track;
    return kind === 'TOKN' ? toknLength
      : kind === 'CORE' ? this.#token?.length ?? null
        : kind === 'INDX' && inPage && !this.#context.blind ? indexPayloadLength(inPage.pageLength)
          : null;
  }

  #find(code, chunk, offset, message) {
    this.#context.findings.add(code, chunk, offset, message);
  }

  #lose() {
    this.#context.blind = true;
  }

  // Anything else than its CORE behind a TOKN.
  beforeChunk(kind) {
    if (this.#token && kind !== 'CORE') {
      this.#find('token', 'TOKN', this.#token.offset, 'TOKN: no CORE follows');
      this.#token = null;
      this.#lose();
    }
  }

  token({ offset, good, payload }) {
    this.#token = { offset };
    if (good) {
      const token = readToken(payload);
      const state = this.tracks.find(t => t.id === token.track);
      Object.assign(this.#token, token, { state });
      if (!this.#context.blind && this.#judge(this.#token)) {
        const message = refusal(token, state.lastKeyPts);
        if (message) {
          this.#find('token', 'TOKN', offset, `TOKN: ${message}`);
        }
      }
    }
  }

  // Whether a block can have this place.
  #judge(token) {
    const { state: track, ordinal, offset } = token;
    const listed = this.#context.container?.tracks[track?.position];
    const [code, message] = !track ? ['token', `track ${token.track}, which is not there`]
      : token.key !== (token.flags & flag.key) ? ['token', 'its key byte is not its flag']
        : ordinal < track.next || ordinal - track.next > this.#loose.length ? ['token', `block ${ordinal} of track ${token.track} where ${track.next} is due`]
          : listed && ordinal >= listed.count ? ['unlisted', `block ${ordinal} of track ${token.track}, which ROOT does not list`]
            : [];
    if (code) {
      this.#find(code, 'TOKN', offset, `TOKN: ${message}`);
      this.#lose();
      return false;
    }

    while (track.next < ordinal && !track.isFull) {
      track.open.push(undefined);
    }

    return true;
  }

  async core({ offset, size, digest, good }) {
    const token = this.#token;
    const before = this.#coreBytes;
    this.#token = null;
    this.#coreBytes += BigInt(size);
    this.blocks++;
    if (!token) {
      this.#find('token', 'CORE', offset, 'CORE without its TOKN');
      this.#lose();
    }

    if (size > limits.block) {
      this.#find('limit', 'CORE', offset, `a block of ${size} bytes`);
    }

    await this.#limitOutstanding(digest, size);
    if (this.#context.blind) {
      return;
    }

    if (!token.state) {
      this.#loose.push({ offset, length: size, digest: await digest, damaged: !good, isLoose: true });
      this.isSeekKnown = false;
      this.#context.blind = !this.#context.container;
      return;
    }

    const { pts, duration, flags, ordinal, state: track } = token;
    if (flags & flag.lost) {
      this.#find('lost', 'CORE', offset, `block ${ordinal} of track ${token.track} was lost before the file was recovered`);
    }

    if (flags & flag.key && track.position === 0 && !this.#isUpgraded) {
      this.seek.add(pts, before);
    }

    track.add({ pts, duration, flags, length: size, digest, offset, token: token.offset, damaged: !good });
    this.due = track.isFull ? track : null;
  }

  // What is hashed beside is held in memory until it is done.
  async #limitOutstanding(digest, size) {
    this.#outstanding.push(digest);
    this.#outstandingBytes += size;
    if (this.#outstandingBytes > mostOutstanding || this.#outstanding.length > mostDigests) {
      await Promise.all(this.#outstanding);
      this.#outstanding = [];
      this.#outstandingBytes = 0;
    }
  }

  async index(chunk) {
    if (this.#context.blind) {
      return;
    }

    if (this.#filled.length) {
      this.#indexOfPart(chunk);
      return;
    }

    const { container } = this.#context;
    const { offset, good, keep, payload } = chunk;
    const track = this.#trackOf(chunk);
    const page = container?.tracks[track?.position]?.pages[track?.pages.length];
    if (!this.due && page?.count !== track?.pageLength) {
      this.#order.endBody();
    }

    this.due = null;
    if (!track) {
      this.#find(container ? 'unlisted' : 'order', 'INDX', offset, 'a page of no blocks');
      this.#lose();
      return;
    }

    const built = track.open.length && !track.open.includes(undefined) ? await track.build() : null;
    if (built && good && same(built.payload, payload)) {
      if (container && !(page && matchPage(payload, container.tracks[track.position], page))) {
        this.#find('page', 'INDX', offset, `page at ordinal ${track.count} of track ${track.id}: not the one that ROOT lists`);
        this.#context.isRootAnother = true;
      }

      track.commit(track.open, built.leaves, offset);
      return;
    }

    const proven = good && keep && page ? matchPage(payload, container.tracks[track.position], page) : null;
    if (proven) {
      await this.#blame(track, proven.entries, offset);
      track.commit(proven.entries, proven.leaves, offset);
      return;
    }

    this.#find('page', 'INDX', offset, `page at ordinal ${track.count} of track ${track.id}: not what its blocks give`);
    if (built) {
      track.commit(track.open, built.leaves, offset);
    } else {
      this.#lose();
    }
  }

  // The page that is due, that of a damaged place, or the next of the last ones.
  #trackOf({ offset, good, keep, payload }) {
    const id = good && keep && payload.length >= indexHeaderLength ? viewOf(payload).getUint16(0) : -1;
    const named = this.tracks.find(t => t.id === id);
    if (this.due || (this.#loose.length && named)) {
      return this.due ?? named;
    }

    const next = this.tracks.find(t => t.open.length > 0);
    if (next && named?.open.length && named !== next) {
      this.#find('order', 'INDX', offset, `the page of track ${next.id} expected, that of track ${id} found`);
      return named;
    }

    return next;
  }

  // A page that the 1.0 part filled was built there; what is left is that it stands here.
  #indexOfPart({ offset, good, keep, payload }) {
    const { hash, track } = this.#filled.shift();
    if (good && keep && !same(sha256(payload), hash)) {
      this.#find('page', 'INDX', offset, `a page of track ${track.id}: not what its blocks give`);
    }

    track.pageOffsets.push(offset);
  }

  // An INDX that agrees with ROOT is right: then a TOKN or CORE before it is not.
  async #blame(track, entries, offset) {
    const { findings } = this.#context;
    const before = findings.count;
    let isExplained = false;
    for (const [i, entry] of entries.entries()) {
      const mine = track.open[i] ?? this.#loose.find(l => l.offset === entry.offset);
      const name = `block ${track.count + i} of track ${track.id}`;
      isExplained ||= !mine || mine.isLoose || mine.damaged;
      if (!mine) {
        this.#find('page', 'INDX', offset, `${name} is not there`);
      } else if (!mine.damaged && (mine.length !== entry.length || !same(await mine.digest, entry.digest))) {
        this.#find('block', 'CORE', mine.offset, `${name}: its SHA-256 or length is not that under the root`);
      } else if (mine.token && (mine.pts !== entry.pts || mine.duration !== entry.duration || mine.flags !== entry.flags)) {
        this.#find('token', 'TOKN', mine.token, `TOKN of ${name} says otherwise than the root`);
        this.isSeekKnown = false;
      } else if (mine.offset !== entry.offset) {
        this.#find('page', 'INDX', offset, `${name} is not where the page says`);
      }
    }

    this.#loose = this.#loose.filter(l => !entries.some(e => e.offset === l.offset));
    if (findings.count === before && !(isExplained && findings.isInvalid)) {
      this.#find('page', 'INDX', offset, `page at ordinal ${track.count} of track ${track.id}: links that its blocks do not give`);
    }
  }

  // Whether the pages of all blocks are there, before a chunk of this tag.
  isComplete(tag, offset) {
    const open = this.tracks.find(t => t.open.length);
    if (!this.#context.blind && (open || this.#filled.length || this.#loose.length)) {
      this.#find('order', tag, offset, `the last page of ${open ? `track ${open.id}` : 'a track'} expected, ${tag} found`);
      this.#lose();
    }

    return !this.#context.blind;
  }
}
