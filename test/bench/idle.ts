import { setTimeout as sleep } from 'node:timers/promises';
import { openLine } from './line.ts';
import { openPeer } from './peer.ts';
import { cpuSeconds, residentMb } from './resources.ts';
import type { Figures, Study } from './study.ts';

/** Until what the start has left (garbage, compilation) is gone. */
const settleSeconds = 30;
const idleSeconds = 60;

/** What each process costs while nothing happens. */
export const idle: Study = {
  name: 'idle',
  about: `processor time in ${idleSeconds} s and resident memory of each process while nothing happens, ${settleSeconds} s after the first load was done; peer: kafkajs alone, one producer and one consumer`,
  async run(say) {
    const line = await openLine(say);
    try {
      const peer = await openPeer(line.stack.kafka.bootstrap);
      try {
        say(`settling for ${settleSeconds} s`);
        await sleep(settleSeconds * 1000);
        return await measured([...line.stack.pids(), ['bare kafkajs', peer.pid]], say);
      } finally {
        await peer.close();
      }
    } finally {
      await line.close();
    }
  },
};

async function measured(
  pids: readonly (readonly [string, number])[],
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
  }));
  const notes = [
    'CPU % of one core, goal at most 1; RSS goal at most 90 outside the console. MB are 1,048,576 bytes.',
    'Linux only: read from /proc. Its clock counts in 0.01 s, so the percentage is right to about 0.02.',
  ];
  return { rows, notes };
}
