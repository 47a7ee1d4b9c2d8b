// Every target by name. Their modules are loaded by the thread that fuzzes, which counts from before that.

export const TARGETS = [
  'query',
  'edns',
  'cookie',
  'reply',
  'zone-file',
  'corefile',
  'hosts',
  'proxy-header',
] as const;

export type TargetName = (typeof TARGETS)[number];

export const moduleOf = (name: string): string => new URL(`./${name}.ts`, import.meta.url).href;
