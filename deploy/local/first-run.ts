/**
 * Starts Kafka and both kinds of the registry once and ends them again. Each leaves its loaded classes behind (java.ts),
 * with which the dozens of brokers of a test run start in half the time, side by side from the first one on.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progress } from './install/progress.mjs';
import { startKafka } from './kafka.ts';
import { startRegistry } from './registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-first-run-'));
const shown = progress('first run of both');

async function runOnce(): Promise<void> {
  const kafka = await startKafka({ dir: folder });
  try {
    const { bootstrap } = kafka;
    // Whichever does not start, the other one is ended too.
    const runs = [startRegistry({ bootstrap }), startRegistry()].map(async (starting) =>
      (await starting).stop(),
    );
    await Promise.allSettled(runs);
    await Promise.all(runs);
  } finally {
    await kafka.stop();
  }
}

try {
  await runOnce();
  shown.done();
} catch (error) {
  shown.failed();
  // Whoever needs them says so again; without this run they only start later.
  console.error(error instanceof Error ? error.message : error);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
