// Draws what a container holds: chunks to scale, keyframes over time, tables.
import { fileRange } from './api.js';

const tags = ['CORE', 'SEEK', 'META', 'SAFE', 'VERI', 'TRAK', 'TOKN', 'INDX', 'ROOT', 'SIGN', 'TAIL', 'SEAL'];
const largestTable = 500;
const mostKeyframes = 1 << 20;
const pageStep = 10;
const seconds = microseconds => `${(microseconds / 1e6).toFixed(3)} s`;

// The seek table, read out of the SEEK chunk itself: u32 count, then u64 pts and u64 offset for each keyframe, big-endian.
export async function readKeyframes(id, info, signal) {
  const seek = info.chunks.SEEK?.[0];
  if (!seek || seek.size < 20) {
    return [];
  }

  const bytes = await fileRange(id, seek.offset, seek.offset + Math.min(seek.size, 4 + 16 * mostKeyframes) - 1, signal);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: Math.min(view.getUint32(0), (bytes.length - 4) / 16 | 0) }, (_, i) => ({
    pts: Number(view.getBigUint64(4 + 16 * i)),
    offset: Number(view.getBigUint64(12 + 16 * i)),
  }));
}

function sheet(canvas) {
  const width = canvas.clientWidth;
  const scale = devicePixelRatio || 1;
  const height = Number(canvas.dataset.height ??= canvas.height);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

// Resolves light-dark() by way of a real element, since a canvas does not.
function paint(name) {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

// Damaged chunks last: at this scale a sound neighbour may fall on the same place.
export function drawChunks(canvas, chunks, size) {
  const { context, width, height } = sheet(canvas);
  const colors = new Map(tags.map(tag => [tag, paint(tag.toLowerCase())]));
  const [bad, card, other] = ['bad', 'card', 'soft'].map(paint);
  const fill = (chunk, color, least) => {
    const x = Math.min(width - least, chunk.offset / size * width);
    const w = Math.max(least, (chunk.size + 12) / size * width);
    context.fillStyle = color;
    context.fillRect(x, 0, w, height);
    if (w > 3) {
      context.fillStyle = card;
      context.fillRect(x, 0, 1, height);
    }
  };
  chunks.filter(c => c.good !== false).forEach(c => fill(c, colors.get(c.tag) ?? other, 1));
  chunks.filter(c => c.good === false).forEach(c => fill(c, bad, 3));
}

// Counts by tag, each with its colour on the map.
export function describeChunks(element, counts) {
  element.replaceChildren('in file order: ', ...[...counts].flatMap(([tag, count], i) => {
    const swatch = document.createElement('i');
    swatch.className = `swatch ${tags.includes(tag) ? tag.toLowerCase() : 'other'}`;
    return [i ? ', ' : '', swatch, `${count.toLocaleString('en')} ${tag}`];
  }));
}

// The first chunks, and those that are damaged wherever they lie.
export function fillTable(body, chunks, count) {
  const rows = chunks.filter((chunk, i) => i < largestTable || chunk.good === false).slice(0, 2 * largestTable);
  body.replaceChildren(...rows.map(chunk => {
    const row = document.createElement('tr');
    const here = chunk.good === undefined ? '' : chunk.good ? 'matches' : 'differs';
    row.className = chunk.good === false ? 'bad' : '';
    inCells(row, [chunk.tag, chunk.offset, chunk.size, chunk.crc.toString(16).padStart(8, '0'), here]);

    return row;
  }));
  if (count > rows.length) {
    const cell = body.insertRow().insertCell();
    cell.colSpan = 5;
    cell.textContent = `… and ${(count - rows.length).toLocaleString('en')} more`;
  }
}

const inCells = (row, values) => {
  for (const value of values) {
    row.insertCell().textContent = value;
  }
};

export function fillFacts(list, facts) {
  list.replaceChildren(...Object.entries(facts).flatMap(([name, value]) => {
    const term = document.createElement('dt');
    const text = document.createElement('dd');
    term.textContent = name;
    text.textContent = value;
    return [term, text];
  }));
}

// tracks: what TRAK says of each, its record in ROOT, and whether it is the one that plays.
export function fillTracks(body, tracks) {
  body.replaceChildren(...tracks.map(({ id, kind, label, language, track, root, played }) => {
    const row = document.createElement('tr');
    const name = [kind, label, language].filter(part => typeof part === 'string' && part).join(', ');
    const time = track.count ? seconds(Number(track.end - track.first)) : '–';
    inCells(row, [id, `${name}${played ? ' (played here)' : ''}`, track.count.toLocaleString('en'), track.keys.toLocaleString('en'), track.bytes.toLocaleString('en'), time, `${root.slice(0, 16)}…`]);
    return row;
  }));
}

// A slider over the keyframes: arrow keys go from one to the next, a click goes to the nearest.
export class Timeline {
  #canvas;
  #text;
  #onPick;
  #keyframes = [];
  #current = 0;

  constructor(canvas, text, onPick) {
    this.#canvas = canvas;
    this.#text = text;
    this.#onPick = onPick;
    canvas.addEventListener('keydown', e => this.#key(e));
    canvas.addEventListener('click', e => this.#click(e));
  }

  show(keyframes) {
    this.#keyframes = keyframes;
    this.#current = 0;
    this.#canvas.setAttribute('aria-valuemax', Math.max(0, keyframes.length - 1));
    this.#canvas.setAttribute('aria-disabled', keyframes.length === 0);
    this.draw();
  }

  mark(pts) {
    const index = this.#keyframes.findIndex(k => k.pts === pts);
    if (index >= 0) {
      this.#current = index;
      this.draw();
    }
  }

  draw() {
    const { context, width, height } = sheet(this.#canvas);
    const end = this.#keyframes.at(-1)?.pts || 1;
    const place = (keyframe, w) => Math.min(width - w, keyframe.pts / end * (width - w));
    context.fillStyle = paint('soft');
    let drawn = -1;
    for (const keyframe of this.#keyframes) {
      // Thousands fall on one place; one is enough there.
      const x = Math.round(2 * place(keyframe, 2)) / 2;
      if (x !== drawn) {
        context.fillRect(x, height / 4, 2, height);
        drawn = x;
      }
    }

    const at = this.#keyframes[this.#current];
    if (at) {
      context.fillStyle = paint('accent');
      context.fillRect(place(at, 5), 0, 5, height);
    }

    const label = at ? `keyframe ${this.#current + 1} of ${this.#keyframes.length}: ${seconds(at.pts)}${at.offset === null ? '' : `, byte ${at.offset} of the stream`}` : 'no keyframes';
    this.#text.textContent = label;
    this.#canvas.setAttribute('aria-valuenow', this.#current);
    this.#canvas.setAttribute('aria-valuetext', label);
  }

  #key(event) {
    const step = {
      ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: pageStep, PageDown: -pageStep, Home: -Infinity, End: Infinity,
    }[event.key];

    // With Alt or Ctrl they are the browser's own.
    if (step !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#pick(this.#current + step);
    }
  }

  #click(event) {
    const end = this.#keyframes.at(-1)?.pts || 1;
    const pts = event.offsetX / this.#canvas.clientWidth * end;
    this.#pick(this.#keyframes.reduce((best, k, i) => Math.abs(k.pts - pts) < Math.abs(this.#keyframes[best].pts - pts) ? i : best, 0));
  }

  #pick(index) {
    this.#current = Math.max(0, Math.min(this.#keyframes.length - 1, index));
    this.draw();
    if (this.#keyframes.length) {
      this.#onPick(this.#keyframes[this.#current].pts / 1e6);
    }
  }
}
