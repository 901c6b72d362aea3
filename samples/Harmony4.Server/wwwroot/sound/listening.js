// The spectrogram's form: of the container that is shown, or of a file.
import * as api from '../api.js';
import { count } from '../quantities.js';
import { decode, largestSound } from './decode.js';
import { Plot } from './plot.js';
import { draw } from './spectrogram.js';

async function bytesOf(file, id, signal) {
  if (!file && !id) {
    throw new Error('choose a file, or open a container');
  }

  const source = file ? new Response(file) : await api.track(id, signal);
  const length = file?.size ?? Number(source.headers.get('Content-Length'));
  if (length > largestSound) {
    await source.body.cancel();
    throw new Error(`${count(length)} bytes are more than a page should decode at once: harmony4 tokenize audio has no such limit`);
  }

  return source.arrayBuffer();
}

// shownId() is the container at hand, or null. Returns a function that takes away what is of another.
export function listenBy(part, shownId) {
  const plot = new Plot(part);
  let current = null;
  let drawn = null;
  part('listen').addEventListener('submit', async event => {
    event.preventDefault();
    current?.abort();
    const { signal } = current = new AbortController();
    const report = message => signal.aborted || (part('heard').textContent = message);
    part('stop').disabled = false;
    part('drawing').hidden = false;
    try {
      report('decoding…');
      const file = part('audio').files[0];
      const name = file?.name ?? shownId();
      const pcm = await decode(await bytesOf(file, shownId(), signal));
      signal.throwIfAborted();
      report('drawn as it arrives…');
      const said = await draw(part('spectrogram'), pcm, {
        signal,
        onPicture: picture => plot.show(picture),
        onProgress: done => { part('drawing').value = done; },
      });
      report(`${name}: ${said}`);
      drawn = file ? null : name;
    } catch (error) {
      report(error.status ? error.message : `stopped: ${error.message}`);
    } finally {
      if (current.signal === signal) {
        part('stop').disabled = part('drawing').hidden = true;
      }
    }
  });
  part('stop').addEventListener('click', () => {
    current?.abort();
    part('heard').textContent = 'stopped';
    part('draw').focus();
  });
  return () => {
    if (drawn !== null && drawn !== shownId()) {
      drawn = null;
      part('plot').hidden = true;
      part('heard').textContent = '';
    }
  };
}
