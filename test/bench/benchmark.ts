/** A figure of ours beside the same figure of its peers, measured in turns in one run on one machine. */
export interface Benchmark {
  name: string;
  /** What is measured, and how, in one or two sentences. */
  about: string;
  unit: string;
  /** Starts all sides; each call of `measure` is one window. */
  open(): Promise<OpenBenchmark>;
}

export interface OpenBenchmark {
  peers: readonly Peer[];
  subject: Side;
  close(): Promise<void>;
}

export interface Side {
  what: string;
  measure(): Promise<Window>;
}

export interface Peer extends Side {
  /** The ratio subject : peer that is aimed at. */
  goal: number;
}

/** One window: the figure, and what else is worth seeing. */
export interface Window {
  value: number;
  latencyP50Ms?: number;
  latencyP99Ms?: number;
  /** Of a processor, by the side itself for one of the unit: what else the machine does hardly shows in it. */
  cpuUs?: number;
}

export interface SideResult {
  what: string;
  median: number;
  cpuUs: number | null;
  windows: Window[];
}

export interface PeerResult extends SideResult {
  goal: number;
  /** Subject : peer. */
  ratio: number;
  /** The same by what each takes of a processor. */
  cpuRatio: number | null;
  met: boolean;
}

export interface BenchmarkResult {
  name: string;
  about: string;
  unit: string;
  peers: PeerResult[];
  subject: SideResult;
}

/**
 * Peers and subject take turns, so that what else the machine does weighs on all. The first round warms them up
 * (compilation, connections) and does not count. Medians, because one slow window must not decide.
 */
export async function runBenchmark(
  benchmark: Benchmark,
  rounds: number,
  say: (text: string) => void,
): Promise<BenchmarkResult> {
  const { name, about, unit } = benchmark;
  say(`${name}: starting`);
  const open = await benchmark.open();
  const sides = [...open.peers, open.subject];
  const windows = new Map<Side, Window[]>(sides.map((side) => [side, []]));
  try {
    for (let round = 0; round <= rounds; round += 1) {
      say(`${name}: ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}`);
      for (const side of sides) {
        const window = await side.measure();
        say(`  ${Math.round(window.value)} ${unit}  ${side.what}`);
        if (round > 0) windows.get(side)!.push(window);
      }
    }
  } finally {
    await open.close();
  }
  const resultOf = (side: Side): SideResult => {
    const own = windows.get(side)!;
    const cpuUs = own.map((window) => window.cpuUs).filter((us) => us !== undefined);
    return {
      what: side.what,
      median: medianOf(own.map(({ value }) => value)),
      cpuUs: cpuUs.length > 0 ? medianOf(cpuUs) : null,
      windows: own,
    };
  };
  const subject = resultOf(open.subject);
  const peers = open.peers.map((peer) => {
    const result = resultOf(peer);
    const ratio = subject.median / result.median;
    const cpuRatio = subject.cpuUs && result.cpuUs && result.cpuUs / subject.cpuUs;
    return { ...result, ratio, cpuRatio, goal: peer.goal, met: ratio >= peer.goal };
  });
  return { name, about, unit, peers, subject };
}

function medianOf(given: readonly number[]): number {
  const values = given.toSorted((left, right) => left - right);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
