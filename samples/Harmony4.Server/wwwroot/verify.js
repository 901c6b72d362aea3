// Reads a container's bytes and judges them here, without the server's word.
import { request } from './api.js';
import { Judge } from './judge.js';
import { isDue, pause } from './pause.js';

// Returns { state, lacking, findings, chunks, counts, chunkCount }: state is verified, failed, incomplete or unverified.
export async function verify(id, onProgress = () => { }, signal = undefined) {
  const response = await request(`containers/${encodeURIComponent(id)}`, { signal });

  // Of a response that was compressed on the way, that is the length of something else.
  const { headers } = response;
  const length = headers.has('Content-Length') && !headers.has('Content-Encoding') ? Number(headers.get('Content-Length')) : Infinity;
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
