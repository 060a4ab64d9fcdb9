/**
 * Real: the tables of processes and topics, everything that is made from them. Asserted: the files that are checked in
 * are what would be made now, and one more row is in all of them, in the console and in the local start.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { withBlock } from '../../deploy/generate/blocks.ts';
import { instanceFiles, madeFiles } from '../../deploy/generate/made-files.ts';
import { staleFiles } from '../../deploy/generate/main.ts';
import { principals } from '../../deploy/generate/rights.ts';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { partsOf } from '../../deploy/local/parts.ts';
import { makePlan } from '../../deploy/local/plan.ts';
import { stateFolderAt } from '../../deploy/local/state.ts';
import { flowsOf } from '../../services/console/flows.ts';
import { processes } from '../../services/platform/processes.ts';
import type { ProcessRow } from '../../services/platform/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-made-'));
afterAll(() => rmSync(folder, { recursive: true }));

const watcher: ProcessRow = {
  ...processes.find(({ name }) => name === 'inventory-applier')!,
  name: 'price-watcher',
  scaled: { replicasMax: 3, lagRecords: 10 },
};
const withWatcher = [...processes, watcher];

describe('the made files', () => {
  it('are fresh', () => {
    expect(staleFiles()).toEqual([]);
  });

  it('have a process as soon as the table has it, all that list processes', () => {
    const listing = [
      'docker-compose.yml',
      'deploy/observability/prometheus.yaml',
      'deploy/kubernetes/base/processes.yaml',
      'deploy/kubernetes/components/scaling/scaled-objects.yaml',
      'deploy/kubernetes/components/scaling/without-replicas.yaml',
      'deploy/kubernetes/components/principals/logins.yaml',
      'deploy/kubernetes/strimzi/users.yaml',
      'deploy/kafka/acls.sh',
    ];
    const changed = madeFiles(withWatcher).filter(({ text }) => text.includes('price-watcher'));
    expect(changed.map(({ path }) => path).toSorted()).toEqual(listing.toSorted());
  });

  it('say the same of the rows before', () => {
    const compose = (rows: readonly ProcessRow[]) =>
      (
        parse(madeFiles(rows).find(({ path }) => path === 'docker-compose.yml')!.text, { merge: true }) as {
          services: Record<string, unknown>;
        }
      ).services;
    const { 'price-watcher': added, ...others } = compose(withWatcher);
    expect(added).toMatchObject({ environment: { SERVICE: 'price-watcher' }, mem_limit: '384m' });
    expect(others).toEqual(compose(processes));
  });
});

describe('a new row', () => {
  it('is a row of the console for each of its flows', () => {
    const added = flowsOf(withWatcher).slice(flowsOf(processes).length);
    expect(added).toMatchObject([{ process: 'price-watcher', topic: 'erp.stock' }]);
  });

  it('is started by npm start, on a port of its own', async () => {
    const plan = await makePlan(stateFolderAt(folder), { PATH: '' }, { rows: withWatcher });
    expect(partsOf(plan, new AbortController().signal).at(-1)?.name).toBe('price-watcher');
    expect(new Set(plan.processPorts.values()).size).toBe(withWatcher.length);
  });
});

describe('the script of the rights', () => {
  /** One of "User:x Read topic magento.orders", for each that a line of `kafka-acls.sh` would give. */
  function givenBy(line: string): string[] {
    const [principal] = /(?<=--allow-principal )\S+/.exec(line)!;
    const of = (option: string) =>
      [...line.matchAll(new RegExp(`--${option} (\\S+)`, 'g'))].map(([, word]) => word!);
    const pattern = of('resource-pattern-type')[0] ?? 'literal';
    return ['topic', 'group'].flatMap((resource) =>
      of(resource).flatMap((name) =>
        of('operation').map((operation) => `${principal} ${operation} ${resource} ${name} ${pattern}`),
      ),
    );
  }

  it('gives each principal what the table says, and nothing else', () => {
    const script = join(projectFolder, 'deploy/kafka/acls.sh');
    const { status, stdout } = spawnSync('sh', [script], {
      encoding: 'utf8',
      env: { ACLS: 'echo', PATH: process.env.PATH },
    });
    expect(status).toBe(0);
    const wanted = principals(processes, 'main').flatMap(({ name: user, rights }) =>
      rights.flatMap(({ resource, name, operations }) =>
        operations.map(
          (operation) =>
            `User:${user} ${operation} ${resource} ${name} ${resource === 'group' ? 'prefixed' : 'literal'}`,
        ),
      ),
    );
    const given = stdout.trim().split('\n').flatMap(givenBy);
    expect(given.toSorted()).toEqual(wanted.toSorted());
    expect(given.length).toBeGreaterThan(50);
  });
});

describe('what names groups and principals', () => {
  it('is made for a shop instance of any name', () => {
    for (const { path, text } of instanceFiles(processes, 'b2b'))
      expect({ path, own: text.includes('cartage-b2b-'), main: /[./-]main[./-]/.test(text) }).toEqual({
        path,
        own: true,
        main: false,
      });
  });
});

describe('a made part of a file', () => {
  const text = 'a:\n  # made from the tables by `npm run generate`: b\n  old: 1\n  # end of b\nc: 2\n';

  it('takes the place of what was there, as far in as its first line', () => {
    expect(withBlock(text, 'b', 'new:\n  - 3\n')).toBe(text.replace('  old: 1', '  new:\n    - 3'));
  });

  it('is never written where its lines are missing', () => {
    expect(() => withBlock(text, 'x', 'new: 1\n')).toThrow(/generate`: x/);
  });
});
