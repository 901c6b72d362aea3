// Merkle trees of RFC 9162: leaf = SHA-256(00, record), node = SHA-256(01, left, right), the root of nothing = SHA-256 of nothing.
import { sha256 } from './sha256.js';
import { same } from './wire.js';

const hashLength = 32;
const pair = Uint8Array.of(1, ...new Uint8Array(2 * hashLength));
let single = new Uint8Array(1);

export const emptyRoot = sha256(new Uint8Array());

export function leafHash(record) {
  if (single.length !== record.length + 1) {
    single = new Uint8Array(record.length + 1);
  }

  single.set(record, 1);
  return sha256(single);
}

export function nodeHash(left, right) {
  pair.set(left, 1);
  pair.set(right, 1 + hashLength);
  return sha256(pair);
}

// The root over hashes of leaves, or of equal, aligned subtrees of which the last one may be smaller.
export function rootOf(hashes) {
  if (!hashes.length) {
    return emptyRoot;
  }

  let level = hashes;
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i < level.length; i += 2) {
      above.push(i + 1 < level.length ? nodeHash(level[i], level[i + 1]) : level[i]);
    }

    level = above;
  }

  return level[0];
}

// Of `count` records of `length` bytes, one after the other.
export const rootOfRecords = (bytes, at, length, count) => rootOf(Array.from({ length: count }, (_, i) => leafHash(bytes.subarray(at + i * length, at + (i + 1) * length))));

const isOdd = value => value % 2 === 1;

const half = value => Math.floor(value / 2);

// How many hashes the inclusion path of a leaf has.
export function pathLength(index, count) {
  let length = 0;
  for (let last = count - 1; last > 0; last = half(last), index = half(index)) {
    length += isOdd(index) || index < last ? 1 : 0;
  }

  return length;
}

// RFC 9162 2.1.3.2: the root to which a leaf's hash and its path lead, or null where the path does not fit.
export function rootFromPath(hash, index, count, path) {
  if (index >= count || path.length !== pathLength(index, count)) {
    return null;
  }

  let root = hash;
  let last = count - 1;
  for (const other of path) {
    // A node without a sibling stands for itself one level further up.
    while (!isOdd(index) && index === last) {
      index = half(index);
      last = half(last);
    }

    root = isOdd(index) ? nodeHash(other, root) : nodeHash(root, other);
    index = half(index);
    last = half(last);
  }

  return root;
}

const isPowerOfTwo = value => 2 ** Math.round(Math.log2(value)) === value;

const largestPowerBelow = count => 2 ** Math.ceil(Math.log2(count) - 1);

// How many hashes the consistency path from a tree of `before` leaves to one of `after` has; none where there is nothing to prove.
export function consistencyLength(before, after) {
  if (before === 0) {
    return 0;
  }

  let length = 0;
  let whole = true;
  let [small, large] = [before, after];
  while (small !== large) {
    const left = largestPowerBelow(large);
    length++;
    if (small <= left) {
      large = left;
    } else {
      small -= left;
      large -= left;
      whole = false;
    }
  }

  return length + (whole ? 0 : 1);
}

// RFC 9162 2.1.4.2: whether the tree of `after` leaves begins with that of `before`.
export function isConsistent(before, after, oldRoot, newRoot, path) {
  if (before > after || path.length !== consistencyLength(before, after)) {
    return false;
  }

  if (before === 0) {
    return same(oldRoot, emptyRoot);
  }

  if (before === after) {
    return same(oldRoot, newRoot);
  }

  const rest = isPowerOfTwo(before) ? [oldRoot, ...path] : path;
  let [index, last] = [before - 1, after - 1];
  while (isOdd(index)) {
    index = half(index);
    last = half(last);
  }

  let [old, now] = [rest[0], rest[0]];
  for (const other of rest.slice(1)) {
    if (last === 0) {
      return false;
    }

    if (isOdd(index) || index === last) {
      old = nodeHash(other, old);
      now = nodeHash(other, now);
      while (!isOdd(index) && index !== 0) {
        index = half(index);
        last = half(last);
      }
    } else {
      now = nodeHash(now, other);
    }

    index = half(index);
    last = half(last);
  }

  return last === 0 && same(old, oldRoot) && same(now, newRoot);
}
