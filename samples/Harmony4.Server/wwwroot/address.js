// What the address of the page says is shown: #id=…&t=…, a container and a time in seconds.
const ids = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;

export function read(hash = location.hash) {
  const members = new URLSearchParams(hash.replace(/^#/, ''));
  const id = members.get('id');
  const time = Number.parseFloat(members.get('t') ?? '');
  return { id: ids.test(id ?? '') ? id : null, time: Number.isFinite(time) && time >= 0 ? time : null };
}

export function fragment(id, time = null) {
  return time === null ? `#id=${id}` : `#id=${id}&t=${Number(time.toFixed(3))}`;
}

// Another container is a step that the back button takes back; another time of it is not.
export function follow(id, time) {
  history.replaceState(null, '', fragment(id, time));
}

export const isId = id => ids.test(id);
