/** One line of `cartage check`. */
export interface Finding {
  level: 'ok' | 'warn' | 'fail';
  /** Stable, dotted: `erp.wal_level`. */
  code: string;
  what: string;
  /** Why it matters, or what was found. */
  why: string;
  /** What to do; empty when all is well. */
  fix: string;
}

export function ok(code: string, what: string, why = ''): Finding {
  return { level: 'ok', code, what, why, fix: '' };
}

export function warn(code: string, what: string, why: string, fix: string): Finding {
  return { level: 'warn', code, what, why, fix };
}

export function fail(code: string, what: string, why: string, fix: string): Finding {
  return { level: 'fail', code, what, why, fix };
}
