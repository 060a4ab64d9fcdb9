/** Likely causes where something else is to be mended first: to read the key again changes nothing. */
export const helpless: ReadonlySet<string> = new Set(['unmapped', 'parked', 'inexact', 'stale_feed']);
