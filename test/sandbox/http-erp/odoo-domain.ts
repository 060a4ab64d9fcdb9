/** What Odoo calls a domain: which rows are meant. */

export type Row = Record<string, unknown> & { id: number };
/** Conditions, and before two of them `|` or `&`; what stands side by side must all be true. */
export type Domain = ([string, string, unknown] | '|' | '&')[];
const compared: Record<string, (value: unknown, wanted: unknown) => boolean> = {
  '=': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '>=': (value, wanted) => String(value) >= String(wanted),
  in: (value, wanted) => (wanted as unknown[]).includes(value),
  '=ilike': (value, wanted) => compared['=like']!(String(value).toLowerCase(), String(wanted).toLowerCase()),
  '=like': (value, wanted) => typeof value === 'string' && likeOf(String(wanted)).test(value),
};

/** `%` stands for any text and `_` for any character, unless a backslash is before it. */
function likeOf(pattern: string): RegExp {
  const parts = pattern.matchAll(/\\(.)|([%_])|([^\\%_]+)/g);
  const source = [...parts].map(([, escaped, wild, plain]) => {
    if (wild !== undefined) return wild === '%' ? '.*' : '.';
    return (escaped ?? plain)!.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${source.join('')}$`, 's');
}

/** As Odoo reads a domain: operators before what they join. */
export function fits(row: Row, domain: Domain): boolean {
  const rest = [...domain];
  const next = (): boolean => {
    const term = rest.shift()!;
    if (typeof term !== 'string') {
      const [field, operator, value] = term;
      return compared[operator]!(row[field] ?? false, value);
    }
    const [one, two] = [next(), next()];
    return term === '|' ? one || two : one && two;
  };
  let all = true;
  while (rest.length > 0) all = next() && all;
  return all;
}
