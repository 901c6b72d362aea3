'use strict';
// A scope of its own: the window has names such as top.
{
const $ = id => document.getElementById(id);
const about = JSON.parse($('about').textContent);
function bytesOf(name) {
  const blocks = [...document.querySelectorAll('.' + name)].map(e => {
    const text = atob(e.textContent), bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    e.remove();
    return bytes;
  });
  const all = new Uint8Array(blocks.reduce((n, b) => n + b.length, 0));
  blocks.reduce((at, b) => (all.set(b, at), at + b.length), 0);
  return all.buffer;
}

// A token is a u32 (tenths of a hertz) and two u16 (magnitude, phase).
const tokens = bytesOf('tokens'), hz10 = new Uint32Array(tokens), fields = new Uint16Array(tokens);
// A frame's peak is that of its strongest bin, 1 for a sine of full scale. The largest of all is 0 dB.
const peaks = new Float64Array(bytesOf('peaks')), loudest = peaks.reduce((a, b) => Math.max(a, b), 0);
const scales = peaks.map(p => loudest > 0 ? p / loudest / 65535 : 0);
const perFrame = about.tokens, frames = hz10.length / 2 / perFrame;
const top = Math.min(20000, about.rate / 2), binHz = about.rate / about.frame;
const frameSeconds = about.hop / about.rate;
const plot = $('plot'), pen = plot.getContext('2d');
const left = 58, bottom = 24, above = 8, right = 8;
let first = 0, span = Math.max(1, frames), logarithmic = false, cursor = null, drag = null, ramp = null, picture = null, pending = false;

// 0 for nothing, else 1 (-60 dB and below) to 255 (0 dB).
const level = power => power > 0 ? Math.min(255, Math.max(1, Math.round(255 * (1 + Math.log10(power) / 6)))) : 0;

const decibels = amplitude => (amplitude > 0 ? (20 * Math.log10(amplitude)).toFixed(1).replace('-', '−') : '−∞') + ' dB';

function readRamp() {
  const stops = getComputedStyle(document.documentElement).getPropertyValue('--ramp').split(',').map(s => s.trim().split(' ').map(Number));
  ramp = new Uint32Array(256);
  picture = null;
  const line = new ImageData(256, 1), words = new Uint32Array(line.data.buffer);
  for (let i = 0; i < 256; i++) {
    const at = i / 255 * (stops.length - 1), a = stops[Math.min(Math.floor(at), stops.length - 2)], b = stops[Math.min(Math.floor(at), stops.length - 2) + 1];
    const t = at - stops.indexOf(a), c = k => Math.round(a[k] + (b[k] - a[k]) * t);
    words[i] = ramp[i] = (255 << 24 | c(2) << 16 | c(1) << 8 | c(0)) >>> 0;
  }
  $('ramp').getContext('2d').putImageData(line, 0, 0);
}

const low = () => logarithmic ? Math.max(binHz, 20) : 0;
// 0 at the bottom of the plot, 1 at its top.
const place = hz => logarithmic ? Math.log(Math.max(hz, low()) / low()) / Math.log(top / low()) : hz / top;
const hertz = y => logarithmic ? low() * Math.pow(top / low(), y) : y * top;

function paint(w, h) {
  const image = new ImageData(w, h), words = new Uint32Array(image.data.buffer), column = new Float64Array(h);
  let drawnFrom = -1, drawnTo = -1;
  for (let x = 0; x < w; x++) {
    const from = Math.floor(first + x * span / w), to = Math.min(frames, Math.max(from + 1, Math.floor(first + (x + 1) * span / w)));
    if (from !== drawnFrom || to !== drawnTo) {
      column.fill(0);
      for (let i = from * perFrame; i < to * perFrame; i++) {
        const magnitude = fields[4 * i + 2] * scales[Math.floor(i / perFrame)], power = magnitude * magnitude / (to - from);
        if (power === 0) continue;
        const hz = hz10[2 * i] / 10;
        const down = Math.min(h, Math.max(1, Math.round((1 - place(hz - binHz / 2)) * h)));
        const up = Math.max(0, Math.min(down - 1, Math.round((1 - place(hz + binHz / 2)) * h)));
        for (let y = up; y < down; y++) column[y] += power;
      }
      for (let y = 0; y < h; y++) column[y] = ramp[level(column[y])];
      drawnFrom = from; drawnTo = to;
    }
    for (let y = 0, at = x; y < h; y++, at += w) words[at] = column[y];
  }
  return image;
}

function draw() {
  pending = false;
  const ratio = devicePixelRatio || 1, box = plot.getBoundingClientRect();
  const width = Math.max(1, Math.round(box.width * ratio)), height = Math.max(1, Math.round(box.height * ratio));
  if (plot.width !== width || plot.height !== height) { plot.width = width; plot.height = height; }
  const x0 = Math.round(left * ratio), y0 = Math.round(above * ratio);
  const w = Math.max(1, width - x0 - Math.round(right * ratio)), h = Math.max(1, height - y0 - Math.round(bottom * ratio));
  // A moving cursor leaves the picture as it is.
  const key = [first, span, logarithmic, w, h].join();
  if (!picture || picture.key !== key) picture = { key, image: paint(w, h) };
  pen.clearRect(0, 0, width, height);
  pen.putImageData(picture.image, x0, y0);
  drawAxes(ratio, x0, y0, w, h);
  if (cursor) drawCursor(ratio, x0, y0, w, h);
}

function drawAxes(ratio, x0, y0, w, h) {
  const style = getComputedStyle(document.documentElement);
  pen.strokeStyle = style.getPropertyValue('--line');
  pen.strokeRect(x0 - .5, y0 - .5, w + 1, h + 1);
  pen.fillStyle = style.getPropertyValue('--soft');
  pen.font = 11 * ratio + 'px system-ui, sans-serif';
  pen.textAlign = 'right'; pen.textBaseline = 'middle';
  const decades = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];
  const step = niceStep(top, h / (36 * ratio));
  const ticks = logarithmic ? decades.filter(f => f >= low() && f <= top) : Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
  for (const hz of ticks) {
    const y = y0 + (1 - place(hz)) * h;
    pen.fillRect(x0 - 4 * ratio, Math.round(y), 4 * ratio, 1);
    pen.fillText(hz >= 1000 ? hz / 1000 + ' kHz' : hz + ' Hz', x0 - 7 * ratio, Math.min(Math.max(y, y0 + 5 * ratio), y0 + h - 5 * ratio));
  }
  pen.textBaseline = 'top';
  const seconds = span * frameSeconds, every = timeStep(seconds, w / (90 * ratio)), begin = first * frameSeconds;
  for (let t = Math.ceil(begin / every) * every; t <= begin + seconds; t += every) {
    const x = x0 + (t - begin) / seconds * w, text = clock(t, every);
    pen.textAlign = x > x0 + w - 20 * ratio ? 'right' : 'center';
    pen.fillRect(Math.round(x), y0 + h, 1, 4 * ratio);
    pen.fillText(text, x, y0 + h + 7 * ratio);
  }
}

