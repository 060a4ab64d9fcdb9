import { isIP } from 'node:net';
import { z } from 'zod';
import { text, yesOrNo } from '../fields.ts';

/** An address, or a network such as 10.0.0.0/8. */
const network = text.refine((given) => {
  const [address = '', prefix, ...more] = given.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  return bits !== -1 && more.length === 0 && length <= bits;
}, 'must be an address or a network such as 10.0.0.0/8');

const password = z
  .string()
  .refine((given) => given === '' || given.length >= 12, 'must have 12 characters or more')
  .default('');

/** Who may see the console's page, who may act there, and by which names it is called. */
export const consoleSection = z
  .strictObject({
    /**
     * One password for all operators, who may act. Empty: none. Read again while the process runs; a changed one ends all
     * sessions that it has opened.
     */
    password,
    /** Likewise for those who may only look. */
    viewerPassword: password,
    /** A proxy in front that knows its users and names them in a header. */
    proxy: z
      .strictObject({
        userHeader: text.regex(/^[\w-]+$/, 'must be the name of a header'),
        /** Who is believed: the proxy's own addresses, and nobody else's. */
        from: z.array(network).min(1),
        /** The header in which it names the groups of a user, with commas between. Left out: all users may act. */
        groupsHeader: text.regex(/^[\w-]+$/, 'must be the name of a header').optional(),
        /** Who is in one of them may act, all others may look. */
        operatorGroups: z.array(text).default([]),
      })
      .refine(({ groupsHeader, operatorGroups }) => groupsHeader === undefined || operatorGroups.length > 0, {
        path: ['operatorGroups'],
        message: 'must name a group, or nobody could act',
      })
      .optional(),
    /** Everybody who reaches the port may see the page: only where `http.host` is this machine. */
    withoutLogin: yesOrNo.default(false),
    /** Names the page is called by beside this machine's own, such as console.shop.example. */
    hosts: z.array(text.transform((name) => name.toLowerCase())).default([]),
  })
  .prefault({});
