/**
 * The five calls of the Confluent schema registry API that Cartage makes.
 *
 * Contracts are registered through @kafkajs/confluent-schema-registry (`registration.ts`). The calls that running
 * processes make are our own: the library has no deadline, reports a refused connection as status 400, drops the
 * registry's `error_code` (so that a gateway's 404 would read "no such schema" and good records would be parked),
 * compiles a resolver for every record and cannot set a compatibility level. A test lets it read
 * what we write and the other way round.
 */
import { createHttpClient } from '../../http/client.ts';
import type { HttpAnswer } from '../../http/client.ts';
import { Unavailable, foreignText } from '../../errors.ts';
import { unfenced } from '../../fence.ts';
import { registerContract } from './registration.ts';
import type { KafkaOptions } from '../types.ts';

export interface RegistryApi {
  /** Schema text of an id. Null when the registry itself says that there is none. */
  schemaById(id: number): Promise<string | null>;
  /** Id under which exactly this schema is registered for the subject; null when it is not. */
  idOf(subject: string, schema: string): Promise<number | null>;
  /** Registers it; a schema that is there already keeps its id. `conflict` in words when it is not compatible. */
  register(subject: string, schema: string): Promise<{ id: number } | { conflict: string }>;
  /** Compatibility level of the subject; null when it has none of its own. */
  compatibility(subject: string): Promise<string | null>;
  setCompatibility(subject: string, level: string): Promise<void>;
  close(): Promise<void>;
}

const deadlineMs = 5_000;
const connections = 4;
const contentType = 'application/vnd.schemaregistry.v1+json';

/** Codes of the registry API; without one of them a 404 comes from something in between. */
const noSubject = 40401;
const noSchema = 40403;
const noLevel = 40408;

export function createRegistryApi(options: KafkaOptions['registry']): RegistryApi {
  const url = new URL(options.url);
  const base = url.pathname.replace(/\/+$/, '');
  const http = createHttpClient({
    name: 'The schema registry',
    origin: url.origin,
    connections,
    deadlineMs,
  });

  async function call(method: string, path: string, body?: object): Promise<Answer> {
    const route = `${method} ${path.replaceAll(/\d+/g, 'N')}`;
    const asked = {
      method,
      path: base + path,
      // Looked up for each call: user and password may change.
      headers: { accept: contentType, 'content-type': contentType, ...authorization(options) },
      route,
      ...(body && { body: JSON.stringify(body) }),
    };
    // What is learnt of a schema serves all, not only the work that asked first.
    return read(await unfenced(() => http.request(asked)), route);
  }

  return {
    async schemaById(id) {
      const answer = await call('GET', `/schemas/ids/${id}`);
      if (answer.missing(noSchema)) return null;
      return String(answer.body().schema);
    },
    async idOf(subject, schema) {
      const answer = await call('POST', `/subjects/${encodeURIComponent(subject)}`, { schema });
      if (answer.missing(noSubject, noSchema)) return null;
      return Number(answer.body().id);
    },
    register: (subject, schema) => registerContract(options, subject, schema),
    async compatibility(subject) {
      const answer = await call('GET', `/config/${encodeURIComponent(subject)}`);
      if (answer.missing(noSubject, noLevel)) return null;
      return String(answer.body().compatibilityLevel);
    },
    async setCompatibility(subject, level) {
      const path = `/config/${encodeURIComponent(subject)}`;
      const answer = await call('PUT', path, { compatibility: level });
      // Apicurio refuses the second of two at once, though both want the same: what stands decides.
      if (answer.status === 409 && (await this.compatibility(subject)) === level) return;
      answer.body();
    },
    close: () => http.close(),
  };
}

interface Answer {
  status: number;
  message: string;
  /** The registry itself says so, by one of its own codes. */
  missing(...codes: number[]): boolean;
  /** @throws Unavailable unless it is a success with an object. */
  body(): Record<string, unknown>;
}

function read(answer: HttpAnswer, route: string): Answer {
  const parsed = parse(answer.body);
  const said = parsed?.message;
  const message = typeof said === 'string' ? foreignText(said.slice(0, 500)) : `HTTP ${answer.status}`;
  return {
    status: answer.status,
    message,
    missing: (...codes) => answer.status === 404 && codes.includes(Number(parsed?.error_code)),
    body() {
      if (answer.status >= 200 && answer.status < 300 && parsed) return parsed;
      throw unusable(answer.status, message, route);
    },
  };
}

function unusable(status: number, message: string, route: string): Unavailable {
  const needsOperator = status === 401 || status === 403;
  return new Unavailable(
    {
      code: needsOperator ? 'registry.refused' : 'registry.unusable',
      what: `The schema registry answered ${status} to "${route}"`,
      why: message,
      fix: needsOperator
        ? 'Check kafka.registry: user name and password, and what they may do'
        : 'Check that kafka.registry.url is a Confluent-compatible API (Apicurio: .../apis/ccompat/v7)',
    },
    { needsOperator },
  );
}

function parse(body: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function authorization({ username, password }: KafkaOptions['registry']): Record<string, string> {
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}
