/** `npm start`: Cartage and what it stands on, on this one machine, with a sandbox shop and ERP or with the user's own. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stateFolder } from './install/places.mjs';
import { writeEnvironment } from './environment-file.ts';
import { lockFolder } from './lock.ts';
import { OwnShop } from './own/shop.ts';
import { summary } from './own/summary.ts';
import { onlyNeeded } from './part.ts';
import { partsOf } from './parts.ts';
import { type Plan, consoleNote, makePlan, overridden, placesOf } from './plan.ts';
import { loopback } from './ports.ts';
import { endRecordedProcesses } from './records.ts';
import { jsonReport, textReport, type Report } from './report.ts';
import { emptyStateFolder, hasState, stateFolderAt, type StateFolder } from './state.ts';
import { openBusiness } from './story/business.ts';
import { Supervisor } from './supervisor.ts';

const usage = `Usage: npm start [-- OPTIONS]

  --config FILE   run every process against your own shop and ERP, as FILE says (deploy/config/cartage.yaml explains
                  it), flows off, dry or on; Kafka and registry stay local, and so does http. First: cartage check
  --sandbox-shop  with --config: a sandbox shop in place of your own
  --sandbox-erp   with --config: a sandbox ERP in place of your own
  --fresh         forget the state of earlier starts and begin anew
  --only NAMES    only these parts, comma-separated, and what they need (kafka, postgres, registry, sandbox-shop,
                  sandbox-erp, topics, jaeger, or a folder of services/)
  --no-story      start everything, without playing the story and the trickle of business after it
  --state FOLDER  keep the state there (default: .cartage/run; with --config .cartage/own/INSTANCE)
  --json          say what happens as lines of JSON
  --help          this text

DATABASE_URL                 a PostgreSQL of your own for the sandbox ERP (wal_level=logical, an empty database)
OTEL_EXPORTER_OTLP_ENDPOINT  where traces are sent; otherwise a "jaeger" on the PATH is started and used

Ctrl-C ends everything. Everything listens on ${loopback} only, but for the webhooks of your own shop.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      'sandbox-shop': { type: 'boolean', default: false },
      'sandbox-erp': { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      only: { type: 'string' },
      state: { type: 'string' },
      'no-story': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const own = ownShop(values);
  const running = join(stateFolder, 'run');
  const path = values.state === undefined ? (own?.statePath ?? running) : fromHere(values.state);
  // The command line looks for the environment of the running line in one place.
  const state = stateFolderAt(path, values.state === undefined ? join(running, 'environment') : undefined);
  const unlock = lockFolder(state.lock);
  const report = values.json ? jsonReport() : textReport();
  try {
    return await runUntilEnded({
      state,
      own,
      fresh: values.fresh,
      only: values.only?.split(','),
      story: !values['no-story'] && values.only === undefined && own === undefined,
      report,
    });
  } finally {
    report.close();
    unlock();
  }
}

/** From where the user typed the command; npm goes to the folder of the project. */
const fromHere = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);

interface OwnFlags {
  config?: string | undefined;
  'sandbox-shop': boolean;
  'sandbox-erp': boolean;
}

function ownShop(flags: OwnFlags): OwnShop | undefined {
  const { config, 'sandbox-shop': sandboxShop, 'sandbox-erp': sandboxErp } = flags;
  if (config !== undefined)
    return new OwnShop({ file: fromHere(config), sandboxShop, sandboxErp }, process.env);
  if (sandboxShop || sandboxErp)
    throw new Error('--sandbox-shop and --sandbox-erp go with --config FILE; without it both are sandboxes.');
  return undefined;
}

interface Run {
  state: StateFolder;
  own: OwnShop | undefined;
  fresh: boolean;
  only: readonly string[] | undefined;
  /** Play the story, and go on with a trickle of business. */
  story: boolean;
  report: Report;
}

async function runUntilEnded({ state, own, fresh, only, story, report }: Run): Promise<number> {
  const say = (text: string) => report.say(text);
  const left = await endRecordedProcesses(state.processes);
  if (left.length > 0) say(`Ended what an earlier start left behind: ${left.join(', ')}.`);
  if (fresh) emptyStateFolder(state);
  say(`Cartage is ${hasState(state) ? 'resumed from' : 'set up in'} ${state.path}`);

  const plan = await makePlan(state, process.env, { own });
  for (const name of overridden(plan, process.env))
    say(`  ${name} of the environment is not used: this is a run with sandboxes (your own: --config FILE).`);
  const abort = new AbortController();
  const parts = onlyNeeded(partsOf(plan, abort.signal, say), only);
  const forget = writeEnvironment(plan);
  const unfollow = own?.follow(state.configuration, placesOf(plan), say);
  const supervisor = new Supervisor({ parts, report, abort });
  const interrupted = untilInterrupted(supervisor, report);
  try {
    await supervisor.start();
    const business = story ? openBusiness(plan, say, abort.signal) : undefined;
    await business?.tellStory();
    if (!interruptedAlready)
      say(only ? 'Ctrl-C ends it.' : own ? summary(own, plan) : whatToOpen(plan, story));
    business?.goOn();
    const failure = await Promise.race([supervisor.failed, interrupted]);
    if (failure) say(`\n${failure.message}`);
    return failure ? 1 : 0;
  } catch (error) {
    if (interruptedAlready) return 0;
    say(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await supervisor.stop();
    unfollow?.();
    forget();
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

function whatToOpen({ ports, processPorts, jaeger, state }: Plan, story: boolean): string {
  const { CONSOLE_PASSWORD, CONSOLE_PASSWORD_FILE } = process.env;
  const places = {
    Console: processPorts.get('console'),
    Shop: ports.shop,
    ERP: ports.erp,
    'Traces (Jaeger)': jaeger?.port,
  };
  const lines = Object.entries(places)
    .filter(([, port]) => port !== undefined)
    .map(
      ([name, port]) =>
        `  ${name.padEnd(16)} http://${loopback}:${port}${name === 'Console' ? consoleNote(CONSOLE_PASSWORD ?? CONSOLE_PASSWORD_FILE) : ''}`,
    );
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
    `  ${story ? 'A trickle of orders and stock movements goes on. ' : ''}Ctrl-C ends everything; the next start goes on from here.`,
  ].join('\n');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    if ((error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS'))
      console.error('All options: npm start -- --help');
    process.exit(1);
  },
);
