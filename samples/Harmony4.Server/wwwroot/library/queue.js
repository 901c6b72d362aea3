// The queue of uploads on the page. Of very many files, those are rows that need a reader or are on their way, then those that wait.
import { fragment, isId } from '../address.js';
import { plural, size } from '../quantities.js';
import { Uploads } from './uploads.js';

const mostRows = 50;
const order = ['asking', 'failed', 'sending', 'waiting', 'stored', 'cancelled'];

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

export class Queue {
  #part;
  #uploads;
  #rows = new Map();
  #isDue = false;

  constructor(part, onStored) {
    this.#part = part;
    this.#uploads = new Uploads(item => this.#changed(item), onStored);
    part('queue-clear').addEventListener('click', () => this.#uploads.clear());
  }

  add(files) {
    this.#uploads.add(files);
  }

  #changed(item) {
    const row = this.#rows.get(item);
    if (row?.state === 'sending' && item.state === 'sending') {
      row.element.querySelector('progress').value = item.part;
    } else if (!this.#isDue) {
      this.#isDue = true;
      requestAnimationFrame(() => {
        this.#isDue = false;
        this.#draw();
      });
    }
  }

  #draw() {
    const { items } = this.#uploads;
    const sorted = items.length > mostRows ? items.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).slice(0, mostRows) : items;
    const rows = new Map(sorted.map(item => {
      const row = this.#rows.get(item);
      return [item, row?.state === item.state ? row : { state: item.state, element: this.#make(item) }];
    }));
    this.#rows = rows;
    const list = this.#part('queue-list');
    const wanted = [...rows.values()].map(row => row.element);

    // Rows that stay are not moved, so that what is typed in them keeps the focus.
    for (const child of [...list.children]) {
      if (!wanted.includes(child)) {
        child.remove();
      }
    }

    wanted.forEach((child, i) => list.children[i] === child || list.insertBefore(child, list.children[i] ?? null));
    this.#part('queue').hidden = items.length === 0;
    const number = state => items.filter(item => item.state === state).length;
    this.#part('queue-text').textContent = [
      `${number('stored')} of ${plural(items.length, 'file')} stored`,
      number('asking') && `${number('asking')} to be answered`,
      number('failed') && `${number('failed')} failed`,
      items.length > sorted.length && `${items.length - sorted.length} not shown`,
    ].filter(Boolean).join(', ');
    this.#part('queue-clear').hidden = !items.some(item => ['stored', 'failed', 'cancelled'].includes(item.state));
  }

  #make(item) {
    const { file, state } = item;
    const button = (text, onclick, className = '') => element('button', { type: 'button', textContent: text, onclick, className });
    const row = element('li', {}, element('span', { className: 'name', textContent: file.name }), element('span', { className: 'note', textContent: size(file.size) }));
    row.dataset.state = state;
    if (state === 'sending') {
      row.append(element('progress', { max: 1, value: item.part, ariaLabel: `${file.name} sent` }));
    }

    if (state === 'asking') {
      row.append(element('p', { className: 'note', textContent: item.message }), this.#question(item));
    } else if (state === 'stored') {
      row.append(element('a', { href: fragment(item.id), textContent: `open ${item.id}` }));
    } else if (item.message) {
      row.append(element('p', { className: 'note', textContent: item.message }));
    }

    if (['waiting', 'sending', 'asking'].includes(state)) {
      const cancel = button('Cancel', () => this.#uploads.cancel(item), 'quiet');
      cancel.ariaLabel = `Cancel ${file.name}`;
      row.append(cancel);
    } else if (state === 'failed') {
      row.append(button('Try again', () => this.#uploads.answer(item, item.id, item.replace)));
    }

    return row;
  }

  #question(item) {
    const input = element('input', { value: item.proposed, ariaLabel: `Another id for ${item.file.name}`, maxLength: 128, required: true, autocapitalize: 'none', spellcheck: false, autocomplete: 'off' });
    const form = element('form', { className: 'row' }, input, element('button', { textContent: 'Use this id' }));
    if (item.id) {
      form.append(element('button', { type: 'button', className: 'danger', textContent: 'Replace', onclick: () => this.#uploads.answer(item, item.id, true) }));
    }

    input.addEventListener('input', () => input.setCustomValidity(isId(input.value) ? '' : 'letters without accents, digits, dots, _ and -; no dot first'));
    form.addEventListener('submit', event => {
      event.preventDefault();
      this.#uploads.answer(item, input.value, false);
    });
    return form;
  }
}
