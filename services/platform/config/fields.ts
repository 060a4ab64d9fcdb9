/** Kinds of field that several sections of the configuration share. */
import { z } from 'zod';
import { isNetwork } from '../networks.ts';

export const milliseconds = (defaultMs: number) => z.coerce.number().int().positive().default(defaultMs);

export const count = (defaultCount: number) => z.coerce.number().int().positive().default(defaultCount);

export const text = z.string().min(1, 'must not be empty');

/** With whatever it holds; see `url`. */
export const httpUrl = z.url({ protocol: /^https?$/, message: 'must be an http or https address' });

/** Without user and password: they would be sent to whoever is at the address, or be left out without a word. */
export const url = httpUrl.refine(
  (address) => !namesUser(address),
  'must hold no user and password; where they are needed they have fields of their own',
);

export function namesUser(address: string): boolean {
  const parsed = URL.parse(address);
  return parsed !== null && `${parsed.username}${parsed.password}` !== '';
}

export const network = text.refine(isNetwork, 'must be an address or a network, e.g. 10.0.0.0/8');

/** A point in time with its zone, given on as UTC milliseconds. */
export const instant = z.iso
  .datetime({ offset: true, message: 'must be a time with its zone, e.g. 2026-01-31T00:00:00Z' })
  .transform((value) => Date.parse(value));

/** A time of day in UTC, given on as milliseconds after midnight. */
export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day in UTC, e.g. "03:00"')
  .transform((value) => Date.parse(`1970-01-01T${value}:00Z`));

/** off: the process runs and does nothing. dry: says what it would do. on: does it. YAML reads a bare on/off as boolean in some editors. */
export const flowMode = z
  .preprocess(
    (value) => (value === true ? 'on' : value === false ? 'off' : value),
    z.enum(['off', 'dry', 'on']),
  )
  .default('on');

/** A variable of the environment is always text. */
export const yesOrNo = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(),
);
