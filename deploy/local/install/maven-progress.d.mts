export interface MavenProgress {
  read(text: string): void;
  readonly files: number;
  readonly megabytes: number;
}
export declare function mavenProgress(): MavenProgress;
