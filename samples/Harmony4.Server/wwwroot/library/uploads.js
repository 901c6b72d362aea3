// Files on their way to the host: a few at once, each with its progress, each of which can be given up. What is there already is replaced only when told.
import * as api from '../api.js';

const atOnce = 2;

export function idFor(name) {
  return name.replace(/[^A-Za-z0-9._-]/g, '-').replace(/^\.+/, '').slice(0, 128);
}

// Another id that nobody else in the queue has: clip.mp4, clip-2.mp4, …
function renamed(id, taken) {
  const [, stem, extension] = /^(.+?)(\.[^.]*)?$/.exec(id) ?? [null, 'file', ''];
  for (let number = 2; ; number++) {
    const end = `-${number}${extension ?? ''}`;
    const other = stem.slice(0, 128 - end.length) + end;
    if (!taken.has(other)) {
      return other;
    }
  }
}

export class Uploads {
  items = [];

  #onChange;
  #onStored;

  // onChange(item): its state is another. onStored(item, answer).
  constructor(onChange, onStored) {
    this.#onChange = onChange;
    this.#onStored = onStored;
  }

  // Of states: waiting, sending, asking (the id is taken, or there is none), stored, failed, cancelled.
  add(files) {
    const items = Array.from(files, file => ({ file, id: idFor(file.name), state: 'waiting', part: 0, message: '', replace: false, stop: null }));
    for (const item of items) {
      item.isAlone = items.length === 1;
      if (!item.id) {
        this.#ask(item, 'its name gives no id');
      }
    }

    this.items.push(...items);
    this.#onChange(null);
    this.#next();
  }

  answer(item, id, replace) {
    Object.assign(item, { id, replace, state: 'waiting', message: '' });
    this.#onChange(item);
    this.#next();
  }

  cancel(item) {
    item.stop?.abort();
    item.state = 'cancelled';
    item.message = 'cancelled';
    this.#onChange(item);
    this.#next();
  }

  clear() {
    this.items = this.items.filter(item => ['waiting', 'sending', 'asking'].includes(item.state));
    this.#onChange(null);
  }

  #ask(item, message) {
    item.state = 'asking';
    item.message = message;
    item.proposed = renamed(item.id || 'file', new Set(this.items.map(other => other.id)));
  }

  #next() {
    let sending = this.items.filter(item => item.state === 'sending').length;
    for (const item of this.items) {
      if (sending >= atOnce) {
        return;
      }

      if (item.state === 'waiting') {
        sending++;
        this.#send(item);
      }
    }
  }

  async #send(item) {
    const { signal } = item.stop = new AbortController();
    item.state = 'sending';
    item.part = 0;
    this.#onChange(item);
    try {
      // Looked at before a long body is sent for nothing.
      if (!item.replace && await api.isThere(item.id, signal)) {
        this.#ask(item, `there is a container ${item.id} already`);
        return;
      }

      const answer = await api.upload(item.file, item.id, {
        replace: item.replace,
        signal,
        onProgress: part => {
          item.part = part;
          this.#onChange(item);
        },
      });
      item.state = 'stored';
      item.message = `stored as ${answer.id}: ${answer.blocks} blocks, ${answer.keyframes} keyframes, segmented as ${answer.segment}${answer.notice ? ` (${answer.notice})` : ''}`;
      this.#onStored(item, answer);
    } catch (error) {
      if (error.status === 412) {
        this.#ask(item, `there is a container ${item.id} already`);
      } else if (item.state !== 'cancelled') {
        item.state = 'failed';
        item.message = error.message;
      }
    } finally {
      this.#onChange(item);
      this.#next();
    }
  }
}
