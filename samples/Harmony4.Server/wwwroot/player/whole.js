// Hands a whole stream to the browser, for what it plays and takes in no pieces. Of a 1.1 container each block is proven on its way.
import { wholeType } from './codecs.js';
import { either } from './sourcebuffer.js';

// A blob of this length may lie in memory.
export const mostWhole = 1 << 28;

// Returns its type, or null where this browser does not play it.
export async function openWhole(video, clip, head, isWanted, signal) {
  const type = wholeType(head);
  if (!type || !video.canPlayType(type) || clip.length > mostWhole || clip.isLive) {
    return null;
  }

  const pieces = [];
  for await (const piece of clip.from(0, signal)) {
    pieces.push(piece);
  }

  if (!isWanted()) {
    return null;
  }

  video.src = URL.createObjectURL(new Blob(pieces, { type }));
  await either(video, ['loadedmetadata', 'error'], signal);
  if (video.error && isWanted()) {
    URL.revokeObjectURL(video.src);
    video.removeAttribute('src');
    video.load();
    return null;
  }

  return type;
}
