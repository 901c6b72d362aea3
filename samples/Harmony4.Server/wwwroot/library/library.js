// The containers of the host as far as they were listed: in ordinal order, page by page, those whose id has a part.
import * as api from '../api.js';

const pageLength = 1000;

export class Library {
  entries = [];
  query = '';

  // Whether there is nothing behind the last entry.
  isComplete = false;

  #onChange;
  #onFailed;
  #loading = null;

  // Whether what is listed is of a search before, and stays until the first page of this one is there.
  #isStale = false;

  constructor(onChange, onFailed) {
    this.#onChange = onChange;
    this.#onFailed = onFailed;
  }

  get isLoading() {
    return this.#loading !== null;
  }

  // Lists anew; what was asked before is not waited for.
  search(query) {
    this.#loading?.abort();
    this.#loading = null;
    this.query = query;
    this.#isStale = true;
    this.isComplete = false;
    return this.more();
  }

  async more() {
    if (this.#loading || this.isComplete) {
      return;
    }

    const stop = this.#loading = new AbortController();
    try {
      const after = this.#isStale ? '' : this.entries.at(-1)?.id ?? '';
      const found = await api.list({ after, query: this.query, limit: pageLength }, stop.signal);
      if (this.#loading === stop) {
        this.entries = this.#isStale ? [] : this.entries;
        this.#isStale = false;
        this.entries.push(...found);
        this.isComplete = found.length < pageLength;
      }
    } catch (error) {
      if (this.#loading === stop) {
        this.isComplete = true;
        this.#onFailed(error);
      }
    } finally {
      if (this.#loading === stop) {
        this.#loading = null;
        this.#onChange();
      }
    }
  }

  // The place of an id among those listed, or where it would stand.
  placeOf(id) {
    let [low, high] = [0, this.entries.length];
    while (low < high) {
      const middle = low + high >>> 1;
      if (this.entries[middle].id < id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }

    return low;
  }

  find(id) {
    const entry = this.entries[this.placeOf(id)];
    return entry?.id === id ? entry : null;
  }

  // What stands behind all that is listed comes with its page.
  put(entry) {
    const place = this.placeOf(entry.id);
    const isListed = this.entries[place]?.id === entry.id;
    if (isListed || (entry.id.includes(this.query) && (place < this.entries.length || this.isComplete))) {
      this.entries.splice(place, isListed ? 1 : 0, entry);
      this.#onChange();
    }
  }

  drop(id) {
    const place = this.placeOf(id);
    if (this.entries[place]?.id === id) {
      this.entries.splice(place, 1);
      this.#onChange();
    }
  }
}
