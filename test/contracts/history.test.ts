/**
 * Real: the folder schemas/ as it stands, copied, its own program, and git. Asserted: what is published stays as it was
 * published, whatever is edited along with it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { historyProblems } from '../../schemas/history.ts';

const schemas = join(import.meta.dirname, '../../schemas');
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'cartage-history-'));
  cpSync(schemas, join(project, 'schemas'), { recursive: true });
  git('init', '--quiet');
  commit('published');
});

afterEach(() => rmSync(project, { recursive: true }));

function git(...words: string[]): void {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...who, ...words], { cwd: project });
}

function commit(message: string): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
}

function edit(path: string, change: (text: string) => string): void {
  const full = join(project, 'schemas', path);
  const before = readFileSync(full, 'utf8');
  writeFileSync(full, change(before));
  expect(readFileSync(full, 'utf8')).not.toBe(before);
}

function generate(...options: string[]): { code: number | null; said: string } {
  const run = spawnSync(process.execPath, [join(project, 'schemas/generate.ts'), ...options], {
    encoding: 'utf8',
  });
  return { code: run.status, said: run.stderr };
}

const renamed = (text: string) => text.replace('"name": "actor"', '"name": "pieces"');
const withField = (text: string) =>
  text.replace(
    '"fields": [',
    '"fields": [{ "name": "shelf", "type": ["null", "string"], "default": null, "doc": "Where it lies" },',
  );

/** The list made to fit the files again, as nobody may. */
function rewriteTheList(): void {
  const folder = join(project, 'schemas/history');
  const sums = execFileSync('sh', ['-c', 'sha256sum *.avsc'], { cwd: folder });
  writeFileSync(join(folder, 'digests.txt'), sums);
}

it('is whole as it stands', () => {
  expect(historyProblems(join(schemas, 'history'))).toEqual([]);
  expect(generate('--check')).toEqual({ code: 0, said: '' });
});

it('refuses a field renamed in the contract and in its history together, and says what to do', () => {
  edit('cartage.audit.avsc', renamed);
  edit('history/cartage.audit.1.avsc', renamed);
  expect(generate().code).toBe(1); // types.ts made anew: nothing else is wrong
  const { code, said } = generate('--check');
  expect(code).toBe(1);
  expect(said.trim().split('\n')).toEqual([
    expect.stringMatching(/cartage\.audit\.1\.avsc is not what was published.*add a new field.*--publish/),
  ]);
});

it('refuses it with the list rewritten as well, committed or not', () => {
  edit('cartage.audit.avsc', renamed);
  edit('history/cartage.audit.1.avsc', renamed);
  rewriteTheList();
  generate();
  const lost = [
    expect.stringMatching(/digests\.txt has lost its line for cartage\.audit\.1\.avsc\..*add a new field/),
  ];
  expect(generate('--check').said.trim().split('\n')).toEqual(lost);
  commit('renamed');
  expect(generate('--check').said.trim().split('\n')).toEqual(lost);
});

it('refuses a version that is gone, and one that was never published', () => {
  rmSync(join(project, 'schemas/history/magento.orders.2.avsc'));
  cpSync(join(project, 'schemas/cartage.audit.avsc'), join(project, 'schemas/history/cartage.audit.2.avsc'));
  expect(historyProblems(join(project, 'schemas/history'))).toEqual([
    expect.stringContaining('cartage.audit.2.avsc has no line'),
    expect.stringContaining('magento.orders.2.avsc was published and is gone'),
  ]);
});

it('takes a compatible change only with --publish, which adds the line', () => {
  edit('cartage.audit.avsc', withField);
  generate();
  expect(generate('--check').said).toMatch(/cartage\.audit\.avsc differs from its newest version.*--publish/);
  expect(generate('--publish').code).toBe(0);
  expect(generate('--check')).toEqual({ code: 0, said: '' });
  commit('a field more');
  expect(generate('--check')).toEqual({ code: 0, said: '' });
});

it('publishes nothing while what is published was edited', () => {
  edit('history/cartage.audit.1.avsc', renamed);
  edit('erp.prices.avsc', withField);
  expect(generate('--publish').code).toBe(1);
  expect(historyProblems(join(project, 'schemas/history'))).toHaveLength(1);
  expect(generate('--check').said).toContain('erp.prices.avsc differs from its newest version');
});
