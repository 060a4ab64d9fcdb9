/** A figure of ours beside the same figure of a peer, measured in turns in one run on one machine. */
export interface Benchmark {
  name: string;
  /** What is measured, and how, in one or two sentences. */
  about: string;
  unit: string;
  /** The ratio subject : peer that is aimed at. */
  goal: number;
  /** Starts both sides; each call of `measure` is one window. */
  open(): Promise<OpenBenchmark>;
}

export interface OpenBenchmark {
  peer: Side;
  subject: Side;
  close(): Promise<void>;
}

export interface Side {
  what: string;
  measure(): Promise<Window>;
}

/** One window: the figure, and what else is worth seeing. */
export interface Window {
  value: number;
  latencyP50Ms?: number;
  latencyP99Ms?: number;
}

export interface SideResult {
  what: string;
  median: number;
  windows: Window[];
}

export interface BenchmarkResult {
  name: string;
  about: string;
  unit: string;
  peer: SideResult;
  subject: SideResult;
  ratio: number;
  goal: number;
  met: boolean;
}

/**
 * Peer and subject take turns, so that what else the machine does weighs on both. The first round warms both up
 * (compilation, connections) and does not count. Medians, because one slow window must not decide.
 */
export async function runBenchmark(
  benchmark: Benchmark,
  rounds: number,
  say: (text: string) => void,
): Promise<BenchmarkResult> {
  say(`${benchmark.name}: starting`);
  const open = await benchmark.open();
  const peer: Window[] = [];
  const subject: Window[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const pair = [await open.peer.measure(), await open.subject.measure()] as const;
      const figures = `peer ${Math.round(pair[0].value)}, subject ${Math.round(pair[1].value)} ${benchmark.unit}`;
      say(`${benchmark.name}: ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${figures}`);
      if (round === 0) continue;
      peer.push(pair[0]);
      subject.push(pair[1]);
    }
  } finally {
    await open.close();
  }
  const { name, about, unit, goal } = benchmark;
  const result = {
    peer: { what: open.peer.what, median: medianOf(peer), windows: peer },
    subject: { what: open.subject.what, median: medianOf(subject), windows: subject },
  };
  const ratio = result.subject.median / result.peer.median;
  return { name, about, unit, ...result, ratio, goal, met: ratio >= goal };
}

function medianOf(windows: readonly Window[]): number {
  const values = windows.map(({ value }) => value).toSorted((left, right) => left - right);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
