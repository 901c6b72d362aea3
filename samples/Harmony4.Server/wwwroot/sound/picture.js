// Levels over time and frequency, and their picture. Of long sounds several frames share a column, the loudest of each bin.
export const floor = -90;

const mostColumns = 4096;
const rows = 256;
const stops = [[0, 0, 8], [40, 11, 84], [101, 21, 110], [159, 42, 99], [212, 72, 66], [245, 125, 21], [250, 193, 39], [252, 255, 164]];

const ramp = Array.from({ length: 256 }, (_, i) => {
  const at = i / 255 * (stops.length - 1);
  const [low, high] = [stops[Math.floor(at)], stops[Math.min(stops.length - 1, Math.floor(at) + 1)]];
  return low.map((value, k) => Math.round(value + (high[k] - value) * (at - Math.floor(at))));
});

export class Picture {
  #canvas;
  #context;
  #image;
  #levels;
  #dirty = [Infinity, -1];

  // top: the highest frequency in hertz; seconds: the length of the sound.
  constructor(canvas, frames, top, seconds) {
    this.top = top;
    this.seconds = seconds;
    this.frames = frames;
    this.columns = Math.min(mostColumns, Math.max(1, frames));
    this.rows = rows;
    this.#canvas = canvas;
    canvas.width = this.columns;
    canvas.height = rows;
    this.#context = canvas.getContext('2d', { willReadFrequently: true });
    this.#image = this.#context.createImageData(this.columns, rows);
    this.#levels = new Float32Array(this.columns * rows).fill(-Infinity);
    for (let i = 0; i < this.#image.data.length; i += 4) {
      this.#image.data.set([...ramp[0], 255], i);
    }

    this.#context.putImageData(this.#image, 0, 0);
  }

  // tokens: { hz10, magnitude } of one frame. power: as in decode.js.
  add(frame, tokens, power) {
    let sum = 0;
    for (const { magnitude } of tokens) {
      sum += magnitude * magnitude;
    }

    const column = Math.min(this.columns - 1, Math.floor(frame / this.frames * this.columns));
    for (const { hz10, magnitude } of tokens) {
      if (magnitude > 0 && sum > 0) {
        this.#set(column, Math.min(rows - 1, Math.floor(hz10 / 10 / this.top * rows)), 10 * Math.log10(power * magnitude * magnitude / sum));
      }
    }

    this.#dirty = [Math.min(this.#dirty[0], column), Math.max(this.#dirty[1], column)];
  }

  // The level at a place in dB of full scale, or -Infinity where it is below all that was told.
  level(column, row) {
    return this.#levels[row * this.columns + column];
  }

  flush() {
    const [from, to] = this.#dirty;
    if (to >= from) {
      this.#context.putImageData(this.#image, 0, 0, from, 0, to - from + 1, rows);
      this.#dirty = [Infinity, -1];
    }
  }

  #set(column, row, level) {
    const at = row * this.columns + column;
    if (level > this.#levels[at]) {
      this.#levels[at] = level;
      const [r, g, b] = ramp[shade(level)];
      const pixel = ((rows - 1 - row) * this.columns + column) * 4;
      this.#image.data[pixel] = r;
      this.#image.data[pixel + 1] = g;
      this.#image.data[pixel + 2] = b;
    }
  }
}

const shade = level => Math.max(0, Math.min(255, Math.round((level - floor) / -floor * 255)));

// The colours from the floor to 0 dB.
export function drawScale(canvas) {
  canvas.width = 256;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  const image = context.createImageData(256, 1);
  ramp.forEach((color, i) => image.data.set([...color, 255], 4 * i));
  context.putImageData(image, 0, 0);
}
