import type { Clock } from '../platform/clock.ts';
import type { PublishedReading, Stray } from './published-reading.ts';
import type { FlowContext } from '../platform/flow/context.ts';
import type { StreamRunner } from './stream-runner.ts';
import type { Stream } from './stream.ts';
import type { TurnDoubt } from './turn-doubt.ts';

/** How long after its fence has fallen a publish may still land: the broker's time for one request, and a margin. */
const landsWithinMs = 15_000;
const lookAgainMs = 1_000;

export interface StraysOptions {
  stream: Pick<Stream, 'name'>;
  published: PublishedReading;
  runner: Pick<StreamRunner, 'betweenAnswers' | 'dirty'>;
  context: Pick<FlowContext, 'clock' | 'log'>;
  /** Told when all of them are asked. */
  doubt: TurnDoubt;
  fenceFallsWithinMs: number;
}

/**
 * Another process may have been publishing when it lost the source, and may learn of that only later. When none of it
 * can land any more, the keys whose last record on the topic is not what we have
 * published are asked and published again.
 */
export async function correctStrays(options: StraysOptions, signal: AbortSignal): Promise<void> {
  const { stream, published, runner, context, doubt, fenceFallsWithinMs } = options;
  const { clock, log } = context;
  await clock.wait(fenceFallsWithinMs + landsWithinMs, signal);
  if (signal.aborted) return;
  const strays = await straysOf(published, runner, clock, signal);
  if (signal.aborted) return;
  if (strays.length > 0)
    log.warn(
      { flow: stream.name, records: strays.length },
      'overwritten by another process: published again',
    );
  for (const { key, asked } of strays) runner.dirty.add(key, { ...doubt.cause(), asked });
  doubt.answered();
}

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
