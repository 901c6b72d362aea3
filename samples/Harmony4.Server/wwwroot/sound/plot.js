// The axes around a spectrogram, and a cursor that reads it, for the pointer and for keys.
import { clock } from '../quantities.js';
import { drawScale } from './picture.js';

const coarse = 10;

// A step of 1, 2 or 5 times a power of ten that gives at most so many.
function niceStep(length, most) {
  const least = length / most;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map(n => n * power).find(step => step >= least);
}

const steps = (length, step) => Array.from({ length: Math.floor(length / step + 1e-9) + 1 }, (_, i) => i * step);

export class Plot {
  #part;
  #canvas;
  #picture = null;
  #column = 0;
  #row = 0;

  constructor(part) {
    this.#part = part;
    this.#canvas = part('spectrogram');
    drawScale(part('level-scale'));
    this.#canvas.addEventListener('pointermove', event => this.#point(event));
    this.#canvas.addEventListener('pointerdown', event => this.#point(event));
    this.#canvas.addEventListener('keydown', event => this.#key(event));
    new ResizeObserver(() => this.#label()).observe(this.#canvas);
  }

  show(picture) {
    this.#picture = picture;
    this.#part('plot').hidden = false;
    this.#column = 0;
    this.#row = Math.floor(picture.rows / 8);
    this.#label();
    this.#mark();
    this.#part('reading').textContent = '';
  }

  #label() {
    if (!this.#picture) {
      return;
    }

    const { top, seconds } = this.#picture;
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight];
    const mark = (text, property, part) => {
      const label = document.createElement('span');
      label.textContent = text;
      label.style[property] = `${part * 100}%`;
      label.className = part > 0.97 ? 'last' : '';
      return label;
    };
    const step = niceStep(seconds, Math.max(2, Math.floor(width / 90)));
    const decimals = step < 1 ? Math.max(0, Math.ceil(-Math.log10(step))) : 0;
    this.#part('plot-time').replaceChildren(...steps(seconds, step).map(at => mark(seconds < 60 ? `${at.toFixed(decimals)} s` : clock(at, decimals), 'insetInlineStart', at / seconds)));
    const hertz = niceStep(top, Math.max(2, Math.floor(height / 36)));
    this.#part('plot-hertz').replaceChildren(...steps(top, hertz).map(at => mark(at < 1000 ? `${at} Hz` : `${at / 1000} kHz`, 'bottom', at / top)));
  }

  #point(event) {
    if (this.#picture) {
      const { left, top, width, height } = this.#canvas.getBoundingClientRect();
      this.#moveTo(
        Math.floor((event.clientX - left) / width * this.#picture.columns),
        Math.floor((1 - (event.clientY - top) / height) * this.#picture.rows));
    }
  }

  #key(event) {
    const { columns, rows } = this.#picture ?? { columns: 1, rows: 1 };
    const by = event.shiftKey ? coarse : 1;
    const [x, y] = {
      ArrowRight: [by, 0], ArrowLeft: [-by, 0], ArrowUp: [0, by], ArrowDown: [0, -by], PageUp: [0, rows / 8], PageDown: [0, -rows / 8], Home: [-columns, 0], End: [columns, 0],
    }[event.key] ?? [];
    if (x !== undefined && this.#picture && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#moveTo(this.#column + x, this.#row + y);
    }
  }

  #moveTo(column, row) {
    const { columns, rows, seconds, top } = this.#picture;
    this.#column = Math.max(0, Math.min(columns - 1, column));
    this.#row = Math.max(0, Math.min(rows - 1, row));
    const level = this.#picture.level(this.#column, this.#row);
    const time = (this.#column + 0.5) / columns * seconds;
    const hertz = (this.#row + 0.5) / rows * top;
    this.#mark();
    this.#part('reading').textContent = `${time.toFixed(2)} s, ${Math.round(hertz)} Hz, ${level === -Infinity ? 'not among the strongest' : `${level.toFixed(1)} dB`}`;
  }

  #mark() {
    const { columns, rows } = this.#picture;
    this.#part('crosshair-time').style.insetInlineStart = `${(this.#column + 0.5) / columns * 100}%`;
    this.#part('crosshair-hertz').style.bottom = `${(this.#row + 0.5) / rows * 100}%`;
  }
}
