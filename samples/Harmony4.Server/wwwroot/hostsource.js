// The bytes of a container of this host, by ranges of GET /containers/{id}. Every part is held against what was asked for, and against the version that was read first.
import { HttpError, request } from './api.js';
import { MemorySource } from './h4mk/source.js';

const tailLength = 1 << 18;
const largestWhole = 1 << 26;

export class HostSource {
  #path;
  #etag;
  #tail;

  // One request: the last 256 KiB, which also tell the length.
  static async open(id, signal) {
    const path = `containers/${encodeURIComponent(id)}`;
    const response = await request(path, { headers: { Range: `bytes=-${tailLength}` }, signal }).catch(error => {
      // An empty file has no last bytes.
      if (error.status !== 416) {
        throw error;
      }
    });
    if (!response) {
      return new MemorySource(new Uint8Array());
    }

    return response.status === 206 ? new HostSource(path, response, await bytesOf(response)) : await wholeOf(response);
  }

  constructor(path, response, tail) {
    const { first, last, size } = partOf(response);
    if (last !== size - 1 || last - first + 1 !== tail.length || tail.length !== Math.min(size, tailLength)) {
      throw new HttpError(0, 'the host answers another part of the file than its end');
    }

    this.size = size;
    this.#path = path;
    this.#etag = response.headers.get('ETag');
    this.#tail = tail;
  }

  async tail(length) {
    return this.#tail.subarray(Math.max(0, this.#tail.length - length));
  }

  async read(offset, length, signal) {
    const held = offset - (this.size - this.#tail.length);
    if (held >= 0 && offset + length <= this.size) {
      return this.#tail.subarray(held, held + length);
    }

    const bytes = await bytesOf(await this.#request(offset, length, signal));
    if (bytes.length !== length) {
      throw new HttpError(0, `the host broke off after ${bytes.length} of ${length} bytes`);
    }

    return bytes;
  }

  async* pieces(signal) {
    if (this.size > this.#tail.length) {
      yield* parts(await this.#request(0, this.size, signal));
    } else {
      yield this.#tail;
    }
  }

  async #request(offset, length, signal) {
    const response = await request(this.#path, { headers: { Range: `bytes=${offset}-${offset + length - 1}` }, signal });
    const part = response.status === 206 ? partOf(response) : null;
    if (part?.first !== offset || part.last !== offset + length - 1) {
      await response.body?.cancel();
      throw new HttpError(0, 'the host answers another part of the file than that which was asked for');
    }

    // A file that grows keeps what it had; its tags are weak.
    const etag = response.headers.get('ETag');
    if (etag !== this.#etag && !(etag?.startsWith('W/') && this.#etag?.startsWith('W/') && part.size >= this.size)) {
      await response.body?.cancel();
      throw new HttpError(0, 'the file changed while it was read');
    }

    return response;
  }
}

// Of a host, or of something between, that knows no ranges.
async function wholeOf(response) {
  const pieces = [];
  let length = 0;
  for await (const piece of parts(response)) {
    pieces.push(piece);
    length += piece.length;
    if (length > largestWhole) {
      throw new HttpError(0, 'the host serves no ranges of this file, and it is too long to be held here');
    }
  }

  return new MemorySource(new Uint8Array(await new Blob(pieces).arrayBuffer()));
}

function partOf(response) {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '') ?? [];
  if (size === undefined || response.headers.has('Content-Encoding')) {
    throw new HttpError(0, 'the host does not say which part of the file it answers');
  }

  return { first: Number(first), last: Number(last), size: Number(size) };
}

const broken = error => {
  throw error.name === 'AbortError' ? error : new HttpError(0, 'the connection to the host was lost');
};

const bytesOf = async response => new Uint8Array(await response.arrayBuffer().catch(broken));

async function* parts(response) {
  const reader = response.body.getReader();
  try {
    for (; ;) {
      const { done, value } = await reader.read().catch(broken);
      if (done) {
        return;
      }

      yield value;
    }
  } finally {
    await reader.cancel().catch(() => { });
  }
}
