// Plays a track stream through Media Source Extensions: the head once, then from the keyframe that /video/seek names, range by range.
import * as api from './api.js';
import { mimeType } from './codecs.js';

const pieceLength = 1 << 20;
const secondsAhead = 20;
const secondsBehind = 60;

export class Player {
  #video;
  #onSought;
  #run = null;

  constructor(video, onSought) {
    this.#video = video;
    this.#onSought = onSought;
    video.addEventListener('seeking', () => this.#seek());
  }

  // Opens a container; returns its MIME type, or null when this browser does not play it.
  async open(id, streamLength, keyframes) {
    this.close();
    const headLength = keyframes[0]?.offset || Math.min(streamLength, 1 << 16);
    const head = await api.range(id, 0, headLength - 1);
    const type = mimeType(head);
    if (!type || !MediaSource.isTypeSupported(type) || keyframes.length === 0) {
      return null;
    }

    const media = new MediaSource();
    this.#video.src = URL.createObjectURL(media);
    await once(media, 'sourceopen');
    const buffer = media.addSourceBuffer(type);
    const run = this.#run = { id, media, buffer, length: streamLength, start: keyframes[0].pts, feeding: null };

    // Until the end is there, the duration is a guess: the last keyframe and an average distance more.
    const last = keyframes.at(-1).pts / 1e6;
    media.duration = last + Math.max(1, last / Math.max(1, keyframes.length - 1));
    if (keyframes[0].offset > 0) {
      await append(buffer, head);
    }

    // Nothing can be shown before the first keyframe.
    this.#video.currentTime = run.start / 1e6;
    this.#feedFrom(run, run.start / 1e6);
    return type;
  }

  close() {
    if (this.#run) {
      this.#run.feeding?.abort();
      this.#run = null;
      URL.revokeObjectURL(this.#video.src);
      this.#video.removeAttribute('src');
      this.#video.load();
    }
  }

  // What is buffered is shown at once; the host says where that is all the same.
  async seek(seconds) {
    const run = this.#run;
    if (!run) {
      return;
    }

    const buffered = isBuffered(run.buffer, seconds);
    this.#video.currentTime = seconds;
    if (buffered) {
      try {
        this.#onSought(await api.seek(run.id, Math.max(run.start, Math.floor(seconds * 1e6))), seconds);
      } catch (error) {
        this.#onSought(null, seconds, error);
      }
    }
  }

  #seek() {
    const run = this.#run;
    if (run && !isBuffered(run.buffer, this.#video.currentTime)) {
      this.#feedFrom(run, this.#video.currentTime);
    }
  }

  async #feedFrom(run, seconds) {
    run.feeding?.abort();
    const feeding = run.feeding = new AbortController();
    try {
      const keyframe = await api.seek(run.id, Math.max(run.start, Math.floor(seconds * 1e6)), feeding.signal);
      this.#onSought(keyframe, seconds);
      await idle(run.buffer);
      if (run.media.readyState === 'open') {
        run.buffer.abort();
      }

      for (let at = keyframe.offset; at < run.length && !feeding.signal.aborted;) {
        if (ahead(this.#video, run.buffer) > secondsAhead) {
          await Promise.race([once(this.#video, 'timeupdate'), once(feeding.signal, 'abort')]);
          continue;
        }

        const piece = await api.range(run.id, at, Math.min(run.length, at + pieceLength) - 1, feeding.signal);
        at += piece.length;
        await append(run.buffer, piece);
        await forget(this.#video, run.buffer);
      }

      if (!feeding.signal.aborted && run.media.readyState === 'open') {
        run.media.endOfStream();
      }
    } catch (error) {
      if (error.name !== 'AbortError' && this.#run === run) {
        this.#onSought(null, seconds, error);
      }
    }
  }
}

const once = (target, name) => new Promise(resolve => target.addEventListener(name, resolve, { once: true }));

const idle = buffer => buffer.updating ? once(buffer, 'updateend') : Promise.resolve();

async function append(buffer, bytes) {
  await idle(buffer);
  buffer.appendBuffer(bytes);
  await once(buffer, 'updateend');
}

// The buffer's memory is limited: what was watched long ago goes.
async function forget(video, buffer) {
  const limit = video.currentTime - secondsBehind;
  if (buffer.buffered.length && buffer.buffered.start(0) < limit) {
    await idle(buffer);
    buffer.remove(0, limit);
    await idle(buffer);
  }
}

function isBuffered(buffer, time) {
  for (let i = 0; i < buffer.buffered.length; i++) {
    if (buffer.buffered.start(i) <= time && time < buffer.buffered.end(i)) {
      return true;
    }
  }

  return false;
}

function ahead(video, buffer) {
  for (let i = 0; i < buffer.buffered.length; i++) {
    if (buffer.buffered.start(i) <= video.currentTime + 0.1 && video.currentTime < buffer.buffered.end(i)) {
      return buffer.buffered.end(i) - video.currentTime;
    }
  }

  return 0;
}
