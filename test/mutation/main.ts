/**
 * `npm run test:mutation -- ROOM [--count N] [--seed N] [--json]`: makes small faults in a folder of services/, one after
 * another, each in a copy of the project, and says which of them no test beside the code notices.
 */
import { parseArgs } from 'node:util';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { allMutants, draw } from './draw.ts';
import type { Drawn } from './draw.ts';
import { projectFiles, Trial } from './trial.ts';

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    count: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const [room] = positionals;
const [count, seed] = [Number(values.count), Number(values.seed)];
const files = room === undefined ? [] : projectFiles(`services/${room}`).filter(isMutated);
if (values.help || files.length === 0 || !(count > 0) || !Number.isInteger(seed)) {
  console.error('npm run test:mutation -- ROOM [--count 40] [--seed N] [--json]');
  console.error('ROOM is a folder of services/, such as order-relay or platform/flow, with code of its own.');
  process.exit(values.help ? 0 : 1);
}

const say = (text: string) => console.error(text);
const mutants = allMutants(projectFolder, files);
const drawn = draw(mutants, count, seed);
say(`${room}: ${drawn.length} of ${mutants.length} faults in ${files.length} files, seed ${seed}`);
const trial = new Trial();
process.once('exit', () => trial.remove());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const survivors: Drawn[] = [];
for (const [index, mutant] of drawn.entries()) {
  const { file, line, kind, before, after } = mutant;
  const isNoticed = await trial.isNoticed(mutant);
  if (!isNoticed) survivors.push(mutant);
  say(`${String(index + 1).padStart(4)}  ${isNoticed ? 'noticed ' : 'SURVIVED'}  ${file}:${line}  ${kind}`);
  if (!isNoticed) say(`        ${before}\n        ${after}`);
}
const noticed = drawn.length - survivors.length;
const share = noticed / drawn.length;
if (values.json) console.log(JSON.stringify({ room, seed, faults: drawn.length, noticed, share, survivors }));
else console.log(`${noticed} of ${drawn.length} noticed: ${(100 * share).toFixed(0)} %`);

/** The start of a process is tried by the journeys; doubles are tests themselves. */
function isMutated(file: string): boolean {
  return file.endsWith('.ts') && !/\.test\.ts$|\/testing\/|\/main\.ts$/.test(file);
}
