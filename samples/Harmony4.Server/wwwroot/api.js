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

// scheme: as the host named it; a token for Bearer, else an API key.
export function useKey(key, scheme) {
  sessionStorage.setItem('key', JSON.stringify(/^bearer/i.test(scheme) ? ['Authorization', `Bearer ${key}`] : ['X-Api-Key', key]));
}

function withKey(headers = {}) {
  const key = sessionStorage.getItem('key');
  return key ? { ...headers, ...Object.fromEntries([JSON.parse(key)]) } : headers;
}

// What fetch() throws besides says little, and other words in each browser.
function lost(message) {
  return error => {
    throw error.name === 'AbortError' ? error : new HttpError(0, message);
  };
}

// Whatever words the host has for a 401, what is wanted is a key.
const explain = (status, problem, otherwise) => status === 401 ? 'the host asks who you are' : problem?.detail ?? otherwise;

// no-store: what is shown is about the bytes as they are on the server now.
export async function request(path, options = {}) {
  const response = await fetch(new URL(path, root), { cache: 'no-store', ...options, headers: withKey(options.headers) }).catch(lost('the host does not answer'));
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    const message = explain(response.status, problem, `the host answered ${response.status} ${response.statusText}`.trim());
    throw new HttpError(response.status, message, response.headers.get('WWW-Authenticate') ?? '');
  }

  return response;
}

const json = async (path, signal) => (await request(path, { signal })).json();

export const list = () => json('containers');

export const info = (id, signal) => json(`video/info?id=${encodeURIComponent(id)}`, signal);

export const seek = (id, microseconds, signal) => json(`video/seek?id=${encodeURIComponent(id)}&pts=${BigInt(Math.max(0, microseconds))}`, signal);

export const track = (id, signal) => request(`video/range?id=${encodeURIComponent(id)}`, { signal });

// Bytes first … last of the track stream; last may lie past the end.
export async function range(id, first, last, signal) {
  const response = await request(`video/range?id=${encodeURIComponent(id)}`, { headers: { Range: `bytes=${first}-${last}` }, signal });
  return new Uint8Array(await response.arrayBuffer().catch(lost('the host broke off, as it does where a stored block is damaged')));
}

export async function fileRange(id, first, last, signal) {
  const response = await request(`containers/${encodeURIComponent(id)}`, { headers: { Range: `bytes=${first}-${last}` }, signal });
  return new Uint8Array(await response.arrayBuffer());
}

// fetch() does not say how much is sent.
export function upload(file, id, replace, onProgress) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', new URL(`video/export?id=${encodeURIComponent(id)}`, root));
    for (const [name, value] of Object.entries(withKey(replace ? {} : { 'If-None-Match': '*' }))) {
      call.setRequestHeader(name, value);
    }

    call.responseType = 'json';
    call.upload.onprogress = e => onProgress(e.loaded / Math.max(1, e.total));
    call.onerror = () => reject(new HttpError(0, 'the connection was lost, or the host refused the upload before its end'));
    call.onload = () => call.status === 201
      ? resolve(call.response)
      : reject(new HttpError(
        call.status,
        explain(call.status, call.response, `the host answered ${call.status}`),
        call.getResponseHeader('WWW-Authenticate') ?? ''));
    call.send(file);
  });
}
