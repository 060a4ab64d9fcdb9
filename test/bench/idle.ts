import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { copyAsImage } from '../deploy/image-copy.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { mallocSettings } from '../../services/platform/processes.ts';
import type { ProcessName } from '../journeys/stack.ts';
import { openLine } from './line.ts';
import type { Line } from './line.ts';
import { openPeer } from './peer.ts';
import { cpuSeconds, residentMb } from './resources.ts';
import type { Figures, Study } from './study.ts';

/** Until what the start has left (garbage, compilation) is gone. */
const settleSeconds = 30;
const idleSeconds = 60;

/** What each process costs while nothing happens. */
export const idle: Study = {
  name: 'idle',
  about: `processor time in ${idleSeconds} s and resident memory of each process while nothing happens, ${settleSeconds} s after its start, as the image runs it; beside it the memory by npm start; peer: kafkajs alone, one producer and one consumer`,
  async run(say) {
    const image = await mkdtemp(join(runFolder(), 'image-'));
    copyAsImage(image);
    const source = join(projectFolder, 'services');
    let folder = source;
    const programOf = (name: ProcessName) => join(folder, name, folder === source ? 'main.ts' : 'main.js');
    const environment = { CARTAGE_CONFIG: configurationIn(image) };
    const environmentOf = () => (folder === source ? {} : mallocSettings);
    const line = await openLine(say, { programOf, environment, environmentOf });
    try {
      await line.stack.start('reconciler');
      const peer = await openPeer(line.stack.kafka.bootstrap);
      try {
        await settle(say);
        const byStart = new Map(
          [...line.stack.pids()].map(([name, pid]) => [name as string, residentMb(pid)]),
        );
        folder = join(image, 'services');
        await startAgain(line, say);
        await settle(say);
        return await measured([...line.stack.pids(), ['bare kafkajs', peer.pid]], byStart, say);
      } finally {
        await peer.close();
      }
    } finally {
      await line.close();
    }
  },
};

/** That of the sandboxes, which sweeps the shop more often than one would. */
function configurationIn(folder: string): string {
  const sandbox = readFileSync(join(projectFolder, 'deploy/config/sandbox.yaml'), 'utf8');
  const often = 'intervalMs: 10000\n';
  if (!sandbox.includes(often))
    throw new Error(`deploy/config/sandbox.yaml no longer says "${often.trim()}"`);
  const file = join(folder, 'idle.yaml');
  writeFileSync(file, sandbox.replace(often, 'intervalMs: 60000\n'));
  return file;
}

async function startAgain({ stack }: Line, say: (text: string) => void): Promise<void> {
  say('starting all processes as the image does');
  const names = [...stack.pids().keys()];
  await Promise.all(names.map((name) => stack.stop(name)));
  await Promise.all(names.map((name) => stack.start(name)));
}

async function settle(say: (text: string) => void): Promise<void> {
  say(`settling for ${settleSeconds} s`);
  await sleep(settleSeconds * 1000);
}

async function measured(
  pids: readonly (readonly [string, number])[],
  byStart: ReadonlyMap<string, number>,
  say: (text: string) => void,
): Promise<Figures> {
  const before = pids.map(([, pid]) => cpuSeconds(pid));
  const begun = performance.now();
  say(`idle for ${idleSeconds} s`);
  await sleep(idleSeconds * 1000);
  const seconds = (performance.now() - begun) / 1000;
  const rows = pids.map(([process, pid], index) => ({
    process,
    'CPU %': Number((((cpuSeconds(pid) - before[index]!) / seconds) * 100).toFixed(2)),
    'RSS MB': residentMb(pid),
    'RSS MB by npm start': byStart.get(process) ?? '',
  }));
  const notes = [
    'CPU % of one core, goal at most 1; RSS goal at most 90 outside the console. MB are 1,048,576 bytes.',
    'As the image: from the code of which deploy/strip-types.mjs has taken the types. npm start has Node do it while it loads.',
    'Linux only: read from /proc. Its clock counts in 0.01 s, so the percentage is right to about 0.02.',
  ];
  return { rows, notes };
}
