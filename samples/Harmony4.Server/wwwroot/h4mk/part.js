// The blocks of the 1.0 part of an upgraded file: its times and flags stand in the pages behind it, which are read as their blocks come.
import { refusal, TrackState, writeSeek } from './rebuild.js';
import { sha256 } from './sha256.js';
import { readObject } from './trak.js';
import { flag, FormatError, limits, same } from './wire.js';

export class Part {
  // Whether all that its blocks give is known.
  isKnown = true;

  blocks = 0;

  // SHA-256 of the pages that it fills, which stand behind TRAK.
  filled = [];

  track = null;
  aux = [];

  #findings;
  #container;
  #keys = [];
  #position = 0n;
  #last = null;

  constructor(findings, container) {
    this.#findings = findings;
    this.#container = container;
    this.isKnown = container !== null;
    if (container) {
      this.track = new TrackState(container.tracks[0].id, 0, container.pageLog2);
    }
  }

  async core({ offset, size, digest, good }) {
    this.blocks++;
    if (!this.isKnown) {
      await digest;
      return;
    }

    const ordinal = this.track.next;
    const entry = await this.#entry(ordinal, offset);
    if (!entry) {
      this.giveUp();
      return;
    }

    const { pts, duration, flags } = entry;
    const name = `block ${ordinal} of track ${this.track.id}`;
    if (good && (entry.length !== size || !same(entry.digest, await digest))) {
      const isAnother = entry.offset !== offset;
      this.#findings.add(isAnother ? 'unlisted' : 'block', 'CORE', offset, isAnother ? 'ROOT does not list this CORE' : `${name}: its SHA-256 or length is not that under the root`);
      if (isAnother) {
        this.giveUp();
        return;
      }
    }

    const message = refusal({ pts, duration, flags, length: size }, this.track.lastKeyPts);
    const isKey = (flags & flag.key) !== 0;
    if (message || flags > flag.key || entry.offset !== offset || (this.#last?.isKey && this.#last.size === 0 && !isKey)) {
      this.#findings.add('page', 'INDX', this.#pageOf(ordinal).offset, `${name}: ${message || 'not as an upgrade gives it'}`);
    }

    if (isKey) {
      this.#keys.push([pts, this.#position]);
    }

    this.#last = { isKey, size };
    this.#position += BigInt(size);
    this.track.add({ pts, duration, flags, length: entry.length, digest: entry.digest, offset });
    if (this.track.isFull) {
      const { payload, leaves } = await this.track.build();
      this.filled.push({ hash: sha256(payload), track: this.track });
      this.track.commit(this.track.open, leaves, 0);
      this.track.pageOffsets.pop();
    }

    if (size > limits.block) {
      this.#findings.add('limit', 'CORE', offset, `a block of ${size} bytes`);
    }
  }

  // judge: has read the part to its end.
  close(judge) {
    judge.requireAll();
    this.aux = this.isKnown ? judge.aux.map(a => this.#listed(a)) : judge.aux;
    for (const tag of ['META', 'SAFE']) {
      const kept = judge.kept.get(tag);
      try {
        if (kept?.payload.length > limits.json) {
          throw new FormatError('limit', tag, kept.offset, `${tag} of ${kept.payload.length} bytes`);
        }

        if (kept?.good) {
          readObject(kept.payload, tag, kept.offset);
        }
      } catch (error) {
        if (!(error instanceof FormatError)) {
          throw error;
        }

        this.#findings.addError(error);
      }
    }

    const seek = judge.kept.get('SEEK');
    if (this.isKnown && seek?.good && !same(seek.payload, writeSeek(this.#keys.length, i => this.#keys[i]))) {
      this.#findings.add('order', 'SEEK', seek.offset, 'SEEK: not the keyframes of the first track');
    }
  }

  #listed(record) {
    const { tag, offset, length, digest, good } = record;
    const listed = this.#container?.aux.find(a => a.offset === offset && a.tag === tag);
    if (this.#container && !listed) {
      this.#findings.add('unlisted', tag, offset, `ROOT does not list this ${tag}`);
      this.giveUp();
    } else if (listed && good && (listed.length !== length || !same(listed.digest, digest))) {
      this.#findings.add('aux', tag, offset, `${tag}: not the one that ROOT lists`);
    }

    return listed ?? record;
  }

  giveUp() {
    this.isKnown = false;
    this.track = null;
    this.filled = [];
  }

  #pageOf(ordinal) {
    return this.#container.tracks[0].pages[Math.floor(ordinal / 2 ** this.#container.pageLog2)];
  }

  async #entry(ordinal, offset) {
    const track = this.#container.tracks[0];
    if (ordinal >= track.count) {
      this.#findings.add('unlisted', 'CORE', offset, 'ROOT does not list this CORE');
      return null;
    }

    try {
      return await this.#container.claim(track, ordinal);
    } catch (error) {
      if (!(error instanceof FormatError)) {
        throw error;
      }

      this.#findings.addError(error);
      return null;
    }
  }
}
