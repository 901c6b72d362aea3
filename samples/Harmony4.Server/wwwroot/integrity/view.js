// The verdict on the page, and what was found.
import { count, plural } from '../quantities.js';

const mostListed = 100;

export class IntegrityView {
  #part;
  #onFinding;

  // onFinding(finding): one was picked.
  constructor(part, onFinding) {
    this.#part = part;
    this.#onFinding = onFinding;
  }

  // part: how much was read, or null when nothing is being read.
  progress(part) {
    const bar = this.#part('computing');
    bar.hidden = part === null;
    bar.value = Math.min(1, part ?? 0);
  }

  // findings may be fewer than there are.
  show({ state, word, reason }, findings = [], total = findings.length) {
    const verdict = this.#part('verdict');
    verdict.dataset.state = state;
    this.#part('verdict-word').textContent = word;
    this.#part('verdict-reason').textContent = reason;
    const listed = findings.slice(0, mostListed);
    this.#part('findings').replaceChildren(...listed.map(finding => this.#item(finding)));
    this.#part('findings-text').textContent = total > listed.length ? `the first ${count(listed.length)} of ${plural(total, 'finding')}` : '';
  }

  // times: seconds of those that have a place in the media.
  place(times) {
    for (const item of this.#part('findings').children) {
      const time = times.get(item.finding);
      if (time !== undefined) {
        item.querySelector('.when').textContent = ` ${time.toFixed(3)} s`;
      }
    }
  }

  #item(finding) {
    const item = document.createElement('li');
    item.finding = finding;
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet' });
    const code = Object.assign(document.createElement('code'), { textContent: finding.code });
    const when = Object.assign(document.createElement('span'), { className: 'when' });
    button.append(code, ` ${finding.message} (${finding.chunk || 'chunk'} at offset ${finding.offset})`, when);
    button.addEventListener('click', () => this.#onFinding(finding));
    item.append(button);
    return item;
  }
}
