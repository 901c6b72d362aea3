// Reads a container's bytes and judges them here, without the server's word.
import { verify as verifySource } from './h4mk/verifier.js';
import { HostSource } from './hostsource.js';
import { isDue, pause } from './pause.js';

// onProgress(part, judge) is called now and then, with what the verifier has found so far. Returns what the verifier does, and the size.
export async function verify(id, onProgress = () => { }, signal = undefined) {
  const source = await HostSource.open(id, signal);
  const result = await verifySource(source, async (at, judge) => {
    if (isDue()) {
      onProgress(at / source.size, judge);
      await pause();
    }
  }, signal);
  return { ...result, size: source.size };
}
