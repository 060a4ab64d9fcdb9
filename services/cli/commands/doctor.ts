import { connectMagento } from '../../magento/connect.ts';
import { examine } from '../../operations/doctor/examine.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Finding } from '../../platform/finding.ts';
import { openLog } from '../../platform/telemetry/log.ts';
import { openMetrics } from '../../platform/telemetry/metrics.ts';
import { conclude, printFindings } from '../findings.ts';
import { withBus, withTopicAdmin } from '../open.ts';
import type { GlobalOptions } from '../options.ts';
import { orderCount } from '../order-count.ts';
import { checkAll, readChecked } from './check.ts';
import type { CheckedConfiguration } from './check.ts';

interface DoctorOptions extends GlobalOptions {
  verbose?: boolean;
  orders: string;
}

/** All of `check`, and what only a running line shows. Writes nothing. Exit code 1 when something fails. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const ordersMax = orderCount(options.orders);
  const configuration = readChecked(options);
  const found = await checkAll(configuration, options);
  const wrong = Object.values(found)
    .flat()
    .filter(({ level }) => level !== 'ok');
  // Without its topics there is no line to look at.
  if (wrong.some(({ code, level }) => level === 'fail' && code.startsWith('kafka.')))
    return conclude(found, options);
  const failed = wrong.map(({ code }) => code);
  for (const [name, findings] of await examineLine(configuration, ordersMax, failed)) {
    found[name] = findings;
    if (!options.json) printFindings(name, findings, options.verbose ?? false);
  }
  return conclude(found, options);
}

async function examineLine(
  configuration: CheckedConfiguration,
  ordersMax: number,
  failed: readonly string[],
): Promise<[string, Finding[]][]> {
  const { config } = configuration;
  const tools = {
    log: openLog('cli', config.instance, 'silent'),
    metrics: openMetrics('cli', config.instance),
  };
  const shop = connectMagento(configuration, tools);
  try {
    return await withTopicAdmin(configuration, (admin) =>
      withBus(configuration, (bus) =>
        examine({ bus, admin, sources: shop.sources, config, now: systemClock.now(), ordersMax, failed }),
      ),
    );
  } finally {
    await shop.close();
  }
}
