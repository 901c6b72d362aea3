// A list of any length of which only the rows in sight are elements. Rows are of one height; lists too tall for a browser are scrolled faster.
const tallest = 8e6;
const beyond = 6;

export class VirtualRows {
  #view;
  #body;
  #height;
  #make;
  #fill;
  #onRange;
  #slots = [];
  #count = 0;
  #due = false;

  // make() returns an element; fill(element, index) shows a row in it. onRange(first, last): what is in sight.
  constructor(view, body, { height, make, fill, onRange = () => { } }) {
    this.#view = view;
    this.#body = body;
    this.#height = height;
    this.#make = make;
    this.#fill = fill;
    this.#onRange = onRange;
    view.addEventListener('scroll', () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#schedule()).observe(view);
  }

  get count() {
    return this.#count;
  }

  // Shows this many rows, all of them anew.
  show(count) {
    this.#count = count;
    this.#body.style.height = `${Math.min(tallest, count * this.#height)}px`;
    for (const slot of this.#slots) {
      slot.index = -1;
    }

    this.#schedule();
  }

  // The element of a row that is in sight, or null.
  element(index) {
    return this.#slots.find(slot => slot.index === index)?.element ?? null;
  }

  // Scrolls to a row, to the middle of what is in sight where that is wished.
  reveal(index, isCentred = false) {
    const { full, shown, room, top } = this.#measure();
    const at = index * this.#height;
    if (at < top || at + this.#height > top + room) {
      const nearest = at < top ? at : at + this.#height - room;
      const wanted = Math.max(0, Math.min(full - room, isCentred ? at - room / 2 : nearest));
      this.#view.scrollTop = full > room ? wanted * (shown - room) / (full - room) : 0;
    }

    this.#lay();
    return this.element(index);
  }

  #measure() {
    const full = this.#count * this.#height;
    const shown = Math.min(tallest, full);
    const room = this.#view.clientHeight;
    return { full, shown, room, top: shown > room ? this.#view.scrollTop / (shown - room) * (full - room) : 0 };
  }

  #schedule() {
    if (!this.#due) {
      this.#due = true;
      requestAnimationFrame(() => {
        this.#due = false;
        this.#lay();
      });
    }
  }

  #lay() {
    const { room, top } = this.#measure();
    const first = Math.max(0, Math.floor(top / this.#height) - beyond);
    const last = Math.min(this.#count, Math.ceil((top + room) / this.#height) + beyond);
    this.#grow(Math.ceil(room / this.#height) + 2 * beyond + 1);
    const used = new Set();
    for (let index = first; index < last; index++) {
      const slot = this.#slots[index % this.#slots.length];
      used.add(slot);
      if (slot.index !== index) {
        slot.index = index;
        this.#fill(slot.element, index);
      }

      slot.element.hidden = false;
      slot.element.style.transform = `translateY(${this.#view.scrollTop + index * this.#height - top}px)`;
    }

    for (const slot of this.#slots) {
      if (!used.has(slot)) {
        slot.element.hidden = true;
        slot.index = -1;
      }
    }

    this.#onRange(first, last);
  }

  // Rows that stand elsewhere among more slots are filled anew.
  #grow(count) {
    if (this.#slots.length < count) {
      while (this.#slots.length < count) {
        const element = this.#make();
        this.#body.append(element);
        this.#slots.push({ element, index: -1 });
      }

      this.#slots.forEach(slot => { slot.index = -1; });
    }
  }
}
