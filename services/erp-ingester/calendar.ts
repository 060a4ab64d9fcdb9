import { Cron } from 'croner';

/** When rounds of all keys are due by their cron expressions. */
export const calendar = { timezone: 'UTC' };

/** Whether a round was due since the last one began. */
export function missedRound(again: string | null, roundAt: number | null, now: number): boolean {
  if (again === null || roundAt === null) return false;
  const due = new Cron(again, calendar).nextRun(new Date(roundAt));
  return due !== null && due.getTime() <= now;
}
