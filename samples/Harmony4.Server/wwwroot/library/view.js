// The library on the page: rows of the containers in sight, search, keys.
import * as api from '../api.js';
import { fragment } from '../address.js';
import { clock, count, plural, size } from '../quantities.js';
import { VirtualRows } from '../rows.js';
import { Library } from './library.js';

const rowHeight = 64;
const searchDelay = 200;
const rowsPerPage = 8;

export class LibraryView {
  #part;
  #rows;
  #library;
  #shown = null;
  #judged = new Map();
  #canDelete = true;
  #current = 0;
  #onDelete;
  #delay = 0;

  // part(name): the elements of the page. onDelete(entry) is asked for; onFailed(error) says what went wrong.
  constructor(part, { onDelete, onFailed }) {
    this.#part = part;
    this.#onDelete = onDelete;
    this.#library = new Library(() => this.#refresh(), onFailed);
    this.#rows = new VirtualRows(part('list'), part('list-rows'), {
      height: rowHeight,
      make: () => this.#make(),
      fill: (element, index) => this.#fill(element, index),
      onRange: (_, last) => last >= this.#rows.count && this.#rows.count > 0 && this.#library.more(),
    });
    part('search').addEventListener('input', () => {
      clearTimeout(this.#delay);
      this.#delay = setTimeout(() => this.#search(), searchDelay);
    });
    part('list').addEventListener('keydown', event => this.#key(event));
    part('list').addEventListener('focusin', event => this.#focus(event));
  }

  load() {
    return this.#library.search(this.#library.query);
  }

  find(id) {
    return this.#library.find(id);
  }

  put(entry) {
    this.#library.put(entry);
  }

  drop(id) {
    this.#judged.delete(id);
    this.#library.drop(id);
  }

  // Nothing can be deleted here, so nothing is offered.
  forbidDeletion() {
    this.#canDelete = false;
    this.#rows.show(this.#library.entries.length);
  }

  show(id) {
    this.#shown = id;
    const place = this.#library.placeOf(id ?? '');
    this.#rows.show(this.#library.entries.length);
    if (this.#library.entries[place]?.id === id) {
      this.#current = place;
      this.#rows.reveal(place);
    }
  }

  // What was found out about a file in this session holds for that file only.
  judge(id, state, word) {
    this.#judged.set(id, { state, word, etag: this.find(id)?.etag });
    this.#rows.show(this.#library.entries.length);
  }

  #search() {
    const query = this.#part('search').value.trim();
    if (query !== this.#library.query) {
      this.#current = 0;
      this.#part('list').scrollTop = 0;
      this.#library.search(query);
    }
  }

  #refresh() {
    const { entries, isComplete, query } = this.#library;
    this.#rows.show(entries.length);
    this.#part('list-empty').hidden = entries.length > 0 || !isComplete;
    this.#part('list-empty').textContent = query ? `No id contains "${query}".` : 'Nothing here yet. Upload media to begin.';
    this.#part('list-text').textContent = isComplete ? plural(entries.length, 'container') : `${count(entries.length)} listed, more as you scroll`;
  }

  #make() {
    const item = document.createElement('li');
    const open = Object.assign(document.createElement('a'), { className: 'open' });
    open.append(...['name', 'facts'].map(className => Object.assign(document.createElement('span'), { className })));
    const badge = Object.assign(document.createElement('span'), { className: 'badge' });
    const download = Object.assign(document.createElement('a'), { className: 'icon download', title: 'Download', download: '' });
    const remove = Object.assign(document.createElement('button'), { className: 'icon remove', type: 'button', title: 'Delete' });
    remove.addEventListener('click', () => this.#onDelete(this.#library.entries[item.dataset.index]));
    item.append(open, badge, download, remove);
    return item;
  }

  #fill(item, index) {
    const entry = this.#library.entries[index];
    const [open, badge, download, remove] = item.children;
    const judged = this.#judged.get(entry.id);
    const isShown = entry.id === this.#shown;
    const isKnown = judged && (judged.etag === undefined || judged.etag === entry.etag);
    item.dataset.index = index;
    item.classList.toggle('shown', isShown);
    item.setAttribute('aria-posinset', index + 1);
    item.setAttribute('aria-setsize', this.#library.isComplete ? this.#library.entries.length : -1);
    open.href = fragment(entry.id);
    open.firstChild.textContent = entry.id;
    open.lastChild.textContent = [
      size(entry.size),
      typeof entry.duration_us === 'number' && clock(entry.duration_us / 1e6),
      entry.version ? `v${entry.version}` : 'no end of a container',
    ].filter(Boolean).join(' · ');
    if (isShown) {
      open.setAttribute('aria-current', 'true');
    } else {
      open.removeAttribute('aria-current');
    }

    badge.hidden = !entry.live && !isKnown;
    badge.dataset.state = entry.live ? 'live' : judged?.state ?? '';
    badge.textContent = entry.live ? 'live' : judged?.word ?? '';
    download.href = api.fileAddress(entry.id);
    download.download = entry.id;
    download.setAttribute('aria-label', `Download ${entry.id}`);
    remove.hidden = !this.#canDelete;
    remove.setAttribute('aria-label', `Delete ${entry.id}`);

    // One row is in the order of the tab key; arrows go from row to row.
    for (const control of [open, download, remove]) {
      control.tabIndex = index === this.#current ? 0 : -1;
    }
  }

  #focus(event) {
    const item = event.target.closest('li');
    if (item && Number(item.dataset.index) !== this.#current) {
      this.#moveTo(Number(item.dataset.index));
    }
  }

  #moveTo(index) {
    const before = this.#rows.element(this.#current);
    this.#current = index;
    for (const element of [before, this.#rows.element(index)]) {
      if (element) {
        this.#fill(element, Number(element.dataset.index));
      }
    }
  }

  #key(event) {
    const { length } = this.#library.entries;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: rowsPerPage, PageUp: -rowsPerPage, Home: -length, End: length }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || length === 0) {
      return;
    }

    event.preventDefault();
    this.#moveTo(Math.max(0, Math.min(length - 1, this.#current + step)));
    this.#rows.reveal(this.#current)?.querySelector('.open').focus({ preventScroll: true });
  }
}
