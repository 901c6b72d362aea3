// What a SourceBuffer has, and waiting for it.
const tolerance = 0.1;

export const once = (target, name) => new Promise(resolve => target.addEventListener(name, resolve, { once: true }));

// Resolves at one of some events, or when the work is given up; leaves no listener behind.
export function either(target, names, signal) {
  return new Promise(resolve => {
    const done = () => {
      names.forEach(name => target.removeEventListener(name, done));
      signal?.removeEventListener('abort', done);
      resolve();
    };
    names.forEach(name => target.addEventListener(name, done));
    signal?.addEventListener('abort', done);
  });
}

export const idle = buffer => buffer.updating ? once(buffer, 'updateend') : Promise.resolve();

export async function remove(buffer, from, to) {
  const { buffered } = buffer;
  if (to > from && buffered.length && buffered.start(0) < to && buffered.end(buffered.length - 1) > from) {
    await idle(buffer);
    buffer.remove(from, to);
    await idle(buffer);
  }
}

// The buffered stretch around a time.
export function stretch(buffer, time) {
  const { buffered } = buffer;
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= time + tolerance && time <= buffered.end(i)) {
      return { start: buffered.start(i), end: buffered.end(i) };
    }
  }

  return null;
}

export function ahead(video, buffer) {
  const here = stretch(buffer, video.currentTime);
  return here ? here.end - video.currentTime : 0;
}
