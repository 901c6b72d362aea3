// Sizes, times and counts in words.
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export const count = value => value.toLocaleString('en');

export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

export function size(bytes) {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return power === 0 ? plural(bytes, 'byte') : `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })} ${units[power]}`;
}

// 0:05, 1:02:03, 0:05.250.
export function clock(seconds, decimals = 0) {
  const scaled = Math.round(Math.max(0, seconds) * 10 ** decimals);
  const whole = Math.floor(scaled / 10 ** decimals);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const fraction = decimals ? `.${String(scaled % 10 ** decimals).padStart(decimals, '0')}` : '';
  const two = value => String(value).padStart(2, '0');
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(rest)}${fraction}`;
}
