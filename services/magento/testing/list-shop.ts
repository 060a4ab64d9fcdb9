import type { List } from '../rest/list.ts';
import { LimitExceeded } from '../rest/answers.ts';
import type { PageLimits } from '../sweep.ts';
import { Unavailable } from '../../platform/errors.ts';
import { later } from '../../platform/flow/testing/recording-bus.ts';

/** A row of the shop; one without a time cannot be read. */
export interface Row {
  id: number;
  updatedAt: string;
  isOdd?: boolean;
}

/** A list of the shop, filtered as Magento does, that fails as the test has it. */
export class ListShop {
  rows: Row[] = [];
  /** Sizes of the pages asked for. */
  readonly asked: number[] = [];
  maxPageSize = Infinity;
  /** More rows than these take too long. */
  rowsInTime = Infinity;
  /** Magento fails over a page that holds one of these. */
  readonly poison = new Set<number>();
  isDown = false;

  async page(rows: readonly Row[], limits: PageLimits): Promise<List<Row>> {
    const { pageSize, upToEntityId = Infinity, withoutEntityIds = [] } = limits;
    if (upToEntityId > 0) this.asked.push(pageSize);
    const found = rows.filter(({ id }) => id <= upToEntityId && !withoutEntityIds.includes(id));
    const shown = found.slice(0, pageSize);
    await later();
    if (pageSize > this.maxPageSize)
      throw new LimitExceeded(
        { code: 'magento.page_size', what: 'too many', fix: 'fewer' },
        this.maxPageSize,
      );
    if (this.isDown || shown.length > this.rowsInTime || shown.some(({ id }) => this.poison.has(id)))
      throw timedOut();
    const unreadable = shown
      .filter(({ isOdd }) => isOdd)
      .map(({ id }) => ({ id: String(id), why: 'at updated_at' }));
    return { items: shown.filter(({ isOdd }) => !isOdd), unreadable, totalCount: found.length };
  }
}

export function timedOut(): Unavailable {
  const fault = { code: 'http.deadline', what: 'Magento gave no answer', fix: 'Wait' };
  return new Unavailable(fault, { outcome: 'none', perhapsRecord: true });
}
