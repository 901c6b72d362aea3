// Plays a track stream through Media Source Extensions: the head once, then from the keyframe that the clip names, piece by piece.
import { mimeType } from './codecs.js';

const secondsAhead = 20;
const secondsBehind = 60;
const secondsKept = 5;
const tolerance = 0.1;

export class Player {
  #video;
  #onSought;
  #onFeeding;
  #onPiece;
  #onFailed;
  #run = null;
  #asked = 0;

  // onSought(keyframe, seconds): the keyframe for a time; onFeeding(type): playing goes on; onPiece(clip): more of it is buffered; onFailed(error): it ended.
  constructor(video, onSought, onFeeding, onPiece, onFailed) {
    this.#video = video;
    this.#onSought = onSought;
    this.#onFeeding = onFeeding;
    this.#onPiece = onPiece;
    this.#onFailed = onFailed;
    video.addEventListener('seeking', () => this.#seek());
    video.addEventListener('seeked', () => this.#showLast());
  }

  // Opens a clip (clips.js); returns whether this browser plays it.
  async open(clip, signal) {
    this.close();
    const { keyframes } = clip;
    const run = this.#run = { clip, start: keyframes[0]?.pts ?? 0, type: null, media: null, buffer: null, feed: null, isOpen: false, wanted: null };
    const head = await clip.head(signal);
    const type = mimeType(head);
    if (!type || !globalThis.MediaSource?.isTypeSupported(type) || keyframes.length === 0 || this.#run !== run) {
      return false;
    }

    run.type = type;
    run.media = new MediaSource();
    this.#video.src = URL.createObjectURL(run.media);
    await once(run.media, 'sourceopen');
    if (this.#run !== run) {
      return false;
    }

    run.buffer = run.media.addSourceBuffer(type);

    // Until the end is there, the duration is a guess: the last keyframe and an average distance more.
    const last = keyframes.at(-1).pts / 1e6;
    run.media.duration = last + Math.max(1, last / Math.max(1, keyframes.length - 1));
    if (keyframes[0].offset > 0) {
      await this.#append(run, head);
    }

    if (this.#run !== run) {
      return false;
    }

    // Nothing can be shown before the first keyframe. A time that was sought meanwhile is not forgotten, unless the head is still to come with the first block.
    run.isOpen = true;
    const begin = Math.max(keyframes[0].offset > 0 ? run.wanted ?? 0 : 0, run.start / 1e6);
    this.#video.currentTime = begin;
    this.#feedFrom(run, begin);
    return true;
  }

  close() {
    this.#run?.feed?.stop.abort();
    this.#run = null;
    if (this.#video.hasAttribute('src')) {
      URL.revokeObjectURL(this.#video.src);
      this.#video.removeAttribute('src');
      this.#video.load();
    }
  }

  // Where a time is can be told whether it can be shown here or not.
  async seek(seconds) {
    const run = this.#run;
    if (!run) {
      return;
    }

    if (run.isOpen) {
      this.#video.currentTime = seconds;
    } else {
      run.wanted = seconds;
    }

    const asked = ++this.#asked;
    const answer = await run.clip.seek(Math.max(run.buffer ? run.start : 0, toMicroseconds(seconds))).then(keyframe => [keyframe, seconds], error => [null, seconds, error]);
    if (this.#run === run && this.#asked === asked) {
      this.#onSought(...answer);
    }
  }

  // What is being fed is shown when it comes. Behind another buffered stretch, feeding goes on where that ends.
  #seek() {
    const run = this.#run;
    if (!run?.buffer || run.media.readyState === 'closed') {
      return;
    }

    const time = this.#video.currentTime;
    if (run.feed?.target === time && !run.feed.begun && !run.feed.failed) {
      return;
    }

    const here = stretch(run.buffer, time);
    const fed = run.feed && stretch(run.buffer, run.feed.edge);
    if (!here || !fed || here.start !== fed.start || run.feed.failed) {
      this.#feedFrom(run, here ? here.end : time);
    }
  }

  // No picture belongs to the very end, and the one from before would stay.
  #showLast() {
    const { currentTime, duration } = this.#video;
    if (this.#run?.media?.readyState === 'ended' && currentTime >= duration) {
      this.#video.currentTime = duration - 0.001;
    }
  }

  async #feedFrom(run, seconds) {
    run.feed?.stop.abort();
    const feed = run.feed = { stop: new AbortController(), target: this.#video.currentTime, edge: seconds, begun: false, failed: false };
    const signal = feed.stop.signal;
    try {
      const keyframe = await run.clip.seek(Math.max(run.start, toMicroseconds(seconds)), signal);
      feed.edge = keyframe.pts / 1e6;
      if (seconds === feed.target && !signal.aborted) {
        this.#onSought(keyframe, seconds);
      }

      await idle(run.buffer);
      if (signal.aborted) {
        return;
      }

      if (run.media.readyState === 'open') {
        run.buffer.abort();
      }

      for await (const piece of run.clip.from(keyframe.at, signal)) {
        if (!piece.length) {
          continue;
        }

        await this.#append(run, piece, signal);
        if (signal.aborted) {
          return;
        }

        if (!feed.begun) {
          feed.begun = true;
          this.#onFeeding(run.type);
        }

        this.#onPiece(run.clip);
        feed.edge = stretch(run.buffer, feed.edge)?.end ?? feed.edge;
        await remove(run.buffer, 0, this.#video.currentTime - secondsBehind);
        while (ahead(this.#video, run.buffer) > secondsAhead && !signal.aborted) {
          await either(this.#video, 'timeupdate', signal);
        }

        if (signal.aborted) {
          return;
        }
      }

      if (!signal.aborted && run.media.readyState === 'open') {
        run.media.endOfStream();
      }
    } catch (error) {
      if (error.name !== 'AbortError' && this.#run === run) {
        feed.failed = true;
        this.#onFailed(this.#video.error ? new Error(`this browser cannot decode the media: ${this.#video.error.message}`) : error);
      }
    }
  }

  // The memory of a buffer is limited. When it is full, what is far from the time shown goes; when that is not enough, time has to pass.
  async #append(run, bytes, signal) {
    for (let tidied = false; ; tidied = true) {
      await idle(run.buffer);
      if (signal?.aborted) {
        return;
      }

      try {
        run.buffer.appendBuffer(bytes);
        await idle(run.buffer);
        return;
      } catch (error) {
        if (error.name !== 'QuotaExceededError') {
          throw error;
        }
      }

      if (tidied) {
        await either(this.#video, 'timeupdate', signal);
      }

      const time = this.#video.currentTime;
      await remove(run.buffer, 0, time - secondsKept);
      await remove(run.buffer, time + 2 * secondsAhead, Infinity);
    }
  }
}

const toMicroseconds = seconds => Math.min(Number.MAX_SAFE_INTEGER, Math.round(seconds * 1e6));

const once = (target, name) => new Promise(resolve => target.addEventListener(name, resolve, { once: true }));

// Resolves at an event, or when the work is given up; leaves no listener behind.
function either(target, name, signal) {
  return new Promise(resolve => {
    const done = () => {
      target.removeEventListener(name, done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    target.addEventListener(name, done);
    signal?.addEventListener('abort', done);
  });
}

const idle = buffer => buffer.updating ? once(buffer, 'updateend') : Promise.resolve();

async function remove(buffer, from, to) {
  const { buffered } = buffer;
  if (to > from && buffered.length && buffered.start(0) < to && buffered.end(buffered.length - 1) > from) {
    await idle(buffer);
    buffer.remove(from, to);
    await idle(buffer);
  }
}

// The buffered stretch around a time.
function stretch(buffer, time) {
  const { buffered } = buffer;
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= time + tolerance && time <= buffered.end(i)) {
      return { start: buffered.start(i), end: buffered.end(i) };
    }
  }

  return null;
}

function ahead(video, buffer) {
  const here = stretch(buffer, video.currentTime);
  return here ? here.end - video.currentTime : 0;
}
