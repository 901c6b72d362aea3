// The player on the page: the picture, the line of time below it, and what is said of both.
import { FormatError } from '../h4mk/wire.js';
import { Timeline } from '../timeline/timeline.js';
import { Player } from './player.js';

export class Playback {
  #part;
  #video;
  #player;
  #timeline;
  #onTime;
  #opened = null;

  // onTime(seconds): another time is shown, other than by playing on.
  constructor(part, onTime) {
    this.#part = part;
    this.#video = part('video');
    this.#onTime = onTime;
    this.#player = new Player(
      this.#video,
      (keyframe, seconds, error) => this.#sought(keyframe, seconds, error),
      type => this.say(type),
      clip => { part('proven').textContent = clip.note; },
      error => this.stopped(error));
    this.#timeline = new Timeline(part, seconds => this.seek(seconds));
    part('goto').addEventListener('submit', event => {
      event.preventDefault();
      this.seek(Number(part('time').value));
    });
    this.#watch();
  }

  // Returns whether this browser plays it.
  async open(opened, time, signal) {
    this.#opened = opened;
    const { clip, keyframes, keyCount, start, end, kind, locked } = opened;
    if (!clip) {
      this.#video.hidden = true;
      return false;
    }

    this.#timeline.show(start, end, keyframes, keyCount);
    this.#video.classList.toggle('sound', kind === 'audio');
    try {
      const plays = await this.#player.open(clip, time, signal);
      if (this.#opened === opened) {
        this.#video.hidden = !plays || Boolean(locked);
        if (!plays && time !== null) {
          this.#player.seek(time);
        }

        if (plays && opened.isLive) {
          this.play();
        }
      }

      return plays || this.#opened !== opened;
    } catch (error) {
      if (!(error instanceof FormatError)) {
        throw error;
      }

      if (this.#opened === opened) {
        this.stopped(error);
      }

      return true;
    }
  }

  close() {
    this.#opened = null;
    this.#player.close();
    this.#timeline.clear();
    this.#video.hidden = false;
    this.#part('unplayable').hidden = true;
    delete this.#part('playing').dataset.state;
    for (const name of ['sought', 'playing', 'proven']) {
      this.#part(name).textContent = '';
    }
  }

  seek(seconds) {
    this.#player.seek(seconds);
    if (this.#video.hidden) {
      this.#timeline.playhead(seconds);
      this.#onTime(seconds);
    }
  }

  // A browser may want to be asked by a click first.
  play() {
    this.#video.play().catch(() => { });
  }

  say(message) {
    this.#part('playing').textContent = message;
    this.#part('playing').dataset.state = '';
  }

  // A block that is not what the root says is named, and did not reach the player.
  stopped(error) {
    this.say(`${error instanceof FormatError ? 'not played' : 'stopped'}: ${error.message}`);
    this.#part('playing').dataset.state = 'failed';
  }

  // It could not be opened at all.
  refuse(error) {
    this.stopped(error);
    this.#video.hidden = true;
  }

  prove(entry) {
    const from = Number(entry.pts) / 1e6;
    this.#timeline.prove(from, from + Number(entry.duration) / 1e6);
  }

  find(times) {
    this.#timeline.find(times);
  }

  // A recording has become longer.
  grow(opened) {
    if (this.#opened === opened) {
      this.#player.grow();
      this.#timeline.show(opened.start, opened.end, opened.keyframes, opened.keyCount);
      this.#timeline.buffer(this.#video.buffered);
    }
  }

  #sought(keyframe, seconds, error) {
    const block = keyframe?.block === null || keyframe?.block === undefined ? '' : `, block ${keyframe.block}`;
    this.#part('sought').textContent = error
      ? `${seconds.toFixed(3)} s: ${error.message}`
      : `${seconds.toFixed(3)} s: keyframe at ${(keyframe.pts / 1e6).toFixed(3)} s${block}, byte ${keyframe.offset}`;
  }

  #watch() {
    const video = this.#video;
    const move = () => this.#opened && this.#timeline.playhead(video.currentTime);
    for (const name of ['timeupdate', 'seeking']) {
      video.addEventListener(name, move);
    }

    for (const name of ['seeked', 'pause']) {
      video.addEventListener(name, () => this.#opened && video.hasAttribute('src') && this.#onTime(video.currentTime));
    }

    for (const name of ['progress', 'timeupdate', 'seeked']) {
      video.addEventListener(name, () => this.#timeline.buffer(video.buffered));
    }

    // The end of a 1.0 file is a guess until its last block is there.
    video.addEventListener('durationchange', () => {
      const opened = this.#opened;
      if (opened?.isEndGuessed && Number.isFinite(video.duration) && video.duration > opened.start && video.duration !== opened.end) {
        opened.end = video.duration;
        this.#timeline.stretch(opened.end);
      }
    });
  }
}
