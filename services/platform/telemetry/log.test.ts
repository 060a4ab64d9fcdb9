import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

it('a line is JSON that no terminal obeys, whatever it tells of', () => {
  const attack = 'Jane\u001b]0;x\u0007\u009b2J\u202e\u2028\n';
  const program = `import { openLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    openLog('test', 'main').warn({ key: ${JSON.stringify(attack)}, err: new TypeError(${JSON.stringify(attack)}) }, 'x');`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/^[\x20-\x7e]+\n$/);
  expect((JSON.parse(stdout) as { key: string }).key).toBe(attack);
});

it('a line blanks what nobody is to read, and keeps its place in the code', () => {
  const program = `import { openLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    openLog('test', 'main').info({ key: 'k', buyer: { email: 'jane@example.com' }, err: new TypeError('y') }, 'x');`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(JSON.parse(stdout)).toMatchObject({
    key: 'k',
    buyer: { email: '[hidden]' },
    err: { type: 'TypeError' },
  });
});
