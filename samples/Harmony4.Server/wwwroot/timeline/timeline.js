// One line over the whole media: keyframes, what is buffered and proven, findings, and where playing is. A slider for pointer and keys.
import { clock, plural } from '../quantities.js';
import { colors, runs, sheet } from '../paint.js';
import { binCount, Bins } from './bins.js';

const smallStep = 5;
const largePart = 0.1;
const lanes = { findings: [0, 10], keys: [14, 18], buffered: [36, 8], proven: [48, 8] };

export class Timeline {
  #element;
  #part;
  #onSeek;
  #bins = new Bins(0, 0);
  #keyframes = null;
  #keyCount = 0;
  #buffered = [];
  #time = 0;
  #findingCount = 0;
  #isDue = false;
  #isDragged = false;

  // onSeek(seconds)
  constructor(part, onSeek) {
    this.#part = part;
    this.#element = part('timeline');
    this.#onSeek = onSeek;
    const element = this.#element;
    element.addEventListener('keydown', event => this.#key(event));
    element.addEventListener('pointerdown', event => {
      this.#isDragged = true;
      element.setPointerCapture(event.pointerId);
      this.#hover(event);
    });
    element.addEventListener('pointermove', event => this.#hover(event));
    element.addEventListener('pointerup', event => {
      if (this.#isDragged) {
        this.#isDragged = false;
        this.#seek(this.#timeAt(event));
      }
    });
    element.addEventListener('pointercancel', () => { this.#isDragged = false; });
    element.addEventListener('pointerleave', () => { part('timeline-hover').hidden = true; });
    new ResizeObserver(() => this.redraw()).observe(element);
    this.clear();
  }

  get start() {
    return this.#bins.start;
  }

  get end() {
    return this.#bins.end;
  }

  get isShown() {
    return this.#keyframes !== null;
  }

  clear() {
    this.#keyframes = null;
    this.#bins = new Bins(0, 0);
    this.#buffered = [];
    this.#findingCount = 0;
    this.#element.setAttribute('aria-disabled', 'true');
    this.playhead(0);
    this.redraw();
  }

  // In seconds. keyCount: how many keyframes there are, also where not all are known one by one; null where that is not known.
  show(start, end, keyframes, keyCount = keyframes.length) {
    this.#keyframes = keyframes;
    this.#keyCount = keyCount;
    this.#bins = new Bins(start, end);
    this.#bins.addKeyframes(keyframes);
    this.#findingCount = 0;
    this.#element.setAttribute('aria-disabled', 'false');
    this.#element.setAttribute('aria-valuemin', start.toFixed(3));
    this.#element.setAttribute('aria-valuemax', this.#bins.end.toFixed(3));
    this.playhead(Math.max(start, this.#time));
    this.redraw();
  }

  // The end is another than it was; what is on the line stays.
  stretch(end) {
    const { start, findings } = this.#bins;
    const times = Array.from(findings, (value, bin) => value ? this.#bins.timeOf(bin / binCount) : -1).filter(time => time >= 0);
    const count = this.#findingCount;
    this.show(start, end, this.#keyframes, this.#keyCount);
    times.forEach(time => this.#bins.find(time));
    this.#findingCount = count;
  }

  prove(from, to) {
    this.#bins.prove(from, to);
    this.redraw();
  }

  find(times) {
    this.#findingCount = times.length;
    this.#bins.findings.fill(0);
    times.forEach(time => this.#bins.find(time));
    this.redraw();
  }

  // ranges: as a media element has them.
  buffer(ranges) {
    this.#buffered = Array.from({ length: ranges.length }, (_, i) => [ranges.start(i), ranges.end(i)]);
    this.redraw();
  }

  playhead(seconds) {
    this.#time = seconds;
    const part = this.#bins.partOf(seconds);
    this.#part('timeline-head').style.insetInlineStart = `${part * 100}%`;
    this.#element.setAttribute('aria-valuenow', Math.min(this.#bins.end, Math.max(this.#bins.start, seconds)).toFixed(3));
    this.#element.setAttribute('aria-valuetext', this.#say(seconds));
  }

  redraw() {
    if (!this.#isDue) {
      this.#isDue = true;
      requestAnimationFrame(() => {
        this.#isDue = false;
        this.#draw();
      });
    }
  }

  #say(seconds) {
    if (!this.#keyframes) {
      return 'nothing to seek in';
    }

    const number = this.#keyframes.length === this.#keyCount ? this.#keyframes.countTo(seconds * 1e6 + 1) : 0;
    return `${clock(seconds, 1)} of ${clock(this.#bins.end, 1)}${number ? `, keyframe ${number} of ${this.#keyCount}` : ''}`;
  }

  #draw() {
    const { context, width } = sheet(this.#part('timeline-map'));
    const color = colors(['soft', 'accent', 'good', 'bad', 'line']);
    const place = bin => bin / binCount * width;
    const lane = ([y, height], bins, fill, least) => {
      context.fillStyle = fill;
      let drawn = -1;
      runs(bins, (from, to) => {
        const [x, w] = [place(from), Math.max(least, place(to) - place(from))];

        // At this scale a mark may fall on the one before.
        if (x + w > drawn + 0.5) {
          context.fillRect(Math.min(x, width - w), y, w, height);
          drawn = x + w;
        }
      });
    };
    context.fillStyle = color.line;
    context.fillRect(0, lanes.keys[0] + lanes.keys[1] - 1, width, 1);
    for (const name of ['buffered', 'proven']) {
      context.fillRect(0, lanes[name][0] + lanes[name][1] / 2, width, 1);
    }

    lane(lanes.keys, this.#bins.keys, color.soft, 1.5);
    lane(lanes.proven, this.#bins.proven, color.good, 1);
    lane(lanes.findings, this.#bins.findings, color.bad, 4);
    context.fillStyle = color.accent;
    for (const [from, to] of this.#buffered) {
      const x = this.#bins.partOf(from) * width;
      context.fillRect(x, lanes.buffered[0], Math.max(1, this.#bins.partOf(to) * width - x), lanes.buffered[1]);
    }

    this.#part('timeline-text').textContent = this.#keyframes
      ? [clock(this.#bins.end - this.#bins.start, 1), this.#keyCount !== null && plural(this.#keyCount, 'keyframe'), this.#findingCount && `${plural(this.#findingCount, 'finding')} on the line`].filter(Boolean).join(', ')
      : '';
  }

  #timeAt(event) {
    const { left, width } = this.#element.getBoundingClientRect();
    return this.#bins.timeOf(Math.max(0, Math.min(1, (event.clientX - left) / width)));
  }

  #hover(event) {
    const time = this.#timeAt(event);
    const hover = this.#part('timeline-hover');
    hover.hidden = !this.#keyframes;
    hover.textContent = clock(time, 1);
    hover.style.insetInlineStart = `${this.#bins.partOf(time) * 100}%`;
  }

  #key(event) {
    const { start, end } = this.#bins;
    const length = end - start;
    const small = length > 60 ? smallStep : Math.max(length / 60, 0.04);
    const step = { ArrowRight: small, ArrowUp: small, ArrowLeft: -small, ArrowDown: -small, PageUp: length * largePart, PageDown: -length * largePart, Home: -Infinity, End: Infinity }[event.key];

    // With Alt or Ctrl they are the browser's own.
    if (step !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#seek(Math.max(start, Math.min(end, this.#time + step)));
    }
  }

  #seek(seconds) {
    if (this.#keyframes) {
      this.playhead(seconds);
      this.#onSeek(seconds);
    }
  }
}
