import type { Clock } from '../platform/clock.ts';
import type { PublishedReading, Stray } from './published-reading.ts';
import type { StreamRunner } from './stream-runner.ts';

const lookAgainMs = 1_000;

/** What others have published over ours, asked while nothing is being published; a topic that cannot be read now is read later. */
export async function straysOf(
  published: PublishedReading,
  runner: Pick<StreamRunner, 'betweenAnswers'>,
  clock: Pick<Clock, 'wait'>,
  signal: AbortSignal,
): Promise<Stray[]> {
  while (!signal.aborted)
    try {
      // Whoever has ended takes nothing from the one that follows.
      return await runner.betweenAnswers(async () => (signal.aborted ? [] : published.strays()));
    } catch {
      await clock.wait(lookAgainMs, signal);
    }
  return [];
}
