// Verifies a whole file in one forward pass over its bytes, in memory that its length does not change: 1.1 from its blocks up to the root, 1.0 by CRC-32 and VERI.
import { ChunkStream } from './chunkstream.js';
import { ChunkTable } from './chunktable.js';
import { isTail, openContainer } from './container.js';
import { Findings } from './findings.js';
import { Judge } from './judge.js';
import { Part } from './part.js';
import { Walk } from './walk.js';
import { chunkHeaderLength, fileHeaderLength, FormatError, headerFault, limits, neighbour, tailLength } from './wire.js';

const mostChunks = 1 << 20;

// source as in source.js. onProgress(bytes, judge) is called after each piece. Returns { state, version, root, container, findings, findingCount, chunks, counts, chunkCount, lacking };
// state is unsigned (every check passes), invalid, incomplete, unverified, or none for what is no container; lacking says why what matches is not verified.
export async function verify(source, onProgress = () => { }, signal = undefined) {
  const judge = await pass(source, isTail(await source.tail(tailLength)), onProgress, signal);
  return judge.isTailPayload ? (await pass(source, false, onProgress, signal)).result : judge.result;
}

async function pass(source, hasTail, onProgress, signal) {
  let container = null;
  let fault = null;
  try {
    container = hasTail ? await openContainer(source) : null;
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }

    fault = error;
  }

  const judge = new FileJudge(source.size, hasTail, container, fault);
  const stream = new ChunkStream(source.size, judge);
  let at = 0;
  for await (const piece of source.pieces(signal)) {
    await stream.push(piece);
    at += piece.length;
    await onProgress(at, judge);
    if (stream.stopped) {
      break;
    }
  }

  await stream.finish();
  judge.conclude();
  return judge;
}

// Finds out of which version a file is, and hands its chunks to who judges that.
class FileJudge {
  chunks = new ChunkTable();
  counts = new Map();
  chunkCount = 0;

  // TAIL bytes inside of the payload of the last chunk are no TAIL.
  isTailPayload = false;

  #size;
  #hasTail;
  #container;
  #fault;
  #findings = new Findings();
  #judge = null;
  #part = null;
  #walk = null;
  #isCut = false;

  // Behind a chunk without a name nothing is judged; its length still leads to the last chunk.
  #isLost = false;
  #isHeaderBad = false;
  #result = null;

  constructor(size, hasTail, container, fault) {
    this.#size = size;
    this.#hasTail = hasTail;
    this.#container = container;
    this.#fault = fault;
  }

  get result() {
    return this.#result;
  }

  header(bytes) {
    const fault = headerFault(bytes);
    if (fault) {
      this.#isHeaderBad = true;
      this.#findings.addError(fault);
    }

    return !fault || this.#hasTail;
  }

  async begin(chunk, head) {
    const { offset, size } = chunk;
    this.isTailPayload = this.#hasTail && offset < this.#size - tailLength && offset + chunkHeaderLength + size === this.#size;
    if (this.isTailPayload || this.#isLost) {
      return !this.isTailPayload;
    }

    await this.#choose(chunk);
    this.counts.set(chunk.tag, (this.counts.get(chunk.tag) ?? 0) + 1);
    this.chunkCount++;
    this.#isLost = !(this.#walk ?? this.#judge).begin(chunk, head);
    return !this.#isLost || this.#hasTail;
  }

  data(chunk, piece) {
    if (!this.#isLost) {
      this.#judge?.data(chunk, piece);
    }
  }

  async end(chunk) {
    if (this.#isLost) {
      return;
    }

    const { tag, offset, size, crc, good } = chunk;
    if (this.chunks.length < (good ? mostChunks : mostChunks + limits.findings)) {
      this.chunks.add(tag, offset, size, crc, good);
    }

    if (this.#walk) {
      await this.#walk.end(chunk);
      return;
    }

    await this.#judge.endChunk(chunk);
    if (this.#judge.isBroken) {
      this.#part?.giveUp();
    }

    if (tag === 'CORE') {
      await this.#part?.core(chunk);
    }
  }

  async overrun(chunk) {
    if (this.#isLost) {
      return;
    }

    this.#isCut = true;
    const rest = this.#size - chunk.offset - chunkHeaderLength;
    if (this.#walk) {
      this.#findings.add('overrun', chunk.tag, chunk.offset, `the chunk says ${chunk.size} bytes, the file has ${rest}`);
    } else {
      this.#judge.overrun(chunk, rest);
    }
  }

  async rest(offset, bytes) {
    if (this.#isLost) {
      return;
    }

    if (offset < fileHeaderLength) {
      this.#isHeaderBad = true;
      this.#findings.addError(headerFault(bytes));
      return;
    }

    this.#isCut = true;
    const tag = String.fromCharCode(...bytes.subarray(0, 4));
    if (!this.#walk && 'TRAK'.startsWith(tag)) {
      await this.#choose({ tag: 'TRAK', offset });
    }

    if (this.#walk) {
      this.#findings.add('trailing', '', offset, `${bytes.length} bytes of a chunk`);
    } else {
      this.#judge ??= new Judge(this.#findings, this.#size, this.#hasTail);
      this.#judge.rest(offset, bytes.length);
    }
  }

  // TRAK as the first chunk, or directly behind a whole 1.0 part, makes a file 1.1.
  async #choose({ tag, offset }) {
    if (this.#walk) {
      return;
    }

    if (!this.#judge) {
      if (tag === 'TRAK' || (this.#hasTail && neighbour(tag) === 'TRAK')) {
        this.#walk = new Walk(this.#findings, this.#size, this.#container, null);
        return;
      }

      this.#judge = new Judge(this.#findings, this.#size, this.#hasTail);
      this.#part = this.#hasTail ? new Part(this.#findings, this.#container) : null;
    } else if (tag === 'TRAK' && this.#judge.end === offset && (this.#hasTail || this.#judge.isWhole)) {
      const part = this.#part ?? new Part(this.#findings, null);
      part.close(this.#judge);
      this.#judge = null;
      this.#walk = new Walk(this.#findings, this.#size, this.#container, part);
    }
  }

  conclude() {
    const findings = this.#findings;
    let state = null;
    let lacking = '';
    if (this.#isHeaderBad && !this.#hasTail) {
      state = 'none';
    } else if (this.#hasTail) {
      if (this.#fault && (findings.list.length === 0 || this.#fault.code === 'limit')) {
        findings.addError(this.#fault);
      }

      if (!findings.isInvalid && !this.#isCut && !findings.has('limit') && !this.#walk?.isAtEnd) {
        findings.add('order', '', this.#size, 'the chunks do not lead to TAIL');
      }

      state = findings.isInvalid || findings.has('order') || this.#isCut ? 'invalid' : findings.has('limit') ? 'unverified' : 'unsigned';
      lacking = state === 'unverified' ? 'it is beyond what is read here' : '';
    } else if (this.#walk) {
      findings.add('incomplete', 'TAIL', this.#size, 'the end of the container is missing');
      state = 'incomplete';
    } else {
      this.#judge ??= new Judge(findings, this.#size, false);
      ({ state, lacking } = this.#judge.conclude(this.#size));
    }

    this.#result = {
      state,
      lacking,
      version: this.#hasTail || this.#walk ? '1.1' : '1.0',
      root: this.#container?.root ?? null,
      container: this.#container,
      findings: findings.sorted,
      findingCount: findings.count,
      chunks: this.chunks,
      counts: this.counts,
      chunkCount: this.chunkCount,
    };
  }
}
