// A recording that still grows: played near its end, asked about now and then, until it has ended. Nothing of it can be proven before.
import * as api from '../api.js';
import { headLength } from './codecs.js';
import { Keyframes } from './keyframes.js';

const pollInterval = 1500;
const mostKeyframes = 1 << 16;
const headLengths = [1 << 16, 1 << 20];
const pieceLength = 1 << 20;
const firstStep = 50_000;

// How far from the end playing begins, in seconds.
export const secondsBehindEdge = 4;

export class LiveClip {
  isLive = true;
  isHeadApart = true;
  keyframes = new Keyframes(mostKeyframes);
  length = 0;

  // In microseconds.
  end = 0;

  #id;
  #isEnded = false;
  #waiting = [];

  constructor(id) {
    this.#id = id;
  }

  get note() {
    return 'Still being recorded: what is played is not proven until it ends.';
  }

  // Takes what the host says of it now, and asks where its last keyframe is.
  async update(info, signal) {
    const track = info.tracks[0];
    this.length = track?.bytes ?? 0;
    const duration = track?.duration_us ?? 0;
    this.end = Math.max(this.end, duration);

    // The first one need not be at 0, where nothing would be found.
    for (let time = 0; !this.keyframes.length && time <= this.end; time = Math.max(firstStep, 2 * time)) {
      await this.#learn(time, signal);
    }

    this.end = Math.max(this.end, (this.keyframes.first?.pts ?? 0) + duration);
    await this.#learn(this.end, signal);

    this.#wake();
  }

  finish() {
    this.#isEnded = true;
    this.#wake();
  }

  async head(signal) {
    let bytes = new Uint8Array();
    for (const length of headLengths) {
      bytes = this.length ? await api.range(this.#id, 0, Math.min(length, this.length) - 1, signal) : bytes;
      if (headLength(bytes) < bytes.length) {
        break;
      }
    }

    return bytes.subarray(0, headLength(bytes));
  }

  async seek(microseconds, signal) {
    const keyframe = await api.seek(this.#id, Math.min(microseconds, this.end), signal);
    return { ...keyframe, at: keyframe.offset };
  }

  async* from(at, signal) {
    for (; ;) {
      if (at < this.length) {
        const piece = await api.range(this.#id, at, Math.min(this.length, at + pieceLength) - 1, signal);
        at += piece.length;
        yield piece;
      } else if (this.#isEnded || signal?.aborted) {
        return;
      } else {
        await this.#grown(signal);
      }
    }
  }

  // There is none at or before a time where nothing was recorded yet.
  async #learn(time, signal) {
    const found = await api.seek(this.#id, time, signal).catch(error => {
      if (error.status !== 404) {
        throw error;
      }
    });
    if (found && this.keyframes.length < mostKeyframes && found.pts > (this.keyframes.last?.pts ?? -1)) {
      this.keyframes.add(found.pts, found.offset, found.block);
    }
  }

  #grown(signal) {
    return new Promise(resolve => {
      this.#waiting.push(resolve);
      signal?.addEventListener('abort', resolve, { once: true });
    });
  }

  #wake() {
    this.#waiting.splice(0).forEach(resolve => resolve());
  }
}

const sleep = (milliseconds, signal) => new Promise(resolve => {
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
});

// Asks for what is new until the recording has ended. A host that does not answer is asked again.
export async function follow(id, clip, { onGrown, onLost, signal }) {
  for (; ;) {
    await sleep(pollInterval, signal);
    signal.throwIfAborted();
    try {
      const info = await api.info(id, signal);
      if (!info.live) {
        clip.finish();
        return;
      }

      await clip.update(info, signal);
      onGrown(info);
    } catch (error) {
      if (error.name === 'AbortError' || error.status === 404) {
        throw error;
      }

      onLost(error);
    }
  }
}
