import { startChild } from './child.ts';

export interface Peer {
  pid: number;
  /** Milliseconds from `send` to `eachMessage` of each record. */
  latenciesMs(count: number, perSecond: number, bytes: number): Promise<number[]>;
  close(): Promise<void>;
}

/** The bare Kafka client of bare-kafka.ts, in a process of its own, its group joined. */
export async function openPeer(bootstrap: string): Promise<Peer> {
  const { pid, ask, close } = await startChild('bare-kafka.ts', [bootstrap]);
  return {
    pid,
    latenciesMs: async (count, perSecond, bytes) =>
      JSON.parse(await ask(`${count} ${perSecond} ${bytes}`)) as number[],
    close,
  };
}
