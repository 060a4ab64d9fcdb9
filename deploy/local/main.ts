/** `npm start`: Cartage, what it stands on, a sandbox shop and a sandbox ERP, on this one machine. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stateFolder } from './install/places.mjs';
import { lockFolder } from './lock.ts';
import { onlyNeeded } from './part.ts';
import { partsOf } from './parts.ts';
import { makePlan, type Plan } from './plan.ts';
import { loopback } from './ports.ts';
import { endRecordedProcesses } from './records.ts';
import { jsonReport, textReport, type Report } from './report.ts';
import { emptyStateFolder, hasState, stateFolderAt, type StateFolder } from './state.ts';
import { openBusiness } from './story/business.ts';
import { Supervisor } from './supervisor.ts';

const usage = `Usage: npm start [-- OPTIONS]

  --fresh         forget the state of earlier starts and begin anew
  --only NAMES    only these parts, comma-separated, and what they need (kafka, postgres, registry, sandbox-shop,
                  sandbox-erp, topics, jaeger, or a folder of services/)
  --no-story      start everything, without playing the story and the trickle of business after it
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
      only: { type: 'string' },
      state: { type: 'string', default: join(stateFolder, 'run') },
      'no-story': { type: 'boolean', default: false },
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
    return await runUntilEnded({
      state,
      fresh: values.fresh,
      only: values.only?.split(','),
      story: !values['no-story'] && values.only === undefined,
      report,
    });
  } finally {
    report.close();
    unlock();
  }
}

interface Run {
  state: StateFolder;
  fresh: boolean;
  only: readonly string[] | undefined;
  /** Play the story, and go on with a trickle of business. */
  story: boolean;
  report: Report;
}

async function runUntilEnded({ state, fresh, only, story, report }: Run): Promise<number> {
  const left = await endRecordedProcesses(state.processes);
  if (left.length > 0) report.say(`Ended what an earlier start left behind: ${left.join(', ')}.`);
  if (fresh) emptyStateFolder(state);
  report.say(`Cartage is ${hasState(state) ? 'resumed from' : 'set up in'} ${state.path}`);

  const plan = await makePlan(state);
  writeEnvironment(plan);
  const abort = new AbortController();
  const parts = onlyNeeded(partsOf(plan, abort.signal), only);
  const supervisor = new Supervisor({ parts, report, abort });
  const interrupted = untilInterrupted(supervisor, report);
  try {
    await supervisor.start();
    const business = story ? openBusiness(plan, (text) => report.say(text), abort.signal) : undefined;
    await business?.tellStory();
    if (!interruptedAlready) report.say(only ? 'Ctrl-C ends it.' : whatToOpen(plan));
    business?.goOn();
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
    '  Type next, in another terminal:',
    '    npm run cartage -- check',
    '    npm run cartage -- parked list',
    "    npm run cartage -- refresh erp.stock 'WH1/MUG-STONE'",
    '',
    '  A trickle of orders and stock movements goes on. Ctrl-C ends everything; the next start goes on from here.',
  ].join('\n');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
