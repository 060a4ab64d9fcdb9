import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removePostgres } from './postgres.ts';

/** Everything of one installation on this machine, in one folder. */
export interface StateFolder {
  path: string;
  lock: string;
  /** The processes that run, for the start after a kill. */
  processes: string;
  kafka: string;
  postgres: string;
  jaeger: string;
  /** The sandbox shop's own state. */
  shop: string;
  /** Node's compiled modules: the second start of a process costs half. */
  compileCache: string;
  /** `NAME=value` lines with which the command line finds this installation. */
  environment: string;
  /** The user's own configuration, made for this machine. */
  configuration: string;
  secrets: string;
  logFile(name: string): string;
}

/** `environment` lies elsewhere when the command line would not look for it in this folder. */
export function stateFolderAt(path: string, environment = join(path, 'environment')): StateFolder {
  const at = (name: string) => join(path, name);
  return {
    path,
    lock: at('lock'),
    processes: at('processes'),
    kafka: at('kafka'),
    postgres: at('postgres'),
    jaeger: at('jaeger'),
    shop: at('shop.json'),
    compileCache: at('compile-cache'),
    environment,
    configuration: at('cartage.yaml'),
    secrets: at('secrets.json'),
    logFile: (name) => join(path, 'logs', `${name}.log`),
  };
}

/** Forgets everything; called by the holder of the lock, which alone stays. */
export function emptyStateFolder(state: StateFolder): void {
  removePostgres(state.postgres);
  for (const name of readdirSync(state.path)) {
    if (name !== basename(state.lock)) rmSync(join(state.path, name), { recursive: true, force: true });
  }
}

export const hasState = (state: StateFolder): boolean => existsSync(state.secrets);

/** The credentials between the sandboxes and Cartage: made once, by chance, and kept, as in a real installation. */
export interface Secrets {
  consumerKey: string;
  consumerSecret: string;
  accessToken: string;
  accessTokenSecret: string;
  /** Standard Webhooks: `whsec_` and base64. */
  webhookSecret: string;
}

export function secretsOf(state: StateFolder): Secrets {
  if (existsSync(state.secrets)) return JSON.parse(readFileSync(state.secrets, 'utf8')) as Secrets;
  const token = () => randomBytes(16).toString('hex');
  const secrets: Secrets = {
    consumerKey: token(),
    consumerSecret: token(),
    accessToken: token(),
    accessTokenSecret: token(),
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
  };
  mkdirSync(state.path, { recursive: true });
  writeFileSync(state.secrets, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
