// The container that is shown: its player, its line of time, its verdict and its chunks, in step with each other.
import { FormatError, limits } from './h4mk/wire.js';
import { ChunkView } from './inspector/chunkview.js';
import { fillFacts, fillTracks } from './inspector/tables.js';
import { verdictOf } from './integrity/verdict.js';
import { IntegrityView } from './integrity/view.js';
import { liveFacts, openShown } from './opening.js';
import { follow, secondsBehindEdge } from './player/live.js';
import { explainUnplayable } from './player/unplayable.js';
import { Playback } from './player/playback.js';
import { plural, size } from './quantities.js';
import { placeFindings } from './timeline/place.js';
import { verify } from './verify.js';

// Of these a chunk is as it should be.
const harmless = ['lost', 'seek-order', 'limit', 'veri'];
const redrawn = 400;
const isAbort = error => error.name === 'AbortError';

export class Shown {
  #part;
  #playback;
  #integrity;
  #chunks;
  #on;
  #current = null;

  // on: { time(seconds), judged(id, verdict), failed(error), replaced(id), ended(id) }
  constructor(part, on) {
    this.#part = part;
    this.#on = on;
    this.#chunks = new ChunkView(part);
    this.#integrity = new IntegrityView(part, finding => this.#pick(finding));
    this.#playback = new Playback(part, seconds => on.time(seconds));
    part('verify').addEventListener('click', () => this.#judge(this.#current));
    part('edge').addEventListener('click', () => this.#toEdge());
  }

  get id() {
    return this.#current?.id ?? null;
  }

  seek(seconds) {
    this.#playback.seek(seconds);
  }

  close() {
    this.#current?.stop.abort();
    this.#current = null;
    this.#playback.close();
  }

  // Nothing of the container before stays on the page. What is judged here does not hang on what the host says.
  async open(id, time) {
    this.close();
    const current = this.#current = { id, stop: new AbortController(), opened: null, judging: null, result: null, times: new Map() };
    for (const name of ['shown-text', 'meta', 'safe', 'facts', 'tracks']) {
      this.#part(name).replaceChildren();
    }

    this.#part('shown-id').textContent = id;
    this.#part('shown-live').hidden = this.#part('edge').hidden = this.#part('tracks-part').hidden = true;
    this.#part('structure').hidden = this.#part('verify').hidden = false;
    this.#chunks.clear();
    this.#integrity.show({ state: 'checking', word: 'checking', reason: 'the bytes of the file are being read' });
    const opening = this.#describe(current, time).catch(error => this.#fail(current, error));

    await Promise.all([opening, this.#judge(current)]);
  }

  #fail(current, error) {
    if (current !== this.#current || isAbort(error)) {
      return;
    }

    this.#playback.refuse(error);
    if (!(error instanceof FormatError)) {
      this.#on.failed(error);
    }
  }

  async #describe(current, time) {
    const { id, stop: { signal } } = current;
    const opened = await openShown(id, entry => current === this.#current && this.#playback.prove(entry), signal);
    if (current !== this.#current) {
      return;
    }

    current.opened = opened;
    this.#part('shown-text').textContent = `version ${opened.version}${opened.segment ? `, ${opened.segment}` : ''}${opened.kind ? `, ${opened.kind}` : ''}`;
    this.#part('meta').textContent = `META ${opened.meta}`;
    this.#part('safe').textContent = `SAFE ${opened.safe}`;
    fillFacts(this.#part('facts'), opened.facts);
    fillTracks(this.#part('tracks'), opened.tracks);
    this.#part('tracks-part').hidden = opened.tracks.length === 0;
    this.#place(current);
    if (opened.isLive) {
      this.#goLive(current);
    }

    const begin = opened.isLive ? time ?? Math.max(opened.start, opened.end - secondsBehindEdge) : time;
    const plays = await this.#playback.open(opened, begin, signal);
    if (current === this.#current && !plays) {
      explainUnplayable(this.#part, id, opened);
    }
  }

  async #judge(current) {
    const { id, stop } = current;
    current.judging?.abort();
    const judging = current.judging = new AbortController();
    const signal = AbortSignal.any([stop.signal, judging.signal]);
    const isOver = () => current !== this.#current || signal.aborted;
    let whole = 1;
    let drawn = 0;
    this.#integrity.show({ state: 'checking', word: 'checking', reason: 'the bytes of the file are being read' });
    this.#integrity.progress(0);
    try {
      const result = await verify(id, {
        signal,
        onOpen: length => {
          whole = length;
          if (!isOver()) {
            this.#chunks.begin(length);
          }
        },
        onProgress: (at, found) => {
          if (!isOver() && performance.now() - drawn > redrawn) {
            drawn = performance.now();
            this.#integrity.progress(at / whole);
            this.#chunks.follow(found);
          }
        },
      });
      if (isOver()) {
        return;
      }

      current.result = result;
      this.#conclude(current, result);
    } catch (error) {
      if (!isOver() && !isAbort(error)) {
        this.#integrity.show({ state: 'unread', word: 'not judged', reason: `the file could not be read: ${error.message}` });
      }
    } finally {
      if (!isOver()) {
        this.#integrity.progress(null);
      }
    }
  }

  #conclude(current, result) {
    const root = current.opened?.root;
    if (root && result.root && root !== result.root) {
      this.#on.replaced(current.id);
      return;
    }

    const verdict = verdictOf(result);
    this.#chunks.follow(result);
    this.#chunks.blame(result.findings.filter(f => !harmless.includes(f.code)).map(f => f.offset));
    this.#integrity.show(verdict, result.findings, result.findings.length < limits.findings ? result.findings.length : result.findingCount);
    if (!current.opened) {
      this.#part('shown-text').textContent = `${plural(result.size, 'byte')}`;
    }

    this.#on.judged(current.id, verdict);
    this.#place(current);
  }

  // Findings have a place in the media once both are known.
  async #place(current) {
    const { opened, result, stop: { signal } } = current;
    if (!opened?.clip || !result) {
      return;
    }

    const times = await placeFindings(result.findings, { ...opened, chunks: result.chunks }, signal).catch(() => new Map());
    if (current === this.#current && current.result === result) {
      current.times = times;
      this.#integrity.place(times);
      this.#playback.find([...times.values()]);
    }
  }

  #pick(finding) {
    const time = this.#current.times.get(finding);
    if (time !== undefined) {
      this.seek(time);
    }

    this.#chunks.reveal(finding.offset);
  }

  async #goLive(current) {
    const { id, opened, stop: { signal } } = current;

    // To read all of what still grows, again and again, would tell nothing.
    current.judging.abort();
    this.#part('shown-live').hidden = this.#part('edge').hidden = false;
    this.#part('structure').hidden = this.#part('verify').hidden = true;
    this.#chunks.clear();
    this.#integrity.progress(null);
    this.#integrity.show({ state: 'incomplete', word: 'incomplete', reason: 'it is still being recorded; it is verified here once it ends' });
    try {
      await follow(id, opened.clip, {
        signal,
        onGrown: info => {
          fillFacts(this.#part('facts'), liveFacts(info));
          this.#part('shown-text').textContent = `version ${info.version}, ${size(info.size)} so far`;
          opened.end = opened.clip.end / 1e6;
          this.#playback.grow(opened);
        },
        onLost: error => this.#playback.say(`${error.message}; asked again`),
      });
      if (current === this.#current) {
        this.#on.ended(id);
      }
    } catch (error) {
      this.#fail(current, error);
    }
  }

  #toEdge() {
    const opened = this.#current?.opened;
    if (opened?.isLive) {
      this.seek(Math.max(opened.start, opened.end - secondsBehindEdge));
      this.#playback.play();
    }
  }
}
