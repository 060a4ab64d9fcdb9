import { openMarkerErp } from '../../../erp/marker.ts';
import type { MarkerErp } from '../../../erp/marker.ts';
import { lookUpOrder } from '../../../erp/orders/look-up.ts';
import { connectMagento } from '../../../magento/connect.ts';
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
import { recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { counted, printJson, printLine } from '../../print.ts';

export interface MarkerOptions extends GlobalOptions {
  sku?: string;
  cleanUp?: boolean;
  reason?: string;
  dryRun?: boolean;
}

type Configured = Configuration<'magento' | 'erp' | 'marker'>;

/** Exit code 1 where something did not come through. @throws Rejected for a shop that is not marked as staging */
export async function markerOrder(options: MarkerOptions): Promise<number> {
  const configuration = readConfiguration(['magento', 'erp', 'marker'], options.config);
  if (!configuration.config.magento.staging) throw notStaging();
  const erp = openMarkerErp(configuration);
  try {
    return options.dryRun ? plan(configuration, erp, options) : await send(configuration, erp, options);
  } finally {
    await erp.close();
  }
}

async function send(configuration: Configured, erp: MarkerErp, options: MarkerOptions): Promise<number> {
  const { instance, marker } = configuration.config;
  const { sku = null, json, cleanUp, reason } = options;
  const run = await withBus(configuration, async (bus) => {
    const kept = new KeptCodes(bus, instance, systemClock);
    await (await kept.follow()).stop();
    const keys = [sku ?? marker.sku];
    await recordAct(bus, options, { action: 'marker-order', subject: 'the line', keys, reason });
    const tools = { log: openLog('cli', instance, 'silent'), metrics: openMetrics('cli', instance) };
    const shop = connectMagento(configuration, tools, (coded) => kept.of(coded));
    const interruption = new AbortController();
    // The second one ends the process as it does any other.
    process.once('SIGINT', () => interruption.abort());
    const given = {
      shop,
      erp,
      instance,
      marker,
      clock: systemClock,
      signal: interruption.signal,
      lookUpOrder: (key: string) => lookUpOrder(configuration.current().erp, key),
      onStep: (step: MarkerStepResult) => (json ? undefined : printStep(step)),
    };
    try {
      return await (cleanUp ? removeMarker(given) : sendMarker(given, sku));
    } finally {
      await shop.close();
    }
  });
  if (json) printJson(run);
  else printLine(summary(run));
  return run.ok ? 0 : 1;
}

function printStep({ name, status, durationMs, detail, fix }: MarkerStepResult): void {
  const time = status === 'skipped' || status === 'not run' ? '' : `${(durationMs / 1_000).toFixed(1)} s`;
  printLine(`${status.padEnd(8)}${time.padStart(9)}  ${name}: ${detail}`);
  if (fix !== null) printLine(`${' '.repeat(19)}Fix: ${fix}`);
}

function summary({ sku, ok, steps }: MarkerRun): string {
  const seconds = steps.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000;
  return `${ok ? 'Came through' : 'Did not come through'}: one piece of ${sku}, ${seconds.toFixed(1)} s with its cleaning up.`;
}

/** What would be done, in its order. */
function plan({ config }: Configured, erp: MarkerErp, { sku, json, cleanUp }: MarkerOptions): number {
  const { marker } = config;
  const inErp = (part: 'product' | 'parcel', act: 'make' | 'remove') =>
    `run marker.${part}.${act} in the ERP: ${erp.steps(part, act) === 0 ? 'not configured' : counted(erp.steps(part, act), 'step')}`;
  const isMade = sku === undefined;
  const lines = cleanUp
    ? [inErp('product', 'remove')]
    : [
        ...(isMade ? [inErp('product', 'make')] : []),
        `wait for ${sku ?? marker.sku} to be for sale in the shop`,
        `order one piece as ${marker.email} in store view ${marker.store}, by ${marker.carrierCode}_${marker.methodCode} and ${marker.paymentMethod}`,
        'wait for the order in the ERP',
        inErp('parcel', 'make'),
        'wait for the shipment, and for the stock behind it, in the shop',
        'cancel the order in the shop, where it stays: REST deletes no order',
        inErp('parcel', 'remove'),
        ...(isMade ? [inErp('product', 'remove')] : []),
      ];
  if (json) printJson({ plan: lines });
  else for (const line of lines) printLine(line);
  return 0;
}

function notStaging(): Rejected {
  return new Rejected({
    code: 'marker.not_staging',
    what: 'The shop is not marked as one in which nobody buys',
    why: 'an order is placed, and goes to the ERP as any other',
    fix: 'Set magento.staging: true in the configuration of a staging shop; a shop with customers has none',
  });
}
