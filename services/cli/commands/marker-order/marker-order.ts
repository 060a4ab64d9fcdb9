import { openRecords } from '../../../erp/ask-records.ts';
import { openMarkerErp } from '../../../erp/marker.ts';
import type { MarkerErp } from '../../../erp/marker.ts';
import { lookUpOrder } from '../../../erp/orders/look-up.ts';
import { connectMagento } from '../../../magento/connect.ts';
import { MarkerRecords } from '../../../operations/marker/records.ts';
import { stockInErp } from '../../../operations/marker/stock-in-erp.ts';
import { removeMarker, sendMarker } from '../../../operations/marker/send-marker.ts';
import type { MarkerRun } from '../../../operations/marker/send-marker.ts';
import type { MarkerStepResult } from '../../../operations/marker/steps.ts';
import { systemClock } from '../../../platform/clock.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import type { Configuration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import { KeptCodes } from '../../../platform/kept-codes.ts';
import { openLog } from '../../../platform/telemetry/log.ts';
import { openMetrics } from '../../../platform/telemetry/metrics.ts';
import { actingAs } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { counted, printJson, printLine } from '../../print.ts';
import type { Hosts } from './hosts.ts';
import { stagingHosts } from './hosts.ts';

export interface MarkerOptions extends GlobalOptions {
  sku?: string;
  cleanUp?: boolean;
  reason?: string;
  dryRun?: boolean;
}

type Configured = Configuration<'magento' | 'erp' | 'marker' | 'stock' | 'fulfilments'>;

/** Exit code 1 where something did not come through. @throws Rejected for a shop that is not the one marked as staging */
export async function markerOrder(options: MarkerOptions): Promise<number> {
  if (options.cleanUp && options.sku !== undefined) throw cleanUpNamesNone();
  const configuration = readConfiguration(
    ['magento', 'erp', 'marker', 'stock', 'fulfilments'],
    options.config,
  );
  const hosts = stagingHosts(configuration.config);
  const erp = openMarkerErp(configuration);
  try {
    return options.dryRun
      ? plan(configuration, erp, hosts, options)
      : await send(configuration, erp, hosts, options);
  } finally {
    await erp.close();
  }
}

async function send(
  configuration: Configured,
  erp: MarkerErp,
  hosts: Hosts,
  options: MarkerOptions,
): Promise<number> {
  const { instance, marker, stock } = configuration.config;
  const { sku = null, json, cleanUp, reason } = options;
  const run = await withBus(configuration, async (bus) => {
    const kept = new KeptCodes(bus, instance, systemClock);
    await (await kept.follow()).stop();
    const tools = { log: openLog('cli', instance, 'silent'), metrics: openMetrics('cli', instance) };
    const shop = connectMagento(configuration, tools, (coded) => kept.of(coded));
    const asked = openRecords(configuration, tools);
    const line = `${instance} ${hosts.shop} ${hosts.erp}`;
    const given = {
      shop,
      erp,
      instance,
      marker,
      records: new MarkerRecords(bus, actingAs(options), line, reason),
      stockInErp: (of: string) => stockInErp(asked, Object.keys(stock.sources), of),
      clock: systemClock,
      signal: interrupted(process),
      lookUpOrder: (key: string) => lookUpOrder(configuration.current().erp, key),
      onStep: (step: MarkerStepResult) => (json ? undefined : printStep(step)),
    };
    try {
      return await (cleanUp ? removeMarker(given) : sendMarker(given, sku));
    } finally {
      await Promise.all([shop.close(), asked.close()]);
    }
  });
  if (json) printJson(run);
  else printLine(cleanUp ? cleanedUp(run) : summary(run));
  return run.ok ? 0 : 1;
}

/** By whatever would end the process: the first cleans up, the second ends it as it does any other. */
export function interrupted(process: Pick<NodeJS.EventEmitter, 'once'>): AbortSignal {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interruption.abort());
  return interruption.signal;
}

function printStep({ name, status, durationMs, detail, fix }: MarkerStepResult): void {
  const time = status === 'skipped' || status === 'not run' ? '' : `${(durationMs / 1_000).toFixed(1)} s`;
  printLine(`${status.padEnd(8)}${time.padStart(9)}  ${name}: ${detail}`);
  if (fix !== null) printLine(`${' '.repeat(19)}Fix: ${fix}`);
}

const secondsOf = ({ steps }: MarkerRun) =>
  `${(steps.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000).toFixed(1)} s`;

export function summary(run: MarkerRun): string {
  const { sku, ok, stays } = run;
  const end = stays
    ? `. ${sku} stays for sale: marker.product.remove is not configured`
    : ' with its cleaning up';
  return `${ok ? 'Came through' : 'Did not come through'}: one piece of ${sku}, ${secondsOf(run)}${end}.`;
}

export function cleanedUp(run: MarkerRun): string {
  const { sku, ok, stays } = run;
  const what = ok && !stays ? 'Cleaned up' : 'Not all cleaned up';
  return `${what}: what a run with ${sku} has left, ${secondsOf(run)}.`;
}

/** What would be done, in its order. */
function plan(
  { config }: Configured,
  erp: MarkerErp,
  hosts: Hosts,
  { sku, json, cleanUp }: MarkerOptions,
): number {
  const { marker } = config;
  const inErp = (part: 'product' | 'parcel', act: 'make' | 'remove') =>
    `run marker.${part}.${act} in the ERP: ${erp.steps(part, act) === 0 ? 'not configured' : counted(erp.steps(part, act), 'step')}`;
  const isMade = sku === undefined;
  const lines = cleanUp
    ? [
        'read what the last run that has not cleaned up has on record; of that, and of nothing else:',
        'cancel its order in the shop',
        inErp('parcel', 'remove'),
        inErp('product', 'remove'),
      ]
    : [
        ...(isMade ? [inErp('product', 'make')] : []),
        `wait for ${sku ?? marker.sku} to be for sale in the shop`,
        `order one piece as ${marker.email} in store view ${marker.store}, by ${marker.carrierCode}_${marker.methodCode} and ${marker.paymentMethod}`,
        'wait for the order in the ERP',
        inErp('parcel', 'make'),
        `wait for the shipment${isMade ? ', and for the stock behind it,' : ''} in the shop`,
        'cancel the order in the shop, where it stays: REST deletes no order',
        inErp('parcel', 'remove'),
        ...(isMade ? [inErp('product', 'remove')] : []),
      ];
  if (json) printJson({ hosts, plan: lines });
  else for (const line of [`shop ${hosts.shop}, ERP ${hosts.erp}`, ...lines]) printLine(line);
  return 0;
}

function cleanUpNamesNone(): Rejected {
  return new Rejected({
    code: 'marker.options',
    what: '--clean-up takes no --sku',
    why: 'it removes what a run has on record, and nothing else',
    fix: 'Leave out --sku',
  });
}
