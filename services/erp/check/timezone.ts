/** When a day begins for the queries and for the calendar of the streams. */
import type pg from 'pg';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';

export async function checkTimezone(
  client: pg.ClientBase,
  { timezone, hasCalendar }: { timezone: string | null; hasCalendar: boolean },
): Promise<Finding> {
  const { rows } = await client.query<{ own: string; is_known: boolean; is_utc: boolean }>(
    `select current_setting('TimeZone') as own,
            $1::text is null or exists (select from pg_timezone_names where name = $1) as is_known,
            extract(timezone from now()) = 0 as is_utc`,
    [timezone],
  );
  const { own, is_known: isKnown, is_utc: isUtc } = rows[0]!;
  if (!isKnown)
    return fail(
      'erp.timezone',
      `The database does not know the time zone ${timezone}`,
      'the queries of the streams are to run in it',
      'Correct erp.connection.timezone; `select name from pg_timezone_names` lists them',
    );
  if (timezone !== null) return ok('erp.timezone', `Queries and calendar of the streams run in ${timezone}`);
  if (isUtc || !hasCalendar) return ok('erp.timezone', `The queries of the streams run in ${own}`);
  return warn(
    'erp.timezone',
    `The queries of the streams run in ${own}, their calendar (again) in UTC`,
    'what changes at the turn of the day is asked for at another time',
    `Set erp.connection.timezone: ${own}`,
  );
}
