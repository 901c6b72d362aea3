// Facts and tracks of a container.
import { clock, count, size } from '../quantities.js';

export function fillFacts(list, facts) {
  list.replaceChildren(...Object.entries(facts).flatMap(([name, value]) => {
    const term = document.createElement('dt');
    const text = document.createElement('dd');
    term.textContent = name;
    text.textContent = value;
    return [term, text];
  }));
}

// tracks: what TRAK says of each, its record in ROOT, and whether it is the one that plays.
export function fillTracks(body, tracks) {
  body.replaceChildren(...tracks.map(({ id, kind, label, language, track, root, played }) => {
    const row = document.createElement('tr');
    const name = [kind, label, language].filter(part => typeof part === 'string' && part).join(', ');
    const time = track.count ? clock(Number(track.end - track.first) / 1e6, 3) : '–';
    for (const value of [id, `${name}${played ? ' (played here)' : ''}`, count(track.count), count(track.keys), size(Number(track.bytes)), time, `${root.slice(0, 16)}…`]) {
      row.insertCell().textContent = value;
    }

    return row;
  }));
}
