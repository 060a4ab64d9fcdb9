import { joinKey } from '../../../schemas/keys.ts';
import { outcomes, stock as stockContract } from '../../../schemas/topics.ts';
import type { Outcome } from '../../../schemas/types.ts';
import type { Magento } from '../../magento/magento.ts';
import type { Config } from '../../platform/config/schema.ts';
import { toPlaces } from '../../platform/decimal.ts';
import type { FlowContext } from '../../platform/flow/context.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { readAssignment } from './assignment.ts';
import type { Assignment } from './assignment.ts';
import type { Incidents, Oversold } from './incidents.ts';
import type { Covered, OversellLook } from './look.ts';
import type { SalableSample } from './salable-sample.ts';

export interface OversellOptions {
  magento: Pick<Magento, 'sources'>;
  stock: Config['stock'];
  look: Pick<OversellLook, 'run'>;
  incidents: Incidents;
  sample: Pick<SalableSample, 'take'>;
  context: Pick<FlowContext, 'bus' | 'group' | 'clock' | 'log'> & {
    metrics: Pick<Metrics, 'oversold' | 'oversells' | 'sourceProblems'>;
  };
}

const flow = 'stock';

/**
 * Looks for what was sold and is not there, and tells of it with the orders that wait for it: on an outcome, in the log, in
 * metrics. It mends nothing: what is missing only a person can get, or refuse to the customer.
 */
export class Oversell {
  readonly #options: OversellOptions;

  constructor(options: OversellOptions) {
    this.#options = options;
    options.context.metrics.oversold.set({ flow }, 0);
    options.context.metrics.oversells.inc({ flow }, 0);
    options.context.metrics.sourceProblems.set({ flow }, NaN);
  }

  async run(signal: AbortSignal): Promise<{ wanted: number; oversold: number }> {
    const { magento, stock, look, incidents, sample, context } = this.#options;
    const assignment = await readAssignment(magento.sources, Object.values(stock.sources));
    this.#tellProblems(assignment);
    const covered = await look.run(assignment, signal);
    if (signal.aborted) return { wanted: covered.length, oversold: incidents.lasting };
    for (const news of incidents.news(await this.#withoutBackorders(covered)))
      await this.#tell(news, assignment);
    context.metrics.oversold.set({ flow }, incidents.lasting);
    await sample.take(covered);
    return { wanted: covered.length, oversold: incidents.lasting };
  }

  /** Of what may be back-ordered the shop sells more than there is because it is told to. */
  async #withoutBackorders(covered: readonly Covered[]): Promise<readonly Covered[]> {
    const short = covered.filter(({ held, quantity }) => held < quantity);
    const salable = new Set<Covered>();
    for (const [stockId, ofStock] of Map.groupBy(short, (one) => one.stockId)) {
      const found = await this.#options.magento.sources.salable(
        ofStock.map(({ sku }) => sku),
        stockId,
      );
      for (const one of ofStock) if (found.has(one.sku)) salable.add(one);
    }
    return short.filter((one) => !salable.has(one));
  }

  async #tell({ sku, stockId, missing, orders }: Oversold, assignment: Assignment): Promise<void> {
    const { context } = this.#options;
    const numbers = orders.join(', ');
    const cause = `${sku} is oversold in the stock ${stockId}: open orders want ${toPlaces(missing, 4)} more than its sources hold, among them ${numbers}`;
    context.metrics.oversells.inc({ flow });
    context.log.error(
      { flow, code: 'stock.oversold', sku, stockId, orders, fix: 'See "Oversold" in deploy/README.md' },
      cause,
    );
    const value = this.#outcome(this.#keyOf(sku, stockId, assignment), cause);
    await context.bus.publish(outcomes, { value });
  }

  /** Of the first warehouse that the stock sells from. */
  #keyOf(sku: string, stockId: number, { sourcesOf }: Assignment): string {
    const sources = Object.entries(this.#options.stock.sources);
    const [warehouse] = sources.find(([, code]) => sourcesOf.get(stockId)?.has(code)) ?? [''];
    return joinKey([warehouse, sku]);
  }

  /** Of no record: the orders came one by one, and the stock was right each time. */
  #outcome(key: string, cause: string): Outcome {
    const { clock, group } = this.#options.context;
    const now = clock.now();
    return {
      group,
      topic: stockContract.topic,
      partition: -1,
      offset: -1,
      key,
      documentId: null,
      eventId: null,
      status: 'unchanged',
      code: 'stock.oversold',
      cause,
      targetId: null,
      attempts: 0,
      version: null,
      occurredAt: null,
      publishedAt: now,
      startedAt: now,
      finishedAt: now,
      traceId: null,
    };
  }

  #tellProblems({ problems }: Assignment): void {
    const { log, metrics } = this.#options.context;
    metrics.sourceProblems.set({ flow }, problems.size);
    for (const [source, what] of problems)
      log.warn({ flow, source, fix: 'Look under Stores > Sources and Stocks, and at stock.sources' }, what);
  }
}
