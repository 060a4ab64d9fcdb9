import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The user that a program is to run as. */
export interface Account {
  uid: number;
  gid: number;
}

const candidates = ['postgres', 'nobody'];

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody`. Undefined when we are not root. */
export function unprivilegedAccount(
  currentUid = process.getuid?.(),
  passwd: () => string = () => readFileSync('/etc/passwd', 'utf8'),
): Account | undefined {
  if (currentUid !== 0) return undefined;
  const users = passwd()
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of candidates) {
    const [, , uid, gid] = users.find(([user]) => user === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as. Start as another user.',
  );
}

/** Whether the account may enter the folder, through all the folders above it. */
export function mayEnter(account: Account | undefined, folder: string): boolean {
  if (account === undefined) return true;
  return spawnSync('test', ['-x', folder], { ...account, cwd: '/' }).status === 0;
}
