/** When a process does its work, as an operator may set it while it runs: in words, as they stand on `cartage.controls`. */

type Kind = 'hours' | 'interval';

/** The processes that have a schedule of their own. All else is done when something changes. */
const kinds = new Map<string, Kind>([
  ['catalog-applier', 'hours'],
  ['reconciler', 'interval'],
]);

export const scheduledProcesses: readonly string[] = [...kinds.keys()];

/** How it is written, for who has written it otherwise. */
const written: Readonly<Record<Kind, string>> = {
  hours: 'the quiet hours in UTC, such as 22:00-05:00, from and to apart',
  interval: 'the time from round to round, such as 30m or 2h, of a day at most',
};

/** What quiet hours cost, for who sets some. */
export const outsideOfHours =
  'Outside of its quiet hours the catalogue makes as many calls as catalog.quietHours.otherwise says; where no quietHours are configured, one at a time.';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Of the shop, UTC milliseconds after midnight; null: not set, or of no length. */
export function quietHoursOf(schedule: string | null | undefined): { from: number; to: number } | null {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(schedule ?? '');
  if (parts === null) return null;
  const at = (hours: string, minutes: string) => (Number(hours) * 60 + Number(minutes)) * minuteMs;
  const [from, to] = [at(parts[1]!, parts[2]!), at(parts[3]!, parts[4]!)];
  return from === to ? null : { from, to };
}

/** Milliseconds from round to round; null: not set. */
export function intervalOf(schedule: string | null | undefined): number | null {
  const parts = /^([1-9]\d{0,3})([mh])$/.exec(schedule ?? '');
  if (parts === null) return null;
  const ms = Number(parts[1]) * (parts[2] === 'h' ? 60 : 1) * minuteMs;
  return ms <= dayMs ? ms : null;
}

/** How the schedule of a process has to be written; null where it is, or is its own again. */
export function scheduleProblem(process: string, schedule: string | null): string | null {
  const kind = kinds.get(process)!;
  const read = kind === 'hours' ? quietHoursOf(schedule) : intervalOf(schedule);
  return schedule === null || read !== null ? null : `${written[kind]}, or default`;
}
