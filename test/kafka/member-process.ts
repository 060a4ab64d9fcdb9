import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sharedKafka, sharedRegistry } from '../infrastructure/main.ts';
import type { MemberNews, MemberOrders } from './member.ts';

export interface MemberProcess {
  news: MemberNews[];
  tell(line: string): void;
  signal(name: NodeJS.Signals): void;
  exited: Promise<void>;
}

export function startMember(
  orders: Pick<MemberOrders, 'topic' | 'group' | 'sessionTimeoutMs'>,
): MemberProcess {
  const whole: MemberOrders = { ...orders, brokers: [sharedKafka()], registryUrl: sharedRegistry() };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'member.ts'), JSON.stringify(whole)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const news: MemberNews[] = [];
  createInterface(child.stdout).on('line', (line) => news.push(JSON.parse(line) as MemberNews));
  return {
    news,
    tell: (line) => void child.stdin.write(`${line}\n`),
    signal: (name) => void child.kill(name),
    exited: new Promise((resolve) => child.once('exit', () => resolve())),
  };
}
