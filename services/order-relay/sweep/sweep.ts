import { refresh } from '../../../schemas/topics.ts';
import { LimitExceeded } from '../../magento/rest/answers.ts';
import { epochMsOf, magentoTime } from '../../magento/rest/time.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { inSpan, startSpan, traceparentOf } from '../../platform/telemetry/tracing.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import { isAfter } from './cursor.ts';
import type { SweepCursors, SweepPosition } from './cursor.ts';
import { requestOf } from '../requests/request.ts';
import type { SweptList, SweptRow } from './swept.ts';

export interface SweepOptions {
  bus: Pick<Bus, 'publish'>;
  cursors: Pick<SweepCursors, 'position' | 'write'>;
  clock: Pick<Clock, 'now'>;
  /** The shop's clock, UTC milliseconds. */
  serverTime: () => Promise<{ serverMs: number }>;
  /** orders.since: where the first run starts. */
  since: number;
  overlapMs: number;
  marginMs: number;
  pageSize: number;
  /** The sweep is still ours. */
  mayGoOn: () => boolean;
}

export interface SweepResult {
  rows: number;
  requests: number;
}

/** States that were asked for already are remembered; about 15 MB. */
const maxAsked = 100_000;

/**
 * The sweep: the truth behind the webhooks. It finds every order that changed, whether or not an event told of
 * it, and writes requests only, so that its orders meet all others at their one writer.
 *
 * It looks back behind its cursor by the overlap: `updated_at` is the time of the statement, and a long transaction
 * shows its rows later than that (FACTS section 3). It stays behind the shop's own clock by the margin, so
 * that no second is read before it is over. The cursor is the last row read, never a clock: a clock that jumps can
 * make a sweep late, but not make it leave something out.
 */
export class Sweep {
  readonly #list: SweptList;
  readonly #options: SweepOptions;
  readonly #asked = new BoundedMap<string, true>(maxAsked);
  #pageSize: number;

  constructor(list: SweptList, options: SweepOptions) {
    this.#list = list;
    this.#options = options;
    this.#pageSize = options.pageSize;
  }

  get name(): string {
    return this.#list.name;
  }

  /** One run, from the cursor minus the overlap to the shop's now minus the margin. */
  async run(): Promise<SweepResult> {
    const { overlapMs, marginMs, since } = this.#options;
    const { serverMs } = await this.#options.serverTime();
    const updatedTo = magentoTime(serverMs - marginMs);
    if (this.#position() === null && this.#list.startsAt === 'now')
      await this.#moveTo({ updatedAt: magentoTime(serverMs - overlapMs), entityId: 0 });
    const start = this.#position();
    let from = magentoTime(start === null ? since : Math.max(since, epochMsOf(start.updatedAt) - overlapMs));
    let afterEntityId: number | undefined;
    const result: SweepResult = { rows: 0, requests: 0 };
    while (from <= updatedTo && this.#options.mayGoOn()) {
      const window = { updatedFrom: from, updatedTo, pageSize: this.#pageSize };
      const page = await this.#page(afterEntityId === undefined ? window : { ...window, afterEntityId });
      const last = page.rows.at(-1);
      if (last === undefined) break;
      result.rows += page.rows.length;
      result.requests += await this.#ask(page.rows);
      // Only after all requests up to here are acknowledged (promise 1).
      await this.#moveTo(last);
      if (page.rows.length >= page.totalCount) break;
      from = last.updatedAt;
      afterEntityId = last.entityId;
    }
    return result;
  }

  /** A shop that limits the page size is asked again with what it allows. */
  async #page(window: Parameters<SweptList['page']>[0]): ReturnType<SweptList['page']> {
    try {
      return await this.#list.page(window);
    } catch (error) {
      if (!(error instanceof LimitExceeded) || error.maxItems >= window.pageSize) throw error;
      this.#pageSize = error.maxItems;
      return this.#list.page({ ...window, pageSize: error.maxItems });
    }
  }

  async #ask(rows: readonly SweptRow[]): Promise<number> {
    const open = rows.filter((row) => !row.known && !this.#asked.has(stateOf(row)));
    await Promise.all(
      open.map(async (row) => {
        await this.#request(row);
        this.#asked.set(stateOf(row), true);
      }),
    );
    return open.length;
  }

  async #request({ asked, seen }: SweptRow): Promise<void> {
    const { bus, clock } = this.#options;
    const span = startSpan(`sweep ${this.#list.name}`, { parent: null });
    span.setAttribute('messaging.kafka.message.key', asked.key);
    await inSpan(span, () =>
      bus.publish(refresh, {
        value: requestOf({ asked, reason: 'sweep', seen, requestedAt: clock.now() }),
        traceparent: traceparentOf(span),
      }),
    );
  }

  #position(): SweepPosition | null {
    return this.#options.cursors.position(this.#list.name);
  }

  async #moveTo({ updatedAt, entityId }: SweepPosition): Promise<void> {
    const position = { updatedAt, entityId };
    const known = this.#position();
    if (known !== null && !isAfter(position, known)) return;
    await this.#options.cursors.write(this.#list.name, position);
  }
}

function stateOf({ entityId, updatedAt }: SweptRow): string {
  return `${entityId}@${updatedAt}`;
}
