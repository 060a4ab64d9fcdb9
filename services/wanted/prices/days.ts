/** The day of a time there, `2026-11-30`. */
export function dayOf(at: number, timeZone: string): string {
  // Sweden writes its days as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}

/** Whether a day begins there at this time. */
export function beginsDay(at: number, timeZone: string): boolean {
  return dayOf(at, timeZone) !== dayOf(at - 1, timeZone);
}
