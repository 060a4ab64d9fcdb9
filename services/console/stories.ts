import type { Ends } from '../operations/story/ends.ts';
import { isKnown } from '../operations/story/story.ts';
import type { Story } from '../operations/story/story.ts';
import { tellAnything } from '../operations/story/tell-story.ts';
import type { Configuration } from '../platform/config/read.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import type { ConsoleState } from './state/console-state.ts';
import type { SeenKey } from './state/seen-keys.ts';
import { Telling } from './telling.ts';

/** A story as the page shows it: no record, and nothing personal. */
export interface ShownStory extends Omit<Story, 'records'> {
  isKnown: boolean;
  /** Where nobody knows of it: keys of the last day in which it stands. */
  similar: SeenKey[];
}

export type StoryConfiguration = Configuration<'magento' | 'orders' | 'stock' | 'erp' | 'fulfilments'>;

const atOnce = 2;

/** Tells whoever asks; null while as many are being told as may be. `source`: who asks, and from where. */
export function openStories(
  configuration: StoryConfiguration,
  process: Process,
  state: ConsoleState,
  ends: Ends,
): (text: string, source: string) => Promise<ShownStory | null> {
  const { instance, flows, orders, magento, stock, telemetry } = configuration.config;
  const telling = new Telling(atOnce);
  return (text, source) =>
    telling.to(source, async () => {
      const { records: _records, ...story } = await tellAnything(
        {
          bus: process.bus,
          ends,
          instance,
          stores: [
            ...state.storeCodes(),
            ...Object.keys(orders.stores),
            ...Object.values(magento.storeCodes),
          ],
          sources: stock.sources,
          flows,
          tracesUrl: telemetry.tracesUrl,
          now: process.context.clock.now(),
          reveal: false,
        },
        text,
      );
      const known = isKnown(story);
      return { ...story, isKnown: known, similar: known ? [] : state.seenKeys.like(text) };
    });
}