function niceStep(range, count) {
  const raw = range / Math.max(1, count), unit = Math.pow(10, Math.floor(Math.log10(raw)));
  return unit * [1, 2, 5, 10].find(f => f * unit >= raw);
}

function timeStep(range, count) {
  const raw = range / Math.max(1, count);
  return raw <= 5 ? niceStep(range, count) : [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].find(s => s >= raw) || niceStep(range / 3600, count) * 3600;
}

function clock(seconds, step) {
  const digits = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step)));
  if (seconds < 60) return seconds.toFixed(digits) + ' s';
  const s = seconds % 60;
  return Math.floor(seconds / 60) + ':' + (s < 10 ? '0' : '') + s.toFixed(digits);
}

function drawCursor(ratio, x0, y0, w, h) {
  const i = cursor.frame * perFrame + cursor.token, x = x0 + (cursor.frame + .5 - first) / span * w, y = y0 + (1 - place(hz10[2 * i] / 10)) * h;
  if (x < x0 || x > x0 + w) return;
  pen.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--ink');
  pen.lineWidth = 1.5 * ratio;
  pen.beginPath(); pen.arc(x, y, 6 * ratio, 0, 2 * Math.PI); pen.stroke();
  pen.lineWidth = 1;
}

function redraw() { if (!pending) { pending = true; requestAnimationFrame(draw); } }

function show(frame, token) {
  cursor = { frame, token };
  const i = frame * perFrame + token, m = fields[4 * i + 2], phase = fields[4 * i + 3] / 65535 * 2 - 1;
  $('values').textContent = `frame ${frame} at ${(frame * frameSeconds).toFixed(3)} s: ${(hz10[2 * i] / 10).toFixed(1)} Hz, ${decibels(m * scales[frame])} of the file's strongest bin, magnitude ${(m / 65535).toFixed(4)} in its frame, phase ${phase.toFixed(3)} π, ${token + 1} of ${perFrame} by strength`;
  redraw();
}

