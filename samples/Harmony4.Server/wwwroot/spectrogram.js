// Sends sound to /audio/stream and draws the tokens as they arrive: one column per frame, brighter where a bin is stronger.
import { request } from './api.js';
import { isDue, pause } from './pause.js';

const sampleRate = 24000;
const frameSize = 1024;
const topK = 64;
const columnWidth = 2;
const widest = 16000;

// What is decoded here lies in memory, several times its length.
export const largestSound = 1 << 28;

// The first channel, as 16-bit little-endian samples. Channels are not mixed.
async function decode(bytes) {
  const context = new OfflineAudioContext(1, 1, sampleRate);
  const sound = await context.decodeAudioData(bytes).catch(() => {
    throw new Error('this browser finds no sound in it that it can decode');
  });
  const samples = sound.getChannelData(0);
  const pcm = new DataView(new ArrayBuffer(2 * samples.length));
  samples.forEach((sample, i) => pcm.setInt16(2 * i, Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), true));
  return pcm.buffer;
}

// Yields { name, data } for each server-sent event.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (; ;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }

      const parts = (rest + value).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const [, name, data] = /^event: (.*)\ndata: (.*)$/s.exec(part) ?? [];
        if (name) {
          yield { name, data: JSON.parse(data) };
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => { });
  }
}

// Returns what to say of it.
export async function draw(canvas, bytes, onProgress, signal) {
  const pcm = await decode(bytes);
  signal.throwIfAborted();
  const frames = Math.max(1, Math.floor((pcm.byteLength / 2 - frameSize) / (frameSize / 2)) + 1);
  canvas.width = Math.min(widest, frames * columnWidth);
  const context = canvas.getContext('2d');
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  const response = await request(`audio/stream?sample_rate=${sampleRate}&frame_size=${frameSize}&top_k=${topK}`, { method: 'POST', body: pcm, signal });
  const started = performance.now();
  let count = 0;
  let top = sampleRate / 2 * 10;
  for await (const { name, data } of events(response)) {
    if (name === 'meta') {
      top = data.sample_rate / 2 * 10;
    } else if (name === 'token') {
      count++;
      const strength = Math.sqrt(data.magnitude / 65535);
      context.fillStyle = `hsl(${260 - 220 * strength} 90% ${Math.round(8 + 62 * strength)}%)`;
      context.fillRect(data.frame / frames * canvas.width, canvas.height * (1 - data.hz10 / top), columnWidth, 2);
      if (isDue()) {
        onProgress(data.frame / frames);
        await pause();
        signal.throwIfAborted();
      }
    } else if (name === 'error') {
      throw new Error(data.detail);
    } else if (name === 'done') {
      const time = pcm.byteLength / 2 / sampleRate;
      return `${data.tokens} tokens in ${data.frames} frames: ${time.toFixed(1)} s of sound in ${((performance.now() - started) / 1000).toFixed(2)} s`;
    }
  }

  throw new Error(`the host broke off after ${count} tokens`);
}
