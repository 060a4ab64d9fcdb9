import { refresh } from '../../../schemas/topics.ts';
import type { UnreadableRow } from '../../magento/rest/list.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/telemetry/log.ts';
import { inSpan, startSpan, traceparentOf } from '../../platform/telemetry/tracing.ts';
import { requestOf } from '../requests/request.ts';
import type { Asked, Reason, RequestInput } from '../requests/request.ts';

export interface SweepRequestsOptions {
  bus: Pick<Bus, 'publish'>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'error'>;
}

/** What a sweep writes: requests, each the beginning of a trace. */
export class SweepRequests {
  readonly #name: string;
  readonly #options: SweepRequestsOptions;

  constructor(name: string, options: SweepRequestsOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** Resolves when the broker has it. */
  async ask({ asked, seen, reason }: Omit<RequestInput, 'requestedAt'>): Promise<void> {
    const { bus, clock } = this.#options;
    const span = startSpan(`sweep ${this.#name}`, { parent: null });
    span.setAttribute('messaging.kafka.message.key', asked.key);
    await inSpan(span, () =>
      bus.publish(refresh, {
        value: requestOf({ asked, reason, seen, requestedAt: clock.now() }),
        traceparent: traceparentOf(span),
      }),
    );
  }

  /** A row is left behind. Whoever reads its order by the id says what is wrong with it, and parks it alone. */
  async report({ id, why }: UnreadableRow, asked: Asked | null, reason: Reason): Promise<void> {
    const fix = asked ? 'See what is parked of the order' : 'Look at it in the shop';
    const line = { sweep: this.#name, entityId: id, why, fix };
    this.#options.log.error(line, 'a row of the shop cannot be read and is passed over');
    if (asked) await this.ask({ asked, seen: null, reason });
  }
}
