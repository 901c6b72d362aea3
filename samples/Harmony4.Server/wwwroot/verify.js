// Reads a container's bytes and judges them here, without the server's word.
import { request } from './api.js';
import { Judge } from './judge.js';
import { isDue, pause } from './pause.js';

// Returns { state, lacking, findings, chunks, counts, chunkCount }: state is verified, failed, incomplete or unverified.
export async function verify(id, onProgress = () => { }, signal = undefined) {
  const response = await request(`containers/${encodeURIComponent(id)}`, { signal });
  const length = response.headers.has('Content-Length') ? Number(response.headers.get('Content-Length')) : Infinity;
  const judge = new Judge(length);
  let at = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) {
      break;
    }

    judge.push(value);
    if (judge.stopped) {
      await reader.cancel();
      break;
    }

    at += value.length;
    if (isDue()) {
      onProgress(at / length);
      await pause();
    }
  }

  const state = await judge.finish();
  const { lacking, findings, chunks, counts, chunkCount } = judge;
  return { state, lacking, findings, chunks, counts, chunkCount };
}
