/** Real: the file, the reading, the watch. Double: the clock. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { logTo } from '../flow/testing/context.ts';
import type { Line } from '../flow/testing/context.ts';
import { VirtualClock } from '../flow/testing/virtual-clock.ts';
import { loadConfig } from './load.ts';
import { Configuration } from './read.ts';
import { MappingsWatch } from './watch.ts';

const textOf = (sources: string, more = '') =>
  `instance: main
kafka: { brokers: [127.0.0.1:9092], registry: { url: "http://127.0.0.1:8081" } }
stock: { sources: ${sources}${more} }`;

const watches: MappingsWatch[] = [];
afterEach(() => Promise.all(watches.splice(0).map((watch) => watch.stop())));

function setUp(file: string) {
  const clock = new VirtualClock();
  const lines: Line[] = [];
  const configuration = new Configuration(
    file,
    () => loadConfig(file, ['stock'], {}),
    () => clock.now(),
  );
  const problems: string[] = [];
  configuration.reportTo((problem) => problems.push(problem));
  const watch = new MappingsWatch(configuration, logTo(lines), clock);
  watches.push(watch);
  let changes = 0;
  watch.onChange(() => (changes += 1));
  watch.start();
  return { clock, lines, problems, watch, stock: configuration.config.stock, changes: () => changes };
}

function aFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'cartage-watch-')), 'cartage.yaml');
  writeFileSync(file, textOf('{ WH1: default }'));
  return file;
}

describe('a running process', () => {
  it('sees a changed mapping within seconds, where it already looks', async () => {
    const file = aFile();
    const { clock, watch, stock, changes } = setUp(file);
    const since = watch.changedAt(['stock', 'sources']);
    await clock.pass(10_000);
    writeFileSync(file, textOf('{ WH1: default, WH9: east }'));
    expect(watch.has(['stock', 'sources', 'WH9'])).toBe(false);
    await clock.pass(12_000);
    expect(stock.sources).toEqual({ WH1: 'default', WH9: 'east' });
    expect(watch.has(['stock', 'sources', 'WH9'])).toBe(true);
    expect(watch.has(['stock', 'sources', 'toString'])).toBe(false);
    expect(changes()).toBe(1);
    expect(watch.changedAt(['stock', 'sources'])).toBeGreaterThan(since + 9_000);
    expect(watch.changedAt(['catalog', 'taxClasses'])).toBe(since);
    await clock.pass(60_000);
    expect(changes()).toBe(1);
  });

  it('sees what a ConfigMap mount does: another folder behind a symbolic link, the file itself untouched', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cartage-mount-'));
    for (const [name, sources] of Object.entries({ one: '{ WH1: default }', two: '{ WH1: east }' })) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'cartage.yaml'), textOf(sources));
    }
    symlinkSync('one', join(folder, '..data'));
    symlinkSync('..data/cartage.yaml', join(folder, 'cartage.yaml'));
    const { clock, stock } = setUp(join(folder, 'cartage.yaml'));
    symlinkSync('two', join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    rmSync(join(folder, 'one'), { recursive: true });
    await clock.pass(12_000);
    expect(stock.sources).toEqual({ WH1: 'east' });
  });

  it('keeps its mappings when the new file is bad, and reports each problem, once', async () => {
    const file = aFile();
    const { clock, problems, stock, changes } = setUp(file);
    writeFileSync(file, textOf('{ WH1: 5 }', ', safetyBuffer: -1'));
    await clock.pass(30_000);
    expect(stock.sources).toEqual({ WH1: 'default' });
    expect(changes()).toBe(0);
    expect(problems).toHaveLength(1);
    writeFileSync(file, textOf('{ WH1: 6, WH2: 7 }'));
    await clock.pass(30_000);
    expect(problems).toHaveLength(2);
    expect(problems[1]).toContain('stock.sources.WH2');
    expect(problems[0]).toMatch(/stock\.sources\.WH1: .*\n.*stock\.safetyBuffer: /);
    writeFileSync(file, textOf('{ WH1: west }'));
    await clock.pass(12_000);
    expect(stock.sources).toEqual({ WH1: 'west' });
  });

  it('does not take a file that is still being written, nor miss one that was away', async () => {
    const file = aFile();
    const { clock, stock } = setUp(file);
    writeFileSync(file, textOf('{}'));
    await clock.pass(6_000);
    rmSync(file);
    await clock.pass(6_000);
    writeFileSync(file, textOf('{ WH1: default, WH2: east }'));
    await clock.pass(6_000);
    expect(stock.sources).toEqual({ WH1: 'default' });
    await clock.pass(6_000);
    expect(stock.sources).toEqual({ WH1: 'default', WH2: 'east' });
  });

  it('says what takes effect at its next start only, without its value', async () => {
    const file = aFile();
    const { clock, lines, stock, changes } = setUp(file);
    writeFileSync(file, textOf('{ WH1: default }', ', safetyBuffer: 77'));
    await clock.pass(12_000);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', fields: { fields: ['stock.safetyBuffer'] } }) as unknown,
    ]);
    expect(stock.safetyBuffer).toBe(0);
    expect(changes()).toBe(0);
  });
});
