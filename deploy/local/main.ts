/** `npm start`: Cartage, what it stands on, a sandbox shop and a sandbox ERP, on this one machine. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stateFolder } from './install/places.mjs';
import { lockFolder } from './lock.ts';
import { partsOf } from './parts.ts';
import { makePlan, type Plan } from './plan.ts';
import { loopback } from './ports.ts';
import { endRecordedProcesses } from './records.ts';
import { jsonReport, textReport, type Report } from './report.ts';
import { emptyStateFolder, hasState, stateFolderAt, type StateFolder } from './state.ts';
import { Supervisor } from './supervisor.ts';

const usage = `Usage: npm start [-- OPTIONS]

  --fresh         forget the state of earlier starts and begin anew
  --state FOLDER  keep the state there (default: .cartage/run)
  --json          say what happens as lines of JSON
  --help          this text

DATABASE_URL                 a PostgreSQL of your own for the sandbox ERP (wal_level=logical, an empty database)
OTEL_EXPORTER_OTLP_ENDPOINT  where traces are sent; otherwise a "jaeger" on the PATH is started and used

Ctrl-C ends everything. Everything listens on ${loopback} only.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      fresh: { type: 'boolean', default: false },
      state: { type: 'string', default: join(stateFolder, 'run') },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const state = stateFolderAt(resolve(process.env.INIT_CWD ?? '.', values.state));
  const unlock = lockFolder(state.lock);
  const report = values.json ? jsonReport() : textReport();
  try {
    return await runUntilEnded(state, values.fresh, report);
  } finally {
    report.close();
    unlock();
  }
}

async function runUntilEnded(state: StateFolder, fresh: boolean, report: Report): Promise<number> {
  const left = await endRecordedProcesses(state.processes);
  if (left.length > 0) report.say(`Ended what an earlier start left behind: ${left.join(', ')}.`);
  if (fresh) emptyStateFolder(state);
  report.say(`Cartage is ${hasState(state) ? 'resumed from' : 'set up in'} ${state.path}`);

  const plan = await makePlan(state);
  writeEnvironment(plan);
  const abort = new AbortController();
  const supervisor = new Supervisor({ parts: partsOf(plan, abort.signal), report, abort });
  const interrupted = untilInterrupted(supervisor, report);
  try {
    await supervisor.start();
    report.say(whatToOpen(plan));
    const failure = await Promise.race([supervisor.failed, interrupted]);
    if (failure) report.say(`\n${failure.message}`);
    return failure ? 1 : 0;
  } catch (error) {
    if (interruptedAlready) return 0;
    report.say(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await supervisor.stop();
    // Whatever did not go by itself.
    await endRecordedProcesses(state.processes, 0);
  }
}

let interruptedAlready = false;

/** The first signal ends everything in order, the second at once. */
function untilInterrupted(supervisor: Supervisor, report: Report): Promise<undefined> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (interruptedAlready) return void supervisor.kill();
        interruptedAlready = true;
        report.say('\nStopping everything (once more: at once).');
        void supervisor.stop();
        return resolve(undefined);
      });
    }
  });
}

/** With it the command line finds this installation. */
function writeEnvironment({ state, environment }: Plan): void {
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  writeFileSync(state.environment, `${lines.join('\n')}\n`, { mode: 0o600 });
}

function whatToOpen({ ports, processPorts, jaeger, state }: Plan): string {
  const places = {
    Console: processPorts.get('console'),
    Shop: ports.shop,
    ERP: ports.erp,
    'Traces (Jaeger)': jaeger?.port,
  };
  const lines = Object.entries(places)
    .filter(([, port]) => port !== undefined)
    .map(([name, port]) => `  ${name.padEnd(16)} http://${loopback}:${port}`);
  return [
    '',
    ...lines,
    '',
    `  Logs: ${state.logFile('*')}`,
    '  Ctrl-C ends everything; the next start goes on from here.',
  ].join('\n');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
