import { z } from 'zod';
import { httpsProblem } from '../../http/https.ts';
import { count, httpUrl, milliseconds, namesUser, text, url, yesOrNo } from '../fields.ts';

const credentials = z.strictObject({
  consumerKey: text,
  consumerSecret: text,
  accessToken: text,
  accessTokenSecret: text,
  /** The day on which the shop issued them, for the reminder. Empty: not known. */
  issuedOn: z
    .union([z.literal(''), z.iso.date('must be a day such as 2026-01-31')])
    .optional()
    .transform((day) => day || undefined),
});

/** A set whose fields are all empty is none: '${MAGENTO_NEXT_ACCESS_TOKEN:-}'. */
function isEmpty(set: unknown): boolean {
  return typeof set === 'object' && set !== null && Object.values(set).every((value) => value === '');
}

export const magentoSection = z
  .strictObject({
    /** Address of the shop, as this machine reaches it. */
    url: httpUrl.refine(
      (address) => !namesUser(address),
      'must hold no user and password: signatures need the Authorization header, so exempt /rest/ from the log-in of the web server',
    ),
    /** Address the shop believes to have, when a proxy hides it: signatures are made over this one. */
    signingUrl: url.optional(),
    /** Plain http is refused unless the host is loopback or this says so. */
    allowHttp: yesOrNo.default(false),
    /**
     * Host name of the shop in which nobody buys: if `url` is of that, `cartage marker-order` may place an order. Empty: none; so
     * are yes and no, which name no shop: only that command minds, and nothing else shall stand still for it.
     */
    staging: z.preprocess(
      (host) => (typeof host === 'boolean' ? undefined : host),
      z
        .string('must be the host name of the staging shop, as in magento.url')
        .optional()
        .transform((host) => host?.toLowerCase() || undefined),
    ),
    credentials,
    /** Taken as soon as the shop refuses the others: of a second integration, while one replaces the other. */
    nextCredentials: z.preprocess((set) => (isEmpty(set) ? undefined : set), credentials.optional()),
    /** Store view id: the code that it keeps in keys, whatever the shop calls it now. Orders are known by it in the ERP. */
    storeCodes: z.record(z.string().regex(/^\d+$/, 'must be the id of a store view'), text).default({}),
    /** Website id: the code that it keeps in keys of customers likewise. */
    websiteCodes: z.record(z.string().regex(/^\d+$/, 'must be the id of a website'), text).default({}),
    /** Calls that the shop bears at once from all processes and replicas together; each has its share of it. */
    callsAtOnce: count(64),
    /** A call that takes longer says that the shop has too much to do. */
    slowMs: milliseconds(2_500),
    /** Deadline of one call, from its turn on; shorter than kafka.sessionTimeoutMs. */
    deadlineMs: milliseconds(10_000),
    /** How long the shop may go on working after we gave up: its own longest request (PHP max_execution_time, proxy). */
    settleMs: milliseconds(65_000),
  })
  .superRefine(({ url: address, allowHttp }, context) => {
    const problem = httpsProblem(address, { allowHttp });
    if (problem !== null && !namesUser(address))
      context.addIssue({ code: 'custom', path: ['url'], message: problem });
  });
