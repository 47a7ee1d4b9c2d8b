/** Hosts files for whoever looks up names in them: without the rest of the watcher, which takes 40 ms to load. */

export type { Logger } from '../../sources/contract.ts';
export type { HostsOptions } from './hosts-source.ts';
export { type HostsAnswer, HostsTable } from './hosts-table.ts';
