import { Unavailable } from '../../platform/errors.ts';
import { checkIdentities } from './identity.ts';
import type { WatchedColumns } from './identity.ts';
import type { Database } from './slot.ts';

/** @throws Unavailable when the log could not tell of all changes of the watched tables. */
export async function requireIdentities(
  database: Database,
  watched: ReadonlyMap<string, WatchedColumns>,
): Promise<void> {
  const findings = await checkIdentities(
    database,
    [...watched].map(([table, columns]) => ({ table, columns })),
  );
  const bad = findings.filter(
    ({ exists, unknown, children, statement }) =>
      !exists || unknown.length > 0 || children.length > 0 || statement !== null,
  );
  if (bad.length === 0) return;
  const words = bad.map((finding) => {
    if (!finding.exists)
      return `there is no table ${finding.table} (of a view, watch the tables it reads from)`;
    if (finding.unknown.length > 0) return `${finding.table} has no column ${finding.unknown.join(', ')}`;
    if (finding.children.length > 0)
      return `of ${finding.table} the rows in ${finding.children.join(', ')}, which inherit from it, are not watched`;
    return `updates and deletes of ${finding.table} do not carry ${finding.missing.join(', ') || 'a key'}`;
  });
  const statements = bad.flatMap((finding) => finding.statement ?? []);
  throw new Unavailable(
    {
      code: 'erp.watched_tables',
      what: `The tables cannot be watched: ${words.join('; ')}`,
      fix:
        statements.length > 0
          ? `Let the owner of the tables run: ${statements.join(' ')}`
          : 'Correct erp.streams.*.watch in the configuration',
    },
    { needsOperator: true },
  );
}
