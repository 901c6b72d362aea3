// What is where on a time line, in a number of bins that the length of the media does not change: a million keyframes are drawn as fast as ten.
export const binCount = 4096;

export class Bins {
  keys = new Uint8Array(binCount);
  proven = new Uint8Array(binCount);
  findings = new Uint8Array(binCount);

  // start, end: in seconds.
  constructor(start, end) {
    this.start = start;
    this.end = Math.max(end, start + 1e-3);
  }

  of(seconds) {
    return Math.max(0, Math.min(binCount - 1, Math.floor((seconds - this.start) / (this.end - this.start) * binCount)));
  }

  timeOf(part) {
    return this.start + part * (this.end - this.start);
  }

  partOf(seconds) {
    return Math.max(0, Math.min(1, (seconds - this.start) / (this.end - this.start)));
  }

  addKeyframes(keyframes) {
    for (let i = 0; i < keyframes.length; i++) {
      this.keys[this.of(keyframes.pts(i) / 1e6)] = 1;
    }
  }

  // What ends where a bin begins does not fill it.
  prove(from, to) {
    const first = this.of(from);
    this.proven.fill(1, first, Math.max(first + 1, Math.ceil((to - this.start) / (this.end - this.start) * binCount - 1e-6)));
  }

  find(seconds) {
    this.findings[this.of(seconds)] = 1;
  }
}
