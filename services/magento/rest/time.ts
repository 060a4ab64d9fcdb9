/** Magento's REST times: UTC, whole seconds, no zone (FACTS section 3). */
export const magentoTimePattern = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** `2026-11-23 08:07:07`, the fraction of a second cut. */
export function magentoTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** @throws RangeError when the text is no time of Magento's. */
export function epochMsOf(text: string): number {
  return Date.parse(`${checkedTime(text).replace(' ', 'T')}Z`);
}

/** Filters by anything else are no error: they match everything, or read an offset as if it were not there. */
export function checkedTime(text: string): string {
  if (!magentoTimePattern.test(text))
    throw new RangeError(`"${text}" is no time such as 2026-11-23 08:07:07 (UTC)`);
  return text;
}
