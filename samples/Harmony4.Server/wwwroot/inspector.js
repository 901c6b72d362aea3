// Draws what a container holds: chunks to scale, keyframes over time, tables.
import { fileRange } from './api.js';

const tags = ['CORE', 'SEEK', 'META', 'SAFE', 'VERI'];
const largestTable = 500;
const seconds = microseconds => `${(microseconds / 1e6).toFixed(3)} s`;

// The seek table, read out of the SEEK chunk itself: u32 count, then u64 pts and u64 offset for each keyframe, big-endian.
export async function readKeyframes(id, info) {
  const seek = info.chunks.SEEK?.[0];
  if (!seek) {
    return [];
  }

  const bytes = await fileRange(id, seek.offset, seek.offset + seek.size - 1);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: view.getUint32(0) }, (_, i) => ({
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

const color = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

// Resolves light-dark() by way of a real element, since a canvas does not.
function paint(name) {
  const probe = document.createElement('i');
  probe.style.color = color(name);
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export function drawChunks(canvas, chunks, size) {
  const { context, width, height } = sheet(canvas);
  const colors = Object.fromEntries([...tags.map(t => t.toLowerCase()), 'bad', 'card', 'soft'].map(name => [name, paint(name)]));
  for (const chunk of chunks) {
    const x = chunk.offset / size * width;
    const w = Math.max(1, (chunk.size + 12) / size * width);
    context.fillStyle = chunk.good === false ? colors.bad : colors[chunk.tag.toLowerCase()] ?? colors.soft;
    context.fillRect(x, 0, w, height);
    if (w > 3) {
      context.fillStyle = colors.card;
      context.fillRect(x, 0, 1, height);
    }
  }
}

export function describeChunks(element, chunks) {
  const counts = new Map();
  for (const { tag } of chunks) {
    counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }

  element.textContent = `in file order: ${[...counts].map(([tag, count]) => `${count} ${tag}`).join(', ')}`;
}

export function fillTable(body, chunks) {
  body.replaceChildren(...chunks.slice(0, largestTable).map(chunk => {
    const row = document.createElement('tr');
    const here = chunk.good === undefined ? '' : chunk.good ? 'matches' : 'differs';
    row.className = chunk.good === false ? 'bad' : '';
    for (const value of [chunk.tag, chunk.offset, chunk.size, chunk.crc.toString(16).padStart(8, '0'), here]) {
      row.insertCell().textContent = value;
    }

    return row;
  }));
  if (chunks.length > largestTable) {
    body.insertRow().insertCell().textContent = `… and ${chunks.length - largestTable} more`;
  }
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
    this.#keyframes.forEach((keyframe, i) => {
      context.fillStyle = paint(i === this.#current ? 'accent' : 'soft');
      const w = i === this.#current ? 5 : 2;
      context.fillRect(Math.min(width - w, keyframe.pts / end * (width - w)), i === this.#current ? 0 : height / 4, w, height);
    });
    const at = this.#keyframes[this.#current];
    const label = at ? `keyframe ${this.#current + 1} of ${this.#keyframes.length}: ${seconds(at.pts)}, byte ${at.offset} of the stream` : 'no keyframes';
    this.#text.textContent = label;
    this.#canvas.setAttribute('aria-valuenow', this.#current);
    this.#canvas.setAttribute('aria-valuetext', label);
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step !== undefined) {
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
