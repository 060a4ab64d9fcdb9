import { contracts } from '../../../schemas/topics.ts';
import { checkConfiguredErp } from '../../erp/check-configured.ts';
import { checkConfiguredShop } from '../../magento/check/check-configured.ts';
import { readConfiguration } from '../../platform/config/read.ts';
import type { Configuration } from '../../platform/config/read.ts';
import { Unavailable, keepForeignText } from '../../platform/errors.ts';
import { KeptCodes } from '../../platform/kept-codes.ts';
import { systemClock } from '../../platform/clock.ts';
import type { KeptCodesOf } from '../../magento/store.ts';
import type { SourceConfig } from '../../platform/config/sections/erp-source.ts';
import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { GlobalOptions } from '../options.ts';
import { withBus, withTopicAdmin } from '../open.ts';
import { conclude, printFindings } from '../findings.ts';
import { topicFindings } from '../topic-findings.ts';

const sectionNames = [
  'magento',
  'webhook',
  'orders',
  'customers',
  'stock',
  'catalog',
  'fulfilments',
  'erp',
] as const;

interface CheckOptions extends GlobalOptions {
  verbose?: boolean;
}

export type CheckedConfiguration = Configuration<(typeof sectionNames)[number]>;

export const readChecked = ({ config }: GlobalOptions): CheckedConfiguration =>
  readConfiguration(sectionNames, config);

/** Tries the configuration against the real ends. Writes nothing. Exit code 1 when something fails. */
export async function check(options: CheckOptions): Promise<number> {
  return conclude(await checkAll(readChecked(options), options), options);
}

/** All that can be tried without a line that runs, told as it is found. */
export async function checkAll(
  configuration: CheckedConfiguration,
  options: CheckOptions,
): Promise<Record<string, Finding[]>> {
  keepForeignText(true);
  const { config } = configuration;
  const kafka = checkTopics(configuration, topicsOfOthers(config.erp.source));
  const isWell = (await kafka).every(({ level }) => level === 'ok');
  const kept = isWell ? await keptCodes(configuration) : undefined;
  const sections: [string, Promise<Finding[]>][] = [
    ...checkConfiguredShop(config, Date.now(), kept),
    ['Webhooks', Promise.resolve([checkSenders(config.webhook)])],
    ['ERP', checkConfiguredErp(config.erp)],
    ['Kafka', kafka],
  ];
  // All at once, told in turn: what fails while an earlier one is awaited is thrown when its turn comes.
  for (const [, findings] of sections) findings.catch(() => undefined);
  const found: Record<string, Finding[]> = {};
  for (const [name, findings] of sections) {
    found[name] = await findings;
    if (!options.json) printFindings(name, found[name], options.verbose ?? false);
  }
  return found;
}

function checkSenders(webhook: CheckedConfiguration['config']['webhook']): Finding {
  const { secrets, mageOsTokens, adobeCommerceKeys, adobeIoClients } = webhook;
  if ([secrets, mageOsTokens, adobeCommerceKeys, adobeIoClients].some((keys) => keys.length > 0))
    return ok('webhook.senders', 'A sender of webhooks has a key');
  return warn(
    'webhook.no_sender',
    'No sender of webhooks has a key: the shop is not heard',
    'Orders and customers come with the next sweep, after orders.sweep.intervalMs at the latest',
    'Leave it so, or set a sender up as deploy/SENDERS.md says and name its key under webhook',
  );
}

/** By which codes the relay has first known the shop's store views and websites. */
function keptCodes(configuration: Configuration<never>): Promise<KeptCodesOf> {
  return withBus(configuration, async (bus) => {
    const kept = new KeptCodes(bus, configuration.config.instance, systemClock);
    await (await kept.follow()).stop();
    return (coded) => kept.of(coded);
  });
}

/** Topics that are read and are none of Cartage. */
const topicsOfOthers = (source: SourceConfig): string[] =>
  source.kind === 'debezium' ? [...new Set(Object.values(source.topics))] : [];

async function checkTopics(
  configuration: Configuration<never>,
  others: readonly string[],
): Promise<Finding[]> {
  try {
    const { changes, missing } = await withTopicAdmin(configuration, async (admin) => ({
      changes: await admin.check(contracts),
      missing: await admin.missing(others),
    }));
    if (missing.length > 0)
      return [
        fail(
          'kafka.topic_missing',
          `The broker has no topic ${missing.join(', ')}`,
          'erp.source.topics names it: changes of its table would never be told',
          'Correct the name, or start the connector of Debezium that fills it',
        ),
      ];
    if (changes.length === 0)
      return [
        {
          level: 'ok',
          code: 'kafka.topics',
          what: 'Broker and registry answer; all topics and contracts stand',
          why: '',
          fix: '',
        },
      ];
    return topicFindings(changes);
  } catch (error) {
    const fault = error instanceof Unavailable ? error.fault : null;
    return [
      {
        level: 'fail',
        code: fault?.code ?? 'kafka.unreachable',
        what: fault?.what ?? 'Broker or registry cannot be reached',
        why: fault?.why ?? (error instanceof Error ? error.message : String(error)),
        fix: fault?.fix ?? 'Check kafka.brokers and kafka.registry in the configuration',
      },
    ];
  }
}
