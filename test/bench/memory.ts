import { setTimeout as sleep } from 'node:timers/promises';
import { trickle } from '../../deploy/local/story/trickle.ts';
import { openLine } from './line.ts';
import { openPeer } from './peer.ts';
import type { Peer } from './peer.ts';
import { residentMb } from './resources.ts';
import { percentile } from './study.ts';
import type { Figures, Study } from './study.ts';

const idleSeconds = 30;
const trickleSeconds = 60;
const bareRecordBytes = 1000;

/** What each process holds in memory. */
export const memory: Study = {
  name: 'memory',
  about: `resident memory of each process (VmRSS), ${idleSeconds} s after the first load was done, then while the trickle of \`npm start\` runs for ${trickleSeconds} s; peer: kafkajs alone, one producer and one consumer`,
  async run(say) {
    const line = await openLine(say);
    try {
      const peer = await openPeer(line.stack.kafka.bootstrap);
      try {
        const pids = new Map<string, number>([...line.stack.pids(), ['bare kafkajs', peer.pid]]);
        say(`idle for ${idleSeconds} s`);
        await sleep(idleSeconds * 1000);
        const idle = new Map([...pids].map(([name, pid]) => [name, residentMb(pid)]));
        say(`trickle for ${trickleSeconds} s`);
        const samples = await underTrickle(line.stack.sandboxes, peer, pids);
        return figures(pids, idle, samples);
      } finally {
        await peer.close();
      }
    } finally {
      await line.close();
    }
  },
};

async function underTrickle(
  sandboxes: Parameters<typeof trickle>[0],
  peer: Peer,
  pids: Map<string, number>,
): Promise<Map<string, number[]>> {
  const samples = new Map([...pids.keys()].map((name) => [name, [] as number[]]));
  const ending = new AbortController();
  const running = trickle(sandboxes, (text) => console.error(text), ending.signal);
  const bare = peer.latenciesMs(trickleSeconds, 1, bareRecordBytes);
  for (let second = 0; second < trickleSeconds; second += 1) {
    await sleep(1000);
    for (const [name, pid] of pids) samples.get(name)!.push(residentMb(pid));
  }
  ending.abort();
  await Promise.all([running, bare]);
  return samples;
}

function figures(
  pids: Map<string, number>,
  idle: Map<string, number>,
  samples: Map<string, number[]>,
): Figures {
  const bare = idle.get('bare kafkajs')!;
  const rows = [...pids.keys()].map((name) => ({
    process: name,
    'idle MB': idle.get(name)!,
    'trickle median MB': percentile(samples.get(name)!, 0.5),
    'trickle highest MB': Math.max(...samples.get(name)!),
    'idle less bare MB': idle.get(name)! - bare,
  }));
  return { rows, notes: ['Linux only: read from /proc/PID/status. MB are 1,048,576 bytes.'] };
}
