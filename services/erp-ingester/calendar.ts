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

/** Calls `isDue` for each stream at its times. Returns what ends it. */
export function scheduleRounds<Stream extends { again: string | null }>(
  streams: readonly Stream[],
  timezone: string,
  isDue: (stream: Stream) => void,
): () => void {
  const jobs = streams.flatMap((stream) =>
    stream.again === null ? [] : [new Cron(stream.again, { timezone }, () => isDue(stream))],
  );
  return () => {
    for (const job of jobs) job.stop();
  };
}
