// Requests to this host. An API key, when the host asks for one, goes into a header and is kept for this tab only.
export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function useKey(key) {
  sessionStorage.setItem('key', key);
}

function withKey(headers = {}) {
  const key = sessionStorage.getItem('key');
  return key ? { ...headers, 'X-Api-Key': key } : headers;
}

// no-store: what is shown is about the bytes as they are on the server now.
export async function request(path, options = {}) {
  const response = await fetch(path, { cache: 'no-store', ...options, headers: withKey(options.headers) });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new HttpError(response.status, problem.detail ?? `${response.status} ${response.statusText}`);
  }

  return response;
}

export const json = async path => (await request(path)).json();

export const list = () => json('/containers');

export const info = id => json(`/video/info?id=${encodeURIComponent(id)}`);

export const seek = (id, microseconds, signal) =>
  request(`/video/seek?id=${encodeURIComponent(id)}&pts=${microseconds}`, { signal }).then(r => r.json());

// Bytes first … last of the track stream; last may lie past the end.
export async function range(id, first, last, signal) {
  const response = await request(`/video/range?id=${encodeURIComponent(id)}`, { headers: { Range: `bytes=${first}-${last}` }, signal });
  return new Uint8Array(await response.arrayBuffer());
}

export async function fileRange(id, first, last) {
  const response = await request(`/containers/${encodeURIComponent(id)}`, { headers: { Range: `bytes=${first}-${last}` } });
  return new Uint8Array(await response.arrayBuffer());
}

// fetch() does not say how much is sent.
export function upload(file, id, onProgress) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open('POST', `/video/export?id=${encodeURIComponent(id)}`);
    for (const [name, value] of Object.entries(withKey())) {
      call.setRequestHeader(name, value);
    }

    call.responseType = 'json';
    call.upload.onprogress = e => onProgress(e.loaded / Math.max(1, e.total));
    call.onerror = () => reject(new HttpError(0, 'the connection was lost'));
    call.onload = () => call.status === 201
      ? resolve(call.response)
      : reject(new HttpError(call.status, call.response?.detail ?? `the host answered ${call.status}`));
    call.send(file);
  });
}
