export interface Progress {
  say(detail: string): void;
  done(detail?: string): void;
  failed(detail?: string): void;
}
export interface ProgressOptions {
  write?: (text: string) => unknown;
  live?: boolean;
  now?: () => number;
}
export declare const isLive: boolean;
export declare function progress(title: string, options?: ProgressOptions): Progress;
export declare function seconds(durationMs: number): string;
