import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';
import type { RefusalReason } from './refusals.ts';
import type { Claim, Scheme } from './schemes/scheme.ts';

/** A delivery whose headers are good. */
export interface Admitted {
  scheme: Scheme;
  claim: Claim;
}

export interface AdmissionOptions {
  /** Each at its path. */
  schemes: readonly Scheme[];
  isSwitchedOff: boolean;
  maxBodyBytes: number;
}

/** All that can be said of a request without its body. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #schemes: ReadonlyMap<string, Scheme>;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#schemes = new Map(options.schemes.map((scheme) => [scheme.path, scheme]));
  }

  /** Null: this is no sender that only tries the address. */
  greetingFor({ url = '', method }: IncomingMessage): Answer | null {
    if (method !== 'GET') return null;
    const [path, query] = url.split('?', 2);
    return this.#schemeAt(path!)?.greeting?.(new URLSearchParams(query)) ?? null;
  }

  judge({ url = '', method, headers }: IncomingMessage): Admitted | RefusalReason {
    const { isSwitchedOff, maxBodyBytes } = this.#options;
    const scheme = this.#schemeAt(url);
    if (scheme === undefined) return 'path_unknown';
    if (method !== 'POST') return 'method_not_allowed';
    if (isSwitchedOff) return 'switched_off';
    if (!isJson(headers['content-type']) || headers['content-encoding'] !== undefined) return 'content_type';
    const claim = scheme.claimIn(headers);
    if (typeof claim === 'string') return claim;
    const length = headers['content-length'];
    if (length === undefined && headers['transfer-encoding'] === undefined) return 'length_required';
    return length !== undefined && Number(length) > maxBodyBytes ? 'too_large' : { scheme, claim };
  }

  #schemeAt(url: string): Scheme | undefined {
    const scheme = this.#schemes.get(url) ?? this.#schemes.get(url.split('?', 1)[0]!);
    return scheme?.isOpen() ? scheme : undefined;
  }
}

function isJson(contentType: string | undefined): boolean {
  return (
    contentType === 'application/json' ||
    /^application\/(cloudevents\+)?json\s*(;\s*charset=utf-8)?\s*$/i.test(contentType ?? '')
  );
}
