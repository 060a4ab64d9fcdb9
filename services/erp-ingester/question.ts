import type { Span } from '@opentelemetry/api';
import type { Mark } from '../erp/sources/change-source.ts';
import type { Answer } from '../erp/sources/questions.ts';
import type { Clock } from '../platform/clock.ts';
import { underSpan } from '../platform/telemetry/tracing.ts';
import type { Dirt } from './dirt.ts';
import type { Stream } from './stream.ts';

/** What is true of some keys: asked as it is made, before anybody waits for the answer. */
export class Question {
  readonly taken: Map<string, Dirt>;
  readonly answer: Promise<Answer>;
  readonly startedAt: number;
  /** Milliseconds, once it is answered. */
  tookMs = 0;

  /** @param span it belongs to; null: to the active one. */
  constructor(stream: Stream, taken: Map<string, Dirt>, clock: Clock, span: Span | null = null) {
    this.taken = taken;
    this.startedAt = clock.now();
    const work = async () => {
      const answer = await ask(stream, taken);
      this.tookMs = clock.now() - this.startedAt;
      return answer;
    };
    this.answer = span === null ? work() : underSpan(span, work);
    // Its failure is heard of by whoever waits for it, or by nobody.
    this.answer.catch(() => undefined);
  }
}

export function ask({ questions }: Stream, keys: ReadonlyMap<string, Dirt>): Promise<Answer> {
  const marksOf = new Map<string, ReadonlySet<Mark>>();
  for (const [key, { marks }] of keys) marksOf.set(key, marks);
  return questions.ask(marksOf);
}
