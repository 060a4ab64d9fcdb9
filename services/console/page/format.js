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

/** Whole seconds only, so that it does not flicker. */
export function ago(ms) {
  if (ms < 1500) return 'now';
  return `${ms < 60_000 ? `${Math.round(ms / 1000)} s` : duration(ms)} ago`;
}

export const count = (number) => number.toLocaleString('en');

export const percent = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);

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
