// Says of media that a browser does not play what it is, and what can be done with it.
import { addressOf } from '../api.js';
import { size } from '../quantities.js';
import { mostWhole } from './whole.js';

// Framings that /video/playlist has a form for.
const inHls = ['fmp4', 'ts', 'adts', 'mp3'];

export function explainUnplayable(part, id, { clip, segment, kind, locked }) {
  const media = segment ? `${segment}${kind ? ` (${kind})` : ''}` : 'media of an unknown form';
  part('unplayable').hidden = false;
  part('unplayable-text').textContent = !clip ? 'No track of it has any blocks, so there is nothing to play.'
    : locked ? `This media is ${locked}: whoever has its key can read it, and this page has none.`
      : clip.length > mostWhole ? `A browser does not play ${media} piece by piece, and ${size(clip.length)} are too much to be handed to it at once.`
        : `This browser does not play this media: ${media}. Seeking says where a time is all the same.`;
  const query = `id=${encodeURIComponent(id)}`;
  part('unplayable-download').href = addressOf(`video/range?${query}`);
  part('unplayable-download').download = id;
  part('unplayable-hls').href = addressOf(`video/playlist?${query}`);
  part('unplayable-hls').hidden = !inHls.includes(segment) || Boolean(locked);
  part('unplayable-command').textContent = `harmony4 extract ${id} -o media`;
  part('unplayable').querySelectorAll('.row, .note').forEach(element => { element.hidden = !clip; });
}
