// Requests to this host, wherever it is mounted. What the host asks for goes into a header and is kept for this tab only.
const root = new URL('.', import.meta.url);

export class HttpError extends Error {
  constructor(status, message, scheme = '') {
    super(message);
    this.status = status;

    // Of a 401: what the host asks for.
    this.scheme = scheme;
  }
}

export const addressOf = path => new URL(path, root);

let asking = null;
let ask = async () => null;

// question(scheme, isAgain) resolves to a key, or to null when none is given.
export function askBy(question) {
  ask = question;
}

export const hasKey = () => keyInUse() !== null;

const keyInUse = () => sessionStorage.getItem('key');

// scheme: as the host named it; a token for Bearer, else an API key.
function keep(key, scheme) {
  sessionStorage.setItem('key', JSON.stringify(/^bearer/i.test(scheme) ? ['Authorization', `Bearer ${key}`] : ['X-Api-Key', key]));
}

function withKey(headers = {}) {
  const key = keyInUse();
  return key ? { ...headers, ...Object.fromEntries([JSON.parse(key)]) } : headers;
}

// Asks once for all requests that fail meanwhile. Resolves to whether there is another key than the one that failed.
async function unlock(failed, scheme) {
  asking ??= ask(scheme, failed !== null).then(key => key !== null && keep(key, scheme)).finally(() => { asking = null; });
  if (keyInUse() === failed) {
    await asking;
  }

  return keyInUse() !== failed;
}

async function repeated(send) {
  for (; ;) {
    const used = keyInUse();
    try {
      return await send();
    } catch (error) {
      if (error.status !== 401 || !await unlock(used, error.scheme)) {
        throw error;
      }
    }
  }
}

// What fetch() throws besides says little, and other words in each browser.
function lost(message) {
  return error => {
    throw error.name === 'AbortError' ? error : new HttpError(0, message);
  };
}

// Whatever words the host has for a 401, what is wanted is a key.
const explain = (status, problem, otherwise) => status === 401 ? 'the host asks who you are' : problem?.detail ?? otherwise;

async function send(path, options) {
  // no-store: what is shown is about the bytes as they are on the server now.
  const response = await fetch(new URL(path, root), { cache: 'no-store', ...options, headers: withKey(options.headers) }).catch(lost('the host does not answer'));
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    const message = explain(response.status, problem, `the host answered ${response.status} ${response.statusText}`.trim());
    throw new HttpError(response.status, message, response.headers.get('WWW-Authenticate') ?? '');
  }

  return response;
}

export const request = (path, options = {}) => repeated(() => send(path, options));

const json = async (path, signal) => (await request(path, { signal })).json();

export const list = ({ after = '', query = '', limit }, signal) =>
  json(`containers?${new URLSearchParams({ limit, ...after && { after }, ...query && { q: query } })}`, signal);

// A container as the list has it, or null.
export async function entryOf(id, signal) {
  const found = await json(`containers?${new URLSearchParams({ q: id, limit: 1000 })}`, signal);
  return found.find(entry => entry.id === id) ?? null;
}

const pathOf = id => `containers/${encodeURIComponent(id)}`;

export const fileAddress = id => addressOf(pathOf(id));

export const isThere = (id, signal) => request(pathOf(id), { method: 'HEAD', signal }).then(() => true, error => {
  if (error.status !== 404) {
    throw error;
  }

  return false;
});

// A weak tag matches nothing (RFC 9110 13.1.1).
export const remove = (id, etag) => request(pathOf(id), { method: 'DELETE', headers: { 'If-Match': !etag || etag.startsWith('W/') ? '*' : etag } });

export const info = (id, signal) => json(`video/info?id=${encodeURIComponent(id)}`, signal);

export const seek = (id, microseconds, signal) => json(`video/seek?id=${encodeURIComponent(id)}&pts=${BigInt(Math.max(0, Math.floor(microseconds)))}`, signal);

export const track = (id, signal) => request(`video/range?id=${encodeURIComponent(id)}`, { signal });

// Bytes first … last of the track stream; last may lie past the end.
export async function range(id, first, last, signal) {
  const response = await request(`video/range?id=${encodeURIComponent(id)}`, { headers: { Range: `bytes=${first}-${last}` }, signal });
  return new Uint8Array(await response.arrayBuffer().catch(lost('the host broke off, as it does where a stored block is damaged')));
}

export async function fileRange(id, first, last, signal) {
  const response = await request(pathOf(id), { headers: { Range: `bytes=${first}-${last}` }, signal });
  return new Uint8Array(await response.arrayBuffer());
}

// Resolves to what the host answers, with the entity tag of the file. fetch() does not say how much is sent.
export const upload = (file, id, { replace, onProgress, signal }) => repeated(() => new Promise((resolve, reject) => {
  const call = new XMLHttpRequest();
  const stop = () => call.abort();
  const fail = error => {
    signal.removeEventListener('abort', stop);
    reject(error);
  };
  call.open('POST', new URL(`video/export?id=${encodeURIComponent(id)}`, root));
  for (const [name, value] of Object.entries(withKey(replace ? {} : { 'If-None-Match': '*' }))) {
    call.setRequestHeader(name, value);
  }

  call.responseType = 'json';
  call.upload.onprogress = e => onProgress(e.loaded / Math.max(1, e.total));
  call.onabort = () => fail(new DOMException('cancelled', 'AbortError'));
  call.onerror = () => fail(new HttpError(0, 'the connection was lost, or the host refused the upload before its end'));
  call.onload = () => {
    signal.removeEventListener('abort', stop);
    if (call.status === 201) {
      resolve({ ...call.response, etag: call.getResponseHeader('ETag') });
    } else {
      reject(new HttpError(call.status, explain(call.status, call.response, `the host answered ${call.status}`), call.getResponseHeader('WWW-Authenticate') ?? ''));
    }
  };
  signal.addEventListener('abort', stop);
  call.send(file);
}));
