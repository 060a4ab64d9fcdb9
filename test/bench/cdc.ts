import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { copyAsImage } from '../deploy/image-copy.ts';
import { applyTopics } from '../infrastructure/apply-topics.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { freshDatabase, startKafka, startPostgres, startRegistry } from '../infrastructure/main.ts';
import { DebeziumSide, debeziumLibraries } from './cdc/debezium.ts';
import { BenchErp } from './cdc/erp.ts';
import { IngesterSide } from './cdc/ingester.ts';
import { playScenes } from './cdc/scenes.ts';
import type { Goal, Scene, Sizes } from './cdc/scenes.ts';
import type { CdcSide, CdcWorld } from './cdc/side.ts';
import { WatchedTopic } from './cdc/topic.ts';
import type { Figures, Study } from './study.ts';

const full: Sizes = {
  items: 500_000,
  transactionRows: 200_000,
  transactions: 200_000,
  pacedSeconds: 20,
  aroundTransactions: 20_000,
  knownKeys: 1_000_000,
};
const quick: Sizes = {
  items: 20_000,
  transactionRows: 20_000,
  transactions: 20_000,
  pacedSeconds: 3,
  aroundTransactions: 2_000,
  knownKeys: 40_000,
};
/** From the ERP's log to the topic, beside the usual way to do that. */
export const cdc: Study = {
  name: 'cdc',
  about:
    'changes of one table of a PostgreSQL to a topic by erp-ingester, as the image runs it; peer: Debezium on Kafka Connect, tuned, JSON, same server, broker and rows, one after the other',
  async run(say, { isQuick }) {
    const sizes = isQuick ? quick : full;
    const libraries = await debeziumLibraries(say);
    const [registry, postgres, kafka] = await Promise.all([
      startRegistry(),
      startPostgres(),
      startKafka({ settings: { 'log.message.timestamp.type': 'LogAppendTime' } }),
    ]);
    try {
      // The seam through which the tests' helpers find what `npm test` shares among its files.
      Object.assign(process.env, {
        CARTAGE_TEST_REGISTRY_URL: registry.url,
        CARTAGE_TEST_DATABASE_URL: postgres.url,
        CARTAGE_TEST_KAFKA: kafka.bootstrap,
      });
      await applyTopics(kafka.bootstrap, registry.url);
      const sides = { bootstrap: kafka.bootstrap, registryUrl: registry.url };
      const play = (make: (world: CdcWorld) => CdcSide) => playSide({ ...sides, make, sizes, say });
      const theirs = await play((world) => new DebeziumSide(world, libraries));
      const image = mkdtempSync(join(runFolder(), 'image-'));
      copyAsImage(image);
      const program = join(image, 'services/erp-ingester/main.js');
      const ours = await play((world) => new IngesterSide(world, program));
      return { rows: compared(ours, theirs), notes };
    } finally {
      await Promise.all([registry.remove(), postgres.remove(), kafka.remove()]);
    }
  },
};

const notes = [
  'changes/s: from the commit (of many transactions: from the beginning of the first) to the append of the last record; of the first load from the first record to the last.',
  'Commit to topic: from the commit time in the log to the append time of the broker, in whole milliseconds.',
  'CPU: processor time of the process and all it starts for each change, from /proc (Linux only). PostgreSQL: of the whole server in the same time, for the load as well as for whoever reads.',
  'Debezium hands on the row of the log; erp-ingester asks what is true of the key and collapses what comes together.',
];

interface Play {
  bootstrap: string;
  registryUrl: string;
  make: (world: CdcWorld) => CdcSide;
  sizes: Sizes;
  say: (text: string) => void;
}

/** Each side has a database of its own, made anew: what the other has left behind must not weigh on it. */
async function playSide({ bootstrap, registryUrl, make, sizes, say }: Play): Promise<Scene[]> {
  const database = await freshDatabase();
  const closers: (() => Promise<unknown>)[] = [() => database.drop()];
  try {
    const erp = await BenchErp.open(database.url, sizes.items, sizes.aroundTransactions);
    closers.push(() => erp.close());
    const side = make({ bootstrap, registryUrl, databaseUrl: database.url });
    closers.push(() => side.stop());
    const watch = async (name: string) => {
      const topic = await WatchedTopic.open(bootstrap, name);
      closers.push(() => topic.close());
      return topic;
    };
    const topic = await watch(side.topic);
    const around = side.aroundTopic === null ? null : await watch(side.aroundTopic);
    return await playScenes({ side, erp, topic, around, sizes, say });
  } finally {
    for (const closer of closers.toReversed()) await closer();
  }
}

function compared(ours: readonly Scene[], theirs: readonly Scene[]): Figures['rows'] {
  return ours.map((scene) => {
    const peer = theirs.find(({ name }) => name === scene.name);
    const ratio = peer === undefined ? undefined : scene.value / peer.value;
    return {
      scene: scene.name,
      unit: scene.unit,
      ours: rounded(scene.value),
      Debezium: rounded(peer?.value),
      ratio: rounded(ratio),
      'goal met': isMet(scene, ratio),
      'CPU µs': scene.cpuMicroseconds ?? '',
      'its CPU µs': peer?.cpuMicroseconds ?? '',
      'PostgreSQL µs': scene.serverCpuMicroseconds ?? '',
      'its PostgreSQL µs': peer?.serverCpuMicroseconds ?? '',
      'RSS MB': scene.highestRssMb ?? '',
      'its RSS MB': peer?.highestRssMb ?? '',
    };
  });
}

function rounded(value: number | undefined): number | string {
  if (value === undefined) return '';
  return value >= 100 ? Math.round(value) : Number(value.toFixed(2));
}

/** In words: what was aimed at and was not reached. */
function isMet({ goal, value, cpuMicroseconds = 0 }: Scene, ratio = 0): string {
  const { ratioAtLeast = 0, atLeast = 0, atMost = Infinity, cpuMicrosecondsAtMost = Infinity }: Goal = goal;
  const missed = [
    ratio < ratioAtLeast ? `ratio ${ratioAtLeast}` : '',
    value < atLeast ? `at least ${atLeast}` : '',
    value > atMost ? `at most ${atMost}` : '',
    cpuMicroseconds > cpuMicrosecondsAtMost ? `${cpuMicrosecondsAtMost} µs` : '',
  ].filter((words) => words !== '');
  if (Object.keys(goal).length === 0) return '';
  return missed.length === 0 ? 'yes' : `no: ${missed.join(', ')}`;
}
