import { randomBytes } from 'node:crypto';
import { connectOrders } from '../../../erp/orders/connect-orders.ts';
import { connectMagento } from '../../../magento/connect.ts';
import { dailyReport } from '../../../operations/report/daily.ts';
import type { DailyOrder, DailyReport } from '../../../operations/report/daily.ts';
import { systemClock } from '../../../platform/clock.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import { openLog } from '../../../platform/telemetry/log.ts';
import { openMetrics } from '../../../platform/telemetry/metrics.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { counted, printJson, printLine } from '../../print.ts';

export interface DailyOptions extends GlobalOptions {
  seed?: string;
  day?: string;
}

const dayMs = 86_400_000;

/** Exit code 1 where something differs, or could not be asked. */
export async function reportDaily(options: DailyOptions): Promise<number> {
  const configuration = readConfiguration(
    ['magento', 'erp', 'orders', 'customers', 'reconcile'],
    options.config,
  );
  const { instance, orders, customers, reconcile } = configuration.config;
  const dayAt = dayOf(options.day, Date.now());
  const seed = options.seed ?? randomBytes(4).toString('hex');
  const [log, metrics] = [openLog('cli', instance, 'silent'), openMetrics('cli', instance)];
  const magento = connectMagento(configuration, { log, metrics });
  try {
    const context = { clock: systemClock, random: Math.random } as never;
    const connected = await connectOrders(configuration, { log, metrics, context });
    try {
      const config = { instance, orders, guests: customers.guests };
      const sides = { shop: magento.orders, erp: connected.erp, config };
      const report = await withBus(configuration, (bus) =>
        dailyReport({ bus, ...sides, dayAt, seed, count: reconcile.dailySample }),
      );
      if (options.json) printJson(report);
      else print(report);
      return report.drawn.some((one) => !isWell(one)) ? 1 : 0;
    } finally {
      await connected.close();
    }
  } finally {
    await magento.close();
  }
}

const isWell = ({ fields, unknown }: DailyOrder) => unknown === null && fields.every((one) => one.isEqual);

function print({ day, seed, orders, drawn }: DailyReport): void {
  for (const { key, fields, unknown } of drawn) {
    const differing = fields.filter(({ isEqual }) => !isEqual);
    printLine(
      `${differing.length > 0 || unknown !== null ? 'DIFFERS' : 'equal  '} ${key}, ${counted(fields.length, 'field')}`,
    );
    for (const { side, name, wanted, found } of differing)
      printLine(`    ${name}: ${wanted ?? 'nothing'} is wanted, the ${side} has ${found ?? 'nothing'}`);
    if (unknown !== null) printLine(`    not asked: ${unknown}`);
  }
  printLine(
    `${drawn.filter(isWell).length} of ${counted(drawn.length, 'order')} equal, drawn from ${orders} of ${day} by the seed ${seed}. The same again: cartage report daily --day ${day} --seed ${seed}`,
  );
}

/** Where nothing is given, yesterday. In UTC. @throws Rejected for what is no day */
function dayOf(given: string | undefined, now: number): number {
  if (given === undefined) return Math.floor(now / dayMs) * dayMs - dayMs;
  const at = /^\d{4}-\d\d-\d\d$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : NaN;
  if (!Number.isNaN(at) && at <= now) return at;
  throw new Rejected({
    code: 'report.day',
    what: `--day ${given} is no day that has been`,
    fix: 'Write it as 2026-11-27; left out: yesterday, in UTC',
  });
}
