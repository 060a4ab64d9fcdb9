import { Cron } from 'croner';

/** Whether a round was due since the last one began. */
export function missedRound(
  again: string | null,
  timezone: string,
  roundAt: number | null,
  now: number,
): boolean {
  if (again === null || roundAt === null) return false;
  const due = new Cron(again, { timezone }).nextRun(new Date(roundAt));
  return due !== null && due.getTime() <= now;
}
