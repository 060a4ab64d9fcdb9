/** Real: the command line as a process of its own. No broker is asked. */
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from '@jest/globals';
import { commandLine } from './command-line.ts';

const main = join(import.meta.dirname, 'main.ts');
/** Nothing of the environment but where what was compiled is kept. */
const { NODE_COMPILE_CACHE = '' } = process.env;

function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], { env: { NODE_COMPILE_CACHE } }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

// oxlint-disable-next-line no-control-regex -- that none is there is the point
const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

describe('what goes wrong', () => {
  it('with the words is said, and the terminal acts on none of them', async () => {
    const { code, out, err } = await run('che\u001b[2Jck');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(String.raw`unknown command 'che\x1b[2Jck'`);
    expect(err).not.toMatch(acting);
  });

  it('with the configuration is said whole, whatever stands in it', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cartage-cli-')), 'cartage.yaml');
    writeFileSync(file, '"na\\u001b]0;x\\u0007me": 1\n"\\u009b1m": 2\n');
    const { code, err } = await run('parked', 'list', '--config', file);
    expect(code).toBe(1);
    expect(err).toContain(String.raw`na\x1b]0;x\x07me: is not known`);
    expect(err).toContain('kafka: is required');
    expect(err).not.toMatch(acting);
  });

  it('with where the configuration lies is said, and how to name another', async () => {
    const { code, err } = await run('check');
    expect(code).toBe(1);
    expect(err).toMatch(/cartage\.yaml cannot be used:[^]*CARTAGE_CONFIG[^]*--config[^]*npm start/);
    expect((await run('check', '--config', 'none.yaml')).err).not.toContain('CARTAGE_CONFIG');
  });

  it.each([['parked list'], ['topics apply --dry-run'], ['dry-report'], ['erase order main/default/1']])(
    'with the broker is said once, and %s ends',
    async (words) => {
      const file = join(mkdtempSync(join(tmpdir(), 'cartage-cli-')), 'cartage.yaml');
      const registry = '{ url: "http://127.0.0.1:1" }';
      writeFileSync(file, `instance: main\nkafka: { brokers: ["127.0.0.1:1"], registry: ${registry} }`);
      const { code, out, err } = await run(...words.split(' '), '--config', file);
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(
        /^No broker .*127\.0\.0\.1:1\b.*\nCheck kafka\.brokers.* \[kafka\.unreachable\]\n$/,
      );
    },
  );

  it('with what is meant is said before anything is asked or done', async () => {
    expect((await run('parked', 'discard', 'a/key')).err).toContain("required option '--reason <text>'");
    expect((await run('parked', 'show')).err).toContain("missing required argument 'key'");
  });
});

/** Says on standard error, at its end, how many modules a process has loaded. */
const loadCounter = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  let loads = 0;
  registerHooks({ load: (url, context, next) => ((loads += 1), next(url, context)) });
  process.on('exit', () => console.error(loads));`)}`;

it('loads no command but the one that is typed', async () => {
  const loads = await new Promise<number>((resolve) => {
    execFile(process.execPath, ['--import', loadCounter, main, '--help'], (_error, _out, err) =>
      resolve(Number(err)),
    );
  });
  expect(loads).toBeGreaterThan(10);
  expect(loads).toBeLessThan(60);
});

describe('the help', () => {
  const program = commandLine(() => () => Promise.resolve());
  const all = (command: Command, words: string[]): { words: string[]; command: Command }[] => [
    { words, command },
    ...command.commands.flatMap((child) => all(child, [...words, child.name()])),
  ];
  /** As it is printed, with what stands behind it. */
  const helpOf = (command: Command) => {
    let text = '';
    command.configureOutput({ writeOut: (part) => void (text += part) }).outputHelp();
    return text;
  };

  it('of every command explains it by example', () => {
    const commands = program.commands.flatMap((command) => all(command, [command.name()]));
    expect(commands.length).toBeGreaterThan(30);
    const silent = commands.filter(
      ({ words, command }) => !helpOf(command).includes(`\n  $ cartage ${words.join(' ')}`),
    );
    expect(silent.map(({ words }) => words.join(' '))).toEqual([]);
  });

  it('is what is typed for', async () => {
    const { code, out } = await run('parked', 'discard', '--help');
    expect([code, out]).toEqual([0, expect.stringContaining('\n  $ cartage parked discard ')]);
  });
});
