import { openEnds } from '../../../operations/story/open-ends.ts';
import { isKnown } from '../../../operations/story/story.ts';
import type { Story } from '../../../operations/story/story.ts';
import { tellOrder, tellSku } from '../../../operations/story/tell-story.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { systemClock } from '../../../platform/clock.ts';
import { keepForeignText } from '../../../platform/errors.ts';
import { KeptCodes } from '../../../platform/kept-codes.ts';
import type { Bus } from '../../../platform/kafka/types.ts';
import { openLog } from '../../../platform/telemetry/log.ts';
import { openMetrics } from '../../../platform/telemetry/metrics.ts';
import { recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson } from '../../print.ts';
import { printStory } from './print-story.ts';

export interface ExplainOptions extends GlobalOptions {
  reveal?: boolean;
  reason?: string;
}

const sections = ['magento', 'orders', 'stock', 'erp', 'fulfilments'] as const;

/** Resolves to 0 where all is in order, 1 where something is parked, different or could not be asked, 2 where nobody knows of it. */
export async function explain(options: ExplainOptions, kind: Story['kind'], asked: string): Promise<number> {
  keepForeignText(true);
  const configuration = readConfiguration(sections, options.config);
  const { instance, flows, magento, orders, stock, telemetry } = configuration.config;
  const { reveal = false, reason } = options;
  const tools = { log: openLog('cli', instance, 'silent'), metrics: openMetrics('cli', instance) };
  const ends = openEnds(configuration, tools, true);
  try {
    const story = await withBus(configuration, async (bus) => {
      const act = { action: 'reveal', subject: kind, keys: [asked], reason };
      if (reveal) await recordAct(bus, options, act);
      const stores = kind === 'order' ? await storesOf(bus, instance) : [];
      const tell = kind === 'order' ? tellOrder : tellSku;
      return tell(
        {
          bus,
          ends,
          instance,
          stores: [...stores, ...Object.keys(orders.stores), ...Object.values(magento.storeCodes)],
          sources: stock.sources,
          flows,
          tracesUrl: telemetry.tracesUrl,
          now: systemClock.now(),
          reveal,
        },
        asked,
      );
    });
    if (options.json) printJson(story);
    else printStory(story, reveal);
    return exitCodeOf(story);
  } finally {
    await ends.close();
  }
}

function exitCodeOf(story: Story): number {
  const isAsked = story.sides.every(({ unknown }) => unknown === null);
  if (!isKnown(story)) return isAsked ? 2 : 1;
  return story.findings.length === 0 && isAsked ? 0 : 1;
}

/** Codes by which the shop's store views were first known. */
async function storesOf(bus: Bus, instance: string): Promise<string[]> {
  const kept = new KeptCodes(bus, instance, systemClock);
  await (await kept.follow()).stop();
  return Object.values(kept.of('store-view'));
}
