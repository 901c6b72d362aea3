// Plays a track stream through Media Source Extensions: the head once, then from the keyframe that the clip names, piece by piece. What has no such form is handed over whole, where it is short enough.
import { mimeType } from './codecs.js';
import { ahead, either, idle, once, remove, stretch } from './sourcebuffer.js';
import { openWhole } from './whole.js';

const secondsAhead = 20;
const secondsBehind = 60;
const secondsKept = 5;

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

  // Opens a clip (clips.js) at a time in seconds, or where it begins; returns whether this browser plays it.
  async open(clip, time, signal) {
    this.close();
    const { keyframes } = clip;
    const run = this.#run = { clip, start: keyframes.first?.pts ?? 0, type: null, media: null, buffer: null, feed: null, isOpen: false, wanted: time };
    const head = await clip.head(signal);
    const type = mimeType(head);
    if (this.#run !== run) {
      return false;
    }

    if (!type || !globalThis.MediaSource?.isTypeSupported(type) || keyframes.length === 0) {
      run.type = await openWhole(this.#video, clip, head, () => this.#run === run, signal);
      run.isOpen = run.type !== null && this.#run === run;
      if (run.isOpen) {
        this.#video.currentTime = run.wanted ?? 0;
        this.#onFeeding(run.type);
        this.#onPiece(clip);
      }

      return run.isOpen;
    }

    run.type = type;
    run.media = new MediaSource();
    this.#video.src = URL.createObjectURL(run.media);
    await once(run.media, 'sourceopen');
    if (this.#run !== run) {
      return false;
    }

    run.buffer = run.media.addSourceBuffer(type);
    this.#setDuration(run);
    const isHeadApart = clip.isHeadApart ?? keyframes.first.offset > 0;
    if (isHeadApart) {
      await this.#append(run, head);
    }

    if (this.#run !== run) {
      return false;
    }

    // Nothing can be shown before the first keyframe, and nothing at all before the head, which may come with the first block.
    run.isOpen = true;
    const begin = Math.max(isHeadApart ? run.wanted ?? 0 : 0, run.start / 1e6);
    run.wanted = isHeadApart ? null : run.wanted;
    this.#video.currentTime = begin;
    this.#feedFrom(run, begin);
    return true;
  }

  // A clip that grows has become longer.
  grow() {
    if (this.#run?.buffer && this.#run.media.readyState === 'open' && !this.#run.buffer.updating) {
      this.#setDuration(this.#run);
    }
  }

  // Where the clip does not tell its end, that is a guess: the last keyframe and an average distance more.
  #setDuration({ media, clip }) {
    const { keyframes, end } = clip;
    const last = (keyframes.last?.pts ?? 0) / 1e6;
    const duration = Math.max(last, end ? end / 1e6 : last + Math.max(1, last / Math.max(1, keyframes.length - 1)));
    if (!(media.duration >= duration)) {
      media.duration = duration;
    }
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
          if (run.wanted !== null) {
            this.#video.currentTime = run.wanted;
            run.wanted = null;
          }
        }

        this.#onPiece(run.clip);
        feed.edge = stretch(run.buffer, feed.edge)?.end ?? feed.edge;
        await remove(run.buffer, 0, this.#video.currentTime - secondsBehind);
        while (ahead(this.#video, run.buffer) > secondsAhead && !signal.aborted) {
          await either(this.#video, ['timeupdate'], signal);
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
        await either(this.#video, ['timeupdate'], signal);
      }

      const time = this.#video.currentTime;
      await remove(run.buffer, 0, time - secondsKept);
      await remove(run.buffer, time + 2 * secondsAhead, Infinity);
    }
  }
}

const toMicroseconds = seconds => Math.min(Number.MAX_SAFE_INTEGER, Math.round(seconds * 1e6));
