import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as table from '../../schemas/topics.ts';
import { contracts } from '../../schemas/topics.ts';
import {
  commandLine,
  processes,
  shareOfShop,
  shopCallers,
  topicsReadBy,
  topicsWrittenBy,
} from './processes.ts';

const all = [...processes, commandLine];

/** All that lies in the folder of a process, tests apart. */
function codeOf(process: string): string {
  const folder = join(import.meta.dirname, '..', process);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.test\.|\btesting\b/.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

/** Calls that name a contract of the table, by the name it has there or with `Contract` behind it. */
function callsIn(code: string): { verb: string; topic: string }[] {
  const named = /\b(publish|tombstone|readAll|readToEnd)\(\s*(?:bus, )?(\w+?)(?:Contract)?,/g;
  const rows = new Map(Object.entries<unknown>(table));
  return [...code.matchAll(named)].flatMap(([, verb, name]) =>
    contracts.filter((row) => row === rows.get(name!)).map(({ topic }) => ({ verb: verb!, topic })),
  );
}

describe('the table of processes', () => {
  it('has a folder for each row', () => {
    const main = (name: string) => join(import.meta.dirname, '..', name, 'main.ts');
    expect(all.filter(({ name }) => !existsSync(main(name)))).toEqual([]);
  });

  it('handles only what the table of topics lets a process read', () => {
    const pairs = processes.flatMap(({ name, flows }) => flows.map(({ topic }) => ({ name, topic })));
    expect(pairs.filter(({ name, topic }) => !topicsReadBy(name).includes(topic))).toEqual([]);
    expect(pairs.length).toBeGreaterThan(6);
  });

  it('handles every topic that others write for it, bar what is only shown', () => {
    const handled = new Set(processes.flatMap(({ flows }) => flows.map(({ topic }) => topic)));
    const left = contracts.map(({ topic }) => topic).filter((topic) => !handled.has(topic));
    expect(left.every((topic) => topic.startsWith('cartage.'))).toBe(true);
  });

  it('knows every process that the table of topics names as a writer', () => {
    const names = new Set(all.map(({ name }) => name));
    expect(contracts.flatMap(({ writers }) => writers).filter((name) => !names.has(name))).toEqual([]);
    expect(topicsWrittenBy('erp-ingester')).toContain('erp.stock');
  });

  it('lets each process publish and read what its own code does', () => {
    const calls = all.flatMap(({ name }) => callsIn(codeOf(name)).map((call) => ({ name, ...call })));
    const mayDo = ({ name, verb, topic }: (typeof calls)[number]) =>
      (verb.startsWith('read') ? topicsReadBy(name) : topicsWrittenBy(name)).includes(topic);
    expect(calls.filter((call) => !mayDo(call))).toEqual([]);
    expect(calls.length).toBeGreaterThan(12);
  });

  it('has no name that begins with another: rights to groups are given by how their names begin', () => {
    const names = all.map(({ name }) => name);
    const begins = (name: string) => names.filter((other) => other !== name && other.startsWith(name));
    expect(names.flatMap(begins)).toEqual([]);
  });

  it('never has more members of a group than there are partitions', () => {
    const partitions = Math.min(...contracts.map((contract) => contract.partitions));
    for (const { scaled, replicas } of processes)
      expect(Math.max(scaled?.replicasMax ?? 0, replicas)).toBeLessThanOrEqual(partitions);
  });

  it('never has the shop bear more than it is said to, however many replicas there are', () => {
    const mostReplicas = all
      .filter(({ needs }) => needs.includes('shop'))
      .flatMap(({ replicas, scaled }) =>
        Array<null>(Math.max(replicas, scaled?.replicasMax ?? 1)).fill(null),
      );
    for (let calls = shopCallers; calls < 5 * shopCallers; calls += 1) {
      const together = mostReplicas.reduce((sum) => sum + shareOfShop(calls), 0);
      expect(together).toBeLessThanOrEqual(calls);
      expect(shareOfShop(calls)).toBeGreaterThan(0);
    }
  });

  it('promises orders within 5 minutes, stock within 10, shipments within 15', () => {
    const flows = processes.flatMap((row) => row.flows);
    const target = (name: string) => flows.find((flow) => flow.name === name)?.targetP95Ms;
    expect([target('Orders'), target('Stock'), target('Shipments')]).toEqual([300_000, 600_000, 900_000]);
  });
});
