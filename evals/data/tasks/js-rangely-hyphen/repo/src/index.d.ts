export interface Version {
  major: number;
  minor: number;
  patch: number;
  pre: (string | number)[];
}
export function parse(text: string): Version;
export function compare(one: string | Version, other: string | Version): -1 | 0 | 1;
export function satisfies(version: string, range: string): boolean;
export function maxSatisfying(versions: string[], range: string): string | null;
