import { epochMsOf, magentoTime } from '../../magento/rest/time.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import { isAfter } from './cursor.ts';
import type { SweepCursors, SweepPosition } from './cursor.ts';
import type { PageReader } from '../../magento/page-reader.ts';
import type { Reason } from '../requests/request.ts';
import { SweepRequests } from './sweep-requests.ts';
import type { SweepRequestsOptions } from './sweep-requests.ts';
import type { SweptList, SweptRow } from './swept.ts';

export interface SweepOptions extends SweepRequestsOptions {
  cursors: Pick<SweepCursors, 'read' | 'write'>;
  pages: Pick<PageReader, 'read'>;
  /** The shop's clock, UTC milliseconds. */
  serverTime: () => Promise<{ serverMs: number }>;
  /** orders.since: where the first run starts. */
  since: number;
  overlapMs: number;
  marginMs: number;
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
 * that no second is read before it is over. The cursor is the last row read, never a clock.
 *
 * A clock that jumps ahead takes rows with it, and the cursor with them. So a sweep never starts later than the overlap
 * before the shop's now, nor before the time at which we wrote the cursor, and a cursor that lies ahead of the shop's
 * clock is given up for the first row read.
 */
export class Sweep {
  readonly #list: SweptList;
  readonly #options: SweepOptions;
  readonly #requests: SweepRequests;
  readonly #asked = new BoundedMap<string, true>(maxAsked);

  constructor(list: SweptList, options: SweepOptions) {
    this.#list = list;
    this.#options = options;
    this.#requests = new SweepRequests(list.name, options);
  }

  get name(): string {
    return this.#list.name;
  }

  /** One run, from the cursor minus the overlap to the shop's now minus the margin. */
  async run(): Promise<SweepResult> {
    const { serverMs } = await this.#options.serverTime();
    const updatedTo = magentoTime(serverMs - this.#options.marginMs);
    let updatedFrom = magentoTime(await this.#start(serverMs));
    let afterEntityId: number | undefined;
    const result: SweepResult = { rows: 0, requests: 0 };
    while (updatedFrom <= updatedTo) {
      const window = { updatedFrom, updatedTo, ...(afterEntityId === undefined ? {} : { afterEntityId }) };
      const { items, unreadable, totalCount } = await this.#options.pages.read((limits) =>
        this.#list.page({ ...window, ...limits }),
      );
      for (const row of unreadable)
        await this.#requests.report(row, this.#list.askedOf(Number(row.id)), this.#reason());
      result.requests += await this.#ask(items);
      const count = items.length + unreadable.length;
      result.rows += count;
      const last = items.at(-1);
      if (last) {
        // Only after all requests up to here are acknowledged (promise 1).
        await this.#moveTo(last, updatedTo);
        ({ updatedAt: updatedFrom, entityId: afterEntityId } = last);
      }
      if (count === 0 || count >= totalCount) break;
    }
    await this.#endFirstLoad();
    return result;
  }

  /** UTC milliseconds. */
  async #start(serverMs: number): Promise<number> {
    const { clock, cursors, overlapMs, since } = this.#options;
    const isHere = cursors.read(this.#list.name) !== null;
    if (!isHere && this.#list.startsAt === 'since') return since;
    const now = { updatedAt: magentoTime(Math.min(serverMs, clock.now())), entityId: 0 };
    if (!isHere) await cursors.write(this.#list.name, { ...now, isFirstLoad: false });
    const { updatedAt, writtenAt } = cursors.read(this.#list.name)!;
    return Math.max(since, Math.min(epochMsOf(updatedAt), writtenAt, serverMs) - overlapMs);
  }

  async #ask(rows: readonly SweptRow[]): Promise<number> {
    const open = rows.filter((row) => !row.known && !this.#asked.has(stateOf(row)));
    const reason = this.#reason();
    await Promise.all(
      open.map(async (row) => {
        await this.#requests.ask({ ...row, reason });
        this.#asked.set(stateOf(row), true);
      }),
    );
    return open.length;
  }

  #reason(): Reason {
    return this.#isFirstLoad() ? 'first load' : this.#list.reason;
  }

  #isFirstLoad(): boolean {
    const cursor = this.#options.cursors.read(this.#list.name);
    return cursor === null || cursor.isFirstLoad;
  }

  async #moveTo({ updatedAt, entityId }: SweepPosition, updatedTo: string): Promise<void> {
    const { cursors } = this.#options;
    const known = cursors.read(this.#list.name);
    const position = { updatedAt, entityId };
    const isTrusted = known !== null && known.updatedAt <= updatedTo;
    if (isTrusted && !isAfter(position, known)) return;
    await cursors.write(this.#list.name, { ...position, isFirstLoad: this.#isFirstLoad() });
  }

  /** All that the shop had is asked for: what comes from here on is news. */
  async #endFirstLoad(): Promise<void> {
    if (!this.#isFirstLoad()) return;
    const { cursors, since } = this.#options;
    const { updatedAt, entityId } = cursors.read(this.#list.name) ?? {
      updatedAt: magentoTime(since),
      entityId: 0,
    };
    await cursors.write(this.#list.name, { updatedAt, entityId, isFirstLoad: false });
  }
}

function stateOf({ entityId, updatedAt }: SweptRow): string {
  return `${entityId}@${updatedAt}`;
}
