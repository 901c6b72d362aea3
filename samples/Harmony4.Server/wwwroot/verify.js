// Reads a container's bytes and judges them here, without the server's word.
import { verify as verifySource } from './h4mk/verifier.js';
import { HostSource } from './hostsource.js';
import { isDue, pause } from './pause.js';

// Small enough that thousands of chunks in one piece hold up nothing else.
const pieceLength = 1 << 12;

// onProgress(bytes, judge) is called now and then, with what the verifier has found so far. Returns what the verifier does, and the size.
export async function verify(id, { onOpen = () => { }, onProgress = () => { }, signal } = {}) {
  const source = await HostSource.open(id, signal);
  onOpen(source.size);
  const result = await verifySource(new SmallPieces(source), async (at, judge) => {
    if (isDue()) {
      onProgress(at, judge);
      await pause();
    }
  }, signal);
  return { ...result, size: source.size };
}

class SmallPieces {
  #source;

  constructor(source) {
    this.#source = source;
    this.size = source.size;
  }

  read(offset, length, signal) {
    return this.#source.read(offset, length, signal);
  }

  tail(length) {
    return this.#source.tail(length);
  }

  async* pieces(signal) {
    for await (const piece of this.#source.pieces(signal)) {
      for (let at = 0; at < piece.length; at += pieceLength) {
        yield piece.subarray(at, at + pieceLength);
      }
    }
  }
}
