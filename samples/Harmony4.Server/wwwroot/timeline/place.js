// The times at which findings stand, which know their place in the file only.
import { FormatError } from '../h4mk/wire.js';
import { isDue, pause } from '../pause.js';

const mostPlaced = 200;

// Calls placed(finding, seconds) for those that lie in a block, or in front of one in its page.
export async function placeFindings(findings, { container, chunks, keyframes, end }, signal) {
  const times = new Map();
  const listed = findings.slice(0, mostPlaced);
  if (container) {
    for (const finding of listed) {
      const time = await timeInPages(container, finding.offset, signal);
      if (time !== null) {
        times.set(finding, time);
      }
    }
  } else if (keyframes?.length) {
    await placeByStream(listed, chunks, keyframes, end, times);
  }

  return times;
}

// INDX stands behind the blocks that it lists.
async function timeInPages(container, offset, signal) {
  let nearest = null;
  for (const track of container.tracks) {
    const number = track.pages.findIndex(page => page.offset >= offset);
    const page = track.pages[number];
    if (page && (!nearest || page.offset < nearest.page.offset)) {
      nearest = { track, number, page };
    }
  }

  if (!nearest) {
    return null;
  }

  try {
    const { entries } = await container.page(nearest.track, nearest.number, signal);

    // A TOKN stands directly in front of its CORE.
    const entry = entries.find(e => offset < e.offset + 12 + e.length);
    return entry ? Number(entry.pts) / 1e6 : Number(entries.at(-1).pts) / 1e6;
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error;
    }

    const first = nearest.page.firstKey;
    return first <= 0x7FFFFFFFFFFFFFFFn ? Number(first) / 1e6 : null;
  }
}

// Of a 1.0 file: the blocks in front of a chunk make its place in the stream, keyframes next to that its time.
async function placeByStream(findings, chunks, keyframes, end, times) {
  const open = new Map(findings.map(finding => [finding.offset, finding]));
  let stream = 0;
  for (let i = 0; i < chunks.length && open.size; i++) {
    const { tag, offset, size } = chunks.at(i);
    const finding = open.get(offset);
    if (finding && tag === 'CORE') {
      const number = keyframes.countToOffset(stream) - 1;
      const [from, to] = [keyframes.at(number) ?? keyframes.first, keyframes.at(number + 1)];
      const until = to?.pts ?? Math.max(end * 1e6, from.pts);
      const part = to && to.offset > from.offset ? (stream - from.offset) / (to.offset - from.offset) : 0;
      times.set(finding, (from.pts + Math.max(0, Math.min(1, part)) * (until - from.pts)) / 1e6);
      open.delete(offset);
    }

    stream += tag === 'CORE' ? size : 0;
    if (i % 4096 === 0 && isDue()) {
      await pause();
    }
  }
}
