import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { recordProcess } from '../../deploy/local/records.ts';
import { runFolder } from '../infrastructure/folder.ts';

export interface Peer {
  pid: number;
  /** Milliseconds from `send` to `eachMessage` of each record. */
  latenciesMs(count: number, perSecond: number, bytes: number): Promise<number[]>;
  close(): Promise<void>;
}

/** The bare Kafka client of bare-kafka.ts, in a process of its own, its group joined. */
export async function openPeer(bootstrap: string): Promise<Peer> {
  // The warning is of kafkajs by itself, see idle-loop.ts.
  const program = ['--disable-warning=TimeoutNegativeWarning', join(import.meta.dirname, 'bare-kafka.ts')];
  const child = spawn(process.execPath, [...program, bootstrap], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  recordProcess(join(runFolder(), 'processes'), 'bare Kafka client', child.pid!);
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the bare Kafka client ended before it answered');
    return value;
  };
  await nextLine();
  return {
    pid: child.pid!,
    latenciesMs: async (count, perSecond, bytes) => {
      child.stdin.write(`${count} ${perSecond} ${bytes}\n`);
      return JSON.parse(await nextLine()) as number[];
    },
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
