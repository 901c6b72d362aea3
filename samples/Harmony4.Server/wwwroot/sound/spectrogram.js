// Sends sound to /audio/stream and draws the tokens as they arrive: one column per frame, brighter where a bin is stronger.
import { request } from '../api.js';
import { isDue, pause } from '../pause.js';
import { frameSize, hop, powerOf, sampleRate } from './decode.js';
import { events } from './events.js';
import { Picture } from './picture.js';

const topK = 64;

// onPicture(picture) is called when there is one. Returns what to say of it.
export async function draw(canvas, pcm, { onPicture, onProgress, signal }) {
  const frames = Math.max(1, Math.floor((pcm.length - frameSize) / hop) + 1);
  const response = await request(`audio/stream?sample_rate=${sampleRate}&frame_size=${frameSize}&top_k=${topK}`, { method: 'POST', body: pcm, signal });
  const started = performance.now();
  const seconds = pcm.length / sampleRate;
  let picture = null;
  let count = 0;
  let frame = { number: 0, tokens: [] };
  const flush = () => {
    picture.add(frame.number, frame.tokens, powerOf(pcm, frame.number));
  };
  for await (const { name, data } of events(response)) {
    if (name === 'meta') {
      picture = new Picture(canvas, frames, data.sample_rate / 2, seconds);
      onPicture(picture);
    } else if (name === 'token') {
      count++;
      if (data.frame !== frame.number) {
        flush();
        frame = { number: data.frame, tokens: [] };
      }

      frame.tokens.push(data);
      if (isDue()) {
        picture.flush();
        onProgress(data.frame / frames);
        await pause();
        signal.throwIfAborted();
      }
    } else if (name === 'error') {
      throw new Error(data.detail);
    } else if (name === 'done') {
      flush();
      picture.flush();
      return `${data.tokens} tokens in ${data.frames} frames: ${seconds.toFixed(1)} s of sound in ${((performance.now() - started) / 1000).toFixed(2)} s`;
    }
  }

  throw new Error(`the host broke off after ${count} tokens`);
}
