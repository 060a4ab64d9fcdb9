import type { Sources } from '../../magento/sources.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { TopicAdmin } from '../../platform/kafka/topic-admin.ts';
import { unmappedOf } from '../mapping.ts';
import { gather } from './evidence.ts';
import type { Evidence, Met } from './evidence.ts';
import { lineFindings } from './line.ts';
import { symptomFindings } from './symptoms.ts';

export interface Examination {
  bus: Pick<Bus, 'readAll'>;
  admin: Pick<TopicAdmin, 'lag' | 'begins'>;
  sources: Pick<Sources, 'stockSourceLinks' | 'salable'>;
  config: Pick<Config, 'instance' | 'flows' | 'orders'>;
  now: number;
  /** Mappings are tried on so many of the newest orders. */
  ordersMax: number;
  /** Codes of what checks have found wrong before. */
  failed: readonly string[];
}

/** Of what may be sold so many SKUs of each source are looked at. */
const sampleSize = 50;
/** Reservations and thresholds make some of them not salable, rightly. */
const lateShare = 0.2;

/** What `cartage check` cannot see: how the line goes. Writes nothing. */
export async function examine(examination: Examination): Promise<[string, Finding[]][]> {
  const { bus, admin, config, now, ordersMax, failed } = examination;
  const evidence = await gather(bus, { instance: config.instance, now, ordersMax });
  const line = await lineFindings(admin, config, evidence);
  const index = await indexFindings(examination.sources, evidence);
  const found: [string, Finding[]][] = [
    ['Line', line],
    ['Mappings', coverage(evidence, config.orders)],
    ['SKUs', [skuFinding('twin', evidence.twins), skuFinding('odd', evidence.oddSkus)]],
    ['Indexes', index],
  ];
  const wrong = found.flatMap(([, findings]) => findings).filter(({ level }) => level !== 'ok');
  return [...found, ['Symptoms', symptomFindings(evidence, [...failed, ...wrong.map(({ code }) => code)])]];
}

function coverage({ orders }: Evidence, maps: Config['orders']): Finding[] {
  const missing = new Map<string, number>();
  for (const order of orders)
    for (const { where, code } of unmappedOf(order, maps)) {
      const line = `${where}: ${JSON.stringify(code)}`;
      missing.set(line, (missing.get(line) ?? 0) + 1);
    }
  if (missing.size === 0)
    return [ok('mapping.covered', `every code of the last ${orders.length} orders is mapped`)];
  return [...missing].map(([line, count]) =>
    warn(
      'mapping.missing',
      `${line} is not mapped, and stands in ${count} of the last ${orders.length} orders`,
      'Such orders are held when they are due',
      'Add the line; it is read again by itself',
    ),
  );
}

const skuWords = {
  twin: [
    'have a twin that differs by letter case or accents alone: neither is applied',
    'Rename one of each two in the ERP',
  ],
  odd: [
    'hold slashes, percent or plus signs, double or outer spaces, or are longer than 64 characters',
    'They are written all the same; where other systems, links or imports lose them, rename them in the ERP',
  ],
} as const;

function skuFinding(kind: keyof typeof skuWords, { count, keys }: Met): Finding {
  const [what, fix] = skuWords[kind];
  if (count === 0) return ok(`sku.${kind}`, `no SKUs ${what.split(':')[0]}`);
  return warn(
    `sku.${kind}`,
    `${count} SKUs ${what}, such as ${keys.map((key) => JSON.stringify(key)).join(', ')}`,
    '',
    fix,
  );
}

/** What was written as in stock a while ago can be bought, or the shop's index has not followed. */
async function indexFindings(sources: Examination['sources'], { inStock }: Evidence): Promise<Finding[]> {
  if (inStock.size === 0) return [];
  try {
    const links = await sources.stockSourceLinks();
    const findings = [...inStock].map(async ([source, all]) => {
      const skus = [...all].slice(-sampleSize);
      const found = await Promise.all(
        links
          .filter(({ sourceCode }) => sourceCode === source)
          .map(({ stockId }) => sources.salable(skus, stockId)),
      );
      const late = skus.filter((sku) => found.length > 0 && !found.some((salable) => salable.has(sku)));
      if (late.length <= lateShare * skus.length)
        return ok('shop.index', `what was written to ${source} as in stock can be bought`);
      return warn(
        'shop.index_late',
        `${late.length} of ${skus.length} SKUs that were written to ${source} as in stock cannot be bought, such as ${late.slice(0, 3).join(', ')}`,
        "the shop's stock index stands still, its products are disabled, or its own threshold says so",
        'bin/magento indexer:status in the shop; see that cron runs each minute',
      );
    });
    return await Promise.all(findings);
  } catch (error) {
    if (!(error instanceof Rejected || error instanceof Unavailable)) throw error;
    const { what, fix } = error.fault;
    return [warn('shop.index', `Whether indexes follow cannot be asked: ${what}`, '', fix)];
  }
}
