/** 850 ms, 4.2 s, 3 m 05 s, 2 h 10 m, 3 d 4 h */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (number) => String(number).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** For targets, and for what has stood for long: 8 s, 12 min, 3 h, 5 d. Whole ones only, so that it does not flicker. */
export function wholes(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

export const count = (number) => number.toLocaleString('en');

/** Of a thousand, with one digit while it is small. */
export function perThousand(part, whole) {
  const share = (1000 * part) / whole;
  return share === 0 || share >= 10 ? String(Math.round(share)) : share.toFixed(1);
}

/** 12.50 EUR, by the digits that the amount came with. */
export const money = ({ minor, digits, currency }) =>
  `${(minor / 10 ** digits).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${currency}`;

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Time of day; with the day when it was not today. In the reader's time zone. */
export function time(ms, now) {
  const date = new Date(ms);
  const today = new Date(now).toDateString() === date.toDateString();
  return today ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`;
}

/** For the tooltip: no doubt about day or zone. */
export const exactTime = (ms) => new Date(ms).toISOString();

/** As a field of date and time wants it, in the time of whoever looks. */
export function local(at) {
  const offsetMs = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offsetMs).toISOString().slice(0, 19);
}
