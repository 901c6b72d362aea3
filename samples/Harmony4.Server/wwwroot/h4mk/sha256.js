// SHA-256 of bytes that come in pieces. WebCrypto takes its input whole, and is there on https and localhost only: it digests
// files of bounded length; longer ones, and those of a page over plain http, are digested here (FIPS 180-4).
const largestWhole = 1 << 26;
const blockLength = 64;

// Below this length a call of WebCrypto costs more than it saves.
const leastForWebCrypto = 4096;

const constants = makeConstants();

// The first 32 bits of the fractions of the cube roots (and, as the start, the square roots) of the first primes.
function makeConstants() {
  const fraction = value => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0;
  const [rounds, start] = [[], []];
  for (let n = 2; rounds.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) {
      prime &&= n % d !== 0;
    }

    if (prime) {
      start.push(fraction(Math.sqrt(n)));
      rounds.push(fraction(Math.cbrt(n)));
    }
  }

  return { rounds: Int32Array.from(rounds), start: start.slice(0, 8) };
}

export function startDigest(length) {
  return globalThis.crypto?.subtle && length <= largestWhole ? new WholeDigest(length) : new PiecewiseDigest();
}

export class WholeDigest {
  #bytes;
  #length = 0;

  constructor(length) {
    this.#bytes = new Uint8Array(length);
  }

  update(bytes) {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  async finish() {
    return new Uint8Array(await crypto.subtle.digest('SHA-256', this.#bytes.subarray(0, this.#length)));
  }
}

export class PiecewiseDigest {
  #state = Int32Array.from(constants.start);
  #rest = new Uint8Array(blockLength);
  #length = 0;

  update(bytes) {
    let at = 0;
    const held = this.#length % blockLength;
    this.#length += bytes.length;
    if (held) {
      at = Math.min(blockLength - held, bytes.length);
      this.#rest.set(bytes.subarray(0, at), held);
      if (held + at < blockLength) {
        return;
      }

      compress(this.#state, this.#rest, 0);
    }

    for (; at + blockLength <= bytes.length; at += blockLength) {
      compress(this.#state, bytes, at);
    }

    this.#rest.set(bytes.subarray(at));
  }

  async finish() {
    return this.digest();
  }

  digest() {
    const held = this.#length % blockLength;
    const [high, low] = [Math.floor(this.#length / 2 ** 29), this.#length * 8 >>> 0];
    this.#rest[held] = 0x80;
    this.#rest.fill(0, held + 1);
    if (held >= blockLength - 8) {
      compress(this.#state, this.#rest, 0);
      this.#rest.fill(0);
    }

    for (let i = 0; i < 4; i++) {
      this.#rest[56 + i] = high >>> 24 - 8 * i;
      this.#rest[60 + i] = low >>> 24 - 8 * i;
    }

    compress(this.#state, this.#rest, 0);
    const digest = new Uint8Array(32);
    for (let i = 0; i < digest.length; i++) {
      digest[i] = this.#state[i >> 2] >>> 24 - 8 * (i & 3);
    }

    return digest;
  }

  reset() {
    this.#state.set(constants.start);
    this.#length = 0;
  }
}

const rounds = constants.rounds;
const words = new Int32Array(64);

function compress(state, bytes, at) {
  for (let i = 0; i < 16; i++, at += 4) {
    words[i] = bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
  }

  for (let i = 16; i < 64; i++) {
    const x = words[i - 15];
    const y = words[i - 2];
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;

    // Sums of two at a time stay integers of 32 bits for the engine.
    words[i] = (words[i - 16] + s0 | 0) + (words[i - 7] + s1 | 0) | 0;
  }

  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const t1 = (h + s1 | 0) + ((g ^ e & (f ^ g)) + (rounds[i] + words[i] | 0) | 0) | 0;
    const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const t2 = s0 + (a & b | c & (a | b)) | 0;
    h = g;
    g = f;
    f = e;
    e = d + t1 | 0;
    d = c;
    c = b;
    b = a;
    a = t1 + t2 | 0;
  }

  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

const shared = new PiecewiseDigest();

export function sha256(bytes) {
  shared.reset();
  shared.update(bytes);
  return shared.digest();
}

// By WebCrypto where it is there and worth it.
export async function digestOf(bytes) {
  return globalThis.crypto?.subtle && bytes.length >= leastForWebCrypto ? new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)) : sha256(bytes);
}