function nearest(frame, hz) {
  let best = 0, distance = Infinity;
  for (let t = 0; t < perFrame; t++) {
    const d = Math.abs(place(hz10[2 * (frame * perFrame + t)] / 10) - place(hz));
    if (d < distance) { distance = d; best = t; }
  }
  return best;
}

function view(from, count) {
  span = Math.min(Math.max(1, frames), Math.max(Math.min(16, frames), count));
  first = Math.min(Math.max(0, from), Math.max(0, frames - span));
  redraw();
}

const zoom = (factor, at) => view(at - (at - first) * factor, span * factor);
const centre = () => cursor ? cursor.frame + .5 : first + span / 2;

function spot(event) {
  const box = plot.getBoundingClientRect();
  return { x: (event.clientX - box.left - left) / (box.width - left - right), y: 1 - (event.clientY - box.top - above) / (box.height - above - bottom) };
}

plot.addEventListener('pointermove', event => {
  if (!frames) return;
  const p = spot(event);
  if (drag) { view(drag.first + (drag.x - p.x) * span, span); return; }
  if (p.x < 0 || p.x >= 1 || p.y < 0 || p.y > 1) return;
  const frame = Math.min(frames - 1, Math.floor(first + p.x * span));
  show(frame, nearest(frame, hertz(p.y)));
});
plot.addEventListener('pointerdown', event => { drag = { x: spot(event).x, first }; plot.setPointerCapture(event.pointerId); });
plot.addEventListener('pointerup', () => { drag = null; });
plot.addEventListener('pointercancel', () => { drag = null; });
plot.addEventListener('wheel', event => {
  event.preventDefault();
  zoom(event.deltaY > 0 ? 1.25 : .8, first + Math.min(1, Math.max(0, spot(event).x)) * span);
}, { passive: false });

function step(frame, token) {
  frame = Math.min(frames - 1, Math.max(0, frame));
  if (frame < first || frame >= first + span) view(frame - span / 2, span);
  show(frame, token === undefined ? nearest(frame, cursor ? hz10[2 * (cursor.frame * perFrame + cursor.token)] / 10 : top / 4) : token);
}

function climb(direction) {
  const base = cursor.frame * perFrame, current = hz10[2 * (base + cursor.token)];
  let best = -1;
  for (let t = 0; t < perFrame; t++) {
    const d = (hz10[2 * (base + t)] - current) * direction;
    if (d > 0 && (best < 0 || d < (hz10[2 * (base + best)] - current) * direction)) best = t;
  }
  if (best >= 0) show(cursor.frame, best);
}

const keys = {
  ArrowLeft: () => step(cursor ? cursor.frame - 1 : Math.floor(first)),
  ArrowRight: () => step(cursor ? cursor.frame + 1 : Math.floor(first)),
  ArrowUp: () => cursor ? climb(1) : step(Math.floor(first)),
  ArrowDown: () => cursor ? climb(-1) : step(Math.floor(first)),
  PageUp: () => view(first - span * .8, span),
  PageDown: () => view(first + span * .8, span),
  Home: () => step(0),
  End: () => step(frames - 1),
  '+': () => zoom(.5, centre()),
  '=': () => zoom(.5, centre()),
  '-': () => zoom(2, centre()),
  0: () => view(0, frames),
  l: () => $('log').click(),
};
plot.addEventListener('keydown', event => {
  const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (action && frames && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); action(); }
});
$('in').onclick = () => zoom(.5, centre());
$('out').onclick = () => zoom(2, centre());
$('all').onclick = () => view(0, frames);
$('log').onclick = () => { logarithmic = !logarithmic; $('log').setAttribute('aria-pressed', logarithmic); redraw(); };
new ResizeObserver(redraw).observe(plot);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readRamp(); redraw(); });
$('facts').textContent = `${frames} frames of ${about.frame} samples, ${about.hop} apart, ${perFrame} tokens each, ${about.rate} Hz, ${clock(frames * frameSeconds, .1)}`;
if (loudest > 0) $('reference').textContent = `0 dB, the strongest bin of the file: ${decibels(loudest)} of a full-scale sine`;
if (!frames) $('values').textContent = 'No frame: the input is shorter than one.';
readRamp();
redraw();
}
