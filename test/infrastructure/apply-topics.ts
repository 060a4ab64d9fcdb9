import { contracts } from '../../schemas/topics.ts';
import { openTopicAdmin } from '../../services/platform/kafka/connect.ts';

/**
 * Makes all topics of Cartage on a broker. Their contracts stand in the registry of the run from its start on: of two
 * who register one at the same time the registry refuses one.
 */
export async function applyTopics(bootstrap: string, registryUrl: string): Promise<void> {
  const quiet = () => undefined;
  const admin = openTopicAdmin({
    brokers: [bootstrap],
    clientId: 'tests',
    registry: { url: registryUrl },
    source: 'cartage/test/topics',
    log: { info: quiet, warn: quiet, error: quiet },
  });
  try {
    await admin.apply(contracts, { replicationFactor: 1, dryRun: false });
  } finally {
    await admin.close();
  }
}
