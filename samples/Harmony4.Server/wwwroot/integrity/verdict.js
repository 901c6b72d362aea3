// The one verdict on a file: its state, the word for it, and the reason.
import { count, plural } from '../quantities.js';

const words = { none: 'not a container' };

export const wordOf = state => words[state] ?? state;

const place = finding => `${finding.chunk || 'chunk'} at offset ${finding.offset}: ${finding.message}`;

// Of the result of h4mk/verifier.js.
export function verdictOf({ state, lacking, root, chunkCount, findings, container }) {
  const [first] = findings;
  const match = `${count(chunkCount)} ${chunkCount === 1 ? 'chunk matches its' : 'chunks match their'} CRC-32`;
  const whole = root ? `every block, page and record gives the root ${root}` : 'the whole its SHA-256';
  const signatures = container?.signatures?.length ?? 0;
  const unsigned = signatures ? `; ${signatures === 1 ? 'its signature is' : `its ${signatures} signatures are`} not checked here, for want of a key` : '; nothing says who made it';
  const noted = findings.length ? `; ${plural(findings.length, 'finding')} to know of` : '';
  const reason = {
    unsigned: () => `${match}, and ${whole}${unsigned}${noted}`,
    unverified: () => first ? `${match}, but ${lacking}: ${place(first)}` : `${match}, but ${lacking}`,
    incomplete: () => first ? place(first) : `${match}, but the end of the container is missing`,
    none: () => first?.message ?? 'nothing of a container is there',
    invalid: () => first ? place(first) : 'it is not built as a container is',
  }[state]();
  return { state, word: wordOf(state), reason };
}
